/* SPDX-License-Identifier: MIT */
/*
 * freelist.c - a handler of a signal that notes when it came, in records that were made before: it
 * takes one of this CPU's free list, which no lock guards, and puts it on the list of those that
 * are filled. The main thread reads them, from every CPU, and puts them back.
 *
 *	$ cc -O2 freelist.c -lpercpu -o freelist && ./freelist
 *	... signals, ... records read, ... found none
 *
 * Exits with 1 if a record is missing. (freelist_double.c makes such a list by hand.)
 */
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

#include <percpu/cpumask.h>
#include <percpu/freelist.h>
#include <percpu/percpu.h>

enum { RECORDS = 64, ALARMS = 200 };

struct record {
	struct percpu_freelist_node node; /* first, so that a node is a record */
	struct timespec when;
};
static struct record records[RECORDS];
static DEFINE_PER_CPU(struct percpu_freelist, empty);
static DEFINE_PER_CPU(struct percpu_freelist, filled);

static volatile sig_atomic_t came, lost;

static void note(int sig)
{
	struct record *record = (struct record *)percpu_freelist_pop(&empty);

	(void)sig;
	came++;
	if (!record) {
		lost++;
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &record->when);
	percpu_freelist_push(&filled, &record->node);
}

/* Reads all records that are filled, on whichever CPU; returns how many. */
static int read_records(void)
{
	unsigned int cpu;
	int nr = 0;

	for_each_possible_cpu(cpu) {
		struct percpu_freelist_node *node =
			percpu_freelist_steal(&filled, cpu, PERCPU_FREELIST_ALL);

		while (node) {
			struct percpu_freelist_node *next = node->next;

			percpu_freelist_push(&empty, node);
			node = next;
			nr++;
		}
	}
	return nr;
}

int main(void)
{
	const struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
	const struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
	int nr = 0;

	if (percpu_freelist_populate(&empty, &records[0].node, sizeof(records[0]), RECORDS) ||
	    sigaction(SIGALRM, &action, NULL) || setitimer(ITIMER_REAL, &often, NULL))
		return 1;
	while (came < ALARMS)
		nr += read_records();
	setitimer(ITIMER_REAL, &never, NULL);
	nr += read_records();
	printf("%d signals, %d records read, %d found none\n", (int)came, nr, (int)lost);
	return nr + lost != came;
}
