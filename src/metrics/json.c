/* SPDX-License-Identifier: MIT */
/* json.c - a page in JSON; docs/metrics.md has its shape. */
#include "metrics/formats.h"

#include <string.h>

static void put_string(struct pcpu_page *page, const char *text)
{
	pcpu_page_put(page, "\"", 1);
	pcpu_page_put_escaped(page, text, true);
	pcpu_page_put(page, "\"", 1);
}

static void put_labels(struct pcpu_page *page, const struct pcpu_series *series)
{
	const char *text = series->labels;

	pcpu_page_puts(page, "{\"labels\":{");
	for (unsigned int i = 0; i < 2 * series->nr_labels; i++) {
		if (i)
			pcpu_page_put(page, i % 2 ? ":" : ",", 1);
		put_string(page, text);
		text += strlen(text) + 1;
	}
	pcpu_page_put(page, "}", 1);
}

/* Those that have something in them; the last one's bound is null. */
static uint64_t put_buckets(struct pcpu_page *page, const struct pcpu_family *family,
			    const uint64_t *words)
{
	const char *before = "";
	uint64_t count = 0;

	pcpu_page_puts(page, ",\"buckets\":[");
	for (uint32_t i = 0; i <= family->shape->last; i++) {
		if (!words[i])
			continue;
		count += words[i];
		pcpu_page_puts(page, before);
		pcpu_page_puts(page, "{\"le\":");
		if (i < family->shape->last)
			pcpu_page_put_scaled(page, pcpu_shape_highest(family->shape, i),
					     family->desc.decimals);
		else
			pcpu_page_puts(page, "null");
		pcpu_page_puts(page, ",\"count\":");
		pcpu_page_put_number(page, words[i]);
		pcpu_page_put(page, "}", 1);
		before = ",";
	}
	pcpu_page_put(page, "]", 1);
	return count;
}

static void put_histogram(struct pcpu_page *page, const struct pcpu_series *series,
			  const uint64_t *words)
{
	const uint64_t count = put_buckets(page, series->family, words);

	pcpu_page_puts(page, ",\"count\":");
	pcpu_page_put_number(page, count);
	pcpu_page_puts(page, ",\"sum\":");
	pcpu_page_put_scaled(page, pcpu_sum_of(series, words), series->family->desc.decimals);
}

static void put_series(struct pcpu_page *page, const struct pcpu_series *series,
		       const uint64_t *words)
{
	put_labels(page, series);
	if (series->family->type == PERCPU_METRIC_HISTOGRAM) {
		put_histogram(page, series, words);
	} else if (series->family->type != PERCPU_METRIC_INFO) {
		pcpu_page_puts(page, ",\"value\":");
		pcpu_put_value(page, series->family, *words);
	}
	pcpu_page_put(page, "}", 1);
}

/* Returns the values of the next family. */
static const uint64_t *put_family(struct pcpu_page *page, const struct pcpu_family *family,
				  const uint64_t *values)
{
	const char *before = "\n  ";

	pcpu_page_puts(page, "{\"name\":");
	put_string(page, family->desc.name);
	pcpu_page_puts(page, ",\"type\":");
	put_string(page, pcpu_type_name(family->type));
	pcpu_page_puts(page, ",\"unit\":");
	put_string(page, family->desc.unit);
	pcpu_page_puts(page, ",\"help\":");
	put_string(page, family->desc.help);
	pcpu_page_puts(page, ",\"series\":[");
	for (const struct pcpu_series *series = family->first; series; series = series->next) {
		if (series->shown) {
			pcpu_page_puts(page, before);
			put_series(page, series, values);
			before = ",\n  ";
		}
		values += pcpu_family_words(family);
	}
	pcpu_page_puts(page, "]}");
	return values;
}

void pcpu_write_json(struct pcpu_page *page, const struct percpu_metrics *registry,
		     const uint64_t *values)
{
	pcpu_page_puts(page, "{\"families\":[");
	for (const struct pcpu_family *family = registry->first; family; family = family->next) {
		pcpu_page_puts(page, family == registry->first ? "\n " : ",\n ");
		values = put_family(page, family, values);
	}
	pcpu_page_puts(page, "]}\n");
}
