/* SPDX-License-Identifier: MIT */
/*
 * test_first_chunk.c - the two forms of the first chunk over address space that is only numbers:
 * an example of the kernel's placement (E; the others are in test_alloc_info.c), errors, the checks
 * of the kernel's pcpu_setup_first_chunk(), and machines of many shapes.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/records.h"

#include "boot/first_chunk/embed.h"
#include "boot/first_chunk/page.h"
#include "ground/bitmap.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "machine/topology/topology.h"
#include "machine/topology/topology_hwloc.h"
#include "machine/topology/topology_sysfs.h"

#include <errno.h>
#include <hwloc.h>
#include <hwloc/distances.h>
#include <limits.h>

#define B 0x10000000UL /* where address space is to be had */
#define WINDOW ((size_t)1 << 32)
#define NO_LIMIT ((uint64_t)1 << 47)
#define MAX_GROUPS 64
#define MAX_PIECES 128

/* --- address space --- */

struct piece {
	uintptr_t start;
	size_t size;
};

/* What the forms have asked for and given back. */
static struct {
	uintptr_t starts[MAX_GROUPS]; /* what the allocations are to get; 0: nothing */
	struct piece taken[MAX_GROUPS];
	unsigned int cpus[MAX_GROUPS];
	size_t align;
	int nr_taken;
	struct piece freed[MAX_PIECES];
	int nr_freed;
} made_up;

static void *take(unsigned int cpu, size_t size, size_t align, void *ctx)
{
	int at = made_up.nr_taken;

	assert_ptr_equal(ctx, &made_up);
	assert_between(at, 0, MAX_GROUPS - 1);
	if (!made_up.starts[at])
		return NULL;
	made_up.taken[at] = (struct piece){made_up.starts[at], size};
	made_up.cpus[at] = cpu;
	made_up.align = align;
	made_up.nr_taken++;
	return (void *)made_up.starts[at];
}

static void give(void *ptr, size_t size, void *ctx)
{
	assert_ptr_equal(ctx, &made_up);
	if (made_up.nr_freed < MAX_PIECES)
		made_up.freed[made_up.nr_freed] = (struct piece){(uintptr_t)ptr, size};
	made_up.nr_freed++;
}

static bool was_freed(uintptr_t start, size_t size)
{
	for (int i = 0; i < made_up.nr_freed && i < MAX_PIECES; i++)
		if (made_up.freed[i].start == start && made_up.freed[i].size == size)
			return true;
	return false;
}

/* --- machines and what is asked for them --- */

static struct pcpu_topology topology;
static struct percpu_layout layout;
static struct pcpu_alloc_request request;
static struct pcpu_fc_space space;
static size_t allocated_before;

static int distance_on_topology(unsigned int from, unsigned int to)
{
	return pcpu_topology_cpu_distance(from, to, &topology);
}

/* The sizes of examples A, B, C and E. */
static void ask_for_the_usual_sizes(void)
{
	request = (struct pcpu_alloc_request){
		.machine = {.cpus = {topology.possible, topology.nr_cpu_ids}, .static_size = 80320},
		.reserved_size = 8192,
		.dyn_size = 20480,
		.atom_size = PCPU_PMD_SIZE,
		.distance = distance_on_topology,
	};
}

static int empty_everything(void **state)
{
	(void)state;
	allocated_before = pcpu_mem_allocated();
	memset(&made_up, 0, sizeof(made_up));
	space = (struct pcpu_fc_space){
		.range = NO_LIMIT, .alloc = take, .free = give, .ctx = &made_up};
	return 0;
}

static int destroy_and_count(void **state)
{
	(void)state;
	pcpu_first_layout_destroy(&layout);
	pcpu_topology_destroy(&topology);
	return pcpu_mem_allocated() == allocated_before ? 0 : -1;
}

static void make_topology(const char *description)
{
	assert_int_equal(pcpu_topology_from_synthetic(&topology, description), 0);
	ask_for_the_usual_sizes();
}

