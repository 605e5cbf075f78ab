/* SPDX-License-Identifier: MIT */
/*
 * area_map.c - the area map; see area_map.h.
 *
 * How one allocation cuts the free area it found:
 *
 *	| used |  head  |        size        |  tail  |
 *	                ^ aligned
 *
 *	head of 0		nothing to do
 *	head is a sliver	the used area before grows over it: the start is taken away
 *	head is larger		stays behind as a free area: the start stays
 *	tail is a sliver	the allocation keeps it: no start is made
 *	tail is larger		stays behind as a free area: it gets a start
 *
 * A hint is an upper bound that is kept without looking. Beside it, a block's `second` bounds all
 * free areas but one that may be as large as the hint. When an area as large as the hint shrinks or
 * goes, what is left of it and the second give the new hint. (So a block that is filled from its
 * start to its end has an exact hint all the time; where areas of several sizes come and go the
 * bound becomes loose, until a search that looks at the whole block in vain puts it right.)
 */
#include "alloc/area_map.h"
#include "ground/bitmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static inline uint32_t max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* --- hints --- */

static int nr_blocks(int used_head, int free_bytes)
{
	return (used_head + free_bytes + PCPU_BLOCK_SIZE - 1) / PCPU_BLOCK_SIZE -
	       used_head / PCPU_BLOCK_SIZE;
}

size_t pcpu_area_map_memory(int used_head, int free_bytes)
{
	int nr = nr_blocks(used_head, free_bytes);

	return pcpu_max_tree_memory(nr) +
	       PCPU_BITS_TO_LONGS((unsigned int)nr) * sizeof(unsigned long) +
	       (size_t)nr * sizeof(uint16_t);
}

static uint32_t hint_of(const struct pcpu_area_map *map, int block)
{
	return pcpu_max_tree_get(&map->hints, block - map->first);
}

static void set_hint(struct pcpu_area_map *map, int block, uint32_t hint)
{
	pcpu_max_tree_set(&map->hints, block - map->first, hint);
}

/* The first block at or after @block whose hint is @size or more; map->end if there is none. */
static int next_hint(const struct pcpu_area_map *map, int block, uint32_t size)
{
	return map->first + pcpu_max_tree_next(&map->hints, block - map->first, size);
}

/* A free area of @size bytes comes to be in @block. */
static void hint_add(struct pcpu_area_map *map, int block, uint32_t size)
{
	struct pcpu_block *record = &map->blocks[block];
	uint32_t hint = hint_of(map, block);

	if (size <= hint) {
		record->second = max_u32(record->second, size);
		return;
	}
	record->second = hint;
	set_hint(map, block, size);
}

/* One of @size bytes becomes one of @rest bytes, or goes if @rest is 0. */
static void hint_shrink(struct pcpu_area_map *map, int block, uint32_t size, uint32_t rest)
{
	if (size == hint_of(map, block))
		set_hint(map, block, max_u32(rest, map->blocks[block].second));
}

/* One of @size bytes becomes a larger one. */
static void hint_expand(struct pcpu_area_map *map, int block, uint32_t size, uint32_t larger)
{
	if (size == hint_of(map, block))
		set_hint(map, block, larger);
	else
		hint_add(map, block, larger);
}

/* --- starts --- */

static int block_of(int off)
{
	return off >> PCPU_BLOCK_SHIFT;
}

static inline enum pcpu_code code_at(const struct pcpu_area_map *map, int off)
{
	int block = block_of(off);

	if (block < map->first || block >= map->end)
		return PCPU_NO_START;
	return pcpu_code_at(pcpu_block_codes(&map->blocks[block]), pcpu_within_block(off));
}

/* The first start at or after @off, or the end of the map. */
static inline int next_start(const struct pcpu_area_map *map, int off)
{
	int block = block_of(off), at;

	if (block >= map->end)
		return map->total;
	at = pcpu_codes_next_start(pcpu_block_codes(&map->blocks[block]), pcpu_within_block(off));
	if (at == PCPU_BLOCK_SIZE) {
		unsigned int nr = (unsigned int)(map->end - map->first);

		block = map->first +
			(int)pcpu_find_next_bit(map->starts, nr,
						(unsigned int)(block + 1 - map->first));
		if (block == map->end)
			return map->total;
		at = pcpu_codes_next_start(pcpu_block_codes(&map->blocks[block]), 0);
	}
	return (block << PCPU_BLOCK_SHIFT) + at;
}

