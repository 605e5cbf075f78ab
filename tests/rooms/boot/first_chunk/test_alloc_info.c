/* SPDX-License-Identifier: MIT */
/*
 * test_alloc_info.c - the layout of the first chunk against examples of the kernel's and,
 * for random machines, against the kernel's rules told in another way
 */
#include "support/cmocka_all.h"
#include "support/metadata.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/first_chunk/alloc_info.h"
#include "boot/first_chunk/alloc_info_dump.h"
#include "ground/bitmap.h"
#include "ground/fault.h"
#include "ground/layout.h"
#include "ground/mem.h"

#include <percpu/boot.h>
#include <percpu/kernel/err.h>

#define MAX_CPUS 4096
#define NODES 6                 /* at most, of those whose distances are told */
#define NONE PERCPU_UNUSED_UNIT /* an unused unit, as the tables below have it */
#define KIB 1024u
#define MIB (1024u * KIB)
#define GIB (1024u * MIB)

/* A machine: which CPUs are possible, and how far they are from each other. */
struct machine {
	unsigned long possible[PCPU_BITS_TO_LONGS(MAX_CPUS)];
	unsigned int nr_cpu_ids;
	int node[MAX_CPUS];
	const int *distances;      /* nr_cpu_ids * nr_cpu_ids; NULL: by node */
	const int *node_distances; /* NODES * NODES; NULL: all nodes are remote */
	unsigned long questions;
};

static struct machine machine;

static int distance_of(unsigned int from, unsigned int to)
{
	struct machine *m = &machine;

	m->questions++;
	if (m->distances)
		return m->distances[from * m->nr_cpu_ids + to];
	if (m->node[from] == m->node[to])
		return LOCAL_DISTANCE;
	return m->node_distances ? m->node_distances[m->node[from] * NODES + m->node[to]]
				 : REMOTE_DISTANCE;
}

static void add_cpu(unsigned int cpu, int node)
{
	pcpu_set_bit(cpu, machine.possible);
	machine.node[cpu] = node;
	if (cpu >= machine.nr_cpu_ids)
		machine.nr_cpu_ids = cpu + 1;
}

static struct machine *empty_machine(void)
{
	memset(&machine, 0, sizeof(machine));
	return &machine;
}

static void one_node(unsigned int nr_cpus)
{
	empty_machine();
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++)
		add_cpu(cpu, 0);
}

struct sizes {
	size_t static_size, reserved_size, dyn_size, atom_size;
};

/* The nodes of the machine, or NULL: it is not said which CPUs share one. */
static const unsigned short *told_nodes;
static unsigned short nodes_of_machine[MAX_CPUS];

static void tell_nodes(void)
{
	for (unsigned int cpu = 0; cpu < MAX_CPUS; cpu++)
		nodes_of_machine[cpu] = (unsigned short)machine.node[cpu];
	told_nodes = nodes_of_machine;
}

/* What units are asked to have at least; 0: nothing is asked. */
static size_t least_unit_size;

/* The sizes of examples A, B and C. */
static const struct sizes usual = {80320, 8192, 20480, 2 * MIB};

static struct pcpu_alloc_info *build_with(struct sizes sizes, pcpu_fc_cpu_distance_fn_t distance,
					  int *err)
{
	const struct percpu_machine asked = {
		.cpus = {machine.possible, machine.nr_cpu_ids},
		.static_size = sizes.static_size,
		.min_unit_size = least_unit_size,
		.node = told_nodes,
	};
	struct pcpu_alloc_info *ai = pcpu_build_alloc_info(
		&asked, sizes.reserved_size, sizes.dyn_size, sizes.atom_size, distance);

	*err = IS_ERR(ai) ? (int)PTR_ERR(ai) : 0;
	return IS_ERR(ai) ? NULL : ai;
}

static struct pcpu_alloc_info *build(struct sizes sizes)
{
	int err;
	struct pcpu_alloc_info *ai = build_with(sizes, distance_of, &err);

	assert_non_null(ai);
	assert_int_equal(err, 0);
	return ai;
}

static size_t upa_of(const struct pcpu_alloc_info *ai)
{
	return ai->alloc_size / ai->unit_size;
}

static unsigned int units_of(const struct pcpu_alloc_info *ai)
{
	unsigned int units = 0;

	for (int group = 0; group < ai->nr_groups; group++)
		units += (unsigned int)ai->groups[group].nr_units;
	return units;
}

static void check(const char *row, const char *what, size_t found, size_t expected)
{
	if (found != expected)
		fail_msg("row %s: %s is %zu, expected %zu", row, what, found, expected);
}

static void check_cpu_map(const char *row, const struct pcpu_group_info *group, int nr_units,
			  const unsigned int *cpus)
{
	check(row, "nr_units", (size_t)group->nr_units, (size_t)nr_units);
	for (int unit = 0; unit < nr_units; unit++)
		check(row, "cpu_map", group->cpu_map[unit], cpus[unit]);
}

/* --- the worked examples --- */

static void example_a_sizes(void **state)
{
	struct pcpu_alloc_info *ai;

	(void)state;
	one_node(4);
	ai = build(usual);
	assert_int_equal(ai->static_size, 80320);
	assert_int_equal(ai->reserved_size, 8192);
	assert_int_equal(ai->dyn_size, 22080);
	assert_int_equal(ai->atom_size, 2097152);
	assert_int_equal(ai->alloc_size, 2097152);
	assert_int_equal(ai->unit_size, 524288);
	assert_int_equal(ai->nr_groups, 1);
	assert_int_equal(ai->groups[0].base_offset, 0);
	check_cpu_map("A", &ai->groups[0], 4, (unsigned int[]){0, 1, 2, 3});
	pcpu_free_alloc_info(ai);
}

static void example_b_choice_of_upa(void **state)
{
	static const struct {
		unsigned int cpus;
		size_t upa, unit_size, units, allocs;
	} rows[] = {
		{1, 1, 2097152, 1, 1},   {2, 2, 1048576, 2, 1},  {3, 4, 524288, 4, 1},
		{4, 4, 524288, 4, 1},    {5, 2, 1048576, 6, 3},  {6, 8, 262144, 8, 1},
		{7, 8, 262144, 8, 1},    {8, 8, 262144, 8, 1},   {12, 16, 131072, 16, 1},
		{16, 16, 131072, 16, 1}, {17, 4, 524288, 20, 5}, {24, 16, 131072, 32, 2},
		{64, 16, 131072, 64, 4},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pcpu_alloc_info *ai;
		char name[32];

		snprintf(name, sizeof(name), "%u CPUs", rows[i].cpus);
		one_node(rows[i].cpus);
		ai = build(usual);
		check(name, "upa", upa_of(ai), rows[i].upa);
		check(name, "unit_size", ai->unit_size, rows[i].unit_size);
		check(name, "units", units_of(ai), rows[i].units);
		check(name, "allocations", units_of(ai) / upa_of(ai), rows[i].allocs);
		pcpu_free_alloc_info(ai);
	}
}

