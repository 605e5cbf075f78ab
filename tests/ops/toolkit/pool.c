/* SPDX-License-Identifier: MIT */
/* Objects of a pool, got and put: each had by one at a time, and none missing at the end. */
#include "toolkit/part.h"

#include "support/tier.h"

#include <percpu/percpu.h>
#include <percpu/pool.h>

#include <stdlib.h>
#include <unistd.h>

#define SLOTS 64

static struct percpu_pool *pool;
static unsigned long *outside[TOOLKIT_WORKERS][SLOTS], *inside[TOOLKIT_WORKERS][SLOTS];

static void begin(void)
{
	pool = percpu_pool_create("toolkit", 2 * sizeof(unsigned long), 0, 0);
	if (!pool || percpu_pool_reserve(pool, 1000))
		abort();
}

/* An object that is free has a 0 in it, and another one its owner's number. */
static void get_or_put(unsigned long **slot, unsigned long owner)
{
	unsigned long *object = *slot;

	if (object) {
		if (__atomic_exchange_n(object, 0, __ATOMIC_RELAXED) != owner)
			abort();
		percpu_pool_put(pool, object);
		*slot = NULL;
		return;
	}
	object = percpu_pool_get(pool);
	if (!object || __atomic_exchange_n(object, owner, __ATOMIC_RELAXED) != 0)
		abort();
	*slot = object;
}

static void operate(unsigned int worker, unsigned int draw)
{
	/* elsewhere each is a section and two system calls */
	if (!can_pin() && draw / SLOTS % 8)
		return;
	get_or_put(&outside[worker][draw % SLOTS], worker + 1);
	if (draw % 65536 == 7)
		percpu_pool_trim(pool);
}

static void in_handler(unsigned int worker, unsigned int draw)
{
	get_or_put(&inside[worker][draw % SLOTS], worker + 1 + TOOLKIT_WORKERS);
}

static void in_child(void)
{
	unsigned long *slots[SLOTS] = {NULL};

	for (int i = 0; i < 2; i++)
		for (int j = 0; j < SLOTS; j++)
			get_or_put(&slots[j], 1000);
	percpu_pool_trim(pool);
}

static bool end(void)
{
	for (unsigned int worker = 0; worker < TOOLKIT_WORKERS; worker++)
		for (int i = 0; i < SLOTS; i++) {
			if (outside[worker][i])
				get_or_put(&outside[worker][i], worker + 1);
			if (inside[worker][i])
				get_or_put(&inside[worker][i], worker + 1 + TOOLKIT_WORKERS);
		}
	return toolkit_equal("the pool's end", (uint64_t)percpu_pool_destroy(pool), 0);
}

TOOLKIT_PART(pool, .name = "pool", .begin = begin, .operate = operate, .in_handler = in_handler,
	     .in_child = in_child, .end = end)
