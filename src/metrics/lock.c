/* SPDX-License-Identifier: MIT */
/* lock.c - see lock.h. */
#include "metrics/lock.h"
#include "ground/fault.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/system/race.h"

#include <errno.h>
#include <pthread.h>

static struct {
	struct pcpu_mutex lock;
	int cancelable;            /* before, of the thread that has it */
	bool forks;                /* the handlers of fork() are known to the C library */
	enum pcpu_at_fork at_fork; /* between them */
} metrics;

/*
 * They come before those of the library's start, which take the locks below. A thread that has the
 * lock goes on with it in both processes: its handler of a signal has called fork(), or the
 * function of a series.
 */
static void before_fork(void)
{
	metrics.at_fork = pcpu_mutex_lock_for_fork(&metrics.lock, !pcpu_thread_is_dying());
}

static void after_fork(void)
{
	if (metrics.at_fork == PCPU_TAKEN)
		pcpu_mutex_unlock(&metrics.lock);
}

/* What another thread was doing there is never used again: the thread that forked is dying. */
static void in_child(void)
{
	if (metrics.at_fork == PCPU_LEFT)
		pcpu_mutex_renew(&metrics.lock);
	after_fork();
}

static bool is_known_to_fork(void)
{
	if (!metrics.forks)
		metrics.forks = !pcpu_fault(PCPU_FAULT_MEM) &&
				pthread_atfork(before_fork, after_fork, in_child) == 0;
	return metrics.forks;
}

int pcpu_metrics_lock(void)
{
	int cancelable;

	if (pcpu_mutex_is_held(&metrics.lock))
		return -EDEADLK;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelable);
	pcpu_mutex_lock(&metrics.lock);
	pcpu_race_acquire(&metrics.lock);
	metrics.cancelable = cancelable;
	if (is_known_to_fork())
		return 0;
	pcpu_metrics_unlock();
	return -ENOMEM;
}

void pcpu_metrics_unlock(void)
{
	const int cancelable = metrics.cancelable;

	pcpu_race_release(&metrics.lock);
	pcpu_mutex_unlock(&metrics.lock);
	pthread_setcancelstate(cancelable, NULL);
}