struct node_row {
	const char *name;
	struct {
		unsigned int first, last, step;
	} nodes[3]; /* the CPUs of each node */
	int nr_groups, nr_units[3];
	unsigned int cpu_map[3][8];
	size_t upa, unit_size, units;
};

/* A row is three lines, by hand. */
/* clang-format off */
static const struct node_row example_c_rows[] = {
	{"node 0: 0, 2, 4; node 1: 1, 3, 5",
	 {{0, 4, 2}, {1, 5, 2}}, 2, {4, 4},
	 {{0, 2, 4, NONE}, {1, 3, 5, NONE}}, 4, 524288, 8},
	{"node 0: 0-4; node 1: 5-7",
	 {{0, 4, 1}, {5, 7, 1}}, 2, {6, 4},
	 {{0, 1, 2, 3, 4, NONE}, {5, 6, 7, NONE}}, 2, 1048576, 10},
	{"node 0: 0-6; node 1: 7",
	 {{0, 6, 1}, {7, 7, 1}}, 2, {8, 2},
	 {{0, 1, 2, 3, 4, 5, 6, NONE}, {7, NONE}}, 2, 1048576, 10},
	{"node 0: 0-3; node 1: 4, 5; node 2: 6, 7",
	 {{0, 3, 1}, {4, 5, 1}, {6, 7, 1}}, 3, {4, 2, 2},
	 {{0, 1, 2, 3}, {4, 5}, {6, 7}}, 2, 1048576, 8},
	{"node 0: 0-7; node 1: 8-15",
	 {{0, 7, 1}, {8, 15, 1}}, 2, {8, 8},
	 {{0, 1, 2, 3, 4, 5, 6, 7}, {8, 9, 10, 11, 12, 13, 14, 15}}, 8, 262144, 16},
	{"possible CPUs 0, 2, 5 only, one node",
	 {{0, 2, 2}, {5, 5, 1}}, 1, {4},
	 {{0, 2, 5, NONE}}, 4, 524288, 4},
};
/* clang-format on */

static void example_c_several_nodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(example_c_rows); i++) {
		const struct node_row *row = &example_c_rows[i];
		unsigned long offset = 0;
		struct pcpu_alloc_info *ai;

		empty_machine();
		for (int n = 0; n < 3; n++)
			for (unsigned int cpu = row->nodes[n].first;
			     row->nodes[n].step && cpu <= row->nodes[n].last;
			     cpu += row->nodes[n].step)
				add_cpu(cpu, row->nr_groups > 1 ? n : 0);
		ai = build(usual);
		check(row->name, "groups", (size_t)ai->nr_groups, (size_t)row->nr_groups);
		check(row->name, "upa", upa_of(ai), row->upa);
		check(row->name, "unit_size", ai->unit_size, row->unit_size);
		check(row->name, "units", units_of(ai), row->units);
		for (int group = 0; group < row->nr_groups; group++) {
			check(row->name, "base_offset", ai->groups[group].base_offset, offset);
			check_cpu_map(row->name, &ai->groups[group], row->nr_units[group],
				      row->cpu_map[group]);
			offset += (unsigned long)row->nr_units[group] * row->unit_size;
		}
		pcpu_free_alloc_info(ai);
	}
}

/* max_upa does not show in the answer, except for as many CPUs: they fill one allocation. */
static void example_d_other_sizes(void **state)
{
	static const struct {
		const char *name;
		struct sizes sizes;
		size_t size_sum, dyn_size, alloc_size, max_upa, upa, unit_size;
	} rows[] = {
		{"static 10000", {10000, 8192, 20480, 4096}, 40960, 22768, 40960, 1, 1, 40960},
		{"static 600", {600, 0, 0, 4096}, 16384, 15784, 32768, 1, 1, 32768},
		{"page form", {80320, 8192, 0, 4096}, 102400, 13888, 102400, 1, 1, 102400},
		{"atom 65536", {600, 8192, 20480, 65536}, 32768, 23976, 65536, 2, 2, 32768},
		{"atom 98304", {600, 0, 0, 98304}, 16384, 15784, 98304, 3, 2, 49152},
		/* like the others, not a number a line */
		/* clang-format off */
		{"static 3 MiB", {3145728, 8192, 20480, 2097152}, 3174400, 20480, 4194304, 1, 1,
		 4194304},
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pcpu_alloc_info *ai;

		one_node(4);
		ai = build(rows[i].sizes);
		check(rows[i].name, "size_sum", ai->static_size + ai->reserved_size + ai->dyn_size,
		      rows[i].size_sum);
		check(rows[i].name, "dyn_size", ai->dyn_size, rows[i].dyn_size);
		check(rows[i].name, "alloc_size", ai->alloc_size, rows[i].alloc_size);
		check(rows[i].name, "upa", upa_of(ai), rows[i].upa);
		check(rows[i].name, "unit_size", ai->unit_size, rows[i].unit_size);
		pcpu_free_alloc_info(ai);

		one_node((unsigned int)rows[i].max_upa);
		ai = build(rows[i].sizes);
		check(rows[i].name, "max_upa", upa_of(ai), rows[i].max_upa);
		pcpu_free_alloc_info(ai);
	}
}

/* Of @nr_cpus CPUs on one node, with allocations of @pages pages. */
static void assert_units(unsigned int nr_cpus, size_t pages, size_t upa, size_t unit_size)
{
	struct pcpu_alloc_info *ai;

	one_node(nr_cpus);
	ai = build((struct sizes){600, 0, 0, pages * 4096});
	assert_int_equal(upa_of(ai), upa);
	assert_int_equal(ai->unit_size, unit_size);
	pcpu_free_alloc_info(ai);
}

/* Of 96 pages, 4 units and 3 units for 3 CPUs both take one allocation: the larger unit wins. */
static void larger_units_win_where_allocations_are_as_many(void **state)
{
	(void)state;
	assert_units(3, 96, 3, 131072);
}

