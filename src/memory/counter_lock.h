/* SPDX-License-Identifier: MIT */
/*
 * counter_lock.h - what a percpu_counter's value is at any moment, and who moves a part to the
 * count.
 *
 *	value = count + extra + all parts' amounts
 *
 * An addition changes one of these by one store, and is exact without a lock: the extra by an
 * atomic addition, a part by an operation on this CPU. A fold moves an amount from a part to the
 * count, two stores, between which the sum would not have it. So there are locks, a few for all
 * counters, which are only ever tried, and whose holder writes down what he is doing. The note
 * makes each of his steps one store that changes no value, or one that adds what he is to add:
 *
 *	fold	L1  state: free -> taken, by compare and swap; or add to the extra instead
 *		L2  the note: which counter, its count and its folds, the part's amount
 *		L3  state = noted: from here on the value has the note's count
 *		L4  part: its amount -> 0, and its lowest bit flipped, by one operation on this CPU,
 *		    which fails if it is not the part that was noted. From here on there is one flip
 *		    more than the note's folds, so the value has the note's amount too
 *		L5  count = note's count + note's amount + what is to be added; folds + 1
 *		L6  state = free, one number further: the value has what has been added
 *	look	R1  state
 *		R2  read. If it was noted, and the note is about this counter: the note's count, the
 *		    parts, and the note's amount if the flips are not as many as its folds, modulo
 *		    2. Else the count and the parts
 *		R3  the same state, or L1 has been done since: else again from R1
 *	set	L1 to L3, with a note that says which value is going to be; all parts' amounts = 0,
 *		count = that; L6. Nobody else is to change the counter meanwhile
 *
 * Everybody but the holder sees L1 to L6 in this order: what follows a state is stored with release
 * order, and what is read before R3 is read with acquire order.
 *
 * Nobody waits for the holder. He may be preempted, or interrupted by a handler that adds, sums or
 * forks, or never come back: then the note stays, and values are as they were before his call. So
 * it is in a child, which has one moment's memory, and not the thread. There the locks are given
 * back, with the notes carried out (pcpu_counter_locks_after_fork()). A lock that is never given
 * back, because a handler was left by siglongjmp(), costs time: its counters' additions that would
 * fold go to the extra. The end of the counter that is noted takes it back.
 *
 * Who has looked in vain for a few times takes the lock, so that nobody folds, and looks again.
 *
 * Modelled in tests/model/counter.pml.
 */
#ifndef PCPU_COUNTER_LOCK_H
#define PCPU_COUNTER_LOCK_H

#include "ground/hidden.h"

#include <percpu/counter.h>

#include <stdbool.h>
#include <stdint.h>

/* What the low bits of a state say. The others are a number, which grows with each release. */
enum pcpu_counter_phase {
	PCPU_COUNTER_FREE,
	PCPU_COUNTER_TAKEN,
	PCPU_COUNTER_NOTED,
	PCPU_COUNTER_PHASES = 4,
};

struct pcpu_counter_lock {
	uint64_t state;
	/* The note. */
	struct percpu_counter *counter;
	int64_t count;  /* before; or, of a set, after */
	int64_t amount; /* that a part has */
	uint8_t folds;  /* before */
	bool sets;      /* parts do not matter */
} __attribute__((__aligned__(64)));

/* A part's amount, and a part of @amount that has been folded as often as @part. */
static inline int32_t pcpu_part_amount(int32_t part)
{
	return part >> 1;
}

static inline int32_t pcpu_part_with(int32_t part, int32_t amount)
{
	return (int32_t)((uint32_t)amount << 1) | (part & 1);
}

/* They wrap. */
static inline int64_t pcpu_wrapping_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static inline int64_t pcpu_wrapping_sub(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

#define PCPU_COUNTER_LOCK_BITS 5
extern struct pcpu_counter_lock pcpu_counter_locks[1 << PCPU_COUNTER_LOCK_BITS] PCPU_HIDDEN;

/* Fibonacci hashing: counters lie at regular distances. Signal-safe, as all of these. */
static inline struct pcpu_counter_lock *pcpu_counter_lock_of(const struct percpu_counter *fbc)
{
	const uint64_t hash = (uint64_t)(uintptr_t)fbc * 0x9e3779b97f4a7c15u;

	return &pcpu_counter_locks[hash >> (64 - PCPU_COUNTER_LOCK_BITS)];
}

/*
 * L1. False: somebody has it; or the calling thread has one, and this is a handler that has
 * interrupted it.
 */
bool pcpu_counter_trylock(struct pcpu_counter_lock *lock);
void pcpu_counter_unlock(struct pcpu_counter_lock *lock); /* L6 */

/* L2 and L3, for L4 on a part of @amount; or for a set to @count. */
void pcpu_counter_note_fold(struct pcpu_counter_lock *lock, struct percpu_counter *fbc,
			    int64_t amount);
void pcpu_counter_note_set(struct pcpu_counter_lock *lock, struct percpu_counter *fbc,
			   int64_t count);

/* L5, after L4; and what a set does. */
void pcpu_counter_fold(struct pcpu_counter_lock *lock, int64_t amount);
void pcpu_counter_clear(struct pcpu_counter_lock *lock);

/* The count of a moment, with what is on its way to it or not, and with all parts' amounts. */
int64_t pcpu_counter_count(struct percpu_counter *fbc);
int64_t pcpu_counter_count_and_parts(struct percpu_counter *fbc);

/* @nr counters end: what somebody who did not come back has noted about them is void. */
void pcpu_counter_forget(const struct percpu_counter *fbc, uint32_t nr);

/* In a child, which has one thread, or had. */
void pcpu_counter_locks_after_fork(void);

#endif /* PCPU_COUNTER_LOCK_H */
