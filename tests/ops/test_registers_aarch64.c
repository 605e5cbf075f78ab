/* SPDX-License-Identifier: MIT */
/*
 * test_registers_aarch64.c - the slow side of an operation keeps what the compiler believes is kept
 * (slow.S). What test_slow.c has on this for x86-64, and what is particular here.
 *
 * Each fact is found out in a child, so that it starts with closed units.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "count_slow.h"
#include "registers_aarch64.h"
#include "machine/tier.h"

#include <percpu/percpu.h>

#include <asm/hwcap.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static DEFINE_PER_CPU(uint64_t, counter);
static DEFINE_PER_CPU(uint64_t, of_handler);

/* --- children: a fact is a function that returns NULL, or what is wrong --- */

typedef const char *(*fact_t)(void);

static void assert_fact(fact_t fact)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		const char *wrong = fact();

		if (wrong)
			fprintf(stderr, "%s\n", wrong);
		_exit(wrong != NULL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0)
		fail_msg("the child's status is %#x", status);
}

static unsigned int stay_here(void)
{
	unsigned int cpu = (unsigned int)sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	return cpu;
}

/* --- a value in every register --- */

static uint64_t random_state = 0x9e3779b97f4a7c15;

static uint64_t random_bits(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void fill(void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)bytes)[i] = (uint8_t)random_bits();
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
	run.before.flags = random_bits() & 0xf0000000;
	run.before.fpsr = random_bits() & 0x1f;
	run.before.fpcr = random_bits() & 0xc00000; /* rounding */
	run.before.general[REGISTER_RSEQ] = tp + (uintptr_t)__percpu_rt.rseq_offset;
	run.before.general[REGISTER_INDEX] = tp + (uintptr_t)__percpu_rt.index_offset;
	run.before.general[REGISTER_ENTRIES] = (uintptr_t)__percpu_rt.entries;
	run.before.general[REGISTER_PTR] = (uintptr_t)&counter;
	run.loops = loops;
	run.has_sve = has_sve();
	return &run;
}

static char trouble[128];

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

static const char *open_by_add(void)
{
	const char *wrong;

	if (percpu_unit_is_open(stay_here()))
		return "the unit is open already";
	wrong = do_adds(1);
	if (!wrong && slow_entries == 0)
		return "the slow side was not taken";
	return wrong;
}

static void add_that_opens_a_unit_keeps_all_registers(void **state)
{
	(void)state;
	assert_fact(open_by_add);
}

static const char *open_by_xchg(void)
{
	if (percpu_unit_is_open(stay_here()))
		return "the unit is open already";
	return do_xchgs(1);
}

static void xchg_that_opens_a_unit_keeps_all_registers(void **state)
{
	(void)state;
	assert_fact(open_by_xchg);
}

static const char *many_in_a_row(void)
{
	this_cpu_inc(counter);
	return do_both(1000);
}

static void operations_keep_all_registers(void **state)
{
	(void)state;
	assert_fact(many_in_a_row);
}

/* --- a storm of signals --- */

#define STORM_INTERVAL 2000000 /* ns */
#define STORM_SIGNALS 1000
#define STORM_ABORTS 100 /* where there are sequences */

static volatile unsigned long handled;

static void count_signal(int sig)
{
	(void)sig;
	handled++;
	this_cpu_inc(of_handler);
}

/* A timer that signals the calling thread. */
static void start_storm(void)
{
	const struct sigaction action = {.sa_handler = count_signal};
	const struct itimerspec often = {{0, STORM_INTERVAL}, {0, STORM_INTERVAL}};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
	timer_t timer;

	event._sigev_un._tid = gettid();
	if (sigaction(SIGUSR1, &action, NULL) || timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &often, NULL))
		abort();
}

static const char *weather_storm(void)
{
	const char *wrong = NULL;

	stay_here();
	this_cpu_inc(counter);
	this_cpu_inc(of_handler);
	slow_entries = 0;
	start_storm();
	while (!wrong && (handled < STORM_SIGNALS || slow_entries < STORM_ABORTS))
		wrong = do_both(20000);
	printf("%lu signals, %lu slow entries, %lu operations done by holding the CPU\n", handled,
	       slow_entries, slow_holds);
	fflush(stdout);
	return wrong;
}

static void operations_in_a_storm_of_signals_keep_all_registers(void **state)
{
	(void)state;
	assert_fact(weather_storm);
}

/* --- a CPU that is held --- */

#define TIMES_HELD 100

static volatile bool stop;
static unsigned int held_cpu;
static volatile unsigned long times_held;

static void *hold_and_let_go(void *arg)
{
	(void)arg;
	while (!stop) {
		if (percpu_remote_begin(held_cpu) != 0)
			abort();
		times_held++;
		for (volatile int i = 0; i < 20000; i++)
			;
		percpu_remote_end(held_cpu);
		for (volatile int i = 0; i < 2000; i++)
			;
	}
	return NULL;
}

static const char *find_the_cpu_held(void)
{
	const char *wrong = NULL;
	pthread_t holder;
	cpu_set_t all;

	held_cpu = stay_here();
	this_cpu_inc(counter);
	slow_entries = 0;
	pthread_create(&holder, NULL, hold_and_let_go, NULL);
	memset(&all, 0xff, sizeof(all));
	pthread_setaffinity_np(holder, sizeof(all), &all);
	while (!wrong && (times_held < TIMES_HELD || slow_entries < TIMES_HELD))
		wrong = do_both(200);
	stop = true;
	pthread_join(holder, NULL);
	printf("held %lu times, %lu slow entries\n", times_held, slow_entries);
	fflush(stdout);
	return wrong;
}

static void waiting_for_a_holder_keeps_all_registers(void **state)
{
	(void)state;
	assert_fact(find_the_cpu_held);
}

/* --- the sequences that are particular --- */

static DEFINE_PER_CPU(unsigned __int128, wide);

static const char *exchange_pairs(void)
{
	unsigned __int128 expect = 0;

	this_cpu_inc(of_handler);
	stay_here();
	start_storm();
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

static void sixteen_bytes_are_exchanged_whole_in_a_storm_of_signals(void **state)
{
	(void)state;
	assert_fact(exchange_pairs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_that_opens_a_unit_keeps_all_registers),
		cmocka_unit_test(xchg_that_opens_a_unit_keeps_all_registers),
		cmocka_unit_test(operations_keep_all_registers),
		cmocka_unit_test(operations_in_a_storm_of_signals_keep_all_registers),
		cmocka_unit_test(waiting_for_a_holder_keeps_all_registers),
		cmocka_unit_test(sixteen_bytes_are_exchanged_whole_in_a_storm_of_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
