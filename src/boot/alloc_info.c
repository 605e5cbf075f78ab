/* SPDX-License-Identifier: MIT */
/*
 * alloc_info.c - working out the layout of the first chunk
 *
 * What a layout is, and what holds for it, is told in alloc_info.h. It is found in four steps,
 * each a section below:
 *
 *	sizes		the three areas -> the smallest unit -> the smallest allocation
 *	grouping	possible CPUs -> groups of near ones
 *	upa		both -> how many units share an allocation
 *	filling in	all of it -> the answer
 *
 * Groups are kept as chains of CPUs in ascending order. A CPU that asks to join a group so meets
 * only that group's members, and in most cases is turned away by the first one: with n CPUs on m
 * equal nodes that makes about n * (n / m + m) questions instead of the n * n of a walk over all
 * CPUs. An accepted CPU has to be compared with every member, because the answers of a distance
 * function need be neither symmetric nor transitive.
 *
 * Where nodes are known, only the first CPU of each is compared. The others would join its group:
 * the member that turned it away from an earlier one turns them away as well, and who joined its
 * group later is near it, and so near them.
 */
#include "boot/alloc_info.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ground/bitmap.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/mem.h"

/* Columns of a line of the dump. A word never comes near this. */
#define PCPU_DUMP_COLUMNS 72

/* Ends a chain of CPUs. No CPU has this id. */
#define PCPU_CHAIN_END PCPU_NR_CPUS

/* Room for every number of a node. */
#define PCPU_NODES (USHRT_MAX + 1)

/* What the sizes step finds. */
struct pcpu_sizes {
	size_t dyn_size;
	size_t alloc_size;
	unsigned int max_upa; /* the largest upa whose units are large enough; 1 or more */
};

struct pcpu_cpu_chain {
	unsigned int count;
	unsigned int first, last; /* undefined while count is 0 */
};

struct pcpu_grouping {
	const struct pcpu_cpu_set *cpus;
	pcpu_fc_cpu_distance_fn_t distance; /* NULL: all CPUs are near */
	void *ctx;
	unsigned int nr_cpus;	       /* possible ones */
	unsigned int nr_groups;	       /* groups with a member; they are the first ones */
	struct pcpu_cpu_chain *groups; /* nr_cpus: there may be a group for each */
	unsigned int *next;	       /* nr_cpu_ids: the next CPU of the same group */
	const unsigned short *node;    /* NULL: not known */
	unsigned int *node_group;      /* PCPU_NODES: a node's group plus 1; 0: no CPU so far */
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
	if (request->static_size > INT_MAX || request->reserved_size > INT_MAX ||
	    request->dyn_size > INT_MAX || request->atom_size > INT_MAX ||
	    request->min_unit_size > INT_MAX)
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
	fixed = request->static_size + request->reserved_size;
	size_sum = fixed + pcpu_larger(request->dyn_size, PERCPU_DYNAMIC_EARLY_SIZE);
	size_sum = pcpu_round_up(size_sum, PCPU_PAGE_SIZE);
	sizes->dyn_size = size_sum - fixed;

	min_unit_size = pcpu_larger(request->min_unit_size, PCPU_MIN_UNIT_SIZE);
	min_unit_size = pcpu_larger(size_sum, min_unit_size);
	sizes->alloc_size = pcpu_round_up(min_unit_size, request->atom_size);
	if (sizes->alloc_size > INT_MAX)
		return -EINVAL;

	sizes->max_upa = (unsigned int)(sizes->alloc_size / min_unit_size);
	while (!pcpu_upa_fits(sizes->alloc_size, sizes->max_upa))
		sizes->max_upa--;
	return 0;
}

/* --- grouping --- */

static bool pcpu_are_near(const struct pcpu_grouping *grouping, unsigned int a, unsigned int b)
{
	return grouping->distance(a, b, grouping->ctx) <= LOCAL_DISTANCE &&
	       grouping->distance(b, a, grouping->ctx) <= LOCAL_DISTANCE;
}

/* May cpu join? An empty group takes everyone. */
static bool pcpu_group_accepts(const struct pcpu_grouping *grouping, unsigned int group,
			       unsigned int cpu)
{
	const struct pcpu_cpu_chain *chain = &grouping->groups[group];

	if (!grouping->distance || !chain->count)
		return true;
	for (unsigned int member = chain->first; member != PCPU_CHAIN_END;
	     member = grouping->next[member])
		if (!pcpu_are_near(grouping, cpu, member))
			return false;
	return true;
}

