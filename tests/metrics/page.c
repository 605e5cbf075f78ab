/* SPDX-License-Identifier: MIT */
/* page.c - a page with everything on it that a parser may stumble over. page om|json */
#include <percpu/metrics.h>
#include <percpu/percpu.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct percpu_metric_desc odd_desc = {
	.name = "odd:texts_total",
	.help = "\\ \" \n \t { } # = , \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \\n",
};
static const char *const odd[] = {
	"",
	" ",
	"\\",
	"\"",
	"\n",
	"\\n",
	"a=\"b\",c",
	"{}",
	"# EOF",
	"\t",
	"\r",
	"\x7f",
	"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	"+Inf",
	"1",
};
static const struct percpu_metric_desc bytes_desc = {.name = "sent_bytes", .unit = "bytes"};
static const struct percpu_metric_desc level_desc = {.name = "level", .decimals = 9};
static const struct percpu_metric_desc open_desc = {.name = "open", .help = "What is open."};
static const struct percpu_metric_desc times_desc = {.name = "times_seconds",
						     .unit = "seconds",
						     .decimals = 9,
						     .lowest = 1 << 10,
						     .highest = (uint64_t)16 << 30,
						     .exact_sum = true};
static const struct percpu_metric_desc sizes_desc = {.name = "sizes", .per_octave = 1};
static const struct percpu_metric_desc build_desc = {.name = "build"};

static void check(int error)
{
	if (error)
		exit(1);
}

static void count_odd(void)
{
	struct percpu_metric_counter counter;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		check(percpu_metrics_counter(NULL, &counter, &odd_desc, "text", odd[i]));
		percpu_metric_add(&counter, i + 1);
	}
}

static void set_gauges(void)
{
	static const int64_t levels[] = {0, 1, -1, 1500000000, -999999999, INT64_MAX, INT64_MIN};
	struct percpu_metric_gauge gauge;
	struct percpu_metric_updown updown;
	char n[2] = "0";

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++, n[0]++) {
		check(percpu_metrics_gauge(NULL, &gauge, &level_desc, "n", n));
		percpu_metric_gauge_set(&gauge, levels[i]);
	}
	check(percpu_metrics_updown(NULL, &updown, &open_desc));
	percpu_metric_updown_add(&updown, -3);
}

static void observe(void)
{
	static const char *const ways[] = {"in", "out", NULL};
	struct percpu_metric_histogram times, sizes;

	for (int way = 0; ways[way]; way++) {
		check(percpu_metrics_histogram(NULL, &times, &times_desc, "way", ways[way]));
		for (uint64_t value = 1; value < (uint64_t)1 << 40; value = value * 3 / 2 + 1)
			percpu_metric_observe(&times, value);
	}
	check(percpu_metrics_histogram(NULL, &sizes, &sizes_desc));
	for (int bit = 0; bit < 64; bit++)
		percpu_metric_observe(&sizes, (uint64_t)1 << bit);
}

int main(int argc, char **argv)
{
	const enum percpu_metrics_format format = argc > 1 && !strcmp(argv[1], "json")
							  ? PERCPU_METRICS_JSON
							  : PERCPU_METRICS_OPENMETRICS;
	struct percpu_metric_counter bytes;

	count_odd();
	check(percpu_metrics_counter(NULL, &bytes, &bytes_desc));
	percpu_metric_add(&bytes, (uint64_t)1 << 53);
	set_gauges();
	observe();
	check(percpu_metrics_info(NULL, &build_desc, "version", "1.2", "mode", "per \"CPU\""));
	return percpu_metrics_print(NULL, format, stdout) != 0;
}
