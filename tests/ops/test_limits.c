/* SPDX-License-Identifier: MIT */
/*
 * test_limits.c - processes with little: locked memory, limits of data and of address space, small
 * stacks. What cannot be had is NULL or an error, what there is counts exactly. Each is found out
 * in a child, whose limits are its own.
 */
#include "support/cpus.h"
#include "support/fact.h"
#include "support/sanitized.h"
#include "support/threads.h"
#include "support/tier.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* As many areas as are asked for at most: 2 GiB in two units. No limit here lets so many be had. */
#define MANY 32768
#define LARGE 32768

static DEFINE_PER_CPU(uint64_t, counted);
static DEFINE_PER_CPU(uint64_t, plain);
static DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);
static void __percpu *areas[MANY];

/* --- what every process does, whatever its limits --- */

static const char *count(unsigned int times)
{
	const uint64_t before = per_cpu_sum(counted), plain_before = per_cpu_sum(plain);

	for (unsigned int i = 0; i < times; i++) {
		this_cpu_inc(counted);
		get_cpu_var(plain)++;
		put_cpu_var(plain);
		local_lock(&lock);
		this_cpu_add(counted, 2);
		local_unlock(&lock);
	}
	RETURN_IF_WRONG(differ("counted", per_cpu_sum(counted) - before, 3 * times));
	return differ("in sections", per_cpu_sum(plain) - plain_before, times);
}

/* Every copy of an area is zero, also one that was used before, and counts. */
static const char *use_areas(unsigned int nr, size_t size)
{
	for (unsigned int i = 0; i < nr; i++) {
		areas[i] = __alloc_percpu(size, 8);
		RETURN_UNLESS(areas[i]);
		RETURN_IF_WRONG(
			differ("a new area", per_cpu_sum(*(uint64_t __percpu *)areas[i]), 0));
		this_cpu_add(*(uint64_t __percpu *)areas[i], i + 1);
	}
	for (unsigned int i = 0; i < nr; i++) {
		RETURN_IF_WRONG(
			differ("in an area", per_cpu_sum(*(uint64_t __percpu *)areas[i]), i + 1));
		free_percpu(areas[i]);
	}
	return NULL;
}

static const char *do_everything(void)
{
	RETURN_IF_WRONG(count(1000));
	RETURN_IF_WRONG(use_areas(200, 16));
	RETURN_IF_WRONG(use_areas(20, LARGE));
	percpu_trim();
	RETURN_IF_WRONG(use_areas(200, 16));
	RETURN_IF_WRONG(use_areas(20, LARGE));
	return count(1000);
}

/* Allocates until there is no more, which is to come; then what there is counts, and again. */
static const char *use_up(void)
{
	unsigned int nr = 0;

	percpu_set_log_handler(NULL, PERCPU_LOG_ERR);
	for (int round = 0; round < 2; round++) {
		for (nr = 0; nr < MANY && (areas[nr] = __alloc_percpu(LARGE, 8)) != NULL; nr++)
			this_cpu_inc(*(uint64_t __percpu *)areas[nr]);
		RETURN_UNLESS(nr > 0 && nr < MANY);
		RETURN_IF_WRONG(count(1000));
		for (unsigned int i = 0; i < nr; i++) {
			RETURN_IF_WRONG(differ("in an area",
					       per_cpu_sum(*(uint64_t __percpu *)areas[i]), 1));
			free_percpu(areas[i]);
		}
	}
	return do_everything();
}

/* --- limits --- */

/* Field @field of /proc/self/statm, in bytes. */
static rlim_t now(int field)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	for (int i = 0; file && i <= field; i++)
		if (fscanf(file, "%lu", &pages) != 1)
			pages = 0;
	if (file)
		fclose(file);
	return pages * 4096UL;
}

#define SIZE_FIELD 0
#define DATA_FIELD 5

static bool set_limit(int resource, rlim_t to)
{
	const struct rlimit limit = {to, to};

	return setrlimit(resource, &limit) == 0;
}

static const char *limited_data_is_null_where_it_ends(void)
{
	SKIP_IF(address_sanitized || thread_sanitized);
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	RETURN_UNLESS(set_limit(RLIMIT_DATA, now(DATA_FIELD) + (8UL << 20)));
	return use_up();
}

static const char *limited_address_space_is_null_where_it_ends(void)
{
	SKIP_IF(address_sanitized || thread_sanitized);
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	/* in a reservation, what comes of it is records alone */
	RETURN_UNLESS(set_limit(RLIMIT_AS, now(SIZE_FIELD) + (8UL << 20)));
	RETURN_UNLESS(set_limit(RLIMIT_DATA, now(DATA_FIELD) + (16UL << 20)));
	return use_up();
}

/* A unit that there is no more data for. */
static const char *open_without_data(void)
{
	unsigned int cpu;

	set_limit(RLIMIT_DATA, 4096);
	for_each_possible_cpu(cpu)
		per_cpu(counted, cpu)++;
	return "every unit is open";
}

static void unit_beyond_the_limit_of_data_is_fatal_and_says_so(void **state)
{
	(void)state;
	if (address_sanitized || thread_sanitized)
		skip();
	else
		assert_fatal(open_without_data, "no memory for the unit of CPU");
}

