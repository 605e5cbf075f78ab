/* SPDX-License-Identifier: MIT */
/*
 * What is measured.
 *
 * A *way* is one way to count.  Each way comes in up to three *layouts*: which counters the 16
 * operations of an iteration touch.
 *
 *	one     one counter: each operation needs the result of the one before it
 *	packed  16 counters side by side, in two cache lines
 *	apart   16 counters, each in a cache line of its own
 *
 * Packed and apart differ because many CPUs retire two stores to the same line at once.  Plain
 * increments gain from that; a restartable sequence, which also stores its descriptor, cannot.
 *
 * A way together with a layout is a *case*.  The loops of all cases have the same form, so that
 * their overhead is the same:
 *
 *	do { 16 operations } while (--iterations);
 *
 * Every operation adds 1, so a case's counters must add up to what was asked of its loop.
 *
 * Cases are measured in this process, and some of them also in others, which start with other
 * *settings* of the library (setting.h).
 */
#ifndef BENCH_OPERATIONS_WAY_H
#define BENCH_OPERATIONS_WAY_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
#define _Alignas alignas
#endif

#define OPERATIONS_PER_ITERATION 16

enum bench_layout_id {
	LAYOUT_ONE,
	LAYOUT_PACKED,
	LAYOUT_APART,
	NR_LAYOUTS,
};

/*
 * Where the counters of a layout are: counter i is element FIRST + i * STRIDE.  The layouts do not
 * overlap, and none shares a cache line (8 elements) with another.
 */
#define ONE_FIRST 0
#define ONE_STRIDE 0
#define PACKED_FIRST 16
#define PACKED_STRIDE 1
#define APART_FIRST 32
#define APART_STRIDE 8
#define NR_ELEMENTS (APART_FIRST + OPERATIONS_PER_ITERATION * APART_STRIDE)

struct bench_layout {
	const char *name;
	unsigned int counters;
	unsigned int first;
	unsigned int stride;
};

extern const struct bench_layout bench_layouts[NR_LAYOUTS];

/* The counters of one way, in all layouts.  Aligned for CPUs that fetch lines in pairs. */
struct counters {
	_Alignas(128) unsigned long v[NR_ELEMENTS];
};

/* @own belongs to the calling thread and this case alone.  @iterations is not 0. */
typedef void bench_loop(struct counters *own, unsigned long iterations);

struct bench_way {
	const char *name;
	const char *peer;         /* what plots call it (harness/curves.h); NULL: not in them */
	bench_loop *const *loops; /* by layout; NULL: not in this one */

	/*
	 * A counter's value is the sum of the threads' own, of what the threads have in
	 * thread-local variables, and of all other places.  NULL: nothing there.
	 */
	unsigned long (*of_this_thread)(unsigned int element);
	unsigned long (*elsewhere)(unsigned int element);
	bool only_total; /* single counters say nothing, their total is that of the operations */

	unsigned int settings;    /* measured in these too, beside the usual one: SETTING_BIT()s */
	unsigned int max_threads; /* not measured with more; 0: with any number */
	bool (*available)(void);  /* whether this process can do it; NULL: yes */

	/* What a thread has to do before and after its loop; not timed.  NULL: nothing. */
	void (*enter)(unsigned int thread, unsigned int threads);
	void (*leave)(void);
};

struct bench_case {
	const struct bench_way *way;
	enum bench_layout_id layout;
};

/* Whether the case is to be measured in this process, with so many threads. */
bool case_runs(const struct bench_case *subject, unsigned int threads);

/* The two ways that all others are compared to, layout by layout. */
#define PLAIN_WAY "plain_inc"
#define LOCK_WAY "lock_inc_own"

/* What plots compare all others to. */
#define PERCPU_WAY "this_cpu_inc_static"

#endif
