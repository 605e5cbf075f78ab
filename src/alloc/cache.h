/* SPDX-License-Identifier: MIT */
/*
 * cache.h - a cache of areas for each CPU: for every size up to PCPU_CACHE_MAX_SIZE a magazine of
 * areas that are allocated in their map, but that nobody has (cached areas).
 *
 *	alloc_percpu(8) on CPU 3	pops an area from CPU 3's magazine, and notes it as lent
 *	free_percpu() on CPU 3		pushes it back, if it is noted there
 *	free_percpu() on CPU 5		live -> cached, and pushes it to CPU 5's magazine
 *
 * All take only the CPU's lock, which costs no atomic instruction and is never waited for
 * (cpu_lock.h). What is lent has not been made live yet, in the codes of its block (loans.h); what
 * is not lent is freed by an atomic change of its code. There and by the notes a double free is
 * found. Where there is nothing to pop or no room to push, several areas at once are taken from a
 * map or given back to theirs (refill.h). So threads on different CPUs write to the same lines only
 * when one frees what the other allocated; and, so that they do not share lines of codes either,
 * each CPU fills its magazines from a page of its own (block->taken).
 *
 * A magazine is for one exact size. The areas in it are aligned to the largest power of two that
 * divides the size, or to a cache line: so every one of them serves every object of that size, of
 * whatever type.
 *
 *	struct pcpu_cache
 *	| lock | loans | by_size | magazines[1 .. 256]: NULL until the CPU's first use of the size |
 *	                               |
 *	                               v
 *	             | nr | room | batch | dirty | coords[nr], the last pushed on top |
 */
#ifndef PCPU_CACHE_H
#define PCPU_CACHE_H

#include "alloc/chunk/chunk.h"
#include "alloc/loans.h"
#include "arch/probe.h"
#include "cpu/cpu_lock.h"
#include "events/count.h"

#include <stdbool.h>
#include <stdint.h>

#define PCPU_CACHE_MAX_SIZE 256
#define PCPU_CACHE_MAX_ALIGN 64
#define PCPU_MAGAZINE_ROOM 60

/* An area: where it is, and whether it may be something else than zero in some unit. */
struct pcpu_area {
	uint32_t coord;
	bool dirty;
};

struct pcpu_magazine {
	uint16_t nr;    /* areas in it */
	uint16_t room;  /* that it may have; by size, or 0: closed (shrink.h) */
	uint16_t batch; /* to take at once when it is empty; under pcpu_alloc_mutex */
	uint64_t dirty; /* bit i: coords[i] may be something else than zero in some unit */
	uint32_t coords[PCPU_MAGAZINE_ROOM];
};

/* Whoever counts areas reads the number without the lock. */
static inline void pcpu_magazine_set_nr(struct pcpu_magazine *magazine, int nr)
{
	__atomic_store_n(&magazine->nr, (uint16_t)nr, __ATOMIC_RELAXED);
}

/* All protected by the lock, but for what is said of pcpu_alloc_mutex. */
struct pcpu_cache {
	struct pcpu_cpu_lock lock;
	struct pcpu_loans loans;
	struct pcpu_stat_size *by_size; /* the CPU's, in the page: pcpu_cache_served() */
	struct pcpu_block *block;       /* where it is filled from; under pcpu_alloc_mutex */
	/* The last magazine to which an area was pushed that was not lent, and its size. */
	struct pcpu_magazine *last;
	int last_size;
	struct pcpu_magazine *magazines[PCPU_CACHE_MAX_SIZE + 1];
};

_Static_assert(PCPU_CACHE_MAX_SIZE == PCPU_STAT_SIZES, "what caches serve is counted by size");

/*
 * Whether there are caches. A new process (new_process.h) finds that there are none, so it does not
 * count in its parent's page, until that is mended.
 */
#define pcpu_cache_on pcpu_wiped.caches_on

/* Whether there is the short way as well, below. */
#define pcpu_cache_is_quick pcpu_wiped.caches_are_quick

/* Has them be on or off from now on. Before there are threads. */
void pcpu_cache_turn(bool on);

/* In a child: they are what pcpu_cache_turn() has said last. */
void pcpu_cache_after_fork(void);

