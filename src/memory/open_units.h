/* SPDX-License-Identifier: MIT */
/*
 * open_units.h - what the open units have in common: the spans that are committed in their windows.
 *
 * Invariant, under the unit lock: a committed span's pages are accessible in every open unit, and
 * in no other; those of a span that is only claimed, or of none, are so nowhere. (A parked span is
 * committed.)
 *
 * With shared copies any process may open a unit, for all of them; but it can make no page
 * accessible in another one. So from percpu_share() on a committed span's pages are accessible in
 * all windows, with initial values if the span came later than that; what opening a unit still does
 * is to copy the initial values, and to put the window among those that are open. That list is
 * shared too. One thread of all processes opens at a time, under a lock that is taken from those
 * who die with it (pcpu_opening_begin; U1 to U6 are in tests/model/opener.pml). Until then
 * the pages are zero, and in no core dump: the kernel would make them resident for it. They are in
 * those of who opens the unit, and of others from the next time that these look at the list
 * (pcpu_open_units_keep_in_cores).
 */
#ifndef PCPU_OPEN_UNITS_H
#define PCPU_OPEN_UNITS_H

#include "memory/span.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The windows of the open units, in the order of their opening. A unit is among them before
 * anybody can write to it; one that comes while somebody walks over them has nothing in it but
 * initial values, and zeros in its chunks. Appended to under the unit lock, read by anybody.
 */
extern uintptr_t *pcpu_open_windows;

/* The CPUs whose windows these are, in the same order. */
extern unsigned int *pcpu_open_cpus;

/* How many units are open. */
static inline unsigned int pcpu_units_nr_open(void)
{
	extern unsigned int *pcpu_nr_open_windows;

	return __atomic_load_n(pcpu_nr_open_windows, __ATOMIC_ACQUIRE);
}

/*
 * pcpu_for_each_open_cpu() - run a statement with the unsigned int @cpu set to each CPU whose unit
 * is open: what costs what the CPUs used cost, not those that are possible. Each comes once; one
 * whose unit opens meanwhile does not come. No lock is needed, in handlers of signals neither. Its
 * entry may not be published yet, or never will be if who opens it is killed (percpu_unit_is_open).
 */
#define pcpu_for_each_open_cpu(cpu)                                      \
	for (unsigned int at_##cpu = 0, nr_##cpu = pcpu_units_nr_open(); \
	     at_##cpu < nr_##cpu && ((cpu) = pcpu_open_cpus[at_##cpu], true); at_##cpu++)

/* The windows that have the spans: those of the open units, or all. Under the unit lock. */
extern uintptr_t *pcpu_committed_windows;
extern unsigned int pcpu_nr_committed_windows;

/* Makes the list, for @nr units at most. 0 or -ENOMEM. Once. */
int pcpu_open_units_init(unsigned int nr);

/*
 * For a unit that is about to open: brings everything into its window that is in the others', and
 * then puts it among them. 0 or a negative errno. Both under the unit lock.
 */
int pcpu_open_units_fill(uintptr_t window);
void pcpu_open_units_append(uintptr_t window, unsigned int cpu);

/*
 * For an open unit whose window is going to be mapped anew: keeps what is in its spans, in a copy
 * of *@size bytes. NULL: no memory. It is the caller's to free (pcpu_mem_free). Under
 * pcpu_alloc_mutex.
 */
char *pcpu_open_units_keep(uintptr_t window, size_t *size);

/*
 * Brings the spans, and what was @kept, into the window, which is as if nothing had been in it.
 * Pages of zeros stay as good as untouched. 0, or a negative errno and the window is as it was.
 * Under the unit lock.
 */
int pcpu_open_units_restore(uintptr_t window, const char *kept);

/*
 * For a closed unit of a process that is going to share its copies, and whose window has nothing in
 * it: brings the spans into it, without their initial values. 0 or a negative errno. Or has it that
 * no such thing has been done to any window. Under the unit lock.
 */
int pcpu_open_units_prepare(uintptr_t window);
void pcpu_open_units_forget_prepared(void);

/* Has the list of the open units shared with the children of the process. 0 or a negative errno. */
int pcpu_open_units_share(void);

/* Takes that back, or its attempt. */
void pcpu_open_units_unshare(void);

/*
 * Has this process's core dumps have the units that other processes have opened. Under the unit
 * lock.
 */
void pcpu_open_units_keep_in_cores(void);

/*
 * Between these nobody else opens a unit: no other process either, where the list is shared. Under
 * the unit lock.
 */
void pcpu_opening_begin(void);
void pcpu_opening_end(void);

/* Takes the spans away from a window, if it has them, with what is in them. Under the unit lock. */
void pcpu_open_units_drop(uintptr_t window);

/*
 * Commits @span, which is claimed, in every unit, open now or later. 0; -EINVAL if that is no
 * claim; or another negative errno. If it fails, nothing has changed. Under pcpu_alloc_mutex.
 */
int pcpu_units_add_span(const struct pcpu_span *span);

/*
 * Takes the span at coordinate @start away from every unit; its memory is given back. It stays
 * claimed. Under pcpu_alloc_mutex.
 */
void pcpu_units_remove_span(uint32_t start);

/*
 * Parking. A span that goes between two that stay would leave a hole in every open unit, and each
 * of these two mappings more: with many chunks and CPUs the process would come to have as many as
 * the kernel lets it (vm.max_map_count), and could map nothing at all any more. So it is only
 * emptied, and stays accessible, claimed and committed, until another chunk takes it. What is
 * parked is zero when it is taken, whoever has written to it, and has no memory in cores of memory
 * that is the process's own. Of shared memory the kernel would make it resident to dump it: there
 * the first holes are made in spite of the mappings that they cost.
 *
 * Under pcpu_alloc_mutex.
 */

/* Parks the span at @start, which is committed and has no images, if that is how it can go. */
bool pcpu_units_park_span(uint32_t start);

/* How many there are. */
unsigned int pcpu_units_nr_parked(void);

/* Takes a parked span of @size bytes for a chunk: its @start. False: there is none. */
bool pcpu_units_take_parked(uint64_t size, uint32_t *start);

/*
 * As pcpu_units_remove_span(), and for the parked spans beside it too. [*from, *to) becomes what
 * all of them have: each stays claimed.
 */
void pcpu_units_remove_with_parked(uint32_t start, uint64_t *from, uint64_t *to);

/*
 * For who has to have the coordinates [start, end): removes the parked spans that overlap them;
 * they stay claimed. False: others overlap too, and nothing has changed.
 */
bool pcpu_units_remove_parked(uint64_t start, uint64_t end);

#endif /* PCPU_OPEN_UNITS_H */
