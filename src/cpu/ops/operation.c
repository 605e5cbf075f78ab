/* SPDX-License-Identifier: MIT */
/* operation.c - see operation.h; the protocols are in hold.h. */
#include "cpu/ops/operation.h"
#include "arch/processor.h"
#include "cpu/fenced.h"
#include "cpu/hold.h"
#include "cpu/mark.h"
#include "cpu/self.h"
#include "ground/log.h"
#include "ground/signals.h"
#include "ground/system/affinity.h"
#include "ground/system/new_process.h"
#include "ground/system/race.h"
#include "ground/system/run_on_cpu.h"
#include "machine/tier.h"
#include "memory/displaced.h"
#include "memory/entry.h"
#include "memory/unit.h"
#include "replace.h"

#include <percpu/percpu.h>

#include <percpu/impl/operations.h>

static void open_unit(void *arg)
{
	pcpu_unit_open(*(const unsigned int *)arg);
}

void pcpu_operate_open(unsigned int cpu)
{
	if (!pcpu_entry_is_ready(pcpu_unit_entry(cpu)))
		pcpu_call_saving_vectors(open_unit, &cpu);
}

static uintptr_t address_of(unsigned int cpu, uint32_t low)
{
	return pcpu_entry_copies(pcpu_unit_entry(cpu)) + low;
}

/*
 * With helgrind or drd looking on: who finds a value in a variable has seen what was done before it
 * was put there. (ThreadSanitizer is told by the headers.)
 */
static uint64_t __attribute__((__noinline__, __cold__))
operate_watched(struct pcpu_op *op, uintptr_t copy)
{
	const bool swaps = op->op == __PCPU_OP_xchg || op->op == __PCPU_OP_cmpxchg;
	uint64_t result;

	if (swaps || op->op == __PCPU_OP_write)
		pcpu_race_tell_release((void *)copy);
	result = pcpu_op_locked(op, copy);
	if (swaps || op->op == __PCPU_OP_read)
		pcpu_race_tell_acquire((void *)copy);
	return result;
}

static uint64_t operate_at(struct pcpu_op *op, unsigned int cpu, uint32_t low)
{
	const uintptr_t copy = address_of(cpu, low);

	if (__builtin_expect(pcpu_valgrind_looks_for_races, 0))
		return operate_watched(op, copy);
	return pcpu_op_locked(op, copy);
}

/* --- on the copy of a CPU that is held --- */

struct held_operation {
	struct pcpu_op *op;
	uint32_t low;
	unsigned int cpu;
	uint64_t result;
};

static void operate_alone(struct held_operation *held)
{
	sigset_t saved;

	pcpu_mask_signals(&saved);
	held->result = pcpu_op_alone(held->op, address_of(held->cpu, held->low));
	pcpu_restore_signals(&saved);
}

static void operate(void *arg)
{
	struct held_operation *held = arg;

	if (pcpu_op_is_aligned(held->op, held->low))
		held->result = operate_at(held->op, held->cpu, held->low);
	else
		operate_alone(held);
}

/* Where one instruction does not do that, an unaligned copy is not for threads that are pinned. */
static void check_alignment_for_pinned(const struct held_operation *held)
{
	if (!PCPU_REPLACES_AT_ONCE && !pcpu_op_is_aligned(held->op, held->low))
		pcpu_fatal("an operation on a variable at %#x, which is not aligned to its %u "
			   "bytes, on CPU %u, where threads are pinned",
			   held->low, held->op->size, held->cpu);
}

/*
 * The operations of threads that are pinned to the CPU have no lock, and do not look who holds it.
 * One instruction on that CPU is exact among them; a thread that is pinned to it itself is there.
 */
static void operate_on_held(struct held_operation *held)
{
	const bool pinned =
		__atomic_load_n(&pcpu_unit_entry(held->cpu)->pinned, __ATOMIC_SEQ_CST) != 0;

	if (pinned)
		check_alignment_for_pinned(held);
	if (!pinned || pcpu_self.pinned == held->cpu + 1)
		operate(held);
	else if (!pcpu_run_on_cpu(held->cpu, operate, held) && !pcpu_cpu_is_offline(held->cpu))
		pcpu_fatal("a copy of CPU %u, where threads are pinned, cannot be changed by a "
			   "thread that may not run there",
			   held->cpu);
}

