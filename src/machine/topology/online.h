/* SPDX-License-Identifier: MIT */
/* online.h - which CPUs run now. */
#ifndef PCPU_ONLINE_H
#define PCPU_ONLINE_H

#include "ground/bitmap.h"
#include "ground/layout.h"

#include <stdbool.h>

struct pcpu_online {
	unsigned long bits[PCPU_NR_CPUS / 8 / sizeof(unsigned long)];
	bool unknown; /* the kernel does not say */
};

void pcpu_online_read(struct pcpu_online *online);

/* Whether @cpu ran then, or may have. */
static inline bool pcpu_online_has(const struct pcpu_online *online, unsigned int cpu)
{
	return online->unknown || pcpu_test_bit(cpu, online->bits);
}

#endif /* PCPU_ONLINE_H */
