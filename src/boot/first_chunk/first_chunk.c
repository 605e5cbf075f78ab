/* SPDX-License-Identifier: MIT */
/* first_chunk.c - see first_chunk.h. */
#include "boot/first_chunk/first_chunk.h"
#include "alloc/chunk/chunk.h"
#include "boot/first_chunk/alloc_info_check.h"
#include "boot/first_chunk/alloc_info_dump.h"
#include "ground/bitmap.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "memory/coord.h"
#include "memory/copies.h"
#include "memory/open_units.h"
#include "memory/pages/vm.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* --- which unit is whose --- */

/* Words of 32 CPUs in a record: a line of a terminal. */
#define MASK_WORDS 8

static uint32_t mask_word(const struct percpu_cpu_set *cpus, unsigned int word)
{
	uint32_t bits = 0;

	for (unsigned int bit = 0; bit < 32 && word * 32 + bit < cpus->nr_cpu_ids; bit++)
		if (pcpu_test_bit(word * 32 + bit, cpus->possible))
			bits |= (uint32_t)1 << bit;
	return bits;
}

/* Digits that the highest word needs, of four bits each. */
static int first_word_digits(unsigned int ids)
{
	return ((int)((ids - 1) % 32) + 4) / 4;
}

/* In the kernel's text form: words of 32 CPUs in hexadecimal, the highest first. */
static void log_possible(const struct percpu_cpu_set *cpus)
{
	int digits = first_word_digits(cpus->nr_cpu_ids), len = 0;
	unsigned int word = (cpus->nr_cpu_ids + 31) / 32;
	char line[MASK_WORDS * 9 + 1];

	while (word-- > 0) {
		len += snprintf(line + len, sizeof(line) - (size_t)len, "%0*x%s", digits,
				mask_word(cpus, word), word ? "," : "");
		digits = 8;
		if (word % MASK_WORDS)
			continue;
		pcpu_log(PERCPU_LOG_EMERG, "first chunk: cpu_possible_mask=%s", line);
		len = 0;
	}
}

static void __attribute__((__noreturn__, __cold__))
bad_setup(const char *condition, const struct percpu_layout *layout,
	  const struct pcpu_alloc_info *ai)
{
	pcpu_log(PERCPU_LOG_EMERG, "first chunk: failed check: %s", condition);
	log_possible(&layout->cpus);
	pcpu_log_alloc_info(PERCPU_LOG_EMERG, ai);
	pcpu_fatal("the first chunk cannot be set up: %s", condition);
}

