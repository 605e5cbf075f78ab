/* SPDX-License-Identifier: MIT */
/*
 * slow.c - what an inlined operation does when its sequence was aborted or sent away.
 *
 * Compiled to use general registers only (__percpu_slow keeps no others). What is rare goes through
 * pcpu_call_saving_vectors().
 *
 * Rseq tier. The sequence comes here if
 *
 *  - it was aborted by preemption, migration or a signal: it is tried again; after every 64 aborts
 *    of a thread the CPU is held for the operation instead, because a debugger that steps through
 *    the sequence aborts it every time;
 *  - the unit of its CPU is not open: it is opened, and the sequence tried again;
 *  - the CPU is held by another thread: it waits, and tries again. If it holds a CPU itself, it
 *    must not wait, and the operation is done on the copy of that one;
 *  - the thread holds the CPU, and its sequence was aborted or cannot go on by itself (sequence.h
 *    says when): the operation is done, by one instruction;
 *  - variables are displaced (displaced.h): as if the thread had no rseq;
 *  - the thread has no rseq: the CPU is held for the operation. Or it has none yet.
 *
 * Fallback tier. All operations come here that have no short way, or cannot take it.
 */
#include "cpu/ops/slow.h"
#include "arch/probe.h"
#include "arch/processor.h"
#include "cpu/hold.h"
#include "cpu/mark.h"
#include "cpu/ops/operation.h"
#include "cpu/self.h"
#include "events/count.h"
#include "machine/tier.h"
#include "memory/displaced.h"
#include "memory/entry.h"

/* After this many aborts of a thread's sequences one operation is done by holding the CPU. */
#define ABORTS_BEFORE_HOLDING 64

/* Where the first operand lies, which the result takes the place of. */
static uint64_t *decode(struct pcpu_op *op, uint64_t *operands, unsigned int code)
{
	op->op = code / __PCPU_CODE_OP;
	op->size = code % __PCPU_CODE_OP;
	if (op->size == 16) {
		op->a = operands[3];
		op->a2 = operands[2];
		op->b = operands[1];
		op->b2 = operands[0];
		return &operands[3];
	}
	if (op->op == __PCPU_OP_cmpxchg) {
		op->a = operands[1];
		op->b = operands[0];
		return &operands[1];
	}
	op->a = operands[0];
	return &operands[0];
}

static void register_thread(void *arg)
{
	*(bool *)arg = pcpu_thread_ensure_rseq();
}

static void wait_for_holder(void *arg)
{
	pcpu_hold_wait(*(const unsigned int *)arg);
}

/*
 * Aborts are counted by thread and never forgotten. A thread that is single-stepped has each of its
 * tries aborted, and the count lets it through; for any other, one operation in 64 preemptions
 * takes a little longer.
 */
static bool too_many_aborts(unsigned int cpu)
{
	static __thread unsigned int aborts __attribute__((__tls_model__("initial-exec")));

	pcpu_count(cpu, aborts, 1);
	if (++aborts % ABORTS_BEFORE_HOLDING != 0)
		return false;
	PCPU_PROBE2(abort_storm, cpu, aborts);
	return true;
}

/* Whether another try on @cpu has a chance now. */
static bool prepare_retry(unsigned int cpu)
{
	const struct percpu_entry *entry = pcpu_unit_entry(cpu);

	if (!pcpu_entry_is_ready(entry)) {
		pcpu_operate_open(cpu);
		return true;
	}
	if (!pcpu_word_is_held(__atomic_load_n(&entry->window, __ATOMIC_ACQUIRE)))
		return !pcpu_nr_displaced && !too_many_aborts(cpu);
	if (!pcpu_held_by_other(cpu) || pcpu_held_cpu() >= 0)
		return false;
	pcpu_call_saving_vectors(wait_for_holder, &cpu);
	return true;
}

static bool may_retry(void)
{
	int cpu = __pcpu_running_cpu();
	bool registered = false;

	if (cpu >= 0)
		return prepare_retry((unsigned int)cpu);
	pcpu_call_saving_vectors(register_thread, &registered);
	return registered;
}

static bool slow_entry(uint64_t *operands, uintptr_t ptr, unsigned int code)
{
	struct pcpu_op op = {0};
	uint64_t *result = decode(&op, operands, code);
	const uint32_t low = pcpu_coordinate(ptr);
	bool retry;

	PCPU_PROBE3(slow_op, op.op, op.size, ptr);
	if (!pcpu_tier_has_sequences()) {
		*result = pcpu_operate_marked(&op, low);
	} else {
		retry = may_retry();
		/* its unit is open, so there is a place for it */
		pcpu_count(pcpu_running_cpu(), slow_ops, 1);
		if (retry)
			return true;
		*result = pcpu_operate_holding(&op, low);
	}
	if (op.size == 16)
		operands[2] = op.a2;
	return false;
}

#ifndef __PCPU_NO_INLINE_SEQUENCE
bool pcpu_slow_entry(uint64_t *operands, uintptr_t ptr, unsigned int code)
{
	return slow_entry(operands, ptr, code);
}
#else
/*
 * The library is built with ThreadSanitizer, whose calls use any register, and this operation comes
 * from code that is not.
 */
struct call {
	uint64_t *operands;
	uintptr_t ptr;
	unsigned int code;
	bool retry;
};

static void make_call(void *arg)
{
	struct call *call = arg;

	call->retry = slow_entry(call->operands, call->ptr, call->code);
}

bool __attribute__((__no_sanitize__("thread")))
pcpu_slow_entry(uint64_t *operands, uintptr_t ptr, unsigned int code)
{
	struct call call = {.operands = operands, .ptr = ptr, .code = code};

	pcpu_call_saving_vectors(make_call, &call);
	return call.retry;
}
#endif
