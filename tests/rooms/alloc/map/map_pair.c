/* SPDX-License-Identifier: MIT */
/* map_pair.c - see map_pair.h. */
#include "map_pair.h"
#include "alloc/map/area_walk.h"
#include "ground/layout.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define complain(pair, ...) \
	(snprintf((pair)->complaint, sizeof((pair)->complaint), __VA_ARGS__), (pair)->complaint)

static void *zeroed(size_t size)
{
	void *memory = size ? calloc(1, size) : NULL;

	if (size && !memory)
		abort();
	return memory;
}

/* --- making and taking apart --- */

static int first_block(int head)
{
	return head / PCPU_BLOCK_SIZE;
}

void map_pair_init(struct map_pair *pair, int head, int free_bytes)
{
	size_t words_size = pcpu_area_map_words(head, free_bytes);
	int end = (head + free_bytes + PCPU_BLOCK_SIZE - 1) / PCPU_BLOCK_SIZE;

	*pair = (struct map_pair){.room = 64};
	signed_map_init(&pair->model, head, free_bytes);
	pair->areas = zeroed((size_t)pair->room * sizeof(*pair->areas));
	pair->memory = zeroed(pcpu_area_map_memory(head, free_bytes));
	pair->blocks = calloc((size_t)(end - first_block(head)), sizeof(*pair->blocks));
	if (!pair->blocks)
		abort();
	pcpu_area_map_init(&pair->map, pair->blocks - first_block(head), pair->memory,
			   zeroed(words_size), head, free_bytes, pair);
}

void map_pair_fini(struct map_pair *pair)
{
	for (int i = pair->map.first; i < pair->map.end; i++) {
		struct pcpu_block *block = &pair->map.blocks[i];
		struct pcpu_codes codes = pcpu_block_codes(block);

		if (codes.words != &block->word)
			free(codes.words);
	}
	free(pcpu_area_map_drop_rooms(&pair->map));
	free(pair->blocks);
	free(pair->memory);
	free(pair->areas);
	signed_map_fini(&pair->model);
}

static void add_area(struct map_pair *pair, int off)
{
	if (pair->nr_areas == pair->room) {
		pair->room *= 2;
		pair->areas = realloc(pair->areas, (size_t)pair->room * sizeof(*pair->areas));
		if (!pair->areas)
			abort();
	}
	pair->areas[pair->nr_areas++] = off;
}

static void drop_area(struct map_pair *pair, int off)
{
	for (int i = 0; i < pair->nr_areas; i++)
		if (pair->areas[i] == off) {
			pair->areas[i] = pair->areas[--pair->nr_areas];
			return;
		}
}

/* --- comparing --- */

static struct pcpu_block *block_at(struct map_pair *pair, int off)
{
	return &pair->map.blocks[off / PCPU_BLOCK_SIZE];
}

static int within(int off)
{
	return off % PCPU_BLOCK_SIZE;
}

static const char *compare(struct map_pair *pair)
{
	const struct pcpu_area_map *map = &pair->map;
	int largest = signed_map_largest(&pair->model);

	if (pcpu_area_map_free_size(map) != pair->model.free_size)
		return complain(pair, "free_size is %d, expected %d", map->free_size,
				pair->model.free_size);
	if (pcpu_area_map_nr_areas(map) != pair->nr_areas)
		return complain(pair, "nr_areas is %d, expected %d", map->nr_areas, pair->nr_areas);
	if (pcpu_area_map_contig_hint(map) < largest ||
	    pcpu_area_map_contig_hint(map) > pair->model.total)
		return complain(pair, "the hint is %d, the largest free area %d",
				pcpu_area_map_contig_hint(map), largest);
	return NULL;
}

static const char *compare_entry(struct map_pair *pair, int i, int off, int *end)
{
	const struct signed_entry *entry = &pair->model.entries[i];
	enum pcpu_code expected = entry->held ? PCPU_CACHED : PCPU_LIVE, code;
	int size;

	*end = pcpu_area_map_next(&pair->map, off, &size);
	if (size != entry->size || *end != off + abs(size))
		return complain(pair, "the area at %d is of %d bytes, expected %d", off, size,
				entry->size);
	if (i == 0 && pair->model.head)
		return NULL;
	if (size > 0)
		expected = PCPU_FREE;
	code = pcpu_code_at(pcpu_block_codes(block_at(pair, off)), within(off));
	if (code != expected)
		return complain(pair, "the code at %d is %d, expected %d", off, code, expected);
	return NULL;
}

