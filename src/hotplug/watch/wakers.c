/* SPDX-License-Identifier: MIT */
/* wakers.c - see wakers.h. */
#include "hotplug/watch/wakers.h"
#include "ground/fault.h"

#include <percpu/watch.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Between two looks where the kernel tells too little, in milliseconds. */
#define PERIOD 1000

struct pcpu_watch_places pcpu_watch_places = {
	.cpus = "/sys/devices/system/cpu",
	.proc = "/proc",
	.mounts = "/sys/fs/cgroup",
	.open_uevents = pcpu_uevents_open,
	.hearing = pcpu_uevents_hearing,
};

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool has_list(void)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/online", pcpu_watch_places.cpus);
	return access(path, R_OK) == 0;
}

int pcpu_wakers_open(struct pcpu_wakers *wakers)
{
	errno = EMFILE;
	wakers->calls = pcpu_fault(PCPU_FAULT_THREAD) ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wakers->calls < 0)
		return -errno;
	wakers->uevents = pcpu_watch_places.open_uevents();
	wakers->hearing =
		wakers->uevents < 0 ? PCPU_DEAF : pcpu_watch_places.hearing(pcpu_watch_places.proc);
	if (wakers->hearing != PCPU_DEAF || has_list())
		return 0;
	pcpu_wakers_close(wakers);
	return -ENOENT;
}

void pcpu_wakers_close(struct pcpu_wakers *wakers)
{
	close_if_open(&wakers->calls);
	close_if_open(&wakers->uevents);
	pcpu_changes_close(&wakers->changes);
}

/* A counter that is full has not been looked at, so it need not be added to. */
void pcpu_wakers_wake(const struct pcpu_wakers *wakers)
{
	const uint64_t one = 1;
	int saved = errno;

	if (write(wakers->calls, &one, sizeof(one)) < 0)
		errno = saved;
}

static void hear_files(struct pcpu_wakers *wakers, bool cpus_came)
{
	const bool cpus = wakers->hearing != PCPU_HEARS;
	const bool cpusets = wakers->flags & PERCPU_WATCH_ACTIVE;
	bool anew = wakers->changes.fd < 0;

	if (!cpus && !cpusets) {
		pcpu_changes_close(&wakers->changes);
		return;
	}
	if (anew && pcpu_changes_open(&wakers->changes) < 0)
		return;
	if (cpusets)
		anew |= pcpu_changes_of_cpusets(&wakers->changes, pcpu_watch_places.proc,
						pcpu_watch_places.mounts);
	if (cpus && (anew || cpus_came))
		pcpu_changes_of_cpus(&wakers->changes, pcpu_watch_places.cpus);
}

void pcpu_wakers_arrange(struct pcpu_wakers *wakers, bool cpus)
{
	if (wakers->hearing == PCPU_DEAF)
		close_if_open(&wakers->uevents);
	hear_files(wakers, cpus);
}

static bool looks_from_time_to_time(const struct pcpu_wakers *wakers)
{
	return wakers->hearing != PCPU_HEARS && !(wakers->flags & PERCPU_WATCH_QUIET);
}

bool pcpu_wakers_sleep(struct pcpu_wakers *wakers)
{
	struct pollfd fds[] = {
		{.fd = wakers->calls, .events = POLLIN},
		{.fd = wakers->uevents, .events = POLLIN},
		{.fd = wakers->changes.fd, .events = POLLIN},
	};
	uint64_t calls;

	if (poll(fds, sizeof(fds) / sizeof(fds[0]),
		 looks_from_time_to_time(wakers) ? PERIOD : -1) <= 0)
		return true;
	if ((fds[0].revents | fds[1].revents | fds[2].revents) & POLLNVAL)
		return false;
	if (read(wakers->calls, &calls, sizeof(calls)) < 0 && errno != EAGAIN)
		return false;
	pcpu_changes_drain(&wakers->changes);
	return true;
}

unsigned int pcpu_wakers_which(const struct pcpu_wakers *wakers)
{
	unsigned int which = 0;

	if (wakers->uevents >= 0)
		which |= PERCPU_WOKEN_BY_UEVENTS;
	if (wakers->changes.fd >= 0)
		which |= PERCPU_WOKEN_BY_FILES;
	if (looks_from_time_to_time(wakers))
		which |= PERCPU_WOKEN_BY_TIME;
	return which;
}
