/* SPDX-License-Identifier: MIT */
/*
 * layout.h - the library's words, and the fixed numbers of the per-CPU layout
 *
 *	                 coordinate   64K          the same in every window                4 GiB
 *	entry 0 -> window of CPU 0   |-----[ module ]...[ first chunk ][ chunk ]...[ module ]..|
 *	entry 1 -> window of CPU 1   |-----[ module ]...[ first chunk ][ chunk ]...[ module ]..|
 *	entry 2 -> window of CPU 2   |............................ not open ...................|
 *	                                    span             span        span        span
 *
 *	pointer:  | tag | coordinate |      copy of CPU c = window of c + coordinate
 *
 *	chunk:    map -> blocks -> codes of granules   "here starts an area: free, cached or live"
 *	slot:     a list of chunks                     cache: a CPU's magazines of cached areas
 *
 * Memory
 *	template	what the address of a static per-CPU variable leads to: the initial values
 *			are there, and nobody counts there
 *	copy		one CPU's instance of a variable or of an area
 *	window		4 GiB of address space for one CPU, in which its copies lie
 *	coordinate	an offset in a window, the same for every CPU: the low half of a pointer
 *	entry		a CPU's line in the table that operations look at
 *	unit		what a window has in it; also, as in the kernel, one CPU's part of a
 *			chunk. It opens with the first use of its CPU, and never closes
 *	hole		address space for windows of which nothing is reserved
 *	claim		coordinates that have an owner, in every window
 *	span		coordinates that are committed in every open unit: a module's or a chunk's
 *	commit		to make pages accessible
 *	populate	to make them resident
 *	twin		the same memory as a window, at the address that entries say where processes
 *			share them that are no children
 *
 * Modules
 *	module		an executable or a shared object with per-CPU variables
 *	note		its ELF note, which says where they are
 *	displaced	said of one whose variables' coordinates are not their addresses' low halves
 *	image		a run of initial values that every copy of a module begins with
 *
 * Allocator
 *	area		what alloc_percpu() gives out: the same offsets of a chunk in every unit
 *	chunk		a range of coordinates with a map of its areas
 *	first chunk	the one around the static variables of the program
 *	view		a part of the first chunk that serves as a chunk: the reserved, the
 *			dynamic one
 *	map		who owns which bytes of a chunk
 *	block		the map's record of one page of a chunk
 *	granule		the bytes that one code of a block stands for
 *	code		two bits: no area starts here, or a free, a cached or a live one does
 *	cached		allocated in the map, but nobody has it: it waits in a CPU's cache
 *	magazine	a CPU's cached areas of one size
 *	lent		in somebody's hands, though its code still says that it is cached
 *	slot		a list of chunks that have about as many bytes free
 *	stock		free space that is kept for calls that must not block
 *	redzone		bytes of known values around an object at debug levels; the area is zoned
 *	record		who has an area, at debug levels; spare ones are for calls that must not
 *			block
 *
 * Operations
 *	operation	this_cpu_add() and its like, on the copy of the CPU that the thread is on
 *	tier		how the process does them: by sequences, or by locked instructions
 *			(fallback)
 *	sequence	instructions that the kernel starts again if anything came between them
 *	index		what tells copies apart: the number of the CPU, or the thread's while it
 *			runs
 *	slow side	what an inlined operation does when it cannot be done inline
 *	held		said of a CPU whose copies a thread has to itself; others wait
 *	section		the code during which it has; a visit, if the thread need not be on that
 *			CPU
 *	word		what the window of an entry says: an address while its CPU is at rest;
 *			while it is held, a negative number that names the thread
 *	attention	how many wait for an entry's CPU
 *	successor	the one of them who gets it next
 *	mark		what a thread shows of an operation in the fallback tier; it is frozen
 *			while the handler of a signal that has interrupted the operation may wait
 *	fence		to have other threads pass a barrier, or give up their sequences
 *	pinned		said of a thread that stays on one CPU
 *
 * Numbers: every size that more than one file must agree on, in bytes, and the limits. Those of the
 * first chunk are in percpu/impl/alloc_info.h. The names are the kernel's where the kernel has one;
 * the kernel's PAGE_SIZE and PMD_SIZE carry our prefix, because programs and libc headers define
 * those names.
 *
 * Invariants (checked below): everything that a unit is cut into is a whole number of pages, and
 * an early dynamic area fits in the smallest unit.
 */
#ifndef PCPU_LAYOUT_H
#define PCPU_LAYOUT_H

#include <percpu/impl/alloc_info.h>

#include <stdint.h>

/* --- sizes --- */

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

/* What each CPU has in a file of copies (memory/file/copies_file.h). */
#define PCPU_FILE_UNIT (1UL << 20)

/*
 * The smallest free area worth keeping: sizeof(int), as in the kernel. A smaller rest beside an
 * allocation is a sliver and goes to a used neighbour; a chunk with nothing larger counts as full.
 */
#define PCPU_MIN_AREA 4

/* --- limits --- */

/* Limit on CPU numbers. */
#define PCPU_NR_CPUS 65536u

/* Limit on numbers of CPUs that threads can be sent to: as many as kernels are built for. */
#define PCPU_AFFINITY_CPUS 8192

/* Limit on node numbers, which are the kernel's; what is larger is taken as node 0. */
#define PCPU_NR_NODES 1024

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
