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
 */
#include "alloc/map/area_map.h"
#include "alloc/map/area_edit.h"
#include "alloc/map/area_fit.h"

#include <errno.h>

/* --- making a map --- */

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

size_t pcpu_area_map_words(int used_head, int free_bytes)
{
	unsigned int shift = pcpu_granule_of(pcpu_within_block(used_head));

	return free_bytes && shift != PCPU_GRANULE_INLINE ? pcpu_codes_size(shift) : 0;
}

void pcpu_area_map_init(struct pcpu_area_map *map, struct pcpu_block *blocks, void *memory,
			uint64_t *words, int used_head, int free_bytes, void *owner)
{
	int nr = nr_blocks(used_head, free_bytes);
	struct pcpu_map_edit edit = pcpu_map_edit_begin(map);

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
	pcpu_map_edit_set(&edit, used_head, PCPU_FREE);
	pcpu_map_edit_end(&edit);
	pcpu_map_hint_add(map, map->first, (uint32_t)free_bytes);
}

/* --- rooms --- */

bool pcpu_area_map_wants_rooms(const struct pcpu_area_map *map)
{
	return !map->rooms && map->nr_vain > map->end - map->first;
}

size_t pcpu_area_map_rooms_memory(const struct pcpu_area_map *map)
{
	return sizeof(*map->rooms) + pcpu_room_tree_memory(map->end - map->first);
}

static void add_rooms_of_block(struct pcpu_area_map *map, int block)
{
	const struct pcpu_block *record = &map->blocks[block];

	for (int at = pcpu_block_next_free(record, 0); at < PCPU_BLOCK_SIZE;
	     at = pcpu_block_next_free(record, at + 1)) {
		int start = (block << PCPU_BLOCK_SHIFT) + at;

		pcpu_map_room_add(map, start, pcpu_map_next_start(map, start + 1));
	}
}

void pcpu_area_map_add_rooms(struct pcpu_area_map *map, void *memory)
{
	map->rooms = memory;
	pcpu_room_tree_init(map->rooms, map->end - map->first, map->rooms + 1);
	for (int block = map->first; block < map->end; block++)
		add_rooms_of_block(map, block);
}

void *pcpu_area_map_drop_rooms(struct pcpu_area_map *map)
{
	void *memory = map->rooms;

	map->rooms = NULL;
	map->nr_vain = 0;
	return memory;
}

void pcpu_area_map_room(const struct pcpu_area_map *map, struct pcpu_room *room)
{
	if (map->rooms)
		*room = *pcpu_room_tree_max(map->rooms);
	else
		pcpu_room_fill(room, (uint32_t)pcpu_area_map_contig_hint(map));
}

/* --- giving out --- */

/*
 * The head goes to the area before, which is used, or (never in a map that calls have made) free:
 * its start is taken away. Returns whether it was free.
 */
static bool give_head_away(struct pcpu_map_edit *edit, const struct pcpu_fit *fit)
{
	int before = pcpu_map_free_before(edit, fit->start);

	pcpu_map_edit_set(edit, fit->start, PCPU_NO_START);
	if (before < 0)
		return false;
	pcpu_map_hint_add(edit->map, pcpu_map_block_of(before), (uint32_t)(fit->off - before));
	pcpu_map_room_add(edit->map, before, fit->off);
	return true;
}

/* The bounds of the blocks, after [fit->off, end) has been taken from the free area. */
static void shrink_bounds(struct pcpu_area_map *map, const struct pcpu_fit *fit, int head, int end,
			  int tail)
{
	int block = pcpu_map_block_of(fit->start);
	uint32_t size = (uint32_t)(fit->end - fit->start);

	/* the usual case, a tail in the same block, changes one bound once */
	if (tail && !head && pcpu_map_block_of(end) == block) {
		pcpu_map_hint_shrink(map, block, size, (uint32_t)tail);
		return;
	}
	pcpu_map_hint_shrink(map, block, size, (uint32_t)head);
	if (tail)
		pcpu_map_hint_add(map, pcpu_map_block_of(end), (uint32_t)tail);
	/* in the block of the whole there was more room */
	if (tail && pcpu_map_block_of(end) != block)
		pcpu_map_room_add(map, end, fit->end);
}

