/* SPDX-License-Identifier: MIT */
/* cache.c - see cache.h. */
#include "alloc/cache.h"
#include "events/publish.h"
#include "ground/lock.h"
#include "ground/mem.h"
#include "machine/tier.h"
#include "memory/entry.h"

#include <string.h>

/* Bytes that one magazine may keep from others, and how few areas it has room for at least. */
#define MAGAZINE_BYTES 2048
#define LEAST_ROOM 8

/*
 * As a tracer finds a semaphore: in a page of the file that the process may write to. Its name is
 * in the probes' notes.
 */
struct pcpu_gate pcpu_gate __attribute__((__section__(".probes"), __used__));

unsigned int pcpu_nr_magazines;

static bool turned_on;

void pcpu_cache_turn(bool on)
{
	turned_on = on;
	pcpu_cache_after_fork();
}

void pcpu_cache_after_fork(void)
{
	pcpu_cache_on = turned_on;
	pcpu_cache_is_quick = turned_on && pcpu_tier_has_sequences();
}

/* --- the fast side --- */

static inline struct pcpu_cache *enter(void)
{
	/* the lock is the first thing in the cache */
	return (struct pcpu_cache *)pcpu_cpu_trylock();
}

struct pcpu_area pcpu_cache_get_held(struct pcpu_cache *cache, int size)
{
	struct pcpu_area area = {0};

	if (pcpu_cache_take(cache, size, &area) && !pcpu_loans_add(&cache->loans, area.coord, size))
		pcpu_loans_add_slowly(&cache->loans, area.coord, size);
	pcpu_cache_leave(cache);
	return area;
}

struct pcpu_area pcpu_cache_get(int size)
{
	struct pcpu_cache *cache = enter();

	return cache ? pcpu_cache_get_held(cache, size) : (struct pcpu_area){0};
}

/* Where the area that starts at @off of @block ends, or 0: in another block. */
static inline int end_of(const struct pcpu_block *block, struct pcpu_codes codes, int off)
{
	int end = pcpu_codes_next_start(codes, off + 1);
	struct pcpu_codes next;

	if (end < PCPU_BLOCK_SIZE)
		return end;
	/* with the block, if another area starts the next one; if that is the same chunk's */
	if (pcpu_block_owner(&block[1]) != pcpu_block_owner(block))
		return 0;
	next = pcpu_block_codes(&block[1]);
	return next.words && pcpu_code_at(next, 0) != PCPU_NO_START ? PCPU_BLOCK_SIZE : 0;
}

/*
 * A live area on its way to a magazine: how large it is, as its block's codes said at one moment,
 * and the word that says that it is live.
 */
struct measured {
	uint64_t *word;
	uint64_t value;   /* of the word */
	unsigned int bit; /* where in the word the area's code is */
	int size;         /* not positive: the area does not end in this block or with it */
	bool is_in_word;  /* the start behind the area is in the same word */
};

/* False: no live area starts at @off. */
static inline bool measure(const struct pcpu_block *block, int off, struct measured *area)
{
	struct pcpu_codes codes = pcpu_block_codes(block);
	uint64_t behind;

	if (!codes.words || !pcpu_codes_reach(codes, off))
		return false;
	area->word = &codes.words[pcpu_code_index(codes, off)];
	area->value = __atomic_load_n(area->word, __ATOMIC_ACQUIRE);
	area->bit = pcpu_code_bit(codes, off);
	if ((area->value >> area->bit & 3) != PCPU_LIVE)
		return false;
	behind = pcpu_word_starts(area->value) & (~0UL << area->bit << 2);
	area->is_in_word = behind != 0;
	area->size = behind ? (int)((unsigned int)__builtin_ctzl(behind) - area->bit) / 2
				      << codes.shift
			    : end_of(block, codes, off) - off;
	return true;
}

/*
 * Makes the area cached, if it is still what was measured: the word has not changed, and if it does
 * not tell the size, that has not changed either. (It can only have if this is a wrong free: the
 * area that was measured had been freed, and another one starts there now.)
 */