/* Of 45 pages, 4 units for 4 CPUs would waste nothing, but have 11.25 pages each. */
static void units_are_whole_pages(void **state)
{
	(void)state;
	assert_units(4, 45, 5, 36864);
}

/* The usual sizes leave room for 16 units an allocation, and for every power of two below. */
static void third_of_the_cpus_may_be_wasted_and_no_more(void **state)
{
	(void)state;
	for (unsigned int cpus = 1; cpus <= 200; cpus++) {
		unsigned int most = 16, upa, units;
		struct pcpu_alloc_info *ai;

		/* the most units an allocation that do not waste too much decide on the number */
		while ((cpus + most - 1) / most * most - cpus > cpus / 3)
			most /= 2;
		one_node(cpus);
		ai = build(usual);
		upa = (unsigned int)upa_of(ai);
		units = units_of(ai);
		if (units - cpus > cpus / 3)
			fail_msg("%u CPUs have %u units", cpus, units);
		if (units / upa != (cpus + most - 1) / most)
			fail_msg("%u CPUs have %u allocations of %u units", cpus, units / upa, upa);
		pcpu_free_alloc_info(ai);
	}
}

/* --- the least unit size --- */

static void unit_size_is_at_least_what_is_asked_for(void **state)
{
	static const struct {
		size_t asked, atom, alloc_size, upa;
	} rows[] = {
		/* less than there is anyway */
		{1, 4096, 40960, 1},
		{40960, 4096, 40960, 1},
		/* not whole pages */
		{40961, 4096, 45056, 1},
		{1 * MIB, 4096, 1 * MIB, 1},
		{1 * MIB, 2 * MIB, 2 * MIB, 2},
		{512 * KIB, 2 * MIB, 2 * MIB, 4},
		{512 * KIB + 1, 2 * MIB, 2 * MIB, 2},
		{256 * MIB, 2 * MIB, 256 * MIB, 1},
		{256 * MIB + 4096, 2 * MIB, 258 * MIB, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pcpu_alloc_info *ai;
		char name[32];

		snprintf(name, sizeof(name), "%zu of %zu", rows[i].asked, rows[i].atom);
		one_node(4);
		least_unit_size = rows[i].asked;
		ai = build((struct sizes){10000, 8192, 20480, rows[i].atom});
		least_unit_size = 0;
		check(name, "alloc_size", ai->alloc_size, rows[i].alloc_size);
		check(name, "upa", upa_of(ai), rows[i].upa);
		/* the areas are no larger for it */
		check(name, "dyn_size", ai->dyn_size, 22768);
		pcpu_free_alloc_info(ai);
	}
}

static void least_unit_size_beyond_an_int_is_invalid(void **state)
{
	static const size_t sizes[] = {2u * GIB, SIZE_MAX, 2u * GIB - 4095};
	int err;

	(void)state;
	one_node(4);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		least_unit_size = sizes[i];
		if (build_with((struct sizes){600, 0, 0, 4096}, distance_of, &err) != NULL)
			fail_msg("%zu: there is a layout", sizes[i]);
		assert_int_equal(err, -EINVAL);
	}
	least_unit_size = 0;
}

#ifdef __LP64__
static void example_f_memory(void **state)
{
	static const struct {
		const char *name;
		int nr_groups, nr_units;
		size_t cpu_map, ai_size;
	} rows[] = {
		{"1 group, 4 units", 1, 4, 88, 4096},
		{"2 groups, 8 units", 2, 8, 112, 4096},
		{"1 group, the last units of a page", 1, 1002, 88, 4096},
		{"1 group, one unit too many", 1, 1003, 88, 8192},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pcpu_alloc_info *ai =
			pcpu_alloc_alloc_info(rows[i].nr_groups, rows[i].nr_units);

		assert_non_null(ai);
		check(rows[i].name, "cpu_map", (size_t)((char *)ai->groups[0].cpu_map - (char *)ai),
		      rows[i].cpu_map);
		check(rows[i].name, "__ai_size", ai->__ai_size, rows[i].ai_size);
		pcpu_free_alloc_info(ai);
	}
}
#endif

/* --- the structure --- */

static void new_alloc_info_is_empty(void **state)
{
	struct pcpu_alloc_info *ai = pcpu_alloc_alloc_info(3, 5);
	static const struct pcpu_group_info no_group;

	(void)state;
	assert_non_null(ai);
	assert_int_equal(ai->nr_groups, 3);
	assert_int_equal(ai->static_size | ai->reserved_size | ai->dyn_size | ai->unit_size |
				 ai->atom_size | ai->alloc_size,
			 0);
	assert_int_equal(ai->groups[0].nr_units, 0);
	assert_memory_equal(&ai->groups[1], &no_group, sizeof(no_group));
	assert_memory_equal(&ai->groups[2], &no_group, sizeof(no_group));
	for (int unit = 0; unit < 5; unit++)
		assert_int_equal(ai->groups[0].cpu_map[unit], PERCPU_UNUSED_UNIT);
	pcpu_free_alloc_info(ai);
}

static void alloc_info_without_groups_is_refused(void **state)
{
	(void)state;
	assert_null(pcpu_alloc_alloc_info(0, 4));
	assert_null(pcpu_alloc_alloc_info(-1, 4));
	assert_null(pcpu_alloc_alloc_info(1, -1));
}

static void free_takes_null(void **state)
{
	size_t before = pcpu_mem_allocated();

	(void)state;
	pcpu_free_alloc_info(NULL);
	assert_int_equal(pcpu_mem_allocated(), before);
}

static void free_gives_back_everything(void **state)
{
	size_t before = pcpu_mem_allocated();
	struct pcpu_alloc_info *ai;

	(void)state;
	one_node(4);
	ai = build(usual);
	assert_true(pcpu_mem_allocated() >= before + ai->__ai_size);
	pcpu_free_alloc_info(ai);
	assert_int_equal(pcpu_mem_allocated(), before);
}

/* --- grouping --- */

static void no_distance_function_makes_one_group(void **state)
{
	struct pcpu_alloc_info *ai;
	int err;

	(void)state;
	empty_machine();
	add_cpu(0, 0);
	add_cpu(1, 1);
	ai = build_with(usual, NULL, &err);
	assert_non_null(ai);
	assert_int_equal(ai->nr_groups, 1);
	check_cpu_map("one group", &ai->groups[0], 2, (unsigned int[]){0, 1});
	pcpu_free_alloc_info(ai);
}

