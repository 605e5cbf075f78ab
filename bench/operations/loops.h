/* SPDX-License-Identifier: MIT */
/* Builds the loops of a way from its one operation. */
#ifndef BENCH_OPERATIONS_LOOPS_H
#define BENCH_OPERATIONS_LOOPS_H

#include "operations/way.h"

/*
 * The empty asm says that the counter is read and written here, so the compiler must finish each
 * increment in memory: one `add $1, mem` on x86-64.  volatile would cost three instructions.
 */
#define INC(counter)                                      \
	do {                                              \
		(counter)++;                              \
		__asm__ __volatile__("" : "+m"(counter)); \
	} while (0)

#define FOUR_OPERATIONS(operation, base, first, stride) \
	operation(base, (first));                       \
	operation(base, (first) + (stride));            \
	operation(base, (first) + 2 * (stride));        \
	operation(base, (first) + 3 * (stride))

#define SIXTEEN_OPERATIONS(operation, base, first, stride)                \
	FOUR_OPERATIONS(operation, base, (first), stride);                \
	FOUR_OPERATIONS(operation, base, (first) + 4 * (stride), stride); \
	FOUR_OPERATIONS(operation, base, (first) + 8 * (stride), stride); \
	FOUR_OPERATIONS(operation, base, (first) + 12 * (stride), stride)

/*
 * Each loop begins a cache line, so that its place is not luck.  The empty asm makes the base new
 * in each iteration: the compiler would otherwise compute 16 addresses before the loop and, short
 * of registers, fetch them from the stack inside it.  It is not volatile, so that it vanishes where
 * the operation does not use the base.
 *
 * Beside its arguments an operation may use the loop's `own` and `iterations` (what is left of
 * them, never 0), and `carry`: 0 at first, and left alone in between.
 */
#define DEFINE_LOOP(name, operation, finish, base, first, stride)                         \
	static __attribute__((noinline, aligned(64))) void name(struct counters *own,     \
								unsigned long iterations) \
	{                                                                                 \
		const unsigned long asked = iterations;                                   \
		__typeof__(base) base_ = (base);                                          \
		unsigned long carry = 0;                                                  \
                                                                                          \
		(void)own;                                                                \
		do {                                                                      \
			__asm__("" : "+r"(base_));                                        \
			SIXTEEN_OPERATIONS(operation, base_, first, stride);              \
		} while (--iterations);                                                   \
		finish(own->v[first], asked, carry);                                      \
	}

/* What most operations need at the end of a loop. */
#define NOTHING_LEFT(counter, asked, carry) ((void)(asked), (void)(carry))

