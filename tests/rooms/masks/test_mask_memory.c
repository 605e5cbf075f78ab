/* SPDX-License-Identifier: MIT */
/* test_mask_memory.c - masks that are allocated, where there is no memory. */
#define CONFIG_CPUMASK_OFFSTACK

#include "support/child.h"
#include "support/faults.h"
#include "support/records.h"

#include <percpu/percpu.h>

static void mask_without_memory_is_refused_with_a_warning(void **state)
{
	cpumask_var_t mask = (cpumask_var_t)&mask;

	(void)state;
	records_keep(PERCPU_LOG_WARNING);
	faults_fail_all(PCPU_FAULT_MEM);
	assert_false(alloc_cpumask_var(&mask, GFP_KERNEL));
	assert_null(mask);
	assert_true(record_says(0, "no memory for a mask of CPUs, size="));
	assert_false(zalloc_cpumask_var_node(&mask, GFP_KERNEL | __GFP_NOWARN, 0));
	assert_int_equal(nr_records, 1);
	assert_int_equal(faults_end(), 2);
	free_cpumask_var(mask);
	assert_true(zalloc_cpumask_var(&mask, GFP_KERNEL));
	assert_true(cpumask_empty(mask));
	free_cpumask_var(mask);
	records_release();
}

static void boot_without_memory(void *arg)
{
	cpumask_var_t mask;

	(void)arg;
	faults_fail_all(PCPU_FAULT_MEM);
	alloc_bootmem_cpumask_var(&mask);
}

static void mask_of_the_boot_without_memory_is_fatal(void **state)
{
	const struct child_end end = child_run(boot_without_memory, NULL);
	cpumask_var_t mask;

	(void)state;
	assert_true(child_died_of(&end, SIGABRT));
	assert_non_null(strstr(end.output, "no memory for a mask of CPUs"));
	alloc_bootmem_cpumask_var(&mask);
	assert_true(cpumask_empty(mask));
	free_bootmem_cpumask_var(mask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mask_without_memory_is_refused_with_a_warning),
		cmocka_unit_test(mask_of_the_boot_without_memory_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