/* Builds the layout of three CPUs with these distances, upa 1, and compares each CPU's group. */
static void check_groups_of_three(const int (*distances)[9], const int *groups)
{
	struct sizes sizes = {600, 0, 0, 4096};
	struct pcpu_alloc_info *ai;
	int nr_found = 0;

	one_node(3);
	machine.distances = *distances;
	ai = build(sizes);
	for (int group = 0; group < ai->nr_groups; group++)
		for (int unit = 0; unit < ai->groups[group].nr_units; unit++, nr_found++)
			assert_int_equal(groups[ai->groups[group].cpu_map[unit]], group);
	assert_int_equal(nr_found, 3);
	pcpu_free_alloc_info(ai);
}

static void distance_at_the_limit_is_near_and_above_is_far(void **state)
{
	static const int distances[9] = {
		0,  10, 11, /* from CPU 0 */
		10, 0,  11, /* from CPU 1 */
		11, 11, 0,
	};

	(void)state;
	check_groups_of_three(&distances, (int[]){0, 0, 1});
}

static void cpu_must_be_near_in_both_directions(void **state)
{
	static const int distances[9] = {
		0,  10, 20, /* 0 to 2 is far, 2 to 0 is near */
		20, 0,  10, /* 1 to 0 is far, 0 to 1 is near */
		10, 10, 0,
	};

	(void)state;
	check_groups_of_three(&distances, (int[]){0, 1, 1});
}

static void cpu_must_be_near_every_member(void **state)
{
	static const int distances[9] = {
		0,  10, 10, /* 0 is near both */
		10, 0,  20, /* 1 and 2 are far from each other */
		10, 20, 0,
	};

	(void)state;
	check_groups_of_three(&distances, (int[]){0, 0, 1});
}

/* Also when it is near members of later groups too. */
static void cpu_joins_the_first_group_that_takes_it(void **state)
{
	static const int distances[9] = {
		0,  20, 10, /* 0 and 1 are far from each other */
		20, 0,  10, /* 2 is near both */
		10, 10, 0,
	};

	(void)state;
	check_groups_of_three(&distances, (int[]){0, 1, 0});
}

static void cpu_ids_may_be_sparse(void **state)
{
	static const unsigned int cpus[] = {1, 63, 64, 127, 128, 200, 4095};
	struct sizes sizes = {600, 0, 0, 4096};
	struct pcpu_alloc_info *ai;

	(void)state;
	empty_machine();
	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++)
		add_cpu(cpus[i], 0);
	ai = build(sizes);
	assert_int_equal(ai->nr_groups, 1);
	check_cpu_map("sparse", &ai->groups[0], (int)ARRAY_SIZE(cpus), cpus);
	pcpu_free_alloc_info(ai);
}

static void bits_beyond_nr_cpu_ids_are_not_cpus(void **state)
{
	struct sizes sizes = {600, 0, 0, 4096};
	struct pcpu_alloc_info *ai;

	(void)state;
	one_node(70);
	machine.nr_cpu_ids = 66;
	ai = build(sizes);
	assert_int_equal(units_of(ai), 66);
	assert_int_equal(ai->groups[0].cpu_map[65], 65);
	pcpu_free_alloc_info(ai);
}

/* For the address sanitizer: the set is on the heap and has no word to spare. */
static void cpu_set_is_not_read_beyond_its_end(void **state)
{
	static const unsigned int lengths[] = {1, 5, 64, 128};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		size_t bytes = (lengths[i] + 63) / 64 * 8;
		unsigned long *possible = malloc(bytes);
		const struct percpu_machine asked = {.cpus = {possible, lengths[i]},
						     .static_size = 600};
		struct pcpu_alloc_info *ai;

		assert_non_null(memset(possible, 0xff, bytes));
		ai = pcpu_build_alloc_info(&asked, 0, 0, 4096, NULL);
		assert_false(IS_ERR(ai));
		assert_int_equal(units_of(ai), lengths[i]);
		pcpu_free_alloc_info(ai);
		free(possible);
	}
}

/* 4096 CPUs, numbered round the nodes. */
static void go_round_64_nodes(void)
{
	empty_machine();
	for (unsigned int cpu = 0; cpu < 4096; cpu++)
		add_cpu(cpu, (int)(cpu % 64));
}

/*
 * 4096 CPUs on 64 nodes, numbered round the nodes: 64 * 64 * 63 questions within the groups, and
 * one for each group that turns a CPU away, 64 * 64 * 63 / 2.
 */
static void grouping_of_4096_cpus_asks_no_more_than_it_must(void **state)
{
	struct pcpu_alloc_info *ai;

	(void)state;
	go_round_64_nodes();
	ai = build(usual);
	assert_int_equal(ai->nr_groups, 64);
	assert_int_equal(units_of(ai), 4096);
	for (unsigned int unit = 0; unit < 4096; unit++)
		assert_int_equal(ai->groups[unit / 64].cpu_map[unit % 64],
				 unit % 64 * 64 + unit / 64);
	assert_between(machine.questions, 1, 64 * 64 * 63 + 64 * 64 * 63 / 2);
	pcpu_free_alloc_info(ai);
}

/* Each node's first CPU asks, and no other: 64 * 63 / 2 groups, of one CPU each so far. */
static void grouping_by_known_nodes_asks_once_a_node(void **state)
{
	struct pcpu_alloc_info *ai;

	(void)state;
	go_round_64_nodes();
	tell_nodes();
	ai = build(usual);
	told_nodes = NULL;
	assert_int_equal(ai->nr_groups, 64);
	for (unsigned int unit = 0; unit < 4096; unit++)
		assert_int_equal(ai->groups[unit / 64].cpu_map[unit % 64],
				 unit % 64 * 64 + unit / 64);
	assert_between(machine.questions, 1, 2 * 64 * 63 / 2);
	pcpu_free_alloc_info(ai);
}

/* --- errors --- */

