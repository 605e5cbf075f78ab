/* SPDX-License-Identifier: MIT */
/*
 * section.c - the rare ways into and out of a section, and another CPU's section; percpu/section.h.
 */
#include "cpu/hold.h"
#include "arch/probe.h"
#include "cpu/mark.h"
#include "cpu/self.h"
#include "events/count.h"
#include "hold_sequence.h"
#include "ground/log.h"
#include "ground/system/new_process.h"
#include "ground/system/race.h"
#include "ground/signals.h"
#include "ground/system/affinity.h"
#include "machine/tier.h"
#include "memory/displaced.h"
#include "memory/entry.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>
#include <percpu/section.h>

#include <errno.h>

/* After this many aborts in a row the CPU is taken in a way that nothing aborts. */
#define MAX_ABORTS 64

static unsigned int inner_sections(void)
{
	return pcpu_self.nested % __PCPU_LOCAL_LOCK;
}

/* A section inside of the one that there is. One more would count as a local lock. */
static void nest(void)
{
	if (inner_sections() == __PCPU_LOCAL_LOCK - 1)
		pcpu_fatal("%u sections inside of each other: one more than can be counted",
			   inner_sections() + 2);
	if (__builtin_expect(pcpu_taking.cpu != 0, 0))
		pcpu_hold_finish_taking();
	pcpu_self.nested++;
}

/* Takes @cpu from wherever the thread runs. Returns its base. */
static uintptr_t hold_from_anywhere(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);
	sigset_t saved;

	if (!pcpu_hold_unmasked(cpu)) {
		pcpu_unit_open(cpu);
		pcpu_hold(cpu, &saved);
		pcpu_self.cpu = (int)cpu;
		pcpu_restore_signals(&saved);
	}
	pcpu_race_acquire(entry);
	return (uintptr_t)__atomic_load_n(&entry->base, __ATOMIC_ACQUIRE);
}

#ifndef __PCPU_NO_INLINE_SEQUENCE
/* One try. False: not now; or the CPU's unit is not open. */
static bool try_by_sequence(void)
{
	if (pcpu_nr_displaced)
		return pcpu_hold_sequence(&pcpu_self);
	return __pcpu_seq_hold(&pcpu_self) >= 0;
}
#endif

/* Takes the CPU that the thread runs on: by a sequence if it can. */
static uintptr_t hold_running_cpu(void)
{
#ifndef __PCPU_NO_INLINE_SEQUENCE
	for (int aborts = 0;
	     aborts < MAX_ABORTS && pcpu_tier_has_sequences() && pcpu_thread_ensure_rseq();) {
		unsigned int cpu;

		if (try_by_sequence())
			return pcpu_unit_base((unsigned int)pcpu_self.cpu);
		pcpu_self.cpu = __PCPU_NO_CPU;
		cpu = pcpu_running_cpu();
		if (!pcpu_unit_is_open(cpu)) {
			pcpu_unit_open(cpu);
		} else if (pcpu_held_by_other(cpu)) {
			pcpu_hold_wait(cpu);
		} else {
			pcpu_count(cpu, aborts, 1);
			if (++aborts == MAX_ABORTS)
				PCPU_PROBE2(abort_storm, cpu, aborts);
		}
	}
#endif
	return hold_from_anywhere(pcpu_running_cpu());
}

/* In functions of their own what is rare, for which a function keeps registers. */
static uintptr_t __attribute__((__noinline__)) hold_with_care(void)
{
	const int cpu = pcpu_held_cpu();

	pcpu_self_begin();
	if (cpu >= 0) {
		nest();
		return (uintptr_t)pcpu_unit_entry((unsigned int)cpu)->base;
	}
	/* an interrupted put_cpu() may have left others asleep, and forgets who it was */
	if (pcpu_self.cpu >= 0)
		pcpu_wake_waiters(pcpu_unit_entry((unsigned int)pcpu_self.cpu));
	/* a signal may have come before the first lock has said which CPU it is of */
	if (pcpu_self_has_local_locks() && pcpu_self.cpu >= 0)
		return hold_from_anywhere((unsigned int)pcpu_self.cpu);
	pcpu_self.cpu = __PCPU_NO_CPU;
	return hold_running_cpu();
}

/*
 * The entry of @cpu, if it is one, and attention is not always paid to it: then neither the
 * fallback tier nor other processes are to be thought of, and inlined code could do the same. Or
 * NULL.
 */
static inline struct percpu_entry *easy_entry(int cpu)
{
	struct percpu_entry *entry;

	if (cpu < 0)
		return NULL;
	entry = pcpu_unit_entry((unsigned int)cpu);
	return __atomic_load_n(&entry->attention, __ATOMIC_RELAXED) & PCPU_ATTENTION_ALWAYS ? NULL
											    : entry;
}