/* The first line of example C: CPUs 0, 2, 4 on one node and 1, 3, 5 on the other. */
static void make_two_nodes(void)
{
	make_topology("numa:2 pu:3(indexes=0,2,4,1,3,5)");
	made_up.starts[0] = B + 0x400000;
	made_up.starts[1] = B;
}

static int embed(void)
{
	return pcpu_embed(&layout, &request, &space);
}

static int page(void)
{
	return pcpu_go_by_pages(&layout, &request, &space);
}

static void embed_two_nodes(void)
{
	make_two_nodes();
	assert_int_equal(embed(), 0);
}

/* --- embedding: example E --- */

static void groups_are_allocated_near_their_first_cpu_in_whole_units(void **state)
{
	(void)state;
	embed_two_nodes();
	assert_int_equal(made_up.nr_taken, 2);
	assert_int_equal(made_up.cpus[0], 0);
	assert_int_equal(made_up.cpus[1], 1);
	assert_int_equal(made_up.taken[0].size, 0x200000);
	assert_int_equal(made_up.taken[1].size, 0x200000);
	assert_int_equal(made_up.align, PCPU_PMD_SIZE);
}

static void units_of_example_e_have_their_numbers_and_offsets(void **state)
{
	static const unsigned int units[] = {0, 4, 1, 5, 2, 6};
	static const unsigned long offsets[] = {0x400000, 0x000000, 0x480000,
						0x080000, 0x500000, 0x100000};

	(void)state;
	embed_two_nodes();
	for (unsigned int cpu = 0; cpu < 6; cpu++) {
		assert_int_equal(layout.unit_map[cpu], units[cpu]);
		assert_int_equal(layout.unit_offsets[cpu], offsets[cpu]);
	}
	assert_int_equal(layout.low_unit_cpu, 1);
	assert_int_equal(layout.high_unit_cpu, 4);
	assert_int_equal(layout.nr_units, 8);
	assert_int_equal(layout.nr_possible, 6);
}

static void groups_of_example_e_have_their_offsets_and_sizes(void **state)
{
	(void)state;
	embed_two_nodes();
	assert_int_equal(layout.nr_groups, 2);
	assert_int_equal(layout.base, B);
	assert_int_equal(layout.base_addr, B);
	assert_int_equal(layout.group_offsets[0], 0x400000);
	assert_int_equal(layout.group_offsets[1], 0);
	assert_int_equal(layout.group_sizes[0], 0x200000);
	assert_int_equal(layout.group_sizes[1], 0x200000);
}

static void layout_keeps_the_sizes_of_example_a(void **state)
{
	(void)state;
	embed_two_nodes();
	assert_int_equal(layout.static_size, 80320);
	assert_int_equal(layout.reserved_size, 8192);
	assert_int_equal(layout.dyn_size, 22080);
	assert_int_equal(layout.unit_size, 524288);
	assert_int_equal(layout.atom_size, 2097152);
	assert_int_equal(layout.stride, 524288);
}

static void unused_units_and_unused_ends_of_example_e_are_freed(void **state)
{
	(void)state;
	embed_two_nodes();
	assert_true(was_freed(B + 0x580000, 0x80000));
	assert_true(was_freed(B + 0x180000, 0x80000));
	for (unsigned int cpu = 0; cpu < 6; cpu++)
		assert_true(was_freed(B + layout.unit_offsets[cpu] + 0x1b000, 0x65000));
	assert_int_equal(made_up.nr_freed, 8);
}

/* 600 + 8192 + 23976 bytes are a unit of 32 KiB. */
static void unit_without_an_unused_end_frees_nothing_of_it(void **state)
{
	(void)state;
	make_topology("pu:2");
	request.machine.static_size = 600;
	request.atom_size = 65536;
	made_up.starts[0] = B;
	assert_int_equal(embed(), 0);
	assert_int_equal(layout.unit_size, 32768);
	for (int i = 0; i < made_up.nr_freed; i++)
		assert_int_equal(made_up.freed[i].size, 0);
}

