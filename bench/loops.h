/* SPDX-License-Identifier: MIT */
/* Builds the three loops of a way from its one operation. */
#ifndef BENCH_LOOPS_H
#define BENCH_LOOPS_H

#include "cases.h"

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
 */
#define DEFINE_LOOP(name, operation, base, first, stride)                                 \
	static __attribute__((noinline, aligned(64))) void name(struct counters *own,     \
								unsigned long iterations) \
	{                                                                                 \
		__typeof__(base) base_ = (base);                                          \
                                                                                          \
		(void)own;                                                                \
		do {                                                                      \
			__asm__("" : "+r"(base_));                                        \
			SIXTEEN_OPERATIONS(operation, base_, first, stride);              \
		} while (--iterations);                                                   \
	}

/*
 * @operation(base, element) adds 1 to one element.  @base is what its address is computed from and
 * is evaluated once: a pointer, which may be the loop's parameter `own`.
 */
#define DEFINE_LOOPS(name, operation, base)                                      \
	DEFINE_LOOP(name##_one, operation, base, ONE_FIRST, ONE_STRIDE)          \
	DEFINE_LOOP(name##_packed, operation, base, PACKED_FIRST, PACKED_STRIDE) \
	DEFINE_LOOP(name##_apart, operation, base, APART_FIRST, APART_STRIDE)    \
	static bench_loop *const name##_loops[NR_LAYOUTS] = {                    \
		[LAYOUT_ONE] = name##_one,                                       \
		[LAYOUT_PACKED] = name##_packed,                                 \
		[LAYOUT_APART] = name##_apart,                                   \
	}

#endif
