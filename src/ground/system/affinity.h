/* SPDX-License-Identifier: MIT */
/*
 * affinity.h - on which CPUs the calling thread may run.
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

/* That of a thread that may run on @cpu and nowhere else. */
void pcpu_affinity_make_one(struct pcpu_affinity *affinity, unsigned int cpu);

/* Restricts the calling thread to @cpu, where it is on return. 0, or a negative errno. */
int pcpu_affinity_set_one(unsigned int cpu);

/* Whether it may run on @cpu and nowhere else. Keeps errno. */
bool pcpu_affinity_is_one(unsigned int cpu);

/* Has it run wherever it is allowed to. 0, or a negative errno. */
int pcpu_affinity_set_all(void);

/* Whether the kernel says that @cpu is offline, or not there at all. Signal-safe, keeps errno. */
bool pcpu_cpu_is_offline(unsigned int cpu);

#endif /* PCPU_AFFINITY_H */
