/* SPDX-License-Identifier: MIT */
/*
 * test_visit.c - other CPUs' copies: percpu_remote_begin(), per_cpu_xchg() and
 * percpu_counter_sum_and_reset() (percpu/section.h, percpu/counter.h).
 */
#include "support/clock.h"
#include "support/cpus.h"
#include "support/fact.h"
#include "support/threads.h"
#include "support/tier.h"

#include "cpu/hold.h"
#include "ground/pause.h"

#include <percpu/percpu.h>

#include <errno.h>

static DEFINE_PER_CPU(uint64_t, plain);
static DEFINE_PER_CPU(uint64_t, counted);
static DEFINE_PER_CPU(uint64_t, initial) = 77;

/* --- percpu_remote_begin() --- */

static void this_cpu_of_a_visitor_is_the_one_it_visits(void **state)
{
	unsigned int cpu;

	(void)state;
	for_each_possible_cpu(cpu) {
		assert_int_equal(percpu_remote_begin(cpu), 0);
		assert_int_equal(smp_processor_id(), cpu);
		assert_ptr_equal(this_cpu_ptr(&plain), per_cpu_ptr(&plain, cpu));
		assert_int_equal(pcpu_held_cpu(), cpu);
		percpu_remote_end(cpu);
		assert_int_equal(pcpu_held_cpu(), -1);
	}
}

static void cpus_that_are_not_possible_cannot_be_visited(void **state)
{
	(void)state;
	assert_int_equal(percpu_remote_begin(nr_cpu_ids), -EINVAL);
	assert_int_equal(percpu_remote_begin(UINT32_MAX), -EINVAL);
	assert_int_equal(percpu_remote_begin(INT32_MAX), -EINVAL);
	assert_int_equal(pcpu_held_cpu(), -1);
}

static void holders_of_another_cpu_cannot_visit(void **state)
{
	(void)state;
	if (lacks_cpus()) {
		skip();
		return;
	}
	assert_int_equal(percpu_remote_begin(cpus[0]), 0);
	assert_int_equal(percpu_remote_begin(cpus[1]), -EDEADLK);
	assert_int_equal(pcpu_held_cpu(), cpus[0]);
	percpu_remote_end(cpus[0]);
	assert_int_equal(percpu_remote_begin(cpus[1]), 0);
	percpu_remote_end(cpus[1]);
}

static DEFINE_PER_CPU(local_lock_t, local);

static void owners_of_another_cpus_local_lock_cannot_visit(void **state)
{
	unsigned int cpu;

	(void)state;
	if (lacks_cpus()) {
		skip();
		return;
	}
	local_lock(&local);
	cpu = smp_processor_id();
	assert_int_equal(percpu_remote_begin(other_than(cpu)), -EDEADLK);
	assert_int_equal(percpu_remote_begin(cpu), 0);
	percpu_remote_end(cpu);
	assert_int_equal(smp_processor_id(), cpu);
	local_unlock(&local);
}

static void visits_and_sections_of_one_cpu_nest(void **state)
{
	unsigned int cpu = get_cpu();

	(void)state;
	assert_int_equal(percpu_remote_begin(cpu), 0);
	assert_int_equal(percpu_remote_begin(cpu), 0);
	assert_int_equal(get_cpu(), cpu);
	put_cpu();
	percpu_remote_end(cpu);
	percpu_remote_end(cpu);
	assert_int_equal(pcpu_held_cpu(), cpu);
	put_cpu();
	assert_int_equal(pcpu_held_cpu(), -1);
}

static const char *end_without_begin(void)
{
	percpu_remote_end(cpus[0]);
	return "percpu_remote_end() has returned";
}

static const char *end_of_another(void)
{
	if (percpu_remote_begin(cpus[0]) == 0)
		percpu_remote_end(cpus[0] + 1);
	return "percpu_remote_end() has returned";
}

static const char *end_of_none(void)
{
	percpu_remote_end(UINT32_MAX);
	return "percpu_remote_end() has returned";
}

static void end_of_a_visit_that_was_not_begun_is_fatal(void **state)
{
	(void)state;
	assert_fatal(end_without_begin, "the caller does not hold that CPU");
	assert_fatal(end_of_another, "the caller does not hold that CPU");
	assert_fatal(end_of_none, "");
}

static void *pin_until_told(void *arg)
{
	if (percpu_thread_pin(*(unsigned int *)arg))
		abort();
	reach(1);
	while (!must_stop())
		usleep(100);
	return NULL;
}

static const char *cpus_that_others_are_pinned_to_cannot_be_visited(void)
{
	pthread_t thread;

	SKIP_IF(!can_pin());
	thread = start(pin_until_told, &cpus[0]);
	await(1);
	for (int i = 0; i < 3; i++) {
		RETURN_UNLESS(percpu_remote_begin(cpus[0]) == -EBUSY);
		RETURN_UNLESS(pcpu_held_cpu() == -1);
	}
	set_stop(true);
	pthread_join(thread, NULL);
	/* ended without unpinning */
	RETURN_UNLESS(percpu_remote_begin(cpus[0]) == 0);
	percpu_remote_end(cpus[0]);
	/* oneself does not count */
	RETURN_UNLESS(percpu_thread_pin(cpus[0]) == 0);
	RETURN_UNLESS(percpu_remote_begin(cpus[0]) == 0);
	percpu_remote_end(cpus[0]);
	return NULL;
}

