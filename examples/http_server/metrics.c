/* SPDX-License-Identifier: MIT */
/* What is on the page. */
#include "metrics.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <percpu/percpu.h>

const struct percpu_metric_desc metrics_requests = {
	.name = "http_requests",
	.help = "Requests answered, without those for /metrics.",
};
const struct percpu_metric_desc metrics_body_bytes = {
	.name = "http_response_body_bytes",
	.help = "Bytes of response bodies.",
	.unit = "bytes",
};
const struct percpu_metric_desc metrics_responses = {
	.name = "http_responses",
	.help = "Responses by class of status code.",
};
const struct percpu_metric_desc metrics_latency = {
	.name = "http_request_duration_seconds",
	.help = "Time from a request's first line to its answer's last byte.",
	.unit = "seconds",
	.decimals = 9, /* it is counted in nanoseconds */
	.per_octave = 1,
	.lowest = UINT64_C(1) << LATENCY_FIRST_LOG2,
	.highest = (UINT64_C(1) << (LATENCY_FIRST_LOG2 + LATENCY_BUCKETS - 2)) - 1,
	.exact_sum = true,
};
static const struct percpu_metric_desc by_cpu_desc = {
	.name = "http_requests_by_cpu",
	.help = "Requests by the CPU that counted them; they add up to http_requests.",
};
static const struct percpu_metric_desc counters_desc = {
	.name = "http_server_counters",
	.help = "How the server counts.",
};

static const struct counter_ops *counters;

/* --- what is read when the page is made --- */

/* @offset is where the number is in struct counts. */
static bool read_number(void *offset, uint64_t *words)
{
	struct counts sum;

	counters->read(&sum);
	memcpy(words, (const char *)&sum + (uintptr_t)offset, sizeof(*words));
	return true;
}

static bool read_latency(void *unused, uint64_t *words)
{
	struct counts sum;

	(void)unused;
	counters->read(&sum);
	memcpy(words, sum.by_latency, sizeof(sum.by_latency));
	words[LATENCY_BUCKETS] = sum.latency_ns;
	return true;
}

static bool read_requests_of_cpu(void *cpu, uint64_t *words)
{
	struct counts part;

	if (!counters->read_cpu((unsigned int)(uintptr_t)cpu, &part))
		return false;
	*words = part.requests;
	return true;
}

/* --- registering --- */

static void *offset(size_t bytes)
{
	return (void *)(uintptr_t)bytes; /* for read_number() */
}

static int register_sums(void)
{
	int error = percpu_metrics_function(NULL, PERCPU_METRIC_COUNTER, read_number,
					    offset(offsetof(struct counts, requests)),
					    &metrics_requests);

	if (!error)
		error = percpu_metrics_function(NULL, PERCPU_METRIC_COUNTER, read_number,
						offset(offsetof(struct counts, body_bytes)),
						&metrics_body_bytes);
	for (unsigned int i = 0; i < STATUS_CLASSES && !error; i++)
		error = percpu_metrics_function(
			NULL, PERCPU_METRIC_COUNTER, read_number,
			offset(offsetof(struct counts, by_class) + i * sizeof(uint64_t)),
			&metrics_responses, "class", status_class_name(i));
	if (!error)
		error = percpu_metrics_function(NULL, PERCPU_METRIC_HISTOGRAM, read_latency, NULL,
						&metrics_latency);
	return error;
}

static int register_cpus(void)
{
	unsigned int cpu;
	int error = 0;

	for_each_possible_cpu(cpu) {
		char number[16];

		snprintf(number, sizeof(number), "%u", cpu);
		if (!error)
			error = percpu_metrics_function(NULL, PERCPU_METRIC_COUNTER,
							read_requests_of_cpu, offset(cpu),
							&by_cpu_desc, "cpu", number);
	}
	return error;
}

static int register_mode(void)
{
	if (!counters->backend)
		return percpu_metrics_info(NULL, &counters_desc, "mode", counters->name);
	return percpu_metrics_info(NULL, &counters_desc, "mode", counters->name, "backend",
				   counters->backend());
}

int metrics_open(const struct counter_ops *of)
{
	int error = 0;

	counters = of;
	if (!counters->registered)
		error = register_sums();
	if (!error && counters->read_cpu)
		error = register_cpus();
	return error ? error : register_mode();
}

void metrics_close(void)
{
	percpu_metrics_destroy(NULL);
}

char *metrics_text(size_t *length)
{
	return percpu_metrics_text(NULL, PERCPU_METRICS_OPENMETRICS, length);
}
