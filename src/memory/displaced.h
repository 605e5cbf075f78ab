/* SPDX-License-Identifier: MIT */
/*
 * displaced.h - static variables whose coordinates are not the low halves of their addresses.
 *
 * The loader puts a module anywhere. So the low halves of its variables' addresses may be those of
 * another module's, or may lie across the end of the 4 GiB, or where a NULL pointer's copy would
 * be. That is so about once in 100,000 starts. Such a module is displaced: its copies lie at
 * coordinates that are free, and whoever has one of its pointers has to look these up.
 *
 * Inlined code cannot look anything up. So as soon as one module is displaced, every operation
 * leaves its sequence, and every pointer to a copy is made by the library: the base of each entry
 * is negative (PCPU_LOOK_UP), and so is the window of a CPU that nobody holds (PCPU_SLOW_ONLY). The
 * library's own code gets a coordinate by pcpu_coordinate(), always.
 *
 * Nobody has a displaced module's pointers before its registration ends, and that sends everyone
 * away before it ends; so a sequence that is still on its way has another pointer, and is right.
 */
#ifndef PCPU_DISPLACED_H
#define PCPU_DISPLACED_H

#include <stdint.h>

struct pcpu_displaced {
	struct pcpu_displaced *next;
	uintptr_t start;
	uint64_t size;
	uint32_t coord;
};

/* A list that is prepended to, and from which nothing is taken away; read by anybody. */
extern struct pcpu_displaced *pcpu_displaced_first;

/* How many modules are displaced. It only grows, before the last one's pointers are known. */
extern unsigned int pcpu_nr_displaced;

/*
 * From now on the @size bytes from address @start have coordinates from @coord on. 0 or -ENOMEM.
 * Under pcpu_alloc_mutex.
 */
int pcpu_displaced_add(uintptr_t start, uint64_t size, uint32_t coord);

/* The coordinate of a pointer, while there is something displaced. Signal-safe. */
uint32_t pcpu_displaced_coordinate(uintptr_t ptr);

/* The coordinate of a per-CPU pointer. Signal-safe. */
static inline uint32_t pcpu_coordinate(uintptr_t ptr)
{
	return __builtin_expect(!pcpu_nr_displaced, 1) ? (uint32_t)ptr
						       : pcpu_displaced_coordinate(ptr);
}

#endif /* PCPU_DISPLACED_H */
