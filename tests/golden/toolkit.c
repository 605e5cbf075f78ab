/* SPDX-License-Identifier: MIT */
/*
 * toolkit.c - the program of sequences, free lists, pools and metrics that golden.sh disassembles:
 * a function for each that is in line. Run, it does each once and says how many went wrong.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdio.h>

#include <percpu/freelist.h>
#include <percpu/metrics.h>
#include <percpu/percpu.h>
#include <percpu/pool.h>
#include <percpu/sequence.h>

#define GOLDEN __attribute__((__noinline__, __used__))

struct node {
	struct node *next;
};
DEFINE_PER_CPU(long, word);
DEFINE_PER_CPU(long, second);
DEFINE_PER_CPU(struct node *, nodes);
DEFINE_PER_CPU(struct percpu_freelist, list);

GOLDEN int golden_toolkit_add(long val)
{
	return percpu_seq_add(word, val);
}

GOLDEN int golden_toolkit_cmpeq_store(long expect, long val)
{
	return percpu_seq_cmpeq_store(word, expect, val);
}

GOLDEN int golden_toolkit_cmpeq_cmpeq_store(long expect, long expect2, long val)
{
	return percpu_seq_cmpeq_cmpeq_store(word, expect, second, expect2, val);
}

GOLDEN int golden_toolkit_cmpeq_store_store(long expect, long val2, long val)
{
	return percpu_seq_cmpeq_store_store(word, expect, second, val2, val);
}

GOLDEN int golden_toolkit_link_store(struct node *node)
{
	return percpu_seq_link_store(nodes, node, &node->next);
}

GOLDEN int golden_toolkit_cmpne_load_store(struct node **old)
{
	return percpu_seq_cmpne_load_store(nodes, NULL, offsetof(struct node, next), old);
}

GOLDEN void golden_toolkit_push(struct percpu_freelist_node *node)
{
	percpu_freelist_push(&list, node);
}

GOLDEN struct percpu_freelist_node *golden_toolkit_pop(void)
{
	return percpu_freelist_pop(&list);
}

GOLDEN void *golden_toolkit_get(struct percpu_pool *pool)
{
	return percpu_pool_get(pool);
}

GOLDEN void golden_toolkit_put(struct percpu_pool *pool, void *object)
{
	percpu_pool_put(pool, object);
}

GOLDEN void golden_toolkit_metric_inc(const struct percpu_metric_counter *counter)
{
	percpu_metric_inc(counter);
}

GOLDEN void golden_toolkit_metric_observe(const struct percpu_metric_histogram *sizes,
					  uint64_t value)
{
	percpu_metric_observe(sizes, value);
}

/* Lets the program go on where it is. */
static int stay(void)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -1 : cpu;
}

static unsigned int sequences_wrong(int cpu)
{
	struct node node, *old;

	return (golden_toolkit_add(5) != cpu) + (golden_toolkit_cmpeq_store(4, 6) != ~cpu) +
	       (golden_toolkit_cmpeq_store(5, 6) != cpu) +
	       (golden_toolkit_cmpeq_store_store(6, 8, 7) != cpu) +
	       (golden_toolkit_cmpeq_cmpeq_store(7, 9, 0) != ~cpu) +
	       (golden_toolkit_cmpeq_cmpeq_store(7, 8, 1) != cpu) + (this_cpu_read(word) != 1) +
	       (golden_toolkit_link_store(&node) != cpu) +
	       (golden_toolkit_cmpne_load_store(&old) != cpu) + (old != &node) +
	       (golden_toolkit_cmpne_load_store(&old) != ~cpu);
}

static unsigned int lists_and_pools_wrong(void)
{
	struct percpu_pool *pool = percpu_pool_create("golden", 64, 0, 0);
	struct percpu_freelist_node node;
	unsigned int wrong = !pool;
	void *object;

	golden_toolkit_push(&node);
	wrong += golden_toolkit_pop() != &node;
	wrong += golden_toolkit_pop() != NULL;
	object = golden_toolkit_get(pool);
	golden_toolkit_put(pool, object);
	wrong += golden_toolkit_get(pool) != object;
	golden_toolkit_put(pool, object);
	return wrong + (percpu_pool_destroy(pool) != 0);
}

static unsigned int metrics_wrong(void)
{
	const struct percpu_metric_desc count_desc = {.name = "count"};
	const struct percpu_metric_desc sizes_desc = {.name = "sizes"};
	struct percpu_metric_counter count;
	struct percpu_metric_histogram sizes;
	uint64_t words[300];

	if (percpu_metrics_counter(NULL, &count, &count_desc) ||
	    percpu_metrics_histogram(NULL, &sizes, &sizes_desc))
		return 1;
	golden_toolkit_metric_inc(&count);
	golden_toolkit_metric_observe(&sizes, 7);
	return (percpu_metric_counter_read(&count) != 1) +
	       (percpu_metric_histogram_read(&sizes, words) != 1) + (words[7] != 1);
}

int main(void)
{
	const int cpu = stay();
	unsigned int wrong;

	if (cpu < 0)
		return 1;
	/* once, since the first use of a CPU goes to the library */
	golden_toolkit_add(0);
	wrong = sequences_wrong(cpu) + lists_and_pools_wrong() + metrics_wrong();
	printf("golden: %u wrong\n", wrong);
	return wrong > 0;
}
