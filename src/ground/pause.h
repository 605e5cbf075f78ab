/* SPDX-License-Identifier: MIT */
/*
 * pause.h - waiting for another thread that is about to be done.
 *
 * Not by spinning alone: the other may have a lower priority, and be on the waiter's CPU.
 */
#ifndef PCPU_PAUSE_H
#define PCPU_PAUSE_H

#include "arch_constants.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* How often a waiter looks at once, how often it lets others run, and how often it sleeps. */
#define PCPU_PAUSE_SPINS 100
#define PCPU_PAUSE_YIELDS 20
#define PCPU_PAUSE_NAPS 200
#define PCPU_PAUSE_NAP_NS 50000

/*
 * The @n-th pause of a wait, from 0. Returns false when the wait has become a long one: what is
 * waited for was to be done in far less. Keeps errno, and is no point of cancellation.
 */
static inline bool pcpu_pause(unsigned int n)
{
	const struct timespec nap = {.tv_nsec = PCPU_PAUSE_NAP_NS};
	int saved = errno;

	if (n < PCPU_PAUSE_SPINS)
		pcpu_relax();
	else if (n < PCPU_PAUSE_SPINS + PCPU_PAUSE_YIELDS)
		sched_yield();
	else
		syscall(SYS_nanosleep, &nap, NULL);
	errno = saved;
	return n < PCPU_PAUSE_SPINS + PCPU_PAUSE_YIELDS + PCPU_PAUSE_NAPS;
}

#endif /* PCPU_PAUSE_H */
