/* SPDX-License-Identifier: MIT */
/*
 * Counting in per-CPU variables: each CPU adds to its own copy, with no lock and no shared cache
 * line, and a reader adds the copies up.
 *
 * Both kinds of per-CPU memory are used. What exists once a program is a static variable; what
 * belongs to an object that comes and goes (here: the answers of one server) is allocated.
 */
#include "counters.h"

#include <errno.h>

#include <percpu/percpu.h>

struct answer_stats {
	unsigned long by_class[STATUS_CLASSES];
	unsigned long by_latency[LATENCY_BUCKETS];
	unsigned long latency_ns;
};

static DEFINE_PER_CPU(unsigned long, requests);
static DEFINE_PER_CPU(unsigned long, body_bytes);
static struct answer_stats __percpu *answers;

static int per_cpu_open(void)
{
	answers = alloc_percpu(struct answer_stats);
	return answers ? 0 : -ENOMEM;
}

static void per_cpu_close(void)
{
	free_percpu(answers);
	answers = NULL;
}

/* Five updates, each whole by itself: the thread may move to another CPU between two of them. */
static void per_cpu_count(const struct answer *answer)
{
	this_cpu_inc(requests);
	this_cpu_add(body_bytes, answer->body_bytes);
	this_cpu_inc(answers->by_class[answer->status_class]);
	this_cpu_inc(answers->by_latency[answer->latency_bucket]);
	this_cpu_add(answers->latency_ns, answer->latency_ns);
}

/* Sums what CPUs have used; a CPU that never counted is not given memory by being read. */
static void per_cpu_read(struct counts *sum)
{
	sum->requests = per_cpu_sum(requests);
	sum->body_bytes = per_cpu_sum(body_bytes);
	for (int i = 0; i < STATUS_CLASSES; i++)
		sum->by_class[i] = per_cpu_sum(answers->by_class[i]);
	for (int i = 0; i < LATENCY_BUCKETS; i++)
		sum->by_latency[i] = per_cpu_sum(answers->by_latency[i]);
	sum->latency_ns = per_cpu_sum(answers->latency_ns);
}

/* That CPU may be adding to its copy right now: read the word once, whole. */
static uint64_t read_copy(const unsigned long *copy)
{
	return __atomic_load_n(copy, __ATOMIC_RELAXED);
}

/* per_cpu() and per_cpu_ptr() do give a CPU its memory: ask first whether it has any. */
static bool percpu_read_cpu(unsigned int cpu, struct counts *part)
{
	if (!percpu_unit_is_open(cpu))
		return false;

	const struct answer_stats *copy = per_cpu_ptr(answers, cpu);

	part->requests = read_copy(&per_cpu(requests, cpu));
	part->body_bytes = read_copy(&per_cpu(body_bytes, cpu));
	for (int i = 0; i < STATUS_CLASSES; i++)
		part->by_class[i] = read_copy(&copy->by_class[i]);
	for (int i = 0; i < LATENCY_BUCKETS; i++)
		part->by_latency[i] = read_copy(&copy->by_latency[i]);
	part->latency_ns = read_copy(&copy->latency_ns);
	return true;
}

const struct counter_ops counters_percpu = {
	.name = "percpu",
	.open = per_cpu_open,
	.close = per_cpu_close,
	.count = per_cpu_count,
	.read = per_cpu_read,
	.read_cpu = percpu_read_cpu,
	.backend = percpu_backend,
};