/* The last block before @block in which an area starts, or -1. */
static int prev_block(const struct pcpu_area_map *map, int block)
{
	int at = block - map->first;
	unsigned long word;

	while (at > 0) {
		int index = (at - 1) / (int)PCPU_BITS_PER_LONG;
		unsigned int below = (unsigned int)(at - 1) % PCPU_BITS_PER_LONG;

		word = map->starts[index] & (~0UL >> (PCPU_BITS_PER_LONG - 1 - below));
		if (word)
			return map->first + index * (int)PCPU_BITS_PER_LONG +
			       (63 - __builtin_clzl(word));
		at = index * (int)PCPU_BITS_PER_LONG;
	}
	return -1;
}

/* The last start before @off, or -1: then what lies there is the head, or nothing. */
static int prev_start(const struct pcpu_area_map *map, int off)
{
	int block = block_of(off);
	int at = block < map->end
			 ? pcpu_block_prev_start(&map->blocks[block], pcpu_within_block(off))
			 : -1;

	if (at < 0) {
		block = prev_block(map, block);
		if (block < 0)
			return -1;
		at = pcpu_block_prev_start(&map->blocks[block], PCPU_BLOCK_SIZE);
	}
	return (block << PCPU_BLOCK_SHIFT) + at;
}

static void set_start(struct pcpu_area_map *map, int off, enum pcpu_code code)
{
	int block = block_of(off), at = block - map->first;

	if (pcpu_block_set(&map->blocks[block], pcpu_within_block(off), code) == PCPU_NO_START &&
	    map->nr_starts[at]++ == 0)
		pcpu_set_bit((unsigned int)at, map->starts);
}

static void clear_start(struct pcpu_area_map *map, int off)
{
	int block = block_of(off), at = block - map->first;

	pcpu_block_set(&map->blocks[block], pcpu_within_block(off), PCPU_NO_START);
	if (--map->nr_starts[at] == 0)
		pcpu_clear_bit((unsigned int)at, map->starts);
}

/* Whether the granule lets an area start at @off; if not, what is needed. */
static bool can_start(const struct pcpu_area_map *map, int off, struct pcpu_map_growth *growth)
{
	struct pcpu_block *block = &map->blocks[block_of(off)];

	if (pcpu_codes_reach(pcpu_block_codes(block), pcpu_within_block(off)))
		return true;
	*growth = (struct pcpu_map_growth){block, pcpu_granule_of(pcpu_within_block(off))};
	return false;
}

/* The free area that ends at @off, or -1. */
static int free_before(const struct pcpu_area_map *map, int off)
{
	int before;

	if (off == map->last_end && map->last_start < map->last_end)
		return map->last_start;
	before = prev_start(map, off);
	return before >= 0 && code_at(map, before) == PCPU_FREE ? before : -1;
}

/* --- making a map --- */

size_t pcpu_area_map_words(int used_head, int free_bytes)
{
	unsigned int shift = pcpu_granule_of(pcpu_within_block(used_head));

	return free_bytes && shift != PCPU_GRANULE_INLINE ? pcpu_codes_size(shift) : 0;
}

