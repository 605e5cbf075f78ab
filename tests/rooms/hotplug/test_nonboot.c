/* SPDX-License-Identifier: MIT */
/* test_nonboot.c - all CPUs but the lowest go, as for a suspend, and exactly those come again. */
#include "support/ears.h"
#include "support/faults.h"
#include "support/records.h"

#include "hotplug/machine.h"

#include <errno.h>

static struct ear a = EAR('a', 10);
static unsigned int nr_before;

/* Both spare CPUs are up, beside the machine's. */
static void begin(void)
{
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0 && cpu_up(OTHER_SPARE) == 0);
	nr_before = num_online_cpus();
	child_expect(register_cpu_notifier(&a.nb) == 0);
}

static unsigned int lowest(void)
{
	unsigned int cpu = 0;

	while (!cpu_online(cpu))
		cpu++;
	return cpu;
}

static void all_but_the_lowest_go_and_come(void *arg)
{
	unsigned int cpu;

	(void)arg;
	begin();
	child_expect(disable_nonboot_cpus() == 0);
	child_expect(num_online_cpus() == 1 && cpu_online(lowest()) && !cpu_online(SPARE));
	child_expect(nr_heard == 4 * (nr_before - 1));
	/* in ascending order, each with all of its events */
	for (unsigned int i = 4, before = 0; i < nr_heard; i += 4, before = cpu) {
		cpu = heard[i].cpu;
		child_expect(cpu > before && cpu == heard[i + 3].cpu);
	}
	for (unsigned int i = 0; i < nr_heard; i++)
		child_expect(heard[i].event & CPU_TASKS_FROZEN);
	nr_heard = 4;
	child_expect_heard("a:DOWN_PREPARE_FROZEN a:DYING_FROZEN a:DEAD_FROZEN a:POST_DEAD_FROZEN");
	/* nobody else brings them up */
	child_expect(cpu_up(SPARE) == -EBUSY && nr_heard == 0);
	enable_nonboot_cpus();
	child_expect(num_online_cpus() == nr_before && cpu_online(SPARE));
	child_expect(nr_heard == 3 * (nr_before - 1));
	child_expect(heard[1].event == CPU_STARTING_FROZEN && heard[2].event == CPU_ONLINE_FROZEN);
	nr_heard = 3;
	child_expect_heard("a:UP_PREPARE_FROZEN a:STARTING_FROZEN a:ONLINE_FROZEN");
	child_expect(cpu_down(SPARE) == 0);
	child_expect_heard("a:DOWN_PREPARE a:DYING a:DEAD a:POST_DEAD");
}

static void cpu_that_was_down_stays_down(void *arg)
{
	(void)arg;
	begin();
	child_expect(cpu_down(SPARE) == 0);
	child_expect(disable_nonboot_cpus() == 0);
	enable_nonboot_cpus();
	child_expect(!cpu_online(SPARE) && cpu_online(OTHER_SPARE));
	/* and once more there is nobody */
	hear_nothing_so_far();
	enable_nonboot_cpus();
	child_expect(nr_heard == 0);
}

static int refuse_one(unsigned int cpu)
{
	return cpu == OTHER_SPARE ? -EIO : 0;
}

/* By the last in their order. */
static void fail_to_disable(void)
{
	const struct percpu_cpu_hooks hooks = {.__cpu_disable = refuse_one};

	percpu_set_cpu_hooks(&hooks);
	child_expect(disable_nonboot_cpus() == -EIO);
	percpu_set_cpu_hooks(NULL);
}

static void failure_leaves_those_down_that_went(void *arg)
{
	(void)arg;
	begin();
	records_keep(PERCPU_LOG_ERR);
	fail_to_disable();
	child_expect(num_online_cpus() == 2 && cpu_online(lowest()) && cpu_online(OTHER_SPARE));
	child_expect(!cpu_online(SPARE) && nr_records == 2 && record_says(0, "CPU 199"));
	/* hotplug is not disabled */
	child_expect(cpu_down(OTHER_SPARE) == 0);
	enable_nonboot_cpus();
	child_expect(num_online_cpus() == nr_before - 1 && cpu_online(SPARE));
}

