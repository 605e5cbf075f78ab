/* SPDX-License-Identifier: MIT */
/*
 * up.c - what PERCPU_UP makes of the rest: variables, accessors, sections, allocation, counters.
 * The operations are in test_ops.c, which is compiled with PERCPU_UP too. Nothing is linked to.
 */
#include "check.h"
#include "up.h"

#include <errno.h>
#include <sys/time.h>
#include <time.h>

DEFINE_PER_CPU(long, up_number) = 5;
DEFINE_PER_CPU(int[3], up_array) = {1, 2, 3};
static DEFINE_PER_CPU_SHARED_ALIGNED(char, shared_aligned);
static DEFINE_PER_CPU_ALIGNED(char, aligned);
static DEFINE_PER_CPU_PAGE_ALIGNED(char, page_aligned);

struct locked {
	local_lock_t lock;
	int value;
};
static DEFINE_PER_CPU(struct locked, locked) = {INIT_LOCAL_LOCK(lock), 7};

static void a_variable_is_its_own_copy(void **state)
{
	(void)state;
	assert_ptr_equal(per_cpu_ptr(&up_number, 0), &up_number);
	assert_ptr_equal(&per_cpu(up_number, 0), &up_number);
	assert_ptr_equal(this_cpu_ptr(&up_number), &up_number);
	assert_ptr_equal(raw_cpu_ptr(&up_number), &up_number);
	assert_ptr_equal(VERIFY_PERCPU_PTR(&up_array), &up_array);
	assert_int_equal(up_number, 5);
	assert_int_equal(per_cpu(up_array, 0)[2], 3);
}

static void variables_are_shared_between_files(void **state)
{
	(void)state;
	per_cpu(up_number, 0) = 5;
	up_other_file_adds(3);
	assert_int_equal(per_cpu(up_number, 0), 8);
	per_cpu(up_number, 0) = 5;
}

static void only_what_is_aligned_in_every_build_is_aligned(void **state)
{
	(void)state;
	assert_int_equal(__alignof__(shared_aligned), 1);
	assert_int_equal(__alignof__(aligned), SMP_CACHE_BYTES);
	assert_int_equal(__alignof__(page_aligned), PERCPU_PAGE_SIZE);
	/* and where they are: a compiler need not keep what is only asked for its alignment */
	assert_int_equal(per_cpu(shared_aligned, 0), 0);
	assert_int_equal((uintptr_t)&aligned % SMP_CACHE_BYTES, 0);
	assert_int_equal((uintptr_t)&page_aligned % PERCPU_PAGE_SIZE, 0);
}

static void the_cpu_is_evaluated_and_ignored(void **state)
{
	int evaluated = 0;

	(void)state;
	assert_ptr_equal(per_cpu_ptr(&up_number, evaluated++), &up_number);
	assert_int_equal(evaluated, 1);
	assert_ptr_equal(&per_cpu(up_number, 40 + evaluated++), &up_number);
	assert_int_equal(evaluated, 2);
	assert_int_equal(per_cpu_xchg(up_number, 40 + evaluated++, 6), 5);
	assert_int_equal(evaluated, 3);
	assert_int_equal(per_cpu_xchg(up_number, 0, 5), 6);
}

static void there_is_one_cpu_whose_number_is_0(void **state)
{
	unsigned int cpu, seen = 0;

	(void)state;
	for_each_possible_cpu(cpu)
		seen += 1 + cpu;
	assert_int_equal(seen, 1);
	assert_int_equal(nr_cpu_ids, 1);
	assert_int_equal(num_possible_cpus(), 1);
	assert_true(cpu_possible(0));
	assert_false(cpu_possible(1));
	assert_true(percpu_unit_is_open(0));
	assert_false(percpu_unit_is_open(1));
	assert_int_equal(smp_processor_id(), 0);
	assert_int_equal(raw_smp_processor_id(), 0);
}

static void the_sum_is_the_value(void **state)
{
	(void)state;
	assert_int_equal(per_cpu_sum(up_number), 5);
	assert_int_equal(per_cpu_sum(up_array[1]), 2);
}

