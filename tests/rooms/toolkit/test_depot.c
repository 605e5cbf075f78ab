/* SPDX-License-Identifier: MIT */
/* test_depot.c - stacks of batches, alone and among threads that are interrupted. */
#include "toolkit/depot.h"

#include "support/cmocka_all.h"
#include "support/fact.h"
#include "support/faults.h"
#include "support/storm.h"
#include "support/threads.h"

#include <errno.h>
#include <string.h>

static struct pcpu_depot depot;

static int begin(void **state)
{
	(void)state;
	memset(&depot, 0, sizeof(depot));
	return pcpu_depot_grow(&depot);
}

static int end(void **state)
{
	(void)state;
	faults_end();
	pcpu_depot_free(&depot);
	return 0;
}

static void last_pushed_is_first_popped(void **state)
{
	struct pcpu_batch *one = pcpu_depot_pop(&depot, &depot.empty);
	struct pcpu_batch *other = pcpu_depot_pop(&depot, &depot.empty);

	(void)state;
	assert_non_null(one);
	assert_ptr_not_equal(one, other);
	assert_null(pcpu_depot_pop(&depot, &depot.full));
	pcpu_depot_push(&depot, &depot.full, one);
	pcpu_depot_push(&depot, &depot.full, other);
	assert_ptr_equal(pcpu_depot_pop(&depot, &depot.full), other);
	assert_ptr_equal(pcpu_depot_pop(&depot, &depot.full), one);
	assert_null(pcpu_depot_pop(&depot, &depot.full));
}

/* Each number leads to its batch, over as many segments as there are. */
static void batches_have_numbers_from_one_on(void **state)
{
	unsigned long nr = 0;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pcpu_depot_grow(&depot), 0);
	assert_int_equal(pcpu_depot_batches(&depot), PCPU_DEPOT_FIRST * 31);
	for (uint32_t id = 1; id <= PCPU_DEPOT_FIRST * 31; id++)
		assert_int_equal(pcpu_depot_batch(&depot, id)->id, id);
	while (pcpu_depot_pop(&depot, &depot.empty))
		nr++;
	assert_int_equal(nr, PCPU_DEPOT_FIRST * 31);
}

static void depot_that_cannot_grow_is_as_it_was(void **state)
{
	(void)state;
	faults_fail_all(PCPU_FAULT_MEM);
	assert_int_equal(pcpu_depot_grow(&depot), -ENOMEM);
	assert_int_equal(faults_end(), 1);
	assert_int_equal(pcpu_depot_batches(&depot), PCPU_DEPOT_FIRST);
	depot.nr_segments = PCPU_DEPOT_SEGMENTS;
	assert_int_equal(pcpu_depot_grow(&depot), -ENOMEM);
	depot.nr_segments = 1;
}

/* --- among threads --- */

#define THREADS 6
#define ROUNDS 300000

/* A batch is had by one thread at a time. */
static void carry(struct pcpu_stack *from, struct pcpu_stack *to, unsigned int mark)
{
	struct pcpu_batch *batch = pcpu_depot_pop(&depot, from);

	if (!batch)
		return;
	if (__atomic_exchange_n(&batch->nr, mark, __ATOMIC_RELAXED) != 0)
		abort();
	if (__atomic_exchange_n(&batch->nr, 0, __ATOMIC_RELAXED) != mark)
		abort();
	pcpu_depot_push(&depot, to, batch);
}

/*
 * What is on top is there again afterwards, and what was below it is not: who is in the midst of a
 * pop would not know without the count of changes.
 */
static void interrupt(int sig)
{
	static __thread bool back;
	struct pcpu_stack *from = back ? &depot.empty : &depot.full;
	struct pcpu_batch *one = pcpu_depot_pop(&depot, from);
	struct pcpu_batch *other = pcpu_depot_pop(&depot, from);

	(void)sig;
	if (one)
		pcpu_depot_push(&depot, from, one);
	if (other)
		pcpu_depot_push(&depot, back ? &depot.full : &depot.empty, other);
	back = !back;
}

static void *carry_to_and_fro(void *arg)
{
	const unsigned int mark = 1 + *(unsigned int *)arg;
	const timer_t storm = start_storm_of(5 * STORM_INTERVAL, interrupt);

	for (int i = 0; i < ROUNDS; i++) {
		carry(&depot.empty, &depot.full, mark);
		carry(&depot.full, &depot.empty, mark);
	}
	end_storm(storm);
	return NULL;
}

static const char *batches_are_had_by_one_thread_at_a_time(void)
{
	unsigned int numbers[THREADS] = {0, 1, 2, 3, 4, 5};
	pthread_t threads[THREADS];
	uint64_t nr = 0;

	RETURN_UNLESS(begin(NULL) == 0);
	/* few of them, so that threads meet at each */
	while (pcpu_depot_pop(&depot, &depot.empty))
		;
	for (uint32_t id = 1; id <= 4; id++)
		pcpu_depot_push(&depot, &depot.empty, pcpu_depot_batch(&depot, id));
	start_all(threads, THREADS, carry_to_and_fro, numbers, sizeof(numbers[0]));
	join_all(threads, THREADS);
	while (pcpu_depot_pop(&depot, &depot.empty) || pcpu_depot_pop(&depot, &depot.full))
		nr++;
	return differ("batches", nr, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(last_pushed_is_first_popped, begin, end),
		cmocka_unit_test_setup_teardown(batches_have_numbers_from_one_on, begin, end),
		cmocka_unit_test_setup_teardown(depot_that_cannot_grow_is_as_it_was, begin, end),
		fact_test(batches_are_had_by_one_thread_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
