/* SPDX-License-Identifier: MIT */
/*
 * rwsem.c - settings that every request reads, and that somebody changes now and then: readers
 * share no memory, and never see half of a change.
 *
 *	$ cc -O2 rwsem.c -lpercpu -o rwsem && ./rwsem
 *	2000000 requests, 200 changes, torn: 0
 *
 * Exits with 1 if one did.
 */
#include <pthread.h>
#include <stdio.h>

#include <percpu/percpu.h>
#include <percpu/rwsem.h>

enum { THREADS = 4, REQUESTS_EACH = 500000, CHANGES = 200 };

DEFINE_STATIC_PERCPU_RWSEM(settings_lock);
static struct {
	int low, high; /* always ten apart */
} settings = {0, 10};

static DEFINE_PER_CPU(unsigned long, torn);

static void *serve(void *unused)
{
	for (int i = 0; i < REQUESTS_EACH; i++) {
		percpu_down_read(&settings_lock);
		if (settings.high - settings.low != 10)
			this_cpu_inc(torn);
		percpu_up_read(&settings_lock);
	}
	return unused;
}

static void change(int low)
{
	percpu_down_write(&settings_lock);
	settings.low = low;
	settings.high = low + 10;
	percpu_up_write(&settings_lock);
}

int main(void)
{
	pthread_t thread[THREADS];
	int started = 0;

	while (started < THREADS && !pthread_create(&thread[started], NULL, serve, NULL))
		started++;
	for (int i = 1; i <= CHANGES; i++)
		change(i);
	for (int i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	printf("%d requests, %d changes, torn: %llu\n", started * REQUESTS_EACH, CHANGES,
	       (unsigned long long)per_cpu_sum(torn));
	return per_cpu_sum(torn) != 0 || settings.low != CHANGES;
}