/* Four thirds of 0x600000, which is how far the groups of example E reach. */
static void distance_of_three_quarters_of_the_range_passes(void **state)
{
	(void)state;
	make_two_nodes();
	space.range = 0x800000;
	records_keep(PERCPU_LOG_WARNING);
	assert_int_equal(embed(), 0);
	records_release();
	assert_int_equal(nr_records, 0);
}

static void larger_distance_is_told_in_hexadecimal_and_everything_freed_whole(void **state)
{
	(void)state;
	make_two_nodes();
	space.range = 0x7ff000;
	records_keep(PERCPU_LOG_DEBUG);
	assert_int_equal(embed(), -EINVAL);
	records_release();
	assert_int_equal(nr_records, 1);
	assert_int_equal(records[0].level, PERCPU_LOG_WARNING);
	assert_true(strstr(records[0].text, "0x600000") < strstr(records[0].text, "0x7ff000"));
	assert_true(record_says(0, "0x600000"));
	assert_int_equal(made_up.nr_freed, 2);
	assert_true(was_freed(B + 0x400000, 0x200000));
	assert_true(was_freed(B, 0x200000));
}

static void highest_group_decides_wherever_it_stands(void **state)
{
	(void)state;
	make_two_nodes();
	made_up.starts[0] = B;
	made_up.starts[1] = B + 0x400000;
	space.range = 0x7ff000;
	assert_int_equal(embed(), -EINVAL);
	memset(&made_up.nr_taken, 0, sizeof(made_up.nr_taken));
	space.range = 0x800000;
	assert_int_equal(embed(), 0);
	assert_int_equal(layout.low_unit_cpu, 0);
	assert_int_equal(layout.high_unit_cpu, 5);
}

/* --- embedding: windows --- */

static void windows_are_a_stride_apart_and_keep_their_ends(void **state)
{
	const uintptr_t first = 8 * WINDOW, second = 3 * WINDOW;

	(void)state;
	make_two_nodes();
	made_up.starts[0] = first;
	made_up.starts[1] = second;
	space.stride = WINDOW;
	space.align = WINDOW;
	space.static_start = 0x12345000;
	assert_int_equal(embed(), 0);
	assert_int_equal(made_up.align, WINDOW);
	assert_int_equal(made_up.taken[0].size, 4 * WINDOW);
	assert_int_equal(layout.stride, WINDOW);
	assert_int_equal(layout.unit_size, 524288);
	assert_int_equal(layout.base, second);
	assert_int_equal(layout.base_addr, second + 0x12345000);
	assert_int_equal(layout.group_sizes[1], 4 * WINDOW);
	for (unsigned int cpu = 0; cpu < 6; cpu++)
		assert_int_equal(layout.unit_offsets[cpu],
				 (cpu % 2 ? 0 : first - second) + cpu / 2 * WINDOW);
	/* the window of the unused unit of either group, and nothing else */
	assert_int_equal(made_up.nr_freed, 2);
	assert_true(was_freed(first + 3 * WINDOW, WINDOW));
	assert_true(was_freed(second + 3 * WINDOW, WINDOW));
}

/* --- embedding: errors --- */

static void group_without_address_space_has_the_others_freed_whole(void **state)
{
	(void)state;
	make_two_nodes();
	made_up.starts[1] = 0;
	assert_int_equal(embed(), -ENOMEM);
	assert_int_equal(made_up.nr_freed, 1);
	assert_true(was_freed(B + 0x400000, 0x200000));
	made_up.starts[0] = 0;
	made_up.nr_taken = made_up.nr_freed = 0;
	assert_int_equal(embed(), -ENOMEM);
	assert_int_equal(made_up.nr_freed, 0);
}

static void sizes_of_which_there_is_no_layout_are_an_error(void **state)
{
	(void)state;
	make_two_nodes();
	request.machine.static_size = SIZE_MAX;
	assert_int_equal(embed(), -EINVAL);
	assert_int_equal(page(), -EINVAL);
	assert_int_equal(made_up.nr_taken, 0);
}