static void bad_sizes_are_invalid(void **state)
{
	static const struct {
		const char *name;
		struct sizes sizes;
	} rows[] = {
		{"atom 0", {600, 0, 0, 0}},
		{"atom not a whole number of pages", {600, 0, 0, 4097}},
		{"atom of half a page", {600, 0, 0, 2048}},
		{"atom 2 GiB", {600, 0, 0, 2u * GIB}},
		{"atom SIZE_MAX", {600, 0, 0, SIZE_MAX - 4095}},
		{"static 2 GiB", {2u * GIB, 0, 0, 4096}},
		{"static SIZE_MAX", {SIZE_MAX, 0, 0, 4096}},
		{"reserved 2 GiB", {600, 2u * GIB, 0, 4096}},
		{"reserved SIZE_MAX", {600, SIZE_MAX, 0, 4096}},
		{"dyn 2 GiB", {600, 0, 2u * GIB, 4096}},
		{"dyn SIZE_MAX", {600, 0, SIZE_MAX, 4096}},
		{"sum 2 GiB", {1u * GIB, 1u * GIB - 20480, 20480, 4096}},
		{"sum 2 GiB by rounding to pages", {2u * GIB - 12288 - 1, 0, 0, 4096}},
		{"sum 6 GiB", {2u * GIB - 1, 2u * GIB - 1, 2u * GIB - 1, 4096}},
		{"allocation 2 GiB by rounding to atoms", {1u * GIB, 0, 0, 1u * GIB}},
	};
	int err;

	(void)state;
	one_node(4);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (build_with(rows[i].sizes, distance_of, &err) != NULL)
			fail_msg("row %s: there is a layout", rows[i].name);
		if (err != -EINVAL)
			fail_msg("row %s: err is %d", rows[i].name, err);
	}
}

static void largest_sizes_are_valid(void **state)
{
	struct sizes sizes = {2u * GIB - 4096 - 12288, 0, 0, 4096};
	struct pcpu_alloc_info *ai;

	(void)state;
	one_node(1);
	ai = build(sizes);
	assert_int_equal(ai->unit_size, 2u * GIB - 4096);
	pcpu_free_alloc_info(ai);
	sizes = (struct sizes){600, 0, 0, 1u * GIB};
	ai = build(sizes);
	assert_int_equal(ai->unit_size, 1u * GIB);
	pcpu_free_alloc_info(ai);
}

static void machine_without_cpus_is_invalid(void **state)
{
	int err;

	(void)state;
	empty_machine();
	machine.nr_cpu_ids = 64;
	assert_null(build_with(usual, distance_of, &err));
	assert_int_equal(err, -EINVAL);
	pcpu_set_bit(64, machine.possible);
	assert_null(build_with(usual, distance_of, &err));
	assert_int_equal(err, -EINVAL);
	machine.nr_cpu_ids = 0;
	assert_null(build_with(usual, distance_of, &err));
	assert_int_equal(err, -EINVAL);
}

static void limit_on_cpu_ids_is_kept(void **state)
{
	static unsigned long possible[PCPU_BITS_TO_LONGS(PCPU_NR_CPUS) + 1];
	struct percpu_machine asked = {.cpus = {possible, PCPU_NR_CPUS + 1}, .static_size = 600};
	struct pcpu_alloc_info *ai;

	(void)state;
	pcpu_set_bit(PCPU_NR_CPUS - 1, possible);
	assert_int_equal(PTR_ERR(pcpu_build_alloc_info(&asked, 0, 0, 4096, NULL)), -EINVAL);
	asked.cpus.nr_cpu_ids = PCPU_NR_CPUS;
	ai = pcpu_build_alloc_info(&asked, 0, 0, 4096, NULL);
	assert_false(IS_ERR(ai));
	assert_int_equal(ai->groups[0].cpu_map[0], PCPU_NR_CPUS - 1);
	pcpu_free_alloc_info(ai);
}

static int calls_until_failure;

static bool fail_nth_mem(enum pcpu_fault_site site)
{
	return site == PCPU_FAULT_MEM && calls_until_failure-- == 0;
}

/* Returns how many of the calls could fail. */
static int build_against_lack_of_memory(void)
{
	size_t before = pcpu_mem_allocated();
	struct pcpu_alloc_info *ai = NULL;
	int err, failures;

	one_node(4);
	pcpu_fault_hook = fail_nth_mem;
	for (failures = 0; failures < 10 && !ai; failures++) {
		calls_until_failure = failures;
		ai = build_with(usual, distance_of, &err);
		if (!ai) {
			assert_int_equal(err, -ENOMEM);
			assert_int_equal(pcpu_mem_allocated(), before);
		}
	}
	pcpu_fault_hook = NULL;
	assert_non_null(ai);
	pcpu_free_alloc_info(ai);
	return failures - 1;
}

static void every_lack_of_memory_is_reported_and_nothing_is_lost(void **state)
{
	(void)state;
	/* the chains, their links and the answer */
	assert_int_equal(build_against_lack_of_memory(), 3);
	told_nodes = nodes_of_machine;
	/* and the groups of nodes */
	assert_int_equal(build_against_lack_of_memory(), 4);
	told_nodes = NULL;
}

/* --- the dump --- */

static char dumped[64 * KIB];
static int longest_record, nr_records;

static void record(enum percpu_log_level level, const char *message)
{
	int len = (int)strlen(message);

	assert_int_equal(level, PERCPU_LOG_DEBUG);
	strcat(strcat(dumped, message), "\n");
	if (len > longest_record)
		longest_record = len;
	nr_records++;
}

static void dump(const struct pcpu_alloc_info *ai, enum percpu_log_level heard)
{
	dumped[0] = '\0';
	longest_record = nr_records = 0;
	percpu_set_log_handler(record, heard);
	pcpu_log_alloc_info(PERCPU_LOG_DEBUG, ai);
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
}

static void check_dump(const char *words)
{
	if (!strstr(dumped, words))
		fail_msg("\"%s\" is not in the dump:\n%s", words, dumped);
}

static void dump_shows_sizes_and_allocations(void **state)
{
	struct pcpu_alloc_info *ai;

	(void)state;
	empty_machine();
	for (unsigned int cpu = 0; cpu < 6; cpu++)
		add_cpu(cpu, (int)(cpu % 2));
	ai = build(usual);
	dump(ai, PERCPU_LOG_DEBUG);
	check_dump("s80320 r8192 d22080 u524288 alloc=1*2097152\n");
	check_dump("[0] 0 2 4 - [1] 1 3 5 -\n");
	assert_int_equal(nr_records, 2);
	pcpu_free_alloc_info(ai);
}

static void dump_marks_every_allocation_of_a_group(void **state)
{
	struct pcpu_alloc_info *ai;

	(void)state;
	one_node(5);
	ai = build(usual);
	dump(ai, PERCPU_LOG_DEBUG);
	check_dump("[0] 0 1 [0] 2 3 [0] 4 -\n");
	pcpu_free_alloc_info(ai);
}

