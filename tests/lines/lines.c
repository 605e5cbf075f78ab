/* SPDX-License-Identifier: MIT */
/*
 * lines.c - two threads on two CPUs do the same in a steady state, in turns, between calls of
 * lines_begin() and lines_end(), for a debugger that writes down every store (lines.py).
 *
 * Usage: lines CASE TIMES
 */
#include <percpu/percpu.h>
#include <percpu/refcount.h>
#include <percpu/rwsem.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Often enough for caches to be full, and for every first time to be over. */
#define WARM 20000

static DEFINE_PER_CPU(long, counted);
static DEFINE_PER_CPU(long, in_section);
static DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);
static struct percpu_counter counter __attribute__((__aligned__(64)));
static struct percpu_ref ref __attribute__((__aligned__(64)));

static void operation(void)
{
	this_cpu_inc(counted);
}

static void section(void)
{
	get_cpu_var(in_section)++;
	put_cpu_var(in_section);
}

static void operation_in_section(void)
{
	get_cpu_var(in_section)++;
	this_cpu_inc(counted);
	put_cpu_var(in_section);
}

static void pair(void)
{
	free_percpu(alloc_percpu(long));
}

/* More than a magazine has room for: by the mutex, every so often. */
static void burst(void)
{
	static __thread long __percpu *areas[100];

	for (int i = 0; i < 100; i++)
		areas[i] = alloc_percpu(long);
	for (int i = 0; i < 100; i++)
		free_percpu(areas[i]);
}

static void large_pair(void)
{
	free_percpu(__alloc_percpu(1000, 8));
}

static void lock_pair(void)
{
	local_lock(&lock);
	local_unlock(&lock);
}

static void counter_add(void)
{
	percpu_counter_add(&counter, 1);
}

static void never_released(struct percpu_ref *of)
{
	(void)of;
	abort();
}

static void ref_pair(void)
{
	percpu_ref_get(&ref);
	percpu_ref_put(&ref);
}

static void ref_tried(void)
{
	if (percpu_ref_tryget_live(&ref))
		percpu_ref_put(&ref);
}

DEFINE_STATIC_PERCPU_RWSEM(sem);

static void read_pair(void)
{
	percpu_down_read(&sem);
	percpu_up_read(&sem);
}

static const struct {
	const char *name;
	void (*once)(void);
} cases[] = {
	{"operation", operation},
	{"section", section},
	{"operation_in_section", operation_in_section},
	{"pair", pair},
	{"counter_add", counter_add},
	{"lock_pair", lock_pair},
	{"burst", burst},
	{"large_pair", large_pair},
	{"ref_pair", ref_pair},
	{"ref_tried", ref_tried},
	{"read_pair", read_pair},
};

static void (*once)(void);
static int times;
static pthread_barrier_t together;
static int cpus[2];

void lines_begin(void);
void lines_end(void);

void __attribute__((__noinline__)) lines_begin(void)
{
	__asm__ volatile("");
}

void __attribute__((__noinline__)) lines_end(void)
{
	__asm__ volatile("");
}

static void *take_turns(void *arg)
{
	const int me = *(int *)arg;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)cpus[me], &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		return "affinity";
	pthread_barrier_wait(&together);
	for (int i = 0; i < WARM; i++)
		once();
	for (int turn = 0; turn < 2; turn++) {
		pthread_barrier_wait(&together);
		if (turn != me)
			continue;
		/* the kernel may have taken the CPU away: what that leads to is over after this */
		once();
		lines_begin();
		for (int i = 0; i < times; i++)
			once();
		lines_end();
	}
	return NULL;
}

static int find_cpus(void)
{
	cpu_set_t all;
	int nr = 0;

	if (sched_getaffinity(0, sizeof(all), &all))
		return 0;
	for (int cpu = 0; cpu < CPU_SETSIZE && nr < 2; cpu++)
		if (CPU_ISSET((size_t)cpu, &all))
			cpus[nr++] = cpu;
	return nr;
}

int main(int argc, char **argv)
{
	static int numbers[2] = {0, 1};
	pthread_t threads[2];
	void *wrong = NULL;

	for (size_t i = 0; argc == 3 && i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!strcmp(argv[1], cases[i].name))
			once = cases[i].once;
	if (!once || find_cpus() < 2)
		return 77;
	times = atoi(argv[2]);
	if (percpu_counter_init(&counter, 0, GFP_KERNEL) ||
	    percpu_ref_init(&ref, never_released, 0, GFP_KERNEL))
		return 1;
	pthread_barrier_init(&together, NULL, 2);
	for (int i = 0; i < 2 && !wrong; i++)
		if (pthread_create(&threads[i], NULL, take_turns, &numbers[i]))
			wrong = "thread";
	for (int i = 0; i < 2 && !wrong; i++)
		pthread_join(threads[i], &wrong);
	return wrong != NULL;
}