void pcpu_area_map_init(struct pcpu_area_map *map, struct pcpu_block *blocks, void *memory,
			uint64_t *words, int used_head, int free_bytes, void *owner)
{
	int nr = nr_blocks(used_head, free_bytes);

	*map = (struct pcpu_area_map){
		.blocks = blocks,
		.first = used_head / PCPU_BLOCK_SIZE,
		.end = used_head / PCPU_BLOCK_SIZE + nr,
		.head = used_head,
		.total = used_head + free_bytes,
		.free_size = free_bytes,
	};
	pcpu_max_tree_init(&map->hints, nr, memory);
	map->starts = (unsigned long *)((char *)memory + pcpu_max_tree_memory(nr));
	map->nr_starts = (uint16_t *)(map->starts + PCPU_BITS_TO_LONGS((unsigned int)nr));
	for (int i = map->first; i < map->end; i++)
		pcpu_block_init(&blocks[i], owner);
	if (!free_bytes)
		return;
	if (words)
		pcpu_block_move(&blocks[map->first], words,
				pcpu_granule_of(pcpu_within_block(used_head)));
	set_start(map, used_head, PCPU_FREE);
	hint_add(map, map->first, (uint32_t)free_bytes);
}

/* --- finding --- */

/* A free area, and where in it an allocation goes. */
struct fit {
	int start, end; /* the free area */
	int off;	/* aligned */
};

static bool fits(struct fit *fit, int size, int align)
{
	int head = (int)(-(unsigned int)fit->start & ((unsigned int)align - 1));

	/* not "length >= head + size", which could overflow */
	fit->off = fit->start + head;
	return fit->end - fit->start - head >= size;
}

/*
 * Looks for a free area that starts in @block at or after @from and fits. If the search was of the
 * whole block, and in vain, the block's bounds are exact afterwards.
 */
static bool find_in_block(struct pcpu_area_map *map, int block, int from, int size, int align,
			  struct fit *fit)
{
	struct pcpu_block *record = &map->blocks[block];
	int base = block << PCPU_BLOCK_SHIFT;
	uint32_t largest = 0, second = 0;

	for (int at = pcpu_block_next_free(record, from); at < PCPU_BLOCK_SIZE;
	     at = pcpu_block_next_free(record, at + 1)) {
		uint32_t length;

		fit->start = base + at;
		fit->end = next_start(map, base + at + 1);
		if (fits(fit, size, align))
			return true;
		length = (uint32_t)(fit->end - fit->start);
		second = max_u32(second, length < largest ? length : largest);
		largest = max_u32(largest, length);
	}
	if (from == 0) {
		record->second = second;
		set_hint(map, block, largest);
	}
	return false;
}

static bool known_to_fail(const struct pcpu_area_map *map, int size, int align)
{
	return map->failed_size && size >= map->failed_size && align >= map->failed_align;
}

/*
 * Which blocks a search passes over: none; those that are taken; those whose codes would have to be
 * made finer, and are busy; those whose codes would have to be made finer.
 */
enum pass_over { NONE, TAKEN, BUSY, COARSE };

static bool is_ready_at(const struct pcpu_area_map *map, int off, enum pass_over what)
{
	struct pcpu_map_growth growth;

	return can_start(map, off, &growth) || (what == BUSY && !pcpu_block_is_busy(growth.block));
}

/* Whether the codes of the blocks that @fit cuts are fine enough, or can be made so. */
static bool has_codes(const struct pcpu_area_map *map, const struct fit *fit, int size,
		      enum pass_over what)
{
	return is_ready_at(map, fit->off, what) && (fit->end - fit->off - size < PCPU_MIN_AREA ||
						    is_ready_at(map, fit->off + size, what));
}

/*
 * Whether a quiet call can have the place. If it cannot have the first in the free area, perhaps it
 * can have the start of one of the pages behind it.
 */
static bool is_ready(const struct pcpu_area_map *map, struct fit *fit, int size,
		     enum pass_over what)
{
	if (what != BUSY && what != COARSE)
		return true;
	if (!map->is_ready)
		return has_codes(map, fit, size, what);
	while (fit->end - fit->off >= size) {
		if (map->is_ready(map, fit->off, size) && has_codes(map, fit, size, what))
			return true;
		fit->off = (block_of(fit->off) + 1) << PCPU_BLOCK_SHIFT;
	}
	return false;
}

/* The first fit, but for blocks that are passed over. */
static bool find(struct pcpu_area_map *map, int size, int align, enum pass_over what,
		 struct fit *fit)
{
	bool all = true;

