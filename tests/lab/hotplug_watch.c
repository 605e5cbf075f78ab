/* SPDX-License-Identifier: MIT */
/*
 * hotplug_watch.c - threads count while the machine's CPUs go offline, come back and are plugged
 * in, and the watcher tells of it. For a guest: it takes the machine's CPUs away.
 *
 *	hotplug_watch CYCLES ROUNDS CPUS [DEVICE]
 *
 * CYCLES of CPU 1 are timed: from before the write of 0 to its file to the notifier. In each of
 * ROUNDS, CPUS CPUs go offline and come back, one after the other. DEVICE is what QEMU's monitor
 * is told to add: a CPU. Exit status 0: every event was told once, the masks were right, and no
 * count was lost.
 */
#include "support/patience.h"

#include <percpu/cpu.h>
#include <percpu/cpuhotplug.h>
#include <percpu/percpu.h>
#include <percpu/watch.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 8
#define CPUS_MAX 256
#define IDLE_SECONDS 10

static DEFINE_PER_CPU(unsigned long, counted);
static struct percpu_counter all;
static bool must_stop;

static int wrong;

#define expect(condition)                                                                 \
	do {                                                                              \
		if (!(condition)) {                                                       \
			printf("hotplug_watch.c:%d: not so: %s\n", __LINE__, #condition); \
			wrong++;                                                          \
		}                                                                         \
	} while (0)

/* --- files --- */

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

static bool set_online(unsigned int cpu, bool online)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	return put(path, online ? "1" : "0");
}

/* --- who hears of it --- */

struct heard {
	unsigned int dead, online, up, down; /* by the notifier, by the state */
	double at;                           /* when it was dead */
};
static struct heard heard[CPUS_MAX];
static unsigned int wrong_masks;

static int hear(struct notifier_block *nb, unsigned long event, void *data)
{
	const unsigned int cpu = (unsigned int)(unsigned long)data;

	(void)nb;
	if (event == CPU_DEAD) {
		heard[cpu].at = seconds(CLOCK_MONOTONIC);
		wrong_masks += cpu_online(cpu) || cpu_active(cpu) || !cpu_present(cpu);
		__atomic_add_fetch(&heard[cpu].dead, 1, __ATOMIC_RELEASE);
	}
	if (event == CPU_ONLINE) {
		wrong_masks += !cpu_online(cpu) || !cpu_present(cpu);
		__atomic_add_fetch(&heard[cpu].online, 1, __ATOMIC_RELEASE);
	}
	return NOTIFY_OK;
}

static int enter(unsigned int cpu)
{
	__atomic_add_fetch(&heard[cpu].up, 1, __ATOMIC_RELEASE);
	return 0;
}

static int leave(unsigned int cpu)
{
	__atomic_add_fetch(&heard[cpu].down, 1, __ATOMIC_RELEASE);
	return 0;
}

static bool await_number(const unsigned int *number, unsigned int value)
{
	struct patience patience = be_patient();

	while (__atomic_load_n(number, __ATOMIC_ACQUIRE) != value) {
		if (is_out_of_patience(&patience))
			return false;
		usleep(100);
	}
	return true;
}

/* --- who counts --- */

static void *count(void *arg)
{
	unsigned long *mine = arg, n = 0;

	while (!__atomic_load_n(&must_stop, __ATOMIC_RELAXED)) {
		this_cpu_inc(counted);
		percpu_counter_inc(&all);
		/*
		 * to leave the machine, which has one processor or two, to the kernel's work as
		 * well
		 */
		if (++n % 256 == 0)
			usleep(4000);
	}
	*mine = n;
	return NULL;
}

struct counters {
	pthread_t threads[THREADS_MAX];
	unsigned long numbers[THREADS_MAX];
	unsigned int nr;
};

