/* SPDX-License-Identifier: MIT */
/* Metrics: what was counted is on the page, and pages are made meanwhile. */
#include "toolkit/part.h"

#include <percpu/metrics.h>
#include <percpu/percpu.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct percpu_metric_desc count_desc = {.name = "count"};
static const struct percpu_metric_desc sizes_desc = {.name = "sizes", .exact_sum = true};
static const struct percpu_metric_desc passing_desc = {.name = "passing"};

static struct percpu_metrics *registry;
static struct percpu_metric_counter count;
static struct percpu_metric_histogram sizes;
static struct toolkit_tally added[TOOLKIT_WORKERS], observed[TOOLKIT_WORKERS];

static void begin(void)
{
	registry = percpu_metrics_create();
	if (!registry || percpu_metrics_counter(registry, &count, &count_desc) ||
	    percpu_metrics_histogram(registry, &sizes, &sizes_desc))
		abort();
}

/* 0: the line is not there. */
static uint64_t line_of(const char *name)
{
	char *text = percpu_metrics_text(registry, PERCPU_METRICS_OPENMETRICS, NULL);
	const char *line = text ? strstr(text, name) : NULL;
	const uint64_t value = line ? strtoull(line + strlen(name), NULL, 10) : 0;

	free(text);
	return value;
}

static void come_and_go(void)
{
	struct percpu_metric_counter passing;

	if (percpu_metrics_counter(registry, &passing, &passing_desc))
		abort();
	percpu_metric_inc(&passing);
	if (percpu_metrics_unregister(registry, "passing", NULL))
		abort();
}

static void operate(unsigned int worker, unsigned int draw)
{
	percpu_metric_add(&count, draw);
	added[worker].outside += draw;
	percpu_metric_observe(&sizes, draw);
	observed[worker].outside++;
	if (draw % 2048 == 0)
		line_of("\ncount_total ");
	if (draw % 2048 == 1)
		come_and_go();
}

static void in_handler(unsigned int worker, unsigned int draw)
{
	percpu_metric_add(&count, draw);
	added[worker].inside += draw;
	percpu_metric_observe(&sizes, draw);
	observed[worker].inside++;
}

static void in_child(void)
{
	const uint64_t before = line_of("\ncount_total ");

	percpu_metric_inc(&count);
	if (line_of("\ncount_total ") != before + 1)
		_exit(1);
}

static bool end(void)
{
	bool equal =
		toolkit_equal("count_total", line_of("\ncount_total "), toolkit_tallies(added));

	equal &= toolkit_equal("sizes_count", line_of("\nsizes_count "), toolkit_tallies(observed));
	equal &= toolkit_equal("sizes_sum", line_of("\nsizes_sum "), toolkit_tallies(added));
	return equal;
}

TOOLKIT_PART(metrics, .name = "metrics", .begin = begin, .operate = operate,
	     .in_handler = in_handler, .in_child = in_child, .end = end)
