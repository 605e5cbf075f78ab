/* SPDX-License-Identifier: MIT */
/* hold.c - see hold.h. */
#include "cpu/hold.h"
#include "cpu/mark.h"
#include "cpu/self.h"
#include "ground/affinity.h"
#include "ground/fence.h"
#include "ground/futex.h"
#include "ground/log.h"
#include "ground/pause.h"
#include "ground/signals.h"
#include "machine/tier.h"
#include "memory/entry.h"

#include <percpu/cpumask.h>
#include <percpu/section.h>

static intptr_t window_of(const struct percpu_entry *entry)
{
	return __atomic_load_n(&entry->window, __ATOMIC_SEQ_CST);
}

static bool is_others(intptr_t word)
{
	return pcpu_word_is_held(word) && word != pcpu_self.word;
}

int pcpu_held_cpu(void)
{
	int cpu = pcpu_self.cpu;

	return cpu >= 0 && pcpu_self.word &&
			       window_of(pcpu_unit_entry((unsigned int)cpu)) == pcpu_self.word
		       ? cpu
		       : -1;
}

bool pcpu_held_by_other(unsigned int cpu)
{
	return is_others(window_of(pcpu_unit_entry(cpu)));
}

/* --- waiting --- */

static void wake_waiters(struct percpu_entry *entry)
{
	if (__atomic_load_n(&entry->attention, __ATOMIC_SEQ_CST) & ~PCPU_ATTENTION_ALWAYS)
		pcpu_futex_wake(&entry->window, pcpu_tier.shared);
}

/* What the window is to be when its holder is done with it. */
static intptr_t next_word(const struct percpu_entry *entry)
{
	intptr_t successor = __atomic_load_n(&entry->successor, __ATOMIC_SEQ_CST);

	/* the caller's own: it takes the CPU when it has said that the last holder is gone */
	return successor && successor != pcpu_self.word ? successor : entry->rest;
}

/* A thread that was ended by a system call has had no destructor. */
static void release_if_gone(struct percpu_entry *entry, intptr_t word)
{
	int thread = pcpu_word_thread(word);

	if (!pcpu_thread_is_gone(thread))
		return;
	if (!__atomic_compare_exchange_n(&entry->window, &word, next_word(entry), false,
					 __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return;
	wake_waiters(entry);
	pcpu_log(PERCPU_LOG_ERR, "thread %d ended inside of a section: CPU %u is let go", thread,
		 (unsigned int)(entry - pcpu_unit_entries()));
}

/* Sleeps while @entry's window is @word, or for a while: by its low half, which no two share. */
static void sleep_while(struct percpu_entry *entry, intptr_t word)
{
	if (!pcpu_futex_wait(&entry->window, (uint32_t)word, pcpu_tier.shared))
		release_if_gone(entry, word);
}

void pcpu_hold_wake_late(void)
{
	int cpu = pcpu_self.cpu;

	if (cpu >= 0 && pcpu_held_cpu() < 0)
		pcpu_futex_wake(&pcpu_unit_entry((unsigned int)cpu)->window, pcpu_tier.shared);
}

/* How often the process has been made by a fork: who waits then, waits in the child for nothing. */
static unsigned int forks;

/* Returns what end_waiting() wants to know. */
static unsigned int begin_to_wait(struct percpu_entry *entry)
{
	const unsigned int before = forks;

	pcpu_hold_wake_late();
	__atomic_fetch_add(&entry->attention, 1, __ATOMIC_SEQ_CST);
	/* W2; where attention is always paid, holders have a barrier of their own */
	if (pcpu_tier_waiters_fence())
		pcpu_fence_sequences();
	return before;
}

static void end_waiting(struct percpu_entry *entry, unsigned int before)
{
	if (before == forks)
		__atomic_fetch_sub(&entry->attention, 1, __ATOMIC_SEQ_CST);
}

void pcpu_hold_wait(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);
	unsigned int before;
	intptr_t word;

	for (unsigned int n = 0; n < PCPU_PAUSE_SPINS + PCPU_PAUSE_YIELDS; n++) {
		if (!is_others(window_of(entry)))
			return;
		pcpu_pause(n);
	}
	before = begin_to_wait(entry);
	for (word = window_of(entry); is_others(word); word = window_of(entry))
		sleep_while(entry, word);
	end_waiting(entry, before);
}

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
	return window_of(pcpu_unit_entry(cpu)) == pcpu_self.word;
}

/* H2, H3 */
static void keep_operations_out(unsigned int cpu)
{
	if (pcpu_tier.threads_fence)
		pcpu_fence_threads();
	pcpu_marks_wait(pcpu_unit_entry(cpu)->rest);
}

