/* SPDX-License-Identifier: MIT */
/*
 * affinity.h - on which CPUs the calling thread may run, and being on a certain one.
 */
#ifndef PCPU_AFFINITY_H
#define PCPU_AFFINITY_H

#include "ground/layout.h"

#include <stdbool.h>
#include <stddef.h>

struct pcpu_affinity {
	size_t size; /* bytes that count */
	unsigned long mask[PCPU_AFFINITY_CPUS / 8 / sizeof(unsigned long)];
};

/* Of the calling thread. 0 or a negative errno; keep errno. */
int pcpu_affinity_get(struct pcpu_affinity *affinity);
int pcpu_affinity_set(const struct pcpu_affinity *affinity);

/* How many CPUs there are in it. */
unsigned int pcpu_affinity_weight(const struct pcpu_affinity *affinity);

/* Restricts the calling thread to @cpu, where it is on return. 0, or a negative errno. */
int pcpu_affinity_set_one(unsigned int cpu);

/* Whether the kernel says that @cpu is offline. Signal-safe, keeps errno. */
bool pcpu_cpu_is_offline(unsigned int cpu);

/*
 * Calls @fn on @cpu, and then lets the thread run where it could before. Where the thread may not
 * be on @cpu, @fn is called elsewhere, and false is returned. Signal-safe, keeps errno.
 */
bool pcpu_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg);

#endif /* PCPU_AFFINITY_H */
