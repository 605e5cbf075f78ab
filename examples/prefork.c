/* SPDX-License-Identifier: MIT */
/*
 * prefork.c - processes that count into the same copies: a parent forks workers, as servers do, and
 * each of them counts its requests. What the parent reads is what all of them have counted.
 *
 *	$ cc -O2 prefork.c -lpercpu -o prefork && ./prefork
 *	8 workers, 8 connections, 8000000 requests, 4096000000 bytes
 *
 * Exits with 1 if one is missing, and with 2 where copies cannot be shared.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <percpu/percpu.h>

enum { WORKERS = 8, REQUESTS_EACH = 1000000 };

struct stats {
	unsigned long requests, bytes;
};

static DEFINE_PER_CPU(unsigned long, connections);

static void serve(struct stats __percpu *stats)
{
	for (int i = 0; i < REQUESTS_EACH; i++) {
		this_cpu_inc(stats->requests);
		this_cpu_add(stats->bytes, 512);
	}
	this_cpu_inc(connections);
}

int main(void)
{
	struct stats __percpu *stats;
	int started = 0, status, failed = 0;

	/* before the workers are there; what has been counted by now is kept */
	if (percpu_share() != 0)
		return 2;
	stats = alloc_percpu(struct stats);
	if (!stats)
		return 2;
	for (; started < WORKERS; started++) {
		pid_t worker = fork();

		if (worker < 0)
			break;
		if (worker == 0) {
			serve(stats);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		failed |= status;

	unsigned long long requests = per_cpu_sum(stats->requests);
	unsigned long long bytes = per_cpu_sum(stats->bytes);

	printf("%d workers, %llu connections, %llu requests, %llu bytes\n", started,
	       (unsigned long long)per_cpu_sum(connections), requests, bytes);
	failed |=
		requests != (unsigned long long)started * REQUESTS_EACH || bytes != requests * 512;
	free_percpu(stats);
	return failed || started != WORKERS;
}
