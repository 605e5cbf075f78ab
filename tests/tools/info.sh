#!/bin/sh
# SPDX-License-Identifier: MIT
# What percpu-info says, beside what the machine says, and of machines that are made up.
# Usage: info.sh PROGRAM PAGE; exit status 77: there is no python3 here.
set -eu
program=$1 page=$2
export LC_ALL=C
unset PERCPU_CONF
command -v python3 >/dev/null || { echo "python3 is not installed" && exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

failed() {
	echo "FAILED: $*" >&2
	status=1
}

# is WHAT VALUE EXPRESSION: of the last document, as python has it; found out when all has been asked
is() {
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$work/asked"
}

# What was asked of the last document; and of its picture, that boxes lie in it, that no two of units lie on
# each other, and that there is one for each unit.
cat >"$work/find_out.py" <<'END'
import json, sys, xml.etree.ElementTree as tree
d = json.load(open(sys.argv[1]))
wrong = 0
def numbers(text):
    parts = [part.split("-") for part in text.strip().split(",")]
    return sorted(c for part in parts for c in range(int(part[0]), int(part[-1]) + 1))
def cpus(which):
    return numbers(d["cpus"][which]["list"])
def of_file(which):
    return numbers(open("/sys/devices/system/cpu/" + which).read())
for line in open(sys.argv[3]):
    what, wanted, expression = line.rstrip("\n").split("\t")
    got = str(eval(expression))
    if got != wanted:
        print("%s: %s is %s, not %s" % (what, expression, got, wanted))
        wrong = 1
space = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[2]).getroot()
units = [cpu for group in d["groups"] for cpu in group["units"]]
assert root.tag == space + "svg"
width, height = float(root.get("width")), float(root.get("height"))
cells = []
for box in root.iter(space + "rect"):
    x, y, w, h = (float(box.get(name) or 0) for name in ("x", "y", "width", "height"))
    assert 0 <= x and x + w <= width and 0 <= y and y + h <= height, (x, y, w, h)
    if box.get("class") in ("online", "offline", "unused") and h == 30:
        cells.append((y, x, w))
cells.sort()
assert len(cells) == len(units), (len(cells), len(units))
assert all(a[0] != b[0] or b[1] - a[1] >= a[2] for a, b in zip(cells, cells[1:]))
texts = [text.text for text in root.iter(space + "text")]
assert all(str(cpu) in texts for cpu in units if cpu is not None)
assert all(float(text.get("y")) <= height for text in root.iter(space + "text"))
sys.exit(wrong)
END
find_out() {
	[ -s "$work/asked" ] || return 0
	python3 "$work/find_out.py" "$work/json" "$work/svg" "$work/asked" || failed "see above"
	: >"$work/asked"
}

# as CONF: the document, the picture and the text of a process with that configuration; "": with none
as() {
	find_out
	[ -z "$1" ] || export PERCPU_CONF="$1"
	"$program" --json --svg="$work/svg" >"$work/json" || failed "$1: exit status $?"
	"$program" >"$work/text" || failed "$1: exit status $?"
	unset PERCPU_CONF
	! command -v xmllint >/dev/null || xmllint --noout "$work/svg" || failed "$1: this is no XML"
	awk 'length > 79 { print; wrong = 1 } END { exit wrong }' "$work/text" ||
		failed "$1: the text has lines that are too wide"
}

# --- this machine ---
as ''
for which in possible present online; do
	[ ! -r /sys/devices/system/cpu/$which ] ||
		is "this machine" True "cpus('$which') == of_file('$which')"
done
is "this machine" "$(nproc)" "d['cpus']['allowed']['count']"
is "this machine" "$(uname -r)" "d['system']['release']"
is "this machine" "$(getconf PAGESIZE)" "d['pages']['size']"
is "this machine" None "d['configuration']"
is "this machine" True "d['backend']['tier'] in ('rseq', 'fallback') and len(d['backend']['reason']) > 5"
is "this machine" True "sorted(c for g in d['groups'] for c in g['units'] if c is not None) == cpus('possible')"
if [ -r /sys/kernel/mm/transparent_hugepage/enabled ]; then
	is "this machine" "$(sed 's/.*\[\(.*\)\].*/\1/' /sys/kernel/mm/transparent_hugepage/enabled)" \
		"d['pages']['transparent_huge']"
fi
grep -q '^backend [a-z]*: .' "$work/text" || failed "the text has no backend"

# What is in the man page, and what is in the document.
python3 -c 'import json, sys
def names(value):
    if isinstance(value, dict):
        for name in value:
            print(name)
            names(value[name])
    elif isinstance(value, list):
        for one in value:
            names(one)
names(json.load(open(sys.argv[1])))' "$work/json" | sort -u | while read -r name; do
	grep -qE "^(\.I(R|B)? |\.I )$name( |\$)" "$page" || echo "$name"
done >"$work/missing"
[ ! -s "$work/missing" ] || failed "$page says nothing of $(cat "$work/missing")"

