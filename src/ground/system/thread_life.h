/* SPDX-License-Identifier: MIT */
/*
 * thread_life.h - whether another thread, of this process or another, is still there.
 *
 * The kernel gives a thread's number to another one in time. What tells the two apart is when they
 * began, which is asked for where a number may be kept long after its thread: between processes.
 *
 * Signal-safe, keeps errno, and is no point of cancellation.
 */
#ifndef PCPU_THREAD_LIFE_H
#define PCPU_THREAD_LIFE_H

#include <stdbool.h>

/* A moment of birth has so many bits. */
#define PCPU_BIRTH_BITS 30

/*
 * When the thread of that number began, in hundredths of a second, cut to PCPU_BIRTH_BITS; 0: it is
 * not known, or there is no such thread.
 */
unsigned int pcpu_thread_birth(int thread);

/*
 * Whether there is no thread of that number, or only what is left of one; or one that began at
 * another moment than @birth, where both are known.
 */
bool pcpu_thread_is_gone(int thread, unsigned int birth);

/*
 * Moments are those of a time namespace: a process in another one than that of the first of these
 * calls takes them for unknown. At the beginning of sharing, and in each child.
 */
void pcpu_births_begin(void);

#endif /* PCPU_THREAD_LIFE_H */
