/* SPDX-License-Identifier: MIT */
/*
 * test_boot_data.c - the boot as data: what percpu/boot.h says of this process is what the process
 * goes by, and what the public functions work out of the same machine.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/threads.h"

#include "ground/fault.h"

#include <percpu/boot.h>
#include <percpu/kernel/err.h>
#include <percpu/percpu.h>

#include <errno.h>
#include <limits.h>

static DEFINE_PER_CPU(int, variable);

static bool is_page_form(void)
{
	return percpu_first_layout()->fc == PCPU_FC_PAGE;
}

/* --- the process --- */

static void sizes_are_those_of_the_process(void **state)
{
	const struct pcpu_alloc_info *ai = percpu_alloc_info();
	struct percpu_stats stats;

	(void)state;
	percpu_get_stats(&stats);
	assert_int_equal(ai->static_size, __per_cpu_end - __per_cpu_start);
	assert_int_equal(ai->static_size, stats.static_size);
	assert_int_equal(ai->reserved_size, PERCPU_MODULE_RESERVE);
	assert_int_equal(ai->reserved_size, stats.reserved_size);
	assert_int_equal(ai->dyn_size, stats.dyn_size);
	assert_int_equal(ai->unit_size, stats.unit_size);
	assert_int_equal(ai->unit_size, pcpu_unit_size);
	assert_int_equal(ai->atom_size, pcpu_atom_size);
	assert_int_equal(pcpu_unit_pages, pcpu_unit_size / PERCPU_PAGE_SIZE);
	assert_int_equal(pcpu_reserved_chunk_limit, ai->static_size + ai->reserved_size);
	assert_int_equal(pcpu_nr_slots,
			 pcpu_size_to_slot((int)ai->unit_size, (int)ai->unit_size) + 1);
	assert_int_equal(__pcpu_size_to_slot(1 << PCPU_SLOT_BASE_SHIFT), 3);
	assert_true(ai->dyn_size >= PERCPU_DYNAMIC_EARLY_SIZE);
	assert_true(ai->unit_size >= PCPU_MIN_UNIT_SIZE);
	assert_int_equal(ai->alloc_size % ai->atom_size, 0);
}

static void every_possible_cpu_has_its_unit(void **state)
{
	const struct pcpu_alloc_info *ai = percpu_alloc_info();
	const char *const base = (const char *)pcpu_base_addr;
	unsigned int cpu;

	(void)state;
	assert_int_equal(pcpu_verify_alloc_info(percpu_this_machine(), ai), 0);
	for_each_possible_cpu(cpu) {
		const size_t at = (size_t)((char *)&variable - __per_cpu_start);

		assert_int_equal(percpu_find_unit(ai, cpu, NULL), pcpu_unit_map[cpu]);
		assert_ptr_equal(base + pcpu_unit_offsets[cpu] + at, per_cpu_ptr(&variable, cpu));
		assert_true(pcpu_unit_offsets[cpu] >= pcpu_unit_offsets[pcpu_low_unit_cpu]);
		assert_true(pcpu_unit_offsets[cpu] <= pcpu_unit_offsets[pcpu_high_unit_cpu]);
	}
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		assert_int_equal(pcpu_unit_map[cpu] != UINT_MAX, cpu_possible(cpu));
}

static void groups_are_where_the_units_are(void **state)
{
	const struct pcpu_alloc_info *ai = percpu_alloc_info();
	int units = 0;

	(void)state;
	assert_int_equal(ai->nr_groups, pcpu_nr_groups);
	for (int group = 0; group < ai->nr_groups; group++) {
		const struct pcpu_group_info *info = &ai->groups[group];

		assert_int_equal(info->base_offset, pcpu_group_offsets[group]);
		assert_int_equal((size_t)info->nr_units * percpu_first_layout()->stride,
				 pcpu_group_sizes[group]);
		for (int unit = 0; unit < info->nr_units; unit++)
			if (info->cpu_map[unit] != PERCPU_UNUSED_UNIT)
				assert_int_equal(pcpu_unit_offsets[info->cpu_map[unit]],
						 info->base_offset +
							 (unsigned long)unit *
								 percpu_first_layout()->stride);
		units += info->nr_units;
	}
	assert_int_equal(units, pcpu_nr_units);
}