const char *map_pair_check(struct map_pair *pair)
{
	const char *wrong = compare(pair);
	int off = 0;

	for (int i = 0; !wrong && i < pair->model.used; i++)
		wrong = compare_entry(pair, i, off, &off);
	if (wrong)
		return wrong;
	if (off != pair->model.total || pcpu_area_map_dump(&pair->map, NULL, 0) != pair->model.used)
		return complain(pair, "the map has other areas behind the last");
	if (pcpu_area_map_largest(&pair->map) != signed_map_largest(&pair->model))
		return complain(pair, "the largest free area is wrong");
	if (signed_map_nr_areas(&pair->model) != pair->nr_areas)
		return complain(pair, "the model does not know its areas");
	return pcpu_area_map_is_valid(&pair->map) ? NULL : complain(pair, "the map is not valid");
}

/* --- giving out --- */

/* What the map asks for before it can go on. */
static const char *grow(struct map_pair *pair, const struct pcpu_map_growth *growth, bool quiet)
{
	unsigned int shift = growth->shift;
	struct pcpu_codes old = pcpu_block_codes(growth->block);

	if (shift >= old.shift)
		return complain(pair, "a granule of 2^%u is to become one of 2^%u", old.shift,
				shift);
	if (quiet && pcpu_block_is_busy(growth->block))
		return complain(pair, "a quiet call wants to move codes that others may see");
	free(pcpu_block_move(growth->block, zeroed(pcpu_codes_size(shift)), shift));
	pair->growths++;
	return NULL;
}

static int call(struct map_pair *pair, const struct map_step *step, int block, int *offs,
		struct pcpu_map_growth *growth)
{
	struct pcpu_area_map *map = &pair->map;

	switch (step->op) {
	case MAP_HOLD:
		return pcpu_area_map_cache(map, block, step->size, step->align, offs, step->nr,
					   growth);
	case MAP_HOLD_PAGE:
		return pcpu_area_map_cache_page(map, step->size, growth);
	default:
		return pcpu_area_map_alloc(map, step->size, step->align, step->op != MAP_ALLOC,
					   step->op == MAP_ALLOC_AS_IS ? NULL : growth);
	}
}

/* The call with all that it wants to grow; until it does, nothing changes. */
static const char *call_growing(struct map_pair *pair, const struct map_step *step, int block,
				int *offs, int *result)
{
	struct pcpu_map_growth growth;

	for (int round = 0;; round++) {
		const char *wrong;

		*result = call(pair, step, block, offs, &growth);
		if (*result != PCPU_MAP_MUST_GROW)
			return NULL;
		if (round == 2)
			return complain(pair, "it wants to grow a third time");
		wrong = compare(pair);
		if (!wrong)
			wrong = grow(pair, &growth, step->op == MAP_ALLOC_QUIET);
		if (wrong)
			return wrong;
	}
}

static bool is_fine(struct map_pair *pair, int off)
{
	return pcpu_codes_reach(pcpu_block_codes(block_at(pair, off)), within(off));
}

static bool has_tail(const struct signed_fit *fit, int size)
{
	return fit->end - fit->off - size >= PCPU_MIN_AREA;
}

/* Whether the codes are fine enough for this, or with a quiet call nobody sees them become so. */
static bool is_ready(struct map_pair *pair, enum map_op op, const struct signed_fit *fit, int size)
{
	const int starts[] = {fit->off, fit->off + size};

	for (int i = 0; i < (has_tail(fit, size) ? 2 : 1); i++)
		if (!is_fine(pair, starts[i]) &&
		    (op == MAP_ALLOC_AS_IS || pcpu_block_is_busy(block_at(pair, starts[i]))))
			return false;
	return true;
}

static int end_of_block(int off)
{
	return (off / PCPU_BLOCK_SIZE + 1) * PCPU_BLOCK_SIZE;
}

