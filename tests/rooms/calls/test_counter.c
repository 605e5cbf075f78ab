/* SPDX-License-Identifier: MIT */
/* test_counter.c - percpu_counter: what folds when, what is exact, and what threads do to it */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/storm.h"
#include "support/threads.h"

#include "alloc/cache.h"
#include "alloc/chunk/chunk.h"
#include "machine/tier.h"
#include "memory/counter_lock.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

static DEFINE_PER_CPU(int, some_variable);

#define MAX_BATCH __PCPU_COUNTER_MAX_BATCH

static struct percpu_counter counter;
static unsigned int own_cpu;

/* The part of @cpu, which nobody changes. */
static int32_t part_of(unsigned int cpu)
{
	return pcpu_part_amount(*per_cpu_ptr(counter.counters, cpu));
}

static void set_part(unsigned int cpu, int32_t amount)
{
	int32_t *part = per_cpu_ptr(counter.counters, cpu);

	*part = pcpu_part_with(*part, amount);
}

/* What goes to this CPU's part goes to one and the same, as long as there is one thread. */
static int pin_to_one_cpu(void **state)
{
	(void)state;
	find_cpus();
	own_cpu = stay_here();
	return 0;
}

static int start_at_0(void **state)
{
	(void)state;
	return percpu_counter_init(&counter, 0, GFP_KERNEL);
}

static int destroy(void **state)
{
	(void)state;
	percpu_counter_destroy(&counter);
	return 0;
}

/* --- life --- */

static void counter_counts_from_its_initial_amount(void **state)
{
	static const int64_t amounts[] = {0, 1, -1, 1000000, INT64_MAX, INT64_MIN};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(amounts); i++) {
		assert_int_equal(percpu_counter_init(&counter, amounts[i], GFP_KERNEL), 0);
		assert_int_equal(percpu_counter_read(&counter), amounts[i]);
		assert_int_equal(percpu_counter_sum(&counter), amounts[i]);
		percpu_counter_destroy(&counter);
	}
}

static void counter_is_initialized_between_init_and_destroy(void **state)
{
	static struct percpu_counter zeroed;

	(void)state;
	assert_false(percpu_counter_initialized(&zeroed));
	assert_int_equal(percpu_counter_init(&zeroed, 0, GFP_KERNEL), 0);
	assert_true(percpu_counter_initialized(&zeroed));
	percpu_counter_destroy(&zeroed);
	assert_false(percpu_counter_initialized(&zeroed));
}

static void destroy_gives_the_memory_back_once(void **state)
{
	int free_before;

	(void)state;
	/* which would keep the memory for the next of that size */
	pcpu_cache_turn(false);
	free_before = pcpu_area_map_free_size(&pcpu_first_chunk->map);
	assert_int_equal(percpu_counter_init(&counter, 0, GFP_KERNEL), 0);
	assert_true(pcpu_area_map_free_size(&pcpu_first_chunk->map) < free_before);
	percpu_counter_destroy(&counter);
	assert_int_equal(pcpu_area_map_free_size(&pcpu_first_chunk->map), free_before);
	percpu_counter_destroy(&counter);
	assert_int_equal(pcpu_area_map_free_size(&pcpu_first_chunk->map), free_before);
	pcpu_cache_turn(true);
}

static void destroy_of_a_zeroed_counter_does_nothing(void **state)
{
	struct percpu_counter zeroed;

	(void)state;
	memset(&zeroed, 0, sizeof(zeroed));
	percpu_counter_destroy(&zeroed);
	assert_false(percpu_counter_initialized(&zeroed));
}

static void counter_made_again_starts_afresh(void **state)
{
	(void)state;
	assert_int_equal(percpu_counter_init(&counter, 0, GFP_KERNEL), 0);
	percpu_counter_add(&counter, 7);
	percpu_counter_destroy(&counter);
	assert_int_equal(percpu_counter_init(&counter, 0, GFP_KERNEL), 0);
	assert_int_equal(percpu_counter_sum(&counter), 0);
	percpu_counter_destroy(&counter);
}

static void counter_without_memory_is_as_if_destroyed(void **state)
{
	static void __percpu *fill[20000];
	unsigned int nr = 0;

	(void)state;
	this_cpu_inc(some_variable);
	faults_fail_all(PCPU_FAULT_COMMIT);
	while (nr < ARRAY_SIZE(fill) &&
	       (fill[nr] = __alloc_percpu_gfp(4, 4, GFP_KERNEL | __GFP_NOWARN)) != NULL)
		nr++;
	assert_true(nr < ARRAY_SIZE(fill));
	memset(&counter, 0xff, sizeof(counter));
	assert_int_equal(percpu_counter_init(&counter, 3, GFP_KERNEL | __GFP_NOWARN), -ENOMEM);
	assert_true(faults_end() > 0);
	assert_false(percpu_counter_initialized(&counter));
	percpu_counter_destroy(&counter);
	while (nr)
		free_percpu(fill[--nr]);
	assert_int_equal(percpu_counter_init(&counter, 3, GFP_KERNEL), 0);
	assert_int_equal(percpu_counter_sum(&counter), 3);
	percpu_counter_destroy(&counter);
}