/* cpu is higher than every CPU added before, so that chains ascend. */
static void pcpu_group_add(struct pcpu_grouping *grouping, unsigned int group, unsigned int cpu)
{
	struct pcpu_cpu_chain *chain = &grouping->groups[group];

	if (chain->count++)
		grouping->next[chain->last] = cpu;
	else
		chain->first = cpu;
	chain->last = cpu;
	grouping->next[cpu] = PCPU_CHAIN_END;
	if (group == grouping->nr_groups)
		grouping->nr_groups++;
}

/* Ends at the first empty group: there are as many groups as CPUs. */
static unsigned int pcpu_first_group(const struct pcpu_grouping *grouping, unsigned int cpu)
{
	unsigned int group = 0;

	while (!pcpu_group_accepts(grouping, group, cpu))
		group++;
	return group;
}

static unsigned int pcpu_group_of(struct pcpu_grouping *grouping, unsigned int cpu)
{
	unsigned int *known;

	if (!grouping->node)
		return pcpu_first_group(grouping, cpu);
	known = &grouping->node_group[grouping->node[cpu]];
	if (!*known)
		*known = pcpu_first_group(grouping, cpu) + 1;
	return *known - 1;
}

static void pcpu_group_cpus(struct pcpu_grouping *grouping)
{
	const struct pcpu_cpu_set *cpus = grouping->cpus;
	unsigned int cpu;

	for (cpu = pcpu_find_next_bit(cpus->possible, cpus->nr_cpu_ids, 0); cpu < cpus->nr_cpu_ids;
	     cpu = pcpu_find_next_bit(cpus->possible, cpus->nr_cpu_ids, cpu + 1))
		pcpu_group_add(grouping, pcpu_group_of(grouping, cpu), cpu);
}

static size_t pcpu_groups_bytes(const struct pcpu_grouping *grouping)
{
	return grouping->nr_cpus * sizeof(*grouping->groups);
}

static size_t pcpu_next_bytes(const struct pcpu_grouping *grouping)
{
	return grouping->cpus->nr_cpu_ids * sizeof(*grouping->next);
}

static size_t pcpu_node_group_bytes(const struct pcpu_grouping *grouping)
{
	return grouping->node ? PCPU_NODES * sizeof(*grouping->node_group) : 0;
}

static void pcpu_grouping_destroy(struct pcpu_grouping *grouping)
{
	pcpu_mem_free(grouping->groups, pcpu_groups_bytes(grouping));
	pcpu_mem_free(grouping->next, pcpu_next_bytes(grouping));
	pcpu_mem_free(grouping->node_group, pcpu_node_group_bytes(grouping));
}

/* cpus, distance, ctx and node of grouping are set, the rest is 0. */
static int pcpu_grouping_make(struct pcpu_grouping *grouping)
{
	const struct pcpu_cpu_set *cpus = grouping->cpus;

	if (cpus->nr_cpu_ids == 0 || cpus->nr_cpu_ids > PCPU_NR_CPUS)
		return -EINVAL;
	grouping->nr_cpus = pcpu_bitmap_weight(cpus->possible, cpus->nr_cpu_ids);
	if (grouping->nr_cpus == 0)
		return -EINVAL;

	grouping->groups = pcpu_mem_zalloc(pcpu_groups_bytes(grouping));
	grouping->next = pcpu_mem_zalloc(pcpu_next_bytes(grouping));
	if (grouping->node)
		grouping->node_group = pcpu_mem_zalloc(pcpu_node_group_bytes(grouping));
	if (!grouping->groups || !grouping->next || (grouping->node && !grouping->node_group)) {
		pcpu_grouping_destroy(grouping);
		return -ENOMEM;
	}
	pcpu_group_cpus(grouping);
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
	const struct pcpu_cpu_chain *chain = &grouping->groups[group];
	unsigned int *unit = info->cpu_map;

	for (unsigned int cpu = chain->first; cpu != PCPU_CHAIN_END; cpu = grouping->next[cpu])
		*unit++ = cpu;
	info->nr_units = (int)pcpu_round_up(chain->count, upa);
}