static const char *unit_beyond_the_limit_of_data_is_an_error_of_percpu_open(void)
{
	struct rlimit before;

	SKIP_IF(address_sanitized || thread_sanitized);
	RETURN_UNLESS(getrlimit(RLIMIT_DATA, &before) == 0);
	RETURN_UNLESS(setrlimit(RLIMIT_DATA, &(struct rlimit){4096, before.rlim_max}) == 0);
	RETURN_UNLESS(percpu_open(0, NULL) == -ENOMEM);
	RETURN_UNLESS(setrlimit(RLIMIT_DATA, &before) == 0);
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	return do_everything();
}

/* --- locked memory --- */

/* As another user, who may lock so many bytes. */
static bool become_unprivileged(rlim_t may_lock)
{
	return set_limit(RLIMIT_MEMLOCK, may_lock) &&
	       (geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0));
}

static const char *everything_locked_by_whom_may(void)
{
	SKIP_IF(address_sanitized || thread_sanitized);
	SKIP_IF(mlockall(MCL_CURRENT | MCL_FUTURE) != 0);
	RETURN_IF_WRONG(do_everything());
	munlockall();
	RETURN_UNLESS(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0);
	return do_everything();
}

/* Mappings of the future count towards the limit: in a reservation there are few. */
static const char *lock_the_future(int flags)
{
	SKIP_IF(address_sanitized || thread_sanitized);
	RETURN_UNLESS(percpu_open(0, NULL) == 0);
	RETURN_UNLESS(become_unprivileged(8UL << 20));
	RETURN_UNLESS(set_limit(RLIMIT_DATA, now(DATA_FIELD) + (64UL << 20)));
	RETURN_UNLESS(mlockall(flags) == 0);
	return use_up();
}

static const char *future_locked_by_anybody(void)
{
	return lock_the_future(MCL_FUTURE);
}

static const char *future_locked_on_fault_by_anybody(void)
{
	return lock_the_future(MCL_FUTURE | MCL_ONFAULT);
}

/* The kernel counts reservations as what is to be locked; where there is none, it need not. */
static const char *everything_locked_by_anybody_who_may_lock_as_much(void)
{
	SKIP_IF(address_sanitized || thread_sanitized || now(SIZE_FIELD) > 1UL << 30);
	SKIP_IF(!set_limit(RLIMIT_MEMLOCK, 1UL << 30));
	RETURN_UNLESS(become_unprivileged(1UL << 30));
	RETURN_UNLESS(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0);
	RETURN_IF_WRONG(do_everything());
	return NULL;
}

/* --- small stacks --- */

#define SMALL_STACK 16384

static const char *trouble_of_thread;

static void log_nothing(enum percpu_log_level level, const char *message)
{
	(void)level;
	(void)message;
}

static void *do_everything_and_more(void *arg)
{
	struct percpu_counter *counter = arg;
	unsigned int cpu;

	trouble_of_thread = do_everything();
	for_each_possible_cpu(cpu)
		per_cpu_xchg(plain, cpu, 0);
	percpu_counter_add_batch(counter, 1000, 1);
	percpu_counter_sum_and_reset(counter);
	percpu_counter_limited_add(counter, 10, 5);
	if (percpu_remote_begin(cpus[0]) == 0)
		percpu_remote_end(cpus[0]);
	if (percpu_thread_pin(cpus[0]) == 0) {
		this_cpu_inc(counted);
		percpu_thread_unpin();
	}
	/* messages are made on the stack */
	if (__alloc_percpu(0, 1) || percpu_open(0, NULL) != 0)
		trouble_of_thread = "an area of no size";
	percpu_get_stats(&(struct percpu_stats){0});
	return NULL;
}

static const char *thread_with_a_stack_of_16_kib_does_everything(void)
{
	struct percpu_counter counter;
	pthread_attr_t attr;
	pthread_t thread;

	SKIP_IF(address_sanitized || thread_sanitized);
	RETURN_UNLESS(percpu_counter_init(&counter, 0, GFP_KERNEL) == 0);
	percpu_set_log_handler(log_nothing, PERCPU_LOG_DEBUG);
	pthread_attr_init(&attr);
	RETURN_UNLESS(pthread_attr_setstacksize(&attr, SMALL_STACK) == 0);
	RETURN_UNLESS(pthread_create(&thread, &attr, do_everything_and_more, &counter) == 0);
	pthread_join(thread, NULL);
	return trouble_of_thread;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(limited_data_is_null_where_it_ends),
		fact_test(limited_address_space_is_null_where_it_ends),
		cmocka_unit_test(unit_beyond_the_limit_of_data_is_fatal_and_says_so),
		fact_test(unit_beyond_the_limit_of_data_is_an_error_of_percpu_open),
		fact_test(everything_locked_by_whom_may),
		fact_test(future_locked_by_anybody),
		fact_test(future_locked_on_fault_by_anybody),
		fact_test(everything_locked_by_anybody_who_may_lock_as_much),
		fact_test(thread_with_a_stack_of_16_kib_does_everything),
		fact_test(do_everything),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