/* With the first, second, ... call for memory failing, until none is left that could. */
static int count_failures(int (*form)(void))
{
	size_t before = pcpu_mem_allocated();
	int nth, err = -ENOMEM;

	for (nth = 1; err; nth++) {
		made_up.nr_taken = made_up.nr_freed = 0;
		faults_fail_nth(PCPU_FAULT_MEM, nth);
		err = form();
		faults_end();
		assert_between(nth, 1, 20);
		if (!err)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(pcpu_mem_allocated(), before);
		assert_int_equal(made_up.nr_freed, made_up.nr_taken);
	}
	return nth - 1;
}

static void every_lack_of_memory_is_reported_and_nothing_is_lost(void **state)
{
	(void)state;
	make_two_nodes();
	/* three of the alloc info, four tables of the layout; and the groups' areas */
	assert_int_equal(count_failures(embed), 8);
	pcpu_first_layout_destroy(&layout);
	/* one group has no chains, and no areas of its own */
	assert_int_equal(count_failures(page), 6);
}

/* --- embedding: records --- */

static void record_of_embedding_has_pages_and_sizes_and_the_dump_follows(void **state)
{
	(void)state;
	make_two_nodes();
	records_keep(PERCPU_LOG_DEBUG);
	assert_int_equal(embed(), 0);
	records_release();
	assert_int_equal(nr_records, 3);
	assert_int_equal(records[0].level, PERCPU_LOG_INFO);
	assert_string_equal(records[0].text, "Embedded 27 pages/cpu s80320 r8192 d22080 u524288");
	assert_int_equal(records[1].level, PERCPU_LOG_DEBUG);
	assert_true(record_says(1, "s80320 r8192 d22080 u524288 alloc=1*2097152"));
	assert_true(record_says(2, "[0] 0 2 4 - [1] 1 3 5 -"));
}

/* --- page by page --- */

static void page_form_is_one_group_of_the_smallest_units(void **state)
{
	(void)state;
	make_two_nodes();
	assert_int_equal(page(), 0);
	assert_int_equal(layout.dyn_size, 13888);
	assert_int_equal(layout.unit_size, 102400);
	assert_int_equal(layout.atom_size, PCPU_PAGE_SIZE);
	assert_int_equal(layout.reserved_size, 8192);
	assert_int_equal(layout.nr_groups, 1);
	assert_int_equal(layout.nr_units, 6);
	assert_int_equal(made_up.nr_taken, 1);
	assert_int_equal(made_up.cpus[0], 0);
	assert_int_equal(made_up.taken[0].size, 6 * 102400);
	assert_int_equal(made_up.align, PCPU_PAGE_SIZE);
	assert_int_equal(made_up.nr_freed, 0);
	for (unsigned int cpu = 0; cpu < 6; cpu++) {
		assert_int_equal(layout.unit_map[cpu], cpu);
		assert_int_equal(layout.unit_offsets[cpu], cpu * 102400);
	}
}

static void page_form_has_windows_too(void **state)
{
	(void)state;
	make_topology("pu:2(indexes=1,4)");
	made_up.starts[0] = B;
	space.stride = WINDOW;
	space.static_start = 0x5000;
	request.machine.min_unit_size = 1 << 20;
	assert_int_equal(page(), 0);
	assert_int_equal(made_up.taken[0].size, 2 * WINDOW);
	assert_int_equal(layout.unit_size, 1 << 20);
	assert_int_equal(layout.base_addr, B + 0x5000);
	assert_int_equal(layout.unit_offsets[1], 0);
	assert_int_equal(layout.unit_offsets[4], WINDOW);
}

static void record_of_the_page_form_has_pages_page_size_address_and_sizes(void **state)
{
	(void)state;
	make_two_nodes();
	made_up.starts[0] = B;
	space.static_start = 0x3000;
	space.stride = WINDOW;
	records_keep(PERCPU_LOG_INFO);
	assert_int_equal(page(), 0);
	records_release();
	assert_int_equal(nr_records, 1);
	assert_string_equal(records[0].text, "25 4K pages/cpu @0x10003000 s80320 r8192 d13888");
}

