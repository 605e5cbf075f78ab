/* SPDX-License-Identifier: MIT */
/*
 * slow.c - what an inlined operation does when its sequence was aborted or sent away.
 *
 * Compiled to use general registers only (the thunk keeps no others). What the fallback tier does
 * for each of its operations is all in here; the rest is rare, and goes through
 * pcpu_call_saving_vectors() to thread.c.
 */
#include "slow.h"
#include "copy_op.h"
#include "thread.h"
#include "unit.h"

#include <percpu/runtime.h>

#include <cpuid.h>

/* x87, SSE, AVX, and the three of AVX-512: all that compilers allocate. */
#define XSAVE_COMPONENTS 0xe7
#define CPUID_1_ECX_OSXSAVE (1u << 27)

/* After this many aborts of a thread's sequences one operation is done by a visit instead. */
#define ABORTS_BEFORE_VISIT 64

void pcpu_call_saving_vectors(void (*fn)(void *arg), void *arg);

uint32_t pcpu_xsave_mask;

void pcpu_slow_init(void)
{
	unsigned int eax, ebx, ecx, edx;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & CPUID_1_ECX_OSXSAVE))
		return;
	__asm__("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
	pcpu_xsave_mask = eax & XSAVE_COMPONENTS;
}

/* Where the first operand lies, which the result takes the place of. */
static uint64_t *decode(struct pcpu_op *op, uint64_t *operands)
{
	op->op = (unsigned int)operands[0] / 32;
	op->size = (unsigned int)operands[0] % 32;
	if (op->size == 16) {
		op->a = operands[4];
		op->a2 = operands[3];
		op->b = operands[2];
		op->b2 = operands[1];
		return &operands[4];
	}
	if (op->op == __PERCPU_OP_CMPXCHG) {
		op->a = operands[2];
		op->b = operands[1];
		return &operands[2];
	}
	op->a = operands[1];
	return &operands[1];
}

struct visit {
	const struct pcpu_op *op;
	uint32_t low;
	uint64_t result;
};

static void make_visit(void *arg)
{
	struct visit *visit = arg;

	visit->result = pcpu_thread_visit(visit->op, visit->low);
}

static void open_unit(void *arg)
{
	pcpu_unit_open(*(const unsigned int *)arg);
}

static void wait_for_visitor(void *arg)
{
	(void)arg;
	pcpu_thread_wait_for_visitor();
}

/*
 * Aborts are counted by thread and never forgotten. A thread that is single-stepped has each of its
 * tries aborted, and the count lets it through; for any other, one operation in 64 preemptions
 * takes a little longer.
 */
static bool too_many_aborts(void)
{
	static __thread unsigned int aborts __attribute__((__tls_model__("initial-exec")));

	return ++aborts % ABORTS_BEFORE_VISIT == 0;
}

/* Whether another try on @cpu has a chance now. */
static bool prepare_retry(unsigned int cpu)
{
	const struct percpu_entry *entry = &__percpu_rt.entries[cpu];

	if (__atomic_load_n(&entry->base, __ATOMIC_ACQUIRE) < 0)
		pcpu_call_saving_vectors(open_unit, &cpu);
	else if (__atomic_load_n(&entry->window, __ATOMIC_ACQUIRE) < 0)
		pcpu_call_saving_vectors(wait_for_visitor, NULL);
	else
		return !too_many_aborts();
	return true;
}

static uint64_t do_locked(const struct pcpu_op *op, uint32_t low)
{
	unsigned int cpu = pcpu_thread_this_cpu();

	if (__atomic_load_n(&__percpu_rt.entries[cpu].base, __ATOMIC_ACQUIRE) < 0)
		pcpu_call_saving_vectors(open_unit, &cpu);
	return pcpu_op_locked(op, __percpu_rt.cpu_offset[cpu] + low);
}

static bool slow_entry(uint64_t *operands, uint32_t low)
{
	struct pcpu_op op = {0};
	struct visit visit = {.op = &op, .low = low};
	uint64_t *result = decode(&op, operands);
	int cpu;

	if (!pcpu_thread_has_sequences()) {
		*result = do_locked(&op, low);
		return false;
	}
	cpu = __pcpu_rseq_cpu_id();
	if (cpu >= 0 && prepare_retry((unsigned int)cpu))
		return true;
	pcpu_call_saving_vectors(make_visit, &visit);
	*result = visit.result;
	return false;
}

#ifndef __PCPU_NO_INLINE_SEQUENCE
bool pcpu_slow_entry(uint64_t *operands, uint32_t low)
{
	return slow_entry(operands, low);
}
#else
/*
 * The library is built with ThreadSanitizer, whose calls use any register, and this operation comes
 * from code that is not.
 */
struct call {
	uint64_t *operands;
	uint32_t low;
	bool retry;
};

static void make_call(void *arg)
{
	struct call *call = arg;

	call->retry = slow_entry(call->operands, call->low);
}

bool __attribute__((__no_sanitize__("thread"))) pcpu_slow_entry(uint64_t *operands, uint32_t low)
{
	struct call call = {.operands = operands, .low = low};

	pcpu_call_saving_vectors(make_call, &call);
	return call.retry;
}
#endif
