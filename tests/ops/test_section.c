/* SPDX-License-Identifier: MIT */
/*
 * test_section.c - sections: what they give, whom they keep out, what their holder can do, and how
 * others wait (percpu/section.h). test_visit.c has other CPUs' sections, test_section_end.c how
 * sections end that nobody ends.
 */
#include "support/asleep.h"
#include "support/clock.h"
#include "support/cpus.h"
#include "support/fact.h"
#include "support/random.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"

#include "cpu/hold.h"
#include "ground/pause.h"

#include <percpu/percpu.h>

#include <sched.h>
#include <sys/syscall.h>

struct numbers {
	uint64_t a, b;
	uint8_t n8;
	uint16_t n16;
	uint32_t n32;
	uint64_t n64;
	unsigned __int128 n128 __attribute__((__aligned__(16)));
};
static DEFINE_PER_CPU(struct numbers, numbers);
static DEFINE_PER_CPU(uint64_t, number) = 7;
static DEFINE_PER_CPU(uint64_t, counted);

/* --- what the calls give --- */

static void get_cpu_var_is_this_cpus_copy(void **state)
{
	unsigned int cpu;

	(void)state;
	get_cpu_var(number) = 42;
	cpu = smp_processor_id();
	assert_ptr_equal(this_cpu_ptr(&number), per_cpu_ptr(&number, cpu));
	assert_int_equal(per_cpu(number, cpu), 42);
	put_cpu_var(number);
}

static void get_cpu_var_starts_with_the_initial_value(void **state)
{
	static DEFINE_PER_CPU(int[2], fresh) = {3, 5};

	(void)state;
	assert_int_equal(get_cpu_var(fresh)[1], 5);
	put_cpu_var(fresh);
}

static void get_cpu_ptr_is_the_copy_of_a_static_object(void **state)
{
	struct numbers *copy = get_cpu_ptr(&numbers);

	(void)state;
	assert_ptr_equal(copy, per_cpu_ptr(&numbers, smp_processor_id()));
	put_cpu_ptr(&numbers);
}

static void get_cpu_ptr_is_the_copy_of_a_dynamic_object(void **state)
{
	struct numbers __percpu *object = alloc_percpu(struct numbers);
	struct numbers *copy;
	unsigned int cpu;

	(void)state;
	assert_non_null(object);
	copy = get_cpu_ptr(object);
	cpu = smp_processor_id();
	copy->n16 = 99;
	put_cpu_ptr(object);
	assert_ptr_equal(copy, per_cpu_ptr(object, cpu));
	assert_int_equal(per_cpu_ptr(object, cpu)->n16, 99);
	free_percpu(object);
}

static void get_cpu_is_the_cpu_that_the_thread_is_on(void **state)
{
	(void)state;
	if (!indexed_by_cpu())
		skip();
	for (unsigned int i = 0; i < nr_cpus; i++) {
		unsigned int cpu;

		go_to(cpus[i]);
		cpu = get_cpu();
		put_cpu();
		assert_int_equal(cpu, cpus[i]);
	}
	go_anywhere();
}

static void arguments_are_evaluated_once(void **state)
{
	struct numbers __percpu *at = &numbers;

	(void)state;
	(void)get_cpu_ptr(at++);
	put_cpu_ptr(&numbers);
	assert_true(at == &numbers + 1);
}

/* Each of the calls that begin, and end, a section. */
static void every_begin_takes_the_cpu_and_every_end_lets_it_go(void **state)
{
	unsigned int cpu;

	(void)state;
	assert_int_equal(pcpu_held_cpu(), -1);
	get_cpu_var(number) = 1;
	assert_int_equal(pcpu_held_cpu(), smp_processor_id());
	put_cpu_var(number);
	assert_int_equal(pcpu_held_cpu(), -1);
	(void)get_cpu_ptr(&numbers);
	assert_int_equal(pcpu_held_cpu(), smp_processor_id());
	put_cpu_ptr(&numbers);
	assert_int_equal(pcpu_held_cpu(), -1);
	cpu = get_cpu();
	assert_int_equal(pcpu_held_cpu(), cpu);
	put_cpu();
	assert_int_equal(pcpu_held_cpu(), -1);
	preempt_disable();
	assert_int_equal(pcpu_held_cpu(), smp_processor_id());
	preempt_enable();
	assert_int_equal(pcpu_held_cpu(), -1);
}