static void batch_is_twice_the_possible_cpus_and_at_least_32(void **state)
{
	int twice = 2 * (int)num_possible_cpus();

	(void)state;
	assert_int_equal(percpu_counter_batch, twice > 32 ? twice : 32);
}

/* --- many at once --- */

#define MANY 5

static void counters_made_together_count_apart(void **state)
{
	struct percpu_counter many[MANY];

	(void)state;
	assert_int_equal(percpu_counter_init_many(many, 100, GFP_KERNEL, MANY), 0);
	for (int i = 0; i < MANY; i++)
		percpu_counter_add(&many[i], i);
	for (int i = 0; i < MANY; i++) {
		assert_true(percpu_counter_initialized(&many[i]));
		assert_int_equal(percpu_counter_read(&many[i]), 100);
		assert_int_equal(percpu_counter_sum(&many[i]), 100 + i);
	}
	percpu_counter_destroy_many(many, MANY);
	for (int i = 0; i < MANY; i++)
		assert_false(percpu_counter_initialized(&many[i]));
	percpu_counter_destroy_many(many, MANY);
	percpu_counter_destroy_many(many, 0);
}

static void counters_made_together_are_one_area(void **state)
{
	struct percpu_counter many[MANY];
	int free_before;

	(void)state;
	pcpu_cache_turn(false);
	free_before = pcpu_area_map_free_size(&pcpu_first_chunk->map);
	assert_int_equal(percpu_counter_init_many(many, 0, GFP_KERNEL, MANY), 0);
	assert_int_equal(free_before - pcpu_area_map_free_size(&pcpu_first_chunk->map),
			 MANY * sizeof(int32_t));
	percpu_counter_destroy_many(many, MANY);
	assert_int_equal(pcpu_area_map_free_size(&pcpu_first_chunk->map), free_before);
	pcpu_cache_turn(true);
}

static void counters_that_cannot_be_made_are_as_if_destroyed(void **state)
{
	static struct percpu_counter many[50000];
	const gfp_t gfp = GFP_KERNEL | __GFP_NOWARN;

	(void)state;
	memset(many, 0xff, sizeof(many));
	assert_int_equal(percpu_counter_init_many(many, 0, gfp, 50000), -ENOMEM);
	assert_false(percpu_counter_initialized(&many[0]));
	assert_false(percpu_counter_initialized(&many[49999]));
	assert_int_equal(percpu_counter_init_many(many, 0, gfp, 0), -EINVAL);
}

/* --- adding --- */

static void local_additions_stay_in_the_part(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		percpu_counter_add_local(&counter, 1000);
	assert_int_equal(percpu_counter_read(&counter), 0);
	assert_int_equal(percpu_counter_sum(&counter), 1000000);
	percpu_counter_sub_local(&counter, 2000001);
	assert_int_equal(percpu_counter_read(&counter), 0);
	assert_int_equal(percpu_counter_sum(&counter), -1000001);
	percpu_counter_sub_local(&counter, INT64_MIN);
	assert_int_equal(percpu_counter_sum(&counter), INT64_MAX - 1000000);
}

static void sync_folds_the_part(void **state)
{
	(void)state;
	percpu_counter_add_local(&counter, 1000);
	percpu_counter_sync(&counter);
	assert_int_equal(percpu_counter_read(&counter), 1000);
	assert_int_equal(part_of(own_cpu), 0);
	percpu_counter_sync(&counter);
	assert_int_equal(percpu_counter_sum(&counter), 1000);
}

/* By what is added beside it, and by the end of whoever has it. */
static void addition_does_not_wait_for_the_lock(void **state)
{
	struct pcpu_counter_lock *lock = pcpu_counter_lock_of(&counter);

	(void)state;
	percpu_counter_add_local(&counter, 40);
	for (int noted = 0; noted < 2; noted++) {
		int64_t value = percpu_counter_sum(&counter);

		assert_true(pcpu_counter_trylock(lock));
		if (noted)
			pcpu_counter_note_fold(lock, &counter, 40);
		percpu_counter_add_batch(&counter, 1000, 32);
		assert_int_equal(percpu_counter_read(&counter), value - 40 + 1000);
		assert_int_equal(percpu_counter_sum(&counter), value + 1000);
		percpu_counter_sync(&counter);
		assert_int_equal(percpu_counter_sum(&counter), value + 1000);
		percpu_counter_set(&counter, 77);
		assert_int_equal(percpu_counter_sum(&counter), 77);
		assert_false(percpu_counter_limited_add(&counter, 77, 1));
		assert_int_equal(percpu_counter_sum_and_reset(&counter), 77);
		assert_int_equal(percpu_counter_sum(&counter), 0);
		pcpu_counter_unlock(lock);
		assert_int_equal(percpu_counter_sum(&counter), 0);
	}
}

