/* SPDX-License-Identifier: MIT */
/*
 * lock.h - a mutex that is held with all signals blocked: the counterpart of spin_lock_irqsave().
 *
 * Operations are allowed in signal handlers, and some of them take such a lock. Were a signal to
 * interrupt the holder, its handler would wait for itself. Held for short work only.
 */
#ifndef PCPU_LOCK_H
#define PCPU_LOCK_H

#include "ground/signals.h"

#include <pthread.h>

/* Blocks all signals, keeping the old mask in @saved, then takes @mutex. */
static inline void pcpu_lock_sigsave(pthread_mutex_t *mutex, sigset_t *saved)
{
	pcpu_mask_signals(saved);
	pthread_mutex_lock(mutex);
}

static inline void pcpu_unlock_sigrestore(pthread_mutex_t *mutex, const sigset_t *saved)
{
	pthread_mutex_unlock(mutex);
	pcpu_restore_signals(saved);
}

#endif /* PCPU_LOCK_H */
