/* SPDX-License-Identifier: MIT */
/*
 * test_watch.c - the thread that watches: when there is one, what wakes it, whom it tells. The
 * kernel's files are made up, and its socket is one end of a pair. Run with possible:8.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/made_up_sysfs.h"
#include "support/records.h"
#include "support/threads.h"

#include "hotplug/watch/wakers.h"
#include "hotplug/watch/watch.h"

#include <percpu/log.h>
#include <percpu/watch.h>

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the machine --- */

static struct {
	char cpus[96], mounts[96];
	int here;  /* the watcher's end, or -1: the kernel gives none */
	int there; /* the kernel's */
	enum pcpu_hearing hearing;
} machine;

static int give_end(void)
{
	return machine.here < 0 ? -EPERM : dup(machine.here);
}

static enum pcpu_hearing give_hearing(const char *proc)
{
	(void)proc;
	return machine.hearing;
}

static void write_lists(const char *online)
{
	sysfs_write("cpu/online", online);
	sysfs_write("cpu/present", "0-3\n");
}

static void send_message(const char *action, unsigned int cpu)
{
	char text[128];
	int length = snprintf(text, sizeof(text), "%s@/devices/system/cpu/cpu%u", action, cpu);

	assert_int_equal(send(machine.there, text, (size_t)length + 1, 0), length + 1);
}

/* --- who is told --- */

/* What becomes of the process when CPU 7 is told. */
static void (*at_cpu_7)(void);

static struct {
	pthread_mutex_t mutex;
	char text[4096];
	unsigned long allowed;
	unsigned int nr_allowed;
} heard = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void add_text(const char *what, unsigned int cpu)
{
	pthread_mutex_lock(&heard.mutex);
	if (strlen(heard.text) < sizeof(heard.text) - 16)
		snprintf(heard.text + strlen(heard.text), 16, "%s%u ", what, cpu);
	pthread_mutex_unlock(&heard.mutex);
}

static void tell_online(unsigned int cpu, bool online)
{
	add_text(online ? "+" : "-", cpu);
	if (cpu == 7 && online && at_cpu_7)
		at_cpu_7();
}

static void tell_present(unsigned int cpu, bool present)
{
	(void)cpu;
	(void)present;
}

static void tell_allowed(const unsigned long *bits)
{
	pthread_mutex_lock(&heard.mutex);
	heard.allowed = bits[0];
	heard.nr_allowed++;
	pthread_mutex_unlock(&heard.mutex);
}

static int nr_listeners;

static bool is_heard(void)
{
	return __atomic_load_n(&nr_listeners, __ATOMIC_SEQ_CST) > 0;
}

static const struct pcpu_watch_sink sink = {
	.is_heard = is_heard,
	.online = tell_online,
	.present = tell_present,
	.allowed = tell_allowed,
};

static int listen_to_it(void)
{
	__atomic_add_fetch(&nr_listeners, 1, __ATOMIC_SEQ_CST);
	return pcpu_watch_listen(&sink);
}

static void leave_it(void)
{
	__atomic_sub_fetch(&nr_listeners, 1, __ATOMIC_SEQ_CST);
	pcpu_watch_leave();
}

static void forget_text(void)
{
	pthread_mutex_lock(&heard.mutex);
	heard.text[0] = '\0';
	pthread_mutex_unlock(&heard.mutex);
}

static bool text_is(const char *expected)
{
	bool is;

	pthread_mutex_lock(&heard.mutex);
	is = strcmp(heard.text, expected) == 0;
	pthread_mutex_unlock(&heard.mutex);
	return is;
}

static bool text_is_as_long_as(const char *expected)
{
	bool is;

	pthread_mutex_lock(&heard.mutex);
	is = strlen(heard.text) == strlen(expected);
	pthread_mutex_unlock(&heard.mutex);
	return is;
}

