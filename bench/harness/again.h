/* SPDX-License-Identifier: MIT */
/*
 * The program runs itself again, to measure in a new process or with other settings: the library
 * settles those when a process starts.  What was measured comes back by standard output.
 */
#ifndef BENCH_AGAIN_H
#define BENCH_AGAIN_H

#include <stdio.h>
#include <sys/types.h>

struct again {
	pid_t pid;
	FILE *from; /* its standard output */
};

/*
 * Starts this program with the arguments @argv, of which the first is a name for it, and with @conf
 * (NULL: nothing) after what PERCPU_CONF says already: a key that comes again has its last value.
 * To be called while there is one thread.  Exits where that fails.
 */
void again_start(struct again *again, const char *conf, char *const *argv);

/* Waits for its end; returns its wait status. */
int again_end(struct again *again);

#endif
