/* SPDX-License-Identifier: MIT */
/*
 * counter_lock.h - the locks of percpu_counters, and what a forked child makes of what another
 * thread was doing under one.
 *
 * The locks are a few of the library's own, shared by all counters, rather than one in each: so a
 * child can go through them all. They are not taken around fork() (ground/lock.h says why). A child
 * has the memory of its parent as it was at one moment, and it may be one at which an amount had
 * been taken from a CPU's part and not been added to the count. So who moves one writes down before
 * what there was, and the child puts that back: as if the call, whose thread it does not have, had
 * not been made.
 *
 *	L1  the note says where part and count are, and what they were
 *	L2  the note is good
 *	L3  part and count change. Nobody else changes that part: its CPU is held
 *	L4  the note is good no more
 *
 * Each of these is seen before the next one by the child, which has one moment's memory.
 */
#ifndef PCPU_COUNTER_LOCK_H
#define PCPU_COUNTER_LOCK_H

#include "ground/lock.h"

#include <percpu/defs.h>

#include <stdbool.h>
#include <stdint.h>

struct pcpu_counter_lock {
	struct pcpu_mutex mutex;
	/* The note. */
	int64_t *count, count_before;
	int32_t *part;
	/* Not NULL: all parts of the counter are going to be 0 instead, and the count this. */
	int32_t __percpu *parts;
	int64_t count_after;
	int32_t part_before;
	bool good;
} __attribute__((__aligned__(64)));

/* The lock of what is at @address, a counter. */
struct pcpu_counter_lock *pcpu_counter_lock_of(const void *address);

/* With all signals masked. Signal-safe. */
void pcpu_counter_lock(struct pcpu_counter_lock *lock, sigset_t *saved);
void pcpu_counter_unlock(struct pcpu_counter_lock *lock, const sigset_t *saved);

/* Adds *@part and @amount to *@count, and makes *@part 0. The caller holds the part's CPU. */
void pcpu_counter_fold(struct pcpu_counter_lock *lock, int64_t *count, int32_t *part,
		       int64_t amount);

/* Makes all of @parts 0, and *@count @amount. */
void pcpu_counter_reset(struct pcpu_counter_lock *lock, int64_t *count, int32_t __percpu *parts,
			int64_t amount);

/* In a child, which has one thread. */
void pcpu_counter_locks_after_fork(void);

#endif /* PCPU_COUNTER_LOCK_H */
