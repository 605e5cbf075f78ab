/* SPDX-License-Identifier: MIT */
/* holder.c - see holder.h. */
#include "cpu/holder.h"
#include "arch/probe.h"
#include "cpu/fenced.h"
#include "events/count.h"
#include "ground/assert.h"
#include "ground/log.h"
#include "ground/pause.h"
#include "ground/system/fence.h"
#include "ground/system/new_process.h"

#include <percpu/section.h>

/* How often the process has been made by a fork: who waits then, waits in the child for nothing. */
static unsigned int nr_forks;

__thread struct pcpu_taking pcpu_taking;

/* In a handler that has forked, the thread has another word than what is going to be there. */
int pcpu_find_taken(void)
{
	struct percpu_entry *entry = pcpu_unit_entry(pcpu_taking.cpu - 1);

	if (!pcpu_entry_is_held(entry)) {
		if (pcpu_window_of(entry) != pcpu_taking.word)
			return -1;
		__atomic_store_n(&entry->window, pcpu_self.word, __ATOMIC_SEQ_CST);
	}
	return (int)pcpu_taking.cpu - 1;
}

static unsigned int cpu_of(const struct percpu_entry *entry)
{
	return (unsigned int)(entry - pcpu_unit_entries());
}

bool pcpu_held_by_self(unsigned int cpu)
{
	return pcpu_entry_is_held(pcpu_unit_entry(cpu));
}

bool pcpu_held_by_other(unsigned int cpu)
{
	return pcpu_word_is_of_other(pcpu_window_of(pcpu_unit_entry(cpu)));
}

bool pcpu_forget_successor(struct percpu_entry *entry, intptr_t word)
{
	if (!__atomic_compare_exchange_n(&entry->successor, &word, 0, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED))
		return false;
	pcpu_futex_wake(&entry->successor, pcpu_tier.shared);
	return true;
}

/*
 * In the fallback tier it may have been killed before H3. So the CPU is handed over to nobody: who
 * takes it looks at the marks. (A successor who is gone as well is not found out by its word in the
 * window then.)
 */
static intptr_t word_after_gone(struct percpu_entry *entry)
{
	const intptr_t successor = __atomic_load_n(&entry->successor, __ATOMIC_SEQ_CST);

	if (pcpu_tier_has_sequences())
		return pcpu_next_word(entry);
	if (successor && pcpu_word_is_of_gone(successor))
		pcpu_forget_successor(entry, successor);
	pcpu_operations_forget(entry);
	return entry->rest;
}

/*
 * D1 and D2. A thread that was ended by a system call has had no destructor, and one of a process
 * that was killed neither: as holder, or as successor, who was then given the CPU.
 */
static void release_if_gone(struct percpu_entry *entry, intptr_t word)
{
	bool waited;

	if (!pcpu_word_is_of_gone(word))
		return;
	waited = pcpu_forget_successor(entry, word);
	if (!__atomic_compare_exchange_n(&entry->window, &word, word_after_gone(entry), false,
					 __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return;
	pcpu_wake_waiters(entry);
	PCPU_PROBE2(holder_gone, cpu_of(entry), pcpu_word_thread(word));
	pcpu_log(PERCPU_LOG_ERR,
		 waited ? "thread %d ended while it waited for CPU %u, which goes to the next"
			: "thread %d ended inside of a section: CPU %u is let go",
		 pcpu_word_thread(word), cpu_of(entry));
}

void pcpu_sleep_while(struct percpu_entry *entry, intptr_t word)
{
	if (!pcpu_futex_wait(&entry->window, (uint32_t)word, pcpu_tier.shared))
		release_if_gone(entry, word);
}

void pcpu_hold_wake_late(void)
{
	int cpu = pcpu_self.cpu;

	if (cpu >= 0 && pcpu_held_cpu() < 0)
		pcpu_wake_waiters(pcpu_unit_entry((unsigned int)cpu));
}

/* The number of the thread, or 0: nobody holds it by now. */
static int holder_of(const struct percpu_entry *entry)
{
	const intptr_t word = pcpu_window_of(entry);

	return pcpu_word_is_held(word) ? pcpu_word_thread(word) : 0;
}

unsigned int pcpu_begin_to_wait(struct percpu_entry *entry)
{
	unsigned int forks_before;

	/* the holder may be a thread of the parent */
	pcpu_mend_new_process();
	forks_before = nr_forks;
	pcpu_hold_wake_late();
	PCPU_PROBE2(wait_begin, cpu_of(entry), holder_of(entry));
	__atomic_fetch_add(&entry->attention, 1, __ATOMIC_SEQ_CST);
	/* W2; where attention is always paid, holders have a barrier of their own */
	if (pcpu_tier_waiters_fence())
		pcpu_fence_sequences();
	return forks_before;
}

void pcpu_end_waiting(struct percpu_entry *entry, unsigned int forks_before)
{
	if (forks_before == nr_forks)
		__atomic_fetch_sub(&entry->attention, 1, __ATOMIC_SEQ_CST);
	PCPU_PROBE1(wait_end, cpu_of(entry));
}

static void wait_until_free(struct percpu_entry *entry)
{
	unsigned int forks_before;
	intptr_t word;

	for (unsigned int n = 0; n < PCPU_PAUSE_SPINS + PCPU_PAUSE_YIELDS; n++) {
		if (!pcpu_word_is_of_other(pcpu_window_of(entry)))
			return;
		pcpu_pause(n);
	}
	forks_before = pcpu_begin_to_wait(entry);
	for (word = pcpu_window_of(entry); pcpu_word_is_of_other(word);
	     word = pcpu_window_of(entry))
		pcpu_sleep_while(entry, word);
	pcpu_end_waiting(entry, forks_before);
}

void pcpu_hold_wait(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);
	uint64_t began;

	pcpu_assert(pcpu_held_cpu() < 0);
	if (!pcpu_word_is_of_other(pcpu_window_of(entry)))
		return;
	began = pcpu_stat_clock();
	wait_until_free(entry);
	pcpu_count_wait(cpu, pcpu_stat_since(began));
}

PERCPU_API void __percpu_wake(unsigned int cpu)
{
	pcpu_wake_waiters(pcpu_unit_entry(cpu));
}

void pcpu_waiting_after_fork(void)
{
	nr_forks++;
}
