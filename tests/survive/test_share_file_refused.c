/* SPDX-License-Identifier: MIT */
/*
 * test_share_file_refused.c - files and processes that do not fit: each has an error of its own and
 * a warning, and what was there stays as it was.
 */
#include "survive/roles.h"

#include "support/tier.h"

#include "ground/fault.h"
#include "memory/file/copies_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

static DEFINE_PER_CPU(long, own);
static char said[1024];

static void keep(enum percpu_log_level level, const char *message)
{
	(void)level;
	snprintf(said, sizeof(said), "%s", message);
}

/* In a process of its own: an attempt changes nothing, and so is not to be seen afterwards. */
static void must_refuse(int (*attempt)(void), int err, const char *text)
{
	const pid_t child = fork();
	int got;

	if (child == 0) {
		percpu_set_log_handler(keep, PERCPU_LOG_WARNING);
		this_cpu_inc(own);
		got = attempt();
		if (got != err || !strstr(said, text)) {
			fprintf(stderr, "%d, not %d, and \"%s\", not \"%s\"\n", got, err, said,
				text);
			_exit(1);
		}
		MUST(percpu_shared_fd() == -ENOENT && per_cpu_sum(own) == 1);
		/* nor is it shared with children */
		if (fork() == 0) {
			this_cpu_inc(own);
			_exit(0);
		}
		wait(NULL);
		MUST(per_cpu_sum(own) == 1);
		_exit(0);
	}
	end_role(child);
}

static unsigned int flags;

static int share(void)
{
	return percpu_share_file(path, flags);
}

static void write_file(const void *bytes, size_t size)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	close(fd);
}

/* As another library or process could have left it: a part of its header has other bytes. */
static void patch_header(size_t at, const void *bytes, size_t size)
{
	const int fd = open(path, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0 && pwrite(fd, bytes, size, (off_t)at) == (ssize_t)size);
	close(fd);
}
#define PATCH_HEADER(member, value)                                                            \
	do {                                                                                   \
		const __typeof__(((struct pcpu_file_header *)NULL)->member) patched = (value); \
                                                                                               \
		patch_header(offsetof(struct pcpu_file_header, member), &patched,              \
			     sizeof(patched));                                                 \
	} while (0)

static off_t file_size(void)
{
	struct stat found;

	assert_int_equal(stat(path, &found), 0);
	return found.st_size;
}

/* --- which file --- */

static void foreign_file_is_left_as_it_is(void **state)
{
	(void)state;
	write_file("accounts", 8);
	must_refuse(share, -EINVAL, "no file of libpercpu's");
	assert_int_equal(file_size(), 8);
	write_file("a file that is longer than a header would be", 45);
	must_refuse(share, -EINVAL, "no file of libpercpu's");
	assert_int_equal(file_size(), 45);
	unlink(path);
}

static void file_that_was_cut_short_is_refused(void **state)
{
	(void)state;
	play("share", path, NULL);
	assert_int_equal(truncate(path, PCPU_FILE_UNITS_AT), 0);
	must_refuse(share, -EINVAL, "cut short");
	assert_int_equal(truncate(path, 100), 0);
	/* there it was not even finished: it is begun anew */
	play("share", path, NULL);
	unlink(path);
}

static void format_of_the_future_is_refused(void **state)
{
	(void)state;
	play("share", path, NULL);
	PATCH_HEADER(format, 77);
	must_refuse(share, -EPROTO, "its format is 77");
	unlink(path);
}

static int share_folder(void)
{
	return percpu_share_file(folder, 0);
}

static int share_nowhere(void)
{
	return percpu_share_file("/dev/shm/no/such/folder", 0);
}

static int share_device(void)
{
	return percpu_share_file("/dev/null", 0);
}