static void pcpu_fill_sizes(struct pcpu_alloc_info *ai, const struct pcpu_alloc_request *request,
			    const struct pcpu_sizes *sizes, unsigned int upa)
{
	ai->static_size = request->static_size;
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

struct pcpu_alloc_info *pcpu_build_alloc_info(const struct pcpu_alloc_request *request, int *err)
{
	struct pcpu_grouping grouping = {
		.cpus = &request->cpus,
		.distance = request->distance,
		.ctx = request->ctx,
		.node = request->distance ? request->node : NULL,
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

/* --- the structure --- */

struct pcpu_alloc_info *pcpu_alloc_alloc_info(int nr_groups, int nr_units)
{
	struct pcpu_alloc_info *ai;
	size_t base_size, ai_size;

	if (nr_groups < 1 || nr_units < 0)
		return NULL;
	base_size = sizeof(*ai) + (size_t)nr_groups * sizeof(ai->groups[0]);
	base_size = pcpu_round_up(base_size, _Alignof(unsigned int));
	ai_size = base_size + (size_t)nr_units * sizeof(*ai->groups[0].cpu_map);
	ai_size = pcpu_round_up(ai_size, PCPU_PAGE_SIZE);

	ai = pcpu_mem_zalloc(ai_size);
	if (!ai)
		return NULL;
	ai->groups[0].cpu_map = (unsigned int *)((char *)ai + base_size);
	for (int unit = 0; unit < nr_units; unit++)
		ai->groups[0].cpu_map[unit] = PCPU_NR_CPUS;
	ai->nr_groups = nr_groups;
	ai->__ai_size = ai_size;
	return ai;
}

void pcpu_free_alloc_info(struct pcpu_alloc_info *ai)
{
	if (ai)
		pcpu_mem_free(ai, ai->__ai_size);
}

/* --- the dump --- */

/* A line that is being filled with words. */
struct pcpu_dump_line {
	enum percpu_log_level level;
	int len;
	char text[PCPU_DUMP_COLUMNS + 1];
};

static void pcpu_dump_flush(struct pcpu_dump_line *line)
{
	if (line->len)
		pcpu_log(line->level, "pcpu-alloc: %s", line->text);
	line->len = 0;
}

static void __attribute__((__format__(__printf__, 2, 3)))
pcpu_dump_word(struct pcpu_dump_line *line, const char *format, ...)
{
	char word[16];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(word, sizeof(word), format, args);
	va_end(args);
	if (line->len + 1 + len > PCPU_DUMP_COLUMNS)
		pcpu_dump_flush(line);
	line->len += snprintf(line->text + line->len, sizeof(line->text) - (size_t)line->len,
			      "%s%s", line->len ? " " : "", word);
}

static void pcpu_dump_group(struct pcpu_dump_line *line, const struct pcpu_group_info *info,
			    int group, size_t upa)
{
	for (int unit = 0; unit < info->nr_units; unit++) {
		if ((size_t)unit % upa == 0)
			pcpu_dump_word(line, "[%d]", group);
		if (info->cpu_map[unit] == PCPU_NR_CPUS)
			pcpu_dump_word(line, "-");
		else
			pcpu_dump_word(line, "%u", info->cpu_map[unit]);
	}
}

void pcpu_dump_alloc_info(enum percpu_log_level level, const struct pcpu_alloc_info *ai)
{
	struct pcpu_dump_line line = {.level = level};
	/* The sizes of a layout that failed a check may be 0. */
	size_t atoms = ai->atom_size ? ai->alloc_size / ai->atom_size : 0;
	size_t upa = ai->unit_size ? ai->alloc_size / ai->unit_size : 0;

	if (!pcpu_log_wanted(level))
		return;
	pcpu_log(level, "pcpu-alloc: s%zu r%zu d%zu u%zu alloc=%zu*%zu", ai->static_size,
		 ai->reserved_size, ai->dyn_size, ai->unit_size, atoms, ai->atom_size);
	for (int group = 0; group < ai->nr_groups; group++)
		pcpu_dump_group(&line, &ai->groups[group], group, pcpu_larger(upa, 1));
	pcpu_dump_flush(&line);
}
