/* SPDX-License-Identifier: MIT */
/*
 * storm.h - storms: signals that come to a thread at any instruction, and migrations of threads
 * from one CPU to another.
 */
#ifndef SUPPORT_STORM_H
#define SUPPORT_STORM_H

#include "support/clock.h"
#include "support/cpus.h"
#include "support/random.h"
#include "support/threads.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
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

/*
 * A signal comes an interval after the handler of the one before is over. A timer that went on by
 * itself would, where signals take as long as its interval, leave what it interrupts no time at
 * all: an emulated processor takes ten times as long for one as others.
 */
struct storm {
	void (*handler)(int sig);
	timer_t timer;
	long interval; /* ns */
	volatile bool is_measured, is_over;
};
static __thread struct storm storm_of_thread __attribute__((__unused__));

/* Whoever has been forked by a handler has no timer, and need not know. */
static inline void await_next_signal(void)
{
	const struct itimerspec then = {{0, 0}, {0, storm_of_thread.interval}};

	timer_settime(storm_of_thread.timer, 0, &then, NULL);
}

static inline void handle_in_storm(int sig)
{
	const int saved = errno;

	if (storm_of_thread.is_measured)
		return;
	storm_of_thread.handler(sig);
	if (!storm_of_thread.is_over)
		await_next_signal();
	errno = saved;
}

/* What a signal takes whose handler does nothing, in nanoseconds. */
static inline long time_of_signal(void)
{
	double least = 0.1;

	storm_of_thread.is_measured = true;
	for (int i = 0; i < 10; i++) {
		const double begin = seconds(CLOCK_MONOTONIC);
		double took;

		raise(SIGUSR1);
		took = seconds(CLOCK_MONOTONIC) - begin;
		least = took < least ? took : least;
	}
	storm_of_thread.is_measured = false;
	return (long)(least * 1e9);
}

/*
 * Takes SIGUSR1. Returns @interval, or more where the handling of signals would take more than a
 * quarter of the time, nanoseconds.
 */
static inline long storm_interval(long interval)
{
	const struct sigaction action = {.sa_handler = handle_in_storm, .sa_flags = SA_RESTART};
	long least;

	if (sigaction(SIGUSR1, &action, NULL))
		abort();
	least = 4 * time_of_signal();
	return interval < least ? least : interval;
}

/* Has SIGUSR1 sent to the calling thread every storm_interval(@interval), and @handler called. */
static inline timer_t start_storm_of(long interval, void (*handler)(int sig))
{
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};

	event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	storm_of_thread.handler = handler;
	storm_of_thread.interval = storm_interval(interval);
	if (timer_create(CLOCK_MONOTONIC, &event, &storm_of_thread.timer))
		abort();
	storm_of_thread.is_over = false;
	await_next_signal();
	return storm_of_thread.timer;
}

static inline timer_t start_storm(void (*handler)(int sig))
{
	return start_storm_of(STORM_INTERVAL, handler);
}

/* Of the calling thread, or of one that has ended. */
static inline void end_storm(timer_t timer)
{
	storm_of_thread.is_over = true;
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
