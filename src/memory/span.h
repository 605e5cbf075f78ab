/* SPDX-License-Identifier: MIT */
/*
 * span.h - which coordinates have an owner, and which of them are in the windows.
 *
 * A span is a range of coordinates, whole pages of them, that has one owner: a module's static
 * variables, or the units of a chunk. It is claimed first, so that nobody else gets it (coord.h),
 * and then committed: accessible in every open unit, with its initial values (open_units.h).
 *
 *	none -- pcpu_coord_claim() --> claimed -- pcpu_units_add_span() --> committed
 *	none <- pcpu_coord_release() - claimed <- pcpu_units_remove_span() -
 *
 * A chunk's span that goes while its neighbours stay is parked instead (pcpu_units_park_span).
 *
 * All are in one table, sorted by start; no two overlap.
 *
 * Who may do what. The table is read under pcpu_alloc_mutex or under the unit lock, and changed
 * under both: who claims holds the first and may allocate under it; a unit that opens, which may
 * happen in a signal handler whose thread is inside the allocator, holds the second, and allocates
 * nothing. So a longer array is allocated under the first alone, and put in its place under both.
 */
#ifndef PCPU_SPAN_H
#define PCPU_SPAN_H

#include "ground/lock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One run of bytes of a module that every copy starts with. */
struct pcpu_image {
	const char *start; /* where the bytes are */
	size_t size;       /* 0: none */
	uint32_t coord;    /* where they go in a window */
};

/* A module's sections, a kind each, and the copies that an executable has of others' variables. */
#define PCPU_SPAN_IMAGES 6

/* A span as its owner describes it. */
struct pcpu_span {
	uint32_t start; /* page-aligned coordinate */
	uint64_t size;  /* whole pages */
	struct pcpu_image images[PCPU_SPAN_IMAGES];
};

/* A span as it stands in the table. */
struct pcpu_span_record {
	uint64_t size;
	struct pcpu_image *images; /* PCPU_SPAN_IMAGES, or NULL: most have none, of thousands */
	uint32_t start;
	bool committed;
	bool parked;    /* committed, but nobody's: until a chunk takes it (open_units.h) */
	bool inherited; /* committed in a process that this one's copies are shared with */
};

struct pcpu_span_table {
	struct pcpu_span_record *records;
	unsigned int nr, room;
};
extern struct pcpu_span_table pcpu_spans;

/* The unit lock: the table's second one, and that of all that is common to the open units. */
extern struct pcpu_mutex pcpu_unit_lock;

static inline uint64_t pcpu_span_end(const struct pcpu_span_record *record)
{
	return record->start + record->size;
}

/* The index of the first span that ends above @coord; pcpu_spans.nr if there is none. */
unsigned int pcpu_spans_first_above(uint64_t coord);

/* The span that starts at @start, or NULL. */
struct pcpu_span_record *pcpu_spans_find(uint32_t start);

/*
 * In the child of a process that shares its copies, while it has one thread: the spans that are
 * committed are others' too. Under pcpu_alloc_mutex.
 */
void pcpu_spans_inherit(void);

/* Whether @coord is in one of these. Under pcpu_alloc_mutex. */
bool pcpu_spans_are_inherited_at(uint32_t coord);

/* Sees to it that there is room for one more. 0 or -ENOMEM. Under pcpu_alloc_mutex alone. */
int pcpu_spans_make_room(void);

/* Makes [start, start + size) a claimed span, the one of index @at; there is room for it. */
void pcpu_spans_insert(unsigned int at, uint64_t start, uint64_t size);

/* Has the span of index @at, which is claimed and not committed, be no more. */
void pcpu_spans_remove(unsigned int at);

#endif /* PCPU_SPAN_H */
