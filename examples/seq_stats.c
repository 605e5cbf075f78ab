/* SPDX-License-Identifier: MIT */
/*
 * seq_stats.c - requests and the time that they took, counted together: an average is never that of
 * two moments.
 *
 *	$ cc -O2 seq_stats.c -lpercpu -o seq_stats && ./seq_stats
 *	400000 requests, 250 ns each on the average
 *
 * Exits with 1 if another average was ever seen.
 */
#include <percpu/percpu.h>
#include <percpu/seq_stats.h>
#include <pthread.h>
#include <stdio.h>

struct served {
	uint64_t requests, nanoseconds;
};
PERCPU_STATS(served_stats, struct served);
static DEFINE_PER_CPU(struct served_stats, served);

static void *serve(void *arg)
{
	/* each takes 250 ns, say */
	for (int i = 0; i < 100000; i++)
		this_cpu_stats_add(served, .requests = 1, .nanoseconds = 250);
	return arg;
}

int main(void)
{
	pthread_t threads[4];
	struct served now;
	bool wrong = false;

	for (int i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, serve, NULL))
			return 1;
	for (int i = 0; i < 1000; i++) {
		percpu_stats_sum(served, &now);
		wrong |= now.nanoseconds != 250 * now.requests;
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	percpu_stats_sum(served, &now);
	printf("%lu requests, %lu ns each on the average\n", (unsigned long)now.requests,
	       (unsigned long)(now.nanoseconds / now.requests));
	return wrong || now.requests != 400000;
}
