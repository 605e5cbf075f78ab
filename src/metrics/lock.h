/* SPDX-License-Identifier: MIT */
/*
 * lock.h - the one lock of all registries. It stands above those of ground/lock.h, but for those
 * that callbacks are called under, which may register metrics. Functions of the program are called
 * under it.
 */
#ifndef PCPU_METRICS_LOCK_H
#define PCPU_METRICS_LOCK_H

/*
 * Keeps other threads out, and fork() waiting, and the thread from being cancelled. 0; -EDEADLK:
 * the thread has it already; or -ENOMEM, the first time.
 */
int pcpu_metrics_lock(void);
void pcpu_metrics_unlock(void);

#endif /* PCPU_METRICS_LOCK_H */
