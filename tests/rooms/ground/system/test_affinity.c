/* SPDX-License-Identifier: MIT */
/* test_affinity.c - where the calling thread may run. */
#include "support/cmocka_all.h"
#include "support/cpus.h"

#include "ground/system/affinity.h"

#include <errno.h>
#include <unistd.h>

static bool may_run_on_one(unsigned int cpu)
{
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	return CPU_COUNT(&set) == 1 && CPU_ISSET(cpu, &set);
}

/* How many CPUs the thread may run on; 0 unless all of the test's are among them. */
static unsigned int nr_allowed(void)
{
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	for (unsigned int i = 0; i < nr_cpus; i++)
		if (!CPU_ISSET(cpus[i], &set))
			return 0;
	return (unsigned int)CPU_COUNT(&set);
}

static bool may_run_on_all(void)
{
	return nr_allowed() == nr_cpus;
}

static int go_back(void **state)
{
	(void)state;
	go_anywhere();
	return 0;
}

static void affinity_is_what_the_kernel_says(void **state)
{
	struct pcpu_affinity affinity;

	(void)state;
	assert_int_equal(pcpu_affinity_get(&affinity), 0);
	assert_int_equal(pcpu_affinity_weight(&affinity), nr_cpus);
	for (unsigned int i = 0; i < nr_cpus; i++)
		assert_true(affinity.mask[cpus[i] / 64] >> cpus[i] % 64 & 1);
}

static void affinity_that_was_is_set_again(void **state)
{
	struct pcpu_affinity before;

	(void)state;
	assert_int_equal(pcpu_affinity_get(&before), 0);
	go_to(cpus[0]);
	assert_int_equal(pcpu_affinity_set(&before), 0);
	assert_true(may_run_on_all());
}

static void thread_is_on_the_one_cpu_when_it_is_set(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		assert_int_equal(pcpu_affinity_set_one(cpus[i]), 0);
		assert_int_equal(sched_getcpu(), cpus[i]);
		assert_true(may_run_on_one(cpus[i]));
	}
}

static void cpu_that_is_not_there_cannot_be_set(void **state)
{
	(void)state;
	assert_int_equal(pcpu_affinity_set_one(PCPU_AFFINITY_CPUS - 1), -EINVAL);
	assert_int_equal(pcpu_affinity_set_one(PCPU_AFFINITY_CPUS), -EINVAL);
	assert_int_equal(pcpu_affinity_set_one(UINT32_MAX), -EINVAL);
	assert_true(may_run_on_all());
}

static void only_cpu_of_a_thread_is_known(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		assert_int_equal(pcpu_affinity_is_one(cpus[i]), nr_cpus == 1);
		assert_int_equal(pcpu_affinity_set_one(cpus[i]), 0);
		assert_true(pcpu_affinity_is_one(cpus[i]));
		assert_false(pcpu_affinity_is_one(cpus[i] + 1));
		assert_false(pcpu_affinity_is_one(PCPU_AFFINITY_CPUS));
		/* those too that the test was not started on (taskset) */
		assert_int_equal(pcpu_affinity_set_all(), 0);
		assert_true(nr_allowed() >= nr_cpus);
		go_anywhere();
	}
}

static void cpu_that_a_thread_runs_on_is_not_offline(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cpus; i++)
		assert_false(pcpu_cpu_is_offline(cpus[i]));
	/* but one that is not there is, where the kernel shows which are */
	assert_int_equal(pcpu_cpu_is_offline(PCPU_AFFINITY_CPUS),
			 access("/sys/devices/system/cpu/cpu0", F_OK) == 0);
}

static void errno_is_kept(void **state)
{
	struct pcpu_affinity affinity;

	(void)state;
	errno = 1234;
	pcpu_affinity_get(&affinity);
	pcpu_affinity_set(&affinity);
	pcpu_affinity_set_one(PCPU_AFFINITY_CPUS - 1);
	pcpu_cpu_is_offline(PCPU_AFFINITY_CPUS);
	pcpu_affinity_is_one(PCPU_AFFINITY_CPUS);
	pcpu_affinity_set_all();
	assert_int_equal(errno, 1234);
}

#define affinity_test(f) cmocka_unit_test_teardown(f, go_back)

int main(void)
{
	const struct CMUnitTest tests[] = {
		affinity_test(affinity_is_what_the_kernel_says),
		affinity_test(affinity_that_was_is_set_again),
		affinity_test(thread_is_on_the_one_cpu_when_it_is_set),
		affinity_test(cpu_that_is_not_there_cannot_be_set),
		affinity_test(only_cpu_of_a_thread_is_known),
		affinity_test(cpu_that_a_thread_runs_on_is_not_offline),
		affinity_test(errno_is_kept),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
