/* SPDX-License-Identifier: MIT */
/*
 * alloc_info.c - working out the layout of the first chunk
 *
 * What a layout is, and what holds for it, is told in percpu/impl/alloc_info.h. It is found in four
 * steps, of which the second has a file of its own (cpu_groups.c):
 *
 *	sizes		the three areas -> the smallest unit -> the smallest allocation
 *	groups		possible CPUs -> groups of near ones
 *	upa		both -> how many units share an allocation
 *	filling in	all of it -> the answer
 */
#include "boot/first_chunk/alloc_info.h"
#include "boot/first_chunk/cpu_groups.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "memory/pages/vm.h"

#include <percpu/kernel/err.h>

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* What the sizes step finds. */
struct pcpu_sizes {
	size_t dyn_size;
	size_t alloc_size;
	unsigned int max_upa; /* the largest upa whose units are large enough; 1 or more */
};

static size_t pcpu_round_up(size_t size, size_t multiple)
{
	return (size + multiple - 1) / multiple * multiple;
}

static size_t pcpu_larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* --- sizes --- */

/* Can alloc_size be cut into upa units of whole pages? */
static bool pcpu_upa_fits(size_t alloc_size, unsigned int upa)
{
	return alloc_size % upa == 0 && alloc_size / upa % PCPU_PAGE_SIZE == 0;
}

static int pcpu_check_sizes(const struct pcpu_alloc_request *request)
{
	if (request->machine.static_size > INT_MAX || request->reserved_size > INT_MAX ||
	    request->dyn_size > INT_MAX || request->atom_size > INT_MAX ||
	    request->machine.min_unit_size > INT_MAX)
		return -EINVAL;
	if (request->atom_size == 0 || request->atom_size % PCPU_PAGE_SIZE != 0)
		return -EINVAL;
	return 0;
}

static int pcpu_work_out_sizes(const struct pcpu_alloc_request *request, struct pcpu_sizes *sizes)
{
	size_t fixed, size_sum, min_unit_size;
	int err = pcpu_check_sizes(request);

	if (err)
		return err;
	/* Sums of a few numbers below 2 GiB do not overflow. */
	fixed = request->machine.static_size + request->reserved_size;
	size_sum = fixed + pcpu_larger(request->dyn_size, PERCPU_DYNAMIC_EARLY_SIZE);
	size_sum = pcpu_round_up(size_sum, PCPU_PAGE_SIZE);
	sizes->dyn_size = size_sum - fixed;

	min_unit_size = pcpu_larger(request->machine.min_unit_size, PCPU_MIN_UNIT_SIZE);
	min_unit_size = pcpu_larger(size_sum, min_unit_size);
	sizes->alloc_size = pcpu_round_up(min_unit_size, request->atom_size);
	if (sizes->alloc_size > INT_MAX)
		return -EINVAL;

	sizes->max_upa = (unsigned int)(sizes->alloc_size / min_unit_size);
	while (!pcpu_upa_fits(sizes->alloc_size, sizes->max_upa))
		sizes->max_upa--;
	return 0;
}

/* --- upa --- */

/* Allocations that all groups need if each allocation holds upa units. */
static size_t pcpu_count_allocs(const struct pcpu_grouping *grouping, unsigned int upa)
{
	size_t allocs = 0;

	for (unsigned int group = 0; group < grouping->nr_groups; group++)
		allocs += (grouping->groups[group].count + upa - 1) / upa;
	return allocs;
}

static unsigned int pcpu_choose_upa(const struct pcpu_sizes *sizes,
				    const struct pcpu_grouping *grouping)
{
	size_t allocs, last_allocs = SIZE_MAX;
	unsigned int upa, best_upa = 1;

	for (upa = sizes->max_upa; upa > 0; upa--) {
		if (!pcpu_upa_fits(sizes->alloc_size, upa))
			continue;
		allocs = pcpu_count_allocs(grouping, upa);
		/* Unused units cost memory. With upa 1 there are none, so something is taken. */
		if (allocs * upa - grouping->nr_cpus > grouping->nr_cpus / 3)
			continue;
		if (allocs > last_allocs)
			break;
		last_allocs = allocs;
		best_upa = upa;
	}
	return best_upa;
}

/* --- filling in --- */

static void pcpu_fill_group(struct pcpu_group_info *info, const struct pcpu_grouping *grouping,
			    unsigned int group, unsigned int upa)
{
	pcpu_group_list(grouping, group, info->cpu_map);
	info->nr_units = (int)pcpu_round_up(grouping->groups[group].count, upa);
}

