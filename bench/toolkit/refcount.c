// SPDX-License-Identifier: MIT
/* percpu_ref in its modes, beside this_cpu_inc() and the atomic count that programs have. */
#include "toolkit/part.h"

#include <err.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <percpu/percpu.h>
#include <percpu/refcount.h>

#include "harness/figure.h"
#include "toolkit/turns.h"

static DEFINE_PER_CPU(unsigned long, count);
static struct percpu_ref live, joined, killed;

static struct {
	_Alignas(64) atomic_ulong references;
} by_hand = {1};

static void release(struct percpu_ref *ref)
{
	if (ref != &killed)
		errx(EXIT_FAILURE, "a ref was released that is in use");
}

static void try_and_put(void)
{
	if (!percpu_ref_tryget_live(&live))
		errx(EXIT_FAILURE, "a ref is dead that was not killed");
	percpu_ref_put(&live);
}

static void kill_and_revive(void)
{
	percpu_ref_kill(&killed);
	percpu_ref_reinit(&killed);
}

static void put_by_hand(void)
{
	if (atomic_fetch_sub(&by_hand.references, 1) == 1)
		errx(EXIT_FAILURE, "the count has come to 0");
}

WAY(inc, this_cpu_inc(count))
WAY(pair, {
	percpu_ref_get(&live);
	percpu_ref_put(&live);
})
WAY(tried, try_and_put())
WAY(in_word, {
	percpu_ref_get(&joined);
	percpu_ref_put(&joined);
})
WAY(atomic, {
	atomic_fetch_add(&by_hand.references, 1);
	put_by_hand();
})

static void init(struct percpu_ref *ref)
{
	if (percpu_ref_init(ref, release, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL))
		errx(EXIT_FAILURE, "percpu_ref_init");
}

static void measure(void)
{
	static const struct way ways[] = {
		{"this_cpu_inc", inc, 0},
		{"percpu_ref_get + put", pair, 5},
		{"percpu_ref_tryget_live + put", tried, 5},
		{"percpu_ref_get + put, atomic mode", in_word, 0},
		{"a count of one atomic word, up and down", atomic, 0},
	};

	init(&live);
	init(&joined);
	init(&killed);
	percpu_ref_switch_to_atomic_sync(&joined);
	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
	figure("us", FASTEST_NS(100, kill_and_revive()) / 1000, "percpu_ref_kill + reinit");
	percpu_ref_exit(&live);
	percpu_ref_exit(&joined);
	percpu_ref_exit(&killed);
}

TOOLKIT_GROUP(refcount, "refcount", NULL, measure)
TOOLKIT_GROUP(refcount_fallback, "refcount, fallback", "backend:fallback", measure)
