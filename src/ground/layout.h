/* SPDX-License-Identifier: MIT */
/*
 * layout.h - the fixed numbers of the per-CPU layout
 *
 * Every size that more than one room must agree on, in bytes, and the two distances that decide
 * which CPUs share a group. The names are the kernel's where the kernel has one; the kernel's
 * PAGE_SIZE and PMD_SIZE carry our prefix, because programs and libc headers define those names.
 *
 * Invariants (checked below): everything that a unit is cut into is a whole number of pages, and
 * an early dynamic area fits in the smallest unit.
 */
#ifndef PCPU_LAYOUT_H
#define PCPU_LAYOUT_H

#include <stdint.h>

/* The granularity of units and of population, and the largest alignment an allocation can ask. */
#define PCPU_PAGE_SIZE 4096UL

/* Atom of the embedded first chunk: units that fill large pages cost fewer TLB entries. */
#define PCPU_PMD_SIZE 2097152UL

/* What a window holds: the coordinates that the low 32 bits of a pointer reach. */
#define PCPU_WINDOW_SIZE (1UL << 32)

/*
 * From one window to the next. Not 4 GiB: copies at addresses that are equal in their low 28 bits
 * share an entry of the way predictor of some processors' first-level caches. On a Zen 3 writing
 * two such copies in turn took 30 ns, and 1 ns with another page in between.
 */
#define PCPU_WINDOW_STRIDE (PCPU_WINDOW_SIZE + PCPU_PAGE_SIZE)

/* Least unit size. Also the largest size that can be allocated. */
#define PCPU_MIN_UNIT_SIZE 32768

/* Least dynamic area of the first chunk: what is needed before a second chunk can be made. */
#define PERCPU_DYNAMIC_EARLY_SIZE 12288

/* Dynamic area that is asked for in the first chunk (the kernel's 64-bit value). */
#define PERCPU_DYNAMIC_RESERVE 20480

/* Reserved area of the first chunk, for the static variables of modules. */
#define PERCPU_MODULE_RESERVE 8192

/* The part of it that is kept apart (the kernel's 64-bit value); the rest becomes dynamic area. */
#define PERCPU_FIRST_CHUNK_RESERVE PERCPU_MODULE_RESERVE

/*
 * The smallest free area worth keeping: sizeof(int), as in the kernel. A smaller rest beside an
 * allocation is a sliver and goes to a used neighbour; a chunk with nothing larger counts as full.
 */
#define PCPU_MIN_AREA 4

/* Limit on CPU numbers; and in a map from units to CPUs, the mark of an unused unit. */
#define PCPU_NR_CPUS 65536u

/* Limit on node numbers, which are the kernel's; what is larger is taken as node 0. */
#define PCPU_NR_NODES 1024

/* Two CPUs are near when the distance is at most this, in both directions. One node, as in ACPI. */
#define LOCAL_DISTANCE 10

/* The distance of CPUs on different nodes where nothing better is known. */
#define REMOTE_DISTANCE 20

#if (PCPU_PAGE_SIZE & (PCPU_PAGE_SIZE - 1)) != 0
#error "PCPU_PAGE_SIZE must be a power of two"
#endif
#if PCPU_PMD_SIZE % PCPU_PAGE_SIZE != 0 || PCPU_MIN_UNIT_SIZE % PCPU_PAGE_SIZE != 0
#error "atoms and units are whole numbers of pages"
#endif
#if PERCPU_DYNAMIC_EARLY_SIZE > PCPU_MIN_UNIT_SIZE
#error "the early dynamic area must fit in a unit"
#endif
#if LOCAL_DISTANCE >= REMOTE_DISTANCE
#error "a remote CPU must be farther away than a local one"
#endif

/* The start of the page that @at is in, and the first page's start at or behind it. */
static inline uint64_t pcpu_page_floor(uint64_t at)
{
	return at & ~(uint64_t)(PCPU_PAGE_SIZE - 1);
}

static inline uint64_t pcpu_page_ceil(uint64_t at)
{
	return pcpu_page_floor(at + PCPU_PAGE_SIZE - 1);
}

#endif /* PCPU_LAYOUT_H */