static void sections_give_the_variable(void **state)
{
	(void)state;
	get_cpu_var(up_number)++;
	assert_ptr_equal(get_cpu_ptr(&up_number), &up_number);
	assert_int_equal(get_cpu(), 0);
	preempt_disable();
	preempt_enable();
	put_cpu();
	put_cpu_ptr(&up_number);
	put_cpu_var(up_number);
	assert_int_equal(up_number, 6);
	up_number = 5;
}

static void cpu_0_can_be_visited_and_no_other(void **state)
{
	(void)state;
	assert_int_equal(percpu_remote_begin(0), 0);
	percpu_remote_end(0);
	assert_int_equal(percpu_remote_begin(1), -EINVAL);
}

static void a_thread_is_pinned_to_cpu_0_and_no_other(void **state)
{
	(void)state;
	assert_int_equal(percpu_thread_pin(0), 0);
	assert_int_equal(pinned_cpu_inc_return(up_number), 6);
	assert_int_equal(percpu_thread_pin(1), -EINVAL);
	assert_int_equal(percpu_thread_unpin(), 0);
	up_number = 5;
}

static void a_local_lock_is_taken_once(void **state)
{
	unsigned long flags;

	(void)state;
	local_lock(&locked.lock);
	assert_false(local_trylock(&locked.lock));
	local_unlock(&locked.lock);
	assert_true(local_trylock(&locked.lock));
	local_unlock(&locked.lock);
	local_lock_irqsave(&locked.lock, flags);
	local_unlock_irqrestore(&locked.lock, flags);
	assert_int_equal(locked.value, 7);
}

static void take_twice(void)
{
	local_lock(&locked.lock);
	local_lock(&locked.lock);
}

static void release_what_is_free(void)
{
	local_unlock(&locked.lock);
}

static void wrong_use_of_a_local_lock_is_fatal(void **state)
{
	(void)state;
	expect_death(take_twice, "a lock that the caller has already");
	expect_death(release_what_is_free, "a lock that the caller does not have");
}

static bool signal_is_blocked(int signal)
{
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, signal);
}

static void the_irq_forms_block_signals(void **state)
{
	unsigned long flags;
	sigset_t usr2;

	(void)state;
	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	sigprocmask(SIG_BLOCK, &usr2, NULL);
	local_lock_irqsave(&locked.lock, flags);
	assert_true(signal_is_blocked(SIGUSR1));
	local_unlock_irqrestore(&locked.lock, flags);
	assert_false(signal_is_blocked(SIGUSR1));
	assert_true(signal_is_blocked(SIGUSR2));
	sigprocmask(SIG_UNBLOCK, &usr2, NULL);
}

/* --- allocation --- */

static void areas_are_zero_and_aligned(void **state)
{
	static const size_t sizes[] = {1, 100, 4096, 32768};

	(void)state;
	for (size_t align = 1; align <= 4096; align *= 2)
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			unsigned char *area = (unsigned char *)__alloc_percpu(sizes[i], align);

			assert_non_null(area);
			assert_int_equal((uintptr_t)area % align, 0);
			for (size_t at = 0; at < sizes[i]; at++)
				assert_int_equal(area[at], 0);
			memset(area, 0xff, sizes[i]);
			free_percpu(area);
		}
	free_percpu(NULL);
}

static unsigned int messages;
static char last_message[256];

static void hear(enum percpu_log_level level, const char *message)
{
	(void)level;
	messages++;
	snprintf(last_message, sizeof(last_message), "%.255s", message);
}

static void bad_sizes_and_alignments_are_refused(void **state)
{
	static const size_t bad[][2] = {{0, 8}, {32769, 8}, {SIZE_MAX, 8}, {8, 0},
					{8, 3}, {8, 8192},  {8, SIZE_MAX}};

	(void)state;
	messages = 0;
	percpu_set_log_handler(hear, PERCPU_LOG_WARNING);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_null(__alloc_percpu(bad[i][0], bad[i][1]));
	assert_int_equal(messages, ARRAY_SIZE(bad));
	assert_non_null(strstr(last_message, "illegal size (8) or align (18446744073709551615)"));
	assert_null(__alloc_percpu_gfp(0, 8, GFP_NOWAIT | __GFP_NOWARN));
	assert_int_equal(messages, ARRAY_SIZE(bad));
	assert_true(percpu_set_log_handler(NULL, PERCPU_LOG_WARNING) == hear);
}

