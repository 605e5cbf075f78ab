/* SPDX-License-Identifier: MIT */
/*
 * wakers.h - what the thread that watches sleeps on: other threads' calls, the kernel's messages,
 * writes to files, and, where the kernel tells too little, the time.
 */
#ifndef PCPU_WAKERS_H
#define PCPU_WAKERS_H

#include "hotplug/watch/changes.h"
#include "hotplug/watch/uevent.h"

#include <stdbool.h>

/* Where the kernel's files are, and its socket. For tests. */
struct pcpu_watch_places {
	const char *cpus, *proc, *mounts;
	int (*open_uevents)(void);
	enum pcpu_hearing (*hearing)(const char *proc);
};
extern struct pcpu_watch_places pcpu_watch_places;

/* -1 is no descriptor. What there is at the start: PCPU_NO_WAKERS. */
struct pcpu_wakers {
	int calls;   /* an event counter: other threads add to it */
	int uevents; /* a socket */
	enum pcpu_hearing hearing;
	struct pcpu_changes changes;
	unsigned int flags; /* enum percpu_watch_flags */
};
#define PCPU_NO_WAKERS                                             \
	{                                                          \
		.calls = -1, .uevents = -1, .changes = {.fd = -1 } \
	}

/*
 * Opens the event counter and the socket. 0; -ENOENT: no socket, and no list of CPUs either; or
 * another negative errno, with nothing open.
 */
int pcpu_wakers_open(struct pcpu_wakers *wakers);
void pcpu_wakers_close(struct pcpu_wakers *wakers);

/* Another thread's call: pcpu_wakers_sleep() returns, now or the next time. */
void pcpu_wakers_wake(const struct pcpu_wakers *wakers);

/*
 * Opens what @wakers->flags and the hearing make necessary, and closes what they do not. To be done
 * before the files are read whose changes are waited for. @cpus: some may have come since the last
 * time.
 */
void pcpu_wakers_arrange(struct pcpu_wakers *wakers, bool cpus);

/* Sleeps until there is something. False: somebody has closed the event counter. */
bool pcpu_wakers_sleep(struct pcpu_wakers *wakers);

/* As percpu_watch_wakers(). */
unsigned int pcpu_wakers_which(const struct pcpu_wakers *wakers);

#endif /* PCPU_WAKERS_H */
