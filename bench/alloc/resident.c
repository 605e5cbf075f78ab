// SPDX-License-Identifier: MIT
#include "alloc/resident.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include <percpu/percpu.h>

#define WINDOW_SIZE (UINT64_C(1) << 32)
#define KIB 1024.0

/* Without per_cpu_offset(), which would open the unit. */
static bool is_in_a_window(unsigned long address)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (address - __per_cpu_offset[cpu] < WINDOW_SIZE)
			return true;
	}
	return false;
}

/*
 * smaps, because VmRSS may lag behind by some pages a thread, and because it tells the mappings
 * apart.  A line that starts a mapping has an address range where the others have a name.
 */
static void read_mappings(struct resident *resident, FILE *smaps)
{
	unsigned long start, end, kib;
	bool in_window = false;
	char line[512];

	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			in_window = is_in_a_window(start);
		if (sscanf(line, "Rss: %lu kB", &kib) != 1)
			continue;
		resident->all += (double)kib * KIB;
		if (in_window)
			resident->copies += (double)kib * KIB;
	}
}

static double read_page_tables(FILE *status)
{
	unsigned long kib;
	char line[512];

	while (fgets(line, sizeof(line), status)) {
		if (sscanf(line, "VmPTE: %lu kB", &kib) == 1)
			return (double)kib * KIB;
	}
	return NAN;
}

void resident_read(struct resident *resident)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	FILE *status = fopen("/proc/self/status", "re");

	*resident = (struct resident){NAN, NAN, NAN};
	if (smaps) {
		resident->all = resident->copies = 0;
		read_mappings(resident, smaps);
		fclose(smaps);
	}
	if (status) {
		resident->page_tables = read_page_tables(status);
		fclose(status);
	}
}
