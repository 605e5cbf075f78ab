/* SPDX-License-Identifier: MIT */
/*
 * Counting in per-CPU variables: each CPU adds to its own copy, with no lock and no shared cache
 * line, and a reader adds the copies up.
 *
 * They are metrics, so that they have names. What they count into are per-CPU pointers like any
 * other, which this file makes use of to show what each CPU has.
 */
#include "counters.h"

#include <percpu/metrics.h>
#include <percpu/percpu.h>

#include "metrics.h"

static struct percpu_metric_counter requests, body_bytes;
static struct percpu_metric_counter by_class[STATUS_CLASSES];
static struct percpu_metric_histogram latency;

static int per_cpu_open(void)
{
	int error = percpu_metrics_counter(NULL, &requests, &metrics_requests);

	if (!error)
		error = percpu_metrics_counter(NULL, &body_bytes, &metrics_body_bytes);
	for (unsigned int i = 0; i < STATUS_CLASSES && !error; i++)
		error = percpu_metrics_counter(NULL, &by_class[i], &metrics_responses, "class",
					       status_class_name(i));
	if (!error)
		error = percpu_metrics_histogram(NULL, &latency, &metrics_latency);
	return error;
}

/* metrics_close() unregisters them. */
static void per_cpu_close(void)
{
}

/* Five updates, each whole by itself: the thread may move to another CPU between two of them. */
static void per_cpu_count(const struct answer *answer)
{
	percpu_metric_inc(&requests);
	percpu_metric_add(&body_bytes, answer->body_bytes);
	percpu_metric_inc(&by_class[answer->status_class]);
	percpu_metric_observe(&latency, answer->latency_ns); /* its bucket, and the sum */
}

/* Sums what CPUs have used; a CPU that never counted is not given memory by being read. */
static void per_cpu_read(struct counts *sum)
{
	uint64_t words[LATENCY_BUCKETS + 1];

	sum->requests = percpu_metric_counter_read(&requests);
	sum->body_bytes = percpu_metric_counter_read(&body_bytes);
	for (int i = 0; i < STATUS_CLASSES; i++)
		sum->by_class[i] = percpu_metric_counter_read(&by_class[i]);
	percpu_metric_histogram_read(&latency, words);
	for (int i = 0; i < LATENCY_BUCKETS; i++)
		sum->by_latency[i] = words[i];
	sum->latency_ns = words[LATENCY_BUCKETS];
}

/* That CPU may be adding to its copy right now: read the word once, whole. */
static uint64_t read_copy(const uint64_t *copy)
{
	return __atomic_load_n(copy, __ATOMIC_RELAXED);
}

/* per_cpu_ptr() does give a CPU its memory: ask first whether it has any. */
static bool percpu_read_cpu(unsigned int cpu, struct counts *part)
{
	if (!percpu_unit_is_open(cpu))
		return false;

	const uint64_t *buckets = per_cpu_ptr(latency.buckets, cpu);

	part->requests = read_copy(per_cpu_ptr(requests.value, cpu));
	part->body_bytes = read_copy(per_cpu_ptr(body_bytes.value, cpu));
	for (int i = 0; i < STATUS_CLASSES; i++)
		part->by_class[i] = read_copy(per_cpu_ptr(by_class[i].value, cpu));
	for (int i = 0; i < LATENCY_BUCKETS; i++)
		part->by_latency[i] = read_copy(&buckets[i]);
	part->latency_ns = read_copy(&buckets[LATENCY_BUCKETS]);
	return true;
}

const struct counter_ops counters_percpu = {
	.name = "percpu",
	.registered = true,
	.open = per_cpu_open,
	.close = per_cpu_close,
	.count = per_cpu_count,
	.read = per_cpu_read,
	.read_cpu = percpu_read_cpu,
	.backend = percpu_backend,
};
