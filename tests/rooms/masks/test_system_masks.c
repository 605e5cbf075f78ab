/* SPDX-License-Identifier: MIT */
/*
 * test_system_masks.c - which CPUs are present, online and active. Each in a process of its own, in
 * which nobody has asked yet. With possible:200 there are CPUs that the machine does not have.
 */
#include "support/child.h"
#include "support/faults.h"
#include "support/records.h"

#include "ground/bitmap.h"
#include "ground/layout.h"
#include "masks/read_list.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>

#define BEYOND 199u /* possible, and not in the machine */

static void in_child(void (*body)(void *arg))
{
	const struct child_end end = child_run(body, NULL);

	if (!child_exited_with(&end, 0))
		fail_msg("%s", end.output);
}

/* Another way to read the kernel's list: one folder for each CPU. */
static bool machine_has(unsigned int cpu)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u", cpu);
	return access(path, F_OK) == 0;
}

static bool machine_runs(unsigned int cpu)
{
	char path[64], answer = '1';
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	file = fopen(path, "r");
	if (file) {
		answer = (char)fgetc(file);
		fclose(file);
	}
	return machine_has(cpu) && answer == '1';
}

static void masks_are_the_machines_body(void *arg)
{
	unsigned int present = 0, online = 0;

	(void)arg;
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		child_expect(cpu_present(cpu) == machine_has(cpu));
		child_expect(cpu_online(cpu) == machine_runs(cpu));
		child_expect(cpu_active(cpu) == machine_runs(cpu));
		child_expect(cpu_is_offline(cpu) == !machine_runs(cpu));
		child_expect(cpumask_test_cpu(cpu, cpu_possible_mask) == cpu_possible(cpu));
		present += machine_has(cpu);
		online += machine_runs(cpu);
	}
	child_expect(online >= 1 && num_present_cpus() == present);
	child_expect(num_online_cpus() == online && num_active_cpus() == online);
	child_expect(!cpu_online(nr_cpu_ids) && !cpu_present(~0u) && !cpu_active(PCPU_NR_CPUS));
}

static void masks_are_the_machines(void **state)
{
	(void)state;
	assert_true(cpu_possible(BEYOND));
	in_child(masks_are_the_machines_body);
}

static void each_mask_lies_in_the_next_body(void *arg)
{
	(void)arg;
	child_expect(cpumask_subset(cpu_online_mask, cpu_present_mask));
	child_expect(cpumask_subset(cpu_present_mask, cpu_possible_mask));
	child_expect(!cpumask_equal(cpu_present_mask, cpu_possible_mask));
	child_expect(cpumask_equal(cpu_active_mask, cpu_online_mask));
}

static void each_mask_lies_in_the_next(void **state)
{
	(void)state;
	in_child(each_mask_lies_in_the_next_body);
}

static void nothing_is_read_before_it_is_asked_for(void **state)
{
	(void)state;
	assert_null(__percpu_system_masks);
}

static void walks_visit_what_the_masks_have_body(void *arg)
{
	unsigned int nr = 0, cpu;
	int last = -1, at;

	(void)arg;
	for_each_online_cpu(at)
	{
		child_expect(at > last && cpu_online((unsigned int)at));
		last = at;
		nr++;
	}
	child_expect(nr == num_online_cpus() && (unsigned int)at >= nr_cpu_ids);
	for_each_present_cpu(cpu)
	{
		child_expect(cpu_present(cpu));
		nr--;
	}
	child_expect(nr == num_online_cpus() - num_present_cpus() && cpu >= nr_cpu_ids);
	set_cpu_online(BEYOND, true);
	nr = 0;
	for_each_online_cpu(cpu) nr += cpu == BEYOND;
	child_expect(nr == 1);
}

static void walks_visit_what_the_masks_have(void **state)
{
	(void)state;
	in_child(walks_visit_what_the_masks_have_body);
}

static void setters_change_one_mask_body(void *arg)
{
	const unsigned int online = num_online_cpus();

	(void)arg;
	set_cpu_present(BEYOND, true);
	child_expect(cpu_present(BEYOND) && !cpu_online(BEYOND) && !cpu_active(BEYOND));
	set_cpu_active(BEYOND, true);
	child_expect(!cpu_online(BEYOND) && cpu_active(BEYOND));
	set_cpu_active(BEYOND, false);
	set_cpu_online(BEYOND, true);
	child_expect(cpu_online(BEYOND) && cpu_active(BEYOND) && num_online_cpus() == online + 1);
	set_cpu_online(BEYOND, false);
	child_expect(!cpu_online(BEYOND) && cpu_active(BEYOND) && num_online_cpus() == online);
	set_cpu_present(BEYOND, false);
	child_expect(!cpu_present(BEYOND) && cpu_online(0) == machine_runs(0));
}