static void start_counting(struct counters *counters)
{
	counters->nr = 2 * (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	if (counters->nr > THREADS_MAX)
		counters->nr = THREADS_MAX;
	for (unsigned int i = 0; i < counters->nr; i++)
		if (pthread_create(&counters->threads[i], NULL, count, &counters->numbers[i]))
			abort();
}

static void stop_counting(struct counters *counters)
{
	unsigned long sum = 0;

	__atomic_store_n(&must_stop, true, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < counters->nr; i++) {
		pthread_join(counters->threads[i], NULL);
		sum += counters->numbers[i];
	}
	printf("%u threads have counted to %lu\n", counters->nr, sum);
	expect(per_cpu_sum(counted) == sum);
	expect(percpu_counter_sum(&all) == (int64_t)sum);
}

/* --- offline and online --- */

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double later(double a, double b)
{
	return a > b ? a - b : 0;
}

/* One CPU, and how long it takes until that is told. */
static void time_cycles(const char *when, unsigned int cycles)
{
	double *whole = calloc(cycles, sizeof(*whole)), *after = calloc(cycles, sizeof(*after));

	for (unsigned int i = 0; i < cycles; i++) {
		const struct heard before = heard[1];
		double begin = seconds(CLOCK_MONOTONIC), written;

		expect(set_online(1, false));
		written = seconds(CLOCK_MONOTONIC);
		expect(await_number(&heard[1].dead, before.dead + 1));
		whole[i] = heard[1].at - begin;
		after[i] = later(heard[1].at, written);
		expect(await_number(&heard[1].down, before.down + 1));
		expect(set_online(1, true));
		expect(await_number(&heard[1].online, before.online + 1));
		expect(await_number(&heard[1].up, before.up + 1));
	}
	qsort(whole, cycles, sizeof(*whole), compare);
	qsort(after, cycles, sizeof(*after), compare);
	printf("%s, %u cycles: from before the write of 0 to the callback, median %.2f ms, worst "
	       "%.2f ms; after the write's return %.2f ms, %.2f ms\n",
	       when, cycles, 1e3 * whole[cycles / 2], 1e3 * whole[cycles - 1],
	       1e3 * after[cycles / 2], 1e3 * after[cycles - 1]);
	free(whole);
	free(after);
}

static void all_come_and_go(unsigned int rounds, unsigned int nr)
{
	for (unsigned int round = 0; round < rounds; round++) {
		struct heard before[CPUS_MAX];

		memcpy(before, heard, sizeof(before));
		for (unsigned int cpu = 1; cpu <= nr; cpu++)
			expect(set_online(cpu, false));
		for (unsigned int cpu = 1; cpu <= nr; cpu++) {
			expect(await_number(&heard[cpu].dead, before[cpu].dead + 1));
			expect(!cpu_online(cpu) && !cpu_active(cpu));
		}
		for (unsigned int cpu = 1; cpu <= nr; cpu++)
			expect(set_online(cpu, true));
		for (unsigned int cpu = 1; cpu <= nr; cpu++) {
			expect(await_number(&heard[cpu].up, before[cpu].up + 1));
			expect(heard[cpu].down == before[cpu].down + 1);
			expect(heard[cpu].online == before[cpu].online + 1);
			expect(cpu_online(cpu) && cpu_active(cpu));
		}
	}
	printf("%u times %u CPUs have gone and come\n", rounds, nr);
}

/* --- plugging in and out --- */

static bool await_mask(bool (*is_so)(unsigned int cpu), unsigned int cpu, bool so)
{
	struct patience patience = be_patient();

	while (is_so(cpu) != so && !is_out_of_patience(&patience))
		usleep(1000);
	return is_so(cpu) == so;
}

static bool is_present(unsigned int cpu)
{
	return cpu_present(cpu);
}

static bool is_active(unsigned int cpu)
{
	return cpu_active(cpu);
}

static bool await_count_on(unsigned int cpu)
{
	struct patience patience = be_patient();

	while (per_cpu(counted, cpu) == 0 && !is_out_of_patience(&patience))
		usleep(1000);
	return per_cpu(counted, cpu) != 0;
}

static void monitor(const char *command, const char *argument)
{
	char line[256];

	snprintf(line, sizeof(line), "lab: monitor %s %s\n", command, argument);
	expect(put("/dev/console", line));
}

static unsigned int first_absent(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (!cpu_present(cpu))
			return cpu;
	return nr_cpu_ids;
}

static void plug_in_and_out(const char *device)
{
	const unsigned int cpu = first_absent();
	char what[200];

	expect(cpu < nr_cpu_ids && !cpu_online(cpu));
	snprintf(what, sizeof(what), "%s,id=more", device);
	monitor("device_add", what);
	expect(await_mask(is_present, cpu, true));
	expect(!cpu_online(cpu));
	expect(set_online(cpu, true));
	expect(await_number(&heard[cpu].up, 1));
	expect(heard[cpu].online == 1);
	/* which has a unit from now on */
	expect(await_count_on(cpu));
	printf("CPU %u was plugged in, and has counted to %lu\n", cpu, per_cpu(counted, cpu));
	monitor("device_del", "more");
	expect(await_mask(is_present, cpu, false));
	expect(!cpu_online(cpu) && heard[cpu].dead == 1 && heard[cpu].down == 1);
	/* its copies are what they were */
	expect(per_cpu(counted, cpu) != 0);
}

/* --- nothing happens --- */

/* How often a thread of that name has gone to sleep; -1: there is none. */
static long sleeps_of(const char *name)
{
	DIR *tasks = opendir("/proc/self/task");
	const struct dirent *entry;
	char path[300], text[4096];
	long sleeps = -1;

	while (tasks && (entry = readdir(tasks)) != NULL) {
		FILE *file;
		const char *at;

		snprintf(path, sizeof(path), "/proc/self/task/%s/status", entry->d_name);
		file = fopen(path, "r");
		if (!file)
			continue;
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
		at = strstr(text, "\nvoluntary_ctxt_switches:\t");
		if (at && strncmp(text + strlen("Name:\t"), name, strlen(name)) == 0)
			sleeps = strtol(at + strlen("\nvoluntary_ctxt_switches:\t"), NULL, 10);
	}
	if (tasks)
		closedir(tasks);
	return sleeps;
}

/* A thread that has ended is seen for a moment. */
static bool await_end_of(const char *name)
{
	struct patience patience = be_patient();

	while (sleeps_of(name) >= 0 && !is_out_of_patience(&patience))
		usleep(1000);
	return sleeps_of(name) < 0;
}

static void nothing_happens(void)
{
	long before;

	expect(percpu_watch_wakers() == PERCPU_WOKEN_BY_UEVENTS);
	usleep(500000);
	before = sleeps_of("percpu-watch");
	sleep(IDLE_SECONDS);
	expect(before > 0 && sleeps_of("percpu-watch") == before);
	printf("the watcher was woken %ld times in %d s\n", sleeps_of("percpu-watch") - before,
	       IDLE_SECONDS);
}

/* --- cpusets --- */

#define GROUP "/sys/fs/cgroup/lab"

static void active_follows_the_cpuset(void)
{
	mount("cgroup", "/sys/fs/cgroup", "cgroup2", 0, NULL);
	if (!put("/sys/fs/cgroup/cgroup.subtree_control", "+cpuset") || mkdir(GROUP, 0755) != 0) {
		printf("there is no cgroup of the second version here\n");
		return;
	}
	expect(put(GROUP "/cgroup.procs", "0"));
	expect(percpu_watch_cpus(PERCPU_WATCH_ACTIVE) == 0 && percpu_watch_look() == 0);
	expect(cpu_active(0) && cpu_active(1));
	expect(put(GROUP "/cpuset.cpus", "0"));
	expect(await_mask(is_active, 1, false));
	expect(cpu_active(0) && cpu_online(1));
	expect(set_online(1, false) && set_online(1, true));
	expect(put(GROUP "/cpuset.cpus", "0-1"));
	expect(await_mask(is_active, 1, true));
	expect(put(GROUP "/cpuset.cpus", "0"));
	expect(await_mask(is_active, 1, false));
	/* the last process of the group leaves it, and that is told */
	expect(put("/sys/fs/cgroup/cgroup.procs", "0"));
	expect(await_mask(is_active, 1, true));
	expect(percpu_watch_cpus(0) == 0);
	printf("the active mask has followed the cpuset\n");
}

int main(int argc, char **argv)
{
	static struct notifier_block notifier = {.notifier_call = hear};
	struct counters counters = {.nr = 0};
	const unsigned int nr = argc > 3 ? (unsigned int)atoi(argv[3]) : 1;
	int state;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 4 || nr >= CPUS_MAX || nr_cpu_ids > CPUS_MAX ||
	    percpu_counter_init(&all, 0, GFP_KERNEL))
		return 2;
	expect(register_cpu_notifier(&notifier) == 0);
	state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "lab", enter, leave);
	expect(state > 0);
	time_cycles("idle", (unsigned int)atoi(argv[1]));
	start_counting(&counters);
	time_cycles("counting", (unsigned int)atoi(argv[1]) / 10 + 1);
	all_come_and_go((unsigned int)atoi(argv[2]), nr);
	if (argc > 4)
		plug_in_and_out(argv[4]);
	stop_counting(&counters);
	nothing_happens();
	active_follows_the_cpuset();
	expect(wrong_masks == 0);
	cpuhp_remove_state_nocalls(state);
	unregister_cpu_notifier(&notifier);
	percpu_watch_stop();
	expect(await_end_of("percpu-watch"));
	printf("%d wrong\n", wrong);
	return wrong != 0;
}
