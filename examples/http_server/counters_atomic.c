/* SPDX-License-Identifier: MIT */
/* Counting in shared C11 atomics: exact, but every thread writes the same cache lines. */
#include "counters.h"

#include <stdatomic.h>

static struct {
	_Alignas(64) _Atomic uint64_t requests;
	_Atomic uint64_t body_bytes;
	_Atomic uint64_t by_class[STATUS_CLASSES];
	_Atomic uint64_t by_latency[LATENCY_BUCKETS];
	_Atomic uint64_t latency_ns;
} shared;

static int atomic_open(void)
{
	return 0;
}

static void atomic_close(void)
{
}

static void add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t get(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void atomic_count(const struct answer *answer)
{
	add(&shared.requests, 1);
	add(&shared.body_bytes, answer->body_bytes);
	add(&shared.by_class[answer->status_class], 1);
	add(&shared.by_latency[answer->latency_bucket], 1);
	add(&shared.latency_ns, answer->latency_ns);
}

static void atomic_read(struct counts *sum)
{
	sum->requests = get(&shared.requests);
	sum->body_bytes = get(&shared.body_bytes);
	for (int i = 0; i < STATUS_CLASSES; i++)
		sum->by_class[i] = get(&shared.by_class[i]);
	for (int i = 0; i < LATENCY_BUCKETS; i++)
		sum->by_latency[i] = get(&shared.by_latency[i]);
	sum->latency_ns = get(&shared.latency_ns);
}

const struct counter_ops counters_atomic = {
	.name = "atomic",
	.open = atomic_open,
	.close = atomic_close,
	.count = atomic_count,
	.read = atomic_read,
};