#define DEFINE_ONE_LOOP_(name, operation, finish, base) \
	DEFINE_LOOP(name##_one, operation, finish, base, ONE_FIRST, ONE_STRIDE)
#define DEFINE_APART_LOOP_(name, operation, finish, base) \
	DEFINE_LOOP(name##_apart, operation, finish, base, APART_FIRST, APART_STRIDE)

/*
 * @operation(base, element) adds 1 to one element.  @base is what its address is computed from and
 * is evaluated once: a pointer, which may be the loop's parameter `own`, or a number.
 * DEFINE_LOOPS makes all layouts, the others what their names say.
 */
#define DEFINE_LOOPS(name, operation, base)                                                    \
	DEFINE_ONE_LOOP_(name, operation, NOTHING_LEFT, base)                                  \
	DEFINE_LOOP(name##_packed, operation, NOTHING_LEFT, base, PACKED_FIRST, PACKED_STRIDE) \
	DEFINE_APART_LOOP_(name, operation, NOTHING_LEFT, base)                                \
	static bench_loop *const name##_loops[NR_LAYOUTS] = {                                  \
		[LAYOUT_ONE] = name##_one,                                                     \
		[LAYOUT_PACKED] = name##_packed,                                               \
		[LAYOUT_APART] = name##_apart,                                                 \
	}
#define DEFINE_LOOPS_ONE_AND_APART(name, operation, finish, base) \
	DEFINE_ONE_LOOP_(name, operation, finish, base)           \
	DEFINE_APART_LOOP_(name, operation, finish, base)         \
	static bench_loop *const name##_loops[NR_LAYOUTS] = {     \
		[LAYOUT_ONE] = name##_one,                        \
		[LAYOUT_APART] = name##_apart,                    \
	}
/*
 * The operation once, 16 times an iteration: as programs have it, whose locks and sections are
 * taken in a few places, and as a mutex, which is called, has it anyway.  Inlined 16 times over, a
 * section is slower: its loads of what was just stored are more than the processor keeps track of.
 */
#define DEFINE_ROLLED_LOOP_(name, operation, base, first, stride)                         \
	static __attribute__((noinline, aligned(64))) void name(struct counters *own,     \
								unsigned long iterations) \
	{                                                                                 \
		__typeof__(base) base_ = (base);                                          \
                                                                                          \
		(void)own;                                                                \
		do {                                                                      \
			unsigned int left_ = OPERATIONS_PER_ITERATION;                    \
			unsigned int element_ = (first);                                  \
                                                                                          \
			do {                                                              \
				/* so that nobody counts in advance, and unrolls */       \
				__asm__("" : "+r"(base_), "+r"(left_));                   \
				operation(base_, element_);                               \
				element_ += (stride);                                     \
			} while (--left_);                                                \
		} while (--iterations);                                                   \
	}
#define DEFINE_ROLLED_LOOPS(name, operation, base)                                    \
	DEFINE_ROLLED_LOOP_(name##_one, operation, base, ONE_FIRST, ONE_STRIDE)       \
	DEFINE_ROLLED_LOOP_(name##_apart, operation, base, APART_FIRST, APART_STRIDE) \
	static bench_loop *const name##_loops[NR_LAYOUTS] = {                         \
		[LAYOUT_ONE] = name##_one,                                            \
		[LAYOUT_APART] = name##_apart,                                        \
	}
#define DEFINE_LOOPS_ONE(name, operation, finish, base)       \
	DEFINE_ONE_LOOP_(name, operation, finish, base)       \
	static bench_loop *const name##_loops[NR_LAYOUTS] = { \
		[LAYOUT_ONE] = name##_one,                    \
	}

/*
 * Exchanges do not add.  What they put in must come out again, once: each puts in the number of
 * iterations left and adds what it takes out to `carry`, and at the end the difference of the two
 * sums is booked beside the operations.  So the total of all counters and what threads have of
 * their own is the number of operations, as it is of ways that add, if nothing was lost.
 */
#define BOOK_EXCHANGES(counter, asked, carry)              \
	((counter) += OPERATIONS_PER_ITERATION * (asked) + \
		      (carry)-OPERATIONS_PER_ITERATION / 2 * (asked) * ((asked) + 1))

/*
 * A compare-and-exchange must know what to expect.  Counters go up together, once an iteration (or
 * once an operation, where there is one counter), so `carry` is right for all of them until the
 * thread comes to another CPU or another thread has counted here.  Then the counter is made what
 * it would be, and the difference is booked in the thread's own.
 */
#define EXPECTED_NEXT(element, carry)                                                             \
	((carry) + ((element) == ONE_FIRST ||                                                     \
		    (element) == PACKED_FIRST + (OPERATIONS_PER_ITERATION - 1) * PACKED_STRIDE || \
		    (element) == APART_FIRST + (OPERATIONS_PER_ITERATION - 1) * APART_STRIDE))

/*
 * What was counted in the per-CPU @variable, a struct counters, on all CPUs together.
 * COUNTED() puts this and the loops of the same name in a way's row.
 */
#define DEFINE_SUM(name, variable)                            \
	static unsigned long name##_sum(unsigned int element) \
	{                                                     \
		return per_cpu_sum((variable).v[element]);    \
	}
#define COUNTED(name) .loops = name##_loops, .elsewhere = name##_sum

#endif