static void what_is_no_file_is_refused(void **state)
{
	(void)state;
	must_refuse(share_folder, -EISDIR, "cannot be opened");
	must_refuse(share_nowhere, -ENOENT, "no such folder");
	must_refuse(share_device, -EINVAL, "no ordinary file");
	assert_int_equal(percpu_share_file(NULL, 0), -EINVAL);
	assert_int_equal(percpu_share_file(path, 4), -EINVAL);
	assert_int_equal(percpu_share_file(path, PERCPU_SHARE_ATTACH | PERCPU_SHARE_NEW), -EINVAL);
}

static void flags_say_whether_it_may_be_there(void **state)
{
	(void)state;
	flags = PERCPU_SHARE_ATTACH;
	must_refuse(share, -ENOENT, "none to attach to");
	assert_int_equal(access(path, F_OK), -1);
	play("share", path, NULL);
	flags = PERCPU_SHARE_NEW;
	must_refuse(share, -EEXIST, "PERCPU_SHARE_NEW");
	flags = 0;
	unlink(path);
}

static void symbolic_link_is_not_followed(void **state)
{
	char target[128];

	(void)state;
	snprintf(target, sizeof(target), "%s.target", path);
	assert_int_equal(symlink(target, path), 0);
	must_refuse(share, -ELOOP, "symbolic link");
	assert_int_equal(access(target, F_OK), -1);
	unlink(path);
}

static void file_that_others_may_write_to_is_refused(void **state)
{
	(void)state;
	play("share", path, NULL);
	assert_int_equal(chmod(path, 0620), 0);
	must_refuse(share, -EPERM, "others may write to it");
	assert_int_equal(chmod(path, 0644), 0);
	play("share", path, NULL);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65534, (gid_t)-1), 0);
		must_refuse(share, -EPERM, "it is user 65534's");
	}
	unlink(path);
}

static int descriptor;

static int share_descriptor(void)
{
	return percpu_share_fd(descriptor);
}

static void descriptor_must_be_open_for_both(void **state)
{
	(void)state;
	play("share", path, NULL);
	descriptor = 600;
	must_refuse(share_descriptor, -EBADF, "not open");
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	must_refuse(share_descriptor, -EBADF, "not open");
	close(descriptor);
	unlink(path);
}

/* --- which process --- */

static int share_in_a_section(void)
{
	int err;

	get_cpu();
	err = share();
	put_cpu();
	return err;
}

static int share_pinned(void)
{
	int err;

	if (percpu_thread_pin((unsigned int)sched_getcpu()) != 0)
		return share_in_a_section();
	err = share();
	percpu_thread_unpin();
	return err;
}

static void *wait_when_counted(void *arg)
{
	this_cpu_add(own, 0);
	say(&board->ready);
	wait_until(&board->stop, 1);
	return arg;
}

/* In the fallback tier another thread's mark would be nobody's; it may be used at any time. */
static int share_when_a_thread_has_counted(void)
{
	pthread_t thread;
	int err;

	if (has_sequences())
		return share_in_a_section();
	if (pthread_create(&thread, NULL, wait_when_counted, NULL))
		return 1;
	wait_until(&board->ready, 1);
	err = share();
	say(&board->stop);
	pthread_join(thread, NULL);
	return err;
}

static void process_has_to_be_ready_for_it(void **state)
{
	(void)state;
	must_refuse(share_in_a_section, -EBUSY, "in a section, or pinned");
	must_refuse(share_pinned, -EBUSY, "in a section, or pinned");
	memset(board, 0, sizeof(*board));
	must_refuse(share_when_a_thread_has_counted, -EBUSY,
		    has_sequences() ? "in a section" : "before another thread counts");
	assert_int_equal(access(path, F_OK), has_sequences() ? -1 : 0);
	unlink(path);
}

/* --- space --- */

static void name_on_a_small_file_system(void)
{
	MUST(share() == 0);
	MUST(__alloc_percpu_named("small", 64, 8));
	MUST(!__alloc_percpu_named("large", (1 << 20) - 8192, 8) && errno == ENOSPC);
	MUST(__alloc_percpu_named("other", 64, 8));
}

static void become_root_of_a_namespace(void)
{
	char map[32];
	const int size = snprintf(map, sizeof(map), "0 %u 1", (unsigned int)geteuid());
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
		_exit(77);
	fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, map, (size_t)size) != size)
		_exit(77);
	close(fd);
}