/* The first fit, where the op passes over those in blocks that do not do. */
static bool find(struct map_pair *pair, const struct map_step *step, struct signed_fit *fit)
{
	int align = step->op == MAP_HOLD_PAGE ? PCPU_BLOCK_SIZE : step->align;

	for (int from = 0; signed_map_find(&pair->model, from, INT_MAX, step->size, align, fit);
	     from = end_of_block(fit->start)) {
		if ((step->op == MAP_ALLOC_QUIET || step->op == MAP_ALLOC_AS_IS) &&
		    !is_ready(pair, step->op, fit, step->size))
			continue;
		if (step->op == MAP_FIND_BLOCK && block_at(pair, fit->start)->taken)
			continue;
		return true;
	}
	return false;
}

/*
 * What a search in vain says is exact, unless it was known that it would be in vain: of the whole,
 * or, where the map has rooms, of blocks.
 */
static const char *check_failure(struct map_pair *pair, const struct map_step *step, bool searched)
{
	int hint = pcpu_area_map_contig_hint(&pair->map);

	pair->failures++;
	if (searched && !pair->map.rooms && hint >= step->size &&
	    hint != signed_map_largest(&pair->model))
		return complain(pair, "the hint is %d after a search in vain, the largest is %d",
				hint, signed_map_largest(&pair->model));
	return NULL;
}

static const char *step_alloc(struct map_pair *pair, const struct map_step *step)
{
	bool is_plain = step->op == MAP_ALLOC || step->op == MAP_HOLD_PAGE;
	bool searches = is_plain && pair->map.failed_size == 0;
	struct signed_fit fit;
	/* before the call, which changes what is ready */
	bool found = find(pair, step, &fit);
	int off, expected = found ? fit.off : PCPU_MAP_NO_FIT;
	const char *wrong = call_growing(pair, step, 0, NULL, &off);

	if (wrong)
		return wrong;
	if (off != expected)
		return complain(pair, "the offset is %d, expected %d", off, expected);
	if (!found)
		return check_failure(pair, step, searches);
	signed_map_take(&pair->model, &fit, step->size, 1, step->op == MAP_HOLD_PAGE);
	add_area(pair, off);
	return NULL;
}

/* How many areas are cut from one free area: those that start in @block, at least one. */
static int run_of(const struct signed_fit *fit, const struct map_step *step, int end, int most)
{
	int run = 0;

	if (step->size % step->align)
		return 1;
	while (run < most && fit->off + run * step->size < end &&
	       fit->off + (run + 1) * step->size <= fit->end)
		run++;
	return run ? run : 1;
}

/* The first fit in the block, at or behind @from. */
static bool find_in_block(struct map_pair *pair, const struct map_step *step, int block, int from,
			  struct signed_fit *fit)
{
	return signed_map_find(&pair->model, from, (block + 1) * PCPU_BLOCK_SIZE, step->size,
			       step->align, fit);
}

/* Enters what was held into the model. @from: becomes the offset behind the last. */
static const char *take_held(struct map_pair *pair, const struct map_step *step, int block,
			     const int *offs, int nr, int *from)
{
	struct signed_fit fit;
	int got = 0, run;

	for (; got < nr; got += run) {
		if (!find_in_block(pair, step, block, *from, &fit))
			return complain(pair, "%d areas are held, expected %d", nr, got);
		run = run_of(&fit, step, (block + 1) * PCPU_BLOCK_SIZE, step->nr - got);
		if (got + run > nr)
			return complain(pair, "%d areas are held, expected %d", nr, got + run);
		for (int i = 0; i < run; i++) {
			if (offs[got + i] != fit.off + i * step->size)
				return complain(pair, "area %d is held at %d, expected %d", got + i,
						offs[got + i], fit.off + i * step->size);
			add_area(pair, offs[got + i]);
		}
		signed_map_take(&pair->model, &fit, step->size, run, true);
		*from = fit.off + run * step->size;
	}
	return NULL;
}

/* Whether there was no more, or the granule did not let there be more. */
static bool is_all_of_it(struct map_pair *pair, const struct map_step *step, int block, int from,
			 int nr)
{
	struct signed_fit fit;
	int run, end;

	if (!find_in_block(pair, step, block, from, &fit))
		return true;
	run = run_of(&fit, step, (block + 1) * PCPU_BLOCK_SIZE, step->nr - nr);
	end = fit.off + run * step->size;
	return nr > 0 &&
	       !(is_fine(pair, fit.off) && (run == 1 || is_fine(pair, fit.off + step->size)) &&
		 (fit.end - end < PCPU_MIN_AREA || is_fine(pair, end)));
}

