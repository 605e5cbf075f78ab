/* SPDX-License-Identifier: MIT */
/*
 * mm_cid.c - how many copies are used where the kernel's concurrency numbers tell them apart: by
 * few threads that are on every CPU, one after the other; and by many threads of which two run at
 * once.
 *
 * What docs/operations.md promises is checked: nobody uses more copies than there are CPUs, and
 * since 6.18 few threads use no more than there are threads. For a guest with 8 CPUs, and
 * PERCPU_CONF=index:mm_cid. Exit status 77: the kernel has none.
 */
#include <percpu/percpu.h>

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define FEW 2
#define MANY 40
#define ROUNDS 50

static DEFINE_PER_CPU(long, by_few);
static DEFINE_PER_CPU(long, by_many);

/* Those whose turn it is. */
static pthread_mutex_t turn[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static pthread_barrier_t all_are_there;

static void go_to(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void *go_around(void *arg)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);

	for (int i = 0; i < ROUNDS * cpus; i++) {
		go_to(i % cpus);
		this_cpu_inc(by_few);
	}
	return arg;
}

static void *take_turns(void *arg)
{
	pthread_mutex_t *mine = arg;

	pthread_barrier_wait(&all_are_there);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(mine);
		this_cpu_inc(by_many);
		usleep(100);
		pthread_mutex_unlock(mine);
		sched_yield();
	}
	return NULL;
}

static void run(int threads, void *(*body)(void *))
{
	pthread_t thread[MANY];

	pthread_barrier_init(&all_are_there, NULL, (unsigned int)threads);
	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, body, &turn[i % 2]) != 0)
			abort();
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
}

static int used(long __percpu *counter)
{
	unsigned int cpu;
	int nr = 0;

	for_each_possible_cpu(cpu)
		nr += *per_cpu_ptr(counter, cpu) != 0;
	return nr;
}

/* With the main thread, and one that has just ended and not given its number back. */
static int most_for_few(const char *release, int cpus)
{
	int major = 0, minor = 0;

	sscanf(release, "%d.%d", &major, &minor);
	return major > 6 || (major == 6 && minor >= 18) ? FEW + 2 : cpus;
}

int main(void)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN), few, many;
	struct utsname name;

	if (!strstr(percpu_backend(), "mm_cid")) {
		printf("%s\n", percpu_backend());
		return 77;
	}
	run(FEW, go_around);
	few = used(&by_few);
	run(MANY, take_turns);
	many = used(&by_many);
	uname(&name);
	printf("%s, %d CPUs: %d threads use %d copies, %d of which two run %d\n", name.release,
	       cpus, FEW, few, MANY, many);
	if (few > most_for_few(name.release, cpus) || many > cpus)
		return 1;
	return per_cpu_sum(by_few) != FEW * ROUNDS * cpus || per_cpu_sum(by_many) != MANY * ROUNDS;
}
