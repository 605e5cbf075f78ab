/* SPDX-License-Identifier: MIT */
/*
 * counter_sequence.h - a percpu_counter's addition far from a limit, by a restartable sequence.
 * Part of counter.c, which says when that is exact.
 *
 *	rseq area.rseq_cs = descriptor
 * 1:	copy = low32(pointer) + entries[index].window; if (copy < 0) goto 4
 *	if (counter.count + counter.extra > far)		// downwards: < far
 *		goto 4
 *	if (lock.state says "noted", or counter.near)
 *		goto 4
 *	if (*copy + change is above most, or below -most)
 *		goto 4
 *	commit: *copy += change
 * 2:	...
 * 4:	not added					// also if the sequence was aborted
 */
#ifndef PCPU_COUNTER_SEQUENCE_H
#define PCPU_COUNTER_SEQUENCE_H

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/x86_64/sequence.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef __PCPU_NO_INLINE_SEQUENCE

/* an instruction a line */
/* clang-format off */
#define SEQUENCE(jump_unless_far)                                                                  \
	__asm__ goto(                                                                              \
		__PCPU_SEQ_BEGIN                                                                   \
		"movq %c[count_at](%[counter]), %%r11\n\t"                                         \
		"addq %c[extra_at](%[counter]), %%r11\n\t"                                         \
		"cmpq %[far], %%r11\n\t"                                                           \
		jump_unless_far " %l[not_added]\n\t"                                               \
		"testb %[noted], (%[state])\n\t"                                                   \
		"jnz %l[not_added]\n\t"                                                            \
		"cmpb $0, %c[near_at](%[counter])\n\t"                                             \
		"jne %l[not_added]\n\t"                                                            \
		"movslq (%%r10), %%r11\n\t"                                                        \
		"addq %[bias], %%r11\n\t"                                                          \
		"cmpq %[range], %%r11\n\t"                                                         \
		"ja %l[not_added]\n\t"                                                             \
		"addl %k[change], (%%r10)"                                                         \
		__PCPU_SEQ_COMMIT                                                                  \
		__PCPU_SEQ_ABORT                                                                   \
		"6:\n\t"                                                                           \
		"jmp %l[not_added]\n\t"                                                            \
		".popsection"                                                                      \
		:                                                                                  \
		: __PCPU_SEQ_CONSTANTS, [ptr] __PCPU_SEQ_PTR((uintptr_t)fbc->counters),            \
		  [counter] "r"(fbc), [state] "r"(&lock->state), [far] "r"(far),                   \
		  [change] "r"(change), [bias] "r"(change + most), [range] "r"(2 * most + 1),      \
		  [noted] "i"(PCPU_COUNTER_NOTED),                                                 \
		  [count_at] "i"(offsetof(struct percpu_counter, count)),                          \
		  [extra_at] "i"(offsetof(struct percpu_counter, extra)),                          \
		  [near_at] "i"(offsetof(struct percpu_counter, near))                             \
		: __PCPU_SEQ_CLOBBERS                                                              \
		: not_added)

__pcpu_always_inline bool pcpu_counter_sequence(const struct percpu_counter *fbc,
						const struct pcpu_counter_lock *lock,
						bool downwards, int64_t far, int64_t change,
						int64_t most)
{
	if (downwards)
		SEQUENCE("jl");
	else
		SEQUENCE("jg");
	return true;
not_added:
	return false;
}
#undef SEQUENCE
/* clang-format on */

#endif
#endif /* PCPU_COUNTER_SEQUENCE_H */