static void dump_of_many_cpus_is_cut_into_records_between_words(void **state)
{
	struct pcpu_alloc_info *ai;
	unsigned int expected = 0;
	const char *word;

	(void)state;
	one_node(1000);
	ai = build(usual);
	dump(ai, PERCPU_LOG_DEBUG);
	assert_between(longest_record, 60, 100);
	/* the header first, then no words but the log's prefix, groups, CPUs and unused units */
	strtok(dumped, "\n");
	while ((word = strtok(NULL, " \n")) != NULL)
		if (*word >= '0' && *word <= '9')
			assert_int_equal(strtoul(word, NULL, 10), expected++);
		else if (strcmp(word, "[0]") && strcmp(word, "-"))
			assert_string_equal(word, "pcpu-alloc:");
	assert_int_equal(expected, 1000);
	pcpu_free_alloc_info(ai);
}

/* With room for @nr_cpus in its map. */
static struct pcpu_alloc_info *group_of_two_units(int nr_cpus)
{
	struct pcpu_alloc_info *ai = pcpu_alloc_alloc_info(1, nr_cpus);

	assert_non_null(ai);
	ai->groups[0].nr_units = 2;
	return ai;
}

/* The dump explains failed checks, so it must survive what they reject. */
static void dump_of_a_damaged_layout_works(void **state)
{
	struct pcpu_alloc_info *ai = group_of_two_units(2);

	(void)state;
	dump(ai, PERCPU_LOG_DEBUG);
	check_dump("s0 r0 d0 u0 alloc=0*0\n");
	check_dump("[0] - [0] -\n");
	ai->nr_groups = 0;
	dump(ai, PERCPU_LOG_DEBUG);
	assert_int_equal(nr_records, 1);
	pcpu_free_alloc_info(ai);
}

/* It would be formatted at every start otherwise. The units that it must not touch do not exist. */
static void dump_that_nobody_hears_does_not_walk_the_layout(void **state)
{
	struct pcpu_alloc_info *ai = group_of_two_units(0);

	(void)state;
	ai->groups[0].cpu_map = NULL;
	dump(ai, PERCPU_LOG_INFO);
	assert_int_equal(nr_records, 0);
	pcpu_free_alloc_info(ai);
}

/* --- random machines --- */

#define RANDOM_MACHINES 2000
#define RANDOM_CPUS 80

static uint64_t random_state;

static unsigned int random_below(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned int)(random_state % n);
}

static int random_distances[RANDOM_CPUS * RANDOM_CPUS];

/* A third each: nodes, some of them near others; any distances at all; and mostly near ones. */
static void make_random_machine(void)
{
	unsigned int nr_nodes = 1 + random_below(NODES), kind = random_below(3);
	unsigned int ids = 1 + random_below(RANDOM_CPUS), density = 1 + random_below(4);

	empty_machine();
	for (unsigned int cpu = 0; cpu < ids; cpu++)
		if (random_below(4) < density)
			add_cpu(cpu, (int)random_below(nr_nodes));
	add_cpu(random_below(ids), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(random_distances); i++)
		random_distances[i] =
			(int)(kind == 1 ? random_below(22) : 9 + !random_below(30) * 2);
	machine.distances = kind ? random_distances : NULL;
	machine.node_distances = random_below(2) ? random_distances : NULL;
}

static struct sizes make_random_sizes(void)
{
	static const size_t atoms[] = {4096, 12288, 65536, 98304, 184320, 393216, 1048576, 2097152};

	return (struct sizes){
		.static_size = random_below(random_below(2) ? 3 * MIB : 64 * KIB),
		.reserved_size = random_below(2) * random_below(64 * KIB),
		.dyn_size = random_below(100 * KIB),
		.atom_size = atoms[random_below(ARRAY_SIZE(atoms))],
	};
}

static size_t make_random_least_unit(void)
{
	return random_below(2) ? 0 : random_below(random_below(2) ? 4 * MIB : 128 * KIB);
}

/* The kernel's rule for groups, word for word: slow and without any structure. */
static int group_by_the_rule(int *group_map, int *group_cnt)
{
	unsigned int cpu, tcpu;
	int group, nr_groups = 1;

	memset(group_cnt, 0, RANDOM_CPUS * sizeof(*group_cnt));
	for (cpu = 0; cpu < machine.nr_cpu_ids; cpu++) {
		if (!pcpu_test_bit(cpu, machine.possible))
			continue;
		group = 0;
		for (tcpu = 0; tcpu < cpu; tcpu++) {
			if (!pcpu_test_bit(tcpu, machine.possible) || group_map[tcpu] != group)
				continue;
			if (distance_of(cpu, tcpu) <= LOCAL_DISTANCE &&
			    distance_of(tcpu, cpu) <= LOCAL_DISTANCE)
				continue;
			group++;
			nr_groups = group + 1 > nr_groups ? group + 1 : nr_groups;
			tcpu = UINT_MAX; /* from the lowest again */
		}
		group_map[cpu] = group;
		group_cnt[group]++;
	}
	return nr_groups;
}

/* What a unit must have room for. */
static size_t least_unit(const struct pcpu_alloc_info *ai)
{
	size_t size_sum = ai->static_size + ai->reserved_size + ai->dyn_size;
	size_t least = least_unit_size > 32768 ? least_unit_size : 32768;

	return size_sum > least ? size_sum : least;
}

static void check_random_sizes(const char *name, const struct pcpu_alloc_info *ai,
			       struct sizes sizes)
{
	size_t dyn = sizes.dyn_size > PERCPU_DYNAMIC_EARLY_SIZE ? sizes.dyn_size
								: PERCPU_DYNAMIC_EARLY_SIZE;
	size_t size_sum = ai->static_size + ai->reserved_size + ai->dyn_size;

	check(name, "static_size", ai->static_size, sizes.static_size);
	check(name, "reserved_size", ai->reserved_size, sizes.reserved_size);
	check(name, "atom_size", ai->atom_size, sizes.atom_size);
	check(name, "size_sum beyond a page", size_sum % 4096, 0);
	if (ai->dyn_size < dyn || ai->dyn_size >= dyn + 4096)
		fail_msg("%s: dyn_size %zu for %zu", name, ai->dyn_size, dyn);
	check(name, "alloc_size beyond an atom", ai->alloc_size % ai->atom_size, 0);
	/* one atom less would not hold a unit */
	assert_true(ai->alloc_size < least_unit(ai) + ai->atom_size);
	check(name, "alloc_size beyond units", ai->alloc_size % ai->unit_size, 0);
	check(name, "unit_size beyond a page", ai->unit_size % 4096, 0);
	assert_true(ai->unit_size >= least_unit(ai));
}

