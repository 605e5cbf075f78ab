#!/bin/sh
# What becomes of a thread that sched_setaffinity() has restricted to CPU 1, when CPU 1 goes offline or its
# cpuset changes, on Linux 6.1 and 7.3:
#
# * While it sleeps, its mask is empty: sched_getaffinity() of it succeeds, and names no CPU. Whoever divides
#   by the number of CPUs that a thread of another process may use, or asserts that there is one, meets 0. If the CPU
#   comes back before the thread wakes, nothing has happened. If the thread wakes first, it may run on all others from
#   then on, and the restriction is forgotten for good, on both kernels.
# * In a cpuset of cgroup v2, 6.1 forgets it at the first write to cpuset.cpus, even if that takes nothing from the thread.
#   7.3 keeps it: also over an offline CPU, where the thread runs on the others meanwhile and goes back to CPU 1
#   when that comes back; which it does not outside of a cpuset.
# * On 7.3 a group that becomes an isolated partition takes its CPUs from threads in the root group too; of those
#   nothing in cgroupfs is told that they have fewer: only the partition's own file has an event of inotify. 6.1
#   refuses the partition, since others have the CPUs as well.
# * cpuset.cpus.effective has no event ever (poll, inotify); cpuset.cpus has one of inotify at a write, seen
#   also in another cgroup namespace and user namespace.
#
# Seen with linux-image-6.1.0-50-cloud-amd64 6.1.176-1 (Debian 12) and linux-binary-7.3.4+deb13-cloud-amd64
# 7.3.4-1~bpo13+1 (Debian 13's backports), under QEMU. Nothing of libpercpu is used. Takes a minute. Exit
# status 0: as described; 1: it has changed; 77: kernels or QEMU cannot be had.
set -eu
me=affinity_of_a_thread_whose_cpu_goes.sh
# shellcheck source=findings/guest.sh
. "$(dirname "$0")/guest.sh"
begin_guests

cat >"$work/probe.c" <<'EOF2'
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ONLINE "/sys/devices/system/cpu/cpu1/online"
#define CGROUPS "/sys/fs/cgroup/"

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	write(fd, text, strlen(text));
	close(fd);
}

/* The mask of a process, or that there is none. */
static const char *mask(pid_t pid)
{
	static char texts[4][64];
	static int nr;
	char *text = texts[nr++ % 4];
	cpu_set_t set;

	CPU_ZERO(&set);
	if (sched_getaffinity(pid, sizeof(set), &set) != 0)
		return "error";
	strcpy(text, CPU_COUNT(&set) ? "" : "none");
	for (int cpu = 0; cpu < 8; cpu++)
		if (CPU_ISSET(cpu, &set))
			sprintf(text + strlen(text), "%d", cpu);
	return text;
}

static int wake[2];

/* Restricted to CPU 1 unless it is free; sleeps until it is woken, or runs. */
static pid_t child(const char *group, int is_free, int runs)
{
	cpu_set_t one;
	char byte, pid[16], path[64];
	pid_t made;

	pipe(wake);
	made = fork();
	if (made == 0) {
		while (read(wake[0], &byte, 1) > 0)
			;
		_exit(0);
	}
	snprintf(pid, sizeof(pid), "%d", made);
	snprintf(path, sizeof(path), CGROUPS "%s/cgroup.procs", group);
	put(path, pid);
	CPU_ZERO(&one);
	CPU_SET(1, &one);
	if (!is_free)
		sched_setaffinity(made, sizeof(one), &one);
	return made;
}

