/* SPDX-License-Identifier: MIT */
/*
 * A ref that is used by all threads and their handlers, killed by any of them, and made to live
 * again by any of them when it has been released. Nobody has a reference then, and it is so once a
 * life.
 */
#include "toolkit/part.h"

#include <percpu/percpu.h>
#include <percpu/refcount.h>

#include <stdlib.h>
#include <unistd.h>

/* What is to be done next, by whoever is the first to say so. */
enum { KILL, BEING_KILLED, RELEASED, REVIVING };

static struct percpu_ref ref, idle;
static unsigned int stage;
static uint64_t lives = 1, releases, early;
static struct {
	volatile unsigned int outside, inside;
} __attribute__((__aligned__(64))) held[TOOLKIT_WORKERS];
static struct toolkit_tally taken[TOOLKIT_WORKERS];

static bool advance(unsigned int from, unsigned int to)
{
	return __atomic_compare_exchange_n(&stage, &from, to, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_RELAXED);
}

static void release(struct percpu_ref *released)
{
	for (int i = 0; i < TOOLKIT_WORKERS; i++)
		if (held[i].outside || held[i].inside)
			__atomic_fetch_add(&early, 1, __ATOMIC_RELAXED);
	if (!percpu_ref_is_zero(released))
		__atomic_fetch_add(&early, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&releases, 1, __ATOMIC_SEQ_CST);
	advance(BEING_KILLED, RELEASED);
}

static void never_released(struct percpu_ref *of)
{
	(void)of;
	_exit(1);
}

static void begin(void)
{
	if (percpu_ref_init(&ref, release, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL) ||
	    percpu_ref_init(&idle, never_released, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL))
		abort();
}

static void live_on(unsigned int draw)
{
	if (draw % 64 == 1 && advance(KILL, BEING_KILLED)) {
		percpu_ref_kill(&ref);
	} else if (draw % 2 && advance(RELEASED, REVIVING)) {
		__atomic_fetch_add(&lives, 1, __ATOMIC_SEQ_CST);
		percpu_ref_reinit(&ref);
		advance(REVIVING, KILL);
	}
}

static bool use(volatile unsigned int *mine, unsigned int draw)
{
	if (!(draw & 256 ? percpu_ref_tryget(&ref) : percpu_ref_tryget_live(&ref)))
		return false;
	*mine = 1;
	if (draw & 512) {
		percpu_ref_get_many(&ref, 5);
		percpu_ref_put_many(&ref, 5);
	}
	*mine = 0;
	percpu_ref_put(&ref);
	return true;
}

static void operate(unsigned int worker, unsigned int draw)
{
	if (use(&held[worker].outside, draw))
		taken[worker].outside++;
	percpu_ref_get(&idle);
	live_on(draw);
	if (draw % 4096 == 2)
		percpu_ref_switch_to_atomic_sync(&idle);
	if (draw % 4096 == 3)
		percpu_ref_switch_to_percpu(&idle);
	percpu_ref_put(&idle);
}

static void in_handler(unsigned int worker, unsigned int draw)
{
	if (use(&held[worker].inside, draw))
		taken[worker].inside++;
	live_on(draw);
}

/* Of the ref that nobody kills there is one reference at least. */
static void in_child(void)
{
	if (!percpu_ref_tryget_live(&idle))
		_exit(1);
	percpu_ref_kill(&idle);
	if (percpu_ref_is_zero(&idle) || !percpu_ref_is_dying(&idle))
		_exit(2);
	if (use(&held[0].outside, 512))
		live_on(1);
}

static bool end(void)
{
	bool right = toolkit_equal("taken, with nobody having it", early, 0);

	if (!percpu_ref_is_dying(&ref))
		percpu_ref_kill(&ref);
	right = toolkit_equal("lives", releases, lives) && right;
	right = toolkit_equal("ref is zero", percpu_ref_is_zero(&ref), 1) && right;
	right = toolkit_equal("somebody had it", toolkit_tallies(taken) > 0, 1) && right;
	percpu_ref_switch_to_atomic_sync(&idle);
	right = toolkit_equal("idle", (uint64_t)idle.split.count, 2) && right;
	percpu_ref_exit(&ref);
	percpu_ref_exit(&idle);
	return right;
}

TOOLKIT_PART(refcount, .name = "refcount", .begin = begin, .operate = operate,
	     .in_handler = in_handler, .in_child = in_child, .end = end)
