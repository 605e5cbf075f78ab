// SPDX-License-Identifier: MIT
/* Ways to count that programs build for themselves: one mutex for all, and a list of threads. */
#include "operations/families.h"
#include "operations/loops.h"

#include <err.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* --- one mutex for all --- */

static struct counters locked;
static _Alignas(64) pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

#define MUTEX_INC_SHARED(unused, element)     \
	do {                                  \
		pthread_mutex_lock(&mutex);   \
		INC(locked.v[element]);       \
		pthread_mutex_unlock(&mutex); \
	} while (0)
DEFINE_ROLLED_LOOPS(mutex_inc_shared, MUTEX_INC_SHARED, own);

static unsigned long mutex_inc_shared_sum(unsigned int element)
{
	return locked.v[element];
}

/* --- threads that register --- */

/*
 * As the users of liburcu count: a counter a thread, in a list of all threads; a reader walks the
 * list.  The owner stores whole words, which nobody else writes, so that it needs no locked
 * instruction, and a reader sees each of them.  What an ended thread has counted is kept beside.
 */
struct registered {
	struct counters counters;
	struct registered *next;
	bool is_in_list;
};

static _Thread_local struct registered of_this;
static struct registered *all;
static struct counters of_ended;
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t at_end;

static void unregister(void *ended)
{
	struct registered *thread = ended, **link = &all;

	pthread_mutex_lock(&list_lock);
	while (*link != thread)
		link = &(*link)->next;
	*link = thread->next;
	for (unsigned int element = 0; element < NR_ELEMENTS; element++)
		of_ended.v[element] += thread->counters.v[element];
	pthread_mutex_unlock(&list_lock);
}

static __attribute__((noinline, cold)) void register_this(void)
{
	if (pthread_setspecific(at_end, &of_this))
		errx(EXIT_FAILURE, "pthread_setspecific");
	pthread_mutex_lock(&list_lock);
	of_this.next = all;
	all = &of_this;
	pthread_mutex_unlock(&list_lock);
	of_this.is_in_list = true;
}

/* Where a program counts, it cannot know whether the thread has before. */
static inline void registered_inc(unsigned int element)
{
	unsigned long *counter = &of_this.counters.v[element];

	if (__builtin_expect(!of_this.is_in_list, 0))
		register_this();
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

#define REGISTERED_INC(unused, element)                \
	do {                                           \
		registered_inc(element);               \
		__asm__ __volatile__("" ::: "memory"); \
	} while (0)
DEFINE_LOOPS_ONE_AND_APART(registered_inc, REGISTERED_INC, NOTHING_LEFT, own);

static unsigned long registered_inc_sum(unsigned int element)
{
	unsigned long sum;

	pthread_mutex_lock(&list_lock);
	sum = of_ended.v[element];
	for (const struct registered *thread = all; thread; thread = thread->next)
		sum += __atomic_load_n(&thread->counters.v[element], __ATOMIC_RELAXED);
	pthread_mutex_unlock(&list_lock);
	return sum;
}

static void setup(void)
{
	if (pthread_key_create(&at_end, unregister))
		errx(EXIT_FAILURE, "pthread_key_create");
}

static void teardown(void)
{
	pthread_key_delete(at_end);
}

static const struct bench_way ways[] = {
	{
		.name = "mutex_inc_shared",
		.peer = "mutex, shared",
		COUNTED(mutex_inc_shared),
	},
	{
		.name = "registered_inc",
		.peer = "per-thread, in a list (liburcu)",
		COUNTED(registered_inc),
	},
};

const struct way_family peer_ways = {
	FAMILY_OF(ways),
	.setup = setup,
	.teardown = teardown,
};
