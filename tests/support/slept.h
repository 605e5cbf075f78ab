/* SPDX-License-Identifier: MIT */
/* slept.h - a wait that may end as soon as who waits sleeps, and not before. */
#ifndef SUPPORT_SLEPT_H
#define SUPPORT_SLEPT_H

#include "support/asleep.h"
#include "support/threads.h"

#include <sys/syscall.h>

#define WAIT_MAY_END 2 /* a step of threads.h */

struct watched_wait {
	pid_t waiter;
	bool slept;
	pthread_t watcher;
};

static inline void *end_the_wait(void *arg)
{
	struct watched_wait *wait = arg;

	wait->slept = await_sleep_of(wait->waiter);
	reach(WAIT_MAY_END);
	return NULL;
}

/* The calling thread is going to wait. */
static inline void watch_wait(struct watched_wait *wait)
{
	wait->waiter = (pid_t)syscall(SYS_gettid);
	wait->watcher = start(end_the_wait, wait);
}

/* It has waited: whether it slept meanwhile. */
static inline bool has_slept(struct watched_wait *wait)
{
	pthread_join(wait->watcher, NULL);
	return wait->slept;
}

#endif /* SUPPORT_SLEPT_H */