/* What is told since the last call, sooner or later. */
static void await_text(const char *expected)
{
	struct patience patience = be_patient();

	while (!text_is(expected) && !is_out_of_patience(&patience))
		usleep(1000);
	pthread_mutex_lock(&heard.mutex);
	assert_string_equal(heard.text, expected);
	heard.text[0] = '\0';
	pthread_mutex_unlock(&heard.mutex);
}

/* --- its thread --- */

/* A line of a file below /proc/self/task/TID that begins with @key, behind that; NULL: none. */
static const char *line_of(const char *tid, const char *file, const char *key)
{
	static char text[4096];
	char path[300];
	size_t length;
	FILE *stream;
	const char *at;

	snprintf(path, sizeof(path), "/proc/self/task/%s/%s", tid, file);
	stream = fopen(path, "r");
	if (!stream)
		return NULL;
	length = fread(text, 1, sizeof(text) - 1, stream);
	text[length] = '\0';
	fclose(stream);
	at = strstr(text, key);
	return at ? at + strlen(key) : NULL;
}

static unsigned int nr_watchers(char *tid)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *entry;
	unsigned int nr = 0;

	assert_non_null(tasks);
	while ((entry = readdir(tasks)) != NULL) {
		const char *name = line_of(entry->d_name, "status", "Name:\t");

		if (name && strncmp(name, "percpu-watch\n", 13) == 0) {
			nr++;
			if (tid)
				strcpy(tid, entry->d_name);
		}
	}
	closedir(tasks);
	return nr;
}

static void await_watchers(unsigned int nr)
{
	struct patience patience = be_patient();

	while (nr_watchers(NULL) != nr && !is_out_of_patience(&patience))
		usleep(1000);
	assert_int_equal(nr_watchers(NULL), nr);
}

/* How often it has gone to sleep. */
static unsigned long nr_sleeps(void)
{
	char tid[32] = "";
	const char *number;

	assert_int_equal(nr_watchers(tid), 1);
	number = line_of(tid, "status", "\nvoluntary_ctxt_switches:\t");
	assert_non_null(number);
	return strtoul(number, NULL, 10);
}

/*
 * --- every fact begins with a machine of which nothing has been told, and nobody who listens ---
 */