	if (known_to_fail(map, size, align))
		return false;
	for (int block = next_hint(map, map->first, (uint32_t)size); block < map->end;
	     block = next_hint(map, block + 1, (uint32_t)size)) {
		if (what == TAKEN && map->blocks[block].taken) {
			all = false;
			continue;
		}
		if (!find_in_block(map, block, 0, size, align, fit))
			continue;
		if (is_ready(map, fit, size, what))
			return true;
		all = false;
	}
	if (all) {
		map->failed_size = size;
		map->failed_align = align;
	}
	return false;
}

/* --- giving out --- */

/*
 * The head goes to the area before, which is used, or (never in a map that calls have made) free:
 * its start is taken away. Returns whether it was free.
 */
static bool give_head_away(struct pcpu_area_map *map, const struct fit *fit)
{
	int before = free_before(map, fit->start);

	clear_start(map, fit->start);
	if (before < 0)
		return false;
	hint_add(map, block_of(before), (uint32_t)(fit->off - before));
	return true;
}

/* The bounds of the blocks, after [fit->off, end) has been taken from the free area. */
static void shrink_bounds(struct pcpu_area_map *map, const struct fit *fit, int head, int end,
			  int tail)
{
	int block = block_of(fit->start);
	uint32_t size = (uint32_t)(fit->end - fit->start);

	/* the usual case, a tail in the same block, changes one bound once */
	if (tail && !head && block_of(end) == block) {
		hint_shrink(map, block, size, (uint32_t)tail);
		return;
	}
	hint_shrink(map, block, size, (uint32_t)head);
	if (tail)
		hint_add(map, block_of(end), (uint32_t)tail);
}

/*
 * Makes @nr areas of @code and @size each from fit->off on, and of what is left free areas or
 * slivers. There is room for them, and each but the first starts in the same block.
 */
static bool take(struct pcpu_area_map *map, const struct fit *fit, int size, int nr,
		 enum pcpu_code code, struct pcpu_map_growth *growth)
{
	int head = fit->off - fit->start, end = fit->off + nr * size, tail = fit->end - end;
	bool keeps_head = head >= PCPU_MIN_AREA && free_before(map, fit->start) < 0;

	if (tail < PCPU_MIN_AREA)
		tail = 0;
	if (!can_start(map, fit->off, growth) ||
	    (nr > 1 && !can_start(map, fit->off + size, growth)) ||
	    (tail && !can_start(map, end, growth)))
		return false;
	map->last_end = map->last_start;
	map->free_size -= fit->end - fit->off - tail;
	/*
	 * From behind: an area has a start behind it at every moment. The one before may be live,
	 * and a wrong free of these may be looking too.
	 */
	if (tail)
		set_start(map, end, PCPU_FREE);
	for (int i = nr - 1; i >= 0; i--)
		set_start(map, fit->off + i * size, code);
	if (head && !keeps_head && !give_head_away(map, fit))
		map->free_size -= head;
	shrink_bounds(map, fit, keeps_head ? head : 0, end, tail);
	map->nr_areas += nr;
	return true;
}

int pcpu_area_map_alloc(struct pcpu_area_map *map, int size, int align, bool quiet,
			struct pcpu_map_growth *growth)
{
	enum pass_over what = !growth ? COARSE : quiet ? BUSY : NONE;
	struct fit fit;

	if (!find(map, size, align, what, &fit))
		return PCPU_MAP_NO_FIT;
	return take(map, &fit, size, 1, PCPU_LIVE, growth) ? fit.off : PCPU_MAP_MUST_GROW;
}

int pcpu_area_map_peek(struct pcpu_area_map *map, int size, int align)
{
	struct fit fit;

	return find(map, size, align, NONE, &fit) ? fit.off : PCPU_MAP_NO_FIT;
}

int pcpu_area_map_find_block(struct pcpu_area_map *map, int size, int align)
{
	struct fit fit;

	return find(map, size, align, TAKEN, &fit) ? block_of(fit.start) : -1;
}

