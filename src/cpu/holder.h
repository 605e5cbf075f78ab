/* SPDX-License-Identifier: MIT */
/*
 * holder.h - who holds a CPU, and waiting for them; W of the protocols in hold.h.
 */
#ifndef PCPU_HOLDER_H
#define PCPU_HOLDER_H

#include "cpu/self.h"
#include "ground/system/futex.h"
#include "machine/tier.h"
#include "memory/entry.h"

#include <percpu/impl/runtime.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Attention that is always paid: letting go looks for waiters with a barrier, and operations inside
 * of sections are not inlined (percpu/impl/arch/).
 */
#define PCPU_ATTENTION_ALWAYS (1u << 31)

static inline intptr_t pcpu_window_of(const struct percpu_entry *entry)
{
	return __atomic_load_n(&entry->window, __ATOMIC_SEQ_CST);
}

/* The CPU that the calling thread holds, or -1. Signal-safe. */
static inline int pcpu_held_cpu(void)
{
	int cpu = pcpu_self.cpu;

	return cpu >= 0 && pcpu_self.word &&
			       pcpu_window_of(pcpu_unit_entry((unsigned int)cpu)) == pcpu_self.word
		       ? cpu
		       : -1;
}

/* Whether a thread holds @cpu that is not the calling one. */
bool pcpu_held_by_other(unsigned int cpu);

/*
 * Waits until a moment at which no other thread holds @cpu, of which the calling thread holds none.
 * Signal-safe, keeps errno.
 */
void pcpu_hold_wait(unsigned int cpu);

/* Does what a thread may have left to do between P1 and P2, if the caller has interrupted it. */
void pcpu_hold_wake_late(void);

/* --- for hold.c --- */

static inline bool pcpu_word_is_of_other(intptr_t word)
{
	return pcpu_word_is_held(word) && word != pcpu_self.word;
}

/* What the window is to be when its holder is done with it. */
static inline intptr_t pcpu_next_word(const struct percpu_entry *entry)
{
	intptr_t successor = __atomic_load_n(&entry->successor, __ATOMIC_SEQ_CST);

	/* the caller's own: it takes the CPU when it has said that the last holder is gone */
	return successor && successor != pcpu_self.word ? successor : entry->rest;
}

static inline void pcpu_wake_waiters(struct percpu_entry *entry)
{
	if (__atomic_load_n(&entry->attention, __ATOMIC_SEQ_CST) & ~PCPU_ATTENTION_ALWAYS)
		pcpu_futex_wake(&entry->window, pcpu_tier.shared);
}

/* W1 and W2, and W4: in between the caller waits. The first returns what the second wants to know.
 */
unsigned int pcpu_begin_to_wait(struct percpu_entry *entry);
void pcpu_end_waiting(struct percpu_entry *entry, unsigned int forks_before);

/*
 * The successor whose @word that is, is gone: others can become it. False: it is none, or another.
 */
bool pcpu_forget_successor(struct percpu_entry *entry, intptr_t word);

/* Sleeps while @entry's window is @word, or for a while: by its low half, which no two share. */
void pcpu_sleep_while(struct percpu_entry *entry, intptr_t word);

/* In the child of a fork: who began to wait before does not count itself out. */
void pcpu_waiting_after_fork(void);

#endif /* PCPU_HOLDER_H */