static void counter_that_ends_takes_its_lock_back(void **state)
{
	struct pcpu_counter_lock *lock = pcpu_counter_lock_of(&counter);

	(void)state;
	assert_int_equal(percpu_counter_init(&counter, 5, GFP_KERNEL), 0);
	/* as a handler that is left by siglongjmp() leaves it, but for this thread's other folds */
	assert_true(pcpu_counter_trylock(lock));
	pcpu_counter_note_fold(lock, &counter, 3);
	assert_int_equal(lock->state % PCPU_COUNTER_PHASES, PCPU_COUNTER_NOTED);
	percpu_counter_destroy(&counter);
	assert_int_equal(lock->state % PCPU_COUNTER_PHASES, PCPU_COUNTER_FREE);
	pcpu_counter_unlock(lock);
}

static void additions_of_every_kind_reach_the_sum(void **state)
{
	(void)state;
	percpu_counter_inc(&counter);
	percpu_counter_inc(&counter);
	percpu_counter_dec(&counter);
	percpu_counter_add(&counter, 10);
	percpu_counter_sub(&counter, 3);
	percpu_counter_add_batch(&counter, 100, 5);
	percpu_counter_add(&counter, 0);
	assert_int_equal(percpu_counter_sum(&counter), 1 + 10 - 3 + 100);
}

static void part_below_the_batch_is_not_in_the_approximate_value(void **state)
{
	(void)state;
	percpu_counter_add_batch(&counter, 31, 32);
	assert_int_equal(percpu_counter_read(&counter), 0);
	assert_int_equal(percpu_counter_sum(&counter), 31);
}

static void part_that_reaches_the_batch_is_folded_whole(void **state)
{
	(void)state;
	percpu_counter_add_batch(&counter, 31, 32);
	percpu_counter_add_batch(&counter, 1, 32);
	assert_int_equal(percpu_counter_read(&counter), 32);
	assert_int_equal(part_of(own_cpu), 0);
	assert_int_equal(percpu_counter_sum(&counter), 32);
}

static void negative_part_is_folded_at_the_same_absolute_value(void **state)
{
	(void)state;
	percpu_counter_add_batch(&counter, -31, 32);
	assert_int_equal(percpu_counter_read(&counter), 0);
	percpu_counter_add_batch(&counter, -1, 32);
	assert_int_equal(percpu_counter_read(&counter), -32);
	assert_int_equal(percpu_counter_sum(&counter), -32);
}

static void amount_around_the_batch_counts_whole(void **state)
{
	static const int64_t amounts[] = {
		1,  31,  32,  33,  64,  1000,  INT32_MAX, INT64_C(1) << 40,
		-1, -31, -32, -33, -64, -1000, INT32_MIN, -(INT64_C(1) << 40)};
	int64_t expected = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(amounts); i++)
		for (size_t j = 0; j < ARRAY_SIZE(amounts); j++) {
			percpu_counter_add_batch(&counter, amounts[i], 32);
			percpu_counter_add_batch(&counter, amounts[j], 32);
			expected += amounts[i] + amounts[j];
			assert_int_equal(percpu_counter_sum(&counter), expected);
		}
}

/* An amount with its batch, and what the counter's approximate value is then. */
struct addition {
	int64_t amount;
	int32_t batch;
	int64_t read;
};

#define assert_additions(...)                                                            \
	do {                                                                             \
		static const struct addition all[] = {__VA_ARGS__};                      \
                                                                                         \
		for (size_t i = 0; i < ARRAY_SIZE(all); i++) {                           \
			percpu_counter_add_batch(&counter, all[i].amount, all[i].batch); \
			assert_int_equal(percpu_counter_read(&counter), all[i].read);    \
		}                                                                        \
	} while (0)

static void large_amount_is_folded_with_the_part_that_there_was(void **state)
{
	(void)state;
	assert_additions({10, 32, 0}, {1000, 32, 1010});
}

static void batch_of_1_folds_everything(void **state)
{
	(void)state;
	assert_additions({1, 1, 1}, {-1, 1, 0});
}

