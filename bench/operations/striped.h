/* SPDX-License-Identifier: MIT */
/* Shards of std::atomic: the part of striped_ways.c that is C++. */
#ifndef BENCH_OPERATIONS_STRIPED_H
#define BENCH_OPERATIONS_STRIPED_H

#ifdef __cplusplus
extern "C" {
#endif

struct counters;

/* As many shards as there are CPUs, or more.  Returns 0, or -1 where there is no memory. */
int striped_setup(unsigned int cpus);
void striped_teardown(void);

/* The loops of the layouts one and apart. */
void striped_one(struct counters *own, unsigned long iterations);
void striped_apart(struct counters *own, unsigned long iterations);

/* Of all shards. */
unsigned long striped_sum(unsigned int element);

#ifdef __cplusplus
}
#endif

#endif
