/* SPDX-License-Identifier: MIT */
/*
 * test_cgroup.c - how much memory there still is, from made-up files and in a real memory cgroup:
 * in it an allocation whose pages are to be resident is NULL where there is no more, and nobody is
 * killed. Run with populate:eager.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/made_up_sysfs.h"

#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "memory/cgroup.h"
#include "memory/span.h"

#include <percpu/percpu.h>

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)

static DEFINE_PER_CPU(int, some_variable);

static int begin(void **state)
{
	(void)state;
	return sysfs_make();
}

static int end(void **state)
{
	(void)state;
	return sysfs_remove();
}

static uint64_t room(void)
{
	char proc[96], mounts[96];
	uint64_t bytes;
	sigset_t saved;

	snprintf(proc, sizeof(proc), "%s/proc", sysfs);
	snprintf(mounts, sizeof(mounts), "%s/cgroup", sysfs);
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	bytes = pcpu_cgroup_room(proc, mounts);
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	return bytes;
}

static void write_group(const char *folder, const char *limit, const char *usage,
			const char *limit_is, const char *usage_is)
{
	char file[128];

	snprintf(file, sizeof(file), "cgroup%s/%s", folder, limit);
	sysfs_write(file, limit_is);
	snprintf(file, sizeof(file), "cgroup%s/%s", folder, usage);
	sysfs_write(file, usage_is);
}

static void write_new(const char *folder, const char *limit_is, const char *usage_is)
{
	write_group(folder, "memory.max", "memory.current", limit_is, usage_is);
}

static void without_files_nobody_knows_of_a_limit(void **state)
{
	(void)state;
	assert_true(room() == UINT64_MAX);
	sysfs_write("proc/self/cgroup", "0::/a/b\n");
	assert_true(room() == UINT64_MAX);
	sysfs_write("proc/self/cgroup", "nonsense");
	assert_true(room() == UINT64_MAX);
}

static void group_has_what_its_limit_leaves(void **state)
{
	(void)state;
	sysfs_write("proc/self/cgroup", "0::/a/b\n");
	write_new("/a/b", "1000000\n", "400000\n");
	assert_int_equal(room(), 600000);
	write_new("/a/b", "1000000\n", "1400000\n");
	assert_int_equal(room(), 0);
	write_new("/a/b", "max\n", "1400000\n");
	assert_true(room() == UINT64_MAX);
}

static void least_of_all_groups_above_counts(void **state)
{
	(void)state;
	sysfs_write("proc/self/cgroup", "1:name=systemd:/x\n0::/a/b\n");
	write_new("/a/b", "1000000\n", "0\n");
	write_new("/a", "max\n", "0\n");
	assert_int_equal(room(), 1000000);
	write_new("/a", "2000000\n", "1990000\n");
	assert_int_equal(room(), 10000);
	/* the mount itself, as a container sees its group */
	write_new("", "5000\n", "1000\n");
	assert_int_equal(room(), 4000);
}

static void group_of_a_container_is_the_mount(void **state)
{
	(void)state;
	sysfs_write("proc/self/cgroup", "4:memory:/docker/123456\n0::/\n");
	write_group("/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "7000\n",
		    "2000\n");
	assert_int_equal(room(), 5000);
	write_group("/memory/docker/123456", "memory.limit_in_bytes", "memory.usage_in_bytes",
		    "7000\n", "6999\n");
	assert_int_equal(room(), 1);
}

static void files_that_can_be_dropped_count_as_room(void **state)
{
	(void)state;
	sysfs_write("proc/self/cgroup", "0::/a\n");
	write_new("/a", "1000000\n", "1000000\n");
	sysfs_write("cgroup/a/memory.stat",
		    "anon 1\nfile 2\ninactive_anon 3\nactive_anon 4\ninactive_file 500\n"
		    "active_file 60\nunevictable 7\n");
	assert_int_equal(room(), 560);
}

static void machine_has_what_is_available_and_swap(void **state)
{
	(void)state;
	sysfs_write("proc/meminfo", "MemTotal: 100 kB\nMemFree: 1 kB\nMemAvailable:   70 kB\n"
				    "SwapTotal: 9 kB\nSwapFree:  5 kB\n");
	assert_int_equal(room(), 75 * 1024);
	sysfs_write("proc/self/cgroup", "0::/a\n");
	write_new("/a", "1000\n", "0\n");
	assert_int_equal(room(), 1000);
}