int pcpu_area_map_cache_page(struct pcpu_area_map *map, int size, struct pcpu_map_growth *growth)
{
	struct fit fit;

	if (!find(map, size, PCPU_BLOCK_SIZE, NONE, &fit))
		return PCPU_MAP_NO_FIT;
	return take(map, &fit, size, 1, PCPU_CACHED, growth) ? fit.off : PCPU_MAP_MUST_GROW;
}

/* How many areas of a size that its alignment divides start in @block, one behind the other. */
static int run_length(const struct fit *fit, int block, int size, int max)
{
	int in_area = (fit->end - fit->off) / size;
	int in_block = (((block + 1) << PCPU_BLOCK_SHIFT) - fit->off + size - 1) / size;
	int nr = in_area < in_block ? in_area : in_block;

	/* an area that fits may start in the next block, when its head stays in this one */
	if (nr < 1)
		return 1;
	return nr < max ? nr : max;
}

int pcpu_area_map_cache(struct pcpu_area_map *map, int block, int size, int align, int *offs, int nr,
		       struct pcpu_map_growth *growth)
{
	struct fit fit;
	int got = 0, from = 0, run;

	while (got < nr && hint_of(map, block) >= (uint32_t)size &&
	       find_in_block(map, block, from, size, align, &fit)) {
		run = size % align ? 1 : run_length(&fit, block, size, nr - got);
		if (!take(map, &fit, size, run, PCPU_CACHED, growth))
			return got ? got : PCPU_MAP_MUST_GROW;
		for (int i = 0; i < run; i++)
			offs[got++] = fit.off + i * size;
		if (block_of(fit.off + run * size) != block)
			break;
		from = pcpu_within_block(fit.off + run * size);
	}
	return got;
}

/* --- taking back --- */

/* Makes [off, end), one area, free, and joins it with free neighbours. */
static void make_free(struct pcpu_area_map *map, int off, int end)
{
	int before = free_before(map, off), start = off;
	uint32_t joined = 0;

	map->free_size += end - off;
	map->nr_areas--;
	map->failed_size = 0;
	if (before >= 0) {
		clear_start(map, off);
		start = before;
		joined = (uint32_t)(off - before);
	} else {
		set_start(map, off, PCPU_FREE);
	}
	if (end < map->total && code_at(map, end) == PCPU_FREE) {
		int behind = end;

		end = next_start(map, behind + 1);
		clear_start(map, behind);
		if (block_of(behind) == block_of(start))
			joined = max_u32(joined, (uint32_t)(end - behind));
		else
			hint_shrink(map, block_of(behind), (uint32_t)(end - behind), 0);
	}
	/* if it joins two of one block, the smaller one's bound is as good as it was */
	if (joined)
		hint_expand(map, block_of(start), joined, (uint32_t)(end - start));
	else
		hint_add(map, block_of(start), (uint32_t)(end - start));
	map->last_start = start;
	map->last_end = end;
}

/* What is wrong with @off, which is no start of a live area. */
static int misuse_at(const struct pcpu_area_map *map, int off)
{
	enum pcpu_code code;
	int start;

	if (off < map->head || off >= map->total)
		return -ENOENT;
	code = code_at(map, off);
	start = code == PCPU_NO_START ? prev_start(map, off) : off;
	if (start < 0)
		return -ENOENT;
	return code_at(map, start) == PCPU_LIVE ? -ENOENT : -EALREADY;
}

int pcpu_area_map_free(struct pcpu_area_map *map, int off)
{
	int block = block_of(off);
	struct pcpu_codes codes;

	if (off < map->head || off >= map->total)
		return misuse_at(map, off);
	codes = pcpu_block_codes(&map->blocks[block]);
	if (!pcpu_codes_reach(codes, pcpu_within_block(off)) ||
	    !pcpu_code_exchange(codes, pcpu_within_block(off), PCPU_LIVE, PCPU_CACHED))
		return misuse_at(map, off);
	return pcpu_area_map_release(map, off);
}

int pcpu_area_map_release(struct pcpu_area_map *map, int off)
{
	int end = next_start(map, off + 1);

	make_free(map, off, end);
	return end - off;
}

