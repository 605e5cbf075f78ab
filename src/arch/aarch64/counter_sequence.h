/* SPDX-License-Identifier: MIT */
/*
 * counter_sequence.h - a percpu_counter's addition far from a limit, by a restartable sequence.
 * Part of counter.c, which says when that is exact.
 *
 * The steps are those of x86_64/counter_sequence.h. Each load up to that of the state acquires:
 * what a fold has written to the count is not seen without its note.
 */
#ifndef PCPU_COUNTER_SEQUENCE_H
#define PCPU_COUNTER_SEQUENCE_H

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/aarch64/sequence.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef __PCPU_NO_INLINE_SEQUENCE

/* an instruction a line */
/* clang-format off */
#define INPUTS                                                                                     \
	__PCPU_SEQ_CONSTANTS, [ptr] "r"((uintptr_t)fbc->counters), [count] "r"(&fbc->count),       \
		[extra] "r"(&fbc->extra), [near] "r"(&fbc->near), [state] "r"(&lock->state),       \
		[sign] "r"(sign), [far] "r"(far ^ sign), [change] "r"(change),                     \
		[bias] "r"(change + most), [range] "r"(2 * most + 1), [noted] "r"(PCPU_COUNTER_NOTED)

__pcpu_always_inline bool pcpu_counter_sequence(const struct percpu_counter *fbc,
						const struct pcpu_counter_lock *lock,
						bool downwards, int64_t far, int64_t change,
						int64_t most)
{
	/* x > far, or ~x > ~far */
	const int64_t sign = -(int64_t)downwards;
	int64_t part;
	int not_added;

	__asm__ __volatile__(
		__PCPU_SEQ_BEGIN
		"mov %w[not_added], #1\n\t"
		"ldar x17, [%[count]]\n\t"
		"ldar %[part], [%[extra]]\n\t"
		"add x17, x17, %[part]\n\t"
		"eor x17, x17, %[sign]\n\t"
		"cmp x17, %[far]\n\t"
		"b.gt 2f\n\t"
		"ldarb w17, [%[state]]\n\t"
		"tst w17, %w[noted]\n\t"
		"b.ne 2f\n\t"
		"ldarb w17, [%[near]]\n\t"
		"cbnz w17, 2f\n\t"
		"ldrsw %[part], " __PCPU_SEQ_COPY "\n\t"
		"add x17, %[part], %[bias]\n\t"
		"cmp x17, %[range]\n\t"
		"b.hi 2f\n\t"
		"add %[part], %[part], %[change]\n\t"
		"mov %w[not_added], #0\n\t"
		"str %w[part], " __PCPU_SEQ_COPY
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"mov %w[not_added], #1\n\t"
		"b 2b\n\t"
		".popsection"
		: [part] "=&r"(part), [not_added] "=&r"(not_added)
		: INPUTS
		: __PCPU_SEQ_CLOBBERS, "cc");
	return !not_added;
}
#undef INPUTS
/* clang-format on */

#endif
#endif /* PCPU_COUNTER_SEQUENCE_H */