/*
 * Makes @nr areas of @code and @size each from fit->off on, and of what is left free areas or
 * slivers. There is room for them, and each but the first starts in the same block.
 */
static bool take(struct pcpu_area_map *map, const struct pcpu_fit *fit, int size, int nr,
		 enum pcpu_code code, struct pcpu_map_growth *growth)
{
	int head = fit->off - fit->start, end = fit->off + nr * size, tail = fit->end - end;
	struct pcpu_map_edit edit = pcpu_map_edit_begin(map);
	bool keeps_head = head >= PCPU_MIN_AREA && pcpu_map_free_before(&edit, fit->start) < 0;

	if (tail < PCPU_MIN_AREA)
		tail = 0;
	if (!pcpu_map_can_start(map, fit->off, growth) ||
	    (nr > 1 && !pcpu_map_can_start(map, fit->off + size, growth)) ||
	    (tail && !pcpu_map_can_start(map, end, growth)))
		return false;
	map->last_end = map->last_start;
	map->free_size -= fit->end - fit->off - tail;
	/*
	 * From behind: an area has a start behind it at every moment. The one before may be live,
	 * and a wrong free of these may be looking too.
	 */
	if (tail)
		pcpu_map_edit_set(&edit, end, PCPU_FREE);
	for (int i = nr - 1; i >= 0; i--)
		pcpu_map_edit_set(&edit, fit->off + i * size, code);
	if (head && !keeps_head && !give_head_away(&edit, fit))
		map->free_size -= head;
	pcpu_map_edit_end(&edit);
	shrink_bounds(map, fit, keeps_head ? head : 0, end, tail);
	map->nr_areas += nr;
	return true;
}

int pcpu_area_map_alloc(struct pcpu_area_map *map, int size, int align, bool quiet,
			struct pcpu_map_growth *growth)
{
	enum pcpu_pass_over what = !growth ? PCPU_PASS_COARSE
				   : quiet ? PCPU_PASS_BUSY
					   : PCPU_PASS_NONE;
	struct pcpu_map_growth none; /* is needed by what is found without @growth */
	struct pcpu_fit fit;

	if (!pcpu_map_find(map, size, align, what, &fit))
		return PCPU_MAP_NO_FIT;
	return take(map, &fit, size, 1, PCPU_LIVE, growth ? growth : &none) ? fit.off
									    : PCPU_MAP_MUST_GROW;
}

int pcpu_area_map_peek(struct pcpu_area_map *map, int size, int align)
{
	struct pcpu_fit fit;

	return pcpu_map_find(map, size, align, PCPU_PASS_NONE, &fit) ? fit.off : PCPU_MAP_NO_FIT;
}

int pcpu_area_map_find_block(struct pcpu_area_map *map, int size, int align)
{
	struct pcpu_fit fit;

	return pcpu_map_find(map, size, align, PCPU_PASS_TAKEN, &fit) ? pcpu_map_block_of(fit.start)
								      : -1;
}

int pcpu_area_map_cache_page(struct pcpu_area_map *map, int size, struct pcpu_map_growth *growth)
{
	struct pcpu_fit fit;

	if (!pcpu_map_find(map, size, PCPU_BLOCK_SIZE, PCPU_PASS_NONE, &fit))
		return PCPU_MAP_NO_FIT;
	return take(map, &fit, size, 1, PCPU_CACHED, growth) ? fit.off : PCPU_MAP_MUST_GROW;
}

/* How many areas of a size that its alignment divides start in @block, one behind the other. */
static int run_length(const struct pcpu_fit *fit, int block, int size, int max)
{
	int in_area = (fit->end - fit->off) / size;
	int in_block = (((block + 1) << PCPU_BLOCK_SHIFT) - fit->off + size - 1) / size;
	int nr = in_area < in_block ? in_area : in_block;

	/* an area that fits may start in the next block, when its head stays in this one */
	if (nr < 1)
		return 1;
	return nr < max ? nr : max;
}

