/* SPDX-License-Identifier: MIT */
/*
 * test_registers_aarch64.c - the slow side of an operation keeps what the compiler believes is kept
 * (slow.S). What test_slow.c has on this for x86-64, and what is particular here.
 *
 * Each fact is found out in a child, so that it starts with closed units.
 */
#include "count_slow.h"
#include "registers_aarch64.h"

#include "support/cpus.h"
#include "support/fact.h"
#include "support/patience.h"
#include "support/random.h"
#include "support/storm.h"
#include "support/threads.h"

#include "machine/tier.h"

#include <percpu/percpu.h>

#include <asm/hwcap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

static DEFINE_PER_CPU(uint64_t, counter);
static DEFINE_PER_CPU(uint64_t, of_handler);

/* --- a value in every register --- */

static struct random bits = {0x9e3779b97f4a7c15};

static void fill(void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)bytes)[i] = (uint8_t)random_next(&bits);
}

static bool has_sve(void)
{
	return (getauxval(AT_HWCAP) & HWCAP_SVE) != 0;
}

static size_t vector_bytes(void)
{
	return has_sve() ? (size_t)(prctl(PR_SVE_GET_VL) & PR_SVE_VL_LEN_MASK) : 16;
}

/* Of the first-fault register only what has all ones before all zeros. */
static void fill_ffr(struct registers_run *run)
{
	uint8_t *ffr = run->before.predicates + 16 * (vector_bytes() / 8);

	memset(ffr, 0, vector_bytes() / 8);
	ffr[0] = 0x1f;
}

static struct registers_run *make_run(uint64_t loops)
{
	static struct registers_run run;
	uintptr_t tp = __pcpu_thread_pointer();

	fill(&run.before, sizeof(run.before));
	memset(&run.after, 0, sizeof(run.after));
	fill_ffr(&run);
	run.before.flags = random_next(&bits) & 0xf0000000;
	run.before.fpsr = random_next(&bits) & 0x1f;
	run.before.fpcr = random_next(&bits) & 0xc00000; /* rounding */
	run.before.general[REGISTER_RSEQ] = tp + (uintptr_t)__percpu_rt.rseq_offset;
	run.before.general[REGISTER_INDEX] = tp + (uintptr_t)__percpu_rt.index_offset;
	run.before.general[REGISTER_ENTRIES] = (uintptr_t)__percpu_rt.entries;
	run.before.general[REGISTER_PTR] = (uintptr_t)&counter;
	run.loops = loops;
	run.has_sve = has_sve();
	return &run;
}

static const char *complain(const char *what, unsigned int nr)
{
	snprintf(trouble, sizeof(trouble), "%s %u has changed", what, nr);
	return trouble;
}

/* @result: the register that has one; 16: none has. */
static const char *compare(const struct registers_run *run, unsigned int result)
{
	const struct registers *before = &run->before, *after = &run->after;
	const size_t size = vector_bytes();

	for (unsigned int i = 0; i < REGISTERS_GENERAL; i++)
		if (i != 16 && i != 17 && i != result && before->general[i] != after->general[i])
			return complain("x", i);
	for (unsigned int i = 0; i < 32; i++)
		if (memcmp(before->vectors + i * size, after->vectors + i * size, size) != 0)
			return complain("vector register", i);
	for (unsigned int i = 0; has_sve() && i < 17; i++)
		if (memcmp(before->predicates + i * (size / 8), after->predicates + i * (size / 8),
			   size / 8) != 0)
			return complain("predicate (16: FFR)", i);
	if (before->flags != after->flags)
		return "the flags have changed";
	if (before->fpsr != after->fpsr || before->fpcr != after->fpcr)
		return "the floating-point status or control has changed";
	return NULL;
}

static const char *do_adds(uint64_t loops)
{
	struct registers_run *run = make_run(loops);
	uint64_t before = per_cpu_sum(counter);

	registers_run_add(run);
	if (per_cpu_sum(counter) - before != loops * run->before.general[REGISTER_VAL])
		return "not every addition was done once";
	return compare(run, 16);
}

static const char *do_xchgs(uint64_t loops)
{
	struct registers_run *run = make_run(loops);

	registers_run_xchg(run);
	if (loops > 1 && run->after.general[REGISTER_OLD] != run->before.general[REGISTER_VAL])
		return "an exchange has not returned what the one before has left";
	return compare(run, REGISTER_OLD);
}

static const char *do_both(uint64_t loops)
{
	const char *wrong = do_adds(loops);

	return wrong ? wrong : do_xchgs(loops);
}

/* --- opening a unit --- */

