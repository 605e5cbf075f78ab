/* SPDX-License-Identifier: MIT */
/* The counters as OpenMetrics text. */
#include "metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <percpu/percpu.h>

enum { NS_PER_SECOND = 1000000000 };

/* The UNIT line is there only for a metric whose name ends in its unit, as the format wants. */
static void put_family(FILE *out, const char *name, const char *type, const char *unit,
		       const char *help)
{
	fprintf(out, "# TYPE %s %s\n", name, type);
	if (unit)
		fprintf(out, "# UNIT %s %s\n", name, unit);
	fprintf(out, "# HELP %s %s\n", name, help);
}

/* In a label's value a backslash, a quote and a line feed are written with a backslash. */
static void put_label_value(FILE *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			fputc('\\', out);
		if (*value == '\n')
			fputs("\\n", out);
		else
			fputc(*value, out);
	}
}

/* Nanoseconds as seconds, digit by digit: a double would round large sums. */
static void put_seconds(FILE *out, uint64_t ns)
{
	fprintf(out, "%" PRIu64 ".%09" PRIu64, ns / NS_PER_SECOND, ns % NS_PER_SECOND);
}

static void put_totals(FILE *out, const struct counts *sum)
{
	put_family(out, "http_requests", "counter", NULL,
		   "Requests answered, without those for /metrics.");
	fprintf(out, "http_requests_total %" PRIu64 "\n", sum->requests);

	put_family(out, "http_response_body_bytes", "counter", "bytes",
		   "Bytes of response bodies.");
	fprintf(out, "http_response_body_bytes_total %" PRIu64 "\n", sum->body_bytes);

	put_family(out, "http_responses", "counter", NULL, "Responses by class of status code.");
	for (unsigned int i = 0; i < STATUS_CLASSES; i++)
		fprintf(out, "http_responses_total{class=\"%s\"} %" PRIu64 "\n",
			status_class_name(i), sum->by_class[i]);
}

/* The count is the sum of the buckets, not another counter: the two must never disagree. */
static void put_latency(FILE *out, const struct counts *sum)
{
	const char *name = "http_request_duration_seconds";
	uint64_t so_far = 0;

	put_family(out, name, "histogram", "seconds",
		   "Time from a request's first line to its answer's last byte.");
	for (unsigned int i = 0; i < LATENCY_BUCKETS; i++) {
		so_far += sum->by_latency[i];
		fprintf(out, "%s_bucket{le=\"", name);
		if (i == LATENCY_BUCKETS - 1)
			fputs("+Inf", out);
		else
			put_seconds(out, latency_bound_ns(i));
		fprintf(out, "\"} %" PRIu64 "\n", so_far);
	}
	fprintf(out, "%s_count %" PRIu64 "\n%s_sum ", name, so_far, name);
	put_seconds(out, sum->latency_ns);
	fputc('\n', out);
}

static void put_by_cpu(FILE *out, const struct counter_ops *counters)
{
	struct counts part;
	unsigned int cpu;

	put_family(out, "http_requests_by_cpu", "counter", NULL,
		   "Requests by the CPU that counted them; they add up to http_requests.");
	for_each_possible_cpu(cpu)
		if (counters->read_cpu(cpu, &part))
			fprintf(out, "http_requests_by_cpu_total{cpu=\"%u\"} %" PRIu64 "\n", cpu,
				part.requests);
}

static void put_counters_info(FILE *out, const struct counter_ops *counters)
{
	put_family(out, "http_server_counters", "info", NULL, "How the server counts.");
	fprintf(out, "http_server_counters_info{mode=\"%s\"", counters->name);
	if (counters->backend) {
		fputs(",backend=\"", out);
		put_label_value(out, counters->backend());
		fputc('"', out);
	}
	fputs("} 1\n", out);
}

static void put_all(FILE *out, const struct counter_ops *counters)
{
	struct counts sum;

	counters->read(&sum);
	put_totals(out, &sum);
	put_latency(out, &sum);
	if (counters->read_cpu)
		put_by_cpu(out, counters);
	put_counters_info(out, counters);
	fputs("# EOF\n", out);
}

char *metrics_text(const struct counter_ops *counters, size_t *length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, length);

	if (!out)
		return NULL;
	put_all(out, counters);

	bool failed = ferror(out);

	if (fclose(out) || failed) {
		free(text);
		return NULL;
	}
	return text;
}
