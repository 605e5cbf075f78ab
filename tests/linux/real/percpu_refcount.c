// SPDX-License-Identifier: MIT
/*
 * percpu_refcount.c - lib/percpu-refcount.c: it is released once for each time that it is killed,
 * and not while somebody has a reference.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/percpu-refcount.h>
#include <linux/sched.h>

#include "check.h"

#define CYCLES 60

static struct percpu_ref ref;
static struct completion released;
static unsigned int releases, early, ended;
static atomic_t holders = ATOMIC_INIT(0);
static unsigned long gets[4];

static void release(struct percpu_ref *of)
{
	if (of != &ref || atomic_read(&holders) != 0)
		early++;
	releases++;
	complete(&released);
}

/* Who has a reference is counted, before it is given back. */
static void hold(unsigned int nr)
{
	while (!READ_ONCE(ended)) {
		if (!percpu_ref_tryget_live(&ref)) {
			sched_yield();
			continue;
		}
		atomic_inc(&holders);
		percpu_ref_get_many(&ref, 3);
		gets[nr]++;
		if (gets[nr] % 16 == 0)
			sched_yield();
		percpu_ref_put_many(&ref, 3);
		atomic_dec(&holders);
		percpu_ref_put(&ref);
	}
}

static unsigned int confirmed;
static void confirm(struct percpu_ref *of)
{
	(void)of;
	confirmed++;
}

static void kill_and_revive(void)
{
	for (unsigned int i = 0; i < CYCLES; i++) {
		const unsigned long before = gets[1];

		while (READ_ONCE(gets[1]) == before)
			sched_yield();
		if (i % 4 == 3) {
			percpu_ref_switch_to_atomic_sync(&ref);
			percpu_ref_switch_to_percpu(&ref);
		}
		percpu_ref_kill_and_confirm(&ref, confirm);
		wait_for_completion(&released);
		CHECK_THAT(percpu_ref_is_zero(&ref) && percpu_ref_is_dying(&ref));
		CHECK_THAT(!percpu_ref_tryget(&ref) && releases == i + 1 && confirmed == i + 1);
		if (i % 2)
			percpu_ref_reinit(&ref);
		else
			percpu_ref_resurrect(&ref);
	}
}

static void use(unsigned int nr)
{
	if (nr != 0) {
		hold(nr);
		return;
	}
	kill_and_revive();
	WRITE_ONCE(ended, 1);
}

static struct percpu_ref slow_ref;
static unsigned int slow_in, slow_released;

static void release_slow(struct percpu_ref *of)
{
	(void)of;
	smp_store_release(&slow_released, 1u);
}

/* A get that takes its time between the look at the mode and the count, against a kill. */
static void be_slow(unsigned int nr)
{
	unsigned long __percpu *count = NULL;

	if (nr == 0) {
		rcu_read_lock();
		CHECK_THAT(__ref_is_percpu(&slow_ref, &count));
		smp_store_release(&slow_in, 1u);
		mdelay(20);
		this_cpu_inc(*count);
		rcu_read_unlock();
		rcu_barrier();
		CHECK_THAT(!smp_load_acquire(&slow_released));
		percpu_ref_put(&slow_ref);
		CHECK_THAT(smp_load_acquire(&slow_released));
	} else {
		while (!smp_load_acquire(&slow_in))
			sched_yield();
		percpu_ref_kill(&slow_ref);
	}
}

int main(void)
{
	init_completion(&released);
	CHECK_THAT(percpu_ref_init(&ref, release, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL) == 0);
	check_at_once(4, use);
	percpu_ref_kill(&ref);
	wait_for_completion(&released);
	CHECK_THAT(releases == CYCLES + 1 && early == 0 && confirmed == CYCLES);
	CHECK_THAT(gets[1] && gets[2] && gets[3]);
	rcu_barrier();
	percpu_ref_exit(&ref);
	CHECK_THAT(percpu_ref_init(&slow_ref, release_slow, 0, GFP_KERNEL) == 0);
	check_at_once(2, be_slow);
	percpu_ref_exit(&slow_ref);
	return check_result();
}
