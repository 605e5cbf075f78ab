/* SPDX-License-Identifier: MIT */
/*
 * counter_set.c - sets of counters, all read or taken at once; percpu/counter_set.h.
 *
 *	take	T1  a section on this CPU, then one on each other CPU whose unit is open, or whose
 *		    copies would start with something: the CPU is held
 *		T2  there, of each word: what is in it -> 0, and so much more in the sum. By one
 *		    instruction, or with signals masked
 *		T3  the CPU is let go
 *	pinned	P1  if threads are pinned to the CPU, T2 of each word is an instruction on that CPU
 *
 * Between T1 and T3 nobody else operates on the CPU: whoever was in the middle of an operation
 * there aborts, or is waited for, and does it after T3, when the word is 0 (cpu/hold.h). So an
 * addition comes before T2 of its word, and is in this take; or after it, and is in the next one.
 * The caller itself may be interrupted between T1 and T3, by a handler that adds to what it holds:
 * hence one instruction. A unit that opens when its CPU has been passed over has nothing but what
 * is counted after that: the initial values are zero, or the unit would have been opened by T1.
 *
 * No CPU is waited for while another one is held, so takes cannot wait for each other in a circle.
 *
 * Modelled in tests/model/take.pml.
 */
#include "cpu/holder.h"
#include "ground/pointer.h"
#include "ground/signals.h"
#include "memory/entry.h"
#include "replace.h"

#include <percpu/counter_set.h>
#include <percpu/cpumask.h>
#include <percpu/section.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Words at a template address, and where their sums are to go. */
struct set {
	uintptr_t ptr;
	size_t width, nr;
	void *sum;
	bool takes; /* and leaves 0 */
};

static void clear_sums(const struct set *set)
{
	memset(set->sum, 0, set->nr * set->width);
}

/* --- one copy --- */

#define DEFINE_ADD_COPY(n, type)                                                            \
	static void add_copy_##n(const struct set *set, uintptr_t copy)                     \
	{                                                                                   \
		type *sum = set->sum, value;                                                \
                                                                                            \
		for (size_t i = 0; i < set->nr; i++, copy += sizeof(type)) {                \
			do {                                                                \
				value = *(const volatile type *)copy;                       \
			} while (set->takes && value && !pcpu_replace_##n(copy, value, 0)); \
			sum[i] += value;                                                    \
		}                                                                           \
	}
DEFINE_ADD_COPY(4, uint32_t)
DEFINE_ADD_COPY(8, uint64_t)

static void add_copy(const struct set *set, uintptr_t copy)
{
	if (set->width == sizeof(uint64_t))
		add_copy_8(set, copy);
	else
		add_copy_4(set, copy);
}

static void add_number(const struct set *set, size_t i, uint64_t value)
{
	if (set->width == sizeof(uint64_t))
		((uint64_t *)set->sum)[i] += value;
	else
		((uint32_t *)set->sum)[i] += (uint32_t)value;
}

/* --- a copy that nobody changes meanwhile --- */

/* T2 */
static void add_held(const struct set *set, unsigned int cpu)
{
	const bool masks = set->takes && !PCPU_REPLACES_AT_ONCE;
	sigset_t saved;

	if (masks)
		pcpu_mask_signals(&saved);
	add_copy(set, (uintptr_t)per_cpu_ptr((const char __percpu *)set->ptr, cpu));
	if (masks)
		pcpu_restore_signals(&saved);
}

/* P1 */
static void add_pinned(const struct set *set, unsigned int cpu)
{
	const unsigned int op = set->takes ? __PCPU_OP_xchg : __PCPU_OP_read;

	for (size_t i = 0; i < set->nr; i++)
		add_number(set, i,
			   __percpu_op_on(cpu, op, (unsigned int)set->width,
					  set->ptr + i * set->width, 0));
}

/* T1 to T3. The caller holds @cpu or none. */
static void visit(const struct set *set, unsigned int cpu)
{
	if (percpu_remote_begin(cpu)) {
		add_pinned(set, cpu);
		return;
	}
	add_held(set, cpu);
	percpu_remote_end(cpu);
}

/* --- all of them --- */

static bool is_open(unsigned int cpu)
{
	return pcpu_entry_is_open(pcpu_unit_entry(cpu));
}

/* What the copies start with; NULL: zeroes. */
static const char *initial_values(const struct set *set)
{
	const void __percpu *ptr = (const void __percpu *)set->ptr;
	const char *initial = (const char *)__percpu_copies(ptr).initial;

	if (pcpu_pointer_is_dynamic(ptr))
		return NULL;
	for (size_t i = 0; i < set->nr * set->width; i++)
		if (initial[i])
			return initial;
	return NULL;
}

/* Of @nr CPUs that were never used: without making memory for them. */
static void add_initial_values(const struct set *set, unsigned int nr)
{
	const char *initial = nr ? initial_values(set) : NULL;
	uint64_t value = 0;

	if (!initial)
		return;
	for (size_t i = 0; i < set->nr; i++) {
		/* its low half, on processors as these are */
		memcpy(&value, initial + i * set->width, set->width);
		add_number(set, i, nr * value);
	}
}

static int visit_all(const struct set *set)
{
	const bool starts_with_zeroes = !initial_values(set);
	unsigned int own, cpu, nr_closed = 0;

	if (pcpu_held_cpu() >= 0 || pcpu_self_has_local_locks())
		return -EDEADLK;
	clear_sums(set);
	own = get_cpu();
	visit(set, own);
	put_cpu();
	for_each_possible_cpu(cpu) {
		if (cpu == own)
			continue;
		if (is_open(cpu) || (set->takes && !starts_with_zeroes))
			visit(set, cpu);
		else
			nr_closed++;
	}
	add_initial_values(set, nr_closed);
	return 0;
}

PERCPU_API int __percpu_set_take(uintptr_t ptr, size_t width, size_t unit, size_t size, void *to)
{
	const struct set set = {ptr, width, size / width, to, true};

	if (size == 0 || size == SIZE_MAX || size % unit)
		return -EINVAL;
	return visit_all(&set);
}

PERCPU_API int __percpu_set_snapshot(uintptr_t ptr, size_t width, size_t size, void *to)
{
	const struct set set = {ptr, width, size / width, to, false};

	return visit_all(&set);
}

/* A unit that opens meanwhile has been counted with what it starts with. */
PERCPU_API void __percpu_set_sum(uintptr_t ptr, size_t width, size_t size, void *to)
{
	const struct set set = {ptr, width, size / width, to, false};
	const struct percpu_copies copies = __percpu_copies((const void __percpu *)ptr);

	clear_sums(&set);
	for (unsigned int i = 0; i < copies.nr_open; i++)
		add_copy(&set, (uintptr_t)__pcpu_open_copy(&copies, i));
	add_initial_values(&set, copies.nr_closed);
}