static void batch_that_is_not_positive_folds_everything(void **state)
{
	static const int32_t batches[] = {0, -1, -32, INT32_MIN};
	static const int64_t amounts[] = {1, -1, 31, INT32_MAX, INT64_C(1) << 40, INT64_MIN};
	const int32_t before = percpu_counter_batch;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(batches) * ARRAY_SIZE(amounts); i++) {
		int32_t batch = batches[i % ARRAY_SIZE(batches)];
		int64_t amount = amounts[i / ARRAY_SIZE(batches)];

		percpu_counter_set(&counter, 5);
		percpu_counter_add_batch(&counter, amount, batch);
		assert_int_equal(percpu_counter_read(&counter), 5 + amount);
		percpu_counter_batch = batch;
		percpu_counter_sub(&counter, amount);
		percpu_counter_batch = before;
		assert_int_equal(percpu_counter_read(&counter), 5);
		assert_int_equal(percpu_counter_sum(&counter), 5);
	}
	percpu_counter_set(&counter, 0);
	assert_additions({10, 32, 0}, {1, 0, 11}, {10, 32, 11}, {1, -1, 22});
}

static void largest_batch_does_not_overflow_a_part(void **state)
{
	int64_t expected = 0;

	(void)state;
	for (int i = 0; i < 5; i++) {
		percpu_counter_add_batch(&counter, INT32_MAX - 1, INT32_MAX);
		expected += INT32_MAX - 1;
		assert_int_equal(percpu_counter_sum(&counter), expected);
	}
	for (int i = 0; i < 10; i++) {
		percpu_counter_add_batch(&counter, -(INT32_MAX - 1), INT32_MAX);
		expected -= INT32_MAX - 1;
		assert_int_equal(percpu_counter_sum(&counter), expected);
	}
}

static void part_left_by_a_larger_batch_is_folded_by_a_smaller(void **state)
{
	(void)state;
	assert_additions({1000, 5000, 0}, {1, 32, 1001});
}

static void extremes_of_int64_count_exactly(void **state)
{
	(void)state;
	percpu_counter_add(&counter, INT64_MAX);
	assert_int_equal(percpu_counter_sum(&counter), INT64_MAX);
	percpu_counter_add(&counter, INT64_MIN);
	assert_int_equal(percpu_counter_sum(&counter), -1);
	percpu_counter_sub(&counter, INT64_MAX);
	assert_int_equal(percpu_counter_sum(&counter), INT64_MIN);
}

static void smallest_int64_can_be_subtracted(void **state)
{
	(void)state;
	percpu_counter_set(&counter, -1);
	percpu_counter_sub(&counter, INT64_MIN);
	assert_int_equal(percpu_counter_sum(&counter), INT64_MAX);
}

static void value_that_comes_back_from_beyond_int64_is_exact_again(void **state)
{
	(void)state;
	percpu_counter_set(&counter, INT64_MAX);
	percpu_counter_add_batch(&counter, 5, 32);
	percpu_counter_add_batch(&counter, -100, 32);
	assert_int_equal(percpu_counter_sum(&counter), INT64_MAX - 95);
}

static void approximate_value_is_off_by_less_than_a_batch_a_cpu(void **state)
{
	int64_t worst = (int64_t)percpu_counter_batch * num_possible_cpus();
	unsigned int cpu;

	(void)state;
	for_each_possible_cpu(cpu)
		set_part(cpu, percpu_counter_batch - 1);
	assert_true(percpu_counter_sum(&counter) - percpu_counter_read(&counter) <= worst);
	assert_int_equal(percpu_counter_sum(&counter),
			 (int64_t)num_possible_cpus() * (percpu_counter_batch - 1));
	for (int i = 0; i < 100000; i++) {
		percpu_counter_inc(&counter);
		if (percpu_counter_sum(&counter) - percpu_counter_read(&counter) > worst)
			fail_msg("after %d additions", i);
	}
}

static void positive_forms_hide_what_is_below_0(void **state)
{
	(void)state;
	percpu_counter_set(&counter, -5);
	assert_int_equal(percpu_counter_read_positive(&counter), 0);
	assert_int_equal(percpu_counter_sum_positive(&counter), 0);
	percpu_counter_set(&counter, 5);
	assert_int_equal(percpu_counter_read_positive(&counter), 5);
	assert_int_equal(percpu_counter_sum_positive(&counter), 5);
	/* the two differ as the two forms that they are of */
	percpu_counter_add_batch(&counter, -7, 32);
	assert_int_equal(percpu_counter_read_positive(&counter), 5);
	assert_int_equal(percpu_counter_sum_positive(&counter), 0);
}

