/* SPDX-License-Identifier: MIT */
/*
 * alloc.c - areas of the units; see alloc.h. Where there is room for one is found by find.c.
 *
 * For a cache, several areas of one size are taken at once, from the page that its CPU has taken
 * for itself. When that has no more, the CPU takes the first page on the same walk that serves, and
 * that no other CPU has taken. Where all are, areas are given out singly, as if there were no
 * caches: a chunk is made only where there is no room at all.
 *
 * When a second chunk becomes wholly free, the older one is given back: so one stays, and an
 * allocation that comes and goes at the border of a chunk does not make and destroy it each time.
 */
#include "alloc/alloc.h"
#include "alloc/find.h"
#include "alloc/slot.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "memory/copies.h"

#include <percpu/alloc.h>

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

bool pcpu_alloc_is_parents;

/* Bytes that are given back without letting others allocate: about a millisecond. */
#define TRIM_AT_ONCE ((size_t)4 << 20)

/* How many failures are still reported, in the life of the process. */
#define WARN_LIMIT 10

static struct pcpu_alloc_counts counts;

/* --- handing out and taking back --- */

static void count_area(int areas)
{
	counts.nr_areas += (uint64_t)(int64_t)areas;
	if (counts.nr_areas > counts.nr_max_areas)
		counts.nr_max_areas = counts.nr_areas;
}

/* Makes the pages of an area resident, if that is wanted. */
static int populate(const struct pcpu_attempt *attempt, struct pcpu_chunk *chunk, int off, int size)
{
	uint64_t from, end;

	/* with what may become part of it */
	size += PCPU_MIN_AREA - 1;
	if (off + size > chunk->end)
		size = chunk->end - off;
	if (pcpu_chunk_is_resident(chunk, off, size))
		return 0;
	if (!attempt->may_block)
		return -EAGAIN;
	from = pcpu_page_floor((uint64_t)off);
	end = pcpu_page_ceil((uint64_t)off + (uint64_t)size);
	return pcpu_units_populate(pcpu_chunk_coord(chunk, (int)from), end - from);
}

static void destroy(struct pcpu_chunk *chunk)
{
	pcpu_cache_forget(chunk);
	pcpu_chunk_destroy(chunk);
}

/* Destroys the wholly free chunks but the one that became so last, which is at the front. */
static void reclaim(void)
{
	int slot = pcpu_nr_slots - 1;
	struct pcpu_chunk *chunk = pcpu_slot_first(slot), *next;

	for (chunk = chunk ? pcpu_slot_next(slot, chunk) : NULL; chunk; chunk = next) {
		next = pcpu_slot_next(slot, chunk);
		destroy(chunk);
	}
}

/*
 * After @nr areas of @chunk, which was in @slot, have become free. Their bytes have been noted as
 * touched (pcpu_chunk_touch): an area can be larger than what was asked for, and who gets it from a
 * cache may use all of it.
 */
static void freed_in(struct pcpu_chunk *chunk, int slot, int nr)
{
	count_area(-nr);
	pcpu_chunk_relocate(chunk, slot);
	pcpu_slot_clear_exhausted(slot);
	if (pcpu_area_map_free_size(&chunk->map) == pcpu_unit_size)
		reclaim();
}

/* Gives the cached area at @coord back to its map. */
static void release(uint32_t coord)
{
	struct pcpu_chunk *chunk = pcpu_chunk_find(coord);
	int slot = pcpu_chunk_slot(chunk), off = pcpu_chunk_offset(chunk, coord);

	pcpu_chunk_touch(chunk, off, pcpu_area_map_release(&chunk->map, off));
	freed_in(chunk, slot, 1);
}

static void note_size(struct pcpu_chunk *chunk, int size)
{
	if (size > chunk->max_alloc_size)
		chunk->max_alloc_size = size;
}

/* Makes an area of what pcpu_find_area() found. */
static bool hand_out(struct pcpu_attempt *attempt, struct pcpu_chunk *chunk, int off,
		     struct pcpu_area *area)
{
	count_area(1);
	if (populate(attempt, chunk, off, attempt->size)) {
		int slot = pcpu_chunk_slot(chunk);

		pcpu_area_map_free(&chunk->map, off);
		freed_in(chunk, slot, 1);
		attempt->failure = "cannot populate";
		return false;
	}
	area->coord = pcpu_chunk_coord(chunk, off);
	area->dirty = pcpu_chunk_touch(chunk, off, attempt->size);
	note_size(chunk, attempt->size);
	return true;
}