int pcpu_area_map_release_run(struct pcpu_area_map *map, const int *offs, int nr, int *end)
{
	int run = 1;

	*end = next_start(map, offs[0] + 1);
	for (; run < nr && offs[run] == *end; run++) {
		*end = next_start(map, *end + 1);
		clear_start(map, offs[run]);
		map->nr_areas--;
	}
	make_free(map, offs[0], *end);
	return run;
}

int pcpu_area_map_size_at(const struct pcpu_area_map *map, int off)
{
	if (off < map->head || off >= map->total || code_at(map, off) != PCPU_LIVE)
		return misuse_at(map, off);
	return next_start(map, off + 1) - off;
}

/* --- looking at the whole --- */

int pcpu_area_map_next(const struct pcpu_area_map *map, int off, int *size)
{
	int end;

	if (off >= map->total) {
		*size = 0;
		return map->total;
	}
	/* the blocks of the head have no codes */
	end = off < map->first << PCPU_BLOCK_SHIFT ? next_start(map, map->first << PCPU_BLOCK_SHIFT)
						   : next_start(map, off + 1);
	*size = code_at(map, off) == PCPU_FREE ? end - off : off - end;
	return end;
}

int pcpu_area_map_largest(const struct pcpu_area_map *map)
{
	uint32_t largest = 0;

	for (int block = next_hint(map, map->first, 1); block < map->end;
	     block = next_hint(map, block + 1, largest + 1)) {
		const struct pcpu_block *record = &map->blocks[block];
		int base = block << PCPU_BLOCK_SHIFT;

		for (int at = pcpu_block_next_free(record, 0); at < PCPU_BLOCK_SIZE;
		     at = pcpu_block_next_free(record, at + 1))
			largest = max_u32(largest,
					  (uint32_t)(next_start(map, base + at + 1) - base - at));
	}
	return (int)largest;
}

static int count_starts(struct pcpu_codes codes)
{
	int count = 0;

	for (int i = 0; i < pcpu_codes_nr_words(codes.shift); i++)
		count += __builtin_popcountl(pcpu_word_starts(pcpu_codes_word(codes, i)));
	return count;
}

/* The summaries of one block against its areas. */
static bool block_is_valid(const struct pcpu_area_map *map, int block)
{
	const struct pcpu_block *record = &map->blocks[block];
	uint32_t largest = 0, second = 0;
	bool starts = pcpu_test_bit((unsigned int)(block - map->first), map->starts);
	int nr_starts = map->nr_starts[block - map->first];

	for (int at = pcpu_block_next_free(record, 0); at < PCPU_BLOCK_SIZE;
	     at = pcpu_block_next_free(record, at + 1)) {
		int off = (block << PCPU_BLOCK_SHIFT) + at;
		uint32_t length = (uint32_t)(next_start(map, off + 1) - off);

		second = max_u32(second, length < largest ? length : largest);
		largest = max_u32(largest, length);
	}
	return hint_of(map, block) >= largest && record->second >= second &&
	       nr_starts == count_starts(pcpu_block_codes(record)) && starts == (nr_starts != 0);
}

bool pcpu_area_map_is_valid(const struct pcpu_area_map *map)
{
	int free_size = 0, areas = 0, size, previous = 0;

	for (int off = 0; off < map->total; previous = size) {
		bool is_head = off == 0 && map->head;

		off = pcpu_area_map_next(map, off, &size);
		if (size == 0 || (size > 0 && previous > 0) || (is_head && -size < map->head))
			return false;
		free_size += size > 0 ? size : 0;
		areas += size < 0 && !is_head;
	}
	for (int block = map->first; block < map->end; block++)
		if (!block_is_valid(map, block))
			return false;
	return free_size == map->free_size && areas == map->nr_areas &&
	       pcpu_max_tree_is_valid(&map->hints);
}

int pcpu_area_map_dump(const struct pcpu_area_map *map, int *out, int max)
{
	int count = 0, size;

	for (int off = 0; off < map->total; count++) {
		off = pcpu_area_map_next(map, off, &size);
		if (count < max)
			out[count] = size;
	}
	return count;
}