static void only_the_last_put_lets_go(void **state)
{
	unsigned int cpu = get_cpu();

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(get_cpu(), cpu);
		assert_ptr_equal(get_cpu_ptr(&numbers), per_cpu_ptr(&numbers, cpu));
		preempt_disable();
	}
	for (int i = 0; i < 300; i++) {
		put_cpu();
		assert_int_equal(pcpu_held_cpu(), cpu);
	}
	put_cpu();
	assert_int_equal(pcpu_held_cpu(), -1);
}

static const char *put_without_get(void)
{
	put_cpu();
	return "put_cpu() has returned";
}

static const char *put_once_too_often(void)
{
	get_cpu_var(number)++;
	put_cpu_var(number);
	put_cpu_var(number);
	return "put_cpu_var() has returned";
}

static void *put_in_a_new_thread(void *arg)
{
	preempt_enable();
	return arg;
}

static const char *put_of_a_new_thread(void)
{
	pthread_join(start(put_in_a_new_thread, NULL), NULL);
	return "preempt_enable() has returned";
}

/* As deep as it can be counted, and back. */
#define DEEPEST 65536
static const char *nest_deeply(void)
{
	for (int i = 0; i < DEEPEST; i++)
		preempt_disable();
	get_cpu_ptr(&counted);
	return "65,537 sections inside of each other";
}

static const char *sections_nest_65536_deep(void)
{
	unsigned int cpu = get_cpu();

	for (int i = 1; i < DEEPEST; i++)
		preempt_disable();
	if (pcpu_held_cpu() != (int)cpu)
		return "the CPU is not held";
	for (int i = 1; i < DEEPEST; i++)
		preempt_enable();
	if (pcpu_held_cpu() != (int)cpu)
		return "the CPU is held no more before the last end";
	put_cpu();
	return pcpu_held_cpu() < 0 ? NULL : "the CPU is still held";
}

static void sections_that_cannot_be_counted_are_fatal(void **state)
{
	(void)state;
	assert_fatal(nest_deeply, "65537 sections inside of each other");
}

static void put_outside_of_a_section_is_fatal(void **state)
{
	static const char message[] = "put_cpu() or preempt_enable() outside of a section";

	(void)state;
	assert_fatal(put_without_get, message);
	assert_fatal(put_once_too_often, message);
	assert_fatal(put_of_a_new_thread, message);
}

/* --- exclusion --- */

#define WORKERS 6
#define STORM_SECONDS 1.0

struct worker {
	uint64_t sections, operations; /* told */
	struct random random;
	bool wrong;
};

static pid_t worker_tids[WORKERS + 1];

/* Plain accesses, which lose something wherever anybody comes in between. */
static void change_plainly(volatile struct numbers *copy, bool dawdle)
{
	uint64_t a = copy->a, n64 = copy->n64;
	uint32_t n32 = copy->n32;
	uint16_t n16 = copy->n16;
	uint8_t n8 = copy->n8;

	if (dawdle)
		sched_yield();
	copy->a = a + 1;
	copy->n8 = (uint8_t)(n8 + 1);
	copy->n16 = (uint16_t)(n16 + 1);
	copy->n32 = n32 + 1;
	copy->n64 = n64 + 1;
	copy->b = copy->b + 1;
}

static void *work_in_sections(void *arg)
{
	struct worker *worker = arg;

	while (!must_stop()) {
		volatile struct numbers *copy = get_cpu_ptr(&numbers);
		uint64_t random = random_next(&worker->random);

		worker->wrong |= copy->a != copy->b;
		change_plainly(copy, random % 64 == 0);
		put_cpu_ptr(&numbers);
		tell(&worker->sections, worker->sections + 1);
	}
	return NULL;
}

static void operate_once(uint64_t random)
{
	switch (random % 4) {
	case 0:
		this_cpu_inc(numbers.n8);
		(void)this_cpu_inc_return(numbers.n16);
		break;
	case 1:
		this_cpu_add(numbers.n16, 1);
		this_cpu_inc(numbers.n8);
		break;
	default: {
		uint8_t old = this_cpu_read(numbers.n8);

		while (!this_cpu_try_cmpxchg(numbers.n8, &old, (uint8_t)(old + 1))) {
		}
		this_cpu_inc(numbers.n16);
	}
	}
	this_cpu_inc(numbers.n32);
	(void)this_cpu_add_return(numbers.n64, 1);
}