# --- machines that are not here ---
as possible:40
is possible:40 40 "d['cpus']['possible']['count']"
is possible:40 possible:40 "d['configuration']"
is possible:40 True "d['first_chunk']['form'] == 'embed' and d['address_space']['reserved']"
is possible:40 True "sum(g['size'] for g in d['groups']) == d['first_chunk']['nr_units'] * d['address_space']['stride']"
is possible:40 True "d['first_chunk']['unit_size'] * d['first_chunk']['units_per_allocation'] == d['first_chunk']['alloc_size']"
grep -q '(39)' "$work/text" || failed "the picture has no CPU 39"

as alloc:page,possible:40,backend:fallback
is alloc:page fallback "d['backend']['tier']"
is alloc:page page "d['first_chunk']['form']"
is alloc:page page "d['first_chunk']['asked_for']"
is alloc:page False "d['address_space']['reserved']"

as 'topology:numa:4 pu:6'
if [ "$(nproc --all)" -le 24 ]; then
	is "four nodes" 24 "d['cpus']['possible']['count']"
	is "four nodes" 4 "len(d['nodes'])"
	is "four nodes" "18-23" "d['nodes'][3]['cpus']['list']"
	is "four nodes" "[[10, 20], [20, 10]]" "[n['distances'][:2] for n in d['nodes'][:2]]"
	is "four nodes" "[6, 7, 8, 9, 10, 11]" "[c for c in d['groups'][1]['units'] if c is not None]"
	grep -q '^  group 3, node 3$' "$work/text" || failed "the picture has no group of node 3"
fi

# A file of hwloc's, with distances that are no two alike.
cat >"$work/two.xml" <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE topology SYSTEM "hwloc2.dtd">
<topology version="2.0">
  <object type="Machine" os_index="0" cpuset="0x000000ff" complete_cpuset="0x000000ff" allowed_cpuset="0x000000ff" nodeset="0x00000003" complete_nodeset="0x00000003" allowed_nodeset="0x00000003" gp_index="1">
    <object type="Package" os_index="0" cpuset="0x0000000f" complete_cpuset="0x0000000f" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="2">
      <object type="NUMANode" os_index="0" cpuset="0x0000000f" complete_cpuset="0x0000000f" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="3" local_memory="1073741824"/>
      <object type="PU" os_index="0" cpuset="0x00000001" complete_cpuset="0x00000001" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="4"/>
      <object type="PU" os_index="1" cpuset="0x00000002" complete_cpuset="0x00000002" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="5"/>
      <object type="PU" os_index="2" cpuset="0x00000004" complete_cpuset="0x00000004" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="6"/>
      <object type="PU" os_index="3" cpuset="0x00000008" complete_cpuset="0x00000008" nodeset="0x00000001" complete_nodeset="0x00000001" gp_index="7"/>
    </object>
    <object type="Package" os_index="1" cpuset="0x000000f0" complete_cpuset="0x000000f0" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="8">
      <object type="NUMANode" os_index="1" cpuset="0x000000f0" complete_cpuset="0x000000f0" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="9" local_memory="1073741824"/>
      <object type="PU" os_index="4" cpuset="0x00000010" complete_cpuset="0x00000010" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="10"/>
      <object type="PU" os_index="5" cpuset="0x00000020" complete_cpuset="0x00000020" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="11"/>
      <object type="PU" os_index="6" cpuset="0x00000040" complete_cpuset="0x00000040" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="12"/>
      <object type="PU" os_index="7" cpuset="0x00000080" complete_cpuset="0x00000080" nodeset="0x00000002" complete_nodeset="0x00000002" gp_index="13"/>
    </object>
  </object>
  <distances2 type="NUMANode" nbobjs="2" kind="5" name="NUMALatency" indexing="os">
    <indexes length="4">0 1 </indexes>
    <u64values length="12">10 21 33 10 </u64values>
  </distances2>
</topology>
END
as "topology:$work/two.xml"
if [ "$(nproc --all)" -le 8 ]; then
	is "a file of hwloc's" "[[10, 21], [33, 10]]" "[n['distances'] for n in d['nodes']]"
	is "a file of hwloc's" "['0-3', '4-7']" "[n['cpus']['list'] for n in d['nodes']]"
fi

find_out

# --- what cannot be had ---
got=0
"$program" --svg=/no/such/folder/x.svg >"$work/out" 2>"$work/err" || got=$?
if [ $got != 1 ] || [ -s "$work/out" ]; then failed "a picture that cannot be written: exit status $got"; fi
grep -q '/no/such/folder/x.svg: No such file or directory. Name a file that you may write' "$work/err" ||
	failed "of a picture that cannot be written it says '$(cat "$work/err")'"
for options in '--json --text' '--json --svg=-' '--svg='; do
	got=0
	# shellcheck disable=SC2086 # two words
	"$program" $options >"$work/out" 2>"$work/err" || got=$?
	if [ $got != 2 ] || [ -s "$work/out" ]; then failed "$options: exit status $got"; fi
done
"$program" --svg=- >"$work/out"
"$program" --svg="$work/svg"
cmp "$work/out" "$work/svg" || failed "the picture on standard output is another one"
exit $status
