/* SPDX-License-Identifier: MIT */
/* threads.h - count in an object from several threads at once, and check what comes of it. */
#ifndef THREADS_H
#define THREADS_H

#include "object.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define NR_THREADS 4

static inline void __attribute__((__noreturn__)) give_up(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	exit(1);
}

struct task {
	const struct object *object;
	unsigned long rounds;
};

static inline void *run_task(void *arg)
{
	const struct task *task = arg;

	task->object->count(task->rounds);
	return NULL;
}

static inline void check_fresh(const struct object *object, const char *name)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (object->fresh(cpu))
			give_up(name, object->fresh(cpu));
}

/* 4 threads add @rounds each; nothing may be lost, nor come from elsewhere. */
static inline void check_counts(const struct object *object, const char *name, unsigned long rounds)
{
	struct task task = {object, rounds};
	pthread_t threads[NR_THREADS];
	unsigned long before = object->counted();

	for (int i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], NULL, run_task, &task))
			give_up(name, "no thread");
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	if (object->counted() != before + NR_THREADS * rounds)
		give_up(name, "counts were lost");
}

#endif /* THREADS_H */
