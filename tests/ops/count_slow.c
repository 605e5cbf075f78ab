/* SPDX-License-Identifier: MIT */
/*
 * count_slow.c - counts how often operations take the slow side, and how often they hold the CPU.
 *
 * Stands between the library's slow side and its C (the linker's --wrap), so it is compiled as
 * that is, to use general registers only.
 */
#include "count_slow.h"

unsigned long slow_entries, slow_holds;

bool __real_pcpu_slow_entry(uint64_t *operands, uintptr_t ptr, unsigned int code);
bool __wrap_pcpu_slow_entry(uint64_t *operands, uintptr_t ptr, unsigned int code);
uint64_t __real_pcpu_operate_holding(struct pcpu_op *op, uint32_t low);
uint64_t __wrap_pcpu_operate_holding(struct pcpu_op *op, uint32_t low);

bool __wrap_pcpu_slow_entry(uint64_t *operands, uintptr_t ptr, unsigned int code)
{
	__atomic_fetch_add(&slow_entries, 1, __ATOMIC_RELAXED);
	return __real_pcpu_slow_entry(operands, ptr, code);
}

uint64_t __wrap_pcpu_operate_holding(struct pcpu_op *op, uint32_t low)
{
	__atomic_fetch_add(&slow_holds, 1, __ATOMIC_RELAXED);
	return __real_pcpu_operate_holding(op, low);
}