static void setters_change_one_mask_and_online_active_too(void **state)
{
	(void)state;
	in_child(setters_change_one_mask_body);
}

static void cpus_that_are_not_possible_stay_out_body(void *arg)
{
	const unsigned int online = num_online_cpus(), possible = num_possible_cpus();

	(void)arg;
	records_keep(PERCPU_LOG_WARNING);
	set_cpu_online(nr_cpu_ids, true);
	child_expect(nr_records == 2 && record_says(0, "is not possible: it is not set online") &&
		     record_says(1, "active"));
	set_cpu_present(~0u, true);
	child_expect(nr_records == 3 && record_says(2, "present"));
	set_cpu_possible(nr_cpu_ids, true);
	child_expect(nr_records == 4 && record_says(3, "stays impossible"));
	set_cpu_possible(0, false);
	child_expect(nr_records == 5 && record_says(4, "CPU 0 stays possible"));
	set_cpu_possible(0, true);
	set_cpu_possible(~0u, false);
	child_expect(nr_records == 5);
	child_expect(num_online_cpus() == online && num_possible_cpus() == possible);
	child_expect(cpu_possible(0) && !cpu_possible(nr_cpu_ids));
}

static void cpus_that_are_not_possible_stay_out(void **state)
{
	(void)state;
	in_child(cpus_that_are_not_possible_stay_out_body);
}

static void whole_masks_are_copied_body(void *arg)
{
	static struct cpumask all;
	const unsigned int active = num_active_cpus();

	(void)arg;
	memset(&all, 0xff, sizeof(all));
	init_cpu_present(&all);
	init_cpu_online(&all);
	child_expect(num_present_cpus() == num_possible_cpus());
	child_expect(num_online_cpus() == num_possible_cpus() && num_active_cpus() == active);
	memset(&all, 0, sizeof(all));
	cpumask_set_cpu(3, &all);
	init_cpu_online(&all);
	child_expect(num_online_cpus() == 1 && cpu_online(3));
	records_keep(PERCPU_LOG_WARNING);
	init_cpu_possible(&all);
	child_expect(nr_records == 1 && record_says(0, "CPU 0 stays possible"));
	init_cpu_possible(cpu_possible_mask);
	child_expect(nr_records == 1 && cpu_possible(0));
}

static void whole_masks_are_copied(void **state)
{
	(void)state;
	in_child(whole_masks_are_copied_body);
}

/* --- what the kernel does not say --- */

static void without_files_the_thread_is_asked_body(void *arg)
{
	cpu_set_t allowed;

	(void)arg;
	sched_getaffinity(0, sizeof(allowed), &allowed);
	faults_fail_all(PCPU_FAULT_TOPOLOGY);
	child_expect(num_present_cpus() == num_possible_cpus());
	child_expect(faults_end() == 2);
	child_expect(num_online_cpus() == (unsigned int)CPU_COUNT(&allowed));
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		child_expect(cpu_online(cpu) == !!CPU_ISSET(cpu, &allowed));
	child_expect(num_active_cpus() == num_online_cpus());
}

static void without_files_the_thread_is_asked(void **state)
{
	(void)state;
	in_child(without_files_the_thread_is_asked_body);
}

static void without_the_list_of_those_online_alone_body(void *arg)
{
	(void)arg;
	faults_fail_nth(PCPU_FAULT_TOPOLOGY, 2);
	child_expect(cpu_online((unsigned int)sched_getcpu()));
	child_expect(faults_end() == 1 && num_present_cpus() < num_possible_cpus());
}

static void one_list_that_is_missing_does_not_matter_to_the_other(void **state)
{
	(void)state;
	in_child(without_the_list_of_those_online_alone_body);
}

static void no_memory_is_fatal_body(void *arg)
{
	(void)arg;
	faults_fail_all(PCPU_FAULT_MEM);
	(void)num_online_cpus();
}

static void no_memory_is_fatal(void **state)
{
	const struct child_end end = child_run(no_memory_is_fatal_body, NULL);

	(void)state;
	assert_true(child_died_of(&end, SIGABRT));
	assert_non_null(strstr(end.output, "no memory for the masks of CPUs"));
}

static void percpu_open_has_them_be_there_body(void *arg)
{
	const unsigned long mask = 1;

	(void)arg;
	faults_fail_all(PCPU_FAULT_MEM);
	child_expect(percpu_open(sizeof(mask), &mask) == -ENOMEM);
	faults_end();
	child_expect(!__percpu_system_masks && percpu_open(sizeof(mask), &mask) == 0);
	child_expect(__percpu_system_masks);
	faults_fail_all(PCPU_FAULT_MEM);
	child_expect(cpu_online((unsigned int)sched_getcpu()) && faults_end() == 0);
}

