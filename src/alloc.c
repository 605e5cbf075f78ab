/* SPDX-License-Identifier: MIT */
/*
 * alloc.c - areas of the units; see alloc.h.
 *
 * An allocation walks the slots from the smallest that may hold it to the one of wholly free
 * chunks, and takes the first chunk whose map has room; if there is none, it makes a chunk.
 *
 * For a cache, several areas of one size are taken at once, from the page that its CPU has taken
 * for itself. When that has no more, the CPU takes the first page on the same walk that serves, and
 * that no other CPU has taken. Where all are, areas are given out singly, as if there were no
 * caches: a chunk is made only where there is no room at all.
 *
 * When a second chunk becomes wholly free, the older one is given back: so one stays, and an
 * allocation that comes and goes at the border of a chunk does not make and destroy it each time.
 *
 * A call that must not block tries the mutex, and makes do with what is there: chunks with room,
 * and a few words for finer codes that are kept in stock. Other calls see to it that there is
 * always some of both (keep_stock).
 */
#include "alloc.h"
#include "layout.h"
#include "log.h"
#include "mem.h"
#include "slot.h"
#include "unit.h"

#include <percpu/alloc.h>

#include <errno.h>

pthread_mutex_t pcpu_alloc_mutex = PTHREAD_MUTEX_INITIALIZER;
bool pcpu_populate_eager;

/* How many failures are still reported, in the life of the process. */
#define WARN_LIMIT 10

/* What is always to be had without blocking: two pages in a piece, and words for two blocks. */
#define STOCK_BYTES (2 * (int)PCPU_PAGE_SIZE)
#define STOCK_WORDS 2

/* One allocation that is under way. */
struct attempt {
	int size, align;
	bool may_block, reserved;
	const char *failure; /* why not */
};

static struct pcpu_alloc_counts counts;

/* --- the stock for calls that must not block --- */

static uint64_t *stock[STOCK_WORDS];

static int grow_from_stock(const struct pcpu_map_growth *growth)
{
	for (int i = 0; i < STOCK_WORDS; i++) {
		/* the finest granule, whatever is needed: the block has to know the size */
		struct pcpu_map_growth finest = {growth->block, 0};

		if (!stock[i])
			continue;
		pcpu_chunk_grow(&finest, stock[i]);
		stock[i] = NULL;
		return 0;
	}
	return -ENOMEM;
}

static bool has_room_in_stock(void)
{
	for (int slot = pcpu_nr_slots - 1; slot >= pcpu_size_to_slot(STOCK_BYTES, pcpu_unit_size);
	     slot--)
		for (struct pcpu_chunk *chunk = pcpu_slot_first(slot); chunk;
		     chunk = pcpu_slot_next(slot, chunk))
			if (pcpu_area_map_contig_hint(&chunk->map) >= STOCK_BYTES)
				return true;
	return false;
}

/* By a call that may block, for those that may not. Not to have it is no failure of this one. */
static void keep_stock(const struct pcpu_chunk *used)
{
	struct pcpu_chunk *chunk;

	for (int i = 0; i < STOCK_WORDS; i++)
		if (!stock[i])
			stock[i] = pcpu_mem_zalloc(pcpu_codes_size(0));
	if (pcpu_area_map_contig_hint(&used->map) >= STOCK_BYTES || has_room_in_stock())
		return;
	chunk = pcpu_chunk_create();
	if (chunk)
		pcpu_chunk_relocate(chunk, -1);
}

/* --- finding an area --- */

static int grow(const struct attempt *attempt, const struct pcpu_map_growth *growth)
{
	return attempt->may_block ? pcpu_chunk_grow(growth, NULL) : grow_from_stock(growth);
}

static void fail(struct attempt *attempt, const char *why)
{
	attempt->failure = why;
}

/* What can be tried on a chunk: an offset or a block's index; -1: no room; -2: another failure. */
typedef int (*chunk_fn)(struct pcpu_chunk *chunk, struct attempt *attempt);

/* Tries @fn on the chunk, which then is where it belongs. */
static int try_chunk(struct pcpu_chunk *chunk, struct attempt *attempt, chunk_fn fn)
{
	int slot = pcpu_chunk_slot(chunk), result;

	if (attempt->size > pcpu_area_map_contig_hint(&chunk->map))
		return -1;
	result = fn(chunk, attempt);
	/* also after a search in vain, which makes hints exact */
	pcpu_chunk_relocate(chunk, slot);
	return result;
}

