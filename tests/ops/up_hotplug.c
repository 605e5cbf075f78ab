/* SPDX-License-Identifier: MIT */
/* up_hotplug.c - CPU hotplug with PERCPU_UP: CPU 0 is up, and nothing ever comes or goes. */
#include "support/cmocka_all.h"

#include <percpu/cpu.h>
#include <percpu/cpuhotplug.h>
#include <percpu/percpu.h>
#include <percpu/smpboot.h>
#include <percpu/watch.h>

#include <errno.h>

static int nr_heard;
static int hear(struct notifier_block *nb, unsigned long event, void *data)
{
	(void)nb;
	(void)event;
	(void)data;
	nr_heard++;
	return NOTIFY_OK;
}

static void nothing_comes_or_goes(void **state)
{
	static struct notifier_block block = {hear, NULL, 0};

	(void)state;
	assert_int_equal(register_cpu_notifier(&block), 0);
	hotcpu_notifier(hear, 3);
	assert_int_equal(register_cpu_notifier(NULL), -EINVAL);
	assert_int_equal(cpu_up(0), -EINVAL);
	assert_int_equal(cpu_up(1), -EINVAL);
	assert_int_equal(cpu_down(0), -EBUSY);
	assert_int_equal(percpu_machine_cpu_down(0), -EBUSY);
	assert_int_equal(disable_nonboot_cpus(), 0);
	enable_nonboot_cpus();
	cpu_hotplug_disable();
	cpu_hotplug_enable();
	unregister_cpu_notifier(&block);
	assert_int_equal(nr_heard, 0);
}

static void readers_wait_for_nobody(void **state)
{
	(void)state;
	get_online_cpus();
	assert_true(try_get_online_cpus());
	lockdep_assert_cpus_held();
	put_online_cpus();
	put_online_cpus();
	cpus_write_lock();
	cpus_write_unlock();
	synchronize_sched();
	might_sleep();
}

static int nr_started, failure;
static int start(unsigned int cpu)
{
	assert_int_equal(cpu, 0);
	nr_started++;
	return failure;
}

static int shut(unsigned int cpu)
{
	assert_int_equal(cpu, 0);
	nr_started--;
	return 0;
}

static void states_are_started_on_cpu_0(void **state)
{
	int number;

	(void)state;
	number = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "mine", start, shut);
	assert_int_equal(number, CPUHP_AP_ONLINE_DYN);
	assert_int_equal(nr_started, 1);
	failure = -ENODEV;
	assert_int_equal(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "other", start, shut), -ENODEV);
	nr_started = 1;
	failure = 0;
	assert_int_equal(cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_FIXED, "b", start, shut), 0);
	assert_int_equal(cpuhp_setup_state(CPUHP_BP_PREPARE_FIXED, "c", start, shut), -EBUSY);
	assert_int_equal(cpuhp_setup_state(CPUHP_ONLINE, "c", start, shut), -EINVAL);
	assert_int_equal(cpuhp_setup_state(CPUHP_BRINGUP_CPU, "c", start, shut), -EBUSY);
	assert_int_equal(nr_started, 1);
	cpuhp_remove_state(number);
	assert_int_equal(nr_started, 0);
	cpuhp_remove_state_nocalls(CPUHP_BP_PREPARE_FIXED);
	assert_int_equal(nr_started, 0);
}

struct instance {
	int started;
	struct hlist_node node;
};

static int start_instance(unsigned int cpu, struct hlist_node *node)
{
	assert_int_equal(cpu, 0);
	hlist_entry_safe(node, struct instance, node)->started++;
	return failure;
}

static int stop_instance(unsigned int cpu, struct hlist_node *node)
{
	assert_int_equal(cpu, 0);
	hlist_entry(node, struct instance, node)->started--;
	return 0;
}

static void instances_are_started_one_by_one(void **state)
{
	struct instance first = {0, {NULL, NULL}}, second = {0, {NULL, NULL}};
	int number;

	(void)state;
	number =
		cpuhp_setup_state_multi(CPUHP_AP_ONLINE_DYN, "many", start_instance, stop_instance);
	assert_true(number >= 0);
	assert_int_equal(cpuhp_state_add_instance(number, &first.node), 0);
	assert_int_equal(cpuhp_state_add_instance_nocalls(number, &second.node), 0);
	assert_int_equal(first.started, 1);
	assert_int_equal(second.started, 0);
	assert_int_equal(cpuhp_state_remove_instance(number, &first.node), 0);
	assert_int_equal(first.started, 0);
	assert_int_equal(cpuhp_state_remove_instance(number, &first.node), -EINVAL);
	assert_int_equal(cpuhp_state_remove_instance_nocalls(number, &second.node), 0);
	cpuhp_remove_multi_state(number);
	assert_int_equal(cpuhp_state_add_instance(number, &first.node), -EINVAL);
}

static void there_are_no_other_threads(void **state)
{
	static struct smp_hotplug_thread threads;

	(void)state;
	assert_int_equal(smpboot_register_percpu_thread(&threads), -EOPNOTSUPP);
	percpu_wake_thread(&threads, 0);
	smpboot_unregister_percpu_thread(&threads);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_comes_or_goes),
		cmocka_unit_test(readers_wait_for_nobody),
		cmocka_unit_test(states_are_started_on_cpu_0),
		cmocka_unit_test(instances_are_started_one_by_one),
		cmocka_unit_test(there_are_no_other_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