static const char *step_hold(struct map_pair *pair, const struct map_step *step)
{
	const struct pcpu_area_map *map = &pair->map;
	int offs[MAP_MOST_HELD], nr, from, block;
	struct signed_fit fit;
	const char *wrong;

	if (map->first == map->end)
		return NULL;
	block = map->first + (int)(step->which % (unsigned int)(map->end - map->first));
	if (step->which % 4 && find(pair, step, &fit))
		block = fit.start / PCPU_BLOCK_SIZE;
	wrong = call_growing(pair, step, block, offs, &nr);
	from = block * PCPU_BLOCK_SIZE;
	if (!wrong)
		wrong = take_held(pair, step, block, offs, nr, &from);
	if (wrong || nr == step->nr || is_all_of_it(pair, step, block, from, nr))
		return wrong;
	return complain(pair, "%d areas are held, and there is one more", nr);
}

static const char *step_find_block(struct map_pair *pair, const struct map_step *step)
{
	struct signed_fit fit;
	int expected = find(pair, step, &fit) ? fit.start / PCPU_BLOCK_SIZE : -1;
	int block = pcpu_area_map_find_block(&pair->map, step->size, step->align);

	if (block != expected)
		return complain(pair, "the block is %d, expected %d", block, expected);
	return NULL;
}

/* --- taking back --- */

static bool is_held(const struct map_pair *pair, int off)
{
	return signed_map_held_at(&pair->model, off) > 0;
}

static const char *step_give_back(struct map_pair *pair, int off)
{
	bool held = is_held(pair, off);
	int size =
		held ? pcpu_area_map_release(&pair->map, off) : pcpu_area_map_free(&pair->map, off);
	int expected =
		held ? signed_map_release(&pair->model, off) : signed_map_free(&pair->model, off);

	drop_area(pair, off);
	if (size != expected)
		return complain(pair, "%d bytes became free at %d, expected %d", size, off,
				expected);
	return NULL;
}

/* The runs among @nr held areas, as pcpu_area_map_release_runs() tells them. */
static int expect_runs(const struct map_pair *pair, const int *held, int nr, int *offs, int *ends)
{
	int runs = 0;

	for (int i = 0; i < nr; i++) {
		int end = held[i] + signed_map_held_at(&pair->model, held[i]);

		if (runs > 0 && ends[runs - 1] == held[i]) {
			ends[runs - 1] = end;
			continue;
		}
		offs[runs] = held[i];
		ends[runs++] = end;
	}
	return runs;
}

static const char *step_release_runs(struct map_pair *pair, const struct map_step *step, int off)
{
	int held[MAP_MOST_HELD], offs[MAP_MOST_HELD], ends[MAP_MOST_HELD];
	int expected_offs[MAP_MOST_HELD], expected_ends[MAP_MOST_HELD];
	int nr = signed_map_held_from(&pair->model, off, held, step->nr), runs, expected;

	expected = expect_runs(pair, held, nr, expected_offs, expected_ends);
	memcpy(offs, held, (size_t)nr * sizeof(*offs));
	runs = pcpu_area_map_release_runs(&pair->map, offs, nr, ends);
	if (runs != expected || memcmp(offs, expected_offs, (size_t)runs * sizeof(*offs)) != 0 ||
	    memcmp(ends, expected_ends, (size_t)runs * sizeof(*ends)) != 0)
		return complain(pair, "%d runs of %d areas from %d on, expected %d", runs, nr, off,
				expected);
	for (int i = 0; i < nr; i++) {
		drop_area(pair, held[i]);
		signed_map_release(&pair->model, held[i]);
	}
	return NULL;
}

static const char *step_switch(struct map_pair *pair, int off)
{
	bool held = is_held(pair, off);
	enum pcpu_code from = held ? PCPU_CACHED : PCPU_LIVE, to = held ? PCPU_LIVE : PCPU_CACHED;
	struct pcpu_codes codes = pcpu_block_codes(block_at(pair, off));

	if (pcpu_code_exchange(codes, within(off), to, from) ||
	    !pcpu_code_exchange(codes, within(off), from, to))
		return complain(pair, "the area at %d is not what it was", off);
	signed_map_hold(&pair->model, off, !held);
	return NULL;
}

