/* SPDX-License-Identifier: MIT */
/*
 * fence.h - making other threads see what this one has written, and give up what they had begun.
 *
 * membarrier() lets one side of a protocol pay for both: the other side, which is run often, needs
 * no barrier of its own, and a restartable sequence no check.
 */
#ifndef PCPU_FENCE_H
#define PCPU_FENCE_H

#include <stdbool.h>

/*
 * Whether the kernel has what the calls below need. Once each, at the boot. A process registers for
 * that: here while it has one thread, for which it takes a microsecond; in a process of several,
 * for which it takes 10 to 30 milliseconds, at the first fence.
 */
bool pcpu_fence_init_sequences(void);
bool pcpu_fence_init_threads(void);

/* Registers now, where that has not been done. 0, or a negative errno. */
int pcpu_fence_register_sequences(void);
int pcpu_fence_register_threads(void);

/*
 * After this no sequence of the process that began before, on @cpu or on any CPU, is going to
 * commit; and its threads there have passed a full barrier. Keeps errno.
 */
void pcpu_fence_sequences_on(unsigned int cpu);
void pcpu_fence_sequences(void);

/* Every thread of the process has passed a full barrier. Keeps errno. */
void pcpu_fence_threads(void);

#endif /* PCPU_FENCE_H */
