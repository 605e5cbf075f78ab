/* SPDX-License-Identifier: MIT */
/*
 * test_seq_stats.c - statistics that are read whole: of each update all or nothing, however it is
 * interrupted and whoever reads.
 *
 * Usage: test_seq_stats [READS]: as many reads while others update, of which none may be torn.
 */
#include "support/child.h"
#include "support/closed_cpu.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/sanitized.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"

#include <percpu/percpu.h>
#include <percpu/seq_stats.h>

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of each update the second is twice the first, and the third is as many less. */
struct triple {
	uint64_t one, two, less;
};
PERCPU_STATS(triple_stats, struct triple);
static DEFINE_PER_CPU(struct triple_stats, triples);
static DEFINE_PER_CPU(struct triple_stats, others);
static DEFINE_PER_CPU(struct triple_stats, begun) = {.values = {{10, 20, 30}}};

/* As large as they may be: a reader takes longer than a writer. */
struct many {
	uint64_t number[64];
};
PERCPU_STATS(many_stats, struct many);
static DEFINE_PER_CPU(struct many_stats, many);

/* Changed by plain accesses in sections. */
struct plain {
	uint64_t first;
	char text[40];
	uint64_t last;
};
static DEFINE_PER_CPU(struct plain, plain);

static uint64_t nr_reads = 200000;

static void add(uint64_t n)
{
	this_cpu_stats_add(triples, .one = n, .two = 2 * n, .less = 0 - n);
}

static bool is_whole(const struct triple *triple)
{
	return triple->two == 2 * triple->one && triple->less == 0 - triple->one;
}

static uint64_t sum_of_triples(void)
{
	struct triple sum;

	percpu_stats_sum(triples, &sum);
	assert_true(is_whole(&sum));
	return sum.one;
}

/* --- the kernel's names --- */

static void u64_stats_are_whole_numbers_and_cost_nothing(void **state)
{
	struct {
		u64_stats_t packets, bytes;
		struct u64_stats_sync syncp;
	} stats, copy;
	unsigned long flags;
	unsigned int start;

	(void)state;
	assert_int_equal(sizeof(struct u64_stats_sync), 0);
	u64_stats_init(&stats.syncp);
	u64_stats_set(&stats.packets, 5);
	u64_stats_set(&stats.bytes, UINT64_MAX);
	u64_stats_update_begin(&stats.syncp);
	u64_stats_inc(&stats.packets);
	u64_stats_add(&stats.bytes, 101);
	u64_stats_update_end(&stats.syncp);
	flags = u64_stats_update_begin_irqsave(&stats.syncp);
	u64_stats_sub(&stats.packets, 2);
	u64_stats_sub(&stats.bytes, -1000000000000);
	u64_stats_update_end_irqrestore(&stats.syncp, flags);
	do {
		start = u64_stats_fetch_begin(&stats.syncp);
		assert_true(u64_stats_read(&stats.packets) == 4);
		assert_true(u64_stats_read(&stats.bytes) == 1000000000100);
	} while (u64_stats_fetch_retry(&stats.syncp, start));
	u64_stats_copy(&copy, &stats, 2 * sizeof(u64_stats_t));
	assert_memory_equal(&copy, &stats, 2 * sizeof(u64_stats_t));
}

/* --- one thread --- */

static void an_update_is_of_all_numbers(void **state)
{
	const unsigned int cpu = stay_here();
	struct triple before, after;

	(void)state;
	assert_int_equal(percpu_stats_read(triples, cpu, &before), 0);
	add(7);
	this_cpu_stats_add(triples, .one = 1);
	this_cpu_stats_add(triples, .two = 2, .less = UINT64_MAX);
	assert_int_equal(percpu_stats_read(triples, cpu, &after), 0);
	assert_true(after.one == before.one + 8);
	assert_true(is_whole(&after));
	go_anywhere();
}

