/* SPDX-License-Identifier: MIT */
/*
 * count_slow.c - counts how often operations take the slow side, and how often that is a visit.
 *
 * Stands between the library's thunk and its C side (the linker's --wrap), so it is compiled as
 * that is, to use general registers only.
 */
#include "count_slow.h"

unsigned long slow_entries, slow_visits;

bool __real_pcpu_slow_entry(uint64_t *operands, uint32_t low);
bool __wrap_pcpu_slow_entry(uint64_t *operands, uint32_t low);
uint64_t __real_pcpu_thread_visit(const struct pcpu_op *op, uint32_t low);
uint64_t __wrap_pcpu_thread_visit(const struct pcpu_op *op, uint32_t low);

bool __wrap_pcpu_slow_entry(uint64_t *operands, uint32_t low)
{
	__atomic_fetch_add(&slow_entries, 1, __ATOMIC_RELAXED);
	return __real_pcpu_slow_entry(operands, low);
}

uint64_t __wrap_pcpu_thread_visit(const struct pcpu_op *op, uint32_t low)
{
	__atomic_fetch_add(&slow_visits, 1, __ATOMIC_RELAXED);
	return __real_pcpu_thread_visit(op, low);
}
