/* SPDX-License-Identifier: MIT */
/*
 * unit.h - the unit windows of the CPUs: where they are, and when something comes to be in them.
 *
 * A unit opens on its CPU's first use. Opening commits every span in the CPU's window, copies the
 * initial values of static variables to it (open_units.h), and then publishes the CPU's entry,
 * which lets the fast path in. A unit never closes.
 *
 * With shared copies a unit opens for all processes at once, and any of them may open it.
 *
 * Opening may happen in a signal handler, in any thread that does not hold the unit lock; so the
 * lock is held with signals masked, and nothing is allocated under it.
 */
#ifndef PCPU_UNIT_H
#define PCPU_UNIT_H

#include <percpu/impl/runtime.h>

#include <stdbool.h>
#include <stdint.h>

/*
 * Sets up entries and windows for @nr_cpu_ids CPUs. The window of a possible CPU starts at @base
 * plus what @unit_offsets says; @unit_map is UINT_MAX for a CPU that is not possible. @nodes is
 * NULL, or gives each CPU's node; @memory_nodes is NULL, or gives, by node, that which its CPUs'
 * windows are to have their memory from. What an entry's window
 * is while nobody holds the CPU is the window's address and @rest_bits; @attention is what is paid
 * when nobody waits (hold.h). 0 or -ENOMEM. Once.
 */
struct pcpu_unit_setup {
	unsigned int nr_cpu_ids;
	uintptr_t base;
	const unsigned int *unit_map;
	const unsigned long *unit_offsets;
	const unsigned short *nodes, *memory_nodes;
	intptr_t rest_bits;
	unsigned int attention;
};
int pcpu_units_init(const struct pcpu_unit_setup *setup);

/* The start of @cpu's window, whether its unit is open or not. */
uintptr_t pcpu_unit_window(unsigned int cpu);

/* From where the kernel counts units' offsets: the window of the unit whose offset is 0. */
uintptr_t pcpu_units_base_addr(void);

/* That of each CPU, with @bits in it, by number into @windows, which has been zero so far. */
void pcpu_units_list_windows(unsigned long *windows, unsigned long bits);

/* The same; the unit is open on return. Fatal if there is no memory, or no such CPU. */
uintptr_t pcpu_unit_open(unsigned int cpu);

/* Opens the unit of @cpu, which is possible. 0, or a negative errno and it is as before. */
int pcpu_unit_try_open(unsigned int cpu);

bool pcpu_unit_is_open(unsigned int cpu);

/* The same as pcpu_unit_open(), as inlined code is to have it: with PCPU_LOOK_UP, if need be. */
uintptr_t pcpu_unit_base(unsigned int cpu);

/*
 * From now on pointers to copies are made by the library alone, and entries of units that open send
 * every operation to the slow side. Those of units that are open: pcpu_send_away().
 */
void pcpu_units_look_up(void);

/*
 * Has the copies, with what is in them, and the entries shared with the children of the process.
 * From now on @rest_bits and @attention are those of pcpu_unit_setup. 0, or a negative errno and
 * nothing has changed. Under pcpu_alloc_mutex, with signals masked: nobody uses a copy meanwhile.
 */
int pcpu_units_share(intptr_t rest_bits, unsigned int attention);

/*
 * The same with processes that are no children, by a file (memory/file/copies_file.h): all units
 * are open. The windows get twins at @twins, which are reserved; the coordinates from @start on,
 * which are a span of PCPU_FILE_UNIT bytes, are in the file, CPU by CPU from @units_at on; and so
 * is the table of entries, at @entries_at. @fresh: that is nobody's yet.
 */
struct pcpu_common_units {
	int file;
	bool fresh;
	uintptr_t twins;
	uint32_t start;
	uint64_t entries_at, units_at;
};
int pcpu_units_join(const struct pcpu_common_units *common, intptr_t rest_bits,
		    unsigned int attention);

/* How many bytes the twins of all windows take. */
size_t pcpu_units_twins_size(void);

/* The CPU in whose window @address is, or in its twin, and the coordinate. False: in none. */
bool pcpu_unit_find(uintptr_t address, unsigned int *cpu, uint32_t *coord);

/* Has the page that the process publishes say which units are open. In a child, whose it is new. */
void pcpu_units_tell(void);

/*
 * In a child, which has one thread: another one may have been opening a unit at the fork. (Nobody
 * was changing spans, if it was fork().)
 */
void pcpu_units_after_fork(void);

#endif /* PCPU_UNIT_H */