/* Tests that have the folder to themselves; skipped where the system does not allow that. */
static void mount_small(size_t size)
{
	char options[64];

	if (unshare(CLONE_NEWNS) != 0)
		become_root_of_a_namespace();
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	snprintf(options, sizeof(options), "size=%zu", size);
	if (mount("none", folder, "tmpfs", 0, options) != 0)
		_exit(77);
}

static void in_small_file_system(size_t size, void (*body)(void))
{
	const pid_t child = fork();
	int status;

	if (child == 0) {
		mount_small(size);
		body();
		_exit(0);
	}
	status = wait_for(child, SECONDS);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

static void be_refused_space(void)
{
	percpu_set_log_handler(keep, PERCPU_LOG_WARNING);
	MUST(share() == -ENOSPC && strstr(said, "no space"));
}

static void file_system_without_space_is_an_error_at_once(void **state)
{
	(void)state;
	in_small_file_system(65536, be_refused_space);
}

static void name_without_space_is_an_error_at_once(void **state)
{
	(void)state;
	/* for the marks in the fallback tier; and some pages of each CPU */
	in_small_file_system((has_sequences() ? 1 << 19 : 3 << 19) + (nr_cpu_ids << 16),
			     name_on_a_small_file_system);
}

static int share_with_short_files(void)
{
	const struct rlimit limit = {4096, 4096};

	setrlimit(RLIMIT_FSIZE, &limit);
	return share();
}

static void limit_of_file_sizes_is_an_error(void **state)
{
	(void)state;
	must_refuse(share_with_short_files, -EFBIG, "ulimit -f");
	/* and it can be made yet */
	play("share", path, NULL);
	unlink(path);
}

/* --- who has it --- */

static pid_t start_holder(void)
{
	pid_t holder;

	memset(board, 0, sizeof(*board));
	holder = start_role("hold", path, NULL);
	wait_until(&board->ready, 1);
	return holder;
}

static void end_holder(pid_t holder)
{
	say(&board->stop);
	end_role(holder);
}

static void start_otherwise(const char *conf, const char *role)
{
	char before[256] = "";

	if (getenv("PERCPU_CONF"))
		snprintf(before, sizeof(before), "%s", getenv("PERCPU_CONF"));
	setenv("PERCPU_CONF", conf, 1);
	play(role, path, NULL);
	setenv("PERCPU_CONF", before, 1);
}

/* Where copies are not told apart by CPU, or have no windows, or cannot be looked for in line. */
static void some_configurations_have_none(void **state)
{
	(void)state;
	start_otherwise("alloc:page", "be_unable");
	start_otherwise("index:mm_cid", "be_unable");
	start_otherwise("place:elsewhere", "be_unable");
	assert_int_equal(access(path, F_OK), -1);
}

static const char *other_tier(void)
{
	return has_sequences() ? "backend:fallback" : "backend:rseq";
}

static bool has_both_tiers(void)
{
	const char *conf = getenv("PERCPU_CONF");

	return has_sequences() || (conf && strstr(conf, "backend:fallback"));
}

static void other_tier_waits_until_nobody_has_it(void **state)
{
	pid_t holder;

	(void)state;
	if (!has_both_tiers())
		skip();
	holder = start_holder();
	start_otherwise(other_tier(), "be_refused");
	play("share", path, NULL);
	end_holder(holder);
	start_otherwise(other_tier(), "share");
	unlink(path);
}

static void other_cpus_wait_until_nobody_has_it(void **state)
{
	char conf[64];
	pid_t holder;

	(void)state;
	snprintf(conf, sizeof(conf), "possible:%u,backend:%s", nr_cpu_ids + 3,
		 has_sequences() ? "auto" : "fallback");
	holder = start_holder();
	start_otherwise(conf, "be_refused");
	end_holder(holder);
	/* then it becomes longer; and with counts of more CPUs than there are it is no use */
	start_otherwise(conf, "count");
	play("be_refused", path, NULL);
	start_otherwise(conf, "share");
	unlink(path);
}

/* As if a later library had changed what is done by entries. */
static void other_library_waits_until_nobody_has_it(void **state)
{
	pid_t holder;

	(void)state;
	holder = start_holder();
	PATCH_HEADER(needs.format, 99);
	must_refuse(share, -EPROTO, "does it in another way");
	end_holder(holder);
	play("share", path, NULL);
	unlink(path);
}

static void other_namespace_waits_until_nobody_has_it(void **state)
{
	pid_t holder;

	(void)state;
	holder = start_holder();
	PATCH_HEADER(needs.processes, 1);
	must_refuse(share, -EXDEV, "namespace");
	end_holder(holder);
	play("share", path, NULL);
	unlink(path);
}

/* It has closed all descriptors, as some daemons do, and its copies are all that is left. */
static void who_has_closed_the_file_has_it_yet(void **state)
{
	pid_t holder;

	(void)state;
	if (!has_both_tiers())
		skip();
	memset(board, 0, sizeof(*board));
	holder = start_role("hold_closed", path, NULL);
	wait_until(&board->ready, 1);
	start_otherwise(other_tier(), "be_refused");
	play("count", path, NULL);
	end_holder(holder);
	start_otherwise(other_tier(), "share");
	unlink(path);
}

static void twins_that_are_taken_are_an_error(void **state)
{
	pid_t holder;

	(void)state;
	holder = start_holder();
	play("be_in_the_way", path, NULL);
	end_holder(holder);
	unlink(path);
}

static bool no_patience(enum pcpu_fault_site site)
{
	return site == PCPU_FAULT_PATIENCE;
}

static int share_impatiently(void)
{
	pcpu_fault_hook = no_patience;
	return share();
}

/* Who attaches waits for who does, and not for ever: he may have been stopped. */
static void file_that_is_locked_is_waited_for(void **state)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	pid_t waiter;

	(void)state;
	assert_int_equal(fcntl(fd, F_SETLK, &lock), 0);
	must_refuse(share_impatiently, -ETIMEDOUT, "has had it locked");
	waiter = start_role("share", path, NULL);
	usleep(50000);
	assert_int_equal(waitpid(waiter, NULL, WNOHANG), 0);
	assert_int_equal(file_size(), 0);
	lock.l_type = F_UNLCK;
	assert_int_equal(fcntl(fd, F_SETLK, &lock), 0);
	end_role(waiter);
	close(fd);
	unlink(path);
}