/*
 * How many tracers want to see each area (arch/probe.h): a semaphore, which they set themselves.
 *
 * The gate is two words, written by two who know nothing of each other, and read one after the
 * other: it may be that a call sees a tracer late or a little longer, never that it counts in a
 * parent's page. They cannot be one. The kernel empties a page for a new process only if it is no
 * file's (MADV_WIPEONFORK), and finds a semaphore only in a page that is the file's (its offset
 * there is in the probe's note).
 *
 *	caches_are_quick   set before there are threads; 0 in a new process, by the kernel
 *	watched            raised and lowered by tracers at any moment
 */
struct pcpu_gate {
	uint16_t watched;
};
extern struct pcpu_gate pcpu_gate PCPU_HIDDEN;

static inline bool pcpu_gate_is_watched(void)
{
	return __atomic_load_n(&pcpu_gate.watched, __ATOMIC_RELAXED) != 0;
}

/* Whether a call may take the short way: there is one, and nobody watches. Mostly so. */
static inline bool pcpu_gate_is_open(void)
{
	return __builtin_expect(pcpu_cache_is_quick, 1) &&
	       __builtin_expect(!pcpu_gate_is_watched(), 1);
}

/* How many magazines there are: each has PCPU_MAGAZINE_ROOM areas at most. */
extern unsigned int pcpu_nr_magazines;

static inline int pcpu_cache_align(int size)
{
	int divisor = size & -size;

	return divisor < PCPU_CACHE_MAX_ALIGN ? divisor : PCPU_CACHE_MAX_ALIGN;
}

/* Whether areas of @size and @align, any numbers, are kept in caches, if there are any. */
static inline bool pcpu_cache_fits(size_t size, size_t align)
{
	return size - 1 < PCPU_CACHE_MAX_SIZE && align - 1 < PCPU_CACHE_MAX_ALIGN &&
	       ((align | size) & (align - 1)) == 0;
}

/* The same, and whether there are any. */
static inline bool pcpu_cache_serves(size_t size, size_t align)
{
	return pcpu_cache_on && pcpu_cache_fits(size, align);
}

/*
 * Pops an area of @size, which the caches serve: it is lent (loans.h), or live. Its coordinate is 0
 * if there is none to be had. Without any mutex.
 */
struct pcpu_area pcpu_cache_get(int size);

/* The same with the lock of @cache, which is dropped. */
struct pcpu_area pcpu_cache_get_held(struct pcpu_cache *cache, int size);

/*
 * Pushes the area at @coord, which is lent or live, and then cached. Without any mutex. False: it
 * is neither, as far as this CPU knows, or not one for which there is room; then nothing has
 * changed for others.
 */
bool pcpu_cache_put(uint32_t coord);

/*
 * The same with the lock of @cache, which is dropped. If the area is lent by it, the magazine that
 * it is from has no room.
 */
bool pcpu_cache_put_held(struct pcpu_cache *cache, uint32_t coord);

/*
 * --- the short way, without a call: an area is popped and lent, or what was lent is pushed back.
 * Whatever else comes up is left to the functions above, with the lock where the caller has it. ---
 */

/* The cache of this CPU, with its lock; NULL: not to be had in the short way. Which there is. */
static inline struct pcpu_cache *pcpu_cache_enter_fast(void)
{
#ifndef __PCPU_NO_INLINE_SEQUENCE
	if (__builtin_expect(pcpu_cpu_lock_me() != 0, 1))
		/* the lock is the first thing in the cache */
		return (struct pcpu_cache *)pcpu_cpu_lock_sequence(pcpu_cpu_lock_me());
#endif
	return NULL;
}

static inline void pcpu_cache_leave(struct pcpu_cache *cache)
{
	pcpu_cpu_unlock(&cache->lock);
}

/* They are made under pcpu_alloc_mutex, while others may look. */
static inline struct pcpu_magazine *pcpu_cache_magazine(const struct pcpu_cache *cache, int size)
{
	return __atomic_load_n(&cache->magazines[size], __ATOMIC_ACQUIRE);
}

/*
 * What is counted of @size (count.h). By way of the cache: a magazine is known later, and an
 * addition whose place is known late is a twentieth of a pair of alloc and free.
 */
static inline struct pcpu_stat_size *pcpu_cache_served(const struct pcpu_cache *cache, int size)
{
	return &cache->by_size[size - 1];
}

