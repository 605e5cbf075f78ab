/* SPDX-License-Identifier: MIT */
/*
 * cpu_lock_sequence.h - taking a CPU's lock by a restartable sequence. Part of cpu_lock.c.
 *
 * The steps are those of x86_64/cpu_lock_sequence.h. The loads of both halves acquire, so that the
 * taker sees what the one before has written, also if that one has dropped the lock on another CPU.
 */
#ifndef PCPU_CPU_LOCK_SEQUENCE_H
#define PCPU_CPU_LOCK_SEQUENCE_H

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/aarch64/sequence.h>

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
		__PCPU_SEQ_DESCRIPTOR("4f")
		__PCPU_SEQ_PUBLISH
		"ldrsw x16, [%[index]]\n\t"
		"add x16, %[entries], x16, lsl #%c[shift]\n\t"
		"ldr %[lock], [x16, #%c[lock_at]]\n\t"
		"cbz %[lock], 2f\n\t"
		"ldar w17, [%[lock]]\n\t"
		"add x16, %[lock], #4\n\t"
		"ldar w16, [x16]\n\t"
		"orr w16, w16, w17\n\t"
		"cbz w16, 6f\n\t"
		"b 4f\n"
		"6:\n\t"
		"str %w[me], [%[lock]]"
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"mov %[lock], #0\n\t"
		"b 2b\n\t"
		".popsection"
		: [lock] "=&r"(lock)
		: __PCPU_SEQ_CONSTANTS, [me] "r"(me), [shift] "i"(ENTRY_SHIFT),
		  [lock_at] "i"(offsetof(struct percpu_entry, lock))
		: __PCPU_SEQ_CLOBBERS);
	return lock;
}
/* clang-format on */

#endif
#endif /* PCPU_CPU_LOCK_SEQUENCE_H */