static void page_form_without_address_space_says_so(void **state)
{
	(void)state;
	make_two_nodes();
	made_up.starts[0] = 0;
	records_keep(PERCPU_LOG_DEBUG);
	assert_int_equal(page(), -ENOMEM);
	records_release();
	assert_int_equal(nr_records, 1);
	assert_int_equal(records[0].level, PERCPU_LOG_WARNING);
	assert_true(record_says(0, "4K pages"));
	assert_true(record_says(0, "CPU 0"));
}

/* --- the checks of the kernel's pcpu_setup_first_chunk() --- */

/* One thing that is not as it must be, in a layout that is otherwise right. */
struct damage {
	const char *condition; /* a part of its text */
	void (*harm)(struct pcpu_alloc_info *ai, uintptr_t *base);
};

/*
 * X(name, condition, how it is broken). The CPU out of range is the lowest that is: the kernel's
 * own check once let it through.
 */
/* clang-format off */
#define CHECKS(X) \
	X(no_group, "nr_groups <= 0", ai->nr_groups = 0) \
	X(no_static_area, "static_size == 0", ai->static_size = 0) \
	X(static_area_not_on_a_page, "static_start % PCPU_PAGE_SIZE", \
	  *base -= 64; layout.static_start = 64) \
	X(base_null, "base == 0", *base = 0) \
	X(base_not_on_a_page, "base_addr % PCPU_PAGE_SIZE", *base += 8) \
	X(unit_too_small_for_its_areas, "unit_size < size_sum", \
	  ai->unit_size = ai->static_size + ai->reserved_size + ai->dyn_size - PCPU_PAGE_SIZE) \
	X(unit_of_no_whole_pages, "unit_size % PCPU_PAGE_SIZE", ai->unit_size += 512) \
	X(unit_below_the_least, "unit_size < PCPU_MIN_UNIT_SIZE", \
	  ai->static_size = 4096; ai->reserved_size = 0; ai->dyn_size = 12288; ai->unit_size = 28672) \
	X(dynamic_area_below_the_least, "dyn_size < PERCPU_DYNAMIC_EARLY_SIZE", \
	  ai->dyn_size = 12284) \
	X(units_that_overlap, "layout->stride < ai->unit_size", \
	  layout.stride = ai->unit_size - PCPU_PAGE_SIZE) \
	X(cpu_out_of_range, "cpu >= cpus->nr_cpu_ids", ai->groups[0].cpu_map[1] = 8) \
	X(cpu_not_possible, "!pcpu_test_bit(cpu, cpus->possible)", \
	  ai->groups[0].cpu_map[1] = 3) \
	X(cpu_twice, "unit_map[cpu] != UINT_MAX", ai->groups[0].cpu_map[1] = 0) \
	X(cpu_without_a_unit, "!every_possible_cpu_has_a_unit(", \
	  ai->groups[0].cpu_map[1] = PERCPU_UNUSED_UNIT)
/* clang-format on */
#define HARM(name, condition, change)                                 \
	static void name(struct pcpu_alloc_info *ai, uintptr_t *base) \
	{                                                             \
		(void)ai;                                             \
		(void)base;                                           \
		change;                                               \
	}
#define CHECK(name, condition, change) {condition, name},

CHECKS(HARM)

static const struct damage checks[] = {CHECKS(CHECK)};

/* CPUs 0, 2, 4 and 7 on one node. */
static struct pcpu_alloc_info *make_valid_layout(void)
{
	struct pcpu_alloc_info *ai;
	int err;

	if (pcpu_topology_from_synthetic(&topology, "pu:4(indexes=0,2,4,7)") != 0)
		return NULL;
	ask_for_the_usual_sizes();
	ai = pcpu_build_requested(&request, &err);
	if (!ai || pcpu_first_layout_init(&layout, &request.machine.cpus, ai, &space) != 0)
		return NULL;
	return ai;
}

static void map_units_of_a_damaged_layout(void *arg)
{
	const struct damage *damage = arg;
	struct pcpu_alloc_info *ai = make_valid_layout();
	uintptr_t base = B;

	child_expect(ai != NULL);
	damage->harm(ai, &base);
	pcpu_first_chunk_map_units(&layout, ai, base);
}