/* --- exact among those who count --- */

#define COUNTING 4
#define VISITING 2
#define SECONDS 0.7

static void *count(void *arg)
{
	for (uint64_t n = 3; !must_stop(); n += 3) {
		this_cpu_inc(counted);
		(void)this_cpu_add_return(counted, 1);
		get_cpu_var(counted)++;
		put_cpu_var(counted);
		tell(arg, n);
	}
	return NULL;
}

static void *visit_in_turn(void *arg)
{
	uint64_t n = 0;

	for (unsigned int i = 0; !must_stop(); i = (i + 1) % nr_cpus) {
		volatile uint64_t *copy = per_cpu_ptr(&counted, cpus[i]);
		uint64_t before;

		if (percpu_remote_begin(cpus[i]))
			abort();
		before = *copy;
		for (int j = 0; j < 50; j++)
			pcpu_relax();
		*copy = before + 1;
		n++;
		this_cpu_inc(counted);
		n++;
		percpu_remote_end(cpus[i]);
		tell(arg, n);
	}
	return NULL;
}

/* Takes what is there, from all CPUs, until told to stop. */
static void *collect(void *arg)
{
	uint64_t taken = 0;
	unsigned int cpu;

	while (!must_stop()) {
		for_each_possible_cpu(cpu)
			taken += per_cpu_xchg(counted, cpu, 0);
		tell(arg, taken);
	}
	return NULL;
}

static const char *run_with(void *(*others)(void *arg), bool taking)
{
	uint64_t tally[COUNTING] = {0}, other[VISITING] = {0}, expected = 0, sum = 0;
	pthread_t threads[COUNTING + VISITING];
	bool all_at_work;

	start_all(threads, COUNTING, count, tally, sizeof(tally[0]));
	start_all(threads + COUNTING, VISITING, others, other, sizeof(other[0]));
	nap(SECONDS);
	all_at_work = await_told(tally, COUNTING, 1000) && await_told(other, VISITING, 1);
	set_stop(true);
	join_all(threads, COUNTING + VISITING);
	for (int i = 0; i < COUNTING; i++)
		expected += tally[i];
	for (int i = 0; i < VISITING; i++)
		*(taking ? &sum : &expected) += other[i];
	RETURN_UNLESS(all_at_work);
	return differ("the sum", sum + per_cpu_sum(counted), expected);
}

static const char *plain_accesses_of_visitors_are_exact_among_those_who_count(void)
{
	return run_with(visit_in_turn, false);
}

static const char *per_cpu_xchg_takes_everything_once_while_all_count(void)
{
	return run_with(collect, true);
}

/* --- per_cpu_xchg() --- */

struct values {
	uint8_t before, n8;
	uint16_t n16;
	uint32_t n32;
	int64_t n64;
	double real;
	void *pointer;
};
static DEFINE_PER_CPU(struct values, values);

static void per_cpu_xchg_exchanges_values_of_every_size(void **state)
{
	const unsigned int cpu = cpus[0];

	(void)state;
	per_cpu(values, cpu).before = 0x55;
	assert_int_equal(per_cpu_xchg(values.n8, cpu, 300), 0);
	assert_int_equal(per_cpu_xchg(values.n8, cpu, 0), 300 - 256);
	assert_int_equal(per_cpu(values, cpu).before, 0x55);
	assert_int_equal(per_cpu_xchg(values.n16, cpu, -1), 0);
	assert_int_equal(per_cpu_xchg(values.n16, cpu, 0), 65535);
	assert_int_equal(per_cpu_xchg(values.n32, cpu, -1), 0);
	assert_int_equal(per_cpu_xchg(values.n32, cpu, 0), UINT32_MAX);
	assert_int_equal(per_cpu_xchg(values.n64, cpu, -5), 0);
	assert_true(per_cpu_xchg(values.n64, cpu, 0) == -5);
	assert_true(per_cpu_xchg(values.real, cpu, 1) == 0.0);
	assert_true(per_cpu_xchg(values.real, cpu, 0) == 1.0);
	assert_true(per_cpu_xchg(values.pointer, cpu, state) == NULL);
	assert_true(per_cpu_xchg(values.pointer, cpu, NULL) == state);
}

static void per_cpu_xchg_takes_the_initial_value_of_a_cpu_that_was_never_used(void **state)
{
	unsigned int cpu;

	(void)state;
	for_each_possible_cpu(cpu) {
		assert_int_equal(per_cpu_xchg(initial, cpu, cpu), 77);
		assert_int_equal(per_cpu(initial, cpu), cpu);
	}
}

static void holders_can_exchange_on_the_cpu_that_they_hold(void **state)
{
	unsigned int cpu = get_cpu();

	(void)state;
	__this_cpu_write(plain, 12);
	assert_int_equal(per_cpu_xchg(plain, cpu, 34), 12);
	put_cpu();
	assert_int_equal(per_cpu_xchg(plain, cpu, 0), 34);
}

