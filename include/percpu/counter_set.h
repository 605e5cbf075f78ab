/* SPDX-License-Identifier: MIT */
/*
 * counter_set.h - sets of counters: read, and reset without losing a count, all at once.
 *
 *	PERCPU_COUNTER_SET(server_stats, uint64_t,		// the type struct server_stats
 *		requests, errors, bytes_in, bytes_out, by_status[6]);
 *	static DEFINE_PER_CPU(struct server_stats, stats);
 *
 *	this_cpu_inc(stats.requests);				// as any per-CPU variable
 *	this_cpu_add(stats.bytes_in, n);
 *
 *	struct server_stats now;
 *	percpu_sum_struct(&stats, &now);			// what has been counted
 *	err = percpu_take(&stats, sizeof(stats), &now);		// the same, and from here on anew
 *
 * All counters of a set are integers of one type, so there is nothing to describe, and nothing of
 * another width that would be added up by halves. A struct of any other kind does not compile here.
 *
 * What belongs together:
 *  - each counter of each CPU is read whole, always;
 *  - percpu_take() and percpu_snapshot_struct() read all counters of one CPU between two sections
 *    (section.h) and operations on that CPU: what is counted in one section is all in one take.
 *    Two operations outside of a section are two, and so are two of a handler of the caller's;
 *  - copies of several CPUs are read one after the other, at different moments;
 *  - percpu_sum_struct() reads while others count, each counter at a moment of its own.
 * Numbers that each reader has to see whole and cheaply are seq_stats.h.
 *
 * docs/counting.md says which kind of counter is for what.
 */
#ifndef PERCPU_COUNTER_SET_H
#define PERCPU_COUNTER_SET_H

#include <percpu/access.h>
#include <percpu/alloc.h>
#include <percpu/defs.h>

#include <percpu/impl/counter_set.h>

#include <percpu/impl/begin.h>

/**
 * PERCPU_COUNTER_SET() - define struct @tag: a set of counters
 * @type: of all of them: an integer of 4 or 8 bytes, with a sign or not
 * @...: their names, with commas between them; name[n] is n counters
 *
 * A variable or an area of struct @tag has no byte that is not a counter's, and is initialized as
 * any structure: {.errors = 1}. In a structure of other members it is a member like any other.
 */
#define PERCPU_COUNTER_SET(tag, type, ...)                 \
	struct tag {                                       \
		__typeof__(type) __VA_ARGS__;              \
		__pcpu_counter_set_words(__typeof__(type)) \
	}

/**
 * percpu_sum_struct() - each counter's sum over all CPUs, to *@to
 * @ptr: a per-CPU pointer to a set: &variable, an area, or &variable.member
 * @to: a pointer to a set of the same type, in ordinary memory
 *
 * As per_cpu_sum() of each counter, and cheaper: exact when nobody counts meanwhile; otherwise
 * between the sums before and after the call, if all additions have one sign. Sums are of the
 * counters' own type, and wrap. While others take, what they have got by then is missing.
 * Makes no unit open, and no system call. Thread- and signal-safe.
 */
#define percpu_sum_struct(ptr, to) __pcpu_set_sum(ptr, sizeof(*(ptr)), __pcpu_set_word(ptr), to)

/**
 * percpu_take() - sum a set, or an array of sets, and leave 0 in all copies
 * @ptr: as for percpu_sum_struct()
 * @size: bytes: sizeof(*@ptr), or as many times that as @ptr points to sets in a row
 * @to: room for as many sets
 *
 * Exact while all CPUs count: each addition by this_cpu_add() and its like, or in a section, is in
 * exactly one take, or still there; so the takes and a last sum are what has been counted. Several
 * threads may take at once. Initial values of static variables are taken as what was counted.
 *
 * Costs a section on this CPU, and for each other CPU that has been used, one visit
 * (percpu_remote_begin()), however many counters there are: a system call that interrupts the CPU
 * if it runs a thread of the process. On a CPU with pinned threads, an interruption for each
 * counter; what is counted there is as exact, but not of one moment.
 *
 * Returns 0; -EINVAL: @size is 0, or no whole number of sets; -EDEADLK: the caller holds a CPU, or
 * has local locks. After an error nothing has changed, and *@to neither. May block. Thread-safe; in
 * signal handlers too, where it returns -EDEADLK if it has interrupted a section. In a child of
 * fork() its copies are its own, or, if they are shared (shared.h), it takes what all processes
 * have counted; one that is killed meanwhile takes with it what it has taken so far. There is
 * nothing like it in the kernel.
 */
#define percpu_take(ptr, size, to) __pcpu_set_take(ptr, size, __pcpu_set_word(ptr), to)

/**
 * percpu_snapshot_struct() - as percpu_take() of one set, but everything stays as it is
 *
 * Of each CPU's counters, those of one moment are summed; see above. Returns 0 or -EDEADLK.
 */
#define percpu_snapshot_struct(ptr, to) \
	__pcpu_set_snapshot(ptr, sizeof(*(ptr)), __pcpu_set_word(ptr), to)

/**
 * percpu_sum_array(), percpu_take_array() - the same of @nr integers in a row
 * @ptr: a per-CPU pointer to the first, of 4 or 8 bytes: alloc_percpu_array(uint64_t, nr), or
 *	&variable[0]
 * @to: a pointer to @nr ordinary ones of the same type
 *
 * For buckets and tables whose size is known at run time. Sums of none are nothing; to take none is
 * -EINVAL, and so is a number whose bytes cannot be counted in a size_t.
 */
#define percpu_sum_array(ptr, nr, to) \
	__pcpu_set_sum(ptr, __pcpu_array_size(nr, sizeof(*(ptr))), *(ptr), to)
#define percpu_take_array(ptr, nr, to) \
	__pcpu_set_take(ptr, __pcpu_array_size(nr, sizeof(*(ptr))), *(ptr), to)

#include <percpu/impl/end.h>

#endif /* PERCPU_COUNTER_SET_H */
