/* SPDX-License-Identifier: MIT */
/*
 * books.h - how many areas there are, and how many calls there have been. What passes through a
 * cache is counted there (cache.h).
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_BOOKS_H
#define PCPU_BOOKS_H

#include <stddef.h>
#include <stdint.h>

/* What the counters of the allocator say. Areas: live ones and those that wait in caches. */
struct pcpu_alloc_counts {
	uint64_t nr_alloc, nr_free;            /* calls that succeeded */
	uint64_t nr_areas, nr_max_areas;       /* now, and at most */
	size_t min_alloc_size, max_alloc_size; /* asked for; 0: none yet */
	uint64_t nr_cached, cached_bytes;      /* areas that wait in caches */
};

/* All of them, those of the caches too. */
void pcpu_alloc_count(struct pcpu_alloc_counts *counts);

/* Areas that there are, live and cached; and how many maps have ever given and taken back. */
uint64_t pcpu_books_nr_areas(void);
uint64_t pcpu_books_nr_handed_out(void);
uint64_t pcpu_books_nr_taken_back(void);

/* @nr areas come to be, or cease to if it is negative. */
void pcpu_books_add_areas(int nr);

/* No areas are counted any more as being there. */
void pcpu_books_forget_areas(void);

/* A call has succeeded that no cache has counted: one for @size bytes, or one that frees. */
void pcpu_books_note_alloc(size_t size);
void pcpu_books_note_free(void);

/*
 * In a child, before it has a page of its own (events/publish.h): calls are counted anew, and of
 * its parent's there are those that areas have come from which are live.
 */
void pcpu_books_after_fork(void);

#endif /* PCPU_BOOKS_H */