PERCPU_API uintptr_t __percpu_hold_slow(void)
{
	const struct percpu_entry *entry = easy_entry(pcpu_self.cpu);

	if (!entry)
		return hold_with_care();
	if (pcpu_window_of(entry) == pcpu_self.word) {
		if (inner_sections() == __PCPU_LOCAL_LOCK - 1)
			return hold_with_care();
		pcpu_self.nested++;
		return (uintptr_t)__atomic_load_n(&entry->base, __ATOMIC_RELAXED);
	}
#ifndef __PCPU_NO_INLINE_SEQUENCE
	/* usually it is on the CPU whose local locks it has; with that it forgets nobody */
	if (pcpu_self_has_local_locks() && pcpu_tier_has_sequences() &&
	    pcpu_hold_sequence_there(&pcpu_self))
		return (uintptr_t)__atomic_load_n(&entry->base, __ATOMIC_RELAXED);
#endif
	return hold_with_care();
}

/* P3 */
static inline void leave_section(void)
{
	if (!pcpu_self_has_local_locks())
		pcpu_self.cpu = __PCPU_NO_CPU;
}

static void __attribute__((__noinline__)) release_with_care(void)
{
	const int cpu = pcpu_held_cpu();
	sigset_t saved;
	bool thaws;

	if (cpu < 0)
		pcpu_fatal("put_cpu() or preempt_enable() outside of a section");
	if (inner_sections()) {
		pcpu_self.nested--;
		return;
	}
	pcpu_race_release(pcpu_unit_entry((unsigned int)cpu));
	thaws = pcpu_mark_is_busy();
	if (thaws)
		pcpu_mask_signals(&saved);
	pcpu_let_go((unsigned int)cpu);
	leave_section();
	if (!thaws)
		return;
	pcpu_hold_thaw();
	pcpu_restore_signals(&saved);
}

PERCPU_API void __percpu_release_slow(void)
{
	/* read once: a handler between P1 and P2 may change it */
	const int cpu = *(volatile int *)&pcpu_self.cpu;
	struct percpu_entry *entry = easy_entry(cpu);

	if (!entry || pcpu_window_of(entry) != pcpu_self.word) {
		release_with_care();
		return;
	}
	if (inner_sections()) {
		pcpu_self.nested--;
		return;
	}
	if (!pcpu_tier_waiters_fence() || __atomic_load_n(&entry->attention, __ATOMIC_RELAXED)) {
		release_with_care();
		return;
	}
	/* P1 and P2 as inlined code has them */
	__atomic_store_n(&entry->window, entry->rest, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (__builtin_expect(__atomic_load_n(&entry->attention, __ATOMIC_RELAXED), 0))
		__percpu_wake((unsigned int)cpu);
	leave_section();
}

/* Whether threads other than the calling one are pinned to @cpu. */
static bool has_pinned_threads(unsigned int cpu)
{
	unsigned int mine = pcpu_self.pinned == cpu + 1;

	return __atomic_load_n(&pcpu_unit_entry(cpu)->pinned, __ATOMIC_SEQ_CST) > mine;
}

PERCPU_API int percpu_remote_begin(unsigned int cpu)
{
	int held = pcpu_held_cpu();

	if (!cpu_possible(cpu))
		return -EINVAL;
	pcpu_self_begin();
	if (held == (int)cpu) {
		if (has_pinned_threads(cpu))
			return -EBUSY;
		nest();
		return 0;
	}
	if (held >= 0 || (pcpu_self_has_local_locks() && pcpu_self.cpu != (int)cpu))
		return -EDEADLK;
	hold_from_anywhere(cpu);
	pcpu_hold_begins();
	/* who pins himself holds the CPU for it, so there will be none until the end */
	if (!has_pinned_threads(cpu))
		return 0;
	__percpu_release_slow();
	return -EBUSY;
}

PERCPU_API void percpu_remote_end(unsigned int cpu)
{
	if (pcpu_held_cpu() != (int)cpu)
		pcpu_fatal("percpu_remote_end(%u): the caller does not hold that CPU", cpu);
	/* else it goes on, in what this was inside of */
	if (!inner_sections())
		pcpu_hold_ends(cpu);
	release_with_care();
}

/* --- checks of debug builds --- */

static bool is_protected(void)
{
	struct pcpu_affinity affinity;

	return pcpu_self.cpu >= 0 || pcpu_self.pinned ||
	       (pcpu_affinity_get(&affinity) == 0 && pcpu_affinity_weight(&affinity) == 1);
}

PERCPU_API void __percpu_preempt_check(const char *op)
{
	if (!is_protected())
		pcpu_log(PERCPU_LOG_ERR, "BUG: using %s in preemptible code, caller is %p", op,
			 __builtin_return_address(0));
}
