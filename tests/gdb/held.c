/* SPDX-License-Identifier: MIT */
/*
 * held.c - a program that hangs: a thread waits for a mutex inside of a section, whose CPU nobody
 * else can use meanwhile; and who has the mutex counts there.
 */
#include <percpu/percpu.h>

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

DEFINE_PER_CPU(unsigned long, written);

static pthread_mutex_t journal = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;

void all_is_quiet(void);

void all_is_quiet(void)
{
	__asm__ volatile("");
}

static void go_to_first_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		exit(77);
}

static void flush(void)
{
	get_cpu_var(written)++;
	pthread_mutex_lock(&journal);
	pthread_mutex_unlock(&journal);
	put_cpu_var(written);
}

static void append(void)
{
	this_cpu_inc(written);
}

/* As the library's entry.h has it; for the test to be sure, and not for programs. */
static bool is_held(const volatile struct percpu_entry *entry)
{
	return entry->window < 0 && entry->window & 1;
}

static void *flusher(void *arg)
{
	pthread_setname_np(pthread_self(), "flusher");
	go_to_first_cpu();
	pthread_barrier_wait(&both);
	flush();
	return arg;
}

static void *appender(void *arg)
{
	pthread_setname_np(pthread_self(), "appender");
	go_to_first_cpu();
	pthread_mutex_lock(&journal);
	pthread_barrier_wait(&both);
	while (!is_held(&__percpu_rt.entries[0]))
		sched_yield();
	append();
	pthread_mutex_unlock(&journal);
	return arg;
}

int main(void)
{
	volatile struct percpu_entry *entry = &__percpu_rt.entries[0];
	pthread_t threads[2];

	pthread_barrier_init(&both, NULL, 2);
	per_cpu(written, 0) = 0;
	pthread_create(&threads[0], NULL, flusher, NULL);
	pthread_create(&threads[1], NULL, appender, NULL);
	while (!(entry->attention << 1))
		sched_yield(); /* until somebody waits */
	all_is_quiet();
	return EXIT_SUCCESS;
}