static void layout_is_what_the_function_makes_of_the_machine(void **state)
{
	const struct pcpu_alloc_info *ai = percpu_alloc_info();
	const size_t dyn_size = is_page_form() ? 0 : PERCPU_DYNAMIC_RESERVE;
	struct pcpu_alloc_info *again = pcpu_build_alloc_info(
		percpu_this_machine(), PERCPU_FIRST_CHUNK_RESERVE, dyn_size,
		is_page_form() ? 4096 : 2 << 20, is_page_form() ? NULL : pcpu_cpu_distance);

	(void)state;
	assert_false(IS_ERR(again));
	assert_int_equal(again->dyn_size, ai->dyn_size);
	assert_int_equal(again->unit_size, ai->unit_size);
	assert_int_equal(again->alloc_size, ai->alloc_size);
	assert_int_equal(again->nr_groups, ai->nr_groups);
	assert_int_equal(again->__ai_size, ai->__ai_size);
	for (int group = 0; group < ai->nr_groups; group++) {
		const struct pcpu_group_info *info = &ai->groups[group];

		assert_int_equal(again->groups[group].nr_units, info->nr_units);
		assert_memory_equal(again->groups[group].cpu_map, info->cpu_map,
				    (size_t)info->nr_units * sizeof(*info->cpu_map));
	}
	pcpu_free_alloc_info(again);
}

static void form_is_told_as_it_was_asked_for(void **state)
{
	(void)state;
	assert_true(pcpu_chosen_fc == PCPU_FC_AUTO || pcpu_chosen_fc == PCPU_FC_PAGE);
	assert_int_equal(percpu_first_layout()->fc,
			 pcpu_chosen_fc == PCPU_FC_PAGE ? PCPU_FC_PAGE : PCPU_FC_EMBED);
	assert_string_equal(pcpu_fc_names[PCPU_FC_AUTO], "auto");
	assert_string_equal(pcpu_fc_names[PCPU_FC_EMBED], "embed");
	assert_string_equal(pcpu_fc_names[PCPU_FC_PAGE], "page");
}

static void errors_are_pointers_that_say_so(void **state)
{
	struct percpu_machine machine = *percpu_this_machine();
	struct pcpu_alloc_info *ai;

	(void)state;
	machine.cpus.nr_cpu_ids = 0;
	ai = pcpu_build_alloc_info(&machine, 0, 0, 4096, NULL);
	assert_true(IS_ERR(ai) && IS_ERR_OR_NULL(ai));
	assert_int_equal(PTR_ERR(ai), -EINVAL);
	assert_ptr_equal(ai, ERR_PTR(-EINVAL));
	assert_true(IS_ERR(ERR_PTR(-MAX_ERRNO)));
	assert_false(IS_ERR(ERR_PTR(-MAX_ERRNO - 1)));
	assert_false(IS_ERR(NULL));
	assert_true(IS_ERR_OR_NULL(NULL));
	assert_false(IS_ERR_OR_NULL(&machine));
}

/* --- placing, on a machine of one's own: example E's CPUs --- */

static const unsigned long six_cpus = 0x3f;

static int distance_of_six(unsigned int from, unsigned int to)
{
	return from % 2 == to % 2 ? LOCAL_DISTANCE : REMOTE_DISTANCE;
}

static const struct percpu_machine six = {.cpus = {&six_cpus, 6}, .static_size = 80320};

static struct {
	char *memory; /* 12 MiB and more, aligned to 2 MiB */
	int nr_allocs, refuse_from;
	size_t misaligned, freed;
} space;

