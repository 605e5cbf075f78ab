/* SPDX-License-Identifier: MIT */
/*
 * constant_masks.c - masks that never change: all CPUs, none, and each alone.
 *
 * Most of the table's pages are zeroes that nobody looks at, and the file's; a process has those in
 * memory whose rows it has asked for.
 */
#include <percpu/cpumask.h>

_Static_assert(NR_CPUS == __PCPU_MASK_CPUS, "for programs of any NR_CPUS");

const unsigned long __percpu_cpu_all_bits[] = CPU_BITS_ALL;
const unsigned long __percpu_cpu_none_bits[__PCPU_BITS_TO_LONGS(NR_CPUS)];

/* Rows @row + 1 and so on. */
#define MASK_DECLARE_1(row) [(row) + 1][0] = 1UL << (row)
#define MASK_DECLARE_2(row) MASK_DECLARE_1(row), MASK_DECLARE_1((row) + 1)
#define MASK_DECLARE_4(row) MASK_DECLARE_2(row), MASK_DECLARE_2((row) + 2)
#define MASK_DECLARE_8(row) MASK_DECLARE_4(row), MASK_DECLARE_4((row) + 4)

static __pcpu_mask_row rows[__PCPU_BITS_PER_LONG + 1] = {
	MASK_DECLARE_8(0),  MASK_DECLARE_8(8),  MASK_DECLARE_8(16), MASK_DECLARE_8(24),
	MASK_DECLARE_8(32), MASK_DECLARE_8(40), MASK_DECLARE_8(48), MASK_DECLARE_8(56),
};

PERCPU_API __pcpu_mask_row *__percpu_bit_bitmap(void)
{
	return rows;
}
