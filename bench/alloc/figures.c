// SPDX-License-Identifier: MIT
#include "alloc/figures.h"

#include <math.h>
#include <string.h>

const struct figure_info figures[NR_FIGURES] = {
	[ALLOC_FIRST] = {"alloc_first", "ns", true},
	[FREE_FIRST] = {"free_first", "ns", true},
	[ALLOC_AGAIN] = {"alloc_again", "ns", true},
	[FREE_AGAIN] = {"free_again", "ns", true},
	[PAIR] = {"pair", "ns", true},
	[OVERLAP] = {"overlap", "of 1", false},
	[WAITED] = {"waited", "of 1", false},
	[RESIDENT] = {"resident", "bytes", false},
	[COPIES] = {"copies", "bytes", false},
	[PAGE_TABLES] = {"page_tables", "bytes", false},
	[METADATA] = {"metadata", "bytes", false},
	[METADATA_OF_ONE] = {"of_one_copy", "%", false},
	[METADATA_OF_USED] = {"of_used_copies", "%", false},
	[POSSIBLE_CPUS] = {"possible_cpus", "CPUs", false},
	[OPEN_UNITS] = {"open_units", "units", false},
};

void sample_init(struct sample *sample)
{
	for (int figure = 0; figure < NR_FIGURES; figure++) {
		for (int clock = 0; clock < NR_CLOCKS; clock++)
			sample->value[figure][clock] = NAN;
	}
}

void sample_write(const struct sample *sample, FILE *stream)
{
	for (int figure = 0; figure < NR_FIGURES; figure++) {
		const double *value = sample->value[figure];

		if (!isnan(value[CPU_TIME]))
			fprintf(stream, "%s %.6f %.6f\n", figures[figure].name, value[CPU_TIME],
				value[WALL_TIME]);
	}
}

void sample_read(struct sample *sample, FILE *stream)
{
	char name[32];
	double cpu, wall;

	while (fscanf(stream, "%31s %lf %lf", name, &cpu, &wall) == 3) {
		for (int figure = 0; figure < NR_FIGURES; figure++) {
			if (strcmp(name, figures[figure].name))
				continue;
			sample->value[figure][CPU_TIME] = cpu;
			sample->value[figure][WALL_TIME] = wall;
		}
	}
}
