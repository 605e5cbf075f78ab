/* SPDX-License-Identifier: MIT */
/* test_migrate.c - this CPU stays the same, and others have sections on it. */
#include "support/cpus.h"
#include "support/fact.h"
#include "support/threads.h"

#include <percpu/migrate.h>
#include <percpu/percpu.h>

static DEFINE_PER_CPU(long, count);

/* --- this CPU --- */

static const char *this_cpu_stays_the_same(void)
{
	unsigned int cpu;

	SKIP_IF(nr_cpus < 2);
	migrate_disable();
	cpu = smp_processor_id();
	go_to(other_than(cpu));
	RETURN_IF_WRONG(differ("after a move", smp_processor_id(), cpu));
	RETURN_UNLESS(this_cpu_ptr(&count) == per_cpu_ptr(&count, cpu));
	migrate_enable();
	return differ("behind it", smp_processor_id(), other_than(cpu));
}

static const char *it_nests_with_sections_in_any_order(void)
{
	unsigned int cpu;

	SKIP_IF(nr_cpus < 2);
	cpu = get_cpu();
	migrate_disable();
	go_to(other_than(cpu));
	put_cpu();
	RETURN_IF_WRONG(differ("behind the section", smp_processor_id(), cpu));
	migrate_disable();
	migrate_enable();
	RETURN_IF_WRONG(differ("behind an inner one", smp_processor_id(), cpu));
	RETURN_IF_WRONG(differ("a section's", get_cpu(), cpu));
	migrate_enable();
	RETURN_IF_WRONG(differ("in the section", smp_processor_id(), cpu));
	put_cpu();
	return differ("at the end", smp_processor_id(), other_than(cpu));
}

static void *hold_it(void *arg)
{
	go_to(*(unsigned int *)arg);
	get_cpu();
	this_cpu_add(count, 5);
	put_cpu();
	return NULL;
}

static const char *others_have_sections_on_it(void)
{
	unsigned int cpu;

	migrate_disable();
	cpu = smp_processor_id();
	SKIP_IF(cpu != (unsigned int)sched_getcpu() && nr_cpus < 2);
	pthread_join(start(hold_it, &cpu), NULL);
	RETURN_IF_WRONG(differ("what the other has counted", (uint64_t)per_cpu(count, cpu), 5));
	migrate_enable();
	return NULL;
}

static const char *without_disable(void)
{
	migrate_enable();
	return NULL;
}

static void enable_without_disable_is_fatal(void **state)
{
	(void)state;
	assert_fatal(without_disable, "migrate_enable() without migrate_disable()");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(this_cpu_stays_the_same),
		fact_test(it_nests_with_sections_in_any_order),
		fact_test(others_have_sections_on_it),
		cmocka_unit_test(enable_without_disable_is_fatal),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
