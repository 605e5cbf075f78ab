/* SPDX-License-Identifier: MIT */
/*
 * test_allowed.c - on which CPUs the process's threads may run: of all of them but the one that
 * asks.
 */
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/patience.h"
#include "support/threads.h"

#include "ground/bitmap.h"
#include "ground/layout.h"
#include "ground/system/affinity.h"
#include "hotplug/watch/allowed.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

static unsigned long bits[PCPU_BITS_TO_LONGS(PCPU_NR_CPUS)];
static bool found;

static void *ask(void *arg)
{
	(void)arg;
	memset(bits, 0xff, sizeof(bits));
	found = pcpu_allowed_read("/proc", bits, sizeof(bits));
	return NULL;
}

static void ask_in_another_thread(void)
{
	pthread_join(start(ask, NULL), NULL);
}

/* A thread that has been joined may be in the kernel's list for a while. */
static void await_being_the_only_thread(void)
{
	struct patience patience = be_patient();

	while (unshare(CLONE_THREAD) != 0 && !is_out_of_patience(&patience))
		usleep(100);
}

static void threads_cpus_are_those_of_the_process(void **state)
{
	struct pcpu_affinity mine;

	(void)state;
	assert_int_equal(pcpu_affinity_get(&mine), 0);
	ask_in_another_thread();
	assert_true(found);
	for (unsigned int cpu = 0; cpu < PCPU_AFFINITY_CPUS; cpu++)
		assert_int_equal(pcpu_test_bit(cpu, bits),
				 cpu < 8 * mine.size && pcpu_test_bit(cpu, mine.mask));
}

static void *stay(void *cpu)
{
	pcpu_affinity_set_one(*(const unsigned int *)cpu);
	reach_next();
	while (!must_stop())
		usleep(1000);
	return NULL;
}

/* The first thread is restricted as well, and then they are two that have a CPU each. */
static void restricted_threads_leave_what_others_may_use(void **state)
{
	struct pcpu_affinity mine;
	unsigned int first, last, nr;
	pthread_t thread;

	(void)state;
	assert_int_equal(pcpu_affinity_get(&mine), 0);
	nr = 8 * (unsigned int)mine.size;
	first = pcpu_find_next_bit(mine.mask, nr, 0);
	last = pcpu_find_next_bit(mine.mask, nr, first + 1);
	if (last >= nr)
		skip();
	reach(0);
	thread = start(stay, &last);
	await(1);
	assert_int_equal(pcpu_affinity_set_one(first), 0);
	ask_in_another_thread();
	assert_true(found);
	assert_int_equal(pcpu_bitmap_weight(bits, PCPU_NR_CPUS), 2);
	assert_true(pcpu_test_bit(first, bits) && pcpu_test_bit(last, bits));
	set_stop(true);
	pthread_join(thread, NULL);
	await_being_the_only_thread();
	ask_in_another_thread();
	assert_int_equal(pcpu_bitmap_weight(bits, PCPU_NR_CPUS), 1);
	assert_int_equal(pcpu_affinity_set(&mine), 0);
}

/* The only thread of a process that asks has nobody else to ask about. */
static void nobody_says(void **state)
{
	(void)state;
	await_being_the_only_thread();
	assert_false(pcpu_allowed_read("/proc", bits, sizeof(bits)));
	assert_false(pcpu_allowed_read("/nowhere", bits, sizeof(bits)));
	faults_fail_nth(PCPU_FAULT_PROC, 1);
	ask_in_another_thread();
	assert_int_equal(faults_end(), 1);
	assert_false(found);
	assert_int_equal(pcpu_bitmap_weight(bits, PCPU_NR_CPUS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_cpus_are_those_of_the_process),
		cmocka_unit_test(restricted_threads_leave_what_others_may_use),
		cmocka_unit_test(nobody_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
