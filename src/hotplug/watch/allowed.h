/* SPDX-License-Identifier: MIT */
/*
 * allowed.h - on which CPUs the threads of this process may run: of all of them together.
 *
 * That is what cpusets and sched_setaffinity() leave, in one. A thread that is restricted takes
 * nothing from the others; one that sleeps, restricted to a CPU that is offline, may run nowhere
 * (its mask is empty) until it wakes.
 */
#ifndef PCPU_ALLOWED_H
#define PCPU_ALLOWED_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Sets in @bits, of @size bytes, the CPUs of all threads in the folder @proc/self/task but the
 * calling one. Clears the others. False: none, or nobody says.
 */
bool pcpu_allowed_read(const char *proc, unsigned long *bits, size_t size);

#endif /* PCPU_ALLOWED_H */