static void statistics_count_areas(void **state)
{
	struct percpu_stats before, after;
	long *area;

	(void)state;
	percpu_get_stats(&before);
	area = alloc_percpu(long);
	percpu_get_stats(&after);
	assert_int_equal(after.nr_alloc, before.nr_alloc + 1);
	assert_int_equal(after.nr_cur_alloc, before.nr_cur_alloc + 1);
	free_percpu(area);
	percpu_get_stats(&after);
	assert_int_equal(after.nr_cur_alloc, before.nr_cur_alloc);
	assert_int_equal(after.possible_cpus, 1);
	assert_string_equal(after.backend, percpu_backend());
}

static void log_handlers_are_the_same_in_every_file(void **state)
{
	(void)state;
	messages = 0;
	percpu_set_log_handler(hear, PERCPU_LOG_WARNING);
	assert_false(up_other_file_allocates(0));
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
	assert_int_equal(messages, 1);
}

static void the_backend_is_up(void **state)
{
	(void)state;
	assert_int_equal(strncmp(percpu_backend(), "up: ", 4), 0);
}

/* --- percpu_counter --- */

static void a_counter_is_exact(void **state)
{
	struct percpu_counter counter;

	(void)state;
	memset(&counter, 0, sizeof(counter));
	assert_false(percpu_counter_initialized(&counter));
	assert_int_equal(percpu_counter_init(&counter, 10, GFP_KERNEL), 0);
	assert_true(percpu_counter_initialized(&counter));
	percpu_counter_add(&counter, 5);
	percpu_counter_sub(&counter, 20);
	percpu_counter_inc(&counter);
	percpu_counter_dec(&counter);
	percpu_counter_add_batch(&counter, 2, 100);
	assert_int_equal(percpu_counter_read(&counter), -3);
	assert_int_equal(percpu_counter_read_positive(&counter), 0);
	assert_int_equal(percpu_counter_sum(&counter), -3);
	assert_int_equal(percpu_counter_sum_positive(&counter), 0);
	percpu_counter_set(&counter, INT64_MAX);
	percpu_counter_inc(&counter);
	assert_true(percpu_counter_sum(&counter) == INT64_MIN);
	assert_true(percpu_counter_sum_and_reset(&counter) == INT64_MIN);
	assert_int_equal(percpu_counter_sum(&counter), 0);
	percpu_counter_destroy(&counter);
	assert_false(percpu_counter_initialized(&counter));
}

static void counters_can_be_made_together(void **state)
{
	struct percpu_counter many[2];

	(void)state;
	assert_int_equal(percpu_counter_init_many(many, 1, GFP_KERNEL, 0), -EINVAL);
	assert_int_equal(percpu_counter_init_many(many, 1, GFP_KERNEL, 2), 0);
	percpu_counter_add_local(&many[1], 5);
	percpu_counter_sub_local(&many[1], 2);
	percpu_counter_sync(&many[1]);
	assert_int_equal(percpu_counter_sum(&many[0]), 1);
	assert_int_equal(percpu_counter_sum(&many[1]), 4);
	percpu_counter_destroy_many(many, 2);
	assert_false(percpu_counter_initialized(&many[1]));
}

static void a_counter_compares(void **state)
{
	struct percpu_counter counter;

	(void)state;
	assert_int_equal(percpu_counter_init(&counter, 10, GFP_KERNEL), 0);
	assert_int_equal(percpu_counter_compare(&counter, 9), 1);
	assert_int_equal(percpu_counter_compare(&counter, 10), 0);
	assert_int_equal(__percpu_counter_compare(&counter, 11, 1000), -1);
	percpu_counter_destroy(&counter);
}