static void set_forgets_the_parts_of_all_cpus(void **state)
{
	unsigned int cpu;

	(void)state;
	for_each_possible_cpu(cpu)
		set_part(cpu, 9);
	percpu_counter_set(&counter, 1000);
	assert_int_equal(percpu_counter_sum(&counter), 1000);
	assert_int_equal(percpu_counter_read(&counter), 1000);
}

/* --- comparing --- */

static void compare_near_the_value_looks_at_the_parts(void **state)
{
	(void)state;
	percpu_counter_add_batch(&counter, 10, 32);
	assert_int_equal(percpu_counter_read(&counter), 0);
	assert_int_equal(percpu_counter_compare(&counter, 10), 0);
	assert_int_equal(percpu_counter_compare(&counter, 9), 1);
	assert_int_equal(percpu_counter_compare(&counter, 11), -1);
}

/* The furthest that parts can take the value away from the count. */
static void compare_is_exact_wherever_parts_could_decide(void **state)
{
	int64_t most = (int64_t)num_possible_cpus() * (percpu_counter_batch - 1);
	unsigned int cpu;

	(void)state;
	for (int sign = -1; sign <= 1; sign += 2) {
		percpu_counter_set(&counter, 500);
		for_each_possible_cpu(cpu)
			set_part(cpu, sign * (percpu_counter_batch - 1));
		assert_int_equal(percpu_counter_compare(&counter, 500 + sign * most), 0);
		assert_int_equal(percpu_counter_compare(&counter, 500 + sign * most - 1), 1);
		assert_int_equal(percpu_counter_compare(&counter, 500 + sign * most + 1), -1);
	}
}

static void compare_with_a_batch_of_its_own_is_exact_for_that_batch(void **state)
{
	(void)state;
	percpu_counter_add_batch(&counter, 100000, INT32_MAX);
	assert_int_equal(__percpu_counter_compare(&counter, 100000, INT32_MAX), 0);
	assert_int_equal(__percpu_counter_compare(&counter, 99999, INT32_MAX), 1);
	assert_int_equal(__percpu_counter_compare(&counter, 100001, INT32_MAX), -1);
}

static void compare_with_a_batch_that_is_not_positive_is_exact(void **state)
{
	static const int32_t batches[] = {0, -1, INT32_MIN};

	(void)state;
	percpu_counter_set(&counter, 500);
	for (size_t i = 0; i < ARRAY_SIZE(batches); i++) {
		assert_int_equal(__percpu_counter_compare(&counter, 500, batches[i]), 0);
		assert_int_equal(__percpu_counter_compare(&counter, 499, batches[i]), 1);
		assert_int_equal(__percpu_counter_compare(&counter, 501, batches[i]), -1);
	}
}

/* The sum would decide otherwise: a part is larger than the batch allows. */
static void compare_far_from_the_value_looks_at_the_count_alone(void **state)
{
	int64_t unknown = (int64_t)percpu_counter_batch * num_possible_cpus();

	(void)state;
	set_part(0, MAX_BATCH - 1);
	assert_int_equal(percpu_counter_compare(&counter, unknown + 1), -1);
	set_part(0, -MAX_BATCH);
	assert_int_equal(percpu_counter_compare(&counter, -unknown - 1), 1);
	set_part(0, 0);
}

static void limited_add_counts_parts_of_any_batch(void **state)
{
	(void)state;
	percpu_counter_set(&counter, 0);
	percpu_counter_add_batch(&counter, 1000000, INT32_MAX);
	assert_false(percpu_counter_limited_add(&counter, 1000000, 1));
	assert_true(percpu_counter_limited_add(&counter, 1000001, 1));
	assert_int_equal(percpu_counter_sum(&counter), 1000001);
}

static void compare_of_extremes_does_not_overflow(void **state)
{
	(void)state;
	percpu_counter_set(&counter, INT64_MAX);
	assert_int_equal(percpu_counter_compare(&counter, INT64_MIN), 1);
	assert_int_equal(percpu_counter_compare(&counter, INT64_MAX), 0);
	percpu_counter_set(&counter, INT64_MIN);
	assert_int_equal(percpu_counter_compare(&counter, INT64_MAX), -1);
	assert_int_equal(percpu_counter_compare(&counter, INT64_MIN), 0);
}

/* --- limits --- */

static void amount_that_fits_is_added_up_to_the_limit_itself(void **state)
{
	(void)state;
	assert_true(percpu_counter_limited_add(&counter, 10, 7));
	assert_true(percpu_counter_limited_add(&counter, 10, 3));
	assert_int_equal(percpu_counter_sum(&counter), 10);
}

static void amount_that_does_not_fit_changes_nothing(void **state)
{
	(void)state;
	percpu_counter_set(&counter, 8);
	assert_false(percpu_counter_limited_add(&counter, 10, 3));
	assert_int_equal(percpu_counter_sum(&counter), 8);
	assert_true(percpu_counter_limited_add(&counter, 10, 2));
}