/* The records of a failed check, in their order. */
static void assert_records_of_a_failed_check(const char *output, const char *condition)
{
	const char *check = strstr(output, "failed check: ");
	const char *mask = strstr(output, "cpu_possible_mask=95\n");
	const char *dump = strstr(output, "alloc=");
	const char *end = strstr(output, "cannot be set up: ");

	if (!check || !mask || !dump || !end || check > mask || mask > dump || dump > end ||
	    !strstr(check, condition) || strstr(check, condition) > mask || !strstr(end, condition))
		fail_msg("%s: %s", condition, output);
}

static void every_check_is_fatal_with_condition_mask_and_dump(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_SIZE(checks), 14);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		struct child_end end = child_run(map_units_of_a_damaged_layout, (void *)&checks[i]);

		assert_child_died_of(end, SIGABRT);
		assert_records_of_a_failed_check(end.output, checks[i].condition);
	}
}

static void layout_that_is_not_damaged_passes_all_checks(void **state)
{
	struct pcpu_alloc_info *ai = make_valid_layout();

	(void)state;
	assert_non_null(ai);
	assert_int_equal(pcpu_verify_alloc_info(&request.machine, ai), 0);
	pcpu_first_chunk_map_units(&layout, ai, B);
	assert_int_equal(layout.nr_units, 4);
	pcpu_free_alloc_info(ai);
}

static void fail_a_check_of_300_cpus(void *arg)
{
	struct pcpu_alloc_info *ai;
	int err;

	(void)arg;
	child_expect(pcpu_topology_from_synthetic(&topology, "pu:300") == 0);
	ask_for_the_usual_sizes();
	ai = pcpu_build_requested(&request, &err);
	child_expect(ai && !pcpu_first_layout_init(&layout, &request.machine.cpus, ai, &space));
	pcpu_first_chunk_map_units(&layout, ai, 0);
}

static void mask_of_many_cpus_is_cut_into_records_between_words(void **state)
{
	struct child_end end = child_run(fail_a_check_of_300_cpus, NULL);

	(void)state;
	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "cpu_possible_mask=fff,ffffffff,\n"));
	assert_non_null(strstr(end.output, "cpu_possible_mask=ffffffff,ffffffff,ffffffff,ffffffff,"
					   "ffffffff,ffffffff,ffffffff,ffffffff\n"));
}

/* --- shapes of machines --- */

/* From group to group; more than any of several needs. */
#define APART (256 * WINDOW)

static void embed_in_windows(void)
{
	uintptr_t next = WINDOW;

	space.stride = WINDOW;
	for (int group = 0; group < MAX_GROUPS; group++) {
		made_up.starts[group] = next;
		next += APART;
	}
	assert_int_equal(embed(), 0);
}

static void check_unit(unsigned int cpu, unsigned char *seen)
{
	unsigned int unit = layout.unit_map[cpu];

	if (!pcpu_test_bit(cpu, topology.possible)) {
		assert_int_equal(unit, UINT_MAX);
		return;
	}
	assert_true(unit < (unsigned int)layout.nr_units);
	if (seen[unit]++)
		fail_msg("unit %u is of two CPUs", unit);
	assert_int_equal(layout.unit_offsets[cpu] % WINDOW, 0);
}

/* A unit of a node lies one window above the one before it. */
static void check_neighbours(unsigned int cpu)
{
	for (unsigned int other = 0; other < cpu; other++) {
		if (layout.unit_map[other] == UINT_MAX || layout.unit_map[cpu] == UINT_MAX)
			continue;
		if (layout.unit_map[other] + 1 != layout.unit_map[cpu] ||
		    topology.cpu_node[other] != topology.cpu_node[cpu])
			continue;
		assert_int_equal(layout.unit_offsets[other] + WINDOW, layout.unit_offsets[cpu]);
	}
}

/* Embeds @description's machine: each CPU has a unit, each group is a node in consecutive windows.
 */