static bool open_others;

static void open_units(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (open_others)
			per_cpu(plain, cpu) = 0;
}

/* In a child in which no other CPU has been used, and in one in which all have. */
static void assert_fatal_whichever_units_are_open(fact_t fact, const char *message)
{
	open_others = false;
	assert_fatal(fact, message);
	open_others = true;
	assert_fatal(fact, message);
}

static const char *exchange_elsewhere(void)
{
	open_units();
	if (percpu_remote_begin(cpus[0]) == 0)
		per_cpu_xchg(plain, cpus[1], 0);
	return "per_cpu_xchg() has returned";
}

static const char *exchange_nowhere(void)
{
	volatile unsigned int nowhere = UINT32_MAX; /* of a constant the compiler says it */

	per_cpu_xchg(plain, nowhere, 0);
	return "per_cpu_xchg() has returned";
}

static void per_cpu_xchg_inside_of_another_cpus_section_is_fatal(void **state)
{
	(void)state;
	if (lacks_cpus())
		skip();
	else
		assert_fatal_whichever_units_are_open(exchange_elsewhere,
						      "inside of a section of CPU");
}

static void per_cpu_xchg_on_a_cpu_that_is_not_possible_is_fatal(void **state)
{
	(void)state;
	assert_fatal(exchange_nowhere, "is not possible");
}

/* --- percpu_counter_sum_and_reset() --- */

static struct percpu_counter counter;

static const char *sum_and_reset_can_be_called_in_a_section(void)
{
	RETURN_UNLESS(percpu_counter_init(&counter, 3, GFP_KERNEL) == 0);
	get_cpu();
	percpu_counter_add(&counter, 4);
	RETURN_UNLESS(percpu_counter_sum_and_reset(&counter) == 7);
	put_cpu();
	RETURN_UNLESS(percpu_counter_sum(&counter) == 0);
	percpu_counter_destroy(&counter);
	return NULL;
}

static void *add_to_the_counter(void *arg)
{
	for (uint64_t n = 3; !must_stop(); n += 3) {
		percpu_counter_inc(&counter);
		percpu_counter_add_batch(&counter, 2, 3);
		tell(arg, n);
	}
	return NULL;
}

static void *reset_the_counter(void *arg)
{
	uint64_t taken = 0;

	while (!must_stop()) {
		taken += (uint64_t)percpu_counter_sum_and_reset(&counter);
		tell(arg, taken);
	}
	return NULL;
}

static const char *sum_and_reset_takes_everything_once_while_all_add(void)
{
	uint64_t added[COUNTING] = {0}, taken[VISITING] = {0}, expected = 0, sum;
	pthread_t threads[COUNTING + VISITING];

	RETURN_UNLESS(percpu_counter_init(&counter, 1000, GFP_KERNEL) == 0);
	start_all(threads, COUNTING, add_to_the_counter, added, sizeof(added[0]));
	start_all(threads + COUNTING, VISITING, reset_the_counter, taken, sizeof(taken[0]));
	nap(SECONDS);
	set_stop(true);
	join_all(threads, COUNTING + VISITING);
	for (int i = 0; i < COUNTING; i++)
		expected += added[i];
	sum = (uint64_t)percpu_counter_sum(&counter);
	RETURN_IF_WRONG(
		differ("sum and what was taken", sum + taken[0] + taken[1], expected + 1000));
	RETURN_UNLESS((uint64_t)percpu_counter_sum_and_reset(&counter) == sum);
	return differ("after the last reset", (uint64_t)percpu_counter_sum(&counter), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* first: units are closed still */
		cmocka_unit_test(per_cpu_xchg_inside_of_another_cpus_section_is_fatal),
		cmocka_unit_test(per_cpu_xchg_takes_the_initial_value_of_a_cpu_that_was_never_used),
		cmocka_unit_test(this_cpu_of_a_visitor_is_the_one_it_visits),
		cmocka_unit_test(cpus_that_are_not_possible_cannot_be_visited),
		cmocka_unit_test(holders_of_another_cpu_cannot_visit),
		cmocka_unit_test(owners_of_another_cpus_local_lock_cannot_visit),
		cmocka_unit_test(visits_and_sections_of_one_cpu_nest),
		cmocka_unit_test(end_of_a_visit_that_was_not_begun_is_fatal),
		fact_test(cpus_that_others_are_pinned_to_cannot_be_visited),
		fact_test(plain_accesses_of_visitors_are_exact_among_those_who_count),
		fact_test(per_cpu_xchg_takes_everything_once_while_all_count),
		cmocka_unit_test(per_cpu_xchg_exchanges_values_of_every_size),
		cmocka_unit_test(holders_can_exchange_on_the_cpu_that_they_hold),
		cmocka_unit_test(per_cpu_xchg_on_a_cpu_that_is_not_possible_is_fatal),
		fact_test(sum_and_reset_can_be_called_in_a_section),
		fact_test(sum_and_reset_takes_everything_once_while_all_add),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
