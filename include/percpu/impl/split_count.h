/* SPDX-License-Identifier: MIT */
/*
 * split_count.h - what percpu/refcount.h and percpu/rwsem.h count with: a count that is split over
 * the CPUs while it only goes up and down, and joined in one word while somebody has to know when
 * it is 0. src/toolkit/split_count.h has the protocol.
 */
#ifndef PERCPU_IMPL_SPLIT_COUNT_H
#define PERCPU_IMPL_SPLIT_COUNT_H

#include <percpu/defs.h>
#include <percpu/impl/runtime.h>

#include <percpu/impl/begin.h>

/* All that is counted is counted in twos: the lowest bit of the word is its user's. */
struct percpu_split_count {
#ifndef PERCPU_UP
	int64_t __percpu *parts; /* by CPU; NULL: never split */
#endif
	int64_t count;   /* what is in no part; with __PCPU_SPLIT in it, the parts count too */
	uint32_t joined; /* 1; or 0, and while __percpu_rt.split says the same, it is split */
};

/* More than can be counted, and what keeps the word from being 0. */
#define __PCPU_SPLIT (INT64_C(1) << 61)

/* Adds @change to this CPU's part. False: it is joined, or there is no sequence to be had. */
#ifndef PERCPU_UP
__pcpu_always_inline bool __pcpu_split_add(const struct percpu_split_count *split, int64_t change)
{
#ifdef __PCPU_NO_INLINE_SEQUENCE
	(void)split;
	(void)change;
	return false;
#else
	return __pcpu_seq_add_if((uintptr_t)split->parts, &split->joined,
				 *(const volatile unsigned int *)&__percpu_rt.split, change);
#endif
}
#endif

#include <percpu/impl/end.h>

#endif /* PERCPU_IMPL_SPLIT_COUNT_H */
