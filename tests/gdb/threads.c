/* SPDX-License-Identifier: MIT */
/*
 * threads.c - a thread that is pinned, one that has local locks, and two processes: the child
 * counts in copies of its own.
 */
#include <percpu/local_lock.h>
#include <percpu/percpu.h>
#include <percpu/pinned.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct queue {
	local_lock_t lock;
	int length;
};

DEFINE_PER_CPU(struct queue, queue);
DEFINE_PER_CPU(long, jobs);

static pthread_barrier_t ready, done;

void all_is_quiet(void);
void has_counted(void);

__attribute__((__noinline__)) void all_is_quiet(void)
{
	__asm__ volatile("");
}

__attribute__((__noinline__)) void has_counted(void)
{
	__asm__ volatile("");
}

static void go_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		exit(77);
}

static void wait_here(void)
{
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&done);
}

static void *pinned(void *arg)
{
	if (percpu_thread_pin(1))
		exit(77);
	pinned_cpu_add(jobs, 5);
	wait_here();
	return arg;
}

static void *locker(void *arg)
{
	go_to(0);
	local_lock(&queue.lock);
	this_cpu_inc(queue.length);
	wait_here();
	local_unlock(&queue.lock);
	return arg;
}

int main(void)
{
	pthread_t threads[2];
	int status;

	go_to(0);
	this_cpu_inc(jobs);
	if (fork() == 0) {
		this_cpu_add(jobs, 100);
		has_counted();
		_exit(0);
	}
	if (wait(&status) < 0 || status)
		return EXIT_FAILURE;
	pthread_barrier_init(&ready, NULL, 3);
	pthread_barrier_init(&done, NULL, 3);
	pthread_create(&threads[0], NULL, pinned, NULL);
	pthread_create(&threads[1], NULL, locker, NULL);
	pthread_barrier_wait(&ready);
	all_is_quiet();
	pthread_barrier_wait(&done);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	return EXIT_SUCCESS;
}
