/* SPDX-License-Identifier: MIT */
/*
 * signals.h - a stretch of code that no signal's handler of its thread comes into: the counterpart
 * of local_irq_save().
 */
#ifndef PCPU_SIGNALS_H
#define PCPU_SIGNALS_H

#include <signal.h>

/* Blocks all signals, keeping the old mask in @saved. */
static inline void pcpu_block_signals(sigset_t *saved)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, saved);
}

static inline void pcpu_restore_signals(const sigset_t *saved)
{
	pthread_sigmask(SIG_SETMASK, saved, NULL);
}

#endif /* PCPU_SIGNALS_H */
