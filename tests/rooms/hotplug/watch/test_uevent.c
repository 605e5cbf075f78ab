/* SPDX-License-Identifier: MIT */
/* test_uevent.c - the kernel's messages about CPUs: what they say, which of them get through. */
#include "support/cmocka_all.h"
#include "support/faults.h"

#include "hotplug/watch/uevent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* As the kernel sends them: the text, a zero, and more that nobody reads here. */
#define MESSAGE(text) text "\0ACTION=x\0DEVPATH=/devices/system/cpu/cpu1\0SUBSYSTEM=cpu\0SEQNUM=554"

static bool parse(const char *text, size_t length, struct pcpu_uevent *event)
{
	*event = (struct pcpu_uevent){.cpu = 4711};
	return pcpu_uevent_parse(text, length, event);
}

#define assert_says(text, expected_action, expected_cpu)                         \
	do {                                                                     \
		struct pcpu_uevent said;                                         \
		assert_true(parse(MESSAGE(text), sizeof(MESSAGE(text)), &said)); \
		assert_int_equal(said.action, expected_action);                  \
		assert_int_equal(said.cpu, expected_cpu);                        \
	} while (0)

#define assert_says_nothing(text)                                                 \
	do {                                                                      \
		struct pcpu_uevent said;                                          \
		assert_false(parse(MESSAGE(text), sizeof(MESSAGE(text)), &said)); \
	} while (0)

static void four_actions_are_understood(void **state)
{
	(void)state;
	assert_says("offline@/devices/system/cpu/cpu1", PCPU_CPU_OFFLINE, 1);
	assert_says("online@/devices/system/cpu/cpu0", PCPU_CPU_ONLINE, 0);
	assert_says("add@/devices/system/cpu/cpu8", PCPU_CPU_ADDED, 8);
	assert_says("remove@/devices/system/cpu/cpu65535", PCPU_CPU_REMOVED, 65535);
}

static void others_say_nothing(void **state)
{
	(void)state;
	assert_says_nothing("bind@/devices/system/cpu/cpu8");
	assert_says_nothing("change@/devices/system/cpu/cpu8");
	assert_says_nothing("remove@/devices/system/machinecheck/machinecheck1");
	assert_says_nothing("add@/devices/virtual/thermal/cooling_device8");
	assert_says_nothing("offline@/devices/system/memory/memory1");
	assert_says_nothing("offline@/devices/system/cpu/cpufreq");
	assert_says_nothing("offline@/devices/system/cpu/cpu");
	assert_says_nothing("offline@/devices/system/cpu/cpu1/cache");
	assert_says_nothing("offline@/devices/system/cpu/cpu1x");
	assert_says_nothing("offline@/devices/system/cpu/cpu-1");
	assert_says_nothing("xoffline@/devices/system/cpu/cpu1");
	assert_says_nothing("offline");
	assert_says_nothing("");
}

static void numbers_of_no_cpu_say_nothing(void **state)
{
	(void)state;
	assert_says_nothing("offline@/devices/system/cpu/cpu65536");
	assert_says_nothing("offline@/devices/system/cpu/cpu4294967297");
	assert_says_nothing("offline@/devices/system/cpu/cpu99999999999999999999");
}

/* The text is as long as the message says, and need not end with a zero. */
static void message_that_is_cut_is_read_to_its_end(void **state)
{
	static const char text[] = "offline@/devices/system/cpu/cpu123";
	struct pcpu_uevent event;

	(void)state;
	for (size_t length = 0; length < strlen("offline@/devices/system/cpu/cpu1"); length++)
		assert_false(parse(text, length, &event));
	assert_true(parse(text, sizeof(text) - 2, &event));
	assert_int_equal(event.cpu, 12);
}

/* --- a socket --- */

static struct {
	int here, there;
} pair;

static int make_pair(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
	pair.here = fds[0];
	pair.there = fds[1];
	return 0;
}

static int close_pair(void **state)
{
	(void)state;
	faults_end();
	close(pair.here);
	close(pair.there);
	return 0;
}

#define send_message(text)                                                          \
	assert_int_equal(send(pair.there, MESSAGE(text), sizeof(MESSAGE(text)), 0), \
			 sizeof(MESSAGE(text)))

static void messages_come_one_after_the_other(void **state)
{
	struct pcpu_uevent event;

	(void)state;
	assert_int_equal(pcpu_uevents_next(pair.here, &event), 0);
	send_message("offline@/devices/system/cpu/cpu3");
	send_message("add@/devices/platform/x");
	send_message("online@/devices/system/cpu/cpu3");
	assert_int_equal(pcpu_uevents_next(pair.here, &event), 1);
	assert_int_equal(event.action, PCPU_CPU_OFFLINE);
	assert_int_equal(event.cpu, 3);
	assert_int_equal(pcpu_uevents_next(pair.here, &event), -EAGAIN);
	assert_int_equal(pcpu_uevents_next(pair.here, &event), 1);
	assert_int_equal(event.action, PCPU_CPU_ONLINE);
	assert_int_equal(pcpu_uevents_next(pair.here, &event), 0);
}

