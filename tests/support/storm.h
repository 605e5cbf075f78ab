/* SPDX-License-Identifier: MIT */
/*
 * storm.h - storms: signals that come to a thread at any instruction, and migrations of threads
 * from one CPU to another.
 */
#ifndef SUPPORT_STORM_H
#define SUPPORT_STORM_H

#include "support/cpus.h"
#include "support/random.h"
#include "support/threads.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Not every C library has a name for it. */
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* 50,000 a second where the processor can do that, of the time that the thread is given. */
#define STORM_INTERVAL 20000 /* ns */

/* Has SIGUSR1 sent to the calling thread every @interval nanoseconds, and @handler called. */
static inline timer_t start_storm_of(long interval, void (*handler)(int sig))
{
	const struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	const struct itimerspec often = {{0, interval}, {0, interval}};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
	timer_t timer;

	event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	if (sigaction(SIGUSR1, &action, NULL) || timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &often, NULL))
		abort();
	return timer;
}

/*
 * At the end of each handler that can take longer than an interval: the next signal comes @interval
 * after this, and none before, with which the interrupted code would never go on.
 */
static inline void put_off_storm(timer_t timer, long interval)
{
	const struct itimerspec then = {{0, 0}, {0, interval}};

	if (timer_settime(timer, 0, &then, NULL))
		abort();
}

static inline timer_t start_storm(void (*handler)(int sig))
{
	return start_storm_of(STORM_INTERVAL, handler);
}

static inline void end_storm(timer_t timer)
{
	timer_delete(timer);
}

/* Waits until a thread has told its number in @tid. */
static inline void await_tid(const pid_t *tid)
{
	while (!__atomic_load_n(tid, __ATOMIC_SEQ_CST))
		sched_yield();
}

/*
 * The body of a thread. Sends the threads whose numbers are in the array @arg, up to a 0, from one
 * CPU to another, as fast as it can, until told to stop.
 */
static inline void *drive_threads(void *arg)
{
	const pid_t *threads = arg;
	struct random random = random_from(1);

	while (!must_stop())
		for (unsigned int i = 0; threads[i]; i++) {
			int to = random_below(&random, (int)nr_cpus + 1);
			cpu_set_t set;

			CPU_ZERO(&set);
			for (int c = 0; c < (int)nr_cpus; c++)
				if (to == (int)nr_cpus || to == c)
					CPU_SET(cpus[c], &set);
			sched_setaffinity(threads[i], sizeof(set), &set);
		}
	return NULL;
}

#endif /* SUPPORT_STORM_H */