/* What the watcher tells at its first look, say: that the machine has the CPU. */
static void machine_brings_up_nobody_who_went_before_a_failure(void *arg)
{
	(void)arg;
	begin();
	fail_to_disable();
	child_expect(pcpu_hotplug_machine_event(SPARE, PCPU_MACHINE_CAME) == -EBUSY);
	child_expect(!cpu_online(SPARE));
	/* another's event tells nothing either */
	child_expect(pcpu_hotplug_machine_event(OTHER_SPARE, PCPU_MACHINE_CAME) == 0);
	child_expect(!cpu_online(SPARE));
	/* and if it has left the machine meanwhile, it does not stay */
	child_expect(pcpu_hotplug_machine_event(SPARE, PCPU_MACHINE_GONE) == -EBUSY);
	enable_nonboot_cpus();
	child_expect(!cpu_online(SPARE) && num_online_cpus() == nr_before - 1);
	child_expect(pcpu_hotplug_machine_event(SPARE, PCPU_MACHINE_CAME) == 0);
	child_expect(cpu_online(SPARE) && num_online_cpus() == nr_before);
}

static void who_came_in_another_way_follows_the_machine_again(void *arg)
{
	(void)arg;
	begin();
	fail_to_disable();
	child_expect(cpu_up(SPARE) == 0);
	child_expect(pcpu_hotplug_machine_event(SPARE, PCPU_MACHINE_REMOVED) == 0);
	child_expect(!cpu_online(SPARE));
	child_expect(pcpu_hotplug_machine_event(SPARE, PCPU_MACHINE_CAME) == 0);
	child_expect(cpu_online(SPARE));
	/* nor is it brought up once more */
	records_keep(PERCPU_LOG_WARNING);
	enable_nonboot_cpus();
	child_expect(nr_records == 0 && num_online_cpus() == nr_before);
}

static void who_does_not_come_does_not_keep_the_others(void *arg)
{
	(void)arg;
	begin();
	child_expect(disable_nonboot_cpus() == 0);
	records_keep(PERCPU_LOG_WARNING);
	set_cpu_present(SPARE, false);
	enable_nonboot_cpus();
	child_expect(!cpu_online(SPARE) && cpu_online(OTHER_SPARE));
	child_expect(nr_records == 1 && record_says(0, "CPU 198"));
	child_expect(num_online_cpus() == nr_before - 1);
}

static unsigned int begun, ended;
static void note_begin(void)
{
	begun = num_online_cpus();
}
static void note_end(void)
{
	ended = num_online_cpus();
}

static void hooks_stand_around_the_coming(void *arg)
{
	const struct percpu_cpu_hooks hooks = {.arch_enable_nonboot_cpus_begin = note_begin,
					       .arch_enable_nonboot_cpus_end = note_end};

	(void)arg;
	begin();
	percpu_set_cpu_hooks(&hooks);
	enable_nonboot_cpus();
	child_expect(begun == 0 && ended == 0);
	child_expect(disable_nonboot_cpus() == 0);
	enable_nonboot_cpus();
	child_expect(begun == 1 && ended == nr_before);
}

static void power_events_disable_hotplug(void *arg)
{
	static struct notifier_block pm = {cpu_hotplug_pm_callback, NULL, 0};
	static RAW_NOTIFIER_HEAD(pm_chain);

	(void)arg;
	begin();
	child_expect(raw_notifier_chain_register(&pm_chain, &pm) == 0);
	child_expect(raw_notifier_call_chain(&pm_chain, PM_SUSPEND_PREPARE, NULL) == NOTIFY_OK);
	child_expect(cpu_down(SPARE) == -EBUSY);
	child_expect(raw_notifier_call_chain(&pm_chain, 0x0006, NULL) == NOTIFY_DONE);
	child_expect(cpu_down(SPARE) == -EBUSY);
	child_expect(raw_notifier_call_chain(&pm_chain, PM_POST_SUSPEND, NULL) == NOTIFY_OK);
	child_expect(cpu_down(SPARE) == 0);
	raw_notifier_call_chain(&pm_chain, PM_HIBERNATION_PREPARE, NULL);
	child_expect(cpu_up(SPARE) == -EBUSY);
	raw_notifier_call_chain(&pm_chain, PM_POST_HIBERNATION, NULL);
	child_expect(cpu_up(SPARE) == 0);
}

static void no_memory_freezes_nobody(void *arg)
{
	(void)arg;
	plug_in_spares();
	nr_before = num_online_cpus();
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	child_expect(disable_nonboot_cpus() == -ENOMEM && faults_end() == 1);
	child_expect(num_online_cpus() == nr_before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(all_but_the_lowest_go_and_come),
		child_test(cpu_that_was_down_stays_down),
		child_test(failure_leaves_those_down_that_went),
		child_test(machine_brings_up_nobody_who_went_before_a_failure),
		child_test(who_came_in_another_way_follows_the_machine_again),
		child_test(who_does_not_come_does_not_keep_the_others),
		child_test(hooks_stand_around_the_coming),
		child_test(power_events_disable_hotplug),
		child_test(no_memory_freezes_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