static void lost_message_is_no_end(void **state)
{
	struct pcpu_uevent event;

	(void)state;
	send_message("offline@/devices/system/cpu/cpu3");
	send_message("online@/devices/system/cpu/cpu3");
	faults_fail_nth(PCPU_FAULT_LOST, 1);
	assert_int_equal(pcpu_uevents_next(pair.here, &event), -EAGAIN);
	assert_int_equal(pcpu_uevents_next(pair.here, &event), 1);
	assert_int_equal(event.action, PCPU_CPU_ONLINE);
}

static void closed_socket_is_an_end(void **state)
{
	struct pcpu_uevent event;

	(void)state;
	assert_int_equal(pcpu_uevents_next(-1, &event), -EBADF);
}

/* What the kernel lets through is what is understood: no other device's message wakes anybody. */
static void filter_lets_messages_about_cpus_through(void **state)
{
	struct pcpu_uevent event;
	struct sock_filter program[128];
	socklen_t length = sizeof(program) / sizeof(program[0]);
	struct sock_fprog filter = {.filter = program};
	int fd = pcpu_uevents_open();

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, program, &length), 0);
	close(fd);
	filter.len = (unsigned short)length;
	assert_int_equal(
		setsockopt(pair.here, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)), 0);
	send_message("bind@/devices/system/cpu/cpu8");
	send_message("remove@/devices/system/machinecheck/machinecheck1");
	send_message("offline@/devices/system/memory/memory1");
	send_message("add@/devices/virtual/thermal/cooling_device8");
	assert_int_equal(pcpu_uevents_next(pair.here, &event), 0);
	send_message("offline@/devices/system/cpu/cpu3");
	send_message("online@/devices/system/cpu/cpu3");
	send_message("add@/devices/system/cpu/cpu3");
	send_message("remove@/devices/system/cpu/cpu3");
	for (int action = PCPU_CPU_OFFLINE; action <= PCPU_CPU_REMOVED; action++) {
		assert_int_equal(pcpu_uevents_next(pair.here, &event), 1);
		assert_int_equal(event.action, action);
	}
}

static void refused_socket_is_an_error(void **state)
{
	(void)state;
	faults_fail_nth(PCPU_FAULT_UEVENTS, 1);
	assert_int_equal(pcpu_uevents_open(), -EPERM);
}

/* --- namespaces --- */

static void who_cannot_ask_is_unsure(void **state)
{
	(void)state;
	assert_int_equal(pcpu_uevents_hearing("/nowhere"), PCPU_UNSURE);
	faults_fail_nth(PCPU_FAULT_PROC, 1);
	assert_int_equal(pcpu_uevents_hearing("/proc"), PCPU_UNSURE);
}

/* In a process of its own. 99: no such namespaces are to be had here. */
static int hearing_in(int namespaces, int deeper)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (unshare(namespaces) != 0 || (deeper && unshare(deeper) != 0))
			_exit(99);
		_exit(pcpu_uevents_hearing("/proc"));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static void network_of_another_user_namespace_is_deaf(void **state)
{
	int hearing = hearing_in(CLONE_NEWUSER | CLONE_NEWNET, 0);

	(void)state;
	if (hearing == 99)
		skip();
	assert_int_equal(hearing, PCPU_DEAF);
}

static void network_of_a_namespace_above_is_unsure(void **state)
{
	int hearing = hearing_in(CLONE_NEWUSER, 0);

	(void)state;
	if (hearing == 99)
		skip();
	assert_int_equal(hearing, PCPU_UNSURE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_actions_are_understood),
		cmocka_unit_test(others_say_nothing),
		cmocka_unit_test(numbers_of_no_cpu_say_nothing),
		cmocka_unit_test(message_that_is_cut_is_read_to_its_end),
		cmocka_unit_test_setup_teardown(messages_come_one_after_the_other, make_pair,
						close_pair),
		cmocka_unit_test_setup_teardown(lost_message_is_no_end, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(closed_socket_is_an_end, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(filter_lets_messages_about_cpus_through, make_pair,
						close_pair),
		cmocka_unit_test_setup_teardown(refused_socket_is_an_error, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(who_cannot_ask_is_unsure, make_pair, close_pair),
		cmocka_unit_test(network_of_another_user_namespace_is_deaf),
		cmocka_unit_test(network_of_a_namespace_above_is_unsure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