static void negative_amount_has_a_lower_limit(void **state)
{
	(void)state;
	assert_true(percpu_counter_limited_add(&counter, -10, -7));
	assert_false(percpu_counter_limited_add(&counter, -10, -4));
	assert_true(percpu_counter_limited_add(&counter, -10, -3));
	assert_int_equal(percpu_counter_sum(&counter), -10);
}

static void amount_0_fits_even_beyond_the_limit(void **state)
{
	(void)state;
	percpu_counter_set(&counter, 100);
	assert_true(percpu_counter_limited_add(&counter, 10, 0));
	assert_false(percpu_counter_limited_add(&counter, 10, 1));
	assert_int_equal(percpu_counter_sum(&counter), 100);
}

static void parts_count_towards_the_limit(void **state)
{
	unsigned int cpu;
	int64_t most = (int64_t)num_possible_cpus() * (percpu_counter_batch - 1);

	(void)state;
	for_each_possible_cpu(cpu)
		set_part(cpu, percpu_counter_batch - 1);
	assert_false(percpu_counter_limited_add(&counter, most, 1));
	assert_true(percpu_counter_limited_add(&counter, most + 1, 1));
	assert_int_equal(percpu_counter_sum(&counter), most + 1);
}

/* What is far from its limit goes to the part, in line or folded. */
static void far_from_the_limit_is_no_common_cache_line_written(void **state)
{
	(void)state;
	if (!pcpu_tier_has_sequences())
		skip();
	for (int sign = -1; sign <= 1; sign += 2) {
		percpu_counter_set(&counter, 0);
		for (int i = 1; i < percpu_counter_batch; i++) {
			assert_true(percpu_counter_limited_add(&counter, sign * 1000000, sign));
			assert_int_equal(percpu_counter_read(&counter), 0);
			assert_int_equal(part_of(own_cpu), sign * i);
		}
		assert_true(percpu_counter_limited_add(&counter, sign * 1000000, sign));
		assert_int_equal(percpu_counter_sum(&counter), sign * percpu_counter_batch);
		assert_int_equal(counter.near, 0);
		assert_false(percpu_counter_limited_add(&counter, sign, sign));
		assert_int_not_equal(counter.near, 0);
	}
}

static void limits_at_the_extremes_do_not_overflow(void **state)
{
	(void)state;
	percpu_counter_set(&counter, 1);
	assert_false(percpu_counter_limited_add(&counter, INT64_MAX, INT64_MAX));
	assert_true(percpu_counter_limited_add(&counter, INT64_MAX, INT64_MAX - 1));
	assert_int_equal(percpu_counter_sum(&counter), INT64_MAX);
	percpu_counter_set(&counter, -1);
	assert_false(percpu_counter_limited_add(&counter, INT64_MIN, INT64_MIN));
	assert_true(percpu_counter_limited_add(&counter, INT64_MIN, INT64_MIN + 1));
	assert_int_equal(percpu_counter_sum(&counter), INT64_MIN);
}

/* --- many threads --- */

#define NR_THREADS 8

/* Runs @body in all threads, wherever the scheduler has them. */
static void run_threads(void *(*body)(void *arg))
{
	pthread_t threads[NR_THREADS];

	go_anywhere();
	for (intptr_t i = 0; i < NR_THREADS; i++)
		threads[i] = start(body, (void *)i);
	join_all(threads, NR_THREADS);
	go_to(own_cpu);
}

static void *add_small_and_large(void *arg)
{
	int64_t number = (intptr_t)arg;

	for (int i = 0; i < 50000; i++) {
		percpu_counter_add(&counter, 1);
		percpu_counter_add(&counter, number);
		if (i % 64 == 0)
			percpu_counter_add(&counter, 1000 * number);
		percpu_counter_sub(&counter, number);
		percpu_counter_add_batch(&counter, -number, 3);
		percpu_counter_add_batch(&counter, number, 3);
	}
	return NULL;
}

static void sum_of_many_threads_is_exact(void **state)
{
	int64_t large = 0;

	(void)state;
	for (int i = 0; i < 50000; i += 64)
		large += 1000L * (NR_THREADS * (NR_THREADS - 1) / 2);
	run_threads(add_small_and_large);
	assert_int_equal(percpu_counter_sum(&counter), NR_THREADS * 50000L + large);
}

#define LIMIT 100000

static unsigned long added, passed;