static bool alloc_one(struct pcpu_attempt *attempt, struct pcpu_area *area)
{
	struct pcpu_chunk *chunk = NULL;
	int off = pcpu_find_area(attempt, &chunk);

	if (off < 0 || !hand_out(attempt, chunk, off, area))
		return false;
	if (attempt->may_block)
		pcpu_keep_stock(chunk);
	return true;
}

/* --- filling and draining caches --- */

static int untaken_block(struct pcpu_chunk *chunk, struct pcpu_attempt *attempt)
{
	return pcpu_area_map_find_block(&chunk->map, attempt->size, attempt->align);
}

static int area_at_page(struct pcpu_chunk *chunk, struct pcpu_attempt *attempt)
{
	struct pcpu_map_growth growth;
	int off;

	while ((off = pcpu_area_map_cache_page(&chunk->map, attempt->size, &growth)) ==
	       PCPU_MAP_MUST_GROW)
		if (pcpu_find_grow(attempt, &growth))
			return -1;
	return off;
}

/* Holds up to @nr areas that start in @block; @offs become their offsets in its chunk. */
static int cache_in_block(const struct pcpu_attempt *attempt, struct pcpu_block *block, int *offs,
			 int nr)
{
	struct pcpu_chunk *chunk = block->owner;
	int slot = pcpu_chunk_slot(chunk), index = (int)(block - chunk->map.blocks), got;
	struct pcpu_map_growth growth;

	while ((got = pcpu_area_map_cache(&chunk->map, index, attempt->size, attempt->align, offs,
					 nr, &growth)) == PCPU_MAP_MUST_GROW)
		if (pcpu_find_grow(attempt, &growth))
			return 0;
	pcpu_chunk_relocate(chunk, slot);
	return got;
}

/*
 * Has the cache take another block: the first on the walk in which an area of the size can start,
 * and that no CPU has taken; else the first page that free space reaches over, of which it holds
 * the first area right away. Returns how many it holds, or -1: there is no such block.
 */
static int take_block(struct pcpu_cache *cache, struct pcpu_attempt *attempt, int *offs)
{
	struct pcpu_chunk *chunk;
	int block = pcpu_walk(attempt, untaken_block, &chunk), nr_taken = 0;

	if (cache->block)
		cache->block->taken = false;
	cache->block = NULL;
	if (block < 0) {
		offs[0] = pcpu_walk(attempt, area_at_page, &chunk);
		if (offs[0] < 0)
			return -1;
		block = offs[0] / PCPU_BLOCK_SIZE;
		nr_taken = 1;
	}
	cache->block = &chunk->map.blocks[block];
	cache->block->taken = true;
	return nr_taken;
}

/* Holds areas in the block of @cache, or in another that it takes. Their number, maybe 0. */
static int hold_for(struct pcpu_cache *cache, struct pcpu_attempt *attempt,
		    struct pcpu_chunk **chunk, int *offs, int nr)
{
	int got = 0, from_block;

	if (cache->block)
		got = cache_in_block(attempt, cache->block, offs, nr);
	if (got == 0) {
		from_block = take_block(cache, attempt, offs);
		if (from_block < 0)
			return 0;
		got = from_block + cache_in_block(attempt, cache->block, offs + from_block, nr - from_block);
	}
	*chunk = cache->block->owner;
	return got;
}

/* Makes areas of @nr cached offsets of @chunk. If they cannot be populated, it gets them back. */
static bool hand_out_cached(struct pcpu_attempt *attempt, struct pcpu_chunk *chunk, const int *offs,
			  struct pcpu_area *areas, int nr)
{
	int last = offs[nr - 1] + attempt->size;
	int err = populate(attempt, chunk, offs[0], last - offs[0]);

	count_area(nr);
	note_size(chunk, attempt->size);
	for (int i = 0; i < nr; i++) {
		areas[i].coord = pcpu_chunk_coord(chunk, offs[i]);
		if (!err)
			areas[i].dirty = pcpu_chunk_touch(chunk, offs[i], attempt->size);
		else
			release(areas[i].coord);
	}
	if (err)
		attempt->failure = "cannot populate";
	return !err;
}

static bool make_live(const struct pcpu_area *area)
{
	struct pcpu_block *block = pcpu_block_at(area->coord);

	return pcpu_code_exchange(pcpu_block_codes(block), pcpu_within_block(area->coord),
				  PCPU_CACHED, PCPU_LIVE);
}

/*
 * Takes areas for the cache of this CPU, and the first of them for the caller. False: there are
 * none to be had in this way.
 */
