/* SPDX-License-Identifier: MIT */
/*
 * unit.h - the unit windows of the CPUs: what is in them, and when it comes to be there.
 *
 * A unit opens on its CPU's first use. Opening commits every span in the CPU's window, copies the
 * initial values of static variables to it, and then publishes the CPU's entry, which lets the fast
 * path in. A unit never closes. A span is a range of coordinates that is committed in every open
 * unit: a module's static variables, or the units of a chunk.
 *
 * Invariants, all under the unit lock:
 *  - a span's pages are accessible in every open unit, and in no other;
 *  - an entry's base is negative exactly while its unit is not open.
 *
 * Opening may happen in a signal handler, in any thread that does not hold the unit lock; so the
 * lock is held with signals blocked, and nothing is allocated under it.
 */
#ifndef PCPU_UNIT_H
#define PCPU_UNIT_H

#include <percpu/impl/runtime.h>

#include <stdbool.h>
#include <stdint.h>

/* One run of bytes of a module that every copy starts with. */
struct pcpu_image {
	const char *start; /* where the bytes are */
	size_t size;	   /* 0: none */
	uint32_t coord;	   /* where they go in a window */
};

#define PCPU_SPAN_IMAGES 5

struct pcpu_span {
	uint32_t start; /* page-aligned coordinate */
	uint64_t size;	/* whole pages */
	struct pcpu_image images[PCPU_SPAN_IMAGES];
};

/*
 * Sets up entries and windows for @nr_cpu_ids CPUs. The window of a possible CPU starts at @base
 * plus what @unit_offsets says; @unit_map is UINT_MAX for a CPU that is not possible. @nodes is
 * NULL, or gives each CPU's node, which its window's memory is to come from. What an entry's window
 * is while nobody holds the CPU is the window's address and @rest_bits; @attention is what is paid
 * when nobody waits (hold.h). 0 or -ENOMEM. Once.
 */
struct pcpu_unit_setup {
	unsigned int nr_cpu_ids;
	uintptr_t base;
	const unsigned int *unit_map;
	const unsigned long *unit_offsets;
	const unsigned short *nodes;
	intptr_t rest_bits;
	unsigned int attention;
};
int pcpu_units_init(const struct pcpu_unit_setup *setup);

/* The table of entries, for __percpu_rt: index 0 is CPU 0. */
extern struct percpu_entry *pcpu_entries;
static inline struct percpu_entry *pcpu_unit_entries(void)
{
	return pcpu_entries;
}

static inline struct percpu_entry *pcpu_unit_entry(unsigned int cpu)
{
	return &pcpu_entries[cpu];
}

/* The start of @cpu's window, whether its unit is open or not. */
uintptr_t pcpu_unit_window(unsigned int cpu);

/* The same; the unit is open on return. Fatal if there is no memory, or no such CPU. */
uintptr_t pcpu_unit_open(unsigned int cpu);

bool pcpu_unit_is_open(unsigned int cpu);

/* How many units are open. */
static inline unsigned int pcpu_units_nr_open(void)
{
	extern unsigned int pcpu_nr_open_windows;

	return __atomic_load_n(&pcpu_nr_open_windows, __ATOMIC_ACQUIRE);
}

/*
 * Adds @span to every unit, open now or later. It must not share a page with another span. 0 or a
 * negative errno, and then nothing has changed.
 */
int pcpu_units_add_span(const struct pcpu_span *span);

/*
 * Has the initial values of the span at @start come from @images from now on: the memory that they
 * came from may go away.
 */
void pcpu_units_replace_images(uint32_t start, const struct pcpu_image images[PCPU_SPAN_IMAGES]);

/* Takes the span at coordinate @start away from every unit; its memory is given back. */
void pcpu_units_remove_span(uint32_t start);

/*
 * The windows of the open units, in the order of their opening. A unit is among them before
 * anybody can write to it; one that comes while somebody walks over them has nothing in it but
 * initial values, and zeros in its chunks.
 */
extern uintptr_t *pcpu_open_windows;

/*
 * Clears [coord, coord + size) in every open unit. Reads before it writes: a page that a CPU never
 * wrote reads as zero without becoming resident, and stays so.
 */
void pcpu_units_clear(uint32_t coord, size_t size);

/* Takes the memory of [coord, coord + size), whole pages, from every open unit: they read as zero.
 */
void pcpu_units_discard(uint32_t coord, size_t size);

/*
 * Has units that open find every page resident that pcpu_units_populate() was asked for. 0 or
 * -ENOMEM. Once, before it.
 */
int pcpu_units_populate_always(void);

/*
 * Makes the pages of [coord, coord + size) resident in every open unit. 0, or a negative errno;
 * what has been got by then stays: the pages may be in use.
 */
int pcpu_units_populate(uint32_t coord, size_t size);

/* Whether pcpu_units_populate() has been asked for all pages of [coord, coord + size). */
bool pcpu_units_are_populated(uint32_t coord, size_t size);

/* Bytes that are resident in the open units, in all spans. */
size_t pcpu_units_resident(void);

/*
 * Has the copies, and the entries, shared with the children of the process; no unit is open. From
 * now on @rest_bits and @attention are those of pcpu_unit_setup. 0, or a negative errno and nothing
 * has changed.
 */
int pcpu_units_share(intptr_t rest_bits, unsigned int attention);

/* Around fork(): nobody is inside while the address space is copied. */
void pcpu_units_lock_for_fork(void);
void pcpu_units_unlock_after_fork(void);

#endif /* PCPU_UNIT_H */