static void a_limited_add_stays_within_its_limit(void **state)
{
	struct percpu_counter counter;

	(void)state;
	assert_int_equal(percpu_counter_init(&counter, 10, GFP_KERNEL), 0);
	assert_true(percpu_counter_limited_add(&counter, 12, 2));
	assert_false(percpu_counter_limited_add(&counter, 12, 1));
	assert_true(percpu_counter_limited_add(&counter, 0, 0));
	assert_true(percpu_counter_limited_add(&counter, -1, -13));
	assert_false(percpu_counter_limited_add(&counter, -1, -1));
	assert_false(percpu_counter_limited_add(&counter, INT64_MIN, INT64_MIN));
	assert_int_equal(percpu_counter_sum(&counter), -1);
	percpu_counter_destroy(&counter);
}

/* --- signals: what a handler adds between two instructions of an operation is not lost --- */

static volatile long handled;

static void count_in_handler(int signal)
{
	(void)signal;
	this_cpu_inc(up_number);
	handled = handled + 1;
}

static void expect_printed(const volatile void *ptr, size_t size, const char *text)
{
	char *printed = NULL;
	size_t length;
	FILE *stream = open_memstream(&printed, &length);

	assert_non_null(stream);
	assert_int_equal(percpu_print(stream, ptr, size), 0);
	fclose(stream);
	assert_string_equal(printed, text);
	free(printed);
}

static void a_variable_is_printed_as_one_copy(void **state)
{
	(void)state;
	this_cpu_write(up_number, -5);
	expect_printed(&up_number, sizeof(up_number),
		       "CPU 0: 18446744073709551611 (-5)\nsum: 18446744073709551611 (-5)\n");
	this_cpu_write(up_number, 5);
	expect_printed(&up_array, sizeof(up_array), "CPU 0: 0x0000000200000001 0x00000003\n");
	assert_int_equal(percpu_print(NULL, &up_number, 8), -EINVAL);
	assert_int_equal(percpu_print(stdout, NULL, 8), -EINVAL);
	assert_int_equal(percpu_print(stdout, &up_number, 0), -EINVAL);
}

static void operations_are_whole_among_a_threads_handlers(void **state)
{
	const struct itimerval often = {{0, 20}, {0, 20}}, never = {{0, 0}, {0, 0}};
	long counted = 0;

	(void)state;
	this_cpu_write(up_number, 0);
	handled = 0;
	signal(SIGALRM, count_in_handler);
	setitimer(ITIMER_REAL, &often, NULL);
	while (handled < 2000) {
		this_cpu_inc(up_number);
		(void)this_cpu_add_return(up_number, 1);
		this_cpu_add(up_number, this_cpu_xchg(up_number, 0));
		counted += 2;
		time(NULL); /* ThreadSanitizer keeps signals back until a call that it knows */
	}
	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_DFL);
	assert_int_equal(this_cpu_read(up_number), counted + handled);
	this_cpu_write(up_number, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_variable_is_its_own_copy),
		cmocka_unit_test(variables_are_shared_between_files),
		cmocka_unit_test(only_what_is_aligned_in_every_build_is_aligned),
		cmocka_unit_test(the_cpu_is_evaluated_and_ignored),
		cmocka_unit_test(there_is_one_cpu_whose_number_is_0),
		cmocka_unit_test(the_sum_is_the_value),
		cmocka_unit_test(sections_give_the_variable),
		cmocka_unit_test(cpu_0_can_be_visited_and_no_other),
		cmocka_unit_test(a_thread_is_pinned_to_cpu_0_and_no_other),
		cmocka_unit_test(a_local_lock_is_taken_once),
		cmocka_unit_test(wrong_use_of_a_local_lock_is_fatal),
		cmocka_unit_test(the_irq_forms_block_signals),
		cmocka_unit_test(areas_are_zero_and_aligned),
		cmocka_unit_test(bad_sizes_and_alignments_are_refused),
		cmocka_unit_test(statistics_count_areas),
		cmocka_unit_test(log_handlers_are_the_same_in_every_file),
		cmocka_unit_test(the_backend_is_up),
		cmocka_unit_test(a_counter_is_exact),
		cmocka_unit_test(counters_can_be_made_together),
		cmocka_unit_test(a_counter_compares),
		cmocka_unit_test(a_limited_add_stays_within_its_limit),
		cmocka_unit_test(a_variable_is_printed_as_one_copy),
		cmocka_unit_test(operations_are_whole_among_a_threads_handlers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