static void pcpu_fill_sizes(struct pcpu_alloc_info *ai, const struct pcpu_alloc_request *request,
			    const struct pcpu_sizes *sizes, unsigned int upa)
{
	ai->static_size = request->machine.static_size;
	ai->reserved_size = request->reserved_size;
	ai->dyn_size = sizes->dyn_size;
	ai->atom_size = request->atom_size;
	ai->alloc_size = sizes->alloc_size;
	ai->unit_size = sizes->alloc_size / upa;
}

static void pcpu_fill_groups(struct pcpu_alloc_info *ai, const struct pcpu_grouping *grouping,
			     unsigned int upa)
{
	unsigned int *cpu_map = ai->groups[0].cpu_map;
	unsigned long offset = 0;

	for (unsigned int group = 0; group < grouping->nr_groups; group++) {
		struct pcpu_group_info *info = &ai->groups[group];

		info->base_offset = offset;
		info->cpu_map = cpu_map;
		pcpu_fill_group(info, grouping, group, upa);
		cpu_map += info->nr_units;
		offset += (unsigned long)info->nr_units * ai->unit_size;
	}
}

struct pcpu_alloc_info *pcpu_build_requested(const struct pcpu_alloc_request *request, int *err)
{
	struct pcpu_grouping grouping = {
		.cpus = &request->machine.cpus,
		.distance = request->distance,
		.node = request->distance ? request->machine.node : NULL,
	};
	struct pcpu_alloc_info *ai;
	struct pcpu_sizes sizes;
	unsigned int upa;

	*err = pcpu_work_out_sizes(request, &sizes);
	if (!*err)
		*err = pcpu_grouping_make(&grouping);
	if (*err)
		return NULL;

	upa = pcpu_choose_upa(&sizes, &grouping);
	ai = pcpu_alloc_alloc_info((int)grouping.nr_groups,
				   (int)(pcpu_count_allocs(&grouping, upa) * upa));
	if (ai) {
		pcpu_fill_sizes(ai, request, &sizes, upa);
		pcpu_fill_groups(ai, &grouping, upa);
	} else {
		*err = -ENOMEM;
	}
	pcpu_grouping_destroy(&grouping);
	return ai;
}

PERCPU_API struct pcpu_alloc_info *pcpu_build_alloc_info(const struct percpu_machine *machine,
							 size_t reserved_size, size_t dyn_size,
							 size_t atom_size,
							 pcpu_fc_cpu_distance_fn_t cpu_distance_fn)
{
	const struct pcpu_alloc_request request = {*machine, reserved_size, dyn_size, atom_size,
						   cpu_distance_fn};
	int err;
	struct pcpu_alloc_info *ai = pcpu_build_requested(&request, &err);

	return ai ? ai : ERR_PTR(err);
}

/* --- the structure --- */

PERCPU_API struct pcpu_alloc_info *pcpu_alloc_alloc_info(int nr_groups, int nr_units)
{
	struct pcpu_alloc_info *ai;
	size_t base_size, ai_size;
	unsigned int *cpu_map;

	if (nr_groups < 1 || nr_units < 0)
		return NULL;
	base_size = sizeof(*ai) + (size_t)nr_groups * sizeof(ai->groups[0]);
	base_size = pcpu_round_up(base_size, _Alignof(unsigned int));
	ai_size = base_size + (size_t)nr_units * sizeof(*ai->groups[0].cpu_map);
	ai_size = pcpu_round_up(ai_size, PCPU_PAGE_SIZE);

	ai = pcpu_mem_zalloc(ai_size);
	if (!ai)
		return NULL;
	cpu_map = (unsigned int *)((char *)ai + base_size);
	pcpu_vm_will_fill(cpu_map, (size_t)nr_units * sizeof(*cpu_map));
	for (int unit = 0; unit < nr_units; unit++)
		cpu_map[unit] = PERCPU_UNUSED_UNIT;
	ai->groups[0].cpu_map = cpu_map;
	ai->nr_groups = nr_groups;
	ai->__ai_size = ai_size;
	return ai;
}

PERCPU_API void pcpu_free_alloc_info(struct pcpu_alloc_info *ai)
{
	if (ai)
		pcpu_mem_free(ai, ai->__ai_size);
}

PERCPU_API int percpu_find_unit(const struct pcpu_alloc_info *ai, unsigned int cpu,
				unsigned long *offset)
{
	int before = 0;

	for (int group = 0; group < ai->nr_groups; group++) {
		const struct pcpu_group_info *info = &ai->groups[group];

		for (int unit = 0; unit < info->nr_units; unit++) {
			if (info->cpu_map[unit] != cpu)
				continue;
			if (offset)
				*offset = info->base_offset + (unsigned long)unit * ai->unit_size;
			return before + unit;
		}
		before += info->nr_units;
	}
	return -1;
}
