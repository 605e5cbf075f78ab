/* SPDX-License-Identifier: MIT */
/*
 * Ways to do something, measured turn about in one process, by one thread or several at once.
 */
#ifndef BENCH_TOOLKIT_TURNS_H
#define BENCH_TOOLKIT_TURNS_H

#include <stddef.h>

/* What all others of a race are compared with comes first. */
struct way {
	const char *name;
	void (*operate)(unsigned int times); /* by every thread at once */
	double at_most; /* what is promised: so many times the time of the first; 0: nothing */
};

/*
 * Has @threads threads, each on its own CPU as far as there are as many, go these ways in turn.
 * Books of each the time of one operation of one thread, in the fastest of many slices, and of all
 * but the first how many times as long that is as the first one's, which is judged by at_most.
 */
void turns_measure(const struct way *ways, size_t nr, unsigned int threads);

/* The same by 1 thread, by 2, and by as many as there are CPUs that the program may use. */
void turns_measure_all(const struct way *ways, size_t nr);

/* A function for struct way, of a statement that is done once. */
#define WAY(function, statement)                 \
	static void function(unsigned int times) \
	{                                        \
		for (; times; times--) {         \
			statement;               \
		}                                \
	}

#endif