static bool alloc_several(struct pcpu_attempt *attempt, struct pcpu_area *area)
{
	struct pcpu_cache *cache = pcpu_cache_here(attempt->size);
	struct pcpu_area areas[PCPU_MAGAZINE_ROOM];
	struct pcpu_magazine *magazine;
	int offs[PCPU_MAGAZINE_ROOM], nr;
	struct pcpu_chunk *chunk;

	if (!cache)
		return false;
	/* the more often it is empty, the more is taken at once */
	magazine = cache->magazines[attempt->size];
	nr = magazine->batch;
	if (magazine->batch < magazine->room / 2)
		magazine->batch *= 2;
	nr = hold_for(cache, attempt, &chunk, offs, nr);
	if (nr == 0 || !hand_out_cached(attempt, chunk, offs, areas, nr))
		return false;
	make_live(&areas[0]);
	*area = areas[0];
	for (int left = 1 + pcpu_cache_fill(attempt->size, areas + 1, nr - 1); left < nr; left++)
		release(areas[left].coord);
	pcpu_keep_stock(chunk);
	return true;
}

/* Ascending: quick for what mostly was given back in order, or in reverse. */
static void sort(uint32_t *coords, int nr)
{
	if (coords[0] > coords[nr - 1])
		for (int i = 0; i < nr / 2; i++) {
			uint32_t swap = coords[i];

			coords[i] = coords[nr - 1 - i];
			coords[nr - 1 - i] = swap;
		}
	for (int i = 1; i < nr; i++) {
		uint32_t coord = coords[i];
		int at = i;

		for (; at > 0 && coords[at - 1] > coord; at--)
			coords[at] = coords[at - 1];
		coords[at] = coord;
	}
}

/* Gives back those of @nr cached areas, in ascending order, that are in the first one's chunk. */
static int release_in_chunk(const uint32_t *coords, int nr)
{
	struct pcpu_chunk *chunk = pcpu_chunk_find(coords[0]);
	int slot = pcpu_chunk_slot(chunk), offs[PCPU_MAGAZINE_ROOM], in_chunk = 0, run, end;

	while (in_chunk < nr && pcpu_chunk_serves(chunk, coords[in_chunk])) {
		offs[in_chunk] = pcpu_chunk_offset(chunk, coords[in_chunk]);
		in_chunk++;
	}
	for (int at = 0; at < in_chunk; at += run) {
		run = pcpu_area_map_release_run(&chunk->map, &offs[at], in_chunk - at, &end);
		pcpu_chunk_touch(chunk, offs[at], end - offs[at]);
	}
	freed_in(chunk, slot, in_chunk);
	return in_chunk;
}

/* Makes room in the cache of this CPU for more areas of @size. */
static void drain(int size)
{
	uint32_t coords[PCPU_MAGAZINE_ROOM];
	int nr;

	if (!pcpu_cache_here(size))
		return;
	nr = pcpu_cache_drain(size, coords);
	if (nr)
		sort(coords, nr);
	for (int at = 0; at < nr;)
		at += release_in_chunk(&coords[at], nr - at);
}

/* --- the calls --- */

bool pcpu_request_is_good(const struct pcpu_request *request)
{
	size_t size = request->size, align = request->align;

	if (size >= 1 && size <= (size_t)pcpu_max_size && align >= 1 && align <= PCPU_PAGE_SIZE &&
	    (align & (align - 1)) == 0)
		return true;
	if (!(request->gfp & __GFP_NOWARN))
		pcpu_log(PERCPU_LOG_WARNING,
			 "illegal size (%zu) or align (%zu) for percpu allocation: size is 1 to "
			 "%d, align a power of two up to %lu",
			 size, align, pcpu_max_size, PCPU_PAGE_SIZE);
	return false;
}