static void path_that_is_too_long_is_no_group(void **state)
{
	char text[1600] = "0::/";

	(void)state;
	memset(text + 4, 'a', sizeof(text) - 5);
	text[sizeof(text) - 1] = '\0';
	sysfs_write("proc/self/cgroup", text);
	assert_true(room() == UINT64_MAX);
}

static void what_is_kept_in_reserve_is_not_given_out(void **state)
{
	sigset_t saved;

	(void)state;
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	assert_true(pcpu_memory_has_room(PCPU_PAGE_SIZE));
	assert_false(pcpu_memory_has_room(UINT64_MAX));
	assert_false(pcpu_memory_has_room(UINT64_C(1) << 60));
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
}

/* --- a real one --- */

static char group[512];

static bool write_to(const char *file, const char *text)
{
	char path[640];
	bool done;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return done;
}

/* Below the one that the test is in, with 48 MiB. False: it may not. */
static bool make_group(const char *line, const char *mount, const char *limit)
{
	char text[1024];
	FILE *file = fopen("/proc/self/cgroup", "re");
	const char *path = NULL;
	bool made;

	while (file && !path && fgets(text, sizeof(text), file))
		path = strstr(text, line);
	if (file)
		fclose(file);
	if (!path)
		return false;
	path += strlen(line);
	snprintf(group, sizeof(group), "%s%.*s/percpu-test-%d", mount, (int)strcspn(path, "\n"),
		 path, getpid());
	if (mkdir(group, 0700) != 0)
		return false;
	made = write_to(limit, "50331648");
	if (!made)
		rmdir(group);
	return made;
}

static void allocate_until_there_is_no_more(void *arg)
{
	unsigned int nr = 0, cpu;
	char pid[32];

	(void)arg;
	snprintf(pid, sizeof(pid), "%d", getpid());
	child_expect(write_to("cgroup.procs", pid));
	for_each_possible_cpu(cpu)
		per_cpu(some_variable, cpu) = 1;
	percpu_set_log_handler(NULL, PERCPU_LOG_ERR);
	while (__alloc_percpu(32768, 8))
		child_expect(++nr <= 48 * MIB / 32768);
	child_expect(nr * 32768 * num_possible_cpus() > 16 * MIB);
	/* what there is can be used; and there is less again for others */
	child_expect(per_cpu_sum(some_variable) == (long)num_possible_cpus());
	this_cpu_inc(some_variable);
}

static void eager_allocation_in_a_small_group_is_null_and_nobody_is_killed(void **state)
{
	struct child_end child;

	(void)state;
	assert_true(pcpu_conf.populate_eager);
	if (!make_group(":memory:", "/sys/fs/cgroup/memory", "memory.limit_in_bytes") &&
	    !make_group("0::", "/sys/fs/cgroup", "memory.max")) {
		skip();
		return;
	}
	/* no swap, where that can be said */
	write_to("memory.swap.max", "0");
	child = child_run(allocate_until_there_is_no_more, NULL);
	for (int tries = 0; rmdir(group) != 0 && tries < 100; tries++)
		usleep(10000);
	assert_child_was_content(child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_files_nobody_knows_of_a_limit, begin, end),
		cmocka_unit_test_setup_teardown(group_has_what_its_limit_leaves, begin, end),
		cmocka_unit_test_setup_teardown(least_of_all_groups_above_counts, begin, end),
		cmocka_unit_test_setup_teardown(group_of_a_container_is_the_mount, begin, end),
		cmocka_unit_test_setup_teardown(files_that_can_be_dropped_count_as_room, begin,
						end),
		cmocka_unit_test_setup_teardown(machine_has_what_is_available_and_swap, begin, end),
		cmocka_unit_test_setup_teardown(path_that_is_too_long_is_no_group, begin, end),
		cmocka_unit_test(what_is_kept_in_reserve_is_not_given_out),
		cmocka_unit_test(eager_allocation_in_a_small_group_is_null_and_nobody_is_killed),
	};

	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
