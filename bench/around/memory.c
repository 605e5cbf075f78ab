// SPDX-License-Identifier: MIT
/* The allocator among many areas: alignment, what is left behind, and mappings. */
#include "around/measure.h"
#include "harness/figure.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <percpu/percpu.h>
#include <percpu/stats.h>

#include "around/areas.h"
#include "around/used_cpus.h"

#define NR_AREAS 35000
#define NR_HOLES 512
#define LARGEST 32768

/* Each leaves a hole behind itself that is too small for the next: 56 bytes, 8 of them aligned. */
static void *aligned_area(void)
{
	void *area = (void *)__alloc_percpu(8, 64);

	if (!area)
		errx(EXIT_FAILURE, "__alloc_percpu");
	return area;
}

/* More of them than a cache of free areas has. */
static double aligned_alloc_ns(void)
{
	enum { NR = 64 };
	void *areas[NR];
	double fastest = INFINITY;

	for (unsigned int slices = figures_slices() / 4 + 1; slices; slices--) {
		uint64_t start = clock_ns(CLOCK_MONOTONIC);

		for (int i = 0; i < NR; i++)
			areas[i] = aligned_area();
		fastest = fmin(fastest, (double)(clock_ns(CLOCK_MONOTONIC) - start) / NR);
		for (int i = 0; i < NR; i++)
			free_percpu(areas[i]);
	}
	return fastest;
}

static void measure_aligned_among(size_t nr)
{
	size_t live = figures_part(nr);
	void **areas = calloc(live, sizeof(*areas));

	if (!areas)
		err(EXIT_FAILURE, "%zu areas", live);
	for (size_t i = 0; i < live; i++)
		areas[i] = aligned_area();
	figure("ns", aligned_alloc_ns(), "alloc of 8 bytes aligned to 64, %zu live", nr);
	for (size_t i = 0; i < live; i++)
		free_percpu(areas[i]);
	free(areas);
}

void measure_aligned(void)
{
	use_two_cpus();
	measure_aligned_among(NR_AREAS);
	measure_aligned_among((size_t)2 * NR_AREAS);
}

void measure_nowait(void)
{
	unsigned int nr = 0;

	while (nr < 100000 && __alloc_percpu_gfp(64, 8, GFP_NOWAIT | __GFP_NOWARN))
		nr++;
	figure("areas", nr, "64 bytes each, allocated by GFP_NOWAIT before anything else");
}

/* Without what is mapped from files: code that is called for the first time is no memory kept. */
static double resident_bytes(void)
{
	FILE *rollup = fopen("/proc/self/smaps_rollup", "re");
	unsigned long kib = 0;
	char line[256];

	if (!rollup)
		err(EXIT_FAILURE, "smaps_rollup");
	while (fgets(line, sizeof(line), rollup)) {
		if (sscanf(line, "Anonymous: %lu kB", &kib) == 1)
			break;
	}
	fclose(rollup);
	return (double)kib * 1024;
}

void measure_left(void)
{
	double before, written, freed, trimmed, reported;
	struct areas areas;

	use_two_cpus();
	before = resident_bytes();
	areas_init(&areas, figures_part(NR_AREAS));
	areas_write(&areas);
	written = resident_bytes() - before;
	areas_destroy(&areas);
	freed = resident_bytes() - before;
	reported = (double)percpu_trim();
	trimmed = resident_bytes() - before;
	figure("MB", written / 1e6, "written");
	figure("MB", freed / 1e6, "resident after all are freed");
	figure("%", 100 * freed / written, "resident after all are freed, of what was written");
	figure("%", 100 * fmax(trimmed, 0) / written,
	       "resident after percpu_trim(), of what was written");
	figure("MB", reported / 1e6, "percpu_trim() reports");
	figure("MB", (freed - trimmed) / 1e6, "percpu_trim() gives back");
}

/* No memory is asked for: where there are too many mappings, there is none to be had. */
static unsigned int count_mappings(void)
{
	static char text[1 << 16];
	int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	unsigned int nr = 0;
	ssize_t length;

	if (maps < 0)
		err(EXIT_FAILURE, "/proc/self/maps");
	while ((length = read(maps, text, sizeof(text))) > 0) {
		for (ssize_t i = 0; i < length; i++)
			nr += text[i] == '\n';
	}
	close(maps);
	return nr;
}

static void open_all_units(void)
{
	static DEFINE_PER_CPU(char, touched);
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(touched, cpu) = 1;
}

/* Every other unit-sized stretch of a row of areas is freed. */
void measure_holes(void)
{
	struct percpu_stats stats;
	size_t a_chunk, nr;
	void **areas;
	unsigned int before;

	open_all_units();
	percpu_get_stats(&stats);
	a_chunk = stats.unit_size / LARGEST;
	nr = 2 * figures_part(NR_HOLES) * a_chunk;
	areas = calloc(nr, sizeof(*areas));
	if (!a_chunk || !areas)
		errx(EXIT_FAILURE, "units of %zu bytes", stats.unit_size);
	before = count_mappings();
	for (size_t i = 0; i < nr; i++)
		areas[i] = (void *)__alloc_percpu(LARGEST, 8);
	for (size_t i = 0; i < nr; i++) {
		if (i / a_chunk % 2)
			free_percpu(areas[i]);
	}
	percpu_trim();
	figure("mappings", ((double)count_mappings() - before) / num_possible_cpus(),
	       "more of them a CPU, after %d holes of a chunk's size", NR_HOLES);
}