static void check_shape(const char *description, unsigned int cpus, int groups)
{
	static unsigned char seen[2 * 4096];

	make_topology(description);
	assert_int_equal(pcpu_bitmap_weight(topology.possible, topology.nr_cpu_ids), cpus);
	embed_in_windows();
	assert_int_equal(layout.nr_groups, groups);
	assert_int_equal(layout.nr_possible, cpus);
	assert_true((unsigned int)layout.nr_units - cpus <= cpus / 3);
	memset(seen, 0, sizeof(seen));
	for (unsigned int cpu = 0; cpu < topology.nr_cpu_ids; cpu++)
		check_unit(cpu, seen);
	for (unsigned int cpu = 0; cpu < topology.nr_cpu_ids; cpu += 13)
		check_neighbours(cpu);
	assert_int_equal(made_up.nr_freed, layout.nr_units - (int)cpus);
}

static void machine_of_one_cpu(void **state)
{
	(void)state;
	check_shape("pu:1", 1, 1);
	assert_int_equal(layout.nr_units, 1);
	assert_int_equal(layout.low_unit_cpu, 0);
	assert_int_equal(layout.high_unit_cpu, 0);
}

static void machine_of_sparse_numbers(void **state)
{
	(void)state;
	check_shape("numa:2 pu:4(indexes=1,64,65,200,4,63,130,4000)", 8, 2);
	assert_int_equal(topology.nr_cpu_ids, 4001);
	assert_int_equal(layout.unit_map[0], UINT_MAX);
	assert_int_equal(layout.unit_map[1], 0);
	assert_int_equal(layout.unit_map[4000], 7);
	assert_int_equal(layout.low_unit_cpu, 1);
	assert_int_equal(layout.high_unit_cpu, 4000);
}

static void machine_of_8_times_128_cpus(void **state)
{
	(void)state;
	check_shape("numa:8 core:64 pu:2", 1024, 8);
	for (unsigned int cpu = 0; cpu < 1024; cpu++)
		assert_int_equal(layout.unit_map[cpu], cpu);
	assert_int_equal(layout.group_offsets[7], 7 * APART);
}

static void machine_of_4096_cpus(void **state)
{
	(void)state;
	check_shape("numa:32 pu:128", 4096, 32);
	assert_int_equal(layout.nr_units, 4096);
	assert_int_equal(layout.high_unit_cpu, 4095);
}

static void machine_of_4096_cpus_on_one_node(void **state)
{
	(void)state;
	check_shape("pu:4096", 4096, 1);
	assert_int_equal(layout.unit_offsets[4095], 4095 * WINDOW);
}

/* --- distances of an exported machine --- */

static char xml_path[] = "/tmp/percpu-topology-XXXXXX";

/* Exports 4 nodes of 2 CPUs with these distances, as lstopo does, and reads the file. */
static void read_four_nodes_with(const hwloc_uint64_t *distances)
{
	hwloc_topology_t hwloc;
	hwloc_distances_add_handle_t handle;
	hwloc_obj_t nodes[4];
	int fd;

	assert_int_equal(hwloc_topology_init(&hwloc), 0);
	assert_int_equal(hwloc_topology_set_synthetic(hwloc, "numa:4 pu:2"), 0);
	assert_int_equal(hwloc_topology_load(hwloc), 0);
	for (unsigned int node = 0; node < 4; node++)
		nodes[node] = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, node);
	handle = hwloc_distances_add_create(
		hwloc, "NUMALatency",
		HWLOC_DISTANCES_KIND_FROM_OS | HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0);
	assert_non_null(handle);
	assert_int_equal(hwloc_distances_add_values(hwloc, handle, 4, nodes,
						    (hwloc_uint64_t *)(uintptr_t)distances, 0),
			 0);
	assert_int_equal(hwloc_distances_add_commit(hwloc, handle, 0), 0);
	strcpy(xml_path + strlen(xml_path) - 6, "XXXXXX");
	fd = mkstemp(xml_path);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(hwloc_topology_export_xml(hwloc, xml_path, 0), 0);
	hwloc_topology_destroy(hwloc);
	assert_int_equal(pcpu_topology_from_xml(&topology, xml_path), 0);
	unlink(xml_path);
	ask_for_the_usual_sizes();
}

