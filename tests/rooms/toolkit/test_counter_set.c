/* SPDX-License-Identifier: MIT */
/* test_counter_set.c - sets of counters: what is summed, what is taken, and what is left. */
#include "support/child.h"
#include "support/closed_cpu.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/sanitized.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"

#include <percpu/counter_set.h>
#include <percpu/percpu.h>

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

PERCPU_COUNTER_SET(wide, uint64_t, one, two, many[6], last);
PERCPU_COUNTER_SET(narrow, int, up, down);
static DEFINE_PER_CPU(struct wide, wide);
static DEFINE_PER_CPU(struct wide, begun) = {.one = 3, .many = {[5] = 4}};
static DEFINE_PER_CPU(struct narrow, narrow);
static DEFINE_PER_CPU(
	struct {
		char before;
		struct wide set;
		long after;
	},
	around);

static bool is_all(const struct wide *set, uint64_t value)
{
	const uint64_t *word = (const uint64_t *)set;

	for (size_t i = 0; i < sizeof(*set) / sizeof(*word); i++)
		if (word[i] != value)
			return false;
	return true;
}

/* --- one thread --- */

static void a_set_is_its_counters_and_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct wide), 9 * sizeof(uint64_t));
	assert_int_equal(sizeof(struct narrow), 2 * sizeof(int));
	assert_int_equal(__alignof__(struct narrow), __alignof__(int));
}

static void a_sum_has_each_counter_of_all_cpus(void **state)
{
	struct wide sum;

	(void)state;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		go_to(cpus[i]);
		this_cpu_add(wide.one, 1);
		this_cpu_add(wide.many[5], 10);
		this_cpu_dec(wide.last);
	}
	go_anywhere();
	percpu_sum_struct(&wide, &sum);
	assert_true(sum.one == nr_cpus && sum.many[5] == 10 * nr_cpus);
	assert_true(sum.last == 0 - (uint64_t)nr_cpus && sum.two == 0);
	assert_int_equal(percpu_snapshot_struct(&wide, &sum), 0);
	assert_true(sum.one == nr_cpus && sum.last == 0 - (uint64_t)nr_cpus);
	assert_int_equal(percpu_take(&wide, sizeof(wide), &sum), 0);
	assert_true(sum.one == nr_cpus && sum.many[5] == 10 * nr_cpus);
	percpu_sum_struct(&wide, &sum);
	assert_true(is_all(&sum, 0));
}

static void sums_of_narrow_counters_wrap_and_have_signs(void **state)
{
	struct narrow sum = {.up = 5};

	(void)state;
	this_cpu_sub(narrow.down, 2000000000);
	this_cpu_inc(narrow.up);
	go_to(cpus[nr_cpus - 1]);
	this_cpu_inc(narrow.up);
	go_anywhere();
	percpu_sum_struct(&narrow, &sum);
	assert_true(sum.up == 2 && sum.down == -2000000000);
	assert_int_equal(percpu_take(&narrow, sizeof(narrow), &sum), 0);
	assert_true(sum.up == 2 && sum.down == -2000000000);
	percpu_sum_struct(&narrow, &sum);
	assert_true(sum.up == 0 && sum.down == 0);
}

static void what_lies_around_a_set_stays(void **state)
{
	struct wide sum;
	char before;
	long after;

	(void)state;
	go_to(cpus[0]);
	this_cpu_write(around.before, -1);
	this_cpu_write(around.after, -1);
	memset(this_cpu_ptr(&around.set), 0xff, sizeof(struct wide));
	assert_int_equal(percpu_take(&around.set, sizeof(struct wide), &sum), 0);
	assert_true(is_all(&sum, UINT64_MAX));
	percpu_sum_struct(&around.set, &sum);
	assert_true(is_all(&sum, 0));
	before = this_cpu_read(around.before);
	after = this_cpu_read(around.after);
	go_anywhere();
	assert_true(before == -1 && after == -1);
}

/* Of CPUs that were never used: what they would start with, and once. */
static void initial_values_are_taken_once(void **state)
{
	const unsigned int nr = num_possible_cpus(), closed = closed_cpu();
	struct wide sum;

	(void)state;
	percpu_sum_struct(&begun, &sum);
	assert_true(sum.one == 3 * nr && sum.many[5] == 4 * nr && sum.two == 0);
	assert_int_equal(percpu_snapshot_struct(&begun, &sum), 0);
	assert_true(sum.one == 3 * nr && sum.many[5] == 4 * nr && sum.two == 0);
	/* of others nothing is opened */
	assert_int_equal(percpu_take(&wide, sizeof(wide), &sum), 0);
	assert_false(percpu_unit_is_open(closed));
	assert_int_equal(percpu_take(&begun, sizeof(begun), &sum), 0);
	assert_true(sum.one == 3 * nr && sum.many[5] == 4 * nr && sum.two == 0);
	percpu_sum_struct(&begun, &sum);
	assert_true(is_all(&sum, 0));
	assert_int_equal(percpu_take(&begun, sizeof(begun), &sum), 0);
	assert_true(is_all(&sum, 0));
}

