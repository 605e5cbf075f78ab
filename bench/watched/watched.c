// SPDX-License-Identifier: MIT
/*
 * percpu_bench_watched: what percpu-stat costs the process that it watches. It reads this one, at
 * its shortest interval, and is stopped in every other slice; the ratio of a slice to its neighbour
 * is what is booked. The slices are so long that each has several reads in it, and they are not the
 * fastest ones that count, but the median of all. Times are the processor's: what others do on the
 * machine does not count.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <percpu/percpu.h>

#include "harness/figure.h"
#include "harness/groups.h"
#include "harness/place.h"
#include "harness/stats.h"

#define SLICE_NS 20000000u
#define QUICK_SLICE_NS 2000000u
#define OPERATIONS 1000u
#define ROUNDS 40u
#define QUICK_ROUNDS 3u
/* Of a machine that does nothing else; half a percent is what slices differ by anyway. */
#define AT_MOST 1.01

static DEFINE_PER_CPU(uint64_t, counted);

static void pair(void)
{
	uint64_t __percpu *counter = alloc_percpu(uint64_t);

	if (!counter)
		errx(EXIT_FAILURE, "alloc_percpu");
	free_percpu(counter);
}

/* Through the allocator's mutex. */
static void large_pair(void)
{
	free_percpu(__alloc_percpu(512, 8));
}

static void count(void)
{
	this_cpu_inc(counted);
}

/* ns of one @operate, in a slice. */
static double slice(void (*operate)(void))
{
	const uint64_t length = figures_are_quick() ? QUICK_SLICE_NS : SLICE_NS;
	const uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	uint64_t now, nr = 0;

	do {
		for (unsigned int i = 0; i < OPERATIONS; i++)
			operate();
		nr += OPERATIONS;
		now = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	} while (now - start < length);
	return (double)(now - start) / (double)nr;
}

/* On another CPU than the process, if there is one. */
static pid_t start_watcher(void)
{
	const pid_t watched = getpid();
	const pid_t pid = fork();
	char number[16];

	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (pid > 0)
		return pid;
	snprintf(number, sizeof(number), "%d", (int)watched);
	place_unbind();
	place_bind(place_nth_cpu(1));
	if (!freopen("/dev/null", "w", stdout))
		err(EXIT_FAILURE, "/dev/null");
	execl(PERCPU_STAT, "percpu-stat", "--interval", "0.01", "-a", number, (char *)NULL);
	err(EXIT_FAILURE, PERCPU_STAT);
}

/* It has not ended; then a signal stops it, or has it go on. */
static void tell(pid_t watcher, int signal)
{
	if (waitpid(watcher, NULL, WNOHANG) != 0)
		errx(EXIT_FAILURE, "percpu-stat has ended");
	if (kill(watcher, signal))
		err(EXIT_FAILURE, "kill");
}

static void measure(void (*operate)(void), const char *what)
{
	const unsigned int rounds = figures_are_quick() ? QUICK_ROUNDS : ROUNDS;
	double ratios[ROUNDS], alone[ROUNDS];
	pid_t watcher;

	place_bind(place_nth_cpu(0));
	operate(); /* so that there is a page */
	watcher = start_watcher();
	usleep(200000);
	for (unsigned int i = 0; i < rounds; i++) {
		double ns[2];

		for (unsigned int k = 0; k < 2; k++) {
			const bool watched = (i + k) % 2;

			tell(watcher, watched ? SIGCONT : SIGSTOP);
			ns[watched] = slice(operate);
		}
		alone[i] = ns[0];
		ratios[i] = ns[1] / ns[0];
	}
	tell(watcher, SIGKILL);
	waitpid(watcher, NULL, 0);
	figure("ns", summarize(alone, rounds).median, "%s, not watched", what);
	figure_at_most(AT_MOST, "x", summarize(ratios, rounds).median, "%s, watched", what);
}

static void measure_counting(void)
{
	measure(count, "this_cpu_inc");
}

static void measure_pairs(void)
{
	measure(pair, "alloc + free of 8 bytes");
}

static void measure_large(void)
{
	measure(large_pair, "alloc + free of 512 bytes");
}

int main(int argc, char **argv)
{
	static const struct group group[] = {
		{"counting", NULL, measure_counting},
		{"large", NULL, measure_large},
		{"pairs", NULL, measure_pairs},
	};
	const struct groups groups = {
		.program = "percpu_bench_watched",
		.about = "Measures a process while percpu-stat watches it, a hundred times a\n"
			 "second, and while it does not, turn about.\n",
		.group = group,
		.nr = sizeof(group) / sizeof(group[0]),
	};

	return groups_main(&groups, argc, argv);
}
