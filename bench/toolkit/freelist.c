// SPDX-License-Identifier: MIT
/* A node put on this CPU's free list and taken off it, beside one of all CPUs under a mutex. */
#include "toolkit/part.h"

#include <err.h>
#include <percpu/freelist.h>
#include <percpu/percpu.h>
#include <pthread.h>
#include <stdlib.h>

#include "toolkit/turns.h"

static DEFINE_PER_CPU(unsigned long, count);
static DEFINE_PER_CPU(struct percpu_freelist, list);

static struct {
	pthread_mutex_t lock;
	struct percpu_freelist_node *first;
} all = {.lock = PTHREAD_MUTEX_INITIALIZER};

WAY(inc, this_cpu_inc(count))

/* Never given back: in the end a thread may have another one's. */
static struct percpu_freelist_node *new_node(void)
{
	struct percpu_freelist_node *node = calloc(1, 64);

	if (!node)
		err(EXIT_FAILURE, "a node");
	return node;
}

static void push_and_pop(unsigned int times)
{
	struct percpu_freelist_node *node = new_node();

	for (; times; times--) {
		percpu_freelist_push(&list, node);
		node = percpu_freelist_pop(&list);
		if (!node) /* the thread has been moved */
			node = percpu_freelist_pop_any(&list);
	}
}

static void push_and_pop_locked(unsigned int times)
{
	struct percpu_freelist_node *node = new_node();

	for (; times; times--) {
		pthread_mutex_lock(&all.lock);
		node->next = all.first;
		all.first = node;
		pthread_mutex_unlock(&all.lock);
		pthread_mutex_lock(&all.lock);
		node = all.first;
		all.first = node->next;
		pthread_mutex_unlock(&all.lock);
	}
}

static void measure(void)
{
	static const struct way ways[] = {
		{"this_cpu_inc", inc, 0},
		{"push + pop", push_and_pop, 6},
		{"the same with a mutex", push_and_pop_locked, 0},
	};

	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
}

static void measure_fallback(void)
{
	static const struct way ways[] = {
		{"this_cpu_inc", inc, 0},
		{"push + pop", push_and_pop, 0},
		{"the same with a mutex", push_and_pop_locked, 0},
	};

	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
}

TOOLKIT_GROUP(freelist, "freelist", NULL, measure)
TOOLKIT_GROUP(freelist_fallback, "freelist, fallback", "backend:fallback", measure_fallback)