static void areas_and_arrays_are_taken_as_variables_are(void **state)
{
	struct wide __percpu *sets = alloc_percpu_array(struct wide, 3);
	uint32_t __percpu *words = alloc_percpu_array(uint32_t, 100);
	struct wide sums[3];
	uint32_t sum[100];

	(void)state;
	assert_true(sets && words);
	this_cpu_add(sets[2].last, 9);
	this_cpu_inc(words[99]);
	percpu_sum_struct(&sets[2], &sums[0]);
	assert_true(sums[0].last == 9);
	assert_int_equal(percpu_take(sets, 3 * sizeof(*sets), sums), 0);
	assert_true(is_all(&sums[0], 0) && is_all(&sums[1], 0) && sums[2].last == 9);
	percpu_sum_array(words, 100, sum);
	assert_true(sum[99] == 1 && sum[0] == 0);
	assert_int_equal(percpu_take_array(words, 100, sum), 0);
	assert_true(sum[99] == 1 && sum[0] == 0);
	percpu_sum_array(words, 100, sum);
	assert_true(sum[99] == 0);
	free_percpu(words);
	free_percpu(sets);
}

/* --- what is refused changes nothing --- */

/* Among them products that come out small. */
static void arrays_of_none_or_too_many_are_refused(void **state)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;
	static const size_t too_many[] = {0,         4097,           SIZE_MAX, SIZE_MAX / 8 + 1,
					  1ul << 61, (1ul << 61) + 2};
	uint64_t __percpu *most = alloc_percpu_array(uint64_t, 4096);

	(void)state;
	for (size_t i = 0; i < sizeof(too_many) / sizeof(too_many[0]); i++)
		assert_null(alloc_percpu_array_gfp(uint64_t, too_many[i], gfp));
	assert_null(alloc_percpu_array_gfp(struct wide, SIZE_MAX / sizeof(struct wide) + 2, gfp));
	assert_non_null(most);
	this_cpu_inc(most[4095]);
	assert_true(per_cpu_sum(most[4095]) == 1);
	free_percpu(most);
}

static void a_size_that_is_no_number_of_sets_is_refused(void **state)
{
	struct wide sum = {.one = 1};
	uint64_t word = 1;

	(void)state;
	this_cpu_inc(wide.two);
	assert_int_equal(percpu_take(&wide, 0, &sum), -EINVAL);
	assert_int_equal(percpu_take(&wide, sizeof(&wide), &sum), -EINVAL);
	assert_int_equal(percpu_take(&wide, sizeof(wide) + 8, &sum), -EINVAL);
	assert_int_equal(percpu_take_array(&wide.two, 0, &word), -EINVAL);
	assert_int_equal(percpu_take_array(&wide.two, SIZE_MAX / 2, &word), -EINVAL);
	assert_true(sum.one == 1 && word == 1);
	assert_int_equal(percpu_take(&wide, sizeof(wide), &sum), 0);
	assert_true(sum.two == 1);
}

static void who_holds_a_cpu_is_refused(void **state)
{
	static DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);
	struct wide sum = {.one = 1};
	int in_section, in_snapshot, in_lock;

	(void)state;
	this_cpu_inc(wide.two);
	preempt_disable();
	in_section = percpu_take(&wide, sizeof(wide), &sum);
	in_snapshot = percpu_snapshot_struct(&wide, &sum);
	preempt_enable();
	local_lock(&lock);
	in_lock = percpu_take(&wide, sizeof(wide), &sum);
	local_unlock(&lock);
	assert_int_equal(in_section, -EDEADLK);
	assert_int_equal(in_snapshot, -EDEADLK);
	assert_int_equal(in_lock, -EDEADLK);
	assert_true(sum.one == 1);
	assert_int_equal(percpu_take(&wide, sizeof(wide), &sum), 0);
	assert_true(sum.two == 1 && sum.one == 0);
}

/* --- pinned threads --- */

static uint64_t pinned_counts;

static void *count_pinned(void *arg)
{
	uint64_t n;

	if (percpu_thread_pin(*(const unsigned int *)arg))
		return NULL;
	for (n = 0; !must_stop(); n++) {
		pinned_cpu_inc(wide.many[n % 6]);
		tell(&pinned_counts, n + 1);
	}
	percpu_thread_unpin();
	return &pinned_counts;
}

static uint64_t sum_of_many(const struct wide *set)
{
	uint64_t sum = 0;

	for (int i = 0; i < 6; i++)
		sum += set->many[i];
	return sum;
}

