/* SPDX-License-Identifier: MIT */
/* alloc_info_check.c - see alloc_info_check.h. */
#include "boot/first_chunk/alloc_info_check.h"
#include "ground/bitmap.h"
#include "ground/layout.h"
#include "ground/mem.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>

#define FLAW_IF(condition)                 \
	do {                               \
		if (condition)             \
			return #condition; \
	} while (0)

const char *pcpu_sizes_flaw(const struct pcpu_alloc_info *ai)
{
	const size_t size_sum = ai->static_size + ai->reserved_size + ai->dyn_size;

	FLAW_IF(ai->nr_groups <= 0);
	FLAW_IF(ai->static_size == 0);
	FLAW_IF(ai->unit_size < size_sum);
	FLAW_IF(ai->unit_size % PCPU_PAGE_SIZE != 0);
	FLAW_IF(ai->unit_size < PCPU_MIN_UNIT_SIZE);
	FLAW_IF(ai->dyn_size < PERCPU_DYNAMIC_EARLY_SIZE);
	return NULL;
}

static const char *map_unit(const struct percpu_cpu_set *cpus, unsigned int cpu, unsigned int unit,
			    unsigned int *unit_map)
{
	FLAW_IF(cpu >= cpus->nr_cpu_ids);
	FLAW_IF(!pcpu_test_bit(cpu, cpus->possible));
	FLAW_IF(unit_map[cpu] != UINT_MAX);
	unit_map[cpu] = unit;
	return NULL;
}

/* None has two units: a count says it, where thousands of CPUs are possible. */
static bool every_possible_cpu_has_a_unit(const struct percpu_cpu_set *cpus, unsigned int nr_mapped)
{
	return nr_mapped == pcpu_bitmap_weight(cpus->possible, cpus->nr_cpu_ids);
}

const char *pcpu_map_units(const struct pcpu_alloc_info *ai, const struct percpu_cpu_set *cpus,
			   size_t stride, unsigned int *unit_map, unsigned long *unit_offsets)
{
	unsigned int before = 0, nr_mapped = 0;

	for (int group = 0; group < ai->nr_groups; group++) {
		const struct pcpu_group_info *info = &ai->groups[group];

		FLAW_IF(info->nr_units < 0);
		for (int unit = 0; unit < info->nr_units; unit++) {
			const unsigned int cpu = info->cpu_map[unit];
			const char *flaw;

			if (cpu == PERCPU_UNUSED_UNIT)
				continue;
			flaw = map_unit(cpus, cpu, before + (unsigned int)unit, unit_map);
			if (flaw)
				return flaw;
			nr_mapped++;
			if (unit_offsets)
				unit_offsets[cpu] =
					info->base_offset + (unsigned long)unit * stride;
		}
		before += (unsigned int)info->nr_units;
	}
	FLAW_IF(!every_possible_cpu_has_a_unit(cpus, nr_mapped));
	return NULL;
}

/* 0, and @flaw becomes what is wrong, or NULL; -ENOMEM. */
static int find_flaw(const struct percpu_machine *machine, const struct pcpu_alloc_info *ai,
		     const char **flaw)
{
	const size_t size = machine->cpus.nr_cpu_ids * sizeof(unsigned int);
	unsigned int *unit_map;

	*flaw = pcpu_sizes_flaw(ai);
	if (*flaw)
		return 0;
	unit_map = pcpu_mem_zalloc(size);
	if (!unit_map)
		return -ENOMEM;
	for (unsigned int cpu = 0; cpu < machine->cpus.nr_cpu_ids; cpu++)
		unit_map[cpu] = UINT_MAX;
	*flaw = pcpu_map_units(ai, &machine->cpus, ai->unit_size, unit_map, NULL);
	pcpu_mem_free(unit_map, size);
	return 0;
}

PERCPU_API int pcpu_verify_alloc_info(const struct percpu_machine *machine,
				      const struct pcpu_alloc_info *ai)
{
	const char *flaw;
	int err = find_flaw(machine, ai, &flaw);

	return !err && flaw ? -EINVAL : err;
}

PERCPU_API const char *percpu_alloc_info_flaw(const struct percpu_machine *machine,
					      const struct pcpu_alloc_info *ai)
{
	const char *flaw;

	return find_flaw(machine, ai, &flaw) ? NULL : flaw;
}
