/* SPDX-License-Identifier: MIT */
/* formats.h - pages of a registry whose values were collected (metrics/collect.h). */
#ifndef PCPU_METRICS_FORMATS_H
#define PCPU_METRICS_FORMATS_H

#include "metrics/page.h"
#include "metrics/registry.h"
#include "metrics/shape.h"

void pcpu_write_openmetrics(struct pcpu_page *page, const struct percpu_metrics *registry,
			    const uint64_t *values);
void pcpu_write_json(struct pcpu_page *page, const struct percpu_metrics *registry,
		     const uint64_t *values);

/* What both have of a value that is one word. */
static inline void pcpu_put_value(struct pcpu_page *page, const struct pcpu_family *family,
				  uint64_t value)
{
	const bool is_signed =
		family->type == PERCPU_METRIC_GAUGE || family->type == PERCPU_METRIC_UPDOWN;

	if (is_signed && (int64_t)value < 0) {
		pcpu_page_put(page, "-", 1);
		value = 0 - value;
	}
	pcpu_page_put_scaled(page, value, family->desc.decimals);
}

/* The sum of a histogram's values: of a function's it is always there. */
static inline uint64_t pcpu_sum_of(const struct pcpu_series *series, const uint64_t *words)
{
	const struct percpu_metric_shape *shape = series->family->shape;

	return series->read ? words[shape->last + 1] : pcpu_shape_sum(shape, words);
}

static inline const char *pcpu_type_name(enum percpu_metric_type type)
{
	static const char *const names[] = {
		[PERCPU_METRIC_COUNTER] = "counter",     [PERCPU_METRIC_UPDOWN] = "gauge",
		[PERCPU_METRIC_GAUGE] = "gauge",         [PERCPU_METRIC_INFO] = "info",
		[PERCPU_METRIC_HISTOGRAM] = "histogram",
	};

	return names[type];
}

#endif /* PCPU_METRICS_FORMATS_H */
