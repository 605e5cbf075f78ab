/* SPDX-License-Identifier: MIT */
/*
 * threads.h - threads of CPUs (percpu/smpboot.h): the kernel's smpboot.
 *
 * Everything is done by the thread that has pcpu_add_remove_lock, or for it.
 */
#ifndef PCPU_THREADS_H
#define PCPU_THREADS_H

#include <percpu/smpboot.h>

#include <stdbool.h>

int pcpu_threads_register(struct smp_hotplug_thread *kind);
void pcpu_threads_unregister(struct smp_hotplug_thread *kind);

/* Of all kinds, for a CPU that comes: parked ones, where there are none. 0 or a negative errno. */
int pcpu_threads_create(unsigned int cpu);
/* For one that goes: on return they are parked. And the way back. */
void pcpu_threads_park(unsigned int cpu);
void pcpu_threads_unpark(unsigned int cpu);

/* Whether the thread of that number is one of them. */
bool pcpu_threads_has(int thread);

#endif /* PCPU_THREADS_H */
