/* SPDX-License-Identifier: MIT */
/*
 * test_machine_cpus.c - what is told of the machine's CPUs, from made-up files and messages. Run
 * with possible:8.
 */
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/made_up_sysfs.h"

#include "hotplug/watch/machine_cpus.h"

#include <percpu/cpumask.h>

#include <string.h>

static struct {
	char text[512];
	struct pcpu_machine_cpus cpus;
} told;

static void tell_online(unsigned int cpu, bool online)
{
	snprintf(told.text + strlen(told.text), 16, "%s%u ", online ? "+" : "-", cpu);
}

static void tell_present(unsigned int cpu, bool present)
{
	snprintf(told.text + strlen(told.text), 16, "%s%u ", present ? "in" : "out", cpu);
}

static const struct pcpu_watch_sink sink = {.online = tell_online, .present = tell_present};

static void write_lists(const char *online, const char *present)
{
	sysfs_write("cpu/online", online);
	sysfs_write("cpu/present", present);
}

static bool look(void)
{
	char path[96];

	told.text[0] = '\0';
	snprintf(path, sizeof(path), "%s/cpu", sysfs);
	return pcpu_machine_cpus_look(&told.cpus, path);
}

#define assert_told(...)                                       \
	do {                                                   \
		assert_true(look());                           \
		assert_string_equal(told.text, (__VA_ARGS__)); \
	} while (0)

static const char *after_message(enum pcpu_uevent_action action, unsigned int cpu)
{
	told.text[0] = '\0';
	pcpu_machine_cpus_hear(&told.cpus, &(struct pcpu_uevent){.action = action, .cpu = cpu});
	return told.text;
}

/* Four CPUs of eight or more, of which one is offline; all of that has been told. */
static int begin(void **state)
{
	(void)state;
	if (sysfs_make())
		return -1;
	memset(&told, 0, sizeof(told));
	told.cpus.sink = &sink;
	write_lists("0-2\n", "0-3\n");
	return look() ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	faults_end();
	return sysfs_remove();
}

static void first_look_tells_those_that_are_there(void **state)
{
	(void)state;
	told.cpus = (struct pcpu_machine_cpus){.sink = &sink};
	assert_told("in0 +0 in1 +1 in2 +2 in3 -3 ");
	assert_told("");
}

static void next_one_goes_on_where_the_last_has_ended(void **state)
{
	static struct pcpu_machine_cpus last;

	(void)state;
	last = told.cpus;
	told.cpus = (struct pcpu_machine_cpus){.sink = &sink};
	pcpu_machine_cpus_go_on(&told.cpus, &last);
	assert_told("");
	assert_string_equal(after_message(PCPU_CPU_OFFLINE, 1), "-1 ");
}

static void look_tells_what_is_new(void **state)
{
	(void)state;
	assert_told("");
	write_lists("0,2-3\n", "0-3\n");
	assert_told("-1 +3 ");
	assert_told("");
}

static void one_that_is_plugged_in_is_present_before_it_is_online(void **state)
{
	(void)state;
	write_lists("0-2,5\n", "0-3,5\n");
	assert_told("in5 +5 ");
	write_lists("0-2\n", "0-3\n");
	assert_told("-5 out5 ");
}

/* Between the two files. */
static void one_that_is_online_is_present(void **state)
{
	(void)state;
	write_lists("0-2,6\n", "0-3\n");
	assert_told("in6 +6 ");
}

static void impossible_one_is_not_told(void **state)
{
	char online[64], present[64];

	(void)state;
	snprintf(online, sizeof(online), "0-2,%u-%u\n", nr_cpu_ids, nr_cpu_ids + 1);
	snprintf(present, sizeof(present), "0-3,%u-%u\n", nr_cpu_ids, nr_cpu_ids + 1);
	write_lists(online, present);
	assert_told("");
	assert_string_equal(after_message(PCPU_CPU_ONLINE, nr_cpu_ids), "");
	assert_string_equal(after_message(PCPU_CPU_ONLINE, 60000), "");
}

static void without_a_list_nothing_is_told(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		write_lists((const char *const[]){"", "x\n", "0-\n", "\n"}[i], "0\n");
		assert_false(look());
		assert_string_equal(told.text, "");
	}
	write_lists("0\n", "0\n");
	faults_fail_nth(PCPU_FAULT_TOPOLOGY, 1);
	assert_false(look());
	assert_string_equal(told.text, "");
}

static void without_a_list_of_present_ones_none_goes(void **state)
{
	(void)state;
	write_lists("0-1,4\n", "x\n");
	assert_told("-2 in4 +4 ");
}

static void message_is_told_at_once(void **state)
{
	(void)state;
	assert_string_equal(after_message(PCPU_CPU_OFFLINE, 1), "-1 ");
	assert_string_equal(after_message(PCPU_CPU_ONLINE, 1), "+1 ");
	assert_string_equal(after_message(PCPU_CPU_ADDED, 4), "in4 ");
	assert_string_equal(after_message(PCPU_CPU_ONLINE, 4), "+4 ");
	assert_string_equal(after_message(PCPU_CPU_REMOVED, 4), "-4 out4 ");
}

static void message_of_what_has_been_told_is_not_told(void **state)
{
	(void)state;
	assert_string_equal(after_message(PCPU_CPU_ONLINE, 1), "");
	write_lists("0,2\n", "0-3\n");
	assert_told("-1 ");
	assert_string_equal(after_message(PCPU_CPU_OFFLINE, 1), "");
}

/* Whatever messages say, in the end it is as the files have it. */
static void look_puts_right_what_messages_have_said(void **state)
{
	(void)state;
	assert_string_equal(after_message(PCPU_CPU_OFFLINE, 1), "-1 ");
	assert_told("+1 ");
}

static void message_before_the_first_look_waits_for_it(void **state)
{
	(void)state;
	told.cpus.known = false;
	assert_string_equal(after_message(PCPU_CPU_OFFLINE, 1), "");
}

static void nothing_is_told_when_it_is_over(void **state)
{
	(void)state;
	told.cpus.over = true;
	write_lists("0\n", "0\n");
	assert_told("");
	assert_string_equal(after_message(PCPU_CPU_OFFLINE, 1), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_look_tells_those_that_are_there),
		TEST(next_one_goes_on_where_the_last_has_ended),
		TEST(look_tells_what_is_new),
		TEST(one_that_is_plugged_in_is_present_before_it_is_online),
		TEST(one_that_is_online_is_present),
		TEST(impossible_one_is_not_told),
		TEST(without_a_list_nothing_is_told),
		TEST(without_a_list_of_present_ones_none_goes),
		TEST(message_is_told_at_once),
		TEST(message_of_what_has_been_told_is_not_told),
		TEST(look_puts_right_what_messages_have_said),
		TEST(message_before_the_first_look_waits_for_it),
		TEST(nothing_is_told_when_it_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