static void *fill_to_the_limit(void *arg)
{
	int64_t amount = 1 + (intptr_t)arg % 3;

	while (amount) {
		if (percpu_counter_limited_add(&counter, LIMIT, amount))
			__atomic_fetch_add(&added, amount, __ATOMIC_RELAXED);
		else
			amount--;
		if (percpu_counter_sum(&counter) > LIMIT)
			__atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void assert_fill_exactly(void *(*body)(void *arg), int64_t limit)
{
	added = passed = 0;
	run_threads(body);
	assert_int_equal(passed, 0);
	assert_int_equal(added, LIMIT);
	assert_int_equal(percpu_counter_sum(&counter), limit);
}

static void threads_fill_a_limit_exactly_and_never_pass_it(void **state)
{
	(void)state;
	assert_fill_exactly(fill_to_the_limit, LIMIT);
}

static void *empty_to_the_limit(void *arg)
{
	int64_t amount = -1 - (intptr_t)arg % 3;

	while (amount) {
		if (percpu_counter_limited_add(&counter, -LIMIT, amount))
			__atomic_fetch_add(&added, -amount, __ATOMIC_RELAXED);
		else
			amount++;
		if (percpu_counter_sum(&counter) < -LIMIT)
			__atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void threads_fill_a_lower_limit_exactly_and_never_pass_it(void **state)
{
	(void)state;
	assert_fill_exactly(empty_to_the_limit, -LIMIT);
}

static void *sum_until_told(void *arg)
{
	int64_t last = 0;

	while (!must_stop()) {
		int64_t sum = percpu_counter_sum(&counter);

		if (sum < last)
			__atomic_fetch_add((unsigned long *)arg, 1, __ATOMIC_RELAXED);
		last = sum;
	}
	return NULL;
}

static void *inc_with_a_small_batch(void *arg)
{
	for (int i = 0; i < 50000; i++)
		percpu_counter_add_batch(&counter, 1, 3);
	return arg;
}

/* An amount in both places, or in neither, would make the sum of a growing counter go back. */
static void sum_of_a_growing_counter_never_goes_back(void **state)
{
	unsigned long back = 0;
	pthread_t thread;

	(void)state;
	set_stop(false);
	thread = start(sum_until_told, &back);
	run_threads(inc_with_a_small_batch);
	set_stop(true);
	pthread_join(thread, NULL);
	assert_int_equal(back, 0);
	assert_int_equal(percpu_counter_sum(&counter), NR_THREADS * 50000L);
}

static void *fill_and_fold(void *arg)
{
	int64_t amount = 1 + (intptr_t)arg % 3;

	for (int i = 0; amount; i++) {
		if (percpu_counter_limited_add(&counter, LIMIT, amount))
			__atomic_fetch_add(&added, amount, __ATOMIC_RELAXED);
		else
			amount--;
		/* up and down again, away from the limit */
		if (i % 16 == 0)
			percpu_counter_sync(&counter);
		if (i % 64 == 0 && percpu_counter_limited_add(&counter, INT64_MIN, -20))
			__atomic_fetch_add(&added, -20, __ATOMIC_RELAXED);
		if (percpu_counter_sum(&counter) > LIMIT)
			__atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void limit_is_exact_while_parts_are_folded_and_amounts_taken_back(void **state)
{
	int64_t value;

	(void)state;
	added = passed = 0;
	run_threads(fill_and_fold);
	value = percpu_counter_sum(&counter);
	assert_int_equal(value, added);
	assert_true(value <= LIMIT);
}

/* --- signal handlers --- */

#define STORM 5000
#define NANOSECONDS_BETWEEN_SIGNALS 100000

static unsigned long handled;

static void count_in_handler(int signo)
{
	(void)signo;
	percpu_counter_add(&counter, 1);
	percpu_counter_add_batch(&counter, 1, 1);
	__atomic_fetch_add(&handled, 1, __ATOMIC_RELAXED);
}

static void fill_in_handler(int signo)
{
	(void)signo;
	if (percpu_counter_limited_add(&counter, LIMIT, 1))
		__atomic_fetch_add(&added, 1, __ATOMIC_RELAXED);
	if (percpu_counter_sum(&counter) > LIMIT)
		__atomic_fetch_add(&passed, 1, __ATOMIC_RELAXED);
}

static void *fill_in_the_storm(void *arg)
{
	timer_t timer = start_storm_of(NANOSECONDS_BETWEEN_SIGNALS, fill_in_handler);

	fill_to_the_limit(arg);
	end_storm(timer);
	return NULL;
}

static void storm_of_signals_does_not_pass_a_limit(void **state)
{
	(void)state;
	assert_fill_exactly(fill_in_the_storm, LIMIT);
	signal(SIGUSR1, SIG_DFL);
}

static void *fold_in_the_storm(void *arg)
{
	timer_t timer = start_storm_of(NANOSECONDS_BETWEEN_SIGNALS, count_in_handler);
	int64_t *folded = arg;

	while (__atomic_load_n(&handled, __ATOMIC_RELAXED) < STORM) {
		percpu_counter_add_batch(&counter, 1, 1);
		percpu_counter_add_batch(&counter, 1, 3);
		*folded += 2;
		if (*folded % 32 == 0)
			percpu_counter_sum(&counter);
	}
	end_storm(timer);
	return NULL;
}

static void storm_of_signals_loses_nothing_and_never_deadlocks(void **state)
{
	int64_t folded[2] = {0, 0};
	pthread_t folders[2];

	(void)state;
	handled = 0;
	start_all(folders, 2, fold_in_the_storm, folded, sizeof(folded[0]));
	join_all(folders, 2);
	signal(SIGUSR1, SIG_DFL);
	assert_true(folded[0] + folded[1] > 0);
	assert_int_equal(percpu_counter_sum(&counter),
			 folded[0] + folded[1] + 2 * (int64_t)handled);
}

#define counter_test(f) cmocka_unit_test_setup_teardown(f, start_at_0, destroy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counter_counts_from_its_initial_amount),
		cmocka_unit_test(counter_is_initialized_between_init_and_destroy),
		cmocka_unit_test(destroy_gives_the_memory_back_once),
		cmocka_unit_test(destroy_of_a_zeroed_counter_does_nothing),
		cmocka_unit_test(counter_made_again_starts_afresh),
		cmocka_unit_test(counter_without_memory_is_as_if_destroyed),
		cmocka_unit_test(batch_is_twice_the_possible_cpus_and_at_least_32),
		cmocka_unit_test(counters_made_together_count_apart),
		cmocka_unit_test(counters_made_together_are_one_area),
		cmocka_unit_test(counters_that_cannot_be_made_are_as_if_destroyed),
		counter_test(local_additions_stay_in_the_part),
		counter_test(sync_folds_the_part),
		counter_test(addition_does_not_wait_for_the_lock),
		cmocka_unit_test(counter_that_ends_takes_its_lock_back),
		counter_test(additions_of_every_kind_reach_the_sum),
		counter_test(part_below_the_batch_is_not_in_the_approximate_value),
		counter_test(part_that_reaches_the_batch_is_folded_whole),
		counter_test(negative_part_is_folded_at_the_same_absolute_value),
		counter_test(amount_around_the_batch_counts_whole),
		counter_test(large_amount_is_folded_with_the_part_that_there_was),
		counter_test(batch_of_1_folds_everything),
		counter_test(batch_that_is_not_positive_folds_everything),
		counter_test(largest_batch_does_not_overflow_a_part),
		counter_test(part_left_by_a_larger_batch_is_folded_by_a_smaller),
		counter_test(extremes_of_int64_count_exactly),
		counter_test(smallest_int64_can_be_subtracted),
		counter_test(value_that_comes_back_from_beyond_int64_is_exact_again),
		counter_test(approximate_value_is_off_by_less_than_a_batch_a_cpu),
		counter_test(positive_forms_hide_what_is_below_0),
		counter_test(set_forgets_the_parts_of_all_cpus),
		counter_test(compare_near_the_value_looks_at_the_parts),
		counter_test(compare_is_exact_wherever_parts_could_decide),
		counter_test(compare_with_a_batch_of_its_own_is_exact_for_that_batch),
		counter_test(compare_with_a_batch_that_is_not_positive_is_exact),
		counter_test(compare_far_from_the_value_looks_at_the_count_alone),
		counter_test(limited_add_counts_parts_of_any_batch),
		counter_test(compare_of_extremes_does_not_overflow),
		counter_test(amount_that_fits_is_added_up_to_the_limit_itself),
		counter_test(amount_that_does_not_fit_changes_nothing),
		counter_test(negative_amount_has_a_lower_limit),
		counter_test(amount_0_fits_even_beyond_the_limit),
		counter_test(parts_count_towards_the_limit),
		counter_test(far_from_the_limit_is_no_common_cache_line_written),
		counter_test(limits_at_the_extremes_do_not_overflow),
		counter_test(sum_of_many_threads_is_exact),
		counter_test(threads_fill_a_limit_exactly_and_never_pass_it),
		counter_test(threads_fill_a_lower_limit_exactly_and_never_pass_it),
		counter_test(sum_of_a_growing_counter_never_goes_back),
		counter_test(limit_is_exact_while_parts_are_folded_and_amounts_taken_back),
		counter_test(storm_of_signals_loses_nothing_and_never_deadlocks),
		counter_test(storm_of_signals_does_not_pass_a_limit),
	};

	return cmocka_run_group_tests_name("counter", tests, pin_to_one_cpu, NULL);
}
