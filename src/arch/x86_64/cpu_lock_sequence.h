/* SPDX-License-Identifier: MIT */
/*
 * cpu_lock_sequence.h - taking a CPU's lock by a restartable sequence. Part of cpu_lock.c.
 *
 *	rseq area.rseq_cs = descriptor
 * 1:	lock = entries[index].lock
 *	if (!lock)
 *		goto 2
 *	if (lock.taken or lock.stopped)
 *		goto 4
 *	commit: lock.taken = me
 * 2:	...
 * 4:	lock = NULL; goto 2			// also if the sequence was aborted
 *
 * Two loads, not one of both halves: taken was stored by itself a moment ago, and a load of more
 * than what was stored has to wait until the store has reached the cache (12 cycles and more).
 *
 * There is no second try: who is interrupted in the middle takes the way that needs no CPU's lock.
 */
#ifndef PCPU_CPU_LOCK_SEQUENCE_H
#define PCPU_CPU_LOCK_SEQUENCE_H

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/x86_64/sequence.h>

#include <stddef.h>
#include <stdint.h>

#ifndef __PCPU_NO_INLINE_SEQUENCE

#define ENTRY_SHIFT __builtin_ctz(sizeof(struct percpu_entry))

/* an instruction a line */
/* clang-format off */
static inline struct pcpu_cpu_lock *pcpu_cpu_lock_sequence(uint32_t me)
{
	struct pcpu_cpu_lock *lock;

	__asm__ __volatile__(
		__PCPU_SEQ_DESCRIPTOR("4f, 1f, 2f")
		"leaq 3b(%%rip), %[lock]\n\t"
		"movq %[lock], %%fs:8(%[rseq])\n"
		"1:\n\t"
		"movslq %%fs:(%[index]), %[lock]\n\t"
		"shlq %[shift], %[lock]\n\t"
		"movq %c[lock_at](%[entries], %[lock]), %[lock]\n\t"
		"testq %[lock], %[lock]\n\t"
		"jz 2f\n\t"
		"cmpl $0, (%[lock])\n\t"
		"jne 4f\n\t"
		"cmpl $0, 4(%[lock])\n\t"
		"jne 4f\n\t"
		"movl %[me], (%[lock])\n"
		"2:\n\t"
		__PCPU_SEQ_ABORT
		"xorl %k[lock], %k[lock]\n\t"
		"jmp 2b\n\t"
		".popsection"
		: [lock] "=&r"(lock)
		: __PCPU_SEQ_CONSTANTS, [me] "r"(me), [shift] "i"(ENTRY_SHIFT),
		  [lock_at] "i"(offsetof(struct percpu_entry, lock))
		: "memory", "cc");
	return lock;
}
/* clang-format on */

#endif
#endif /* PCPU_CPU_LOCK_SEQUENCE_H */
