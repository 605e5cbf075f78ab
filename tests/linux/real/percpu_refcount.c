// SPDX-License-Identifier: MIT
/*
 * percpu_refcount.c - lib/percpu-refcount.c: it is released once for each time that it is killed,
 * and not while somebody has a reference.
 */
#include <linux/completion.h>
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
	return check_result();
}