static void *work_by_operations(void *arg)
{
	struct worker *worker = arg;

	while (!must_stop()) {
		operate_once(random_next(&worker->random));
		tell(&worker->operations, worker->operations + 1);
	}
	return NULL;
}

/* Both at once, and operations of the holder; also by threads that have no rseq of their own. */
static void *work_in_both(void *arg)
{
	struct worker *worker = arg;

	while (!must_stop()) {
		volatile struct numbers *copy = get_cpu_ptr(&numbers);

		worker->wrong |= copy->a != copy->b;
		change_plainly(copy, false);
		operate_once(random_next(&worker->random));
		put_cpu_ptr(&numbers);
		operate_once(random_next(&worker->random));
		tell(&worker->sections, worker->sections + 1);
		tell(&worker->operations, worker->operations + 2);
	}
	return NULL;
}

static void *(*const kinds[])(void *) = {work_in_sections, work_by_operations, work_in_both};

struct started {
	struct worker *worker;
	void *(*body)(void *arg);
	pid_t *tid;
};

static void *begin_worker(void *arg)
{
	struct started *started = arg;

	__atomic_store_n(started->tid, (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	return started->body(started->worker);
}

static const char *compare(const struct worker *workers)
{
	uint64_t sections = 0, all = 0;

	for (int i = 0; i < WORKERS; i++) {
		if (workers[i].wrong)
			return "somebody came into a section";
		sections += workers[i].sections;
		all += workers[i].sections + workers[i].operations;
	}
	RETURN_IF_WRONG(differ("a", per_cpu_sum(numbers.a), sections));
	RETURN_IF_WRONG(differ("b", per_cpu_sum(numbers.b), sections));
	RETURN_IF_WRONG(differ("n8", (uint8_t)per_cpu_sum(numbers.n8), (uint8_t)all));
	RETURN_IF_WRONG(differ("n16", (uint16_t)per_cpu_sum(numbers.n16), (uint16_t)all));
	RETURN_IF_WRONG(differ("n32", (uint32_t)per_cpu_sum(numbers.n32), (uint32_t)all));
	return differ("n64", per_cpu_sum(numbers.n64), all);
}

/* Whether every one of them has done something, often. */
static bool all_have_worked(const struct worker *workers)
{
	struct patience patience = be_patient();

	for (int i = 0; i < WORKERS && !is_out_of_patience(&patience);) {
		if (told(&workers[i].sections) + told(&workers[i].operations) >= 1000)
			i++;
		else
			nap(0.001);
	}
	return !is_out_of_patience(&patience);
}

static const char *sections_keep_sections_and_operations_out_through_migrations(void)
{
	struct worker workers[WORKERS] = {{0}};
	struct started started[WORKERS];
	pthread_t threads[WORKERS], driver;
	bool all;

	for (int i = 0; i < WORKERS; i++) {
		workers[i].random = random_from((uint64_t)i);
		started[i] = (struct started){&workers[i], kinds[i % 3], &worker_tids[i]};
		threads[i] = start(begin_worker, &started[i]);
		await_tid(&worker_tids[i]);
	}
	driver = start(drive_threads, worker_tids);
	nap(STORM_SECONDS);
	all = all_have_worked(workers);
	set_stop(true);
	join_all(threads, WORKERS);
	pthread_join(driver, NULL);
	RETURN_UNLESS(all);
	return compare(workers);
}

/* --- the holder, after it has been moved --- */

static DEFINE_PER_CPU(uint64_t, mine) = 7;

static const char *this_cpu_of_a_holder_that_was_moved_is_the_held_one(void)
{
	unsigned int held;

	SKIP_IF(!indexed_by_cpu() || lacks_cpus());
	go_to(cpus[0]);
	held = get_cpu();
	go_to(cpus[1]);
	RETURN_UNLESS(held == cpus[0] && sched_getcpu() == (int)cpus[1]);
	RETURN_UNLESS(smp_processor_id() == held && raw_smp_processor_id() == held);
	RETURN_UNLESS(this_cpu_ptr(&mine) == per_cpu_ptr(&mine, held));
	RETURN_UNLESS(raw_cpu_ptr(&mine) == per_cpu_ptr(&mine, held));
	RETURN_UNLESS(get_cpu() == held);
	put_cpu();
	RETURN_UNLESS(&get_cpu_var(mine) == per_cpu_ptr(&mine, held));
	put_cpu_var(mine);
	raw_cpu_add(mine, 10);
	__this_cpu_add(mine, 100);
	(void)__this_cpu_cmpxchg(mine, 117, 1117);
	RETURN_IF_WRONG(differ("held copy", per_cpu(mine, held), 1117));
	RETURN_IF_WRONG(differ("other copy", per_cpu(mine, cpus[1]), 7));
	put_cpu();
	RETURN_UNLESS(smp_processor_id() == cpus[1]);
	return differ("raw_cpu_read", raw_cpu_read(mine), 7);
}

static DEFINE_PER_CPU(uint64_t, unprotected);

static void *add_unprotected(void *arg)
{
	(void)arg;
	raw_cpu_inc(unprotected);
	return NULL;
}

static const char *raw_operations_do_not_wait_for_the_holder(void)
{
	SKIP_IF(!indexed_by_cpu());
	/* the thread inherits where it may be */
	go_to(cpus[0]);
	get_cpu();
	pthread_join(start(add_unprotected, NULL), NULL);
	RETURN_IF_WRONG(differ("held copy", per_cpu(unprotected, cpus[0]), 1));
	put_cpu();
	return NULL;
}

/* One operation of each kind and size. What they make together is 10 in each. */
static void operate_on_all(void)
{
	unsigned __int128 wide = 0, seen;

	this_cpu_add(numbers.n8, 4);
	this_cpu_add(numbers.n16, 4);
	this_cpu_add(numbers.n32, 4);
	this_cpu_add(numbers.n64, 4);
	(void)this_cpu_add_return(numbers.n8, 3);
	(void)this_cpu_add_return(numbers.n16, 3);
	(void)this_cpu_add_return(numbers.n32, 3);
	(void)this_cpu_add_return(numbers.n64, 3);
	this_cpu_sub(numbers.n8, -3);
	this_cpu_sub(numbers.n16, -3);
	this_cpu_sub(numbers.n32, -3);
	this_cpu_sub(numbers.n64, -3);
	while ((seen = this_cpu_cmpxchg128(numbers.n128, wide, wide + 10)) != wide)
		wide = seen;
}

static const char *check_all(uint64_t times, unsigned __int128 wide)
{
	RETURN_IF_WRONG(differ("n8", (uint8_t)per_cpu_sum(numbers.n8), (uint8_t)(10 * times)));
	RETURN_IF_WRONG(differ("n16", (uint16_t)per_cpu_sum(numbers.n16), (uint16_t)(10 * times)));
	RETURN_IF_WRONG(differ("n32", (uint32_t)per_cpu_sum(numbers.n32), (uint32_t)(10 * times)));
	RETURN_IF_WRONG(differ("n64", per_cpu_sum(numbers.n64), 10 * times));
	return differ("n128", (uint64_t)wide, 10 * times);
}

static unsigned __int128 sum_of_wide(void)
{
	unsigned __int128 sum = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(numbers.n128, cpu);
	return sum;
}

static const char *holders_operations_on_the_held_cpu_count_once(void)
{
	unsigned int cpu = get_cpu();

	operate_on_all();
	put_cpu();
	RETURN_IF_WRONG(differ("held copy", per_cpu(numbers.n64, cpu), 10));
	return check_all(1, sum_of_wide());
}

static const char *holders_operations_on_a_free_cpu_count_once(void)
{
	SKIP_IF(lacks_cpus());
	go_to(cpus[0]);
	preempt_disable();
	go_to(cpus[1]);
	operate_on_all();
	preempt_enable();
	return check_all(1, sum_of_wide());
}

static pthread_barrier_t both;

/* Holds the one CPU, and is on the other. */
static void *hold_crosswise(void *arg)
{
	unsigned int own = *(unsigned int *)arg, other = cpus[0] + cpus[1] - own;

	go_to(own);
	preempt_disable();
	go_to(other);
	pthread_barrier_wait(&both);
	for (int i = 0; i < 1000; i++)
		operate_on_all();
	pthread_barrier_wait(&both);
	preempt_enable();
	return NULL;
}

static const char *operations_of_two_holders_that_changed_places_neither_wait_nor_get_lost(void)
{
	pthread_t threads[2];

	/* two threads of which one sleeps may have one number */
	SKIP_IF(!indexed_by_cpu() || lacks_cpus());
	pthread_barrier_init(&both, NULL, 2);
	start_all(threads, 2, hold_crosswise, cpus, sizeof(cpus[0]));
	join_all(threads, 2);
	return check_all(2000, sum_of_wide());
}

/* --- waiting --- */

static pid_t waiter;
static bool slept;

/* Until the waiter sleeps, which it does for nothing but the end of this section. */
static void *hold_until_the_waiter_sleeps(void *arg)
{
	if (percpu_remote_begin(*(unsigned int *)arg))
		abort();
	reach(1);
	await(2);
	slept = await_sleep_of(waiter);
	reach(3);
	percpu_remote_end(*(unsigned int *)arg);
	return NULL;
}

static const char *wait_by(void (*wait_for_it)(void))
{
	unsigned int held = 0;
	pthread_t holder;

	waiter = (pid_t)syscall(SYS_gettid);
	go_to(cpus[0]);
	/* the CPU's unit is open, and the thread known to the library */
	held = get_cpu();
	put_cpu();
	holder = start(hold_until_the_waiter_sleeps, &held);
	await(1);
	reach(2);
	wait_for_it();
	if (!is_reached(3))
		return "it did not wait";
	pthread_join(holder, NULL);
	return slept ? NULL : "it waited, but not asleep";
}

static void operate(void)
{
	this_cpu_inc(counted);
}

static void pass_through_a_section(void)
{
	get_cpu_var(counted)++;
	put_cpu_var(counted);
}

static void visit(void)
{
	unsigned int cpu = raw_smp_processor_id();

	if (percpu_remote_begin(cpu) == 0)
		percpu_remote_end(cpu);
}

static void exchange(void)
{
	per_cpu_xchg(counted, raw_smp_processor_id(), 0);
}

static const char *operations_wait_asleep(void)
{
	SKIP_IF(!indexed_by_cpu());
	return wait_by(operate);
}

static const char *sections_wait_asleep(void)
{
	SKIP_IF(!indexed_by_cpu());
	return wait_by(pass_through_a_section);
}

static void (*visiting)(void);

static const char *wait_for_a_visit(void)
{
	SKIP_IF(!indexed_by_cpu());
	return wait_by(visiting);
}

static void visits_wait_asleep(void **state)
{
	static void (*const visits[])(void) = {visit, exchange};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(visits); i++) {
		visiting = visits[i];
		assert_fact(wait_for_a_visit);
	}
}

static bool be_realtime(void)
{
	const struct sched_param param = {.sched_priority = 10};

	return pthread_setschedparam(pthread_self(), SCHED_FIFO, &param) == 0;
}

static void *operate_in_realtime(void *arg)
{
	if (!be_realtime())
		abort();
	waiter = (pid_t)syscall(SYS_gettid);
	reach(2);
	this_cpu_inc(counted);
	pass_through_a_section();
	return arg;
}

/* The other cannot run before this thread has begun its section, nor this one while it does. */
static const char *be_preempted_by_realtime(void)
{
	struct patience patience = be_patient();
	pthread_t other;

	go_to(cpus[0]);
	preempt_disable();
	other = start(operate_in_realtime, NULL);
	/* not asleep: were the other to spin, nothing but the kernel's brake would let us go on */
	while (!is_reached(2) || !is_asleep(waiter))
		if (is_out_of_patience(&patience))
			return "the other does not sleep";
	preempt_enable();
	pthread_join(other, NULL);
	return differ("counted", per_cpu_sum(counted), 2);
}

static void *try_to_be_realtime(void *possible)
{
	*(bool *)possible = be_realtime();
	return NULL;
}

static void realtime_threads_get_through_behind_a_holder_that_they_preempt(void **state)
{
	bool possible = false;

	(void)state;
	if (!indexed_by_cpu())
		skip(); /* each has a number of its own, and nobody waits */
	pthread_join(start(try_to_be_realtime, &possible), NULL);
	if (!possible) {
		print_message("this test needs SCHED_FIFO, which is not permitted\n");
		skip();
		return;
	}
	assert_fact(be_preempted_by_realtime);
}

/* --- what may be called in a section --- */

#define CALLERS 4

static struct percpu_counter counter;

static void *add_in_sections(void *added)
{
	uint64_t n;

	for (n = 0; !must_stop(); n += 2) {
		preempt_disable();
		percpu_counter_add_batch(&counter, 1, 1);
		preempt_enable();
		percpu_counter_add_batch(&counter, 1, 2);
	}
	*(uint64_t *)added = n;
	return NULL;
}

static void *limit_in_sections(void *added)
{
	uint64_t n = 0;

	while (!must_stop()) {
		preempt_disable();
		n += percpu_counter_limited_add(&counter, INT64_MAX, 1);
		preempt_enable();
		n += percpu_counter_limited_add(&counter, INT64_MAX, 1);
	}
	*(uint64_t *)added = n;
	return NULL;
}

static const char *percpu_counters_can_be_added_to_in_sections(void)
{
	pthread_t threads[CALLERS];
	uint64_t added[CALLERS], expected = 0;

	RETURN_UNLESS(percpu_counter_init(&counter, 0, GFP_KERNEL) == 0);
	for (int i = 0; i < CALLERS; i++)
		threads[i] = start(i % 2 ? limit_in_sections : add_in_sections, &added[i]);
	nap(0.5);
	set_stop(true);
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(threads[i], NULL);
		expected += added[i];
	}
	return differ("the counter", (uint64_t)percpu_counter_sum(&counter), expected);
}

