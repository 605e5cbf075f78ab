/* SPDX-License-Identifier: MIT */
/*
 * test_machine.c - what becomes of this process's CPUs when the machine's come and go; and what is
 * written to the machine's files, here to some in a folder that looks like them.
 */
#include "support/ears.h"
#include "support/faults.h"
#include "support/made_up_sysfs.h"
#include "support/records.h"
#include "support/threads.h"

#include "hotplug/machine.h"

#include <percpu/cpuhotplug.h>
#include <percpu/watch.h>

#include <errno.h>
#include <sched.h>

static struct ear a = EAR('a', 10), b = EAR('b', 0);

static void begin(void)
{
	plug_in_spares();
	child_expect(register_cpu_notifier(&a.nb) == 0 && register_cpu_notifier(&b.nb) == 0);
}

static int tell_that(enum pcpu_machine_event event)
{
	return pcpu_hotplug_machine_event(SPARE, event);
}

/* --- events of the machine --- */

static void cpus_of_the_machine_come_and_go_here(void *arg)
{
	(void)arg;
	begin();
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0 && cpu_online(SPARE));
	child_expect_heard("a:UP_PREPARE b:UP_PREPARE a:STARTING b:STARTING a:ONLINE b:ONLINE");
	/* once more is no event */
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0 && nr_heard == 0);
	child_expect(tell_that(PCPU_MACHINE_GONE) == 0 && !cpu_online(SPARE));
	child_expect_heard("a:DOWN_PREPARE b:DOWN_PREPARE a:DYING b:DYING a:DEAD b:DEAD "
			   "a:POST_DEAD b:POST_DEAD");
	child_expect(tell_that(PCPU_MACHINE_GONE) == 0 && nr_heard == 0);
	child_expect(pcpu_hotplug_machine_event(nr_cpu_ids, PCPU_MACHINE_CAME) == -EINVAL);
}

static void cpu_that_is_gone_is_nobodys_to_refuse(void *arg)
{
	(void)arg;
	begin();
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0);
	hear_nothing_so_far();
	a.refused = CPU_DOWN_PREPARE;
	a.answer = NOTIFY_BAD;
	records_keep(PERCPU_LOG_WARNING);
	child_expect(tell_that(PCPU_MACHINE_GONE) == 0 && !cpu_online(SPARE));
	child_expect_heard("a:DOWN_PREPARE b:DOWN_PREPARE a:DYING b:DYING a:DEAD b:DEAD "
			   "a:POST_DEAD b:POST_DEAD");
	child_expect(nr_records == 1 && record_says(0, "refuses event 0x5 of CPU 198"));
}

static int refuse(unsigned int cpu)
{
	return cpu == SPARE ? -EBUSY : 0;
}

static void states_cannot_refuse_that_either(void *arg)
{
	const struct percpu_cpu_hooks hooks = {.__cpu_disable = refuse};

	(void)arg;
	begin();
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0);
	percpu_set_cpu_hooks(&hooks);
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "mine", NULL, refuse) >= 0);
	records_keep(PERCPU_LOG_WARNING);
	child_expect(tell_that(PCPU_MACHINE_GONE) == 0 && !cpu_online(SPARE));
	child_expect(nr_records == 1 && record_says(0, "teardown of \"mine\""));
}

static void cpu_that_came_can_be_refused(void *arg)
{
	(void)arg;
	begin();
	b.refused = CPU_UP_PREPARE;
	b.answer = notifier_from_errno(-ENOMEM);
	records_keep(PERCPU_LOG_ERR);
	child_expect(tell_that(PCPU_MACHINE_CAME) == -ENOMEM && !cpu_online(SPARE));
	b.refused = 0;
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0 && cpu_online(SPARE));
}

static void plugging_changes_the_present_mask(void *arg)
{
	(void)arg;
	begin();
	set_cpu_present(SPARE, false);
	child_expect(tell_that(PCPU_MACHINE_ADDED) == 0 && cpu_present(SPARE));
	child_expect(!cpu_online(SPARE) && nr_heard == 0);
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0 && cpu_online(SPARE));
	hear_nothing_so_far();
	child_expect(tell_that(PCPU_MACHINE_REMOVED) == 0);
	child_expect(!cpu_present(SPARE) && !cpu_online(SPARE) && nr_heard == 8);
	/* who comes is present */
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0 && cpu_present(SPARE));
}

static void what_the_program_took_down_stays_down(void *arg)
{
	(void)arg;
	begin();
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0 && cpu_down(SPARE) == 0);
	hear_nothing_so_far();
	child_expect(tell_that(PCPU_MACHINE_GONE) == 0 && tell_that(PCPU_MACHINE_CAME) == 0);
	child_expect(nr_heard == 0 && !cpu_online(SPARE));
	child_expect(cpu_up(SPARE) == 0);
	/* and follows the machine again */
	child_expect(tell_that(PCPU_MACHINE_GONE) == 0 && !cpu_online(SPARE));
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0 && cpu_online(SPARE));
}