#define PCPU_SETUP_BUG_ON(condition)                       \
	do {                                               \
		if (condition)                             \
			bad_setup(#condition, layout, ai); \
	} while (0)

static void check_alloc_info(const struct percpu_layout *layout, const struct pcpu_alloc_info *ai)
{
	const char *flaw = pcpu_sizes_flaw(ai);

	if (flaw)
		bad_setup(flaw, layout, ai);
	PCPU_SETUP_BUG_ON(layout->static_start % PCPU_PAGE_SIZE != 0);
	PCPU_SETUP_BUG_ON(layout->base == 0);
	PCPU_SETUP_BUG_ON(layout->base_addr % PCPU_PAGE_SIZE != 0);
	PCPU_SETUP_BUG_ON(layout->stride < ai->unit_size);
}

/* @first and @last: those of a group with the lowest and the highest unit. */
static void note_ends(struct percpu_layout *layout, unsigned int first, unsigned int last)
{
	const unsigned long *offsets = layout->unit_offsets;

	if (layout->low_unit_cpu == PERCPU_UNUSED_UNIT ||
	    offsets[first] < offsets[layout->low_unit_cpu])
		layout->low_unit_cpu = first;
	if (layout->high_unit_cpu == PERCPU_UNUSED_UNIT ||
	    offsets[last] > offsets[layout->high_unit_cpu])
		layout->high_unit_cpu = last;
}

static void note_group(struct percpu_layout *layout, const struct pcpu_group_info *info, int group)
{
	int first = 0, last = info->nr_units - 1;

	while (first <= last && info->cpu_map[first] == PERCPU_UNUSED_UNIT)
		first++;
	while (last > first && info->cpu_map[last] == PERCPU_UNUSED_UNIT)
		last--;
	if (first <= last)
		note_ends(layout, info->cpu_map[first], info->cpu_map[last]);
	layout->group_offsets[group] = info->base_offset;
	layout->group_sizes[group] = (size_t)info->nr_units * layout->stride;
	layout->nr_units += info->nr_units;
}

static void map_units(struct percpu_layout *layout, const struct pcpu_alloc_info *ai)
{
	const char *flaw = pcpu_map_units(ai, &layout->cpus, layout->stride, layout->unit_map,
					  layout->unit_offsets);

	if (flaw)
		bad_setup(flaw, layout, ai);
	for (int group = 0; group < ai->nr_groups; group++)
		note_group(layout, &ai->groups[group], group);
}

void pcpu_first_chunk_map_units(struct percpu_layout *layout, const struct pcpu_alloc_info *ai,
				uintptr_t base)
{
	layout->base = base;
	layout->base_addr = base + layout->static_start;
	check_alloc_info(layout, ai);
	layout->static_size = ai->static_size;
	layout->reserved_size = ai->reserved_size;
	layout->dyn_size = ai->dyn_size;
	layout->unit_size = ai->unit_size;
	layout->atom_size = ai->atom_size;
	layout->alloc_size = ai->alloc_size;
	map_units(layout, ai);
	pcpu_log_alloc_info(PERCPU_LOG_DEBUG, ai);
}

/* --- the layout --- */

int pcpu_first_layout_init(struct percpu_layout *layout, const struct percpu_cpu_set *cpus,
			   const struct pcpu_alloc_info *ai, const struct pcpu_fc_space *space)
{
	const size_t ids = cpus->nr_cpu_ids, groups = (size_t)ai->nr_groups;

	*layout = (struct percpu_layout){
		.cpus = *cpus,
		.stride = space->stride ? space->stride : ai->unit_size,
		.static_start = space->static_start,
		.nr_groups = ai->nr_groups,
		.low_unit_cpu = PERCPU_UNUSED_UNIT,
		.high_unit_cpu = PERCPU_UNUSED_UNIT,
		.nr_possible = pcpu_bitmap_weight(cpus->possible, cpus->nr_cpu_ids),
	};
	layout->unit_map = pcpu_mem_zalloc(ids * sizeof(*layout->unit_map));
	layout->unit_offsets = pcpu_mem_zalloc(ids * sizeof(*layout->unit_offsets));
	layout->group_offsets = pcpu_mem_zalloc(groups * sizeof(*layout->group_offsets));
	layout->group_sizes = pcpu_mem_zalloc(groups * sizeof(*layout->group_sizes));
	if (!layout->unit_map || !layout->unit_offsets || !layout->group_offsets ||
	    !layout->group_sizes) {
		pcpu_first_layout_destroy(layout);
		return -ENOMEM;
	}
	pcpu_vm_will_fill(layout->unit_map, ids * sizeof(*layout->unit_map));
	pcpu_vm_will_fill(layout->unit_offsets, ids * sizeof(*layout->unit_offsets));
	memset(layout->unit_map, 0xff, ids * sizeof(*layout->unit_map));
	return 0;
}

void pcpu_first_layout_destroy(struct percpu_layout *layout)
{
	const size_t ids = layout->cpus.nr_cpu_ids, groups = (size_t)layout->nr_groups;

	pcpu_mem_free(layout->unit_map, ids * sizeof(*layout->unit_map));
	pcpu_mem_free(layout->unit_offsets, ids * sizeof(*layout->unit_offsets));
	pcpu_mem_free(layout->group_offsets, groups * sizeof(*layout->group_offsets));
	pcpu_mem_free(layout->group_sizes, groups * sizeof(*layout->group_sizes));
	*layout = (struct percpu_layout){0};
}

/* --- spans and views --- */

/* Static, reserved and dynamic area in one piece: the usual case. */
static int place_together(const struct percpu_layout *layout, struct pcpu_span statics)
{
	int err;

	/* the rest of the unit is nobody's: a module that is loaded later may lie there */
	statics.size = layout->static_size + layout->reserved_size + layout->dyn_size;
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
static int place_apart(const struct percpu_layout *layout, struct pcpu_span statics, uint32_t *base)
{
	uint64_t skipped = pcpu_page_floor(layout->static_size);
	struct pcpu_span rest = {.size = layout->static_size + layout->reserved_size +
					 layout->dyn_size - skipped};
	int err;

	statics.size = pcpu_page_ceil(layout->static_size);
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

static int make_views(const struct percpu_layout *layout, uint32_t base)
{
	int reserved = (int)layout->static_size, dynamic = reserved + (int)layout->reserved_size;

	if (layout->reserved_size) {
		pcpu_reserved_chunk = pcpu_chunk_create_view(base, reserved, dynamic, true);
		if (!pcpu_reserved_chunk)
			return -ENOMEM;
	}
	pcpu_first_chunk =
		pcpu_chunk_create_view(base, dynamic, dynamic + (int)layout->dyn_size, false);
	if (!pcpu_first_chunk)
		return -ENOMEM;
	pcpu_chunk_relocate(pcpu_first_chunk, -1);
	return 0;
}

/*
 * All pages of a chunk that is never destroyed count as populated (alloc/chunk/chunk_pages.h). No
 * unit is open yet: whatever makes them resident finds them noted.
 */
static int populate_views(const struct percpu_layout *layout, uint32_t base)
{
	const uint32_t start = base + (uint32_t)layout->static_size;
	const uint64_t from = pcpu_page_floor(start);
	const uint64_t end =
		pcpu_page_ceil(start + (uint64_t)layout->reserved_size + layout->dyn_size);

	if (!pcpu_conf.populate_eager)
		return 0;
	return pcpu_units_populate((uint32_t)from, end - from);
}

const struct percpu_layout *pcpu_first_layout;

int pcpu_first_chunk_setup(const struct percpu_layout *layout, const struct pcpu_span *statics)
{
	uint32_t base = statics->start;
	int err;

	pcpu_first_layout = layout;
	err = pcpu_chunks_init((int)layout->unit_size);
	if (!err)
		err = place_together(layout, *statics);
	if (err == -EEXIST || err == -ERANGE)
		err = place_apart(layout, *statics, &base);
	if (!err)
		err = make_views(layout, base);
	return err ? err : populate_views(layout, base);
}
