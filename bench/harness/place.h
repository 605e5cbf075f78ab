/* SPDX-License-Identifier: MIT */
/* Where threads run. */
#ifndef BENCH_PLACE_H
#define BENCH_PLACE_H

/* How many CPUs the thread may use. */
unsigned int place_count(void);

/* The @index-th of the CPUs that the thread may use; starts over where there are fewer. */
int place_nth_cpu(unsigned int index);

/* The allowed CPU after the one that the thread runs on, or that one where there is no other. */
int place_next_cpu(void);

/*
 * One CPU for each of @threads threads, which stay apart where there are as many CPUs.  A thread
 * that is alone gets the one that it is on.
 */
int place_own_cpu(unsigned int thread, unsigned int threads);

/* Restricts the calling thread to a CPU; exits where that fails. */
void place_bind(int cpu);

/* Lets it run where it could before its last place_bind(). */
void place_unbind(void);

#endif
