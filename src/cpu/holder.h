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

/*
 * Whether the calling thread's word is in the window. Both words change in the child of a handler's
 * fork, which may come between two looks.
 */
static inline bool pcpu_entry_is_held(const struct percpu_entry *entry)
{
	intptr_t word;

	do {
		word = __atomic_load_n(&pcpu_self.word, __ATOMIC_SEQ_CST);
		if (word && pcpu_window_of(entry) == word)
			return true;
	} while (word != __atomic_load_n(&pcpu_self.word, __ATOMIC_SEQ_CST));
	return false;
}

/*
 * What a thread is about to take with signals unmasked (Q of hold.h): for the signals' handlers,
 * which find that it holds a CPU from the moment when it does.
 */
struct pcpu_taking {
	unsigned int cpu; /* plus one; 0: nothing */
	intptr_t word;    /* what comes to be in the window */
};
extern __thread struct pcpu_taking pcpu_taking __attribute__((__tls_model__("initial-exec")));

/* The CPU of pcpu_taking if the thread holds it by now, or -1. */
int __attribute__((__cold__)) pcpu_find_taken(void);

/* The CPU that the calling thread holds, or -1. Signal-safe. */
static inline int pcpu_held_cpu(void)
{
	const int cpu = pcpu_self.cpu;

	if (cpu >= 0 && pcpu_entry_is_held(pcpu_unit_entry((unsigned int)cpu)))
		return cpu;
	return __builtin_expect(pcpu_taking.cpu != 0, 0) ? pcpu_find_taken() : -1;
}

/* Whether it has its word in the window of @cpu. */
bool pcpu_held_by_self(unsigned int cpu);

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
