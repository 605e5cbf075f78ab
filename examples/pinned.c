/* SPDX-License-Identifier: MIT */
/*
 * pinned.c - a server with one thread on each core, as packet processors are built: each stays
 * where it is, and counts by one instruction.
 *
 *	$ cc -O2 pinned.c -lpercpu -o pinned && ./pinned
 *	... cores, ... packets, ... bytes, ... of them not pinned
 *
 * Exits with 1 if one is missing. Not pinned: where there are no sequences (gVisor, valgrind, a
 * kernel without rseq), no thread can be, and counts by this_cpu_inc(), which is right everywhere.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <percpu/percpu.h>

enum { PACKETS_EACH = 1000000 };

struct core {
	unsigned int cpu;
	pthread_t thread;
};

struct traffic {
	unsigned long packets, bytes;
};
static DEFINE_PER_CPU(struct traffic, traffic);
static DEFINE_PER_CPU(unsigned long, not_pinned);

static unsigned long length_of(unsigned long packet)
{
	return 64 + packet % 1024;
}

/* Only between percpu_thread_pin() and percpu_thread_unpin(), and by that thread. */
static void serve_pinned(void)
{
	for (unsigned long i = 0; i < PACKETS_EACH; i++) {
		pinned_cpu_inc(traffic.packets);
		pinned_cpu_add(traffic.bytes, length_of(i));
	}
}

static void serve_anywhere(void)
{
	for (unsigned long i = 0; i < PACKETS_EACH; i++) {
		this_cpu_inc(traffic.packets);
		this_cpu_add(traffic.bytes, length_of(i));
	}
}

static void *run_core(void *arg)
{
	const struct core *core = arg;

	if (percpu_thread_pin(core->cpu) == 0) {
		serve_pinned();
		percpu_thread_unpin();
	} else {
		this_cpu_inc(not_pinned);
		serve_anywhere();
	}
	return NULL;
}

int main(void)
{
	struct core *cores = calloc(nr_cpu_ids, sizeof(*cores));
	unsigned long nr = 0, bytes = 0;
	unsigned int cpu;

	if (!cores)
		return 1;
	for_each_online_cpu(cpu)
	{
		cores[nr].cpu = cpu;
		if (pthread_create(&cores[nr].thread, NULL, run_core, &cores[nr]))
			return 1;
		nr++;
	}
	for (unsigned long i = 0; i < nr; i++)
		pthread_join(cores[i].thread, NULL);
	free(cores);

	for (unsigned long i = 0; i < PACKETS_EACH; i++)
		bytes += nr * length_of(i);
	printf("%lu cores, %lu packets, %lu bytes, %lu of them not pinned\n", nr,
	       per_cpu_sum(traffic.packets), per_cpu_sum(traffic.bytes), per_cpu_sum(not_pinned));
	return per_cpu_sum(traffic.packets) != nr * PACKETS_EACH ||
	       per_cpu_sum(traffic.bytes) != bytes;
}