static bool try_to_take(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);
	intptr_t rest = entry->rest;

	if (window_of(entry) != rest ||
	    !__atomic_compare_exchange_n(&entry->window, &rest, pcpu_self.word, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return false;
	if (pcpu_tier.sequences)
		return keep_sequences_out(cpu);
	keep_operations_out(cpu);
	return true;
}

/* One successor a CPU. It never gives that up, so whoever has it gets the CPU next. */
static void become_successor(struct percpu_entry *entry)
{
	intptr_t before = 0;

	while (!__atomic_compare_exchange_n(&entry->successor, &before, pcpu_self.word, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
		if (!pcpu_futex_wait(&entry->successor, (uint32_t)before, pcpu_tier.shared) &&
		    pcpu_thread_is_gone(pcpu_word_thread(before)))
			__atomic_compare_exchange_n(&entry->successor, &before, 0, false,
						    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
		before = 0;
	}
}

/* V4 */
static void take_next(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);
	const unsigned int before = begin_to_wait(entry);

	become_successor(entry);
	for (unsigned int n = 0; window_of(entry) != pcpu_self.word && !try_to_take(cpu); n++) {
		intptr_t word = window_of(entry);

		if (is_others(word))
			sleep_while(entry, word);
		else
			pcpu_pause(n);
	}
	__atomic_store_n(&entry->successor, 0, __ATOMIC_SEQ_CST);
	pcpu_futex_wake(&entry->successor, pcpu_tier.shared);
	end_waiting(entry, before);
}

/* --- marks of interrupted operations --- */

static bool mark_is_busy(void)
{
	return pcpu_self.mark && pcpu_self.mark->busy;
}

/* In one order with the looks at windows, which are SEQ_CST too. */
static void set_frozen(unsigned int frozen)
{
	__atomic_store_n(&pcpu_self.mark->frozen, frozen, __ATOMIC_SEQ_CST);
}

unsigned int pcpu_hold_marked_cpu(void)
{
	const intptr_t rest = pcpu_self.mark->busy;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (pcpu_unit_entry(cpu)->rest == rest)
			return cpu;
	pcpu_fatal("a thread's mark says %#lx, which is no CPU's", (unsigned long)rest);
}

void pcpu_hold_thaw(void)
{
	unsigned int cpu;

	if (!mark_is_busy())
		return;
	cpu = pcpu_hold_marked_cpu();
	set_frozen(0);
	while (pcpu_held_by_other(cpu)) {
		set_frozen(1);
		pcpu_hold_wait(cpu);
		set_frozen(0);
	}
}

void pcpu_hold_wait_frozen(unsigned int cpu)
{
	sigset_t saved;

	if (!mark_is_busy()) {
		pcpu_hold_wait(cpu);
		return;
	}
	pcpu_mask_signals(&saved);
	set_frozen(1);
	pcpu_hold_wait(cpu);
	pcpu_hold_thaw();
	pcpu_restore_signals(&saved);
}

void pcpu_hold(unsigned int cpu, sigset_t *saved)
{
	pcpu_self_begin();
	pcpu_mask_signals(saved);
	if (mark_is_busy())
		set_frozen(1);
	if (!try_to_take(cpu))
		take_next(cpu);
}

void pcpu_let_go(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);

	__atomic_store_n(&entry->window, next_word(entry), __ATOMIC_SEQ_CST);
	wake_waiters(entry);
}

void pcpu_release(unsigned int cpu, const sigset_t *saved)
{
	pcpu_let_go(cpu);
	pcpu_hold_thaw();
	pcpu_restore_signals(saved);
}

PERCPU_API void __percpu_wake(unsigned int cpu)
{
	wake_waiters(pcpu_unit_entry(cpu));
}

/* --- fork --- */

/* The parent's threads are still there, and so is what they hold. */
static void begin_in_shared_child(void)
{
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

	if (pcpu_tier.shared) {
		begin_in_shared_child();
		return;
	}
	pcpu_self_after_fork(false);
	pcpu_marks_after_fork();
	forks++;
	for_each_possible_cpu(cpu) {
		struct percpu_entry *entry = pcpu_unit_entry(cpu);

		if (pcpu_word_is_held(entry->window))
			entry->window = (int)cpu == held ? pcpu_self.word : entry->rest;
		entry->successor = 0;
		entry->attention &= PCPU_ATTENTION_ALWAYS;
		entry->pinned = pcpu_self.pinned == cpu + 1;
	}
}