static void a_dynamic_area_starts_with_zeroes(void **state)
{
	struct triple_stats __percpu *area = alloc_percpu(struct triple_stats);
	struct triple sum;

	(void)state;
	assert_non_null(area);
	percpu_stats_sum(*area, &sum);
	assert_true(!sum.one && !sum.two && !sum.less);
	for (int i = 0; i < 10; i++)
		this_cpu_stats_add(*area, 1, 2, UINT64_MAX);
	percpu_stats_sum(*area, &sum);
	assert_true(sum.one == 10 && is_whole(&sum));
	free_percpu(area);
}

static void a_cpu_that_was_never_used_has_what_it_would_start_with(void **state)
{
	const unsigned int cpu = closed_cpu();
	struct plain copy = {.first = 1, .last = 1};
	struct triple triple = {0};

	(void)state;
	assert_int_equal(percpu_stats_read(begun, cpu, &triple), 0);
	assert_true(triple.one == 10 && triple.two == 20 && triple.less == 30);
	percpu_stats_sum(begun, &triple);
	assert_true(triple.one == 10 * num_possible_cpus());
	assert_int_equal(percpu_snapshot(&plain, cpu, &copy), 0);
	assert_true(!copy.first && !copy.last);
	assert_false(percpu_unit_is_open(cpu));
}

static void no_such_cpu_is_an_error_and_changes_nothing(void **state)
{
	struct triple triple = {1, 2, 3};
	struct plain copy = {.first = 1, .last = 2};

	(void)state;
	assert_int_equal(percpu_stats_read(triples, nr_cpu_ids, &triple), -EINVAL);
	assert_true(triple.one == 1 && triple.two == 2 && triple.less == 3);
	assert_int_equal(percpu_snapshot(&plain, UINT_MAX, &copy), -EINVAL);
	assert_true(copy.first == 1 && copy.last == 2);
}

/* In a section: this CPU's, by its number, whichever the thread runs on. */
static void in_a_section_it_is_the_cpu_that_is_held(void **state)
{
	struct triple before, after;
	unsigned int cpu;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		cpu = get_cpu();
		assert_int_equal(percpu_stats_read(triples, cpu, &before), 0);
		if (i % 10 == 0)
			sched_yield();
		add(3);
		assert_int_equal(percpu_stats_read(triples, cpu, &after), 0);
		put_cpu();
		assert_true(is_whole(&after));
	}
}

static void the_slow_side_does_the_same(void **state)
{
	const struct triple delta = {4, 8, 0 - 4ul};
	const uint64_t before = sum_of_triples();

	(void)state;
	for (int i = 0; i < 5; i++) {
		__percpu_stats_add_slow((uintptr_t)&triples, 3, &delta);
		add(1);
	}
	assert_true(sum_of_triples() == before + 25);
}

/* --- many --- */

#define WRITERS 3
static uint64_t wrong, handled;

#define STORM 100000 /* ns */

/* Among the updates of its thread, in sections or not. */
static void update_in_handler(int sig)
{
	(void)sig;
	add(1);
	__atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
}

static void *write_triples(void *arg)
{
	const timer_t storm = start_storm_of(STORM, update_in_handler);
	uint64_t *written = arg, n;

	for (n = 0; !must_stop(); n++) {
		if (n % 64 == 0) {
			/* operations of a holder, which handlers come into */
			preempt_disable();
			add(1);
			preempt_enable();
		} else {
			add(1);
		}
		tell(written, n + 1);
	}
	end_storm(storm);
	return NULL;
}

static void read_triples(uint64_t reads)
{
	struct triple triple;
	unsigned int cpu;

	for (uint64_t n = 0; n < reads;)
		for_each_possible_cpu(cpu) {
			if (!percpu_unit_is_open(cpu))
				continue;
			if (percpu_stats_read(triples, cpu, &triple))
				abort();
			if (!is_whole(&triple))
				__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
			n++;
			if (n % 50000 == 0)
				sched_yield();
		}
}

static void *read_some_triples(void *arg)
{
	read_triples(nr_reads / 2);
	return arg;
}