/* The second group below the first. */
static void *take(unsigned int cpu, size_t size, size_t align)
{
	assert_int_equal(size, 0x200000);
	assert_int_equal(align, 0x200000);
	assert_int_equal(cpu, space.nr_allocs);
	if (space.nr_allocs == space.refuse_from)
		return NULL;
	return space.memory + (space.nr_allocs++ ? 0 : 0x400000) + space.misaligned;
}

static void give_back(void *ptr, size_t size)
{
	(void)ptr;
	space.freed += size;
}

static struct percpu_layout *embed_six(int refuse_from, size_t misaligned)
{
	space.nr_allocs = 0;
	space.refuse_from = refuse_from;
	space.misaligned = misaligned;
	space.freed = 0;
	return pcpu_embed_first_chunk(&six, 8192, 20480, 0x200000, distance_of_six, take,
				      give_back);
}

static void units_are_placed_as_in_the_kernel(void **state)
{
	static const unsigned long offsets[] = {0x400000, 0,        0x480000,
						0x080000, 0x500000, 0x100000};
	pcpu_fc_alloc_fn_t alloc = pcpu_dfl_fc_alloc;
	pcpu_fc_free_fn_t give = pcpu_dfl_fc_free;
	struct percpu_layout *layout;

	(void)state;
	space.memory = alloc(0, 0x800000, 0x200000);
	assert_non_null(space.memory);
	layout = embed_six(2, 0);
	assert_false(IS_ERR(layout));
	for (unsigned int cpu = 0; cpu < 6; cpu++)
		assert_int_equal(layout->unit_offsets[cpu], offsets[cpu]);
	assert_ptr_equal((char *)layout->base_addr, space.memory);
	assert_int_equal(layout->low_unit_cpu, 1);
	assert_int_equal(layout->high_unit_cpu, 4);
	assert_int_equal(layout->nr_units, 8);
	assert_int_equal(layout->fc, PCPU_FC_EMBED);
	assert_int_equal(space.freed, 2 * 0x80000 + 6 * 0x65000);
	percpu_free_layout(layout);
	percpu_free_layout(NULL);
	give(space.memory, 0x800000);
}

static void placing_that_fails_gives_everything_back(void **state)
{
	struct percpu_machine nothing = six;

	(void)state;
	space.memory = (char *)0x10000000;
	assert_int_equal(PTR_ERR(embed_six(1, 0)), -ENOMEM);
	assert_int_equal(space.freed, 0x200000);
	assert_int_equal(PTR_ERR(embed_six(2, 64)), -ENOMEM);
	assert_int_equal(space.freed, 0x200000);
	nothing.static_size = 0;
	assert_int_equal(
		PTR_ERR(pcpu_embed_first_chunk(&nothing, 0, 0, 4096, NULL, take, give_back)),
		-EINVAL);
}

static void pages_are_placed_in_one_group_of_the_smallest_units(void **state)
{
	struct percpu_layout *layout =
		pcpu_page_first_chunk(&six, 8192, pcpu_dfl_fc_alloc, pcpu_dfl_fc_free);

	(void)state;
	assert_false(IS_ERR(layout));
	assert_int_equal(layout->nr_groups, 1);
	assert_int_equal(layout->unit_size, 102400);
	assert_int_equal(layout->unit_offsets[5], 5 * 102400);
	assert_int_equal(layout->fc, PCPU_FC_PAGE);
	memset((char *)layout->base_addr, 1, 6 * 102400);
	pcpu_dfl_fc_free((void *)layout->base_addr, 6 * 102400);
	percpu_free_layout(layout);
	assert_null(pcpu_dfl_fc_alloc(0, VMALLOC_TOTAL, 4096));
	assert_null(pcpu_dfl_fc_alloc(0, SIZE_MAX - 4095, 4096));
}

/* --- nodes --- */

