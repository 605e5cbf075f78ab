/* SPDX-License-Identifier: MIT */
/*
 * openmetrics.c - a page in OpenMetrics text, version 1.0.
 *
 * There are no _created lines: who scrapes keeps each as a series of its own, which doubles them.
 */
#include "metrics/formats.h"

#include <string.h>

static void put_head(struct pcpu_page *page, const struct pcpu_family *family, const char *key,
		     const char *text, bool escaped)
{
	if (!*text)
		return;
	pcpu_page_puts(page, "# ");
	pcpu_page_puts(page, key);
	pcpu_page_puts(page, family->desc.name);
	pcpu_page_put(page, " ", 1);
	if (escaped)
		pcpu_page_put_escaped(page, text, false);
	else
		pcpu_page_puts(page, text);
	pcpu_page_put(page, "\n", 1);
}

/* Those that the series has; it returns what comes before one more, or before the end. */
static const char *put_labels(struct pcpu_page *page, const struct pcpu_series *series)
{
	const char *before = "{", *text = series->labels;

	for (unsigned int i = 0; i < series->nr_labels; i++) {
		pcpu_page_put(page, before, 1);
		pcpu_page_puts(page, text);
		text += strlen(text) + 1;
		pcpu_page_put(page, "=\"", 2);
		pcpu_page_put_escaped(page, text, false);
		text += strlen(text) + 1;
		pcpu_page_put(page, "\"", 1);
		before = ",";
	}
	return before;
}

/* A line up to its value. */
static void put_name(struct pcpu_page *page, const struct pcpu_series *series, const char *suffix)
{
	pcpu_page_puts(page, series->family->desc.name);
	pcpu_page_puts(page, suffix);
	if (*put_labels(page, series) == ',')
		pcpu_page_put(page, "}", 1);
	pcpu_page_put(page, " ", 1);
}

static void put_bucket_name(struct pcpu_page *page, const struct pcpu_series *series, uint32_t i)
{
	const struct pcpu_family *family = series->family;

	pcpu_page_puts(page, family->desc.name);
	pcpu_page_puts(page, "_bucket");
	pcpu_page_put(page, put_labels(page, series), 1);
	pcpu_page_puts(page, "le=\"");
	if (i == family->shape->last) {
		pcpu_page_puts(page, "+Inf");
	} else {
		const size_t start = page->length;

		pcpu_page_put_scaled(page, pcpu_shape_highest(family->shape, i),
				     family->desc.decimals);
		/* bounds that are whole have a fraction too, so that they look alike everywhere */
		if (!page->failed && !memchr(page->text + start, '.', page->length - start))
			pcpu_page_puts(page, ".0");
	}
	pcpu_page_puts(page, "\"} ");
}

/* The count is the last bucket's, so the two never disagree. */
static void put_histogram(struct pcpu_page *page, const struct pcpu_series *series,
			  const uint64_t *words)
{
	const struct pcpu_family *family = series->family;
	uint64_t so_far = 0;

	for (uint32_t i = 0; i <= family->shape->last; i++) {
		so_far += words[i];
		put_bucket_name(page, series, i);
		pcpu_page_put_number(page, so_far);
		pcpu_page_put(page, "\n", 1);
	}
	put_name(page, series, "_count");
	pcpu_page_put_number(page, so_far);
	pcpu_page_put(page, "\n", 1);
	put_name(page, series, "_sum");
	pcpu_page_put_scaled(page, pcpu_sum_of(series, words), family->desc.decimals);
	pcpu_page_put(page, "\n", 1);
}

static void put_series(struct pcpu_page *page, const struct pcpu_series *series,
		       const uint64_t *words)
{
	switch (series->family->type) {
	case PERCPU_METRIC_HISTOGRAM:
		put_histogram(page, series, words);
		return;
	case PERCPU_METRIC_INFO:
		put_name(page, series, "_info");
		pcpu_page_put(page, "1", 1);
		break;
	case PERCPU_METRIC_COUNTER:
		put_name(page, series, "_total");
		pcpu_put_value(page, series->family, *words);
		break;
	default:
		put_name(page, series, "");
		pcpu_put_value(page, series->family, *words);
	}
	pcpu_page_put(page, "\n", 1);
}

void pcpu_write_openmetrics(struct pcpu_page *page, const struct percpu_metrics *registry,
			    const uint64_t *values)
{
	for (const struct pcpu_family *family = registry->first; family; family = family->next) {
		put_head(page, family, "TYPE ", pcpu_type_name(family->type), false);
		put_head(page, family, "UNIT ", family->desc.unit, false);
		put_head(page, family, "HELP ", family->desc.help, true);
		for (const struct pcpu_series *series = family->first; series;
		     series = series->next) {
			if (series->shown)
				put_series(page, series, values);
			values += pcpu_family_words(family);
		}
	}
	pcpu_page_puts(page, "# EOF\n");
}