static void percpu_open_has_them_be_there(void **state)
{
	(void)state;
	in_child(percpu_open_has_them_be_there_body);
}

/* --- several who ask first --- */

static unsigned int asked;

/* Asks, and changes what it finds, while another one is about to read the lists. */
static bool ask_between(enum pcpu_fault_site site)
{
	if (site == PCPU_FAULT_MEM && asked++ == 0) {
		set_cpu_online(BEYOND, true);
		child_expect(cpu_online(BEYOND));
	}
	return false;
}

static void who_comes_second_takes_the_first_ones_body(void *arg)
{
	(void)arg;
	pcpu_fault_hook = ask_between;
	child_expect(cpu_online(BEYOND));
	child_expect(asked == 2);
}

static void who_comes_second_takes_the_first_ones(void **state)
{
	(void)state;
	in_child(who_comes_second_takes_the_first_ones_body);
}

static void child_has_its_own_body(void *arg)
{
	struct child_end end;

	set_cpu_online(BEYOND, true);
	if (arg) {
		child_expect(cpu_online(BEYOND));
		set_cpu_online(BEYOND, false);
		return;
	}
	end = child_run(child_has_its_own_body, &end);
	child_expect(child_exited_with(&end, 0) && cpu_online(BEYOND));
}

static void forked_child_has_its_own(void **state)
{
	(void)state;
	in_child(child_has_its_own_body);
}

/* --- lists --- */

static char path[] = "/tmp/percpu-list-XXXXXX";

static bool reads(const char *text, unsigned long *bits, unsigned int nbits)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	memset(bits, 0, PCPU_NR_CPUS / 8);
	return pcpu_read_cpulist(path, bits, nbits);
}

static int make_file(void **state)
{
	(void)state;
	return mkstemp(path) < 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void lists_of_the_kernel_are_read(void **state)
{
	static unsigned long bits[PCPU_NR_CPUS / 64];

	(void)state;
	assert_true(reads("0-3,8,70-71\n", bits, 128));
	assert_int_equal(bits[0], 0x10f);
	assert_int_equal(bits[1], 0xc0);
	assert_true(reads("0", bits, 64) && bits[0] == 1);
	assert_true(reads("\n", bits, 64) && bits[0] == 0);
	assert_true(reads("2-2\n3,x", bits, 64) && bits[0] == 4);
	/* those behind the end do not count */
	assert_true(reads("1,5-4000000000,99999999999999999999\n", bits, 8) && bits[0] == 0xe2);
}

static void long_list_is_read_in_pieces(void **state)
{
	static unsigned long bits[PCPU_NR_CPUS / 64];
	static char text[PCPU_NR_CPUS * 5];
	size_t len = 0;

	(void)state;
	for (unsigned int cpu = 0; cpu < PCPU_NR_CPUS; cpu += 2)
		len += (size_t)sprintf(text + len, cpu ? ",%u" : "%u", cpu);
	assert_true(reads(text, bits, PCPU_NR_CPUS));
	for (unsigned int i = 0; i < PCPU_NR_CPUS / 64; i++)
		assert_int_equal(bits[i], 0x5555555555555555);
}

static void what_is_no_list_is_refused(void **state)
{
	static const char *const wrong[] = {"x",   "0x3",   "-",   "-3",   "3-",  "0-\n",
					    "5-3", ",",     ",3",  "0,,1", "0 1", "0-1-2",
					    "0;1", "1,\t2", "0,-", "0-,2"};
	static unsigned long bits[PCPU_NR_CPUS / 64];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (reads(wrong[i], bits, 64))
			fail_msg("\"%s\" is read as a list", wrong[i]);
	assert_false(pcpu_read_cpulist("/nowhere/at/all", bits, 64));
	assert_false(pcpu_read_cpulist("/tmp", bits, 64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_read_before_it_is_asked_for),
		cmocka_unit_test(masks_are_the_machines),
		cmocka_unit_test(each_mask_lies_in_the_next),
		cmocka_unit_test(walks_visit_what_the_masks_have),
		cmocka_unit_test(setters_change_one_mask_and_online_active_too),
		cmocka_unit_test(cpus_that_are_not_possible_stay_out),
		cmocka_unit_test(whole_masks_are_copied),
		cmocka_unit_test(without_files_the_thread_is_asked),
		cmocka_unit_test(one_list_that_is_missing_does_not_matter_to_the_other),
		cmocka_unit_test(no_memory_is_fatal),
		cmocka_unit_test(percpu_open_has_them_be_there),
		cmocka_unit_test(who_comes_second_takes_the_first_ones),
		cmocka_unit_test(forked_child_has_its_own),
		cmocka_unit_test(lists_of_the_kernel_are_read),
		cmocka_unit_test(long_list_is_read_in_pieces),
		cmocka_unit_test(what_is_no_list_is_refused),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
