/* SPDX-License-Identifier: MIT */
/* resident.c - see resident.h. A mapping is the CPU's in whose window it starts. */
#include "percpu-stat/resident.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct window {
	uint64_t start;
	unsigned int cpu;
};

static int by_start(const void *a, const void *b)
{
	const struct window *one = a, *other = b;

	return one->start < other->start ? -1 : one->start > other->start;
}

/* Of the CPUs that have one, in ascending order. */
static struct window *list_windows(const struct page *page, size_t *nr)
{
	struct window *windows = calloc(page->header.nr_cpus, sizeof(*windows));

	*nr = 0;
	for (unsigned int cpu = 0; windows && cpu < page->header.nr_cpus; cpu++) {
		const uint64_t start = page_counts(page, cpu).window;

		if (start)
			windows[(*nr)++] = (struct window){start, cpu};
	}
	if (windows)
		qsort(windows, *nr, sizeof(*windows), by_start);
	return windows;
}

/* The window that @address is in, or NULL. */
static const struct window *find(const struct window *windows, size_t nr, uint64_t size,
				 uint64_t address)
{
	size_t low = 0, high = nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (windows[mid].start <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low && address - windows[low - 1].start < size ? &windows[low - 1] : NULL;
}

static void add_up(FILE *smaps, const struct window *windows, size_t nr, uint64_t size,
		   struct figures *cpus)
{
	const struct window *window = NULL;
	uint64_t start, end, kib;
	char line[4096];

	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &start, &end) == 2)
			window = find(windows, nr, size, start);
		else if (window && sscanf(line, "Rss: %" SCNu64 " kB", &kib) == 1)
			cpus[window->cpu].value[RESIDENT] += kib * 1024;
	}
}

void resident_read(int folder, const struct page *page, struct figures *cpus)
{
	int file = openat(folder, "smaps", O_RDONLY | O_CLOEXEC);
	FILE *smaps = file < 0 ? NULL : fdopen(file, "r");
	struct window *windows;
	size_t nr;

	if (!smaps) {
		if (file >= 0)
			close(file);
		return;
	}
	windows = list_windows(page, &nr);
	for (size_t i = 0; i < nr; i++)
		cpus[windows[i].cpu].value[RESIDENT] = 0;
	if (windows)
		add_up(smaps, windows, nr, page->header.window_size, cpus);
	free(windows);
	fclose(smaps);
}