static void machine_of_4_nodes_with_the_contracts_distances(void **state)
{
	static const hwloc_uint64_t distances[16] = {
		10, 20, 20, 20, /* from node 0 */
		20, 10, 20, 20, /* from node 1 */
		20, 20, 10, 20, 20, 20, 20, 10,
	};

	(void)state;
	read_four_nodes_with(distances);
	assert_non_null(topology.distance);
	assert_int_equal(pcpu_topology_cpu_distance(0, 7, &topology), REMOTE_DISTANCE);
	embed_in_windows();
	assert_int_equal(layout.nr_groups, 4);
	for (unsigned int cpu = 0; cpu < 8; cpu++)
		assert_int_equal(layout.unit_offsets[cpu], cpu / 2 * APART + cpu % 2 * WINDOW);
}

/* Nodes 0 and 2 are as near each other as one node; 1 is near 3, but not the other way round. */
static void distances_not_nodes_make_the_groups(void **state)
{
	static const hwloc_uint64_t distances[16] = {
		10, 20, 10, 20, /* from node 0 */
		20, 10, 20, 10, /* from node 1 */
		10, 20, 10, 20, /* from node 2 */
		20, 30, 20, 10, /* from node 3 */
	};

	(void)state;
	read_four_nodes_with(distances);
	assert_int_equal(pcpu_topology_cpu_distance(2, 6, &topology), 10);
	assert_int_equal(pcpu_topology_cpu_distance(6, 2, &topology), 30);
	embed_in_windows();
	assert_int_equal(layout.nr_groups, 3);
	assert_int_equal(layout.unit_offsets[0], 0);
	assert_int_equal(layout.unit_offsets[4], 2 * WINDOW);
	assert_int_equal(layout.unit_offsets[5], 3 * WINDOW);
	assert_int_equal(layout.unit_offsets[2], APART);
	assert_int_equal(layout.unit_offsets[6], 2 * APART);
}

#define first_test(f) cmocka_unit_test_setup_teardown(f, empty_everything, destroy_and_count)

int main(void)
{
	const struct CMUnitTest tests[] = {
		first_test(groups_are_allocated_near_their_first_cpu_in_whole_units),
		first_test(units_of_example_e_have_their_numbers_and_offsets),
		first_test(groups_of_example_e_have_their_offsets_and_sizes),
		first_test(layout_keeps_the_sizes_of_example_a),
		first_test(unused_units_and_unused_ends_of_example_e_are_freed),
		first_test(unit_without_an_unused_end_frees_nothing_of_it),
		first_test(distance_of_three_quarters_of_the_range_passes),
		first_test(larger_distance_is_told_in_hexadecimal_and_everything_freed_whole),
		first_test(highest_group_decides_wherever_it_stands),
		first_test(windows_are_a_stride_apart_and_keep_their_ends),
		first_test(group_without_address_space_has_the_others_freed_whole),
		first_test(sizes_of_which_there_is_no_layout_are_an_error),
		first_test(every_lack_of_memory_is_reported_and_nothing_is_lost),
		first_test(record_of_embedding_has_pages_and_sizes_and_the_dump_follows),
		first_test(page_form_is_one_group_of_the_smallest_units),
		first_test(page_form_has_windows_too),
		first_test(record_of_the_page_form_has_pages_page_size_address_and_sizes),
		first_test(page_form_without_address_space_says_so),
		first_test(every_check_is_fatal_with_condition_mask_and_dump),
		first_test(layout_that_is_not_damaged_passes_all_checks),
		first_test(mask_of_many_cpus_is_cut_into_records_between_words),
		first_test(machine_of_one_cpu),
		first_test(machine_of_sparse_numbers),
		first_test(machine_of_8_times_128_cpus),
		first_test(machine_of_4096_cpus),
		first_test(machine_of_4096_cpus_on_one_node),
		first_test(machine_of_4_nodes_with_the_contracts_distances),
		first_test(distances_not_nodes_make_the_groups),
	};

	return cmocka_run_group_tests_name("first chunk", tests, NULL, NULL);
}