static inline bool hold(const struct pcpu_block *block, int off, const struct measured *area)
{
	uint64_t value = area->value;
	uint64_t cached = value ^ (uint64_t)(PCPU_LIVE ^ PCPU_CACHED) << area->bit;

	if (!__atomic_compare_exchange_n(area->word, &value, cached, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return false;
	if (area->is_in_word || end_of(block, pcpu_block_codes(block), off) == off + area->size)
		return true;
	pcpu_code_exchange(pcpu_block_codes(block), off, PCPU_CACHED, PCPU_LIVE);
	return false;
}

/*
 * Mostly the one that was last asked for: so the processor need not wait for the size, which comes
 * from the map, to look whether there is room.
 */
static inline struct pcpu_magazine *magazine_again(struct pcpu_cache *cache, int size)
{
	struct pcpu_magazine *magazine = cache->last;

	if (__builtin_expect(cache->last_size == size, 1))
		return magazine;
	magazine = pcpu_cache_magazine(cache, size);
	if (magazine) {
		cache->last = magazine;
		cache->last_size = size;
	}
	return magazine;
}

static bool push(struct pcpu_cache *cache, uint32_t coord)
{
	const struct pcpu_block *block = pcpu_block_at(coord);
	struct pcpu_magazine *magazine;
	int off = pcpu_within_block(coord);
	struct measured area;

	do {
		if (!measure(block, off, &area) || area.size <= 0 ||
		    area.size > PCPU_CACHE_MAX_SIZE || (off & (pcpu_cache_align(area.size) - 1)))
			return false;
		magazine = magazine_again(cache, area.size);
		if (!magazine || magazine->nr == magazine->room)
			return false;
		/* again if only other areas' codes in the word have changed */
	} while (!hold(block, off, &area));
	pcpu_cache_add(cache, area.size, magazine, coord);
	return true;
}

bool pcpu_cache_put_held(struct pcpu_cache *cache, uint32_t coord)
{
	bool done = push(cache, coord);

	/* where it is from there is no room: it is as if it had not been lent */
	if (!done && pcpu_loans_find(&cache->loans, coord) >= 0) {
		pcpu_loans_settle(&cache->loans);
		done = push(cache, coord);
	}
	pcpu_cache_leave(cache);
	return done;
}

bool pcpu_cache_put(uint32_t coord)
{
	struct pcpu_cache *cache = enter();

	if (!cache)
		return false;
	return pcpu_cache_take_back(cache, coord) || pcpu_cache_put_held(cache, coord);
}

/* --- the slow side --- */

static struct pcpu_cache *make_cache(unsigned int cpu)
{
	struct pcpu_cache *cache = pcpu_stat_begin() ? NULL : pcpu_mem_zalloc(sizeof(*cache));

	if (!cache)
		return NULL;
	cache->by_size = pcpu_stat->blocks[cpu].by_size;
	pcpu_loans_init(&cache->loans);
	pcpu_cpu_lock_add(cpu, &cache->lock);
	return cache;
}

/* Whoever pushes meanwhile finds it closed, or not. */
void pcpu_magazine_open(struct pcpu_magazine *magazine, int size)
{
	int room = MAGAZINE_BYTES / size;

	pcpu_assert_held(&pcpu_alloc_mutex);
	room = room < LEAST_ROOM ? LEAST_ROOM : room;
	room = room < PCPU_MAGAZINE_ROOM ? room : PCPU_MAGAZINE_ROOM;
	__atomic_store_n(&magazine->room, (uint16_t)room, __ATOMIC_RELAXED);
}

static struct pcpu_magazine *make_magazine(int size)
{
	struct pcpu_magazine *magazine = pcpu_mem_zalloc(sizeof(*magazine));

	if (!magazine)
		return NULL;
	pcpu_magazine_open(magazine, size);
	magazine->batch = 1;
	pcpu_nr_magazines++;
	return magazine;
}

struct pcpu_cache *pcpu_cache_here(int size)
{
	unsigned int cpu = pcpu_running_cpu();
	struct pcpu_cpu_lock **lock = &pcpu_unit_entries()[cpu].lock;
	struct pcpu_cache *cache = (struct pcpu_cache *)*lock;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (!pcpu_thread_ensure_rseq())
		return NULL;
	if (!cache)
		cache = make_cache(cpu);
	if (!cache)
		return NULL;
	/* nobody replaces a magazine; who holds the lock sees none, or this one */
	if (!cache->magazines[size])
		__atomic_store_n(&cache->magazines[size], make_magazine(size), __ATOMIC_RELEASE);
	return cache->magazines[size] ? cache : NULL;
}

/* The last of them first, so that they come out in ascending order. There is room. */
static void fill(struct pcpu_magazine *magazine, const struct pcpu_area *areas, int nr)
{
	uint32_t *coords = &magazine->coords[magazine->nr];
	uint64_t dirty = 0;

	for (int at = 0; at < nr; at++) {
		const struct pcpu_area *area = &areas[nr - 1 - at];

		dirty |= (uint64_t)area->dirty << at;
		coords[at] = area->coord;
	}
	magazine->dirty |= dirty << magazine->nr;
	pcpu_magazine_set_nr(magazine, magazine->nr + nr);
}

int pcpu_cache_fill(int size, const struct pcpu_area *areas, int nr)
{
	struct pcpu_cache *cache = enter();
	struct pcpu_magazine *magazine = cache ? pcpu_cache_magazine(cache, size) : NULL;
	int room = magazine ? magazine->room - magazine->nr : 0;

	pcpu_assert_held(&pcpu_alloc_mutex);
	nr = nr < room ? nr : room;
	if (nr > 0) {
		fill(magazine, areas, nr);
		pcpu_cache_count_refill(cache, size, nr);
	}
	if (cache)
		pcpu_cache_leave(cache);
	return nr;
}

int pcpu_cache_drain(int size, uint32_t *coords)
{
	struct pcpu_cache *cache = enter();
	struct pcpu_magazine *magazine = cache ? pcpu_cache_magazine(cache, size) : NULL;
	int nr = 0;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (magazine && magazine->nr == magazine->room) {
		nr = magazine->room / 2;
		memcpy(coords, magazine->coords, (size_t)nr * sizeof(*coords));
		pcpu_magazine_set_nr(magazine, magazine->nr - nr);
		magazine->dirty >>= nr;
		memmove(magazine->coords, magazine->coords + nr, magazine->nr * sizeof(*coords));
		pcpu_cache_count_return(cache, size, nr);
	}
	if (cache)
		pcpu_cache_leave(cache);
	return nr;
}