/* Every CPU is in the group and at the place where the rule has it; the rest is unused. */
static void check_random_groups(const char *name, const struct pcpu_alloc_info *ai,
				const int *group_map, const int *group_cnt)
{
	unsigned long offset = 0;

	for (int group = 0; group < ai->nr_groups; group++) {
		const struct pcpu_group_info *info = &ai->groups[group];
		int unit = 0;

		check(name, "base_offset", info->base_offset, offset);
		for (unsigned int cpu = 0; cpu < machine.nr_cpu_ids; cpu++)
			if (pcpu_test_bit(cpu, machine.possible) && group_map[cpu] == group)
				check(name, "cpu_map", info->cpu_map[unit++], cpu);
		check(name, "CPUs of the group", (size_t)unit, (size_t)group_cnt[group]);
		check(name, "units beyond allocations", (size_t)info->nr_units % upa_of(ai), 0);
		assert_true(info->nr_units >= unit &&
			    (size_t)info->nr_units < (size_t)unit + upa_of(ai));
		for (; unit < info->nr_units; unit++)
			check(name, "unused unit", info->cpu_map[unit], PERCPU_UNUSED_UNIT);
		offset += (unsigned long)info->nr_units * ai->unit_size;
	}
}

static size_t allocs_with(size_t upa, const int *group_cnt, int nr_groups)
{
	size_t allocs = 0;

	for (int group = 0; group < nr_groups; group++)
		allocs += ((size_t)group_cnt[group] + upa - 1) / upa;
	return allocs;
}

/*
 * The number of allocations never falls as upa gets smaller. So the kernel's choice is the smallest
 * acceptable upa that needs as many allocations as the largest acceptable one.
 */
static size_t upa_by_the_rule(const struct pcpu_alloc_info *ai, const int *group_cnt)
{
	size_t nr_cpus = 0, fewest = 0, best = 0;

	for (int group = 0; group < ai->nr_groups; group++)
		nr_cpus += (size_t)group_cnt[group];
	for (size_t upa = ai->alloc_size / 4096; upa > 0; upa--) {
		size_t unit_size = ai->alloc_size / upa;
		size_t allocs = allocs_with(upa, group_cnt, ai->nr_groups);

		if (ai->alloc_size % upa || unit_size % 4096 || unit_size < least_unit(ai) ||
		    allocs * upa - nr_cpus > nr_cpus / 3)
			continue;
		if (!fewest)
			fewest = allocs;
		if (allocs == fewest)
			best = upa;
	}
	return best;
}

static void random_machines_follow_the_rules(void **state)
{
	int group_map[RANDOM_CPUS], group_cnt[RANDOM_CPUS];

	(void)state;
	random_state = 88172645463325252u;
	for (int i = 0; i < RANDOM_MACHINES; i++) {
		struct sizes sizes = make_random_sizes();
		struct pcpu_alloc_info *ai;
		char name[32];

		snprintf(name, sizeof(name), "machine %d", i);
		make_random_machine();
		least_unit_size = make_random_least_unit();
		if (!machine.distances && random_below(2))
			tell_nodes();
		ai = build(sizes);
		check(name, "groups", (size_t)ai->nr_groups,
		      (size_t)group_by_the_rule(group_map, group_cnt));
		check_random_sizes(name, ai, sizes);
		check(name, "upa", upa_of(ai), upa_by_the_rule(ai, group_cnt));
		check_random_groups(name, ai, group_map, group_cnt);
		pcpu_free_alloc_info(ai);
		told_nodes = NULL;
	}
	least_unit_size = 0;
}

/* --- the public functions: what only they do --- */

static const struct percpu_machine *machine_as_asked(void)
{
	static struct percpu_machine asked;

	asked = (struct percpu_machine){.cpus = {machine.possible, machine.nr_cpu_ids}};
	return &asked;
}

static void expect_flaw(const struct pcpu_alloc_info *ai, const char *flaw)
{
	const char *found = percpu_alloc_info_flaw(machine_as_asked(), ai);

	assert_int_equal(pcpu_verify_alloc_info(machine_as_asked(), ai), -EINVAL);
	if (!found || !strstr(found, flaw))
		fail_msg("the flaw is '%s', not '%s'", found ? found : "none", flaw);
}

static void what_is_built_is_verified(void **state)
{
	(void)state;
	for (unsigned int cpus = 1; cpus < 70; cpus += 7) {
		struct pcpu_alloc_info *ai;

		one_node(cpus);
		ai = build(usual);
		assert_int_equal(pcpu_verify_alloc_info(machine_as_asked(), ai), 0);
		assert_null(percpu_alloc_info_flaw(machine_as_asked(), ai));
		pcpu_free_alloc_info(ai);
	}
}

/* Each is one change to a good layout, and is undone. */
#define EXPECT_FLAW(field, value, flaw)           \
	do {                                      \
		__typeof__(field) kept = (field); \
		(field) = (value);                \
		expect_flaw(ai, flaw);            \
		(field) = kept;                   \
	} while (0)

static void every_flaw_is_found_and_named(void **state)
{
	struct pcpu_alloc_info *ai;

	(void)state;
	one_node(4);
	machine.possible[0] = 0xb; /* not CPU 2 */
	ai = build(usual);
	EXPECT_FLAW(ai->nr_groups, 0, "nr_groups <= 0");
	EXPECT_FLAW(ai->static_size, 0, "static_size == 0");
	EXPECT_FLAW(ai->static_size, ai->unit_size, "unit_size < size_sum");
	EXPECT_FLAW(ai->unit_size, ai->unit_size + 512, "unit_size % PCPU_PAGE_SIZE");
	EXPECT_FLAW(ai->dyn_size, 4096, "dyn_size < PERCPU_DYNAMIC_EARLY_SIZE");
	EXPECT_FLAW(ai->groups[0].nr_units, -1, "nr_units < 0");
	EXPECT_FLAW(ai->groups[0].nr_units, 1, "!every_possible_cpu_has_a_unit");
	EXPECT_FLAW(ai->groups[0].cpu_map[1], 4, "cpu >= cpus->nr_cpu_ids");
	EXPECT_FLAW(ai->groups[0].cpu_map[1], 2, "!pcpu_test_bit(cpu, cpus->possible)");
	EXPECT_FLAW(ai->groups[0].cpu_map[1], 0, "unit_map[cpu] != UINT_MAX");
	assert_int_equal(pcpu_verify_alloc_info(machine_as_asked(), ai), 0);
	pcpu_free_alloc_info(ai);
}