/* --- each step fails once --- */

static int steps, failing;

static bool fail_at(enum pcpu_fault_site site)
{
	/* these change how long it takes, or nothing that anybody sees */
	if (site == PCPU_FAULT_PATIENCE || site == PCPU_FAULT_BIND || site == PCPU_FAULT_DISCARD ||
	    site == PCPU_FAULT_PROC || site == PCPU_FAULT_UEVENTS)
		return false;
	return ++steps == failing;
}

/* 1: there is no such step. */
static int try_with_failing_step(void)
{
	int err;

	percpu_set_log_handler(keep, PERCPU_LOG_WARNING);
	steps = 0;
	pcpu_fault_hook = fail_at;
	err = share();
	pcpu_fault_hook = NULL;
	if (err == 0 && steps < failing)
		return 1;
	MUST(err == 0 || said[0]);
	this_cpu_inc(own);
	MUST(per_cpu_sum(own) == 1 && (err == 0) == (percpu_shared_fd() >= 0));
	/* what failed once is possible then */
	MUST(share() == 0);
	this_cpu_inc(own);
	MUST(per_cpu_sum(own) == 2);
	MUST(__alloc_percpu_named("a", 8, 8));
	return 0;
}

static void steps_that_fail_leave_all_as_it_was(void **state)
{
	int status = 0;

	(void)state;
	for (failing = 1; WEXITSTATUS(status) == 0; failing++) {
		const pid_t child = fork();

		if (child == 0)
			_exit(try_with_failing_step() ? 3 : 0);
		status = wait_for(child, SECONDS);
		if (WEXITSTATUS(status) != 3)
			assert_int_equal(status, 0);
		/* by turns into a file that is there, and into none */
		if (failing % 2)
			unlink(path);
	}
	assert_true(failing > 10);
	unlink(path);
}

