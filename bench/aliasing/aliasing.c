// SPDX-License-Identifier: MIT
/*
 * percpu_bench_aliasing: why in some processes an operation takes twice as long as in others, or
 * longer, from their start to their end; docs/performance.md says what this shows.
 *
 * An operation loads the CPU's number from the thread's rseq area and the CPU's window from its
 * entry, and then stores to the copy.  The next operation's loads run ahead of that store, and the
 * processor has to find out whether they should have waited.  It compares the offsets in their
 * pages and some bits of the physical pages' numbers: where these agree, the loads are taken to be
 * of what is being stored.  So whether a counter is slow depends on where in its page it lies,
 * which is the same in each process, and on which physical page the kernel has given it, which is
 * not.
 *
 * Shown on many pages: at the offsets where it can happen, and 64 bytes further, where it cannot.
 * Then a slow counter's physical page and a fast one's change places, and the slowness goes along.
 */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <percpu/percpu.h>

#include "harness/clock.h"
#include "harness/host.h"
#include "harness/options.h"
#include "harness/place.h"

#define PAGE 4096
#define NR_PAGES 512
#define OPERATIONS 4000u
#define SLOW 1.4 /* times the median: what is slow is slower than that, and what is not, is not */

typedef char __percpu *page;

static page pages[NR_PAGES];
static unsigned int slices = 16;

/* The fastest of some slices; between two operations @work multiplications, one after another. */
static __attribute__((noinline)) double inc_ns(page base, size_t offset, unsigned int work)
{
	unsigned long __percpu *counter = (unsigned long __percpu *)(base + offset);
	double fastest = INFINITY;

	for (unsigned int slice = 0; slice < slices; slice++) {
		uint64_t start = clock_ns(CLOCK_MONOTONIC);
		unsigned long product = 3;

		for (unsigned int i = 0; i < OPERATIONS; i++) {
			this_cpu_inc(*counter);
			for (unsigned int left = work; left; left--) {
				product *= product;
				__asm__ __volatile__("" : "+r"(product));
			}
		}
		fastest = fmin(fastest, (double)(clock_ns(CLOCK_MONOTONIC) - start));
	}
	return fastest / OPERATIONS;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct picture {
	double ns[NR_PAGES], median;
	unsigned int slow, slowest, fastest;
};

static void take(struct picture *picture, size_t offset)
{
	double sorted[NR_PAGES];

	for (unsigned int i = 0; i < NR_PAGES; i++)
		sorted[i] = picture->ns[i] = inc_ns(pages[i], offset, 0);
	qsort(sorted, NR_PAGES, sizeof(sorted[0]), compare);
	picture->median = sorted[NR_PAGES / 2];
	picture->slow = picture->slowest = picture->fastest = 0;
	for (unsigned int i = 0; i < NR_PAGES; i++) {
		/* again: a moment of the machine's is no property of a page */
		if (picture->ns[i] > SLOW * picture->median)
			picture->ns[i] = fmin(picture->ns[i], inc_ns(pages[i], offset, 0));
		picture->slow += picture->ns[i] > SLOW * picture->median;
		if (picture->ns[i] > picture->ns[picture->slowest])
			picture->slowest = i;
		if (picture->ns[i] < picture->ns[picture->fastest])
			picture->fastest = i;
	}
}

static void move(void *to, void *from)
{
	if (mremap(from, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		err(EXIT_FAILURE, "mremap");
}

/* The physical pages of two copies change places, and with them what is in them. */
static void swap_pages(page a, page b, unsigned int cpu)
{
	void *one = per_cpu_ptr(a, cpu), *other = per_cpu_ptr(b, cpu);
	void *aside = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (aside == MAP_FAILED)
		err(EXIT_FAILURE, "mmap");
	move(aside, one);
	move(one, other);
	move(other, aside);
}

static void print_pair(const char *when, page slow, page fast, size_t offset, unsigned int work)
{
	printf("\t%-66s %5.2f and %.2f ns\n", when, inc_ns(slow, offset, work),
	       inc_ns(fast, offset, work));
}

static void show_pair(const struct picture *picture, size_t offset, unsigned int cpu)
{
	page slow = pages[picture->slowest], fast = pages[picture->fastest];

	print_pair("the slowest and the fastest:", slow, fast, offset, 0);
	swap_pages(slow, fast, cpu);
	print_pair("with each other's physical page:", slow, fast, offset, 0);
	swap_pages(slow, fast, cpu);
	print_pair("with their own again, and 10 multiplications between operations:", slow, fast,
		   offset, 10);
	print_pair("... 100 multiplications:", slow, fast, offset, 100);
}

static void show(const char *what, size_t offset, unsigned int cpu)
{
	struct picture picture;

	offset = offset % PAGE / sizeof(unsigned long) * sizeof(unsigned long);
	take(&picture, offset);
	printf("%-46s %03zx  %3u of %u slow, median %.2f ns, slowest %.2f\n", what, offset,
	       picture.slow, NR_PAGES, picture.median, picture.ns[picture.slowest]);
	if (picture.slow)
		show_pair(&picture, offset, cpu);
}

static void show_all(unsigned int cpu)
{
	size_t thread = (size_t)__builtin_thread_pointer();
	size_t number = thread + (size_t)__percpu_rt.index_offset;
	size_t entry = (size_t)&__percpu_rt.entries[cpu];

	show("the CPU's number in the thread's rseq area", number, cpu);
	show("... 64 bytes further", number + 64, cpu);
	show("the CPU's entry", entry, cpu);
	show("... 64 bytes further, which is another CPU's", entry + 64, cpu);
	show("where the thread's rseq area has the sequence",
	     thread + (size_t)__percpu_rt.rseq_offset + 8, cpu);
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"quick", no_argument, NULL, 'q'}, {"help", no_argument, NULL, 'h'}, {0}};
	static const struct command_line line = {
		.program = "percpu_bench_aliasing",
		.help = "Usage: percpu_bench_aliasing [--quick]\n"
			"Shows by which pages, and where in them, this_cpu_inc() is slow.\n",
		.letters = "qh",
		.options = long_options,
	};
	struct common_options options = {0};
	struct host host;
	int cpu = place_nth_cpu(0);

	options_parse(&options, NULL, &line, argc, argv);
	if (options.quick)
		slices = 2;
	host_describe(&host);
	host_print(&host, stdout);
	printf(", %s\n\na counter at the page offset of\n", percpu_backend());
	place_bind(cpu);
	for (unsigned int i = 0; i < NR_PAGES; i++) {
		pages[i] = (page)__alloc_percpu(PAGE, PAGE);
		if (!pages[i])
			errx(EXIT_FAILURE, "page %u", i);
		this_cpu_inc(*(unsigned long __percpu *)pages[i]);
	}
	show_all((unsigned int)cpu);
	return EXIT_SUCCESS;
}
