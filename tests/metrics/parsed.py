# SPDX-License-Identifier: MIT
"""parsed.py OPENMETRICS JSON: whether the two pages say the same. The numbers are doubles here."""
import json
import sys

from prometheus_client.openmetrics import parser


def samples_of(family, series):
    """What lines an entry of the JSON page is, as (name, labels, value)."""
    name, labels = family["name"], series["labels"]
    if family["type"] == "histogram":
        buckets = {("+Inf" if b["le"] is None else float(b["le"])): b["count"]
                   for b in series["buckets"]}
        yield name + "_count", labels, series["count"]
        yield name + "_sum", labels, series["sum"]
        yield name + "_bucket", labels, buckets
    elif family["type"] == "info":
        yield name + "_info", labels, 1
    else:
        yield name + {"counter": "_total"}.get(family["type"], ""), labels, series["value"]


def samples_on_page(family):
    """The same of a parsed family; of buckets what each has alone, and only those that have any."""
    buckets, before = {}, {}
    for sample in family.samples:
        labels = dict(sample.labels)
        if not sample.name.endswith("_bucket"):
            yield sample.name, labels, sample.value
            continue
        le = labels.pop("le")
        key = json.dumps(labels, sort_keys=True)
        count = sample.value - before.get(key, 0)
        before[key] = sample.value
        found = buckets.setdefault(key, {})
        if count:
            found["+Inf" if le == "+Inf" else float(le)] = count
    for key, found in buckets.items():
        yield family.name + "_bucket", json.loads(key), found


def in_order(samples):
    """Sorted, to be compared: labels that are empty are none."""
    return sorted((name, sorted(labels.items()), value if isinstance(value, (int, float))
                   else sorted((str(le), n) for le, n in value.items()))
                  for name, labels, value in samples)


with open(sys.argv[1], newline="", encoding="utf-8") as file:
    parsed = list(parser.text_string_to_metric_families(file.read()))
with open(sys.argv[2], encoding="utf-8") as file:
    families = json.load(file)["families"]

assert [f.name for f in parsed] == [f["name"] for f in families]
for on_page, family in zip(parsed, families):
    assert on_page.type == family["type"], family["name"]
    assert on_page.unit == family["unit"], family["name"]
    assert on_page.documentation == family["help"], family["name"]
    expected = in_order(s for series in family["series"] for s in samples_of(family, series))
    found = in_order(samples_on_page(on_page))
    assert found == expected, f"{family['name']}: {found} and not {expected}"
print(f"{len(parsed)} families, {sum(len(f.samples) for f in parsed)} lines")