static void pinned_threads_lose_nothing(void **state)
{
	unsigned int cpu = cpus[0];
	struct wide sum;
	uint64_t taken = 0;
	pthread_t thread;
	void *counted;

	(void)state;
	pinned_counts = 0;
	set_stop(false);
	thread = start(count_pinned, &cpu);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(percpu_take(&wide, sizeof(wide), &sum), 0);
		taken += sum_of_many(&sum);
	}
	set_stop(true);
	pthread_join(thread, &counted);
	if (!counted)
		skip(); /* it could not be pinned here */
	percpu_sum_struct(&wide, &sum);
	assert_true(taken + sum_of_many(&sum) == pinned_counts);
	assert_int_equal(percpu_take(&wide, sizeof(wide), &sum), 0);
}

/* --- handlers --- */

static volatile uint64_t handled;

static void count_in_handler(int sig)
{
	(void)sig;
	this_cpu_inc(wide.last);
	handled++;
}

/* In the middle of a take, whose thread holds the CPU then. */
static void handlers_of_who_takes_lose_nothing(void **state)
{
	struct patience patience = be_patient();
	uint64_t taken = 0;
	struct wide sum;
	timer_t storm;

	(void)state;
	handled = 0;
	storm = start_storm_of(100000, count_in_handler);
	while (handled < 2000 && !is_out_of_patience(&patience)) {
		assert_int_equal(percpu_take(&wide, sizeof(wide), &sum), 0);
		taken += sum.last;
	}
	end_storm(storm);
	percpu_sum_struct(&wide, &sum);
	assert_true(handled >= 2000);
	assert_true(taken + sum.last == handled);
	assert_int_equal(percpu_take(&wide, sizeof(wide), &sum), 0);
}

/* --- processes --- */

static int take_in_child(void)
{
	struct wide sum;

	if (percpu_take(&wide, sizeof(wide), &sum) || sum.one != 1)
		return 1;
	percpu_sum_struct(&wide, &sum);
	return is_all(&sum, 0) ? 0 : 2;
}

static void a_child_takes_its_own_copies(void **state)
{
	struct wide sum;
	int status = -1;
	pid_t child;

	(void)state;
	this_cpu_inc(wide.one);
	child = fork();
	if (child == 0)
		_exit(take_in_child());
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	assert_int_equal(status, 0);
	assert_int_equal(percpu_take(&wide, sizeof(wide), &sum), 0);
	assert_true(sum.one == 1);
}

#define CHILDREN 3
#define COUNTS 20000

static void count_in_child(void)
{
	for (int i = 0; i < COUNTS; i++) {
		this_cpu_inc(wide.many[i % 6]);
		if (i % 100 == 0)
			this_cpu_add(wide.two, 2);
	}
	_exit(0);
}

/* Last: from here on copies are shared. */
static void shared_copies_are_taken_from_all_processes(void **state)
{
	uint64_t taken = 0, pairs = 0;
	pid_t children[CHILDREN];
	struct wide sum;
	int status, err = percpu_share();

	(void)state;
	if (err == -EOPNOTSUPP)
		skip();
	assert_int_equal(err, 0);
	for (int i = 0; i < CHILDREN; i++) {
		children[i] = fork();
		if (children[i] == 0)
			count_in_child();
	}
	for (int i = 0; i < 20; i++) {
		assert_int_equal(percpu_take(&wide, sizeof(wide), &sum), 0);
		taken += sum_of_many(&sum);
		pairs += sum.two;
	}
	for (int i = 0; i < CHILDREN; i++) {
		assert_true(waitpid(children[i], &status, 0) == children[i]);
		assert_int_equal(status, 0);
	}
	percpu_sum_struct(&wide, &sum);
	assert_true(taken + sum_of_many(&sum) == CHILDREN * COUNTS);
	assert_true(pairs + sum.two == CHILDREN * (COUNTS / 100) * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_is_its_counters_and_nothing_else),
		cmocka_unit_test(a_sum_has_each_counter_of_all_cpus),
		cmocka_unit_test(sums_of_narrow_counters_wrap_and_have_signs),
		cmocka_unit_test(what_lies_around_a_set_stays),
		cmocka_unit_test(initial_values_are_taken_once),
		cmocka_unit_test(areas_and_arrays_are_taken_as_variables_are),
		cmocka_unit_test(arrays_of_none_or_too_many_are_refused),
		cmocka_unit_test(a_size_that_is_no_number_of_sets_is_refused),
		cmocka_unit_test(who_holds_a_cpu_is_refused),
		cmocka_unit_test(pinned_threads_lose_nothing),
		cmocka_unit_test(handlers_of_who_takes_lose_nothing),
		cmocka_unit_test(a_child_takes_its_own_copies),
		cmocka_unit_test(shared_copies_are_taken_from_all_processes),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