static void let_it_wake(void)
{
	char byte = 0;

	write(wake[1], &byte, 1);
	usleep(200000);
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void offline(const char *what, const char *group, int wakes)
{
	pid_t pid = child(group, 0, 0);

	printf("fact: %s: %s", what, mask(pid));
	put(ONLINE, "0");
	printf(", CPU 1 offline %s", mask(pid));
	if (wakes) {
		let_it_wake();
		printf(", woken %s", mask(pid));
	}
	put(ONLINE, "1");
	usleep(200000);
	printf(", online %s\n", mask(pid));
	end(pid);
}

static void by_cpuset(void)
{
	pid_t pid = child("g", 0, 0);

	printf("fact: in a cpuset: %s", mask(pid));
	put(CGROUPS "g/cpuset.cpus", "0-2");
	printf(", of 0 to 2 %s", mask(pid));
	put(CGROUPS "g/cpuset.cpus", "0,2");
	printf(", of 0 and 2 %s", mask(pid));
	put(CGROUPS "g/cpuset.cpus", "0-3");
	printf(", of 0 to 3 %s\n", mask(pid));
	end(pid);
}

static const char *has_event(int inotify)
{
	struct pollfd fd = {.fd = inotify, .events = POLLIN};
	char events[4096];

	if (poll(&fd, 1, 200) <= 0)
		return "no";
	read(inotify, events, sizeof(events));
	return "an";
}

static int watched(const char *file)
{
	int inotify = inotify_init();

	inotify_add_watch(inotify, file, IN_MODIFY | IN_ATTRIB);
	return inotify;
}

static void events(void)
{
	int cpus = watched(CGROUPS "g/cpuset.cpus");
	int effective = watched(CGROUPS "g/cpuset.cpus.effective");
	int fd = open(CGROUPS "g/cpuset.cpus.effective", O_RDONLY);
	struct pollfd poll_fd = {.fd = fd, .events = POLLPRI};
	char text[64];

	read(fd, text, sizeof(text));
	put(CGROUPS "g/cpuset.cpus", "0-2");
	printf("fact: a write: %s event of cpuset.cpus", has_event(cpus));
	printf(", %s event of cpuset.cpus.effective, poll %d\n", has_event(effective),
	       poll(&poll_fd, 1, 200));
	put(CGROUPS "g/cpuset.cpus", "0-3");
}

/* As in a rootless container. */
static void event_in_namespaces(void)
{
	int ready[2], go[2];
	char byte = 0;

	pipe(ready);
	pipe(go);
	if (fork() == 0) {
		put(CGROUPS "g/cgroup.procs", "0");
		unshare(CLONE_NEWUSER);
		put("/proc/self/setgroups", "deny");
		put("/proc/self/uid_map", "0 0 1");
		unshare(CLONE_NEWCGROUP | CLONE_NEWNS);
		mount("", "/", "", MS_REC | MS_PRIVATE, NULL);
		mount("own", "/tmp", "cgroup2", 0, NULL);
		int inotify = watched("/tmp/cpuset.cpus");
		write(ready[1], &byte, 1);
		read(go[0], &byte, 1);
		printf("fact: in namespaces: %s event\n", has_event(inotify));
		fflush(NULL);
		_exit(0);
	}
	read(ready[0], &byte, 1);
	put(CGROUPS "g/cpuset.cpus", "0-2");
	write(go[1], &byte, 1);
	wait(NULL);
	put(CGROUPS "g/cpuset.cpus", "0-3");
}

static void partition(void)
{
	pid_t in_root = child("", 1, 0), in_group = child("g", 1, 0);
	int group = watched(CGROUPS "g/cpuset.cpus");
	int effective = watched(CGROUPS "g/cpuset.cpus.effective");
	int own = watched(CGROUPS "p/cpuset.cpus.partition");

	put(CGROUPS "g/cpuset.cpus", "");
	has_event(group);
	put(CGROUPS "p/cpuset.cpus", "2-3");
	put(CGROUPS "p/cpuset.cpus.partition", "isolated");
	printf("fact: partition: the root group's %s, a group's %s", mask(in_root), mask(in_group));
	printf(", %s event of its cpuset.cpus", has_event(group));
	printf(", %s of the effective", has_event(effective));
	printf(", %s of the partition's\n", has_event(own));
	end(in_root);
	end(in_group);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	mkdir("/sys", 0755);
	mkdir("/proc", 0755);
	mkdir("/tmp", 0755);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("cg", "/sys/fs/cgroup", "cgroup2", 0, NULL);
	put(CGROUPS "cgroup.subtree_control", "+cpuset");
	mkdir(CGROUPS "g", 0755);
	mkdir(CGROUPS "p", 0755);
	put(CGROUPS "g/cpuset.cpus", "0-3");
	offline("asleep", "", 0);
	offline("woken", "", 1);
	offline("woken in a cpuset", "g", 1);
	by_cpuset();
	events();
	event_in_namespaces();
	partition();
	printf("fact: done\nlab: monitor quit\n");
	reboot(RB_POWER_OFF);
	return 0;
}
EOF2
${CC:-cc} -static -O1 -w -o "$work/probe" "$work/probe.c"

set -- "$work/probe" -smp 4
expect bookworm linux-image-6.1.0-50-cloud-amd64=6.1.176-1 "$@" <<'EOF2'
asleep: 1, CPU 1 offline none, online 1
woken: 1, CPU 1 offline none, woken 023, online 0123
woken in a cpuset: 1, CPU 1 offline 023, woken 023, online 0123
in a cpuset: 1, of 0 to 2 012, of 0 and 2 02, of 0 to 3 0123
a write: an event of cpuset.cpus, no event of cpuset.cpus.effective, poll 0
in namespaces: an event
partition: the root group's 0123, a group's 0123, no event of its cpuset.cpus, no of the effective, an of the partition's
EOF2
expect trixie-backports "linux-binary-7.3.4+deb13-cloud-amd64=7.3.4-1~bpo13+1" "$@" <<'EOF2'
asleep: 1, CPU 1 offline none, online 1
woken: 1, CPU 1 offline none, woken 023, online 0123
woken in a cpuset: 1, CPU 1 offline 023, woken 023, online 1
in a cpuset: 1, of 0 to 2 1, of 0 and 2 02, of 0 to 3 1
a write: an event of cpuset.cpus, no event of cpuset.cpus.effective, poll 0
in namespaces: an event
partition: the root group's 01, a group's 01, no event of its cpuset.cpus, no of the effective, an of the partition's
EOF2
exit $changed
