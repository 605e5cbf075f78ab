// SPDX-License-Identifier: MIT
#include "alloc/measure.h"

#include <err.h>
#include <stdlib.h>

#include <percpu/percpu.h>

#include "alloc/crew.h"
#include "alloc/measure_live.h"
#include "alloc/measure_pairs.h"
#include "alloc/measure_space.h"

static void measure_kind(const struct line *line, const struct effort *effort,
			 struct sample *sample)
{
	switch (line->kind) {
	case KIND_LIVE:
		measure_live(line, effort, sample);
		break;
	case KIND_PAIR:
		measure_pairs(line, effort, sample);
		break;
	case KIND_MEMORY:
		measure_memory(line, sample);
		break;
	default:
		measure_metadata(line, sample);
	}
}

static unsigned int count_open_units(void)
{
	unsigned int cpu, nr = 0;

	for_each_possible_cpu(cpu)
		nr += percpu_unit_is_open(cpu);
	return nr;
}

void measure_line(const struct line *line, const struct effort *effort, struct sample *sample)
{
	sample_init(sample);
	if (line->way->open && !line->way->open())
		errx(EXIT_FAILURE, "%s: cannot be had", line->name);
	if (num_possible_cpus() < line->possible)
		errx(EXIT_FAILURE, "%s: only %u CPUs are possible; PERCPU_CONF=possible:%u",
		     line->name, num_possible_cpus(), line->possible);
	crew_init();
	if (line->threads > crew.nr)
		return;
	crew_open_units();
	measure_kind(line, effort, sample);
	sample->value[POSSIBLE_CPUS][CPU_TIME] = num_possible_cpus();
	sample->value[OPEN_UNITS][CPU_TIME] = count_open_units();
}
