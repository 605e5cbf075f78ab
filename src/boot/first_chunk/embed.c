/* SPDX-License-Identifier: MIT */
/*
 * embed.c - see embed.h.
 *
 *	allocate	a piece a group; the lowest is the base of all offsets
 *	check		are the pieces near enough to each other?
 *	trim		only now: no piece can take what another one gave back, and a failure
 *			finds the pieces whole
 *	map		which unit is whose
 */
#include "boot/first_chunk/embed.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/mem.h"

#include <errno.h>

struct embedding {
	const struct pcpu_fc_space *space;
	struct pcpu_alloc_info *ai;
	size_t stride;
	uintptr_t *areas; /* by group; 0: not allocated */
	uintptr_t base;   /* the lowest */
	int highest;      /* group */
};

static size_t group_size(const struct embedding *embedding, int group)
{
	return (size_t)embedding->ai->groups[group].nr_units * embedding->stride;
}

static size_t areas_size(const struct embedding *embedding)
{
	return (size_t)embedding->ai->nr_groups * sizeof(*embedding->areas);
}

static void give_back(const struct embedding *embedding, uintptr_t addr, size_t size)
{
	embedding->space->free((void *)addr, size, embedding->space->ctx);
}

static int allocate_areas(struct embedding *embedding)
{
	const struct pcpu_fc_space *space = embedding->space;
	const struct pcpu_alloc_info *ai = embedding->ai;
	size_t align = space->align ? space->align : ai->atom_size;

	embedding->base = UINTPTR_MAX;
	for (int group = 0; group < ai->nr_groups; group++) {
		/* a group has a CPU, and its unused units come last */
		uintptr_t area =
			(uintptr_t)space->alloc(ai->groups[group].cpu_map[0],
						group_size(embedding, group), align, space->ctx);

		if (!area)
			return -ENOMEM;
		embedding->areas[group] = area;
		if (area < embedding->base)
			embedding->base = area;
		if (area > embedding->areas[embedding->highest])
			embedding->highest = group;
	}
	return 0;
}

/*
 * Later chunks have the shape of the first. Groups so far apart that hardly one such shape fits in
 * the range leave no room for them.
 */
static int check_distance(const struct embedding *embedding)
{
	uint64_t max_distance = embedding->areas[embedding->highest] - embedding->base +
				group_size(embedding, embedding->highest);

	if (max_distance <= embedding->space->range * 3 / 4)
		return 0;
	pcpu_log(PERCPU_LOG_WARNING, "max_distance=0x%llx is too large for a range of 0x%llx",
		 (unsigned long long)max_distance, (unsigned long long)embedding->space->range);
	return -EINVAL;
}

static void trim_group(const struct embedding *embedding, int group)
{
	const struct pcpu_alloc_info *ai = embedding->ai;
	size_t size_sum = ai->static_size + ai->reserved_size + ai->dyn_size;
	uintptr_t unit = embedding->areas[group];

	for (int i = 0; i < ai->groups[group].nr_units; i++, unit += embedding->stride) {
		if (ai->groups[group].cpu_map[i] == PERCPU_UNUSED_UNIT)
			give_back(embedding, unit, embedding->stride);
		else if (!embedding->space->stride)
			give_back(embedding, unit + size_sum, ai->unit_size - size_sum);
	}
}

static void free_areas(const struct embedding *embedding)
{
	for (int group = 0; embedding->areas && group < embedding->ai->nr_groups; group++)
		if (embedding->areas[group])
			give_back(embedding, embedding->areas[group], group_size(embedding, group));
}

static int allocate(struct embedding *embedding, struct percpu_layout *layout,
		    const struct percpu_cpu_set *cpus)
{
	int err;

	/* before address space is taken: what comes after trimming cannot fail */
	err = pcpu_first_layout_init(layout, cpus, embedding->ai, embedding->space);
	if (err)
		return err;
	embedding->stride = layout->stride;
	embedding->areas = pcpu_mem_zalloc(areas_size(embedding));
	err = embedding->areas ? allocate_areas(embedding) : -ENOMEM;
	if (!err)
		err = check_distance(embedding);
	if (err) {
		free_areas(embedding);
		pcpu_first_layout_destroy(layout);
	}
	return err;
}

static void trim_and_map(struct embedding *embedding, struct percpu_layout *layout)
{
	struct pcpu_alloc_info *ai = embedding->ai;

	for (int group = 0; group < ai->nr_groups; group++) {
		trim_group(embedding, group);
		ai->groups[group].base_offset = embedding->areas[group] - embedding->base;
	}
	pcpu_log(PERCPU_LOG_INFO, "Embedded %zu pages/cpu s%zu r%zu d%zu u%zu",
		 (ai->static_size + ai->reserved_size + ai->dyn_size) / PCPU_PAGE_SIZE,
		 ai->static_size, ai->reserved_size, ai->dyn_size, ai->unit_size);
	pcpu_first_chunk_map_units(layout, ai, embedding->base);
}

int pcpu_embed(struct percpu_layout *layout, const struct pcpu_alloc_request *request,
	       const struct pcpu_fc_space *space)
{
	struct embedding embedding = {.space = space};
	int err;

	embedding.ai = pcpu_build_requested(request, &err);
	if (!embedding.ai)
		return err;
	err = allocate(&embedding, layout, &request->machine.cpus);
	if (!err)
		trim_and_map(&embedding, layout);
	pcpu_mem_free(embedding.areas, areas_size(&embedding));
	pcpu_free_alloc_info(embedding.ai);
	return err;
}