static void hold_and_operate(void *arg)
{
	struct held_operation *held = arg;
	sigset_t saved;

	pcpu_unit_open(held->cpu);
	pcpu_hold(held->cpu, &saved);
	operate_on_held(held);
	pcpu_release(held->cpu, &saved);
}

/* The way of every operation where something is displaced: a sequence takes the CPU. */
static void operate_in_section(struct held_operation *held)
{
	__percpu_hold_slow();
	held->cpu = (unsigned int)pcpu_self.cpu;
	operate_on_held(held);
	__percpu_release_slow();
}

static void operate_holding(void *arg)
{
	struct held_operation *held = arg;
	int cpu = pcpu_held_cpu();

	if (cpu >= 0) {
		held->cpu = (unsigned int)cpu;
		operate_on_held(held);
	} else if (pcpu_nr_displaced) {
		operate_in_section(held);
	} else {
		held->cpu = pcpu_running_cpu();
		hold_and_operate(held);
	}
}

uint64_t pcpu_operate_holding(struct pcpu_op *op, uint32_t low)
{
	struct held_operation held = {.op = op, .low = low};

	pcpu_call_saving_vectors(operate_holding, &held);
	return held.result;
}

PERCPU_API uint64_t __percpu_op_on(unsigned int cpu, unsigned int op, unsigned int size,
				   uintptr_t ptr, uint64_t a)
{
	struct pcpu_op what = {.op = op, .size = size, .a = a};
	struct held_operation held = {.op = &what, .low = pcpu_coordinate(ptr), .cpu = cpu};
	int mine = pcpu_held_cpu();

	if (mine >= 0 && mine == (int)cpu)
		operate_on_held(&held);
	else if (mine >= 0)
		pcpu_fatal("an operation on CPU %u inside of a section of CPU %d: two threads that "
			   "do so can wait for each other for ever",
			   cpu, mine);
	else
		hold_and_operate(&held);
	return held.result;
}

/* --- the fallback tier --- */

static void make_mark(void *arg)
{
	(void)arg;
	if (!pcpu_mark_of_thread())
		pcpu_fatal("no memory to show what a thread does: its counts would be lost");
}

static struct pcpu_mark *mark_of_thread(void)
{
	if (__builtin_expect(!pcpu_self.mark, 0) || pcpu_process_is_new())
		pcpu_call_saving_vectors(make_mark, NULL);
	return pcpu_self.mark;
}

static void hold_and_unfence(void *arg)
{
	const unsigned int cpu = *(const unsigned int *)arg;
	sigset_t saved;

	pcpu_hold(cpu, &saved);
	pcpu_unfence(pcpu_unit_entry(cpu));
	pcpu_release(cpu, &saved);
}

static void wait_for_holder(void *arg)
{
	pcpu_hold_wait_frozen(*(const unsigned int *)arg);
}

/*
 * One try. False: @cpu is held. The mark is that of the operation that this one has interrupted, if
 * it is in a signal's handler, and then names the same CPU.
 */
static bool try_marked(struct pcpu_mark *mark, struct pcpu_op *op, unsigned int cpu, uint32_t low,
		       uint64_t *result)
{
	const intptr_t interrupted = mark->busy;
	bool may = pcpu_operation_begin(mark, pcpu_unit_entry(cpu));

	if (may)
		*result = operate_at(op, cpu, low);
	__atomic_store_n(&mark->busy, interrupted, __ATOMIC_RELEASE);
	return may;
}

uint64_t pcpu_operate_marked(struct pcpu_op *op, uint32_t low)
{
	struct pcpu_mark *mark = mark_of_thread();
	unsigned int cpu;
	uint64_t result;
	int held;

	if (!pcpu_op_is_aligned(op, low))
		return pcpu_operate_holding(op, low);
	for (;;) {
		held = pcpu_held_cpu();
		/* nobody else is there; and a mark that is frozen says nothing to others */
		if (held >= 0 && (mark->busy || held == (int)pcpu_running_cpu()))
			break;
		if (mark->busy)
			pcpu_mark_free_if_left(mark);
		cpu = mark->busy ? pcpu_hold_marked_cpu() : pcpu_running_cpu();
		pcpu_operate_open(cpu);
		if (held < 0 && mark->budget < 0 && !mark->busy &&
		    pcpu_fenced_look(mark, pcpu_unit_entry(cpu)))
			pcpu_call_saving_vectors(hold_and_unfence, &cpu);
		/*
		 * Who holds a CPU and has been migrated to one that is free operates there, as the
		 * short way does: a loop of a read and a compare and swap has to find one copy
		 */
		if (try_marked(mark, op, cpu, low, &result))
			return result;
		if (held >= 0)
			break;
		pcpu_call_saving_vectors(wait_for_holder, &cpu);
	}
	return operate_at(op, (unsigned int)held, low);
}

