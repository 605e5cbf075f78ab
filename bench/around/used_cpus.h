/* SPDX-License-Identifier: MIT */
/* CPUs that are in use: where a thread has counted. */
#ifndef BENCH_AROUND_USED_CPUS_H
#define BENCH_AROUND_USED_CPUS_H

/* Has the thread count on each of the first two CPUs that it may use; it stays on the first one. */
void use_two_cpus(void);

#endif
