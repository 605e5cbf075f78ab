/* SPDX-License-Identifier: MIT */
/*
 * docs/adopting.md in small: a server of several processes, whose statistics were a struct for each
 * worker and are per-CPU counters now. It is reset while it serves, and reloaded, and what it has
 * counted in the end is what has been asked of it.
 *
 *	$ cc -O2 adopting.c -lpercpu -o adopting && ./adopting
 *	requests 600000
 *	errors 60000
 *	bytes_read 24000000
 *	connections 0
 *
 * Exits with 1 if it is not, and with 2 where copies cannot be shared.
 */
#include <percpu/counter_set.h>
#include <percpu/percpu.h>
#include <sys/wait.h>
#include <unistd.h>

#include <inttypes.h>
#include <stdio.h>

enum { CLASSES = 4, WORKERS = 3, GENERATIONS = 2, CONNECTIONS = 100, REQUESTS_EACH = 1000 };

/* the list of fields, as the server has had it: it makes the set, and the lines of a page */
#define COUNTS(X) X(requests) X(errors) X(bytes_read)

#define MEMBER(name) name,
PERCPU_COUNTER_SET(counts, uint64_t, COUNTS(MEMBER) hits[CLASSES]);
PERCPU_COUNTER_SET(levels, uint64_t, connections, buffers);

static DEFINE_PER_CPU(struct counts, counts); /* what only grows, and is reset */
static DEFINE_PER_CPU(struct levels, levels); /* what comes and goes, and is never reset */

static void answer(unsigned int i)
{
	this_cpu_inc(counts.requests);
	this_cpu_add(counts.bytes_read, 40);
	if (i % 10 == 0)
		this_cpu_inc(counts.errors);
	else
		this_cpu_inc(counts.hits[i % CLASSES]);
}

static void work(void)
{
	for (int c = 0; c < CONNECTIONS; c++) {
		this_cpu_inc(levels.connections);
		for (unsigned int i = 0; i < REQUESTS_EACH; i++)
			answer(i);
		this_cpu_dec(levels.connections); /* on another CPU, it may be */
	}
}

/* What all resets have taken. The master alone resets, so it needs no lock. */
static struct counts taken;

static void add_counts(struct counts *to, const struct counts *more)
{
#define ADD(name) to->name += more->name;
	COUNTS(ADD)
	for (int i = 0; i < CLASSES; i++)
		to->hits[i] += more->hits[i];
}

static int reset(void)
{
	struct counts now;
	int err = percpu_take(&counts, sizeof(counts), &now);

	if (err == 0)
		add_counts(&taken, &now);
	return err;
}

static void since_the_start(struct counts *sum)
{
	percpu_sum_struct(&counts, sum);
	add_counts(sum, &taken);
}

static int start_workers(void)
{
	for (int i = 0; i < WORKERS; i++) {
		pid_t worker = fork();

		if (worker < 0)
			return -1;
		if (worker == 0) {
			work();
			_exit(0);
		}
	}
	return 0;
}

static int show_page(void)
{
	const uint64_t asked = (uint64_t)GENERATIONS * WORKERS * CONNECTIONS * REQUESTS_EACH;
	struct levels level;
	struct counts sum;

	since_the_start(&sum);
	percpu_sum_struct(&levels, &level);
#define SHOW(name) printf(#name " %" PRIu64 "\n", sum.name);
	COUNTS(SHOW)
	printf("connections %" PRIu64 "\n", level.connections);
	for (int i = 0; i < CLASSES; i++)
		sum.errors += sum.hits[i];
	return sum.requests == asked && sum.errors == asked && sum.bytes_read == 40 * asked &&
	       level.connections == 0;
}

int main(void)
{
	int status, failed = 0;

	/* in the master, before there is a worker */
	if (percpu_share() != 0)
		return 2;
	/* a reload: new workers begin while the old ones still finish */
	for (int i = 0; i < GENERATIONS; i++)
		if (start_workers() != 0)
			return 2;
	do
		failed |= reset();
	while (waitpid(-1, &status, WNOHANG) == 0);
	failed |= status;
	while (wait(&status) > 0)
		failed |= status | reset();
	return !show_page() || failed;
}
