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

#include <percpu/runtime.h>

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
 * Sets up entries and windows for @nr_cpu_ids CPUs. @unit_windows gives the index of each possible
 * CPU's window in the region that starts at @region, UINT_MAX for a CPU that is not possible.
 * @nodes is NULL, or gives each CPU's node, which its window's memory is to come from. @sequences:
 * whether the fast path may ever be let in. 0 or -ENOMEM. Once.
 */
struct pcpu_unit_setup {
	unsigned int nr_cpu_ids;
	uintptr_t region;
	const unsigned int *unit_windows;
	const unsigned short *nodes;
	bool sequences;
};
int pcpu_units_init(const struct pcpu_unit_setup *setup);

/* The table of entries, for __percpu_rt: index 0 is CPU 0. */
struct percpu_entry *pcpu_unit_entries(void);

/* The start of @cpu's window, whether its unit is open or not. */
uintptr_t pcpu_unit_window(unsigned int cpu);

/* The same; the unit is open on return. Fatal if there is no memory, or no such CPU. */
uintptr_t pcpu_unit_open(unsigned int cpu);

bool pcpu_unit_is_open(unsigned int cpu);

/* How many units are open. */
unsigned int pcpu_units_nr_open(void);

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

/* Calls @fn with the address of coordinate @coord in every open unit. */
void pcpu_units_for_each_open(uint32_t coord, void (*fn)(void *address, void *ctx), void *ctx);

/*
 * A visitor's door: pcpu_unit_shut() makes the CPU's entry send the fast path away, and
 * pcpu_unit_unshut() lets it in again. The unit is open. See thread.c for who may.
 */
void pcpu_unit_shut(unsigned int cpu);
void pcpu_unit_unshut(unsigned int cpu);

/* Around fork(): nobody is inside while the address space is copied. */
void pcpu_units_lock_for_fork(void);
void pcpu_units_unlock_after_fork(void);

#endif /* PCPU_UNIT_H */
