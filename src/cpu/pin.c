/* SPDX-License-Identifier: MIT */
/* pin.c - threads that stay on one CPU; percpu/pinned.h. */
#include "cpu/pin.h"
#include "arch/processor.h"
#include "cpu/hold.h"
#include "cpu/self.h"
#include "ground/assert.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "ground/signals.h"
#include "ground/system/affinity.h"
#include "machine/tier.h"
#include "memory/displaced.h"
#include "memory/entry.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>
#include <percpu/pinned.h>

#include <errno.h>

static struct {
	uintptr_t window; /* where accesses of a thread that is not pinned go; 0: nowhere special */
	bool refused;     /* there is nothing to keep a window in, so nobody is pinned */
} unpinned;

void pcpu_pin_init(uintptr_t fault_window)
{
	int err;

	pcpu_assert(!unpinned.window && __percpu_rt.cpu_offset);
	pcpu_pinned_window_init();
	/* whoever uses GS otherwise, has set it by now */
	if (!fault_window || pcpu_pinned_window() != 0)
		return;
	err = pcpu_set_pinned_window(fault_window);
	unpinned.refused = err != 0;
	if (err)
		pcpu_log(PERCPU_LOG_INFO,
			 "threads cannot be pinned: the GS base cannot be set, or does not stay "
			 "as it was set (errno %d)",
			 -err);
	else
		unpinned.window = fault_window;
}

int pcpu_pin_clear_window(void)
{
	pcpu_assert(pcpu_self.pinned);
	return pcpu_set_pinned_window(unpinned.window);
}

/* Adds @change to how many threads are pinned to @cpu, at a moment when nobody holds it. */
static void count_pinned(unsigned int cpu, int change)
{
	sigset_t saved;

	pcpu_hold(cpu, &saved);
	__atomic_fetch_add(&pcpu_unit_entry(cpu)->pinned, (unsigned int)change, __ATOMIC_SEQ_CST);
	pcpu_release(cpu, &saved);
}

/* What to go back to: the affinity from before the first pin. 0 or a negative errno. */
static int keep_affinity(void)
{
	struct pcpu_affinity *before = pcpu_self.affinity;
	int err;

	if (before)
		return 0;
	before = pcpu_mem_zalloc(sizeof(*before));
	if (!before)
		return -ENOMEM;
	err = pcpu_affinity_get(before);
	if (err)
		pcpu_mem_free(before, sizeof(*before));
	else
		pcpu_self.affinity = before;
	return err;
}

static void forget_affinity(void)
{
	if (pcpu_self.affinity)
		pcpu_mem_free(pcpu_self.affinity, sizeof(struct pcpu_affinity));
	pcpu_self.affinity = NULL;
}

static void leave_cpu(void)
{
	unsigned int cpu = pcpu_self.pinned - 1;

	pcpu_self.pinned = 0;
	count_pinned(cpu, -1);
}

/* With signals masked: a handler's operation must not find the one without the other. */
static int move_to(unsigned int cpu, uintptr_t window)
{
	const uintptr_t before = pcpu_pinned_window();
	int err;

	pcpu_assert(pcpu_signals_are_masked());
	err = pcpu_set_pinned_window(window);
	if (err)
		return err;
	err = pcpu_affinity_set_one(cpu);
	if (err) {
		/* what could be set could be set back */
		pcpu_set_pinned_window(before);
		return err;
	}
	if (pcpu_self.pinned)
		leave_cpu();
	count_pinned(cpu, 1);
	pcpu_self.pinned = cpu + 1;
	return 0;
}

static bool can_pin(void)
{
	return pcpu_tier.sequences && pcpu_tier.index == PCPU_INDEX_CPU_ID && !unpinned.refused &&
	       !pcpu_nr_displaced;
}

PERCPU_API int percpu_thread_pin(unsigned int cpu)
{
	uintptr_t window;
	sigset_t saved;
	int err;

	if (!cpu_possible(cpu))
		return -EINVAL;
	if (!can_pin())
		return -EOPNOTSUPP;
	if (pcpu_held_cpu() >= 0)
		return -EDEADLK;
	window = pcpu_unit_open(cpu);
	err = keep_affinity();
	if (err)
		return err;
	pcpu_mask_signals(&saved);
	err = move_to(cpu, window);
	pcpu_restore_signals(&saved);
	if (err && !pcpu_self.pinned)
		forget_affinity();
	return err;
}

PERCPU_API int percpu_thread_unpin(void)
{
	const unsigned int cpu = pcpu_self.pinned - 1;
	int err = 0;

	if (!pcpu_self.pinned)
		return -EPERM;
	if (pcpu_held_cpu() >= 0)
		return -EDEADLK;
	err = pcpu_pin_clear_window();
	if (err)
		return err;
	leave_cpu();
	/* who has changed it from outside meanwhile wants it to be so */
	if (pcpu_affinity_is_one(cpu))
		err = pcpu_affinity_set(pcpu_self.affinity);
	forget_affinity();
	return err;
}

/* --- check of debug builds --- */

PERCPU_API void __percpu_pinned_check(const char *op)
{
	if (!pcpu_self.pinned)
		pcpu_log(PERCPU_LOG_ERR,
			 "BUG: using %s in a thread that is not pinned, caller is %p", op,
			 __builtin_return_address(0));
	else if (pcpu_running_cpu() != pcpu_self.pinned - 1)
		pcpu_log(PERCPU_LOG_ERR,
			 "BUG: using %s in a thread that was pinned to CPU %u and is on CPU %u, "
			 "caller is %p",
			 op, pcpu_self.pinned - 1, pcpu_running_cpu(), __builtin_return_address(0));
}
