/* SPDX-License-Identifier: MIT */
/*
 * alloc_info.h - the layout of the first chunk: sizes, groups, units
 *
 * Given the CPUs, how far they are from each other and the sizes that are wanted, decide how the
 * memory of the first chunk is cut up. The answer is a value: nothing is allocated but the answer,
 * and the machine is not asked.
 *
 *	group 0 (CPUs near each other)         group 1
 *	|<------ alloc_size ------>|           |<------ alloc_size ------>|
 *	| unit | unit | unit |  -  |           | unit | unit | unit |  -  |
 *	  CPU 0  CPU 2  CPU 4  unused            CPU 1  CPU 3  CPU 5  unused
 *
 *	one unit
 *	|<------------------------ unit_size ------------------------>|
 *	| static_size | reserved_size | dyn_size |  nobody's          |
 *	|<----- whole pages, the smallest ------>|
 *
 * An allocation is a whole number of atoms (a page, or a large page) and holds upa units, "units
 * per allocation": large pages would be wasted on one small unit each. The CPUs of a group fill
 * allocations of their own, so the last one may have unused units.
 *
 * Invariants of an answer:
 *   - every possible CPU is in exactly one cpu_map, each cpu_map ascends, the rest of it is
 *     PCPU_NR_CPUS;
 *   - the CPUs of one group are near each other, every one to every other in both directions;
 *   - unit_size * upa == alloc_size, a multiple of atom_size; unit_size is a whole number of
 *     pages and at least static_size + reserved_size + dyn_size, PCPU_MIN_UNIT_SIZE and what was
 *     asked for;
 *   - each nr_units is a multiple of upa, and at most a third of the number of CPUs is unused;
 *   - every size fits an int.
 *
 * All sizes are in bytes. These functions may block (they get memory), are thread-safe, and are
 * not for signal handlers.
 */
#ifndef PCPU_ALLOC_INFO_H
#define PCPU_ALLOC_INFO_H

#include "boot/first_chunk/cpu_set.h"
#include "ground/layout.h"

#include <stddef.h>

struct pcpu_group_info {
	int nr_units;              /* units, unused ones counted; a multiple of upa */
	unsigned long base_offset; /* of the first unit, from the chunk's base */
	unsigned int *cpu_map;     /* unit in the group -> CPU, or PCPU_NR_CPUS: unused */
};

struct pcpu_alloc_info {
	size_t static_size;   /* the template */
	size_t reserved_size; /* after it, for modules; may be 0 */
	size_t dyn_size;      /* after that, up to the end of the last page */
	size_t unit_size;     /* alloc_size / upa */
	size_t atom_size;     /* granularity and alignment of allocations */
	size_t alloc_size;    /* one allocation: upa units */
	size_t __ai_size;     /* bytes of this structure; needed to free it */
	int nr_groups;        /* at least 1 */
	struct pcpu_group_info groups[];
};

/* What a layout is asked for. */
struct pcpu_alloc_request {
	struct pcpu_cpu_set cpus; /* at least one CPU; 1 <= nr_cpu_ids <= PCPU_NR_CPUS */
	size_t static_size;       /* bytes of the template */
	size_t reserved_size;     /* bytes reserved for modules; may be 0 */
	/*
	 * Bytes wanted for dynamic allocation; taken as PERCPU_DYNAMIC_EARLY_SIZE if less, and then
	 * grown to fill the last page.
	 */
	size_t dyn_size;
	size_t atom_size;     /* of allocations; a multiple of PCPU_PAGE_SIZE, not 0 */
	size_t min_unit_size; /* taken as PCPU_MIN_UNIT_SIZE if less */
	/*
	 * NULL if all CPUs are near each other. Each pair of CPUs that end up in one group is
	 * compared, so a caller that knows of one node only should give NULL.
	 */
	pcpu_fc_cpu_distance_fn_t distance;
	void *ctx; /* handed to distance */
	/*
	 * NULL, or each CPU's node, by CPU number, below PCPU_NR_NODES: CPUs of one node are near
	 * each other, and each of them is as far from any other CPU as the others are. Saves most
	 * of the questions.
	 */
	const unsigned short *node;
};

/**
 * pcpu_build_alloc_info - work out the layout of the first chunk
 * @request: the CPUs, the sizes, and the distance between CPUs
 * @err: 0 on success, otherwise a negative errno:
 *       -EINVAL - a member is out of range, or alloc_size would not fit an int
 *       -ENOMEM - no memory for the answer
 *
 * A CPU joins the first group in which it is near every member, in both directions. Among the
 * layouts that leave no more than a third of the number of CPUs unused, the one with the largest
 * units is taken that needs no more allocations than those with smaller units do. base_offset is
 * filled in as if the groups were back to back; who places the groups overwrites it.
 *
 * Return: the layout, for pcpu_free_alloc_info(); NULL on error. Mirrors the kernel function of
 * the same name.
 */
struct pcpu_alloc_info *pcpu_build_alloc_info(const struct pcpu_alloc_request *request, int *err);

/**
 * pcpu_alloc_alloc_info - get an empty layout
 * @nr_groups: groups, at least 1
 * @nr_units: units of all groups together, at least 0
 *
 * Groups and the units' map lie in one block of whole pages. groups[0].cpu_map is the whole map,
 * all of it unused; everything else but nr_groups and __ai_size is 0.
 *
 * Return: the layout, or NULL if there is no memory or an argument is out of range. Mirrors the
 * kernel function of the same name.
 */
struct pcpu_alloc_info *pcpu_alloc_alloc_info(int nr_groups, int nr_units);

/**
 * pcpu_free_alloc_info - give a layout back
 * @ai: the layout, or NULL
 */
void pcpu_free_alloc_info(struct pcpu_alloc_info *ai);

#endif /* PCPU_ALLOC_INFO_H */
