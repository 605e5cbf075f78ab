/* SPDX-License-Identifier: MIT */
/*
 * test_percpu.c - operations of files that include <linux/percpu.h>: inside of a section, and
 * behind migrate_disable(), they are on this CPU's copy, wherever the thread is moved to; and those
 * that are named by size.
 */
#include "support/cpus.h"
#include "support/fact.h"
#include "support/threads.h"

#include <linux/percpu.h>
#include <linux/preempt.h>

struct couple {
	long first, second;
} __attribute__((__aligned__(16)));

static DEFINE_PER_CPU(long, count);
static DEFINE_PER_CPU(unsigned char, small);
static DEFINE_PER_CPU(struct couple, both);

/* --- operations on this CPU's copy --- */

/* Every kind of operation, after which the copy of @cpu is as is returned, and no other is. */
static const char *operate(void)
{
	long old = 7;

	this_cpu_write(count, 3);
	this_cpu_add(count, 4);
	RETURN_IF_WRONG(differ("read", (uint64_t)this_cpu_read(count), 7));
	RETURN_UNLESS(this_cpu_try_cmpxchg(count, &old, 8));
	RETURN_UNLESS(!this_cpu_try_cmpxchg(count, &old, 9) && old == 8);
	RETURN_IF_WRONG(differ("cmpxchg", (uint64_t)this_cpu_cmpxchg(count, 8, 16), 8));
	RETURN_IF_WRONG(differ("xchg", (uint64_t)this_cpu_xchg(count, 0xf0), 16));
	this_cpu_and(count, 0x3c);
	this_cpu_or(count, 1);
	RETURN_IF_WRONG(differ("add_return", (uint64_t)this_cpu_add_return(count, 1), 0x32));
	this_cpu_inc(count);
	this_cpu_dec(count);
	this_cpu_sub(count, 2);
	this_cpu_write(small, 255);
	RETURN_IF_WRONG(differ("of one byte", this_cpu_inc_return(small), 0));
	this_cpu_dec(small);
	RETURN_UNLESS(this_cpu_cmpxchg_double(both.first, both.second, 0, 0, 11, 12));
	RETURN_UNLESS(!this_cpu_cmpxchg_double(both.first, both.second, 0, 0, 1, 2));
	this_cpu_write_8(count, 0x30);
	return NULL;
}

static const char *only_copy_of(unsigned int cpu)
{
	unsigned int other;

	RETURN_IF_WRONG(differ("the copy", (uint64_t)per_cpu(count, cpu), 0x30));
	RETURN_IF_WRONG(differ("the small one", per_cpu(small, cpu), 255));
	RETURN_IF_WRONG(differ("the second", (uint64_t)per_cpu(both, cpu).second, 12));
	for_each_possible_cpu(other)
		if (other != cpu &&
		    (per_cpu(count, other) || per_cpu(small, other) || per_cpu(both, other).first))
			return "another copy has changed";
	return NULL;
}

static const char *operations_of_a_section_are_on_the_held_copy(void)
{
	unsigned int cpu;

	SKIP_IF(nr_cpus < 2);
	cpu = get_cpu();
	go_to(other_than(cpu));
	RETURN_IF_WRONG(operate());
	put_cpu();
	return only_copy_of(cpu);
}

static const char *operations_are_on_the_copy_that_stays(void)
{
	unsigned int cpu;

	SKIP_IF(nr_cpus < 2);
	migrate_disable();
	cpu = smp_processor_id();
	go_to(other_than(cpu));
	RETURN_IF_WRONG(operate());
	migrate_enable();
	return only_copy_of(cpu);
}

static const char *operations_elsewhere_are_the_librarys(void)
{
	const unsigned int cpu = stay_here();

	RETURN_IF_WRONG(operate());
	return only_copy_of(cpu);
}

/* Threads that count behind migrate_disable() from other CPUs, beside those that do not. */
#define TIMES 20000

