/* SPDX-License-Identifier: MIT */
/* hold.c - see hold.h. */
#include "cpu/hold.h"
#include "arch/probe.h"
#include "cpu/fenced.h"
#include "cpu/holder.h"
#include "cpu/mark.h"
#include "cpu/self.h"
#include "events/count.h"
#include "ground/assert.h"
#include "ground/log.h"
#include "ground/pause.h"
#include "ground/signals.h"
#include "ground/system/affinity.h"
#include "ground/system/fence.h"
#include "ground/system/futex.h"
#include "ground/system/run_on_cpu.h"
#include "ground/system/thread_life.h"
#include "machine/tier.h"
#include "memory/entry.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>

#include <sys/syscall.h>
#include <unistd.h>

/* --- taking --- */

static void do_nothing(void *arg)
{
	(void)arg;
}

/*
 * membarrier() reaches the threads of one process. To run on the CPU reaches those of all: whatever
 * ran there has been preempted for it. A CPU that is offline runs nothing.
 */
static void preempt_sequences_on(unsigned int cpu)
{
	/* for one moment after V1 is enough */
	if (pcpu_running_cpu() == cpu)
		return;
	if (!pcpu_run_on_cpu(cpu, do_nothing, NULL) && !pcpu_cpu_is_offline(cpu))
		pcpu_fatal("CPU %u cannot be held, because this thread may not run on it: other "
			   "processes share its copies",
			   cpu);
}

/* V2, V3 */
static bool keep_sequences_out(unsigned int cpu)
{
	if (pcpu_tier.shared)
		preempt_sequences_on(cpu);
	else if (pcpu_tier.index == PCPU_INDEX_CPU_ID)
		pcpu_fence_sequences_on(cpu);
	else
		pcpu_fence_sequences(); /* a thread with that number may be on any CPU */
	return pcpu_window_of(pcpu_unit_entry(cpu)) == pcpu_self.word;
}

static bool try_to_take(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);
	intptr_t rest = entry->rest;

	pcpu_assert(pcpu_signals_are_masked());
	if (pcpu_window_of(entry) != rest ||
	    !__atomic_compare_exchange_n(&entry->window, &rest, pcpu_self.word, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return false;
	if (pcpu_tier.sequences)
		return keep_sequences_out(cpu);
	pcpu_operations_keep_out(entry);
	return true;
}

/*
 * One successor a CPU. It never gives that up, so whoever has it gets the CPU next, unless it is
 * killed.
 */
static void become_successor(struct percpu_entry *entry)
{
	intptr_t before = 0;

	while (!__atomic_compare_exchange_n(&entry->successor, &before, pcpu_self.word, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
		if (!pcpu_futex_wait(&entry->successor, (uint32_t)before, pcpu_tier.shared) &&
		    pcpu_word_is_of_gone(before))
			pcpu_forget_successor(entry, before);
		before = 0;
	}
}

/* V4 */
static void take_next(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);
	const uint64_t began = pcpu_stat_clock();
	const unsigned int forks_before = pcpu_begin_to_wait(entry);

	become_successor(entry);
	for (unsigned int n = 0; pcpu_window_of(entry) != pcpu_self.word && !try_to_take(cpu);
	     n++) {
		intptr_t word = pcpu_window_of(entry);

		if (pcpu_word_is_of_other(word))
			pcpu_sleep_while(entry, word);
		else
			pcpu_pause(n);
	}
	__atomic_store_n(&entry->successor, 0, __ATOMIC_SEQ_CST);
	pcpu_futex_wake(&entry->successor, pcpu_tier.shared);
	pcpu_end_waiting(entry, forks_before);
	pcpu_count_wait(cpu, pcpu_stat_since(began));
}

/* --- marks of interrupted operations --- */

/* In one order with the looks at windows, which are SEQ_CST too. */
static void set_frozen(unsigned int frozen)
{
	__atomic_store_n(&pcpu_self.mark->frozen, frozen, __ATOMIC_SEQ_CST);
}

unsigned int pcpu_hold_marked_cpu(void)
{
	pcpu_assert(pcpu_mark_is_busy());
	return (unsigned int)(pcpu_mark_entry(pcpu_self.mark->busy) - pcpu_unit_entries());
}

/* Who has passed over the mark has forgotten that there is one. */
static void thaw(unsigned int cpu)
{
	set_frozen(0);
	pcpu_operation_note(pcpu_self.mark, pcpu_unit_entry(cpu));
}

void pcpu_hold_thaw(void)
{
	unsigned int cpu;

	if (!pcpu_mark_is_busy())
		return;
	pcpu_assert(pcpu_signals_are_masked());
	cpu = pcpu_hold_marked_cpu();
	thaw(cpu);
	while (pcpu_held_by_other(cpu)) {
		set_frozen(1);
		pcpu_hold_wait(cpu);
		thaw(cpu);
	}
}

void pcpu_hold_wait_frozen(unsigned int cpu)
{
	sigset_t saved;

	if (!pcpu_mark_is_busy()) {
		pcpu_hold_wait(cpu);
		return;
	}
	pcpu_mask_signals(&saved);
	set_frozen(1);
	pcpu_hold_wait(cpu);
	pcpu_hold_thaw();
	pcpu_restore_signals(&saved);
}

/*
 * When the calling thread has taken the CPU that it holds, if it was not for a section: these are
 * begun and ended in line, in most programs.
 */
static __thread uint64_t taken_at __attribute__((__tls_model__("initial-exec")));

void pcpu_hold_begins(void)
{
	taken_at = pcpu_stat_clock();
}

void pcpu_hold_ends(unsigned int cpu)
{
	const uint64_t began = taken_at;

	taken_at = 0;
	/* 0: it was within a section, which has ended first */
	if (began)
		pcpu_count_hold(cpu, pcpu_stat_since(began));
}

void pcpu_hold(unsigned int cpu, sigset_t *saved)
{
	pcpu_assert(pcpu_held_cpu() < 0 && pcpu_unit_is_open(cpu));
	pcpu_self_begin();
	pcpu_mask_signals(saved);
	if (pcpu_mark_is_busy())
		set_frozen(1);
	if (!try_to_take(cpu))
		take_next(cpu);
	PCPU_PROBE1(hold, cpu);
	pcpu_hold_begins();
}

/* --- with signals as they are --- */

/*
 * Q1 to Q4. What a handler does to pcpu_self.cpu and to pcpu_taking does not matter: both are put
 * right, the one afterwards, and the other by the handler.
 */
bool pcpu_hold_unmasked(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);
	const struct pcpu_taking before = pcpu_taking;
	intptr_t rest = __atomic_load_n(&entry->rest, __ATOMIC_RELAXED), word;
	bool taken;

	if (pcpu_tier.sequences || pcpu_tier.shared || pcpu_mark_is_busy() ||
	    pcpu_window_of(entry) != rest)
		return false;
	pcpu_taking.word = pcpu_self.word;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	pcpu_taking.cpu = cpu + 1;
	pcpu_self.cpu = (int)cpu;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	word = pcpu_taking.word;
	taken = __atomic_compare_exchange_n(&entry->window, &rest, word, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED);
	if (taken) {
		/* a handler may have forked before, or since then */
		if (__builtin_expect(*(volatile intptr_t *)&pcpu_self.word != word, 0))
			__atomic_store_n(&entry->window, pcpu_self.word, __ATOMIC_SEQ_CST);
		pcpu_operations_keep_out(entry);
		PCPU_PROBE1(hold, cpu);
	}
	pcpu_self.cpu = taken || pcpu_self_has_local_locks() ? (int)cpu : __PCPU_NO_CPU;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	pcpu_taking = before;
	return taken;
}