static void of_each_update_a_reader_sees_all_or_nothing(void **state)
{
	uint64_t before = sum_of_triples(), written[WRITERS] = {0}, all = 0;
	pthread_t writers[WRITERS], reader;

	(void)state;
	wrong = handled = 0;
	set_stop(false);
	start_all(writers, WRITERS, write_triples, written, sizeof(written[0]));
	assert_true(await_told(written, WRITERS, 1000));
	reader = start(read_some_triples, NULL);
	read_triples(nr_reads / 2);
	pthread_join(reader, NULL);
	set_stop(true);
	join_all(writers, WRITERS);
	for (int i = 0; i < WRITERS; i++)
		all += written[i];
	printf("%llu updates, %llu of them in handlers; %llu reads\n", (unsigned long long)all,
	       (unsigned long long)handled, (unsigned long long)nr_reads);
	assert_true(wrong == 0);
	assert_true(sum_of_triples() == before + all + handled);
}

/* Two updates in the middle of a read: the row that it reads is another one's then. */
static void update_many_twice(int sig)
{
	struct many ones;

	(void)sig;
	for (int i = 0; i < 64; i++)
		ones.number[i] = 1;
	this_cpu_stats_add_from(many, &ones);
	this_cpu_stats_add_from(many, &ones);
	__atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
}

static bool all_are_equal(const struct many *copy)
{
	for (int i = 1; i < 64; i++)
		if (copy->number[i] != copy->number[0])
			return false;
	return true;
}

static void a_read_that_is_interrupted_by_updates_begins_anew(void **state)
{
	const unsigned int cpu = stay_here();
	struct patience patience = be_patient();
	struct many copy;
	bool right = true;
	timer_t storm;

	(void)state;
	handled = 0;
	storm = start_storm_of(STORM, update_many_twice);
	while (told(&handled) < 500 && !is_out_of_patience(&patience))
		for (int i = 0; i < 1000; i++)
			right &= !percpu_stats_read(many, cpu, &copy) && all_are_equal(&copy);
	end_storm(storm);
	go_anywhere();
	assert_true(right);
	assert_true(handled >= 500);
}

static void *write_many(void *arg)
{
	struct many ones;

	for (int i = 0; i < 64; i++)
		ones.number[i] = 1;
	while (!must_stop())
		this_cpu_stats_add_from(many, &ones);
	return arg;
}

/* A reader takes longer than a writer takes for two updates, and gets through all the same. */
static void a_writer_that_never_rests_starves_no_reader(void **state)
{
	struct many copy;
	pthread_t writer;
	unsigned int cpu;

	(void)state;
	set_stop(false);
	writer = start(write_many, NULL);
	for (int n = 0; n < 2000; n++) {
		for_each_possible_cpu(cpu) {
			if (!percpu_unit_is_open(cpu))
				continue;
			assert_int_equal(percpu_stats_read(many, cpu, &copy), 0);
			for (int i = 1; i < 64; i++)
				assert_true(copy.number[i] == copy.number[0]);
		}
	}
	set_stop(true);
	pthread_join(writer, NULL);
}

/* --- any structure --- */

static void *change_plainly(void *arg)
{
	uint64_t n = 0;

	while (!must_stop()) {
		struct plain *copy = get_cpu_ptr(&plain);

		copy->first++;
		for (size_t i = 0; i < sizeof(copy->text); i++)
			((volatile char *)copy->text)[i] = (char)copy->first;
		copy->last++;
		put_cpu_ptr(&plain);
		tell(arg, ++n);
	}
	return NULL;
}

static void a_snapshot_is_of_no_moment_within_a_section(void **state)
{
	uint64_t changed[2] = {0};
	pthread_t threads[2];
	struct plain copy;

	(void)state;
	set_stop(false);
	start_all(threads, 2, change_plainly, changed, sizeof(changed[0]));
	assert_true(await_told(changed, 2, 100));
	for (int n = 0; n < 2000; n++) {
		assert_int_equal(percpu_snapshot(&plain, cpus[n % (int)nr_cpus], &copy), 0);
		assert_true(copy.first == copy.last);
		for (size_t i = 0; i < sizeof(copy.text); i++)
			assert_true(copy.text[i] == (char)copy.first);
	}
	set_stop(true);
	join_all(threads, 2);
}