static void node_that_is_no_number_of_one_is_refused(void **state)
{
	int err;

	(void)state;
	one_node(4);
	tell_nodes();
	nodes_of_machine[2] = 1024;
	assert_null(build_with(usual, distance_of, &err));
	assert_int_equal(err, -EINVAL);
	nodes_of_machine[2] = 0;
	nodes_of_machine[5] = 1024; /* of no CPU */
	pcpu_free_alloc_info(build(usual));
	told_nodes = NULL;
}

/* The first line of example C, as the groups are allocated in the example. */
static void example_e_placement(void **state)
{
	static const struct {
		int unit;
		unsigned long offset;
	} cpus[] = {{0, 0x400000}, {4, 0},        {1, 0x480000},
		    {5, 0x080000}, {2, 0x500000}, {6, 0x100000}};
	struct pcpu_alloc_info *ai;
	unsigned long offset;

	(void)state;
	empty_machine();
	for (unsigned int cpu = 0; cpu < 6; cpu++)
		add_cpu(cpu, (int)(cpu % 2));
	ai = build(usual);
	ai->groups[0].base_offset = 0x400000;
	ai->groups[1].base_offset = 0;
	for (unsigned int cpu = 0; cpu < 6; cpu++) {
		assert_int_equal(percpu_find_unit(ai, cpu, &offset), cpus[cpu].unit);
		assert_int_equal(offset, cpus[cpu].offset);
	}
	assert_int_equal(percpu_find_unit(ai, 6, NULL), -1);
	assert_int_equal(percpu_find_unit(ai, 4, NULL), 2);
	pcpu_free_alloc_info(ai);
}

static void print_is_the_dump_without_a_log(void **state)
{
	char text[300] = "";
	FILE *stream = fmemopen(text, sizeof(text), "w");
	struct pcpu_alloc_info *ai;

	(void)state;
	empty_machine();
	for (unsigned int cpu = 0; cpu < 6; cpu++)
		add_cpu(cpu, (int)(cpu % 2));
	ai = build(usual);
	assert_non_null(stream);
	pcpu_dump_alloc_info(stream, ai);
	fclose(stream);
	assert_string_equal(text, "s80320 r8192 d22080 u524288 alloc=1*2097152\n"
				  "[0] 0 2 4 - [1] 1 3 5 -\n");
	pcpu_free_alloc_info(ai);
}

static bool verify_against_lack_of_memory;

static bool fail_mem(enum pcpu_fault_site site)
{
	return site == PCPU_FAULT_MEM && verify_against_lack_of_memory;
}

static void lack_of_memory_is_no_flaw(void **state)
{
	struct pcpu_alloc_info *ai;

	(void)state;
	one_node(4);
	ai = build(usual);
	pcpu_fault_hook = fail_mem;
	verify_against_lack_of_memory = true;
	assert_int_equal(pcpu_verify_alloc_info(machine_as_asked(), ai), -ENOMEM);
	assert_null(percpu_alloc_info_flaw(machine_as_asked(), ai));
	pcpu_fault_hook = NULL;
	pcpu_free_alloc_info(ai);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_a_sizes),
		cmocka_unit_test(example_b_choice_of_upa),
		cmocka_unit_test(example_c_several_nodes),
		cmocka_unit_test(example_d_other_sizes),
		cmocka_unit_test(larger_units_win_where_allocations_are_as_many),
		cmocka_unit_test(units_are_whole_pages),
		cmocka_unit_test(third_of_the_cpus_may_be_wasted_and_no_more),
		cmocka_unit_test(unit_size_is_at_least_what_is_asked_for),
		cmocka_unit_test(least_unit_size_beyond_an_int_is_invalid),
#ifdef __LP64__
		cmocka_unit_test(example_f_memory),
#endif
		cmocka_unit_test(new_alloc_info_is_empty),
		cmocka_unit_test(alloc_info_without_groups_is_refused),
		cmocka_unit_test(free_takes_null),
		cmocka_unit_test(free_gives_back_everything),
		cmocka_unit_test(no_distance_function_makes_one_group),
		cmocka_unit_test(distance_at_the_limit_is_near_and_above_is_far),
		cmocka_unit_test(cpu_must_be_near_in_both_directions),
		cmocka_unit_test(cpu_must_be_near_every_member),
		cmocka_unit_test(cpu_joins_the_first_group_that_takes_it),
		cmocka_unit_test(cpu_ids_may_be_sparse),
		cmocka_unit_test(bits_beyond_nr_cpu_ids_are_not_cpus),
		cmocka_unit_test(cpu_set_is_not_read_beyond_its_end),
		cmocka_unit_test(grouping_of_4096_cpus_asks_no_more_than_it_must),
		cmocka_unit_test(grouping_by_known_nodes_asks_once_a_node),
		cmocka_unit_test(bad_sizes_are_invalid),
		cmocka_unit_test(largest_sizes_are_valid),
		cmocka_unit_test(machine_without_cpus_is_invalid),
		cmocka_unit_test(limit_on_cpu_ids_is_kept),
		cmocka_unit_test(every_lack_of_memory_is_reported_and_nothing_is_lost),
		cmocka_unit_test(dump_shows_sizes_and_allocations),
		cmocka_unit_test(dump_marks_every_allocation_of_a_group),
		cmocka_unit_test(dump_of_many_cpus_is_cut_into_records_between_words),
		cmocka_unit_test(dump_of_a_damaged_layout_works),
		cmocka_unit_test(dump_that_nobody_hears_does_not_walk_the_layout),
		cmocka_unit_test(random_machines_follow_the_rules),
		cmocka_unit_test(what_is_built_is_verified),
		cmocka_unit_test(every_flaw_is_found_and_named),
		cmocka_unit_test(node_that_is_no_number_of_one_is_refused),
		cmocka_unit_test(example_e_placement),
		cmocka_unit_test(print_is_the_dump_without_a_log),
		cmocka_unit_test(lack_of_memory_is_no_flaw),
	};

	return cmocka_run_group_tests_name("alloc_info", tests, start_memory, NULL);
}