static void what_the_program_brought_up_follows_the_machine_once_it_is_there(void *arg)
{
	(void)arg;
	begin();
	/* the machine has it offline */
	child_expect(cpu_up(SPARE) == 0);
	child_expect(tell_that(PCPU_MACHINE_GONE) == 0 && cpu_online(SPARE));
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0 && cpu_online(SPARE));
	child_expect(tell_that(PCPU_MACHINE_GONE) == 0 && !cpu_online(SPARE));
}

static void what_happens_while_disabled_is_told_later(void *arg)
{
	(void)arg;
	begin();
	cpu_hotplug_disable();
	child_expect(tell_that(PCPU_MACHINE_CAME) == -EBUSY && nr_heard == 0);
	cpu_hotplug_enable();
	child_expect(cpu_online(SPARE) && nr_heard == 6);
	hear_nothing_so_far();
	child_expect(disable_nonboot_cpus() == 0);
	child_expect(tell_that(PCPU_MACHINE_GONE) == -EBUSY);
	enable_nonboot_cpus();
	child_expect(!cpu_online(SPARE));
}

static int come_in_callback(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	if (event == CPU_UP_PREPARE && (unsigned long)cpu == OTHER_SPARE)
		child_expect(tell_that(PCPU_MACHINE_CAME) == -EBUSY && !cpu_online(SPARE));
	return NOTIFY_OK;
}

static void what_happens_while_a_cpu_comes_is_told_behind_it(void *arg)
{
	(void)arg;
	begin();
	cpu_notifier(come_in_callback, 0);
	child_expect(cpu_up(OTHER_SPARE) == 0 && cpu_online(SPARE));
	child_expect(nr_heard == 12 && heard[5].cpu == OTHER_SPARE && heard[6].cpu == SPARE);
	cpus_read_lock();
	child_expect(tell_that(PCPU_MACHINE_GONE) == -EDEADLK && cpu_online(SPARE));
	cpus_read_unlock();
}

static void last_cpu_stays_up_here(void *arg)
{
	(void)arg;
	begin();
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0);
	for (unsigned int cpu = 0; cpu < SPARE; cpu++)
		child_expect(!cpu_online(cpu) || cpu_down(cpu) == 0);
	child_expect(tell_that(PCPU_MACHINE_GONE) == -EBUSY && cpu_online(SPARE));
	/* another one is there: then it can go */
	child_expect(cpu_up(0) == 0 && tell_that(PCPU_MACHINE_GONE) == 0 && !cpu_online(SPARE));
}

static void no_memory_notes_nothing(void *arg)
{
	(void)arg;
	/* else it may be the watcher, at its first look, for whom there is none */
	percpu_watch_stop();
	begin();
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	child_expect(tell_that(PCPU_MACHINE_CAME) == -ENOMEM && faults_end() == 1);
	child_expect(!cpu_online(SPARE) && tell_that(PCPU_MACHINE_CAME) == 0 && cpu_online(SPARE));
}

/* --- who listens --- */

/* With a state or with a notifier. */
static void machine_is_watched_while_somebody_listens(void *arg)
{
	int state;

	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	cpus_read_lock();
	cpus_read_unlock();
	child_expect(register_cpu_notifier(NULL) == -EINVAL);
	child_expect(cpuhp_setup_state(CPUHP_OFFLINE, "a", NULL, NULL) < 0);
	child_expect(percpu_watch_wakers() == 0);
	child_expect(register_cpu_notifier(&a.nb) == 0);
	child_expect(percpu_watch_wakers() != 0);
	state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "a", NULL, NULL);
	child_expect(state > 0);
	unregister_cpu_notifier(&a.nb);
	child_expect(percpu_watch_wakers() != 0 && percpu_watch_look() == 0);
	/* what it has seen has not taken away what the machine does not have */
	child_expect(cpu_online(SPARE) && cpu_present(SPARE));
	cpuhp_remove_state_nocalls(state);
	child_expect(percpu_watch_look() == -ESRCH);
}

/* --- the machine's own files --- */

static char written_file[64];

static void make_file(unsigned int cpu)
{
	snprintf(written_file, sizeof(written_file), "devices/system/cpu/cpu%u/online", cpu);
	sysfs_write(written_file, "?");
}

static bool file_says(char what)
{
	char path[256], text[4] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", sysfs, written_file);
	file = fopen(path, "r");
	if (!file || !fgets(text, sizeof(text), file))
		return false;
	fclose(file);
	return text[0] == what;
}

static int look_at_file(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	(void)cpu;
	if (event == CPU_UP_PREPARE || event == CPU_DOWN_PREPARE)
		make_file(SPARE);
	if (event == CPU_STARTING)
		child_expect(file_says('1'));
	if (event == CPU_DYING)
		child_expect(file_says('0'));
	return NOTIFY_OK;
}

static struct notifier_block looker = {look_at_file, NULL, 20};