/* --- roles --- */

static void hold(bool closed)
{
	long __percpu *area;

	MUST(share() == 0);
	area = alloc_percpu_named(long, "count");
	MUST(area);
	if (closed) {
		for (int fd = 3; fd < BOARD_FD; fd++)
			close(fd);
		MUST(!alloc_percpu_named(long, "late") && errno == EBADF);
		MUST(alloc_percpu_named(long, "count") == area);
	}
	say(&board->ready);
	wait_until(&board->stop, 1);
	this_cpu_inc(*area);
	MUST(per_cpu_sum(*area) >= 1);
}

static void count(void)
{
	long __percpu *area;

	MUST(share() == 0);
	area = alloc_percpu_named(long, "count");
	MUST(area);
	this_cpu_inc(*area);
}

static void be_in_the_way(void)
{
	struct pcpu_file_header header;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *there;

	MUST(pread(fd, &header, sizeof(header), 0) == sizeof(header));
	close(fd);
	there = mmap((void *)(header.twins + 4096), 4096, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	MUST(there != MAP_FAILED);
	MUST(share() == -EADDRINUSE);
	munmap(there, 4096);
	MUST(share() == 0);
}

static int role(char **argv)
{
	map_board();
	snprintf(path, sizeof(path), "%s", argv[2]);
	if (!strcmp(argv[1], "share"))
		MUST(share() == 0);
	else if (!strcmp(argv[1], "be_refused"))
		MUST(share() == -EPROTO);
	else if (!strcmp(argv[1], "be_unable")) {
		const int err = share();

		/* where the kernel has no such index it is the usual one, and possible */
		if (strstr(getenv("PERCPU_CONF"), "mm_cid") && indexed_by_cpu())
			MUST(err == 0 && unlink(path) == 0);
		else
			MUST(err == -EOPNOTSUPP || err == -EAGAIN);
	} else if (!strcmp(argv[1], "hold"))
		hold(false);
	else if (!strcmp(argv[1], "hold_closed"))
		hold(true);
	else if (!strcmp(argv[1], "count"))
		count();
	else if (!strcmp(argv[1], "be_in_the_way"))
		be_in_the_way();
	else
		return 2;
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_file_is_left_as_it_is),
		cmocka_unit_test(file_that_was_cut_short_is_refused),
		cmocka_unit_test(format_of_the_future_is_refused),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(flags_say_whether_it_may_be_there),
		cmocka_unit_test(symbolic_link_is_not_followed),
		cmocka_unit_test(file_that_others_may_write_to_is_refused),
		cmocka_unit_test(descriptor_must_be_open_for_both),
		cmocka_unit_test(process_has_to_be_ready_for_it),
		cmocka_unit_test(some_configurations_have_none),
		cmocka_unit_test(file_system_without_space_is_an_error_at_once),
		cmocka_unit_test(name_without_space_is_an_error_at_once),
		cmocka_unit_test(limit_of_file_sizes_is_an_error),
		cmocka_unit_test(other_tier_waits_until_nobody_has_it),
		cmocka_unit_test(other_cpus_wait_until_nobody_has_it),
		cmocka_unit_test(other_library_waits_until_nobody_has_it),
		cmocka_unit_test(other_namespace_waits_until_nobody_has_it),
		cmocka_unit_test(who_has_closed_the_file_has_it_yet),
		cmocka_unit_test(twins_that_are_taken_are_an_error),
		cmocka_unit_test(file_that_is_locked_is_waited_for),
		cmocka_unit_test(steps_that_fail_leave_all_as_it_was),
	};

	if (argc > 1)
		return role(argv);
	return cmocka_run_group_tests(tests, begin, end);
}
