/* SPDX-License-Identifier: MIT */
/*
 * count.h - the library counts its own life, in the page that it publishes
 * (percpu/impl/stat_page.h).
 *
 * Each CPU has a block of its own in the page. What is counted with the lock of the CPU's cache, or
 * under pcpu_alloc_mutex, is a plain addition; anything else an atomic one, in the block of the CPU
 * that it is about. That is right in handlers of signals and in both tiers. These are no per-CPU
 * variables, which are memory that only the process sees; and much of it is counted on the slow
 * side of operations, which cannot use any.
 *
 * The page is made when a unit opens first, or a cache is made: so every count of either has it.
 * Where there is no memory for it, and in a process that the library has not been told of
 * (new_process.h), whose page is its parent's, counts go elsewhere. They are in the page from the
 * next time that one is made.
 */
#ifndef PCPU_COUNT_H
#define PCPU_COUNT_H

#include "add_alone.h"
#include "ground/hidden.h"
#include "ground/system/new_process.h"

#include <percpu/impl/stat_page.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcpu_stat_page {
	struct pcpu_stat_header header;
	struct pcpu_stat_block blocks[];
};

/* NULL: there is none yet, or none is to be had. */
extern struct pcpu_stat_page *pcpu_stat PCPU_HIDDEN;

/* What there is now, as the page's header is to say it; under pcpu_alloc_mutex. */
extern struct pcpu_stat_header pcpu_stat_now PCPU_HIDDEN;

/* Where counts go that have no page. */
extern struct pcpu_stat_counts pcpu_stat_elsewhere PCPU_HIDDEN;

static inline struct pcpu_stat_page *pcpu_stat_mine(void)
{
	struct pcpu_stat_page *page = __atomic_load_n(&pcpu_stat, __ATOMIC_ACQUIRE);

	return pcpu_process_is_new() ? NULL : page;
}

static inline struct pcpu_stat_counts *pcpu_counts_of(unsigned int cpu)
{
	struct pcpu_stat_page *page = pcpu_stat_mine();

	return __builtin_expect(page != NULL, 1) ? &page->blocks[cpu].counts : &pcpu_stat_elsewhere;
}

/* Adds @nr to the count @what of @cpu. From anywhere. */
#define pcpu_count(cpu, what, nr) \
	((void)__atomic_fetch_add(&pcpu_counts_of(cpu)->what, (nr), __ATOMIC_RELAXED))

/* From pcpu_stat_tell() on the header says that @what is @value. */
#define pcpu_stat_set(what, value) \
	__atomic_store_n(&pcpu_stat_now.what, (uint64_t)(value), __ATOMIC_RELAXED)

/* The same of what seldom changes: what comes behind largest_free. */
#define pcpu_stat_set_seldom(what, value) \
	(pcpu_stat_set(what, value), (void)(pcpu_stat_more = true))
extern bool pcpu_stat_more PCPU_HIDDEN;

/* Has the header say what there is now; under pcpu_alloc_mutex, before it is dropped. */
void pcpu_stat_tell(void);

/* Something that took @ns has been done to @cpu. From anywhere. */
void pcpu_count_hold(unsigned int cpu, uint64_t ns);
void pcpu_count_wait(unsigned int cpu, uint64_t ns);

/* CLOCK_MONOTONIC, ns; 1 where it is refused, and never 0. Signal-safe. */
uint64_t pcpu_stat_clock(void);

/* The time since pcpu_stat_clock() was @began; 0 where it is refused by now. */
uint64_t pcpu_stat_since(uint64_t began);

#endif /* PCPU_COUNT_H */