static void *count_behind_it(void *arg)
{
	(void)arg;
	for (int i = 0; i < TIMES; i++) {
		migrate_disable();
		if (i % 64 == 0 && nr_cpus > 1)
			go_to(cpus[(unsigned int)i / 64 % 2]);
		this_cpu_inc(count);
		migrate_enable();
		this_cpu_inc(count);
	}
	return NULL;
}

static const char *nothing_is_lost_among_those_who_do_and_do_not(void)
{
	pthread_t threads[3];
	char none[3] = {0};
	long sum = 0;
	unsigned int cpu;

	start_all(threads, 3, count_behind_it, none, 1);
	join_all(threads, 3);
	for_each_possible_cpu(cpu)
		sum += per_cpu(count, cpu);
	return differ("the sum", (uint64_t)sum, 3 * 2 * TIMES);
}

/* --- by size --- */

static DEFINE_PER_CPU(unsigned short, two);
static DEFINE_PER_CPU(unsigned int, four);

static const char *operations_by_size_are_the_general_ones(void)
{
	struct couple pair = {0, 0};
	const struct couple next = {5, 6};
	unsigned short of_two = 0;
	unsigned int of_four = 0;
	unsigned char of_one = 0;
	long of_eight = 0;

	RETURN_UNLESS(this_cpu_try_cmpxchg_1(small, &of_one, 1));
	RETURN_UNLESS(this_cpu_try_cmpxchg_2(two, &of_two, 2));
	RETURN_UNLESS(this_cpu_try_cmpxchg_4(four, &of_four, 4));
	RETURN_UNLESS(!this_cpu_try_cmpxchg_4(four, &of_four, 5) || of_four == 4);
	RETURN_UNLESS(this_cpu_try_cmpxchg_8(count, &of_eight, 8));
	preempt_disable();
	of_eight = raw_cpu_read_long(count);
	RETURN_UNLESS(of_eight == 8 || of_eight == 0);
	RETURN_UNLESS(raw_cpu_try_cmpxchg64(count, &of_eight, 9));
	RETURN_IF_WRONG(differ("cmpxchg64", (uint64_t)this_cpu_cmpxchg64(count, 9, 10), 9));
	RETURN_UNLESS(this_cpu_read_stable(count) == 10);
	RETURN_UNLESS(this_cpu_try_cmpxchg128(both, &pair, next));
	pair.first = 7;
	RETURN_UNLESS(!this_cpu_try_cmpxchg128(both, &pair, next));
	RETURN_UNLESS(pair.first == 5 && pair.second == 6);
	preempt_enable();
	return NULL;
}

static const char *address_in_a_copy_is_the_first_cpus_too(void)
{
	unsigned long address = (unsigned long)per_cpu_ptr(&both.second, nr_cpu_ids - 1), first = 0;

	RETURN_UNLESS(__is_kernel_percpu_address(address, &first));
	RETURN_UNLESS(first == (unsigned long)per_cpu_ptr(&both.second, 0));
	RETURN_UNLESS(!__is_kernel_percpu_address((unsigned long)&first, NULL));
	return NULL;
}

/* A name that kernel files define for themselves. */
#define per_cpu_sum(var)                          \
	({                                        \
		typeof(var) sum = 0;              \
		int cpu;                          \
		for_each_possible_cpu(cpu)        \
			sum += per_cpu(var, cpu); \
		sum;                              \
	})

static const char *per_cpu_sum_is_the_files_own(void)
{
	this_cpu_add(count, 3);
	return differ("the sum", (uint64_t)per_cpu_sum(count), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(operations_of_a_section_are_on_the_held_copy),
		fact_test(operations_are_on_the_copy_that_stays),
		fact_test(operations_elsewhere_are_the_librarys),
		fact_test(nothing_is_lost_among_those_who_do_and_do_not),
		fact_test(operations_by_size_are_the_general_ones),
		fact_test(address_in_a_copy_is_the_first_cpus_too),
		fact_test(per_cpu_sum_is_the_files_own),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