/* --- out of line, for code without sequences --- */

#ifndef __PCPU_NO_INLINE_SEQUENCE
#define CASE_GET(name, n, type) \
	case __PCPU_OP_##name:  \
		return __pcpu_this_##name##_##n(ptr);
#define CASE_PUT(name, n, type, plain, locked) \
	case __PCPU_OP_##name:                 \
		return __pcpu_this_##name##_##n(ptr, op->a), 0;
#define CASE_SWAP(name, n, type, plain, locked) \
	case __PCPU_OP_##name:                  \
		return __pcpu_this_##name##_##n(ptr, op->a);
#define CASE_CAS(name, n, type) \
	case __PCPU_OP_##name:  \
		return __pcpu_this_##name##_##n(ptr, op->a, op->b);
#define DEFINE_SEQUENCE(n)                                                              \
	static uint64_t sequence_##n(const struct pcpu_op *op, uintptr_t ptr)           \
	{                                                                               \
		switch (op->op) {                                                       \
			__PCPU_OPERATIONS(CASE_GET, CASE_PUT, CASE_SWAP, CASE_CAS, n, ) \
		default:                                                                \
			__builtin_unreachable();                                        \
		}                                                                       \
	}
DEFINE_SEQUENCE(1)
DEFINE_SEQUENCE(2)
DEFINE_SEQUENCE(4)
DEFINE_SEQUENCE(8)

static uint64_t do_sequence(const struct pcpu_op *op, uintptr_t ptr)
{
	switch (op->size) {
	case 1:
		return sequence_1(op, ptr);
	case 2:
		return sequence_2(op, ptr);
	case 4:
		return sequence_4(op, ptr);
	default:
		return sequence_8(op, ptr);
	}
}

PERCPU_API __pcpu_u128 __percpu_op_16(uintptr_t ptr, __pcpu_u128 expect, __pcpu_u128 val)
{
	return __pcpu_this_cmpxchg128(ptr, expect, val);
}
#else
static uint64_t do_sequence(struct pcpu_op *op, uintptr_t ptr)
{
	return pcpu_operate_marked(op, pcpu_coordinate(ptr));
}

PERCPU_API __pcpu_u128 __percpu_op_16(uintptr_t ptr, __pcpu_u128 expect, __pcpu_u128 val)
{
	struct pcpu_op what = {
		.op = __PCPU_OP_cmpxchg,
		.size = 16,
		.a = (uint64_t)expect,
		.a2 = (uint64_t)(expect >> 64),
		.b = (uint64_t)val,
		.b2 = (uint64_t)(val >> 64),
	};
	uint64_t low = pcpu_operate_marked(&what, pcpu_coordinate(ptr));

	return low | (__pcpu_u128)what.a2 << 64;
}
#endif

PERCPU_API uint64_t __percpu_op(unsigned int op, unsigned int size, uintptr_t ptr, uint64_t a,
				uint64_t b)
{
	struct pcpu_op what = {.op = op, .size = size, .a = a, .b = b};

	/* also in the fallback tier: the sequence's slow side knows what to do */
	return do_sequence(&what, ptr);
}

PERCPU_API void __percpu_bad_pair(uintptr_t ptr1, uintptr_t ptr2, size_t size)
{
	pcpu_fatal(
		"cmpxchg of two words at %#lx and %#lx: the second must follow the first, and the "
		"first must be aligned to %zu bytes",
		(unsigned long)ptr1, (unsigned long)ptr2, 2 * size);
}

PERCPU_API unsigned int __percpu_this_cpu_slow(void)
{
	int held = pcpu_held_cpu();

	return held >= 0 ? (unsigned int)held : pcpu_running_cpu();
}

PERCPU_API uintptr_t __percpu_this_base_slow(void)
{
	int cpu = pcpu_self.cpu;

	/* also that of the local locks that the thread has */
	return pcpu_unit_base(cpu >= 0 ? (unsigned int)cpu : __percpu_this_cpu_slow());
}
