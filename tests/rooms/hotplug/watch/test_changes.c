/* SPDX-License-Identifier: MIT */
/*
 * test_changes.c - files that somebody writes to, in folders that look like those of the kernel.
 * Run with possible:8.
 */
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/made_up_sysfs.h"

#include "hotplug/watch/changes.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

static struct {
	struct pcpu_changes changes;
	char cpus[96], proc[96], mounts[96];
} there;

static int begin(void **state)
{
	(void)state;
	if (sysfs_make())
		return -1;
	snprintf(there.cpus, sizeof(there.cpus), "%s/cpu", sysfs);
	snprintf(there.proc, sizeof(there.proc), "%s/proc", sysfs);
	snprintf(there.mounts, sizeof(there.mounts), "%s/cgroup", sysfs);
	return pcpu_changes_open(&there.changes);
}

static int end(void **state)
{
	(void)state;
	faults_end();
	pcpu_changes_close(&there.changes);
	return sysfs_remove();
}

/* Whether there is something to read, which is read then. */
static bool is_told(void)
{
	struct pollfd fd = {.fd = there.changes.fd, .events = POLLIN};
	bool told = poll(&fd, 1, 0) > 0;

	pcpu_changes_drain(&there.changes);
	return told;
}

static bool look_for_cpusets(void)
{
	return pcpu_changes_of_cpusets(&there.changes, there.proc, there.mounts);
}

#define assert_hears(file)                  \
	do {                                \
		sysfs_write(file, "0-1\n"); \
		assert_true(is_told());     \
		assert_false(is_told());    \
	} while (0)

#define assert_hears_not(file)              \
	do {                                \
		sysfs_write(file, "0-1\n"); \
		assert_false(is_told());    \
	} while (0)

static void cpus_that_are_there_are_heard(void **state)
{
	(void)state;
	sysfs_write("cpu/cpu1/online", "1\n");
	sysfs_write("cpu/cpu7/online", "1\n");
	pcpu_changes_of_cpus(&there.changes, there.cpus);
	assert_false(is_told());
	assert_hears("cpu/cpu1/online");
	assert_hears("cpu/cpu7/online");
	assert_hears_not("cpu/cpu2/online");
	/* now that is there */
	pcpu_changes_of_cpus(&there.changes, there.cpus);
	assert_hears("cpu/cpu2/online");
	assert_hears("cpu/cpu1/online");
}

static void make_groups(void)
{
	static const char *const folders[] = {"", "/a", "/a/b", "/a/b/c", "/d"};
	char file[96];

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		snprintf(file, sizeof(file), "cgroup%s/cpuset.cpus", folders[i]);
		sysfs_write(file, "\n");
		snprintf(file, sizeof(file), "cgroup%s/cgroup.events", folders[i]);
		sysfs_write(file, "\n");
		snprintf(file, sizeof(file), "cgroup/cpuset%s/cpuset.cpus", folders[i]);
		sysfs_write(file, "\n");
		snprintf(file, sizeof(file), "cgroup/unified%s/cpuset.cpus", folders[i]);
		sysfs_write(file, "\n");
	}
}

static void group_and_all_above_it_are_heard(void **state)
{
	(void)state;
	make_groups();
	sysfs_write("proc/self/cgroup", "0::/a/b\n");
	assert_false(look_for_cpusets());
	assert_hears("cgroup/a/b/cpuset.cpus");
	assert_hears("cgroup/a/cpuset.cpus");
	assert_hears("cgroup/cpuset.cpus");
	assert_hears("cgroup/unified/a/cpuset.cpus");
	assert_hears("cgroup/a/b/cgroup.events");
	assert_hears_not("cgroup/a/b/c/cpuset.cpus");
	assert_hears_not("cgroup/d/cpuset.cpus");
	assert_hears_not("cgroup/a/cgroup.events");
	assert_hears_not("cgroup/cpuset/a/b/cpuset.cpus");
}

static void first_version_is_heard(void **state)
{
	(void)state;
	make_groups();
	sysfs_write("proc/self/cgroup",
		    "9:name=systemd:/d\n4:memory:/d\n3:cpu,cpuset,x:/a\n0::/\n");
	assert_false(look_for_cpusets());
	assert_hears("cgroup/cpuset/a/cpuset.cpus");
	assert_hears("cgroup/cpuset/cpuset.cpus");
	assert_hears_not("cgroup/cpuset/d/cpuset.cpus");
	assert_hears_not("cgroup/cpuset/a/b/cpuset.cpus");
}

/* In a container the path may be one that is not there, and the mount its group. */
static void mount_is_heard_whatever_the_path(void **state)
{
	(void)state;
	make_groups();
	sysfs_write("proc/self/cgroup", "0::/../../system.slice/x.service\n");
	assert_false(look_for_cpusets());
	assert_hears("cgroup/cpuset.cpus");
}

static void move_is_followed(void **state)
{
	(void)state;
	make_groups();
	sysfs_write("proc/self/cgroup", "0::/a/b\n");
	assert_false(look_for_cpusets());
	assert_false(look_for_cpusets());
	sysfs_write("proc/self/cgroup", "0::/d\n");
	assert_true(look_for_cpusets());
	assert_hears("cgroup/d/cpuset.cpus");
	assert_hears("cgroup/cpuset.cpus");
	assert_hears_not("cgroup/a/b/cpuset.cpus");
	assert_false(look_for_cpusets());
}

static void without_cgroups_nothing_is_heard(void **state)
{
	(void)state;
	make_groups();
	assert_false(look_for_cpusets());
	for (int i = 0; i < 4; i++) {
		sysfs_write("proc/self/cgroup", (const char *const[]){"x\n", "0:\n", "7:cpuset\n",
								      "1:cpusetx:/a\n"}[i]);
		look_for_cpusets();
		assert_hears_not("cgroup/cpuset.cpus");
		assert_hears_not("cgroup/cpuset/a/cpuset.cpus");
	}
}

static void without_inotify_nothing_is_heard(void **state)
{
	struct pcpu_changes none = {.fd = -1};

	(void)state;
	sysfs_write("proc/self/cgroup", "0::/a/b\n");
	pcpu_changes_of_cpus(&none, there.cpus);
	assert_false(pcpu_changes_of_cpusets(&none, there.proc, there.mounts));
	pcpu_changes_drain(&none);
	pcpu_changes_close(&none);
	faults_fail_nth(PCPU_FAULT_INOTIFY, 1);
	assert_int_equal(pcpu_changes_open(&none), -EMFILE);
	assert_int_equal(none.fd, -1);
	/* on the way to another group */
	assert_false(look_for_cpusets());
	sysfs_write("proc/self/cgroup", "0::/d\n");
	faults_fail_nth(PCPU_FAULT_INOTIFY, 1);
	assert_true(look_for_cpusets());
	assert_int_equal(there.changes.fd, -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cpus_that_are_there_are_heard),
		TEST(group_and_all_above_it_are_heard),
		TEST(first_version_is_heard),
		TEST(mount_is_heard_whatever_the_path),
		TEST(move_is_followed),
		TEST(without_cgroups_nothing_is_heard),
		TEST(without_inotify_nothing_is_heard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
