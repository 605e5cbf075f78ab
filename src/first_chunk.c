/* SPDX-License-Identifier: MIT */
/* first_chunk.c - see first_chunk.h. */
#include "first_chunk.h"
#include "bitmap.h"
#include "chunk.h"
#include "coord.h"
#include "layout.h"
#include "log.h"
#include "mem.h"

#include <errno.h>
#include <limits.h>

/* The condition's text, the possible CPUs and the alloc info, then the end. */
static void __attribute__((__noreturn__, __cold__))
bad_setup(const char *condition, const struct pcpu_first_layout *layout,
	  const struct pcpu_alloc_info *ai)
{
	pcpu_log(PERCPU_LOG_EMERG, "first chunk: failed check: %s", condition);
	pcpu_log(PERCPU_LOG_EMERG, "first chunk: %u possible CPUs, nr_cpu_ids %u",
		 pcpu_bitmap_weight(layout->possible, layout->nr_cpu_ids), layout->nr_cpu_ids);
	pcpu_dump_alloc_info(PERCPU_LOG_EMERG, ai);
	pcpu_fatal("the first chunk cannot be set up: %s", condition);
}

#define PCPU_SETUP_BUG_ON(condition)                       \
	do {                                               \
		if (condition)                             \
			bad_setup(#condition, layout, ai); \
	} while (0)

static void check_sizes(const struct pcpu_first_layout *layout, const struct pcpu_alloc_info *ai)
{
	size_t size_sum = ai->static_size + ai->reserved_size + ai->dyn_size;

	PCPU_SETUP_BUG_ON(ai->nr_groups <= 0);
	PCPU_SETUP_BUG_ON(ai->static_size == 0);
	PCPU_SETUP_BUG_ON(ai->unit_size < size_sum);
	PCPU_SETUP_BUG_ON(ai->unit_size % PCPU_PAGE_SIZE != 0);
	PCPU_SETUP_BUG_ON(ai->unit_size < PCPU_MIN_UNIT_SIZE);
	PCPU_SETUP_BUG_ON(ai->dyn_size < PERCPU_DYNAMIC_EARLY_SIZE);
}

static void map_cpu(struct pcpu_first_layout *layout, const struct pcpu_alloc_info *ai,
		    unsigned int cpu)
{
	unsigned int window = layout->nr_windows;

	PCPU_SETUP_BUG_ON(cpu >= layout->nr_cpu_ids);
	PCPU_SETUP_BUG_ON(!pcpu_test_bit(cpu, layout->possible));
	PCPU_SETUP_BUG_ON(layout->unit_windows[cpu] != UINT_MAX);
	layout->unit_windows[cpu] = window;
	layout->unit_offsets[cpu] = (unsigned long)window << 32;
	if (window == 0)
		layout->low_unit_cpu = cpu;
	layout->high_unit_cpu = cpu;
	layout->nr_windows++;
}

static void map_group(struct pcpu_first_layout *layout, const struct pcpu_alloc_info *ai,
		      struct pcpu_group_info *group)
{
	group->base_offset = (unsigned long)layout->nr_windows << 32;
	for (int unit = 0; unit < group->nr_units; unit++)
		if (group->cpu_map[unit] != PCPU_NR_CPUS)
			map_cpu(layout, ai, group->cpu_map[unit]);
	layout->nr_units += group->nr_units;
}

int pcpu_first_chunk_layout(struct pcpu_first_layout *layout, struct pcpu_alloc_info *ai)
{
	unsigned int nr = layout->nr_cpu_ids, possible = pcpu_bitmap_weight(layout->possible, nr);

	check_sizes(layout, ai);
	layout->unit_offsets = pcpu_mem_zalloc(nr * sizeof(*layout->unit_offsets));
	layout->unit_windows = pcpu_mem_zalloc(nr * sizeof(*layout->unit_windows));
	if (!layout->unit_offsets || !layout->unit_windows)
		return -ENOMEM;
	for (unsigned int cpu = 0; cpu < nr; cpu++)
		layout->unit_windows[cpu] = UINT_MAX;
	layout->nr_windows = 0;
	layout->nr_units = 0;
	for (int group = 0; group < ai->nr_groups; group++)
		map_group(layout, ai, &ai->groups[group]);
	PCPU_SETUP_BUG_ON(layout->nr_windows != possible);
	pcpu_dump_alloc_info(PERCPU_LOG_DEBUG, ai);
	return 0;
}

static uint64_t page_floor(uint64_t size)
{
	return size & ~(uint64_t)(PCPU_PAGE_SIZE - 1);
}

static uint64_t page_ceil(uint64_t size)
{
	return page_floor(size + PCPU_PAGE_SIZE - 1);
}

/* Static, reserved and dynamic area in one piece: the usual case. */
static int place_together(const struct pcpu_alloc_info *ai, struct pcpu_span statics)
{
	int err;

	/* the rest of the unit is nobody's: a module that is loaded later may lie there */
	statics.size = ai->static_size + ai->reserved_size + ai->dyn_size;
	err = pcpu_coord_claim(statics.start, statics.size);
	if (err)
		return err;
	err = pcpu_units_add_span(&statics);
	if (err)
		pcpu_coord_release(statics.start);
	return err;
}

/*
 * The static area where the loader put it, the rest of the unit where there is room. @base becomes
 * the coordinate from which the offsets of the rest count.
 */
static int place_apart(const struct pcpu_alloc_info *ai, struct pcpu_span statics, uint32_t *base)
{
	uint64_t skipped = page_floor(ai->static_size);
	struct pcpu_span rest = {.size = ai->static_size + ai->reserved_size + ai->dyn_size -
					 skipped};
	int err;

	statics.size = page_ceil(ai->static_size);
	err = pcpu_coord_claim(statics.start, statics.size);
	if (err)
		return err;
	err = pcpu_coord_claim_free(rest.size, &rest.start);
	if (!err)
		err = pcpu_units_add_span(&statics);
	if (!err)
		err = pcpu_units_add_span(&rest);
	*base = rest.start - (uint32_t)skipped;
	return err;
}

static int make_views(const struct pcpu_alloc_info *ai, uint32_t base)
{
	int reserved = (int)ai->static_size, dynamic = reserved + (int)ai->reserved_size;

	if (ai->reserved_size) {
		pcpu_reserved_chunk = pcpu_chunk_create_view(base, reserved, dynamic);
		if (!pcpu_reserved_chunk)
			return -ENOMEM;
	}
	pcpu_first_chunk = pcpu_chunk_create_view(base, dynamic, dynamic + (int)ai->dyn_size);
	if (!pcpu_first_chunk)
		return -ENOMEM;
	pcpu_chunk_relocate(pcpu_first_chunk, -1);
	return 0;
}

int pcpu_first_chunk_setup(const struct pcpu_alloc_info *ai, const struct pcpu_span *statics)
{
	uint32_t base = statics->start;
	int err;

	err = pcpu_chunks_init((int)ai->unit_size);
	if (!err)
		err = place_together(ai, *statics);
	if (err == -EEXIST || err == -ERANGE)
		err = place_apart(ai, *statics, &base);
	return err ? err : make_views(ai, base);
}