void pcpu_hold_finish_taking(void)
{
	const int cpu = pcpu_held_cpu();

	if (cpu < 0 || pcpu_taking.cpu != (unsigned int)cpu + 1)
		return;
	pcpu_operations_keep_out_again(pcpu_unit_entry((unsigned int)cpu));
	if (!pcpu_self_has_local_locks())
		pcpu_self.cpu = cpu;
}

void pcpu_let_go(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);

	pcpu_assert(pcpu_held_by_self(cpu));
	PCPU_PROBE1(release, cpu);
	/* the thread may end in a handler that has come into H3 */
	if (__builtin_expect(pcpu_taking.cpu != 0, 0))
		pcpu_operations_forget(entry);
	__atomic_store_n(&entry->window, pcpu_next_word(entry), __ATOMIC_SEQ_CST);
	pcpu_wake_waiters(entry);
}

void pcpu_release(unsigned int cpu, const sigset_t *saved)
{
	pcpu_assert(pcpu_signals_are_masked());
	pcpu_hold_ends(cpu);
	pcpu_let_go(cpu);
	pcpu_hold_thaw();
	pcpu_restore_signals(saved);
}

/* --- fork --- */

/* The parent's threads are still there, and so is what they hold. */
static void begin_in_shared_child(void)
{
	pcpu_births_begin();
	pcpu_self_after_fork(true);
	pcpu_marks_after_fork();
	pcpu_self.nested = 0;
	if (pcpu_self.cpu >= 0)
		pcpu_self.cpu = __PCPU_NO_CPU;
	if (pcpu_self.pinned)
		__atomic_fetch_add(&pcpu_unit_entry(pcpu_self.pinned - 1)->pinned, 1,
				   __ATOMIC_SEQ_CST);
}

void pcpu_hold_after_fork(void)
{
	int held = pcpu_held_cpu();
	unsigned int cpu;

	pcpu_assert(getpid() == syscall(SYS_gettid));
	if (pcpu_tier.shared) {
		begin_in_shared_child();
		return;
	}
	pcpu_self_after_fork(false);
	pcpu_marks_after_fork();
	pcpu_waiting_after_fork();
	for_each_possible_cpu(cpu) {
		struct percpu_entry *entry = pcpu_unit_entry(cpu);

		if (pcpu_word_is_held(entry->window))
			entry->window = (int)cpu == held ? pcpu_self.word : entry->rest;
		entry->successor = 0;
		entry->attention &= PCPU_ATTENTION_ALWAYS;
		entry->pinned = pcpu_self.pinned == cpu + 1;
	}
}
