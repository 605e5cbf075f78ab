// SPDX-License-Identifier: MIT
#include "alloc/crew.h"

#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <percpu/percpu.h>

#include "harness/place.h"

struct crew crew;

static DEFINE_PER_CPU(unsigned long, crew_calls);

struct member {
	pthread_t thread;
	unsigned int index;
	void (*work)(void *context, unsigned int index);
	void *context;
};

void crew_init(void)
{
	unsigned int usable = place_count();

	crew.nr = usable < MAX_USED_CPUS ? usable : MAX_USED_CPUS;
	for (unsigned int i = 0; i < crew.nr; i++)
		crew.cpus[i] = (unsigned int)place_nth_cpu(i);
}

static void *start(void *argument)
{
	struct member *member = argument;

	member->work(member->context, member->index);
	return NULL;
}

static void start_bound(struct member *member)
{
	pthread_attr_t attributes;
	cpu_set_t one;
	int error;

	CPU_ZERO(&one);
	CPU_SET(crew.cpus[member->index], &one);
	pthread_attr_init(&attributes);
	error = pthread_attr_setaffinity_np(&attributes, sizeof(one), &one);
	if (!error)
		error = pthread_create(&member->thread, &attributes, start, member);
	if (error)
		errx(EXIT_FAILURE, "thread on CPU %u: %s", crew.cpus[member->index],
		     strerror(error));
	pthread_attr_destroy(&attributes);
}

void crew_run(unsigned int threads, void (*work)(void *context, unsigned int index), void *context)
{
	struct member members[MAX_USED_CPUS];

	for (unsigned int i = 0; i < threads; i++) {
		members[i] = (struct member){.index = i, .work = work, .context = context};
		start_bound(&members[i]);
	}
	for (unsigned int i = 0; i < threads; i++)
		pthread_join(members[i].thread, NULL);
}

static void count(void *context, unsigned int index)
{
	(void)context;
	(void)index;
	this_cpu_inc(crew_calls);
}

void crew_open_units(void)
{
	crew_run(crew.nr, count, NULL);
	for (unsigned int i = 0; i < crew.nr; i++) {
		if (per_cpu(crew_calls, crew.cpus[i]) != 1)
			errx(EXIT_FAILURE, "CPU %u was not reached", crew.cpus[i]);
	}
}
