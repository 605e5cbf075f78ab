// SPDX-License-Identifier: MIT
/* Counters with names: updates beside this_cpu_inc(), and a page of ten thousand series. */
#include "toolkit/part.h"

#include <err.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <percpu/metrics.h>
#include <percpu/percpu.h>

#include "harness/figure.h"
#include "toolkit/turns.h"

#define SERIES 10000
#define PAGES 40
#define MOST_NS_A_SERIES 1000

static const struct percpu_metric_desc counter_desc = {.name = "counter"};
static const struct percpu_metric_desc updown_desc = {.name = "updown"};
static const struct percpu_metric_desc gauge_desc = {.name = "gauge"};
static const struct percpu_metric_desc sizes_desc = {.name = "sizes"};
static const struct percpu_metric_desc sums_desc = {.name = "sums", .exact_sum = true};

static DEFINE_PER_CPU(unsigned long, count);
static struct percpu_metric_counter counter;
static struct percpu_metric_updown updown;
static struct percpu_metric_gauge gauge;
static struct percpu_metric_histogram sizes, sums;

/* One that the compiler does not know; and such that none is like the one before. */
static uint64_t value;
#define VALUES 256
static uint64_t values[VALUES];

WAY(inc, this_cpu_inc(count))
WAY(inc_counter, percpu_metric_inc(&counter))
WAY(add_updown, percpu_metric_updown_add(&updown, -1))
WAY(add_gauge, percpu_metric_gauge_add(&gauge, 1))
WAY(observe, percpu_metric_observe(&sizes, value))
WAY(observe_sum, percpu_metric_observe(&sums, value))

/* All values in turn, by a loop that has one instruction more than the others: the load. */
static void observe_many(unsigned int times)
{
	while (times) {
		const unsigned int nr = times < VALUES ? times : VALUES;

		for (ptrdiff_t i = -(ptrdiff_t)nr; i; i++)
			percpu_metric_observe(&sizes, values[VALUES + i]);
		times -= nr;
	}
}

static void check(int error)
{
	if (error)
		errx(EXIT_FAILURE, "metrics: error %d", error);
}

static void set_up(void)
{
	uint64_t draw = 1;

	for (size_t i = 0; i < VALUES; i++) {
		draw = draw * UINT64_C(6364136223846793005) + 1442695040888963407;
		values[i] = draw >> 44 >> (draw >> 20) % 16;
		value |= values[i] & 37000;
	}
	check(percpu_metrics_counter(NULL, &counter, &counter_desc));
	check(percpu_metrics_updown(NULL, &updown, &updown_desc));
	check(percpu_metrics_gauge(NULL, &gauge, &gauge_desc));
	check(percpu_metrics_histogram(NULL, &sizes, &sizes_desc));
	check(percpu_metrics_histogram(NULL, &sums, &sums_desc));
}

static void measure(void)
{
	static const struct way ways[] = {
		{"this_cpu_inc", inc, 0},
		{"percpu_metric_inc", inc_counter, 0},
		{"percpu_metric_updown_add", add_updown, 0},
		{"percpu_metric_gauge_add", add_gauge, 0},
		{"percpu_metric_observe", observe, 2},
		{"percpu_metric_observe, values that vary", observe_many, 2},
		{"percpu_metric_observe, with the sum", observe_sum, 0},
	};

	set_up();
	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
}

TOOLKIT_GROUP(metrics, "metrics", NULL, measure)

/* --- pages --- */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void register_series(void)
{
	static struct percpu_metric_counter counters[SERIES];
	char path[20];
	unsigned int cpu;

	for (int i = 0; i < SERIES; i++) {
		snprintf(path, sizeof(path), "/path/%d", i);
		check(percpu_metrics_counter(NULL, &counters[i], &counter_desc, "method",
					     i % 2 ? "GET" : "POST", "path", path));
		for_each_possible_cpu(cpu)
			*per_cpu_ptr(counters[i].value, cpu) = (uint64_t)i * 1000;
	}
}

static double best_page(enum percpu_metrics_format format)
{
	double best = 1e18;

	for (int i = 0; i < PAGES; i++) {
		const double start = now();
		char *text = percpu_metrics_text(NULL, format, NULL);
		const double took = now() - start;

		if (!text)
			errx(EXIT_FAILURE, "metrics: no page");
		free(text);
		best = took < best ? took : best;
	}
	return best / SERIES;
}

static void measure_pages(void)
{
	register_series();
	figure_at_most(MOST_NS_A_SERIES, "ns", best_page(PERCPU_METRICS_OPENMETRICS),
		       "a page of 10000 counters, a series");
	figure("ns", best_page(PERCPU_METRICS_JSON), "the same in JSON");
}

TOOLKIT_GROUP(pages, "metrics, pages", NULL, measure_pages)
TOOLKIT_GROUP(pages_64, "metrics, pages, 64 CPUs", "possible:64", measure_pages)
