/* SPDX-License-Identifier: MIT */
/*
 * debug_record.h - who has which area, and who had the last ones that were freed.
 *
 *	records		every live area, in a hash table by the coordinate of its object
 *	history		the last PCPU_HISTORY areas that were freed, in a ring; looked through only
 *			on the way to a fatal message
 *
 * A few records are kept in spare for calls that must not block.
 */
#ifndef PCPU_DEBUG_RECORD_H
#define PCPU_DEBUG_RECORD_H

#include "debug/redzone.h"
#include "ground/lock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCPU_HISTORY 1024

/* The debug level (debug.h); 0: none. Set before there are threads. */
extern int pcpu_debug_level;

/* The debug lock, which protects all of them. */
extern struct pcpu_mutex pcpu_debug_mutex;

static inline void pcpu_debug_lock(void)
{
	pcpu_mutex_lock(&pcpu_debug_mutex);
}

/* False: another thread has taken it. */
static inline bool pcpu_debug_trylock(void)
{
	return pcpu_mutex_trylock(&pcpu_debug_mutex);
}

static inline void pcpu_debug_unlock(void)
{
	pcpu_mutex_unlock(&pcpu_debug_mutex);
}

struct pcpu_record {
	struct pcpu_record *next; /* in its bucket, or in the spare */
	struct pcpu_zoned zoned;
	uint64_t sequence;     /* this many allocations were made before and up to this one */
	const void *allocated; /* by a call that returns to here; NULL: not known */
	const void *freed;     /* the same, in the history */
};

/* --- under pcpu_debug_mutex; debuggers look at the first two (calls/debugger.c) --- */

extern struct pcpu_record_table {
	struct pcpu_record **buckets;
	unsigned int bits; /* of the number of buckets */
	size_t nr;         /* records */
	uint64_t nr_ever;
} pcpu_records;

extern struct pcpu_record_history {
	uint64_t nr; /* ever; the last is at index (nr - 1) % PCPU_HISTORY */
	struct pcpu_record records[PCPU_HISTORY];
} pcpu_history;

/* A record of nothing. Without @may_block it comes from the spare. NULL: no memory. */
struct pcpu_record *pcpu_record_new(bool may_block);

/* Gives back a record that is in no table: to the spare if something is missing there. */
void pcpu_record_drop(struct pcpu_record *record);

/* Fills the spare, as far as there is memory. By a call that may block. */
void pcpu_records_keep_spare(void);

/*
 * Puts the record, whose fields are filled in but for the sequence number, into the table. With
 * @may_block the table grows if it should.
 */
void pcpu_record_insert(struct pcpu_record *record, bool may_block);

/* Takes the record of the object that starts at @coord out of the table. NULL: there is none. */
struct pcpu_record *pcpu_record_remove(uint32_t coord);

/* The record of the area that @coord lies in, redzones included, or NULL. A look at all of them. */
const struct pcpu_record *pcpu_record_around(uint32_t coord);

/* How many there are, and a call of @fn for each. */
size_t pcpu_records_count(void);
void pcpu_records_each(void (*fn)(const struct pcpu_record *record, void *ctx), void *ctx);

/*
 * Forgets all of them: the areas are another process's. Their memory is not given back: in a child
 * that was made without the handlers of fork(), another thread may have been in the middle of it.
 */
void pcpu_records_forget(void);

/* Adds a copy of @record to the history. */
void pcpu_history_add(const struct pcpu_record *record);

/* The last one that was freed and had @coord in it, redzones included. NULL: none that is known. */
const struct pcpu_record *pcpu_history_around(uint32_t coord);

#endif /* PCPU_DEBUG_RECORD_H */