/* Tries @fn on the chunks that may have room, the fullest first, until it does not say -1. */
static int walk(struct attempt *attempt, chunk_fn fn, struct pcpu_chunk **where)
{
	struct pcpu_chunk *chunk, *next;

	for (int slot = pcpu_size_to_slot(attempt->size, pcpu_unit_size); slot < pcpu_nr_slots;
	     slot++) {
		/* a try can move the chunk to another list: fetch the next one first */
		for (chunk = pcpu_slot_first(slot); chunk; chunk = next) {
			int result;

			next = pcpu_slot_next(slot, chunk);
			result = try_chunk(chunk, attempt, fn);
			if (result != -1) {
				*where = chunk;
				return result;
			}
		}
	}
	return -1;
}

static int alloc_in_chunk(struct pcpu_chunk *chunk, struct attempt *attempt)
{
	struct pcpu_map_growth growth, *may_grow = &growth;
	int off;

	while ((off = pcpu_area_map_alloc(&chunk->map, attempt->size, attempt->align,
					  !attempt->may_block, may_grow)) == PCPU_MAP_MUST_GROW) {
		if (grow(attempt, &growth) == 0)
			continue;
		fail(attempt,
		     attempt->reserved ? "cannot extend reserved map" : "cannot extend map");
		if (attempt->may_block)
			return -2;
		/* the stock is used up; but there may be areas that need nothing of it */
		may_grow = NULL;
	}
	return off;
}

static int alloc_in_new_chunk(struct attempt *attempt, struct pcpu_chunk **where)
{
	if (!attempt->may_block) {
		fail(attempt, "no populated space left, and the call must not block");
		return -2;
	}
	*where = pcpu_chunk_create();
	if (!*where) {
		fail(attempt, "cannot allocate new chunk");
		return -2;
	}
	pcpu_chunk_relocate(*where, -1);
	fail(attempt, "does not fit in a chunk");
	return try_chunk(*where, attempt, alloc_in_chunk);
}

static int find_area(struct attempt *attempt, struct pcpu_chunk **where)
{
	int off;

	if (attempt->reserved) {
		*where = pcpu_reserved_chunk;
		off = try_chunk(*where, attempt, alloc_in_chunk);
		if (off == -1)
			fail(attempt, "reserved chunk exhausted");
		return off;
	}
	off = walk(attempt, alloc_in_chunk, where);
	return off == -1 ? alloc_in_new_chunk(attempt, where) : off;
}

/* --- handing out and taking back --- */

static void count_area(int areas)
{
	counts.nr_areas += (uint64_t)(int64_t)areas;
	if (counts.nr_areas > counts.nr_max_areas)
		counts.nr_max_areas = counts.nr_areas;
}

static int page_floor(int off)
{
	return off & ~((int)PCPU_PAGE_SIZE - 1);
}

static int page_ceil(int off)
{
	return page_floor(off + (int)PCPU_PAGE_SIZE - 1);
}

/*
 * Makes the pages of an area resident, if that is wanted, and a few pages behind it: calls that
 * must not block live from these.
 */
static int populate(const struct attempt *attempt, struct pcpu_chunk *chunk, int off, int size)
{
	int from, to, end = page_ceil(chunk->end), err;

	/* with what may become part of it */
	size += PCPU_MIN_AREA - 1;
	if (off + size > chunk->end)
		size = chunk->end - off;
	if (!pcpu_populate_eager ||
	    pcpu_units_are_populated(pcpu_chunk_coord(chunk, off), (size_t)size))
		return 0;
	if (!attempt->may_block)
		return -EAGAIN;
	from = page_floor(off);
	to = page_ceil(off + size);
	err = pcpu_units_populate(pcpu_chunk_coord(chunk, from), (size_t)(to - from));
	end = end - to < STOCK_BYTES ? end : to + STOCK_BYTES;
	if (!err && end > to)
		pcpu_units_populate(pcpu_chunk_coord(chunk, to), (size_t)(end - to));
	return err;
}