static const char *step_free_any(struct map_pair *pair, const struct map_step *step)
{
	/* some before the start and behind the end, too */
	int off = (int)(step->which % ((unsigned int)pair->model.total + 16)) - 8;
	int expected = signed_map_size_at(&pair->model, off);
	int size = pcpu_area_map_size_at(&pair->map, off);

	if (size == expected) {
		size = pcpu_area_map_free(&pair->map, off);
		signed_map_free(&pair->model, off);
	}
	if (size != expected)
		return complain(pair, "%d at %d, expected %d", size, off, expected);
	if (size > 0)
		drop_area(pair, off);
	return NULL;
}

/* --- what the map's user does with blocks --- */

static const char *step_block(struct map_pair *pair, const struct map_step *step)
{
	int nr = pair->map.end - pair->map.first;
	struct pcpu_block *block;
	unsigned int shift;

	if (nr == 0)
		return NULL;
	block = &pair->map.blocks[pair->map.first + (int)(step->which % (unsigned int)nr)];
	if (step->op == MAP_TAKE_BLOCK) {
		block->taken = !block->taken;
		return NULL;
	}
	shift = pcpu_block_coarsest(block);
	if (shift < pcpu_block_codes(block).shift)
		return complain(pair, "the codes are coarser than the starts allow");
	if (shift > pcpu_block_codes(block).shift)
		free(pcpu_block_move(
			block, shift == PCPU_GRANULE_INLINE ? NULL : zeroed(pcpu_codes_size(shift)),
			shift));
	return NULL;
}

static const char *step_rooms(struct map_pair *pair)
{
	void *memory = pcpu_area_map_drop_rooms(&pair->map);

	if (memory)
		free(memory);
	else
		pcpu_area_map_add_rooms(&pair->map, zeroed(pcpu_area_map_rooms_memory(&pair->map)));
	return NULL;
}

/* --- one step --- */

static const char *do_step(struct map_pair *pair, const struct map_step *step)
{
	int off = pair->nr_areas ? pair->areas[step->which % (unsigned int)pair->nr_areas] : -1;

	switch (step->op) {
	case MAP_GIVE_BACK:
		return off < 0 ? NULL : step_give_back(pair, off);
	case MAP_SWITCH:
		return off < 0 ? NULL : step_switch(pair, off);
	case MAP_RELEASE_RUN:
		return off < 0 ? NULL : step_release_runs(pair, step, off);
	case MAP_FREE_ANY:
		return step_free_any(pair, step);
	case MAP_HOLD:
		return step_hold(pair, step);
	case MAP_FIND_BLOCK:
		return step_find_block(pair, step);
	case MAP_TAKE_BLOCK:
	case MAP_COARSEN:
		return step_block(pair, step);
	case MAP_ROOMS:
		return step_rooms(pair);
	default:
		return step_alloc(pair, step);
	}
}

const char *map_pair_step(struct map_pair *pair, const struct map_step *step)
{
	const char *wrong = do_step(pair, step);

	return wrong ? wrong : compare(pair);
}

void map_pair_print_step(const struct map_step *step)
{
	static const char *const names[MAP_NR_OPS] = {
		[MAP_ALLOC] = "alloc",
		[MAP_ALLOC_QUIET] = "alloc_quiet",
		[MAP_ALLOC_AS_IS] = "alloc_as_is",
		[MAP_GIVE_BACK] = "give_back",
		[MAP_SWITCH] = "switch",
		[MAP_FREE_ANY] = "free_any",
		[MAP_RELEASE_RUN] = "release_run",
		[MAP_HOLD] = "hold",
		[MAP_HOLD_PAGE] = "hold_page",
		[MAP_FIND_BLOCK] = "find_block",
		[MAP_TAKE_BLOCK] = "take_block",
		[MAP_COARSEN] = "coarsen",
		[MAP_ROOMS] = "rooms",
	};

	fprintf(stderr, "%s size %d align %d which %u nr %d\n", names[step->op], step->size,
		step->align, step->which, step->nr);
}
