#!/bin/sh
# What the kernel says when a CPU goes, on Linux 6.1 and 7.3:
#
# * A CPU that is sent to state 0 by its file hotplug/target leaves the list of CPUs that are online, and no
#   kobject event says so. Its own file "online" goes on saying 1, and writing 1 to it succeeds and does
#   nothing: the CPU comes back only after a 0 and then a 1, of which the 0 is the one that is told. If it was the last but
#   one, that 0 is refused, since there is but one CPU online.
# * On 7.3 the first event after a 0 to "online" is another device's, which was not there on 6.1: the CPU's
#   machine check device is removed. Who reads one message and looks for "offline@" in it finds none.
# * inotify has no event when a CPU is plugged in. When it is plugged out, 7.3 tells that its watched file is
#   gone (IN_DELETE_SELF, IN_IGNORED), and 6.1 tells nothing and keeps the watch of a file that is no more.
# * A write to cpu1/online is told by inotify, for a mount of sysfs in the writer's network namespace; a mount that was
#   made in another one shows the new state, and nobody who watches it is told.
#
# So whoever follows CPUs by events has to compare with /sys/devices/system/cpu/online whenever he hears
# anything, not with the CPUs' own files; and inotify is no replacement for netlink.
#
# Seen with linux-image-6.1.0-50-cloud-amd64 6.1.176-1 (Debian 12) and linux-binary-7.3.4+deb13-cloud-amd64
# 7.3.4-1~bpo13+1 (Debian 13's backports), under QEMU. Nothing of libpercpu is used. Takes a minute. Exit
# status 0: as described; 1: it has changed; 77: kernels or QEMU cannot be had.
set -eu
me=cpus_that_go_without_a_word.sh
# shellcheck source=findings/guest.sh
. "$(dirname "$0")/guest.sh"
begin_guests

cat >"$work/probe.c" <<'EOF2'
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPUS "/sys/devices/system/cpu/"

static const char *get(const char *path)
{
	static char texts[4][256];
	static int nr;
	char *text = texts[nr++ % 4];
	int fd = open(path, O_RDONLY);
	ssize_t length = fd < 0 ? -1 : read(fd, text, 255);

	close(fd);
	text[length > 0 ? length : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static const char *put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t length = write(fd, text, strlen(text));

	close(fd);
	return length > 0 ? "done" : "refused";
}

static int open_events(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);

	bind(fd, (struct sockaddr *)&address, sizeof(address));
	return fd;
}

static int is_ready(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, 300) > 0;
}

static void tell(const char *what, int events)
{
	char text[8192];

	printf("fact: %s: online %s, cpu1/online %s, events:", what, get(CPUS "online"),
	       get(CPUS "cpu1/online"));
	while (is_ready(events)) {
		ssize_t length = recv(events, text, sizeof(text) - 1, 0);

		text[length > 0 ? length : 0] = '\0';
		if (strstr(text, "/system/"))
			printf(" %s", text);
	}
	printf("\n");
}

static void tell_inotify(const char *what, int inotify)
{
	char text[4096] __attribute__((aligned(8)));
	unsigned int mask = 0;
	ssize_t length;

	while (is_ready(inotify) && (length = read(inotify, text, sizeof(text))) > 0)
		for (char *at = text; at < text + length;) {
			struct inotify_event *event = (void *)at;

			mask |= event->mask;
			at += sizeof(*event) + event->len;
		}
	printf("fact: inotify, %s:%s%s%s%s\n", what, mask & IN_MODIFY ? " modify" : "",
	       mask & (IN_CREATE | IN_DELETE) ? " folder" : "", mask & IN_DELETE_SELF ? " gone" : "",
	       mask & IN_IGNORED ? " ignored" : "");
}

static void by_target(int events)
{
	put(CPUS "cpu1/online", "0");
	tell("0 to online", events);
	put(CPUS "cpu1/online", "1");
	tell("1 to online", events);
	put(CPUS "cpu1/hotplug/target", "0");
	tell("0 to target", events);
	printf("fact: write of 1: %s\n", put(CPUS "cpu1/online", "1"));
	tell("1 to online", events);
	put(CPUS "cpu1/online", "0");
	tell("0 to online", events);
	put(CPUS "cpu1/online", "1");
	tell("1 to online", events);
}