/* The machine that is played has two nodes of four CPUs; the others are the real one's. */
static void nodes_and_distances_are_the_machines(void **state)
{
	pcpu_fc_cpu_to_node_fn_t to_node = pcpu_cpu_to_node;
	pcpu_fc_cpu_distance_fn_t distance = pcpu_cpu_distance;

	(void)state;
	assert_int_equal(distance(0, 0), LOCAL_DISTANCE);
	assert_int_equal(distance(0, 3), LOCAL_DISTANCE);
	assert_int_equal(distance(0, nr_cpu_ids), REMOTE_DISTANCE);
	assert_int_equal(to_node(-1), 0);
	assert_int_equal(to_node((int)nr_cpu_ids), 0);
	assert_int_equal(cpu_to_node(0), to_node(0));
	assert_true(nr_node_ids >= (unsigned int)pcpu_nr_groups);
	assert_true(cpu_to_node((int)nr_cpu_ids - 1) < (int)nr_node_ids);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		assert_int_equal(early_cpu_to_node((int)cpu), percpu_this_machine()->node[cpu]);
	if (pcpu_nr_groups < 2)
		return;
	assert_int_equal(to_node(3), to_node(0));
	assert_int_equal(to_node(7), to_node(4));
	assert_int_not_equal(to_node(4), to_node(0));
	assert_true(distance(0, 7) > LOCAL_DISTANCE);
	assert_int_equal(percpu_alloc_info()->groups[1].cpu_map[0], 4);
}

/* --- the first call --- */

static bool fail;

static bool fail_mem(enum pcpu_fault_site site)
{
	return site == PCPU_FAULT_MEM && fail;
}

static void *ask(void *arg)
{
	(void)arg;
	return (void *)percpu_alloc_info();
}

/* In a child: nobody has called it. */
static void first_call(void *arg)
{
	pthread_t threads[4];
	void *answer;

	(void)arg;
	pcpu_fault_hook = fail_mem;
	fail = true;
	child_expect(!percpu_alloc_info());
	fail = false;
	for (int i = 0; i < 4; i++)
		threads[i] = start(ask, NULL);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &answer);
		child_expect(answer && answer == percpu_alloc_info());
	}
}

static void first_call_needs_memory_and_all_get_the_same(void **state)
{
	struct child_end end = child_run(first_call, NULL);

	(void)state;
	assert_child_was_content(end);
}

static void dump_of_the_process_has_its_sizes(void **state)
{
	static char text[65536], header[200];
	FILE *stream = fmemopen(text, sizeof(text), "w");
	const struct pcpu_alloc_info *ai = percpu_alloc_info();

	(void)state;
	assert_non_null(stream);
	pcpu_dump_alloc_info(stream, ai);
	fclose(stream);
	snprintf(header, sizeof(header), "s%zu r%zu d%zu u%zu alloc=%zu*%zu\n[0] 0 ",
		 ai->static_size, ai->reserved_size, ai->dyn_size, ai->unit_size,
		 ai->alloc_size / ai->atom_size, ai->atom_size);
	assert_memory_equal(text, header, strlen(header));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_call_needs_memory_and_all_get_the_same),
		cmocka_unit_test(sizes_are_those_of_the_process),
		cmocka_unit_test(every_possible_cpu_has_its_unit),
		cmocka_unit_test(groups_are_where_the_units_are),
		cmocka_unit_test(layout_is_what_the_function_makes_of_the_machine),
		cmocka_unit_test(form_is_told_as_it_was_asked_for),
		cmocka_unit_test(errors_are_pointers_that_say_so),
		cmocka_unit_test(units_are_placed_as_in_the_kernel),
		cmocka_unit_test(placing_that_fails_gives_everything_back),
		cmocka_unit_test(pages_are_placed_in_one_group_of_the_smallest_units),
		cmocka_unit_test(nodes_and_distances_are_the_machines),
		cmocka_unit_test(dump_of_the_process_has_its_sizes),
	};

	return cmocka_run_group_tests_name("boot_data", tests, NULL, NULL);
}
