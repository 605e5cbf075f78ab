/* SPDX-License-Identifier: MIT */
/*
 * boot.h - the boot as data: what this process was built on, and the functions that work it out,
 * for machines of one's own.
 *
 *	pcpu_dump_alloc_info(stdout, percpu_alloc_info());
 *
 *	struct percpu_machine machine = *percpu_this_machine();		// or any other
 *	struct pcpu_alloc_info *ai;
 *
 *	machine.static_size = 80320;
 *	ai = pcpu_build_alloc_info(&machine, PERCPU_FIRST_CHUNK_RESERVE, PERCPU_DYNAMIC_RESERVE,
 *				   2 << 20, pcpu_cpu_distance);
 *	if (!IS_ERR(ai))						// percpu/kernel/err.h
 *		pcpu_dump_alloc_info(stdout, ai);
 *
 * The structures, the sizes and the functions on layouts are in impl/alloc_info.h. Not included by
 * percpu.h. With PERCPU_UP there is no first chunk, and nothing but the types and the sizes.
 */
#ifndef PERCPU_BOOT_H
#define PERCPU_BOOT_H

#include <percpu/access.h>
#include <percpu/impl/alloc_info.h>
#include <percpu/impl/slot.h>

#include <stdio.h>

#include <percpu/impl/begin.h>

#ifndef PERCPU_UP

__PCPU_BEGIN_DECLS

/**
 * pcpu_dump_alloc_info() - print a layout
 * @stream: where to; errors are in ferror()
 * @ai: the layout. It need not be one that makes sense
 *
 * One line with the static, reserved, dynamic and unit sizes after the letters s, r, d and u, then
 * alloc=<atoms>*<atom_size>. Then, in lines of at most a terminal's width, each allocation as its
 * group's number in brackets and the CPUs of its units, with a dash for an unused unit.
 * Thread-safe; not safe in signal handlers. Mirrors the kernel function of the same name, which
 * logs it.
 */
PERCPU_API void pcpu_dump_alloc_info(FILE *stream, const struct pcpu_alloc_info *ai);

/**
 * percpu_alloc_info() - the layout that this process was built on
 *
 * base_offset is where the group's windows begin: units of a group are
 * percpu_first_layout()->stride apart here, 4 GiB and a page, and not unit_size.
 *
 * Return: always the same, which nobody may change or free; NULL: there is no memory for it, which
 * is got by the first call. Thread-safe; not safe in signal handlers. In the kernel it is freed
 * when the boot is over.
 */
PERCPU_API const struct pcpu_alloc_info *percpu_alloc_info(void);

/** percpu_this_machine() - what it was built for. Constant. Thread- and signal-safe. */
PERCPU_API const struct percpu_machine *percpu_this_machine(void);

/**
 * percpu_first_layout() - where its units are. Constant, also what it points to. Thread- and
 * signal-safe.
 */
PERCPU_API const struct percpu_layout *percpu_first_layout(void);

/** pcpu_chosen_fc - the form of the first chunk that PERCPU_CONF=alloc: asked for. */
#define pcpu_chosen_fc (percpu_first_layout()->chosen_fc)

/* Of what percpu_first_layout() says, what has a name in the kernel; read-only. */
#define pcpu_unit_map (percpu_first_layout()->unit_map)
#define pcpu_nr_units (percpu_first_layout()->nr_units)
#define pcpu_nr_groups (percpu_first_layout()->nr_groups)
#define pcpu_group_offsets (percpu_first_layout()->group_offsets)
#define pcpu_group_sizes (percpu_first_layout()->group_sizes)
#define pcpu_low_unit_cpu (percpu_first_layout()->low_unit_cpu)
#define pcpu_high_unit_cpu (percpu_first_layout()->high_unit_cpu)
#define pcpu_unit_size (percpu_first_layout()->unit_size)
#define pcpu_unit_pages (percpu_first_layout()->unit_size / PERCPU_PAGE_SIZE)
#define pcpu_atom_size (percpu_first_layout()->atom_size)
/** pcpu_nr_slots - the lists on which chunks are by how much they have free (impl/slot.h). */
#define pcpu_nr_slots pcpu_slot_count(__pcpu_cast(int, pcpu_unit_size))
/** pcpu_reserved_chunk_limit - from where on, in a unit, dynamic areas lie. */
#define pcpu_reserved_chunk_limit \
	(percpu_first_layout()->static_size + percpu_first_layout()->reserved_size)

/**
 * pcpu_cpu_distance() - how far the possible CPU @to is from the possible CPU @from
 *
 * LOCAL_DISTANCE on one node, otherwise the distance of their nodes as the machine has it. A
 * pcpu_fc_cpu_distance_fn_t; REMOTE_DISTANCE for a number that is no CPU's. Thread- and
 * signal-safe.
 */
PERCPU_API int pcpu_cpu_distance(unsigned int from, unsigned int to);

/** pcpu_cpu_to_node() - the node of CPU @cpu, 0 if it is not possible. Thread- and signal-safe. */
PERCPU_API int pcpu_cpu_to_node(int cpu);
/** cpu_to_node(), early_cpu_to_node() - the same: there is no time before it is known. */
#define cpu_to_node(cpu) pcpu_cpu_to_node(cpu)
#define early_cpu_to_node(cpu) pcpu_cpu_to_node(cpu)
/** nr_node_ids - the highest number of a node, plus one; nodes' numbers may have gaps. */
#define nr_node_ids (percpu_first_layout()->nr_node_ids)

__PCPU_END_DECLS

#endif /* PERCPU_UP */

#include <percpu/impl/end.h>

#endif /* PERCPU_BOOT_H */