/* A mount of its own, in a network namespace of its own, beside that of the writer. */
static void other_mount(void)
{
	int ready[2], go[2], mine = inotify_init(), others = inotify_init();
	char byte = 0;

	pipe(ready);
	pipe(go);
	if (fork() == 0) {
		unshare(CLONE_NEWNET | CLONE_NEWNS);
		mount("", "/", "", MS_REC | MS_PRIVATE, NULL);
		mkdir("/other", 0755);
		mount("sys", "/other", "sysfs", 0, NULL);
		inotify_add_watch(mine, "/other/devices/system/cpu/cpu1/online", IN_MODIFY);
		inotify_add_watch(others, CPUS "cpu1/online", IN_MODIFY);
		write(ready[1], &byte, 1);
		read(go[0], &byte, 1);
		tell_inotify("a write, by the writer's mount", others);
		tell_inotify("a write, by another one", mine);
		printf("fact: which shows %s\n", get("/other/devices/system/cpu/cpu1/online"));
		fflush(NULL);
		_exit(0);
	}
	read(ready[0], &byte, 1);
	put(CPUS "cpu1/online", "0");
	write(go[1], &byte, 1);
	wait(NULL);
	put(CPUS "cpu1/online", "1");
}

static void hot_add(void)
{
	int inotify = inotify_init();

	inotify_add_watch(inotify, "/sys/devices/system/cpu", IN_CREATE | IN_DELETE);
	put("/dev/console", "lab: monitor device_add max-x86_64-cpu,id=more,socket-id=1,core-id=1,"
			    "thread-id=0,hypervisor=off\n");
	for (int i = 0; i < 100 && access(CPUS "cpu3/online", F_OK) != 0; i++)
		usleep(100000);
	printf("fact: a fourth CPU: present %s, online %s\n", get(CPUS "present"), get(CPUS "online"));
	tell_inotify("plugged in", inotify);
	inotify_add_watch(inotify, CPUS "cpu3/online", IN_MODIFY | IN_DELETE_SELF);
	put("/dev/console", "lab: monitor device_del more\n");
	for (int i = 0; i < 100 && access(CPUS "cpu3/online", F_OK) == 0; i++)
		usleep(100000);
	tell_inotify("plugged out", inotify);
}

int main(void)
{
	int events;

	setvbuf(stdout, NULL, _IONBF, 0);
	mkdir("/sys", 0755);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mkdir("/dev", 0755);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	sleep(1);
	events = open_events();
	by_target(events);
	other_mount();
	hot_add();
	printf("fact: done\nlab: monitor quit\n");
	reboot(RB_POWER_OFF);
	return 0;
}
EOF2
${CC:-cc} -static -O1 -w -o "$work/probe" "$work/probe.c"

set -- "$work/probe" -smp 3,sockets=2,cores=2,maxcpus=4
expect bookworm linux-image-6.1.0-50-cloud-amd64=6.1.176-1 "$@" <<'EOF2'
0 to online: online 0,2, cpu1/online 0, events: offline@/devices/system/cpu/cpu1
1 to online: online 0-2, cpu1/online 1, events: online@/devices/system/cpu/cpu1
0 to target: online 0,2, cpu1/online 1, events:
write of 1: done
1 to online: online 0,2, cpu1/online 1, events:
0 to online: online 0,2, cpu1/online 0, events: offline@/devices/system/cpu/cpu1
1 to online: online 0-2, cpu1/online 1, events: online@/devices/system/cpu/cpu1
inotify, a write, by the writer's mount: modify
inotify, a write, by another one:
which shows 0
a fourth CPU: present 0-3, online 0-2
inotify, plugged in:
inotify, plugged out:
EOF2
expect trixie-backports "linux-binary-7.3.4+deb13-cloud-amd64=7.3.4-1~bpo13+1" "$@" <<'EOF2'
0 to online: online 0,2, cpu1/online 0, events: remove@/devices/system/machinecheck/machinecheck1 offline@/devices/system/cpu/cpu1
1 to online: online 0-2, cpu1/online 1, events: add@/devices/system/machinecheck/machinecheck1 online@/devices/system/cpu/cpu1
0 to target: online 0,2, cpu1/online 1, events: remove@/devices/system/machinecheck/machinecheck1
write of 1: done
1 to online: online 0,2, cpu1/online 1, events:
0 to online: online 0,2, cpu1/online 0, events: offline@/devices/system/cpu/cpu1
1 to online: online 0-2, cpu1/online 1, events: add@/devices/system/machinecheck/machinecheck1 online@/devices/system/cpu/cpu1
inotify, a write, by the writer's mount: modify
inotify, a write, by another one:
which shows 0
a fourth CPU: present 0-3, online 0-2
inotify, plugged in:
inotify, plugged out: gone ignored
EOF2
exit $changed
