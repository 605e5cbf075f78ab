/* SPDX-License-Identifier: MIT */
/* boot_data.c - what the process was built on; percpu/boot.h. */
#include "boot/first_chunk/first_chunk.h"
#include "boot/setup_layout.h"

#include <percpu/boot.h>

PERCPU_API const struct percpu_machine *percpu_this_machine(void)
{
	return &pcpu_boot_machine;
}

PERCPU_API const struct percpu_layout *percpu_first_layout(void)
{
	return pcpu_first_layout;
}

static bool is_possible(unsigned int cpu)
{
	return cpu < pcpu_first_layout->cpus.nr_cpu_ids &&
	       pcpu_first_layout->unit_map[cpu] != (unsigned int)-1;
}

PERCPU_API int pcpu_cpu_distance(unsigned int from, unsigned int to)
{
	return is_possible(from) && is_possible(to) ? pcpu_boot_distance(from, to)
						    : REMOTE_DISTANCE;
}

PERCPU_API int pcpu_cpu_to_node(int cpu)
{
	return cpu >= 0 && is_possible((unsigned int)cpu) ? pcpu_boot_machine.node[cpu] : 0;
}

/* --- the layout as it was worked out --- */

/* The boot gives it back: who asks for it has it made again, of what was kept. */
static void fill_sizes(struct pcpu_alloc_info *ai, const struct percpu_layout *layout)
{
	ai->static_size = layout->static_size;
	ai->reserved_size = layout->reserved_size;
	ai->dyn_size = layout->dyn_size;
	ai->unit_size = layout->unit_size;
	ai->atom_size = layout->atom_size;
	ai->alloc_size = layout->alloc_size;
}

static void fill_groups(struct pcpu_alloc_info *ai, const struct percpu_layout *layout)
{
	unsigned int *cpu_map = ai->groups[0].cpu_map;

	for (unsigned int cpu = 0; cpu < layout->cpus.nr_cpu_ids; cpu++)
		if (is_possible(cpu))
			cpu_map[layout->unit_map[cpu]] = cpu;
	for (int group = 0; group < ai->nr_groups; group++) {
		ai->groups[group].nr_units = (int)(layout->group_sizes[group] / layout->stride);
		ai->groups[group].base_offset = layout->group_offsets[group];
		ai->groups[group].cpu_map = cpu_map;
		cpu_map += ai->groups[group].nr_units;
	}
}

PERCPU_API const struct pcpu_alloc_info *percpu_alloc_info(void)
{
	static struct pcpu_alloc_info *kept;
	const struct percpu_layout *layout = pcpu_first_layout;
	struct pcpu_alloc_info *ai = __atomic_load_n(&kept, __ATOMIC_ACQUIRE), *other = NULL;

	if (ai)
		return ai;
	ai = pcpu_alloc_alloc_info(layout->nr_groups, layout->nr_units);
	if (!ai)
		return NULL;
	fill_sizes(ai, layout);
	fill_groups(ai, layout);
	/* the first of several threads wins */
	if (__atomic_compare_exchange_n(&kept, &other, ai, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return ai;
	pcpu_free_alloc_info(ai);
	return other;
}
