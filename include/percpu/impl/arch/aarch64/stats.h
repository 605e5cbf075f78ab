/* SPDX-License-Identifier: MIT */
/*
 * stats.h - an update of statistics (percpu/seq_stats.h) by a restartable sequence, on aarch64.
 *
 * The steps are those of x86_64/stats.h. The barrier has the version of the last update come before
 * what is stored over the numbers that it made invalid, and the commit releases the new ones.
 * Inside of a section of this thread's the library does it.
 */
#ifndef PERCPU_ARCH_AARCH64_STATS_H
#define PERCPU_ARCH_AARCH64_STATS_H

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/aarch64/sequence.h>

/* clang-format off */
/* False: not added, for whatever reason. @bytes is what the numbers have. */
__pcpu_always_inline bool __pcpu_seq_stats_add(uintptr_t ptr, size_t bytes, const void *delta)
{
	uint64_t version, number, addend;
	uintptr_t from, to;
	int not_added;

	__pcpu_short_asm(
		__PCPU_SEQ_BEGIN
		"add x16, x16, %w[ptr], uxtw\n\t"
		"dmb ishst\n\t"
		"ldr %[version], [x16]\n\t"
		"and x17, %[version], #1\n\t"
		"mul x17, x17, %[bytes]\n\t"
		"add %[from], x16, #8\n\t"
		"add %[to], %[from], %[bytes]\n\t"
		"add %[from], %[from], x17\n\t"
		"sub %[to], %[to], x17\n\t"
		"mov x17, %[bytes]\n"
		"20:\n\t"
		"sub x17, x17, #8\n\t"
		"ldr %[number], [%[from], x17]\n\t"
		"ldr %[addend], [%[delta], x17]\n\t"
		"add %[number], %[number], %[addend]\n\t"
		"str %[number], [%[to], x17]\n\t"
		"cbnz x17, 20b\n\t"
		"add %[version], %[version], #1\n\t"
		"mov %w[not_added], #0\n\t"
		"stlr %[version], [x16]"
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"mov %w[not_added], #1\n\t"
		"b 2b\n\t"
		".popsection"
		: [version] "=&r"(version), [number] "=&r"(number), [addend] "=&r"(addend),
		  [from] "=&r"(from), [to] "=&r"(to), [not_added] "=&r"(not_added)
		: __PCPU_SEQ_CONSTANTS, [ptr] "r"(ptr), [bytes] "r"(bytes), [delta] "r"(delta)
		: __PCPU_SEQ_CLOBBERS, "cc");
	return !not_added;
}
/* clang-format on */

#include <percpu/impl/arch/aarch64/sequence_end.h>
#include <percpu/impl/end.h>

#endif /* PERCPU_ARCH_AARCH64_STATS_H */
