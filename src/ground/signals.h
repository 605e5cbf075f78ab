/* SPDX-License-Identifier: MIT */
/*
 * signals.h - a stretch of code that no signal's handler of its thread comes into: the counterpart
 * of local_irq_save().
 */
#ifndef PCPU_SIGNALS_H
#define PCPU_SIGNALS_H

#include "ground/log.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Masks all signals, keeping the old mask in @saved. */
static inline void pcpu_mask_signals(sigset_t *saved)
{
	sigset_t all;
	int err;

	sigfillset(&all);
	err = pthread_sigmask(SIG_SETMASK, &all, saved);
	if (__builtin_expect(err, 0))
		pcpu_fatal("signals cannot be masked: errno %d", err);
}

static inline void pcpu_restore_signals(const sigset_t *saved)
{
	pthread_sigmask(SIG_SETMASK, saved, NULL);
}

/*
 * The same with the mask in a word, as the kernel has it. Without the two signals that a C library
 * keeps for itself: it counts on their being delivered.
 */
static inline unsigned long pcpu_mask_signals_word(void)
{
	const unsigned long all = ~(3ul << (32 - 1));
	unsigned long saved = 0;

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &saved, sizeof(saved));
	return saved;
}

static inline void pcpu_restore_signals_word(unsigned long saved)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &saved, NULL, sizeof(saved));
}

/*
 * Whether signals are masked; for assertions. SIGTRAP is not looked at: the kernel unmasks it for a
 * debugger that steps.
 */
static inline bool pcpu_signals_are_masked(void)
{
	static const int some[] = {SIGHUP, SIGINT, SIGALRM, SIGUSR1, SIGUSR2, SIGPROF, SIGTERM};
	sigset_t now;

	pthread_sigmask(SIG_SETMASK, NULL, &now);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		if (!sigismember(&now, some[i]))
			return false;
	return true;
}

#endif /* PCPU_SIGNALS_H */