/* Takes an area out, and leaves it to the caller to lend it. False: there is none. */
static inline bool pcpu_cache_take(struct pcpu_cache *cache, int size, struct pcpu_area *area)
{
	struct pcpu_magazine *magazine = pcpu_cache_magazine(cache, size);
	unsigned int at;

	if (__builtin_expect(!magazine || magazine->nr == 0, 0))
		return false;
	at = magazine->nr - 1U;
	pcpu_magazine_set_nr(magazine, (int)at);
	area->coord = magazine->coords[at];
	area->dirty = magazine->dirty >> at & 1;
	magazine->dirty &= ~(1UL << at);
	pcpu_add_alone(&pcpu_cache_served(cache, size)->allocs, 1);
	return true;
}

/* The same if there is room for a note; it is lent, and the lock is dropped. */
static inline bool pcpu_cache_lend(struct pcpu_cache *cache, int size, struct pcpu_area *area)
{
	const unsigned int lent = cache->loans.nr;

	if (__builtin_expect(!pcpu_loans_have_room(&cache->loans), 0) ||
	    !pcpu_cache_take(cache, size, area))
		return false;
	pcpu_loans_note(&cache->loans, lent, area->coord, size);
	pcpu_cache_leave(cache);
	return true;
}

/* The area's code says that it is cached. There is room for it in the magazine of @size. */
static inline void pcpu_cache_add(struct pcpu_cache *cache, int size,
				  struct pcpu_magazine *magazine, uint32_t coord)
{
	magazine->dirty |= 1UL << magazine->nr;
	magazine->coords[magazine->nr] = coord;
	pcpu_magazine_set_nr(magazine, magazine->nr + 1);
	pcpu_add_alone(&pcpu_cache_served(cache, size)->frees, 1);
}

/* If it was lent, it goes back to where it came from, if there is room; and the lock is dropped. */
static inline bool pcpu_cache_take_back(struct pcpu_cache *cache, uint32_t coord)
{
	struct pcpu_loans *loans = &cache->loans;
	struct pcpu_magazine *magazine;
	int size;

	if (!pcpu_loans_bring(loans, coord))
		return false;
	size = loans->sizes[loans->nr - 1];
	magazine = cache->magazines[size];
	if (__builtin_expect(magazine->nr == magazine->room, 0))
		return false;
	pcpu_loans_remove_last(loans);
	pcpu_cache_add(cache, size, magazine, coord);
	pcpu_cache_leave(cache);
	return true;
}

/* --- under pcpu_alloc_mutex --- */

/* What is counted of @cache, beside by_size. */
static inline struct pcpu_stat_counts *pcpu_cache_counts(const struct pcpu_cache *cache)
{
	void *block = (char *)cache->by_size - offsetof(struct pcpu_stat_block, by_size);

	return &((struct pcpu_stat_block *)block)->counts;
}

/* @nr areas of @size come to @cache from the maps, or go back there. */
static inline void pcpu_cache_count_refill(const struct pcpu_cache *cache, int size, int nr)
{
	struct pcpu_stat_counts *counts = pcpu_cache_counts(cache);

	pcpu_add_alone(&counts->refills, 1);
	pcpu_add_alone(&counts->refilled_areas, (uint64_t)nr);
	pcpu_add_alone(&counts->refilled_bytes, (uint64_t)nr * (unsigned int)size);
}

static inline void pcpu_cache_count_return(const struct pcpu_cache *cache, int size, int nr)
{
	struct pcpu_stat_counts *counts = pcpu_cache_counts(cache);

	pcpu_add_alone(&counts->returns, 1);
	pcpu_add_alone(&counts->returned_areas, (uint64_t)nr);
	pcpu_add_alone(&counts->returned_bytes, (uint64_t)nr * (unsigned int)size);
}

/*
 * The cache of the CPU that the caller is on, with a magazine for @size. Makes what is not there.
 * NULL: no memory, or a thread that cannot take a CPU's lock. The thread may migrate at any moment;
 * so what is said of it may be true of another CPU than the one that the thread is then on.
 */
struct pcpu_cache *pcpu_cache_here(int size);

/* Has @magazine, which is for areas of @size, take as many as it may have. */
void pcpu_magazine_open(struct pcpu_magazine *magazine, int size);

/*
 * Pushes @nr cached areas of @size to the cache of the CPU that the caller is on. Returns how many
 * went in, of the first.
 */
int pcpu_cache_fill(int size, const struct pcpu_area *areas, int nr);

/*
 * If that cache has no room for another area of @size, takes the older half of them out. Returns
 * how many; at most PCPU_MAGAZINE_ROOM / 2.
 */
int pcpu_cache_drain(int size, uint32_t *coords);

#endif /* PCPU_CACHE_H */