static int begin(void **state)
{
	int pair[2];

	(void)state;
	if (sysfs_make() || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	snprintf(machine.cpus, sizeof(machine.cpus), "%s/cpu", sysfs);
	snprintf(machine.mounts, sizeof(machine.mounts), "%s/cgroup", sysfs);
	machine.here = pair[0];
	machine.there = pair[1];
	machine.hearing = PCPU_HEARS;
	pcpu_watch_places = (struct pcpu_watch_places){
		.cpus = machine.cpus,
		.proc = "/proc",
		.mounts = machine.mounts,
		.open_uevents = give_end,
		.hearing = give_hearing,
	};
	write_lists("0-2\n");
	heard.nr_allowed = 0;
	at_cpu_7 = NULL;
	/* those of an earlier fact are not told again, but what has changed is */
	if (listen_to_it() || pcpu_watch_look())
		return -1;
	leave_it();
	await_watchers(0);
	forget_text();
	return 0;
}

static int finish(void **state)
{
	(void)state;
	faults_end();
	await_watchers(0);
	if (machine.here >= 0)
		close(machine.here);
	close(machine.there);
	return sysfs_remove();
}

static void look(void)
{
	assert_int_equal(pcpu_watch_look(), 0);
}

/* Somebody listens, and it has had a look: all of the machine has been told before. */
static void know_it(void)
{
	assert_int_equal(listen_to_it(), 0);
	look();
	await_text("");
}

/* In a process of its own, whose watcher is asked for or stopped. */
static void in_child(void (*body)(void *arg))
{
	struct child_end end = child_run(body, NULL);

	print_message("%s", end.output);
	assert_true(child_exited_with(&end, 0));
}

static void nobody_watches_before_somebody_listens(void **state)
{
	(void)state;
	assert_int_equal(nr_watchers(NULL), 0);
	assert_int_equal(pcpu_watch_wakers(), 0);
	assert_int_equal(pcpu_watch_look(), -ESRCH);
}

static void first_listener_starts_it_and_last_ends_it(void **state)
{
	(void)state;
	assert_int_equal(listen_to_it(), 0);
	assert_int_equal(listen_to_it(), 0);
	look();
	assert_int_equal(nr_watchers(NULL), 1);
	leave_it();
	look();
	assert_int_equal(nr_watchers(NULL), 1);
	leave_it();
	await_watchers(0);
	assert_int_equal(pcpu_watch_look(), -ESRCH);
	know_it();
	leave_it();
}

static void it_is_woken_by_messages_alone(void **state)
{
	(void)state;
	know_it();
	assert_int_equal(pcpu_watch_wakers(), PERCPU_WOKEN_BY_UEVENTS);
	leave_it();
}

/* What changed while nobody watched. */
static void next_one_goes_on_where_the_last_has_ended(void **state)
{
	(void)state;
	write_lists("0,3\n");
	assert_int_equal(listen_to_it(), 0);
	look();
	await_text("-1 -2 +3 ");
	leave_it();
}

static void message_is_told(void **state)
{
	(void)state;
	know_it();
	write_lists("0,2\n");
	send_message("offline", 1);
	await_text("-1 ");
	write_lists("0-2\n");
	send_message("online", 1);
	await_text("+1 ");
	leave_it();
}

static bool is_told_before(const char *one, const char *other)
{
	const char *at = strstr(heard.text, one);

	return at && strstr(at, other);
}

/*
 * One that came and went before anybody had a look is told twice. The files may be looked at
 * between two messages: they say that both are there.
 */
static void messages_are_told_in_their_order(void **state)
{
	struct patience patience = be_patient();

	(void)state;
	know_it();
	send_message("offline", 1);
	send_message("offline", 2);
	send_message("online", 1);
	send_message("online", 2);
	while (!text_is_as_long_as("-1 -2 +1 +2 ") && !is_out_of_patience(&patience))
		usleep(1000);
	pthread_mutex_lock(&heard.mutex);
	assert_int_equal(strlen(heard.text), strlen("-1 -2 +1 +2 "));
	assert_true(is_told_before("-1 ", "+1 "));
	assert_true(is_told_before("-2 ", "+2 "));
	pthread_mutex_unlock(&heard.mutex);
	forget_text();
	leave_it();
}

static void what_lost_messages_said_is_read(void **state)
{
	(void)state;
	know_it();
	write_lists("0,2-3\n");
	faults_fail_nth(PCPU_FAULT_LOST, 1);
	send_message("offline", 1);
	await_text("-1 +3 ");
	leave_it();
}

/* Far more than is told in a round, of CPUs that are nobody's. */
static void many_messages_keep_nobody_from_stopping_it(void **state)
{
	(void)state;
	know_it();
	write_lists("0,2\n");
	for (int i = 0; i < 2000; i++)
		send_message("offline", 9);
	send_message("offline", 1);
	await_text("-1 ");
	leave_it();
}

static void nothing_wakes_it_while_nothing_happens(void **state)
{
	struct patience patience = be_patient();
	unsigned long sleeps;

	(void)state;
	know_it();
	/* the last look is over, and it has gone to sleep */
	do {
		sleeps = nr_sleeps();
		usleep(100000);
	} while (nr_sleeps() != sleeps && !is_out_of_patience(&patience));
	sleep(2);
	assert_int_equal(nr_sleeps(), sleeps);
	leave_it();
}

static void it_has_all_signals_blocked(void **state)
{
	char tid[32];
	const char *blocked;
	sigset_t before, after;

	(void)state;
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	know_it();
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_memory_equal(&before, &after, 8);
	assert_int_equal(nr_watchers(tid), 1);
	blocked = line_of(tid, "status", "\nSigBlk:\t");
	/* all but SIGKILL and SIGSTOP, and what the C library keeps for itself */
	assert_non_null(blocked);
	assert_true((strtoull(blocked, NULL, 16) | 1u << (SIGKILL - 1) | 1u << (SIGSTOP - 1) |
		     3ull << 31 | 1ull << 33) == ~0ull);
	leave_it();
}

/* --- where the kernel tells less --- */

static void refused_socket_leaves_files_and_the_time(void **state)
{
	(void)state;
	close(machine.here);
	machine.here = -1;
	know_it();
	assert_int_equal(pcpu_watch_wakers(), PERCPU_WOKEN_BY_FILES | PERCPU_WOKEN_BY_TIME);
	write_lists("0\n");
	await_text("-1 -2 ");
	leave_it();
}

static void deaf_socket_is_closed(void **state)
{
	(void)state;
	machine.hearing = PCPU_DEAF;
	know_it();
	assert_int_equal(pcpu_watch_wakers(), PERCPU_WOKEN_BY_FILES | PERCPU_WOKEN_BY_TIME);
	leave_it();
}

static void socket_that_may_be_deaf_is_heard_beside_the_files(void **state)
{
	(void)state;
	machine.hearing = PCPU_UNSURE;
	know_it();
	assert_int_equal(pcpu_watch_wakers(),
			 PERCPU_WOKEN_BY_UEVENTS | PERCPU_WOKEN_BY_FILES | PERCPU_WOKEN_BY_TIME);
	send_message("offline", 1);
	send_message("online", 1);
	await_text("-1 +1 ");
	leave_it();
}

static void socket_that_ends_leaves_the_files(void **state)
{
	struct patience patience = be_patient();

	(void)state;
	know_it();
	shutdown(machine.there, SHUT_RDWR);
	while (pcpu_watch_wakers() != (PERCPU_WOKEN_BY_FILES | PERCPU_WOKEN_BY_TIME) &&
	       !is_out_of_patience(&patience))
		usleep(1000);
	assert_int_equal(pcpu_watch_wakers(), PERCPU_WOKEN_BY_FILES | PERCPU_WOKEN_BY_TIME);
	write_lists("0\n");
	await_text("-1 -2 ");
	leave_it();
}

static void without_inotify_there_is_the_time(void **state)
{
	(void)state;
	machine.hearing = PCPU_DEAF;
	faults_fail_all(PCPU_FAULT_INOTIFY);
	know_it();
	assert_int_equal(pcpu_watch_wakers(), PERCPU_WOKEN_BY_TIME);
	write_lists("0\n");
	await_text("-1 -2 ");
	leave_it();
}

/* What it is told by is the file of a CPU that came after the first look. */
static void quiet_one_is_woken_by_files_alone(void *arg)
{
	(void)arg;
	machine.hearing = PCPU_DEAF;
	child_expect(pcpu_watch_ask(&sink, PERCPU_WATCH_QUIET) == 0);
	child_expect(pcpu_watch_look() == 0);
	child_expect(pcpu_watch_wakers() == PERCPU_WOKEN_BY_FILES);
	await_text("");
	sysfs_write("cpu/cpu3/online", "0\n");
	write_lists("0-3\n");
	child_expect(pcpu_watch_look() == 0);
	await_text("+3 ");
	/* it has had its file watched since */
	child_expect(pcpu_watch_look() == 0);
	write_lists("0-2\n");
	sysfs_write("cpu/cpu3/online", "0\n");
	await_text("-3 ");
}

static void files_alone_wake_a_quiet_one(void **state)
{
	(void)state;
	in_child(quiet_one_is_woken_by_files_alone);
}

/* --- where it cannot be --- */

static void assert_is_not_to_be_had(int err)
{
	records_keep(PERCPU_LOG_WARNING);
	assert_int_equal(listen_to_it(), err);
	records_release();
	assert_int_equal(nr_records, 1);
	assert_true(record_says(0, "not watched"));
	assert_int_equal(nr_watchers(NULL), 0);
	assert_int_equal(pcpu_watch_wakers(), 0);
	leave_it();
	faults_end();
}

static void without_socket_and_list_there_is_none(void **state)
{
	(void)state;
	snprintf(machine.cpus, sizeof(machine.cpus), "/nowhere");
	machine.hearing = PCPU_DEAF;
	assert_is_not_to_be_had(-ENOENT);
}

static void without_memory_descriptors_or_threads_there_is_none(void **state)
{
	(void)state;
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	assert_is_not_to_be_had(-ENOMEM);
	faults_fail_nth(PCPU_FAULT_THREAD, 1);
	assert_is_not_to_be_had(-EMFILE);
	faults_fail_nth(PCPU_FAULT_THREAD, 2);
	assert_is_not_to_be_had(-EAGAIN);
	know_it();
	leave_it();
}

static void asking_in_vain_changes_nothing(void *arg)
{
	(void)arg;
	child_expect(pcpu_watch_ask(&sink, 4) == -EINVAL);
	faults_fail_nth(PCPU_FAULT_THREAD, 2);
	child_expect(pcpu_watch_ask(&sink, PERCPU_WATCH_QUIET) == -EAGAIN);
	faults_end();
	machine.hearing = PCPU_DEAF;
	child_expect(listen_to_it() == 0);
	child_expect(pcpu_watch_look() == 0);
	child_expect(pcpu_watch_wakers() & PERCPU_WOKEN_BY_TIME);
	leave_it();
	await_watchers(0);
}

static void error_of_asking_changes_nothing(void **state)
{
	(void)state;
	in_child(asking_in_vain_changes_nothing);
}

/* Its event counter; it is the only one there. */
static void close_a_descriptor(void)
{
	char path[64], name[64];
	ssize_t length;

	for (int fd = 3; fd < 64; fd++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		length = readlink(path, name, sizeof(name) - 1);
		name[length > 0 ? length : 0] = '\0';
		if (strstr(name, "eventfd"))
			close(fd);
	}
}

static void it_ends_without_its_descriptors(void *arg)
{
	(void)arg;
	records_keep(PERCPU_LOG_WARNING);
	child_expect(listen_to_it() == 0);
	child_expect(pcpu_watch_look() == 0);
	close_a_descriptor();
	/* poll() keeps the files that it has begun with, so something else has to wake it */
	send_message("offline", 1);
	await_watchers(0);
	child_expect(record_says(0, "watched no longer"));
	leave_it();
	child_expect(listen_to_it() == 0);
	child_expect(pcpu_watch_look() == 0);
}

static void closed_descriptors_end_it(void **state)
{
	(void)state;
	in_child(it_ends_without_its_descriptors);
}

/* --- by the public calls --- */

static void it_is_stopped_and_asked_for(void *arg)
{
	(void)arg;
	child_expect(pcpu_watch_ask(&sink, 0) == 0);
	child_expect(pcpu_watch_ask(&sink, 0) == 0);
	child_expect(pcpu_watch_look() == 0);
	child_expect(nr_watchers(NULL) == 1);
	child_expect(listen_to_it() == 0);
	pcpu_watch_stop(true);
	await_watchers(0);
	child_expect(listen_to_it() == 0);
	child_expect(nr_watchers(NULL) == 0);
	leave_it();
	child_expect(pcpu_watch_ask(&sink, 0) == 0);
	child_expect(pcpu_watch_look() == 0);
	leave_it();
	child_expect(pcpu_watch_look() == 0);
	child_expect(nr_watchers(NULL) == 1);
}

static void stop_lasts_until_it_is_asked_for(void **state)
{
	(void)state;
	in_child(it_is_stopped_and_asked_for);
}

static void stop_it_and_look(void)
{
	if (pcpu_watch_look() == -EDEADLK)
		add_text("deadlock", 35);
	pcpu_watch_stop(true);
}

static void callback_stops_it(void *arg)
{
	(void)arg;
	at_cpu_7 = stop_it_and_look;
	child_expect(listen_to_it() == 0);
	child_expect(pcpu_watch_look() == 0);
	await_text("");
	send_message("online", 7);
	await_watchers(0);
	await_text("+7 deadlock35 -7 ");
}

static void callback_may_stop_it(void **state)
{
	(void)state;
	in_child(callback_stops_it);
}

static void callback_may_be_the_last_listener(void **state)
{
	(void)state;
	at_cpu_7 = leave_it;
	know_it();
	send_message("online", 7);
	await_watchers(0);
}

/* --- what threads may use --- */

static void it_tells_what_threads_may_use(void *arg)
{
	cpu_set_t one, all;
	unsigned int nr_before;
	int cpu = sched_getcpu();

	(void)arg;
	child_expect(sched_getaffinity(0, sizeof(all), &all) == 0);
	child_expect(pcpu_watch_ask(&sink, PERCPU_WATCH_ACTIVE) == 0);
	child_expect(pcpu_watch_look() == 0);
	child_expect(heard.nr_allowed == 1);
	child_expect(memcmp(&heard.allowed, &all, sizeof(heard.allowed)) == 0);
	child_expect(pcpu_watch_wakers() == (PERCPU_WOKEN_BY_UEVENTS | PERCPU_WOKEN_BY_FILES));
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	child_expect(sched_setaffinity(0, sizeof(one), &one) == 0);
	child_expect(pcpu_watch_look() == 0);
	child_expect(memcmp(&heard.allowed, &one, sizeof(heard.allowed)) == 0);
	/* and again when a CPU has come, which is active at first */
	nr_before = heard.nr_allowed;
	child_expect(pcpu_watch_look() == 0);
	child_expect(heard.nr_allowed == nr_before);
	send_message("offline", 1);
	send_message("online", 1);
	await_text("-1 +1 ");
	child_expect(pcpu_watch_look() == 0);
	child_expect(heard.nr_allowed == nr_before + 1);
	child_expect(pcpu_watch_ask(&sink, 0) == 0);
	child_expect(pcpu_watch_look() == 0);
	child_expect(heard.allowed == ~0ul);
	child_expect(pcpu_watch_wakers() == PERCPU_WOKEN_BY_UEVENTS);
}

static void what_threads_may_use_is_told(void **state)
{
	(void)state;
	in_child(it_tells_what_threads_may_use);
}

static void a_written_cpuset_wakes_it(void *arg)
{
	struct patience patience = be_patient();
	unsigned long sleeps;
	char proc[96], task[128];

	(void)arg;
	snprintf(proc, sizeof(proc), "%s/proc", sysfs);
	sysfs_write("proc/self/cgroup", "0::/a\n");
	sysfs_write("cgroup/a/cpuset.cpus", "\n");
	snprintf(task, sizeof(task), "%s/self/task", proc);
	child_expect(symlink("/proc/self/task", task) == 0);
	pcpu_watch_places.proc = proc;
	child_expect(pcpu_watch_ask(&sink, PERCPU_WATCH_ACTIVE) == 0);
	child_expect(pcpu_watch_look() == 0);
	do {
		sleeps = nr_sleeps();
		usleep(100000);
	} while (nr_sleeps() != sleeps && !is_out_of_patience(&patience));
	sysfs_write("cgroup/a/cpuset.cpus", "0\n");
	while (nr_sleeps() == sleeps && !is_out_of_patience(&patience))
		usleep(1000);
	child_expect(nr_sleeps() != sleeps);
}

static void written_cpuset_wakes_it(void **state)
{
	(void)state;
	in_child(a_written_cpuset_wakes_it);
}

/* --- fork() --- */

static void child_has_none(void *arg)
{
	(void)arg;
	child_expect(nr_watchers(NULL) == 0);
	child_expect(pcpu_watch_wakers() == 0);
	child_expect(pcpu_watch_look() == -ESRCH);
	/* the parent's listener is one here, too: what makes it begin is another */
	forget_text();
	child_expect(pcpu_watch_ask(&sink, 0) == 0);
	child_expect(pcpu_watch_look() == 0);
	await_text("");
	pcpu_watch_stop(true);
	await_watchers(0);
}

static void child_has_one_of_its_own(void **state)
{
	(void)state;
	know_it();
	in_child(child_has_none);
	send_message("offline", 1);
	send_message("online", 1);
	await_text("-1 +1 ");
	leave_it();
}

static int children_status = -1;

/* The callback is in the middle of a look; in the child, nothing comes after it. */
static void fork_in_callback(void)
{
	pid_t child;

	/* the test's thread, which looks at the text, would hold its mutex in the child for ever */
	pthread_mutex_lock(&heard.mutex);
	child = fork();
	pthread_mutex_unlock(&heard.mutex);
	if (child == 0) {
		if (pcpu_watch_wakers() != 0)
			_exit(1);
		at_cpu_7 = NULL;
		forget_text();
		return; /* the thread is the only one there, and ends; the process too, with 0 */
	}
	waitpid(child, &children_status, 0);
}

static void child_of_a_callback_ends_after_it(void **state)
{
	(void)state;
	know_it();
	at_cpu_7 = fork_in_callback;
	write_lists("0-2,7\n");
	send_message("online", 7);
	await_text("+7 ");
	look();
	assert_int_equal(children_status, 0);
	leave_it();
}

/* --- many at once --- */

static void *come_and_go(void *arg)
{
	uint64_t *rounds = arg;

	while (!must_stop()) {
		listen_to_it();
		if (*rounds % 3 == 0)
			pcpu_watch_look();
		leave_it();
		tell(rounds, *rounds + 1);
	}
	return NULL;
}

static void there_never_are_two(void **state)
{
	uint64_t rounds[3] = {0};
	pthread_t threads[3];

	(void)state;
	set_stop(false);
	start_all(threads, 3, come_and_go, rounds, sizeof(rounds[0]));
	for (uint64_t n = 100; n <= 1000; n += 100) {
		assert_true(await_told(rounds, 3, n));
		/* one that ends may still be seen while the next begins */
		assert_true(nr_watchers(NULL) <= 3);
	}
	set_stop(true);
	join_all(threads, 3);
	await_watchers(0);
	forget_text();
	know_it();
	leave_it();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_watches_before_somebody_listens),
		TEST(first_listener_starts_it_and_last_ends_it),
		TEST(it_is_woken_by_messages_alone),
		TEST(next_one_goes_on_where_the_last_has_ended),
		TEST(message_is_told),
		TEST(messages_are_told_in_their_order),
		TEST(what_lost_messages_said_is_read),
		TEST(many_messages_keep_nobody_from_stopping_it),
		TEST(nothing_wakes_it_while_nothing_happens),
		TEST(it_has_all_signals_blocked),
		TEST(refused_socket_leaves_files_and_the_time),
		TEST(deaf_socket_is_closed),
		TEST(socket_that_may_be_deaf_is_heard_beside_the_files),
		TEST(socket_that_ends_leaves_the_files),
		TEST(without_inotify_there_is_the_time),
		TEST(files_alone_wake_a_quiet_one),
		TEST(without_socket_and_list_there_is_none),
		TEST(without_memory_descriptors_or_threads_there_is_none),
		TEST(error_of_asking_changes_nothing),
		TEST(closed_descriptors_end_it),
		TEST(stop_lasts_until_it_is_asked_for),
		TEST(callback_may_stop_it),
		TEST(callback_may_be_the_last_listener),
		TEST(what_threads_may_use_is_told),
		TEST(written_cpuset_wakes_it),
		TEST(child_has_one_of_its_own),
		TEST(child_of_a_callback_ends_after_it),
		TEST(there_never_are_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
