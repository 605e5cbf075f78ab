/* SPDX-License-Identifier: MIT */
/* A lock that all threads read under, and write under now and then: two numbers that are equal. */
#include "toolkit/part.h"

#include <percpu/percpu.h>
#include <percpu/rwsem.h>

#include <unistd.h>

DEFINE_STATIC_PERCPU_RWSEM(sem);
DEFINE_STATIC_PERCPU_RWSEM(of_children);
static volatile uint64_t one, two;
static uint64_t torn;
static struct toolkit_tally writes[TOOLKIT_WORKERS], reads[TOOLKIT_WORKERS];

static void look(void)
{
	if (one != two)
		__atomic_fetch_add(&torn, 1, __ATOMIC_RELAXED);
}

static void operate(unsigned int worker, unsigned int draw)
{
	if (draw % 1024 == 0) {
		percpu_down_write(&sem);
		one = one + 1;
		writes[worker].outside++;
		two = two + 1;
		percpu_up_write(&sem);
		return;
	}
	if (draw % 4 == 0 && !percpu_down_read_trylock(&sem))
		return;
	if (draw % 4)
		percpu_down_read(&sem);
	look();
	percpu_up_read(&sem);
	reads[worker].outside++;
}

static void in_handler(unsigned int worker, unsigned int draw)
{
	(void)draw;
	if (!percpu_down_read_trylock(&sem))
		return;
	look();
	percpu_up_read(&sem);
	reads[worker].inside++;
}

/* The other one is as the parent's threads have it. */
static void in_child(void)
{
	if (percpu_down_read_trylock(&sem)) {
		look();
		percpu_up_read(&sem);
	}
	if (torn)
		_exit(1);
	percpu_down_write(&of_children);
	if (!percpu_is_write_locked(&of_children))
		_exit(2);
	percpu_up_write(&of_children);
	percpu_down_read(&of_children);
	percpu_up_read(&of_children);
}

static bool end(void)
{
	const bool right = toolkit_equal("torn", torn, 0) &&
			   toolkit_equal("writes", one, toolkit_tallies(writes)) &&
			   toolkit_equal("writes, the other half", two, one) &&
			   toolkit_equal("reads", toolkit_tallies(reads) > 0, 1);

	return toolkit_equal("held", percpu_rwsem_is_held(&sem), 0) && right;
}

TOOLKIT_PART(rwsem, .name = "rwsem", .operate = operate, .in_handler = in_handler,
	     .in_child = in_child, .end = end)