static void machine_is_told_where_the_cpu_starts_and_stops(void *arg)
{
	(void)arg;
	begin();
	child_expect(sysfs_make() == 0);
	pcpu_machine_sysfs = sysfs;
	make_file(SPARE);
	child_expect(register_cpu_notifier(&looker) == 0);
	child_expect(percpu_machine_cpu_up(SPARE) == 0 && cpu_online(SPARE) && file_says('1'));
	child_expect(percpu_machine_cpu_up(SPARE) == -EINVAL);
	child_expect(percpu_machine_cpu_down(SPARE) == 0 && !cpu_online(SPARE) && file_says('0'));
	unregister_cpu_notifier(&looker);
	/* what the watcher has to say then is no news, and it follows the machine */
	hear_nothing_so_far();
	child_expect(tell_that(PCPU_MACHINE_GONE) == 0 && nr_heard == 0);
	child_expect(tell_that(PCPU_MACHINE_CAME) == 0 && cpu_online(SPARE));
	child_expect(sysfs_remove() == 0);
}

static void machine_that_cannot_is_found_out_first(void *arg)
{
	(void)arg;
	begin();
	child_expect(sysfs_make() == 0);
	pcpu_machine_sysfs = sysfs;
	child_expect(percpu_machine_cpu_up(SPARE) == -EOPNOTSUPP);
	make_file(SPARE);
	faults_fail_nth(PCPU_FAULT_FILE, 1);
	child_expect(percpu_machine_cpu_up(SPARE) == -EMFILE && faults_end() == 1);
	child_expect(nr_heard == 0 && !cpu_online(SPARE));
	child_expect(percpu_machine_cpu_up(nr_cpu_ids) == -EINVAL);
	child_expect(percpu_machine_cpu_down(nr_cpu_ids) < 0);
	child_expect(sysfs_remove() == 0);
}

/* A file that nothing can be written to: the kernel refuses. */
static void machine_that_refuses_has_everything_as_before(void *arg)
{
	char path[256];

	(void)arg;
	begin();
	child_expect(sysfs_make() == 0);
	pcpu_machine_sysfs = sysfs;
	make_file(SPARE);
	snprintf(path, sizeof(path), "%s/%s", sysfs, written_file);
	child_expect(unlink(path) == 0 && symlink("/dev/full", path) == 0);
	child_expect(percpu_machine_cpu_up(SPARE) == -ENOSPC && !cpu_online(SPARE));
	child_expect_heard("a:UP_PREPARE b:UP_PREPARE a:UP_CANCELED b:UP_CANCELED");
	child_expect(cpu_up(SPARE) == 0);
	hear_nothing_so_far();
	child_expect(percpu_machine_cpu_down(SPARE) == -ENOSPC && cpu_online(SPARE));
	child_expect(cpu_active(SPARE));
	child_expect_heard("a:DOWN_PREPARE b:DOWN_PREPARE a:DOWN_FAILED b:DOWN_FAILED");
	child_expect(sysfs_remove() == 0);
}

/* --- threads that are left behind --- */

static void *stay_on_one_cpu(void *arg)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(*(unsigned int *)arg, &set);
	child_expect(sched_setaffinity(0, sizeof(set), &set) == 0);
	child_expect(pthread_setname_np(pthread_self(), "stays") == 0);
	reach(1);
	await(2);
	return NULL;
}

static void threads_that_can_be_nowhere_else_are_named(void *arg)
{
	unsigned int cpu = (unsigned int)sched_getcpu();
	pthread_t thread;

	(void)arg;
	begin();
	child_expect(cpu_up(SPARE) == 0);
	thread = start(stay_on_one_cpu, &cpu);
	await(1);
	records_keep(PERCPU_LOG_WARNING);
	child_expect(cpu_down(cpu) == 0);
	/* where the machine has one CPU, all threads are */
	child_expect(nr_records >= 1 && record_says(nr_records - 1, "thread stays ("));
	child_expect(cpu_up(cpu) == 0);
	reach(2);
	pthread_join(thread, NULL);
	nr_records = 0;
	child_expect(cpu_down(SPARE) == 0 && nr_records == 0);
	/* where there is no list of threads, nobody can be named */
	child_expect(cpu_up(SPARE) == 0);
	faults_fail_nth(PCPU_FAULT_PROC, 1);
	child_expect(cpu_down(SPARE) == 0 && faults_end() == 1 && nr_records == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(cpus_of_the_machine_come_and_go_here),
		child_test(cpu_that_is_gone_is_nobodys_to_refuse),
		child_test(states_cannot_refuse_that_either),
		child_test(cpu_that_came_can_be_refused),
		child_test(plugging_changes_the_present_mask),
		child_test(what_the_program_took_down_stays_down),
		child_test(what_the_program_brought_up_follows_the_machine_once_it_is_there),
		child_test(what_happens_while_disabled_is_told_later),
		child_test(what_happens_while_a_cpu_comes_is_told_behind_it),
		child_test(last_cpu_stays_up_here),
		child_test(no_memory_notes_nothing),
		child_test(machine_is_watched_while_somebody_listens),
		child_test(machine_is_told_where_the_cpu_starts_and_stops),
		child_test(machine_that_cannot_is_found_out_first),
		child_test(machine_that_refuses_has_everything_as_before),
		child_test(threads_that_can_be_nowhere_else_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