void pcpu_alloc_report_failure(const struct pcpu_request *request, const char *why)
{
	static int left = WARN_LIMIT;
	int before = __atomic_load_n(&left, __ATOMIC_RELAXED);

	if (request->gfp & __GFP_NOWARN)
		return;
	do {
		if (before == 0)
			return;
	} while (!__atomic_compare_exchange_n(&left, &before, before - 1, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	pcpu_log(PERCPU_LOG_WARNING, "allocation failed, size=%zu align=%zu: %s", request->size,
		 request->align, why);
	if (before == 1)
		pcpu_log(PERCPU_LOG_INFO, "limit reached, no more warnings of failed allocations");
}

static void count_alloc(size_t size)
{
	counts.nr_alloc++;
	if (size > counts.max_alloc_size)
		counts.max_alloc_size = size;
	if (counts.min_alloc_size == 0 || size < counts.min_alloc_size)
		counts.min_alloc_size = size;
}

static bool alloc_locked(struct pcpu_attempt *attempt, struct pcpu_area *area)
{
	bool several = attempt->may_block && !attempt->reserved &&
		       pcpu_cache_serves((size_t)attempt->size, (size_t)attempt->align);
	struct pcpu_attempt aligned = *attempt;

	aligned.align = several ? pcpu_cache_align(attempt->size) : 0;
	if (!(several && alloc_several(&aligned, area)) && !alloc_one(attempt, area))
		return false;
	count_alloc((size_t)attempt->size);
	return true;
}

bool pcpu_area_alloc(const struct pcpu_request *request, struct pcpu_area *area)
{
	struct pcpu_attempt attempt = {
		.size = (int)request->size,
		.align = (int)request->align,
		.may_block = request->gfp & __GFP_DIRECT_RECLAIM,
		.reserved = request->reserved && pcpu_reserved_chunk,
	};
	bool done = false;

	if (attempt.may_block)
		pcpu_alloc_lock();
	else if (!pcpu_alloc_trylock())
		attempt.failure = "the allocator is busy, and the call must not block";
	if (!attempt.failure) {
		done = alloc_locked(&attempt, area);
		pcpu_alloc_unlock();
	}
	if (!done)
		pcpu_alloc_report_failure(request, attempt.failure);
	return done;
}

static bool free_locked(uint32_t coord)
{
	struct pcpu_chunk *chunk = pcpu_chunk_find(coord);
	int slot, freed, off;

	if (!chunk)
		return false;
	slot = pcpu_chunk_slot(chunk);
	off = pcpu_chunk_offset(chunk, coord);
	freed = pcpu_area_map_free(&chunk->map, off);
	if (freed < 0)
		return false;
	pcpu_chunk_touch(chunk, off, freed);
	freed_in(chunk, slot, 1);
	counts.nr_free++;
	if (freed <= PCPU_CACHE_MAX_SIZE && pcpu_cache_on)
		drain(freed);
	return true;
}

bool pcpu_area_free(uint32_t coord, struct pcpu_misuse *misuse)
{
	bool done;

	pcpu_alloc_lock();
	done = free_locked(coord);
	if (!done)
		pcpu_misuse_find(coord, misuse);
	pcpu_alloc_unlock();
	return done;
}

/* Gives back what caches hold, and codes that are finer than they have to be. */
static void empty_caches(void)
{
	pcpu_cpu_locks_stop();
	pcpu_cache_empty(release);
	for (struct pcpu_chunk *chunk = pcpu_chunk_first(); chunk; chunk = pcpu_chunk_next(chunk))
		pcpu_chunk_coarsen(chunk);
	pcpu_cpu_locks_resume();
}

/* The mutex is not fair: who waits for it needs a moment to wake up. (No point of cancellation.) */
static void let_others_in(void)
{
	const struct timespec moment = {.tv_nsec = 50000};
	int saved = errno;

	pcpu_alloc_unlock();
	syscall(SYS_nanosleep, &moment, NULL);
	errno = saved;
	pcpu_alloc_lock();
}

/* Gives back free pages: they can be many. */
static size_t trim_chunks(void)
{
	size_t bytes = 0, last = 0;

	for (unsigned int left = pcpu_nr_chunks; left > 0; left--) {
		bytes += pcpu_chunk_trim(pcpu_chunk_rotate());
		if (bytes - last < TRIM_AT_ONCE)
			continue;
		last = bytes;
		let_others_in();
	}
	return bytes;
}

/* The wholly free chunks: the last one too. */
static void destroy_free_chunks(void)
{
	struct pcpu_chunk *chunk;

	while ((chunk = pcpu_slot_first(pcpu_nr_slots - 1)) != NULL && !chunk->immutable)
		destroy(chunk);
}

PERCPU_API size_t percpu_trim(void)
{
	size_t bytes;

	if (pcpu_alloc_is_parents)
		return 0;
	pcpu_alloc_lock();
	empty_caches();
	bytes = trim_chunks();
	destroy_free_chunks();
	pcpu_mem_trim();
	pcpu_alloc_unlock();
	return bytes;
}

void pcpu_alloc_count(struct pcpu_alloc_counts *out)
{
	struct pcpu_cache_counts cached;

	pcpu_cache_count(&cached);
	*out = counts;
	out->nr_alloc += cached.nr_alloc;
	out->nr_free += cached.nr_free;
	out->nr_cached = cached.nr_areas;
	out->cached_bytes = cached.bytes;
}

void pcpu_alloc_lock_for_fork(void)
{
	pcpu_alloc_lock();
	pcpu_cpu_locks_stop();
}

void pcpu_alloc_unlock_after_fork(void)
{
	pcpu_cpu_locks_resume();
	pcpu_alloc_unlock();
}