static void *allocate_in_sections(void *arg)
{
	struct random random = random_from((uintptr_t)arg);

	for (int i = 0; i < 2000; i++) {
		uint64_t __percpu *area;
		size_t size = 8 + random_next(&random) % 4096;

		if (i % 2)
			preempt_disable();
		area = (uint64_t __percpu *)__alloc_percpu(size, 8);
		if (!area)
			abort();
		this_cpu_inc(*area);
		if (per_cpu_sum(*area) != 1)
			abort();
		free_percpu(area);
		if (i % 2)
			preempt_enable();
	}
	return NULL;
}

static const char *areas_can_be_allocated_and_freed_in_sections(void)
{
	pthread_t threads[CALLERS];

	start_all(threads, CALLERS, allocate_in_sections, threads, sizeof(threads[0]));
	join_all(threads, CALLERS);
	return NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_cpu_var_is_this_cpus_copy),
		cmocka_unit_test(get_cpu_var_starts_with_the_initial_value),
		cmocka_unit_test(get_cpu_ptr_is_the_copy_of_a_static_object),
		cmocka_unit_test(get_cpu_ptr_is_the_copy_of_a_dynamic_object),
		cmocka_unit_test(get_cpu_is_the_cpu_that_the_thread_is_on),
		cmocka_unit_test(arguments_are_evaluated_once),
		cmocka_unit_test(every_begin_takes_the_cpu_and_every_end_lets_it_go),
		cmocka_unit_test(only_the_last_put_lets_go),
		cmocka_unit_test(put_outside_of_a_section_is_fatal),
		fact_test(sections_nest_65536_deep),
		cmocka_unit_test(sections_that_cannot_be_counted_are_fatal),
		fact_test(sections_keep_sections_and_operations_out_through_migrations),
		fact_test(this_cpu_of_a_holder_that_was_moved_is_the_held_one),
		fact_test(raw_operations_do_not_wait_for_the_holder),
		fact_test(holders_operations_on_the_held_cpu_count_once),
		fact_test(holders_operations_on_a_free_cpu_count_once),
		fact_test(operations_of_two_holders_that_changed_places_neither_wait_nor_get_lost),
		fact_test(operations_wait_asleep),
		fact_test(sections_wait_asleep),
		cmocka_unit_test(visits_wait_asleep),
		cmocka_unit_test(realtime_threads_get_through_behind_a_holder_that_they_preempt),
		fact_test(percpu_counters_can_be_added_to_in_sections),
		fact_test(areas_can_be_allocated_and_freed_in_sections),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