/* Destroys the wholly free chunks but the one that became so last, which is at the front. */
static void reclaim(void)
{
	int slot = pcpu_nr_slots - 1;
	struct pcpu_chunk *chunk = pcpu_slot_first(slot), *next;

	for (chunk = chunk ? pcpu_slot_next(slot, chunk) : NULL; chunk; chunk = next) {
		next = pcpu_slot_next(slot, chunk);
		pcpu_chunk_destroy(chunk);
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
	if (pcpu_area_map_free_size(&chunk->map) == pcpu_unit_size)
		reclaim();
}

/* Gives the held area at @coord back to its map. */
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

/* Makes an area of what find_area() found. */
static bool hand_out(struct attempt *attempt, struct pcpu_chunk *chunk, int off,
		     struct pcpu_area *area)
{
	count_area(1);
	if (populate(attempt, chunk, off, attempt->size)) {
		int slot = pcpu_chunk_slot(chunk);

		pcpu_area_map_free(&chunk->map, off);
		freed_in(chunk, slot, 1);
		fail(attempt, "cannot populate");
		return false;
	}
	area->coord = pcpu_chunk_coord(chunk, off);
	area->dirty = pcpu_chunk_touch(chunk, off, attempt->size);
	note_size(chunk, attempt->size);
	return true;
}

static bool alloc_one(struct attempt *attempt, struct pcpu_area *area)
{
	struct pcpu_chunk *chunk = NULL;
	int off = find_area(attempt, &chunk);

	if (off < 0 || !hand_out(attempt, chunk, off, area))
		return false;
	if (attempt->may_block)
		keep_stock(chunk);
	return true;
}

/* --- filling and draining caches --- */

static int untaken_block(struct pcpu_chunk *chunk, struct attempt *attempt)
{
	return pcpu_area_map_find_block(&chunk->map, attempt->size, attempt->align);
}

static int area_at_page(struct pcpu_chunk *chunk, struct attempt *attempt)
{
	struct pcpu_map_growth growth;
	int off;

	while ((off = pcpu_area_map_hold_page(&chunk->map, attempt->size, &growth)) ==
	       PCPU_MAP_MUST_GROW)
		if (grow(attempt, &growth))
			return -1;
	return off;
}

/* Holds up to @nr areas that start in @block; @offs become their offsets in its chunk. */
static int hold_in_block(const struct attempt *attempt, struct pcpu_block *block, int *offs, int nr)
{
	struct pcpu_chunk *chunk = block->owner;
	int slot = pcpu_chunk_slot(chunk), index = (int)(block - chunk->map.blocks), got;
	struct pcpu_map_growth growth;

	while ((got = pcpu_area_map_hold(&chunk->map, index, attempt->size, attempt->align, offs,
					 nr, &growth)) == PCPU_MAP_MUST_GROW)
		if (grow(attempt, &growth))
			return 0;
	pcpu_chunk_relocate(chunk, slot);
	return got;
}

/*
 * Has the cache take another block: the first on the walk in which an area of the size can start,
 * and that no CPU has taken; else the first page that free space reaches over, of which it holds
 * the first area right away. Returns how many it holds, or -1: there is no such block.
 */
static int take_block(struct pcpu_cache *cache, struct attempt *attempt, int *offs)
{
	struct pcpu_chunk *chunk;
	int block = walk(attempt, untaken_block, &chunk), held = 0;

	if (cache->block)
		cache->block->taken = false;
	cache->block = NULL;
	if (block < 0) {
		offs[0] = walk(attempt, area_at_page, &chunk);
		if (offs[0] < 0)
			return -1;
		block = offs[0] / PCPU_BLOCK_SIZE;
		held = 1;
	}
	cache->block = &chunk->map.blocks[block];
	cache->block->taken = true;
	return held;
}

/* Holds areas in the block of @cache, or in another that it takes. Their number, maybe 0. */
static int hold_for(struct pcpu_cache *cache, struct attempt *attempt, struct pcpu_chunk **chunk,
		    int *offs, int nr)
{
	int got = 0, held;

	/* its chunk may have gone */
	if (cache->block && cache->block->taken)
		got = hold_in_block(attempt, cache->block, offs, nr);
	if (got == 0) {
		held = take_block(cache, attempt, offs);
		if (held < 0)
			return 0;
		got = held + hold_in_block(attempt, cache->block, offs + held, nr - held);
	}
	*chunk = cache->block->owner;
	return got;
}

/* Makes areas of @nr held offsets of @chunk. If they cannot be populated, it gets them back. */
static bool hand_out_held(struct attempt *attempt, struct pcpu_chunk *chunk, const int *offs,
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
		fail(attempt, "cannot populate");
	return !err;
}

static bool make_live(const struct pcpu_area *area)
{
	struct pcpu_block *block = pcpu_block_at(area->coord);

	return pcpu_code_exchange(pcpu_block_codes(block),
				  (int)(area->coord & (PCPU_BLOCK_SIZE - 1)), PCPU_HELD, PCPU_LIVE);
}

/*
 * Takes areas for the cache of this CPU, and the first of them for the caller. False: there are
 * none to be had in this way.
 */
static bool alloc_several(struct attempt *attempt, struct pcpu_area *area)
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
	if (nr == 0 || !hand_out_held(attempt, chunk, offs, areas, nr))
		return false;
	make_live(&areas[0]);
	*area = areas[0];
	for (int left = 1 + pcpu_cache_fill(attempt->size, areas + 1, nr - 1); left < nr; left++)
		release(areas[left].coord);
	keep_stock(chunk);
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

/* Gives back those of @nr held areas, in ascending order, that are in the first one's chunk. */
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

static bool alloc_locked(struct attempt *attempt, struct pcpu_area *area)
{
	bool several = attempt->may_block && !attempt->reserved &&
		       pcpu_cache_serves((size_t)attempt->size, (size_t)attempt->align);
	struct attempt aligned = *attempt;

	aligned.align = several ? pcpu_cache_align(attempt->size) : 0;
	if (!(several && alloc_several(&aligned, area)) && !alloc_one(attempt, area))
		return false;
	count_alloc((size_t)attempt->size);
	return true;
}

bool pcpu_area_alloc(const struct pcpu_request *request, struct pcpu_area *area)
{
	struct attempt attempt = {
		.size = (int)request->size,
		.align = (int)request->align,
		.may_block = request->gfp & __GFP_DIRECT_RECLAIM,
		.reserved = request->reserved && pcpu_reserved_chunk,
	};
	bool done = false;

	if (attempt.may_block)
		pthread_mutex_lock(&pcpu_alloc_mutex);
	else if (pthread_mutex_trylock(&pcpu_alloc_mutex) != 0)
		fail(&attempt, "the allocator is busy, and the call must not block");
	if (!attempt.failure) {
		done = alloc_locked(&attempt, area);
		pthread_mutex_unlock(&pcpu_alloc_mutex);
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

	pthread_mutex_lock(&pcpu_alloc_mutex);
	done = free_locked(coord);
	if (!done)
		pcpu_misuse_find(coord, misuse);
	pthread_mutex_unlock(&pcpu_alloc_mutex);
	return done;
}

size_t pcpu_area_size(uint32_t coord)
{
	struct pcpu_chunk *chunk;
	int size = 0;

	pthread_mutex_lock(&pcpu_alloc_mutex);
	chunk = pcpu_chunk_find(coord);
	if (chunk)
		size = pcpu_area_map_size_at(&chunk->map, pcpu_chunk_offset(chunk, coord));
	pthread_mutex_unlock(&pcpu_alloc_mutex);
	return size > 0 ? (size_t)size : 0;
}

/* Gives wholly free chunks back, the last one too, and of others what they do not use. */
static size_t trim_chunks(void)
{
	struct pcpu_chunk *chunk, *next;
	size_t bytes = 0;

	pcpu_cpu_locks_stop();
	pcpu_cache_empty(release);
	for (chunk = pcpu_chunk_first(); chunk; chunk = next) {
		next = pcpu_chunk_next(chunk);
		bytes += pcpu_chunk_trim(chunk);
	}
	pcpu_cpu_locks_resume();
	while ((chunk = pcpu_slot_first(pcpu_nr_slots - 1)) != NULL && !chunk->immutable)
		pcpu_chunk_destroy(chunk);
	return bytes;
}

PERCPU_API size_t percpu_trim(void)
{
	size_t bytes;

	pthread_mutex_lock(&pcpu_alloc_mutex);
	bytes = trim_chunks();
	pcpu_mem_trim();
	pthread_mutex_unlock(&pcpu_alloc_mutex);
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
	pthread_mutex_lock(&pcpu_alloc_mutex);
	pcpu_cpu_locks_stop();
}

void pcpu_alloc_unlock_after_fork(void)
{
	pcpu_cpu_locks_resume();
	pthread_mutex_unlock(&pcpu_alloc_mutex);
}