static void a_snapshot_is_refused_where_a_visit_is(void **state)
{
	struct plain copy = {.first = 77, .last = 78};

	(void)state;
	if (lacks_cpus() || !indexed_by_cpu())
		return;
	/* both are open */
	per_cpu_ptr(&plain, cpus[0])->first = per_cpu_ptr(&plain, cpus[1])->first = 0;
	go_to(cpus[0]);
	preempt_disable();
	assert_int_equal(percpu_snapshot(&plain, cpus[1], &copy), -EDEADLK);
	preempt_enable();
	assert_true(copy.first == 77 && copy.last == 78);
	go_anywhere();
}

static bool done;

static void *stay_pinned(void *arg)
{
	if (percpu_thread_pin(cpus[0]))
		abort();
	reach(1);
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		add(1), usleep(10);
	if (percpu_thread_unpin())
		abort();
	return arg;
}

static void pinned_threads_update_and_are_read_but_not_in_a_snapshot(void **state)
{
	struct plain copy = {.first = 77};
	struct triple triple;
	pthread_t thread;

	(void)state;
	if (!can_pin())
		return;
	done = false;
	thread = start(stay_pinned, NULL);
	await(1);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(percpu_stats_read(triples, cpus[0], &triple), 0);
		assert_true(is_whole(&triple));
	}
	assert_int_equal(percpu_snapshot(&plain, cpus[0], &copy), -EBUSY);
	assert_true(copy.first == 77);
	__atomic_store_n(&done, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
}

/* --- processes --- */

static void count_in_a_child(void *arg)
{
	struct triple sum;
	uint64_t before;

	percpu_stats_sum(triples, &sum);
	before = sum.one;
	for (int i = 0; i < 100; i++)
		add(1);
	percpu_stats_sum(triples, &sum);
	child_expect(sum.one == before + 100 && is_whole(&sum));
	(void)arg;
}

static void a_child_has_its_own(void **state)
{
	const uint64_t before = sum_of_triples();

	(void)state;
	assert_content(count_in_a_child, NULL);
	assert_true(sum_of_triples() == before);
}

static void share_and_count(void *arg)
{
	struct triple sum;
	uint64_t before;
	int status;

	(void)arg;
	child_expect(percpu_share() == 0);
	percpu_stats_sum(others, &sum);
	before = sum.one;
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			for (int n = 0; n < 1000; n++)
				this_cpu_stats_add(others, 1, 2, UINT64_MAX);
			_exit(0);
		}
	while (wait(&status) > 0)
		child_expect(status == 0);
	percpu_stats_sum(others, &sum);
	child_expect(sum.one == before + 4000 && is_whole(&sum));
}

static void children_that_share_update_the_same(void **state)
{
	(void)state;
	assert_content(share_and_count, NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(u64_stats_are_whole_numbers_and_cost_nothing),
		cmocka_unit_test(an_update_is_of_all_numbers),
		cmocka_unit_test(a_dynamic_area_starts_with_zeroes),
		cmocka_unit_test(a_cpu_that_was_never_used_has_what_it_would_start_with),
		cmocka_unit_test(no_such_cpu_is_an_error_and_changes_nothing),
		cmocka_unit_test(in_a_section_it_is_the_cpu_that_is_held),
		cmocka_unit_test(the_slow_side_does_the_same),
		cmocka_unit_test(of_each_update_a_reader_sees_all_or_nothing),
		cmocka_unit_test(a_read_that_is_interrupted_by_updates_begins_anew),
		cmocka_unit_test(a_writer_that_never_rests_starves_no_reader),
		cmocka_unit_test(a_snapshot_is_of_no_moment_within_a_section),
		cmocka_unit_test(a_snapshot_is_refused_where_a_visit_is),
		cmocka_unit_test(pinned_threads_update_and_are_read_but_not_in_a_snapshot),
		cmocka_unit_test(a_child_has_its_own),
		cmocka_unit_test(children_that_share_update_the_same),
	};

	if (argc > 1)
		nr_reads = (uint64_t)strtod(argv[1], NULL);
	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