int pcpu_area_map_cache(struct pcpu_area_map *map, int block, int size, int align, int *offs,
			int nr, struct pcpu_map_growth *growth)
{
	struct pcpu_fit fit;
	int got = 0, from = 0, run;

	while (got < nr && pcpu_map_hint(map, block) >= (uint32_t)size &&
	       pcpu_map_find_in_block(map, block, from, size, align, &fit)) {
		run = size % align ? 1 : run_length(&fit, block, size, nr - got);
		if (!take(map, &fit, size, run, PCPU_CACHED, growth))
			return got ? got : PCPU_MAP_MUST_GROW;
		for (int i = 0; i < run; i++)
			offs[got++] = fit.off + i * size;
		if (pcpu_map_block_of(fit.off + run * size) != block)
			break;
		from = pcpu_within_block(fit.off + run * size);
	}
	return got;
}

/* --- taking back --- */

/* Makes [off, end), one area, free, and joins it with free neighbours. */
static inline __attribute__((__always_inline__)) void make_free(struct pcpu_map_edit *edit, int off,
								int end)
{
	int before = pcpu_map_free_before(edit, off), start = off;
	struct pcpu_area_map *map = edit->map;
	uint32_t joined = 0;

	map->free_size += end - off;
	map->nr_areas--;
	map->failed_size = 0;
	if (before >= 0) {
		pcpu_map_edit_set(edit, off, PCPU_NO_START);
		start = before;
		joined = (uint32_t)(off - before);
	} else {
		pcpu_map_edit_set(edit, off, PCPU_FREE);
	}
	if (end < map->total && pcpu_map_edit_code(edit, end) == PCPU_FREE) {
		int behind = end;

		end = pcpu_map_edit_next(edit, behind);
		pcpu_map_edit_set(edit, behind, PCPU_NO_START);
		if (pcpu_map_block_of(behind) == pcpu_map_block_of(start))
			joined = pcpu_max_u32(joined, (uint32_t)(end - behind));
		else
			pcpu_map_hint_shrink(map, pcpu_map_block_of(behind),
					     (uint32_t)(end - behind), 0);
	}
	/* if it joins two of one block, the smaller one's bound is as good as it was */
	if (joined)
		pcpu_map_hint_expand(map, pcpu_map_block_of(start), joined,
				     (uint32_t)(end - start));
	else
		pcpu_map_hint_add(map, pcpu_map_block_of(start), (uint32_t)(end - start));
	pcpu_map_room_add(map, start, end);
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
	code = pcpu_map_code_at(map, off);
	start = code == PCPU_NO_START ? pcpu_map_prev_start(map, off) : off;
	if (start < 0)
		return -ENOENT;
	return pcpu_map_code_at(map, start) == PCPU_LIVE ? -ENOENT : -EALREADY;
}

int pcpu_area_map_free(struct pcpu_area_map *map, int off)
{
	int block = pcpu_map_block_of(off);
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
	struct pcpu_map_edit edit = pcpu_map_edit_begin(map);
	int end = pcpu_map_edit_next(&edit, off);

	make_free(&edit, off, end);
	pcpu_map_edit_end(&edit);
	return end - off;
}

int pcpu_area_map_release_runs(struct pcpu_area_map *map, int *offs, int nr, int *ends)
{
	struct pcpu_map_edit edit = pcpu_map_edit_begin(map);
	int runs = 0, at = 0;

	while (at < nr) {
		int start = offs[at], end = pcpu_map_edit_next(&edit, start);

		for (at++; at < nr && offs[at] == end; at++) {
			end = pcpu_map_edit_next(&edit, offs[at]);
			pcpu_map_edit_set(&edit, offs[at], PCPU_NO_START);
		}
		make_free(&edit, start, end);
		offs[runs] = start;
		ends[runs++] = end;
	}
	pcpu_map_edit_end(&edit);
	/* each run was one area */
	map->nr_areas -= nr - runs;
	return runs;
}

int pcpu_area_map_size_at(const struct pcpu_area_map *map, int off)
{
	if (off < map->head || off >= map->total || pcpu_map_code_at(map, off) != PCPU_LIVE)
		return misuse_at(map, off);
	return pcpu_map_next_start(map, off + 1) - off;
}