static const char *add_that_opens_a_unit_keeps_all_registers(void)
{
	const char *wrong;

	if (percpu_unit_is_open(stay_here()))
		return "the unit is open already";
	wrong = do_adds(1);
	if (!wrong && slow_entries == 0)
		return "the slow side was not taken";
	return wrong;
}

static const char *xchg_that_opens_a_unit_keeps_all_registers(void)
{
	if (percpu_unit_is_open(stay_here()))
		return "the unit is open already";
	return do_xchgs(1);
}

static const char *operations_keep_all_registers(void)
{
	this_cpu_inc(counter);
	return do_both(1000);
}

static const char *operations_in_a_section_keep_all_registers(void)
{
	const char *wrong;

	stay_here();
	this_cpu_inc(counter);
	preempt_disable();
	wrong = do_both(1000);
	preempt_enable();
	return wrong;
}

/* --- a storm of signals --- */

#define STORM_EVERY 2000000 /* ns */
#define STORM_SIGNALS 1000
#define STORM_ABORTS 100 /* where there are sequences */

static volatile unsigned long handled;

static void count_signal(int sig)
{
	(void)sig;
	handled++;
	this_cpu_inc(of_handler);
}

static bool storm_is_over(void)
{
	return handled >= STORM_SIGNALS && slow_entries >= STORM_ABORTS;
}

static const char *operations_in_a_storm_of_signals_keep_all_registers(void)
{
	struct patience patience = be_patient();
	const char *wrong = NULL;

	stay_here();
	this_cpu_inc(counter);
	this_cpu_inc(of_handler);
	slow_entries = 0;
	start_storm_of(STORM_EVERY, count_signal);
	while (!wrong && !storm_is_over() && !is_out_of_patience(&patience)) {
		wrong = do_both(20000);
		preempt_disable();
		wrong = wrong ? wrong : do_both(20000);
		preempt_enable();
	}
	printf("%lu signals, %lu slow entries, %lu operations done by holding the CPU\n", handled,
	       slow_entries, slow_holds);
	if (!wrong && !storm_is_over())
		wrong = "hardly any signal, or hardly any sequence that was aborted";
	return wrong;
}

/* --- a CPU that is held --- */

#define TIMES_HELD 100

static unsigned int held_cpu;
static volatile unsigned long times_held;

static void *hold_and_let_go(void *arg)
{
	go_anywhere();
	while (!must_stop()) {
		if (percpu_remote_begin(held_cpu) != 0)
			abort();
		times_held++;
		for (volatile int i = 0; i < 20000; i++)
			;
		percpu_remote_end(held_cpu);
		for (volatile int i = 0; i < 2000; i++)
			;
	}
	return arg;
}

static const char *waiting_for_a_holder_keeps_all_registers(void)
{
	struct patience patience = be_patient();
	const char *wrong = NULL;
	pthread_t holder;

	held_cpu = stay_here();
	this_cpu_inc(counter);
	slow_entries = 0;
	holder = start(hold_and_let_go, NULL);
	while (!wrong && (times_held < TIMES_HELD || slow_entries < TIMES_HELD) &&
	       !is_out_of_patience(&patience))
		wrong = do_both(200);
	set_stop(true);
	pthread_join(holder, NULL);
	printf("held %lu times, %lu slow entries\n", times_held, slow_entries);
	if (!wrong && (times_held < TIMES_HELD || slow_entries < TIMES_HELD))
		wrong = "the CPU was hardly ever held";
	return wrong;
}

/* --- the sequences that are particular --- */

static DEFINE_PER_CPU(unsigned __int128, wide);

static const char *sixteen_bytes_are_exchanged_whole_in_a_storm_of_signals(void)
{
	unsigned __int128 expect = 0;

	this_cpu_inc(of_handler);
	stay_here();
	start_storm_of(STORM_EVERY, count_signal);
	for (unsigned long i = 1; handled < STORM_SIGNALS; i++) {
		const unsigned __int128 next = (unsigned __int128)~i << 64 | i;
		const unsigned __int128 wrong = expect + ((unsigned __int128)1 << 64);

		if (this_cpu_cmpxchg128(wide, wrong, next) != expect)
			return "a comparison that is to fail returns something else than the value";
		if (this_cpu_cmpxchg128(wide, expect, next) != expect)
			return "an exchange was lost, or done twice, or by halves";
		expect = next;
	}
	return NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(add_that_opens_a_unit_keeps_all_registers),
		fact_test(xchg_that_opens_a_unit_keeps_all_registers),
		fact_test(operations_keep_all_registers),
		fact_test(operations_in_a_section_keep_all_registers),
		fact_test(operations_in_a_storm_of_signals_keep_all_registers),
		fact_test(waiting_for_a_holder_keeps_all_registers),
		fact_test(sixteen_bytes_are_exchanged_whole_in_a_storm_of_signals),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
