/* SPDX-License-Identifier: MIT */
/*
 * test_area_map.c - the area map against vectors of the kernel's, and what they leave open
 *
 * Maps are built through the interface, also the ones that a vector starts from. Only load() knows
 * the representation: it makes the maps that no sequence of calls makes.
 */
#include "support/cmocka_all.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/map/area_map.h"
#include "alloc/map/area_walk.h"
#include "ground/bitmap.h"
#include "alloc/chunk/slot.h"
#include "support/random.h"

#define UNIT 32768
#define ROOM 32
#define MAX_ENTRIES 16
#define PAGE PCPU_BLOCK_SIZE

/* A list of entries that ends with a 0, which no map holds. */
#define MAP(...)               \
	{                      \
		__VA_ARGS__, 0 \
	}

enum call { NONE, ALLOC, FREE };

/* Where relocation puts the chunk. */
enum move { STAYS, FRONT, END };

/* The hint of a vector is the kernel's: ours may be tighter. */
struct state {
	int map[MAX_ENTRIES];
	int free_size, hint, slot;
};

struct row {
	const char *name;
	const char *after;   /* starts from the end of this row ... */
	bool synthetic;      /* ... or from a map that calls cannot make: see load() */
	struct state before; /* ... or from this one */
	enum call call;
	int arg, align; /* size and alignment, or the offset to free */
	int result;
	struct state state;
	enum move move;
};

/* --- a unit and its map --- */

/* As large as the map asks for, and no larger, for the address sanitizer. */
struct unit {
	struct pcpu_area_map map;
	struct pcpu_block *blocks; /* from the first on that is the map's */
	void *memory;
};

static void *zeroed(size_t size)
{
	return size ? calloc(1, size) : NULL;
}

static void make_unit(struct unit *unit, int head, int free_bytes)
{
	int first = head / PAGE, end = (head + free_bytes + PAGE - 1) / PAGE;

	unit->blocks = calloc((size_t)(end - first), sizeof(*unit->blocks));
	unit->memory = zeroed(pcpu_area_map_memory(head, free_bytes));
	pcpu_area_map_init(&unit->map, unit->blocks - first, unit->memory,
			   zeroed(pcpu_area_map_words(head, free_bytes)), head, free_bytes, unit);
}

static void end_unit(struct unit *unit)
{
	for (int i = unit->map.first; i < unit->map.end; i++) {
		struct pcpu_block *block = &unit->map.blocks[i];

		if (pcpu_block_codes(block).words != &block->word)
			free(pcpu_block_codes(block).words);
	}
	free(pcpu_area_map_drop_rooms(&unit->map));
	free(unit->blocks);
	free(unit->memory);
}

static void add_rooms(struct unit *unit)
{
	pcpu_area_map_add_rooms(&unit->map, zeroed(pcpu_area_map_rooms_memory(&unit->map)));
}

static struct pcpu_block *block_at(struct unit *unit, int off)
{
	return &unit->map.blocks[off / PAGE];
}

static unsigned int shift_at(struct unit *unit, int off)
{
	return pcpu_block_codes(block_at(unit, off)).shift;
}

static void grow_to(struct pcpu_block *block, unsigned int shift)
{
	free(pcpu_block_move(block, zeroed(pcpu_codes_size(shift)), shift));
}

/* An allocation with as much growth as it takes. */
static int alloc(struct unit *unit, int size, int align)
{
	struct pcpu_map_growth growth;
	int off;

	while ((off = pcpu_area_map_alloc(&unit->map, size, align, false, &growth)) ==
	       PCPU_MAP_MUST_GROW)
		grow_to(growth.block, growth.shift);
	return off;
}

static int hold(struct unit *unit, int block, int size, int align, int *offs, int nr)
{
	struct pcpu_map_growth growth;
	int got;

	while ((got = pcpu_area_map_cache(&unit->map, block, size, align, offs, nr, &growth)) ==
	       PCPU_MAP_MUST_GROW)
		grow_to(growth.block, growth.shift);
	return got;
}

static int hold_page(struct unit *unit, int size)
{
	struct pcpu_map_growth growth;
	int off;

	while ((off = pcpu_area_map_cache_page(&unit->map, size, &growth)) == PCPU_MAP_MUST_GROW)
		grow_to(growth.block, growth.shift);
	return off;
}

static enum pcpu_code code_at(struct unit *unit, int off)
{
	return pcpu_code_at(pcpu_block_codes(block_at(unit, off)), off % PAGE);
}

/* As a cache does: live to held. */
static bool make_held(struct unit *unit, int off)
{
	return pcpu_code_exchange(pcpu_block_codes(block_at(unit, off)), off % PAGE, PCPU_LIVE,
				  PCPU_CACHED);
}

/* --- comparing --- */

static int length(const int *entries)
{
	int n = 0;

	while (entries[n])
		n++;
	return n;
}

static void print_map(const char *what, const int *entries, int n)
{
	fprintf(stderr, "  %s: [", what);
	for (int i = 0; i < n; i++)
		fprintf(stderr, "%s%d", i ? ", " : "", entries[i]);
	fprintf(stderr, "]\n");
}

static void check_map(const char *row, const struct pcpu_area_map *map, const int *expected)
{
	int entries[ROOM], n = pcpu_area_map_dump(map, entries, ROOM);

	if (n == length(expected) && !memcmp(entries, expected, (size_t)n * sizeof(*entries)))
		return;
	print_map("expected", expected, length(expected));
	print_map("found", entries, n < ROOM ? n : ROOM);
	fail_msg("row %s: wrong map", row);
}

static void check_number(const char *row, const char *what, int found, int expected)
{
	if (found != expected)
		fail_msg("row %s: %s is %d, expected %d", row, what, found, expected);
}

static int largest_of(const int *entries)
{
	int largest = 0;

	for (; *entries; entries++)
		if (*entries > largest)
			largest = *entries;
	return largest;
}

/* Never below the largest free area, and no looser than the kernel's. */
static void check_hint(const char *row, const struct pcpu_area_map *map, const int *entries,
		       int kernels)
{
	int hint = pcpu_area_map_contig_hint(map);

	check_number(row, "largest", pcpu_area_map_largest(map), largest_of(entries));
	if (hint < largest_of(entries) || hint > kernels)
		fail_msg("row %s: the hint is %d, expected %d to %d", row, hint,
			 largest_of(entries), kernels);
}

static int slot_of(const struct pcpu_area_map *map)
{
	return pcpu_slot_of(pcpu_area_map_free_size(map), pcpu_area_map_contig_hint(map), UNIT);
}

static void check_state(const char *row, const struct pcpu_area_map *map,
			const struct state *expected)
{
	check_map(row, map, expected->map);
	check_number(row, "free_size", pcpu_area_map_free_size(map), expected->free_size);
	check_hint(row, map, expected->map, expected->hint);
	check_number(row, "slot", slot_of(map), expected->slot);
}

static int sum_of(const int *entries)
{
	int sum = 0;

	for (; *entries; entries++)
		sum += abs(*entries);
	return sum;
}

/* --- maps by hand --- */

static void put_start(struct unit *unit, int off, enum pcpu_code code)
{
	pcpu_block_set(block_at(unit, off), off % PAGE, code);
	pcpu_set_bit((unsigned int)(off / PAGE), unit->map.starts);
	unit->map.nr_starts[off / PAGE]++;
}

static void put_free_area(struct unit *unit, int off, int size)
{
	uint32_t *hint = &unit->map.hints.numbers[0][off / PAGE], length = (uint32_t)size;

	put_start(unit, off, PCPU_FREE);
	unit->map.free_size += size;
	if (length > *hint) {
		block_at(unit, off)->second = *hint;
		*hint = length;
	} else if (length > block_at(unit, off)->second) {
		block_at(unit, off)->second = length;
	}
	for (int level = 1, at = off / PAGE; level < unit->map.hints.levels; level++) {
		at /= 16;
		if (length > unit->map.hints.numbers[level][at])
			unit->map.hints.numbers[level][at] = length;
	}
}

/* Put entries in place, as no sequence of calls can: the map is made fresh and used, without codes.
 */
static void load(struct unit *unit, const int *entries)
{
	int off = 0, fresh;

	make_unit(unit, 0, sum_of(entries));
	fresh = alloc(unit, sum_of(entries), 1);
	pcpu_block_set(block_at(unit, fresh), fresh, PCPU_NO_START);
	unit->map.nr_starts[0] = 0;
	unit->map.nr_areas = 0;
	for (int i = unit->map.first; i < unit->map.end; i++)
		grow_to(&unit->map.blocks[i], 0);
	for (; *entries; off += abs(*entries++)) {
		if (*entries > 0) {
			put_free_area(unit, off, *entries);
			continue;
		}
		put_start(unit, off, PCPU_LIVE);
		unit->map.nr_areas++;
	}
}

/* Make a map by calls: allocate every area in order, then free those that are to be free. */
static void build(const char *row, struct unit *unit, const int *entries)
{
	int off = 0;

	make_unit(unit, 0, sum_of(entries));
	for (int i = 0; entries[i]; off += abs(entries[i++]))
		check_number(row, "offset while building", alloc(unit, abs(entries[i]), 1), off);
	off = 0;
	for (int i = 0; entries[i]; off += abs(entries[i++]))
		if (entries[i] > 0)
			check_number(row, "size while building",
				     pcpu_area_map_free(&unit->map, off), entries[i]);
}

/* --- running rows --- */

static int do_call(struct unit *unit, const struct row *row)
{
	switch (row->call) {
	case ALLOC:
		return alloc(unit, row->arg, row->align);
	case FREE:
		return pcpu_area_map_free(&unit->map, row->arg);
	default:
		return 0;
	}
}

/* The vectors say "front" for a chunk that got emptier and "end" for one that got fuller. */
static enum move move_between(int old_slot, int new_slot)
{
	return old_slot == new_slot ? STAYS : old_slot < new_slot ? FRONT : END;
}

static void run_call(const struct row *row, struct unit *unit)
{
	int old_slot = slot_of(&unit->map);

	check_number(row->name, "result", do_call(unit, row), row->result);
	check_state(row->name, &unit->map, &row->state);
	check_number(row->name, "move", (int)move_between(old_slot, slot_of(&unit->map)),
		     (int)row->move);
	if (!pcpu_area_map_is_valid(&unit->map) && !row->synthetic)
		fail_msg("row %s: the map is not valid", row->name);
}

/* --- one call after the other --- */

/* A free returns the bytes that became free: the vectors show them in the map. */
static const struct row sequence[] = {
	{"0", .call = NONE, .state = {MAP(32768), 32768, 32768, 14}},
	{"1 alloc(8, 8)", .call = ALLOC, .arg = 8, .align = 8, .result = 0,
	 .state = {MAP(-8, 32760), 32760, 32760, 12}, .move = END},
	{"2 alloc(4, 4)", .call = ALLOC, .arg = 4, .align = 4, .result = 8,
	 .state = {MAP(-8, -4, 32756), 32756, 32756, 12}},
	{"3 alloc(16, 16)", .call = ALLOC, .arg = 16, .align = 16, .result = 16,
	 .state = {MAP(-8, -4, 4, -16, 32736), 32740, 32736, 12}},
	{"4 alloc(4, 4)", .call = ALLOC, .arg = 4, .align = 4, .result = 12,
	 .state = {MAP(-8, -4, -4, -16, 32736), 32736, 32736, 12}},
	{"5 alloc(6, 2)", .call = ALLOC, .arg = 6, .align = 2, .result = 32,
	 .state = {MAP(-8, -4, -4, -16, -6, 32730), 32730, 32730, 12}},
	{"6 alloc(8, 8)", .call = ALLOC, .arg = 8, .align = 8, .result = 40,
	 .state = {MAP(-8, -4, -4, -16, -8, -8, 32720), 32720, 32720, 12}},
	{"7 alloc(1, 1)", .call = ALLOC, .arg = 1, .align = 1, .result = 48,
	 .state = {MAP(-8, -4, -4, -16, -8, -8, -1, 32719), 32719, 32719, 12}},
	{"8 alloc(2, 2)", .call = ALLOC, .arg = 2, .align = 2, .result = 50,
	 .state = {MAP(-8, -4, -4, -16, -8, -8, -2, -2, 32716), 32716, 32716, 12}},
	{"9 alloc(64, 64)", .call = ALLOC, .arg = 64, .align = 64, .result = 64,
	 .state = {MAP(-8, -4, -4, -16, -8, -8, -2, -2, 12, -64, 32640), 32652, 32640, 12}},
	{"10 alloc(4096, 4096)", .call = ALLOC, .arg = 4096, .align = 4096, .result = 4096,
	 .state = {MAP(-8, -4, -4, -16, -8, -8, -2, -2, 12, -64, 3968, -4096, 24576), 28556, 24576,
		   12}},
	{"11 free(16)", .call = FREE, .arg = 16, .result = 16,
	 .state = {MAP(-8, -4, -4, 16, -8, -8, -2, -2, 12, -64, 3968, -4096, 24576), 28572, 24576,
		   12}},
	{"12 free(12)", .call = FREE, .arg = 12, .result = 4,
	 .state = {MAP(-8, -4, 20, -8, -8, -2, -2, 12, -64, 3968, -4096, 24576), 28576, 24576, 12}},
	{"13 free(8)", .call = FREE, .arg = 8, .result = 4,
	 .state = {MAP(-8, 24, -8, -8, -2, -2, 12, -64, 3968, -4096, 24576), 28580, 24576, 12}},
	{"14 free(0)", .call = FREE, .arg = 0, .result = 8,
	 .state = {MAP(32, -8, -8, -2, -2, 12, -64, 3968, -4096, 24576), 28588, 24576, 12}},
};

static void running_sequence_matches_every_row(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, UNIT);
	for (size_t i = 0; i < ARRAY_SIZE(sequence); i++)
		run_call(&sequence[i], &unit);
	end_unit(&unit);
}

/* --- one call on a given map; every row is a test of its own, see main() --- */

static const struct row single_cases[] = {
	{"A1 aligned, no head, tail kept", .before = {MAP(32768), 32768, 32768, 14}, .call = ALLOC,
	 .arg = 8, .align = 8, .result = 0, .state = {MAP(-8, 32760), 32760, 32760, 12},
	 .move = END},
	{"A2 whole chunk", .before = {MAP(32768), 32768, 32768, 14}, .call = ALLOC, .arg = 32768,
	 .align = 4096, .result = 0, .state = {MAP(-32768), 0, 0, 0}, .move = END},
	{"B1 head 2 into used neighbour", .before = {MAP(-6, 32762), 32762, 32762, 12},
	 .call = ALLOC, .arg = 8, .align = 8, .result = 8,
	 .state = {MAP(-8, -8, 32752), 32752, 32752, 12}, .move = STAYS},
	{"B2 head 3 into used neighbour, not last", .before = {MAP(-5, 59, -32704), 59, 59, 3},
	 .call = ALLOC, .arg = 8, .align = 8, .result = 8,
	 .state = {MAP(-8, -8, 48, -32704), 48, 59, 3}, .move = STAYS},
	{"B3 head 2 into used neighbour, exact rest", .before = {MAP(-6, 10, -32752), 10, 10, 1},
	 .call = ALLOC, .arg = 8, .align = 8, .result = 8, .state = {MAP(-8, -8, -32752), 0, 10, 0},
	 .move = END},
	{"B4 head 2 and tail 3 both absorbed", .before = {MAP(-6, 13, -32749), 13, 13, 1},
	 .call = ALLOC, .arg = 8, .align = 8, .result = 8,
	 .state = {MAP(-8, -11, -32749), 0, 13, 0}, .move = END},
	{"B5 head 2 into free neighbour", .synthetic = true,
	 .before = {MAP(6, 26, -32736), 32, 26, 3}, .call = ALLOC, .arg = 20, .align = 8,
	 .result = 8, .state = {MAP(8, -20, 4, -32736), 12, 26, 1}, .move = END},
	{"B6 head 26 into free neighbour", .synthetic = true,
	 .before = {MAP(6, 58, -32704), 64, 58, 4}, .call = ALLOC, .arg = 16, .align = 32,
	 .result = 32, .state = {MAP(32, -16, 16, -32704), 48, 58, 3}, .move = END},
	{"B7 head 4, kept as free area", .before = {MAP(-4, 32764), 32764, 32764, 12},
	 .call = ALLOC, .arg = 8, .align = 8, .result = 8,
	 .state = {MAP(-4, 4, -8, 32752), 32756, 32752, 12}, .move = STAYS},
	{"C1 tail 2 absorbed", .before = {MAP(20, -32748), 20, 20, 2}, .call = ALLOC, .arg = 18,
	 .align = 2, .result = 0, .state = {MAP(-20, -32748), 0, 20, 0}, .move = END},
	{"C2 exact fit, last entry", .before = {MAP(-32704, 64), 64, 64, 4}, .call = ALLOC,
	 .arg = 64, .align = 8, .result = 32704, .state = {MAP(-32704, -64), 0, 0, 0}, .move = END},
	{"C3 tail exactly 4, kept", .before = {MAP(-32704, 64), 64, 64, 4}, .call = ALLOC,
	 .arg = 60, .align = 4, .result = 32704, .state = {MAP(-32704, -60, 4), 4, 4, 1},
	 .move = END},
	{"C4 tail 3 absorbed, last entry", .before = {MAP(-32704, 64), 64, 64, 4}, .call = ALLOC,
	 .arg = 61, .align = 1, .result = 32704, .state = {MAP(-32704, -64), 0, 0, 0}, .move = END},
	{"D1 head and tail, three-way split", .before = {MAP(-12, 84, -32672), 84, 84, 4},
	 .call = ALLOC, .arg = 32, .align = 32, .result = 32,
	 .state = {MAP(-12, 20, -32, 32, -32672), 52, 84, 3}, .move = END},
	{"D2 stale hint corrected by a failed scan", .after = "D1", .call = ALLOC, .arg = 40,
	 .align = 4, .result = -1, .state = {MAP(-12, 20, -32, 32, -32672), 52, 32, 3},
	 .move = STAYS},
	{"D3 big enough but not when aligned", .before = {MAP(-4, 12, -32752), 12, 12, 1},
	 .call = ALLOC, .arg = 12, .align = 8, .result = -1,
	 .state = {MAP(-4, 12, -32752), 12, 12, 1}, .move = STAYS},
	{"D4 page alignment", .before = {MAP(-100, 32668), 32668, 32668, 12}, .call = ALLOC,
	 .arg = 4096, .align = 4096, .result = 4096,
	 .state = {MAP(-100, 3996, -4096, 24576), 28572, 24576, 12}, .move = STAYS},
	{"D5 first fit, not best fit", .before = {MAP(-16, 64, -16, 16, -32656), 80, 64, 4},
	 .call = ALLOC, .arg = 16, .align = 8, .result = 16,
	 .state = {MAP(-16, -16, 48, -16, 16, -32656), 64, 64, 4}, .move = STAYS},
	{"D6 hint stays too large", .before = {MAP(-16, 64, -32640, 48), 112, 64, 4}, .call = ALLOC,
	 .arg = 64, .align = 8, .result = 16, .state = {MAP(-16, -64, -32640, 48), 48, 64, 3},
	 .move = END},
	{"D7 a failed scan corrects the hint of D6", .after = "D6", .call = ALLOC, .arg = 60,
	 .align = 4, .result = -1, .state = {MAP(-16, -64, -32640, 48), 48, 48, 3}, .move = STAYS},
	{"E1 free between used", .before = {MAP(-8, -16, -32744), 0, 0, 0}, .call = FREE, .arg = 8,
	 .result = 16, .state = {MAP(-8, 16, -32744), 16, 16, 2}, .move = FRONT},
	{"E2 merge with the one before", .before = {MAP(-8, 16, -24, -32720), 16, 16, 2},
	 .call = FREE, .arg = 24, .result = 24, .state = {MAP(-8, 40, -32720), 40, 40, 3},
	 .move = FRONT},
	{"E3 merge with the one after", .before = {MAP(-8, -16, 24, -32720), 24, 24, 2},
	 .call = FREE, .arg = 8, .result = 16, .state = {MAP(-8, 40, -32720), 40, 40, 3},
	 .move = FRONT},
	{"E4 merge both sides", .before = {MAP(-8, 16, -24, 40, -32680), 56, 40, 3}, .call = FREE,
	 .arg = 24, .result = 24, .state = {MAP(-8, 80, -32680), 80, 80, 4}, .move = FRONT},
	{"E5 becomes wholly free", .before = {MAP(-8, 32760), 32760, 32760, 12}, .call = FREE,
	 .arg = 0, .result = 8, .state = {MAP(32768), 32768, 32768, 14}, .move = FRONT},
	{"E6 head sliver comes back with its owner", .after = "B1", .call = FREE, .arg = 0,
	 .result = 8, .state = {MAP(8, -8, 32752), 32760, 32752, 12}, .move = STAYS},
	{"E7 then all is free", .after = "E6", .call = FREE, .arg = 8, .result = 8,
	 .state = {MAP(32768), 32768, 32768, 14}, .move = FRONT},
	{"E8 other order: sliver stays with its owner", .after = "B1", .call = FREE, .arg = 8,
	 .result = 8, .state = {MAP(-8, 32760), 32760, 32760, 12}, .move = STAYS},
	{"E9 small area next to a sliver owner", .after = "B3", .call = FREE, .arg = 8, .result = 8,
	 .state = {MAP(-8, 8, -32752), 8, 10, 1}, .move = FRONT},
	{"E10 not a start of an area", .before = {MAP(-8, 32760), 32760, 32760, 12}, .call = FREE,
	 .arg = 4, .result = -ENOENT, .state = {MAP(-8, 32760), 32760, 32760, 12}, .move = STAYS},
	{"E11 double free", .before = {MAP(-8, 32760), 32760, 32760, 12}, .call = FREE, .arg = 8,
	 .result = -EALREADY, .state = {MAP(-8, 32760), 32760, 32760, 12}, .move = STAYS},
};

static const struct row *find_row(const char *number)
{
	size_t len = strlen(number);

	for (size_t i = 0; i < ARRAY_SIZE(single_cases); i++)
		if (!strncmp(single_cases[i].name, number, len) && single_cases[i].name[len] == ' ')
			return &single_cases[i];
	fail_msg("no row %s", number);
	return NULL;
}

static void run_row(const struct row *row, struct unit *unit)
{
	if (row->after) {
		run_row(find_row(row->after), unit);
	} else {
		if (row->synthetic)
			load(unit, row->before.map);
		else
			build(row->name, unit, row->before.map);
		check_state(row->name, &unit->map, &row->before);
	}
	run_call(row, unit);
}

static void single_case_matches(void **state)
{
	struct unit unit;

	run_row(*state, &unit);
	end_unit(&unit);
}

/* --- behind a static area, which keeps the slivers that it gets --- */

struct first_chunk_row {
	const char *name;
	int head, dyn; /* of a fresh view; 0: go on from the row before */
	enum call call;
	int arg, align, result;
	int before[MAX_ENTRIES], after[MAX_ENTRIES];
	int free_size, hint;
};

static const struct first_chunk_row first_chunk_rows[] = {
	{"static 10000: alloc(8, 8)", 10000, 22768, ALLOC, 8, 8, 10000, MAP(-10000, 22768),
	 MAP(-10000, -8, 22760), 22760, 22760},
	{"static 10000: then alloc(24, 64)", 0, 0, ALLOC, 24, 64, 10048, MAP(-10000, -8, 22760),
	 MAP(-10000, -8, 40, -24, 22696), 22736, 22696},
	{"static 10002: alloc(8, 8)", 10002, 22766, ALLOC, 8, 8, 10008, MAP(-10002, 22766),
	 MAP(-10002, 6, -8, 22752), 22758, 22752},
	{"static 10002: then free(10008)", 0, 0, FREE, 10008, 0, 8, MAP(-10002, 6, -8, 22752),
	 MAP(-10002, 22766), 22766, 22766},
	{"static 10005: alloc(4, 4)", 10005, 22763, ALLOC, 4, 4, 10008, MAP(-10005, 22763),
	 MAP(-10008, -4, 22756), 22756, 22756},
	{"static 10005: then free(10008)", 0, 0, FREE, 10008, 0, 4, MAP(-10008, -4, 22756),
	 MAP(-10008, 22760), 22760, 22760},
};

static void run_first_chunk_row(const struct first_chunk_row *row, struct unit *unit)
{
	int found;

	check_map(row->name, &unit->map, row->before);
	found = row->call == ALLOC ? alloc(unit, row->arg, row->align)
				   : pcpu_area_map_free(&unit->map, row->arg);
	check_number(row->name, "result", found, row->result);
	check_map(row->name, &unit->map, row->after);
	check_number(row->name, "free_size", pcpu_area_map_free_size(&unit->map), row->free_size);
	check_hint(row->name, &unit->map, row->after, row->hint);
	assert_true(pcpu_area_map_is_valid(&unit->map));
}

/* The rows come in pairs: the second goes on from the first. */
static void first_chunk_views_match_every_row(void **state)
{
	struct unit unit;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(first_chunk_rows); i += 2) {
		make_unit(&unit, first_chunk_rows[i].head, first_chunk_rows[i].dyn);
		run_first_chunk_row(&first_chunk_rows[i], &unit);
		run_first_chunk_row(&first_chunk_rows[i + 1], &unit);
		end_unit(&unit);
	}
}

/* --- which chunk --- */

/* Which of two chunks an allocation looks at, and takes, is decided by slots and hints alone. */
static void slots_and_hints_choose_the_chunk_of_the_vectors(void **state)
{
	static const struct {
		int size, first_slot;
		bool fits_100, fits_5000;
	} rows[] = {
		{64, 4, true, true},
		{120, 4, false, true},
		{200, 5, false, true},
		{6000, 10, false, false},
	};
	struct unit a, b;

	(void)state;
	build("A", &a, (int[])MAP(100, -32668));
	build("B", &b, (int[])MAP(5000, -27768));
	assert_int_equal(slot_of(&a.map), 4);
	assert_int_equal(slot_of(&b.map), 10);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(pcpu_size_to_slot(rows[i].size, UNIT), rows[i].first_slot);
		assert_int_equal(rows[i].size <= pcpu_area_map_contig_hint(&a.map),
				 rows[i].fits_100);
		assert_int_equal(rows[i].size <= pcpu_area_map_contig_hint(&b.map),
				 rows[i].fits_5000);
	}
	end_unit(&a);
	end_unit(&b);
}

/* --- init --- */

static void fresh_map_has_one_free_area(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, UNIT);
	check_state("fresh", &unit.map, &(struct state){MAP(UNIT), UNIT, UNIT, 14});
	assert_int_equal(pcpu_area_map_nr_areas(&unit.map), 0);
	for (int off = 0; off < UNIT; off += PAGE)
		assert_ptr_equal(pcpu_block_owner(block_at(&unit, off)), &unit);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

/* Example A of test_alloc_info.c: the two views over a first chunk. */
static void first_chunk_view_starts_with_the_used_head(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 80320, 8192);
	check_map("reserved view", &unit.map, (int[])MAP(-80320, 8192));
	assert_int_equal(pcpu_area_map_free_size(&unit.map), 8192);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
	make_unit(&unit, 88512, 22080);
	check_map("dynamic view", &unit.map, (int[])MAP(-88512, 22080));
	assert_int_equal(pcpu_area_map_free_size(&unit.map), 22080);
	assert_int_equal(pcpu_area_map_contig_hint(&unit.map), 22080);
	assert_int_equal(pcpu_area_map_nr_areas(&unit.map), 0);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

static void map_of_nothing_is_a_map(void **state)
{
	static const int heads[] = {0, 100, PAGE, PAGE + 100};
	struct unit unit;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		make_unit(&unit, heads[i], 0);
		assert_int_equal(alloc(&unit, 1, 1), PCPU_MAP_NO_FIT);
		assert_int_equal(pcpu_area_map_find_block(&unit.map, 1, 1), -1);
		assert_int_equal(pcpu_area_map_contig_hint(&unit.map), 0);
		assert_int_equal(pcpu_area_map_free(&unit.map, heads[i]), -ENOENT);
		check_map("nothing free", &unit.map, (int[]){-heads[i], 0});
		assert_true(pcpu_area_map_is_valid(&unit.map));
		end_unit(&unit);
	}
}

/* The defect of the kernel's UP build: offset 0 could be allocated but not freed. */
static void offset_zero_is_freed_where_there_is_no_head(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, UNIT);
	assert_int_equal(alloc(&unit, 16, 16), 0);
	assert_int_equal(pcpu_area_map_free(&unit.map, 0), 16);
	assert_int_equal(pcpu_area_map_free_size(&unit.map), UNIT);
	end_unit(&unit);
}

/* What lies wholly in the head belongs to others; so does the record of the first page in it. */
static void blocks_of_the_head_are_not_touched(void **state)
{
	static const int heads[] = {PAGE, 2 * PAGE + 5, 3 * PAGE - 1};
	struct pcpu_block blocks[8], before[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		int head = heads[i], dyn = 8 * PAGE - head;
		struct unit unit = {.memory = zeroed(pcpu_area_map_memory(head, dyn))};

		memset(blocks, 0xaa, sizeof(blocks));
		memcpy(before, blocks, sizeof(blocks));
		pcpu_area_map_init(&unit.map, blocks, unit.memory,
				   zeroed(pcpu_area_map_words(head, dyn)), head, dyn, &unit);
		for (int size = 1; size < 200; size++)
			alloc(&unit, size, 1);
		for (int off = head; off < head + PAGE; off++)
			pcpu_area_map_free(&unit.map, off);
		pcpu_area_map_free(&unit.map, 0);
		assert_true(pcpu_area_map_is_valid(&unit.map));
		assert_memory_equal(blocks, before, (size_t)(head / PAGE) * sizeof(*blocks));
		end_unit(&unit);
	}
}

/* --- growth of the codes --- */

static void words_are_needed_where_the_head_ends_inside_a_granule(void **state)
{
	static const struct {
		int head;
		unsigned int shift;
	} rows[] = {{0, 7},     {128, 7},   {PAGE, 7},  {PAGE + 128, 7}, {64, 4},   {16, 4},
		    {10000, 4}, {10008, 3}, {10004, 2}, {10002, 1},      {10005, 0}};
	struct unit unit;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t words = rows[i].shift == 7 ? 0 : pcpu_codes_size(rows[i].shift);

		assert_int_equal(pcpu_area_map_words(rows[i].head, UNIT), words);
		assert_int_equal(pcpu_area_map_words(rows[i].head, 0), 0);
		make_unit(&unit, rows[i].head, UNIT);
		assert_int_equal(shift_at(&unit, rows[i].head), rows[i].shift);
		assert_int_equal(code_at(&unit, rows[i].head), PCPU_FREE);
		end_unit(&unit);
	}
}

/* Everything that a map is, to see whether a call has changed it. */
struct picture {
	int entries[ROOM], nr, free_size, areas, hint;
	struct pcpu_block blocks[8];
};

static struct picture picture_of(struct unit *unit)
{
	struct picture picture = {
		.free_size = pcpu_area_map_free_size(&unit->map),
		.areas = pcpu_area_map_nr_areas(&unit->map),
		.hint = pcpu_area_map_contig_hint(&unit->map),
	};

	picture.nr = pcpu_area_map_dump(&unit->map, picture.entries, ROOM);
	memcpy(picture.blocks, unit->blocks, sizeof(picture.blocks));
	return picture;
}

static void assert_growth(struct unit *unit, int size, int align, int block, unsigned int shift)
{
	struct pcpu_map_growth growth;
	struct picture before = picture_of(unit), after;

	assert_int_equal(pcpu_area_map_alloc(&unit->map, size, align, false, &growth),
			 PCPU_MAP_MUST_GROW);
	after = picture_of(unit);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_ptr_equal(growth.block, &unit->map.blocks[block]);
	assert_int_equal(growth.shift, shift);
}

static void growth_names_the_granule_of_the_tail(void **state)
{
	static const struct {
		int size;
		unsigned int shift;
		int block;
	} rows[] = {{64, 4, 0},  {16, 4, 0},       {48, 4, 0},       {8, 3, 0},
		    {24, 3, 0},  {4, 2, 0},        {2, 1, 0},        {1, 0, 0},
		    {127, 0, 0}, {PAGE + 8, 3, 1}, {UNIT - 5, 0, 7}, {3 * PAGE + 32, 4, 3}};
	struct unit unit;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		make_unit(&unit, 0, UNIT);
		assert_growth(&unit, rows[i].size, 1, rows[i].block, rows[i].shift);
		grow_to(&unit.blocks[rows[i].block], rows[i].shift);
		assert_int_equal(alloc(&unit, rows[i].size, 1), 0);
		assert_true(pcpu_area_map_is_valid(&unit.map));
		end_unit(&unit);
	}
}

static void growth_is_not_asked_for_where_codes_reach(void **state)
{
	static const int sizes[] = {128, 256, PAGE, PAGE + 128, UNIT - 3, UNIT};
	struct unit unit;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct pcpu_map_growth growth;

		make_unit(&unit, 0, UNIT);
		assert_int_equal(pcpu_area_map_alloc(&unit.map, sizes[i], 1, true, &growth), 0);
		for (int off = 0; off < UNIT; off += PAGE)
			assert_int_equal(shift_at(&unit, off), PCPU_GRANULE_INLINE);
		end_unit(&unit);
	}
}

/* The second start and the start of the tail: in two blocks, one after the other. */
static void hold_needs_two_rounds_at_most(void **state)
{
	struct pcpu_map_growth growth;
	struct unit unit;
	int offs[2];

	(void)state;
	make_unit(&unit, 0, UNIT);
	assert_int_equal(alloc(&unit, PAGE - 128, 1), 0);
	assert_int_equal(pcpu_area_map_cache(&unit.map, 0, 72, 8, offs, 2, &growth),
			 PCPU_MAP_MUST_GROW);
	assert_ptr_equal(growth.block, &unit.blocks[0]);
	assert_int_equal(growth.shift, 3);
	grow_to(growth.block, growth.shift);
	assert_int_equal(pcpu_area_map_cache(&unit.map, 0, 72, 8, offs, 2, &growth),
			 PCPU_MAP_MUST_GROW);
	assert_ptr_equal(growth.block, &unit.blocks[1]);
	assert_int_equal(growth.shift, 4);
	grow_to(growth.block, growth.shift);
	assert_int_equal(pcpu_area_map_cache(&unit.map, 0, 72, 8, offs, 2, &growth), 2);
	check_map("held", &unit.map, (int[])MAP(-(PAGE - 128), -72, -72, UNIT - PAGE - 16));
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

/* A block with an area is public: somebody may be looking at its codes. */
static void quiet_call_passes_over_public_blocks_that_would_grow(void **state)
{
	struct pcpu_map_growth growth;
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, UNIT);
	assert_int_equal(alloc(&unit, 128, 1), 0);
	/* a free area in block 0, then one that starts in block 2, which has no area */
	assert_int_equal(alloc(&unit, 2 * PAGE - 128, 1), 128);
	assert_int_equal(alloc(&unit, 128, 1), 2 * PAGE);
	assert_int_equal(pcpu_area_map_free(&unit.map, 128), 2 * PAGE - 128);
	assert_int_equal(pcpu_area_map_free(&unit.map, 2 * PAGE), 128);
	check_map("two", &unit.map, (int[])MAP(-128, UNIT - 128));
	assert_int_equal(alloc(&unit, 128, PAGE), PAGE);
	/* [-128, 3968, -128, 28544]: both tails would be in public blocks */
	assert_int_equal(pcpu_area_map_alloc(&unit.map, 8, 8, true, &growth), PCPU_MAP_NO_FIT);
	assert_int_equal(pcpu_area_map_alloc(&unit.map, 128, 8, true, &growth), 128);
	/* one whose tail is in a block that nobody looks at */
	assert_int_equal(pcpu_area_map_alloc(&unit.map, PAGE, 8, true, &growth), PAGE + 128);
	assert_int_equal(pcpu_area_map_alloc(&unit.map, PAGE - 8, 8, true, &growth),
			 PCPU_MAP_MUST_GROW);
	assert_ptr_equal(growth.block, &unit.blocks[3]);
	assert_int_equal(growth.shift, 3);
	assert_false(pcpu_block_is_busy(growth.block));
	end_unit(&unit);
}

/* Where there is nothing that the codes could be made finer with. */
static void call_without_growth_passes_over_all_that_would_need_it(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, UNIT);
	assert_int_equal(pcpu_area_map_alloc(&unit.map, 8, 8, true, NULL), PCPU_MAP_NO_FIT);
	assert_int_equal(pcpu_area_map_alloc(&unit.map, 8, 8, false, NULL), PCPU_MAP_NO_FIT);
	assert_int_equal(pcpu_area_map_alloc(&unit.map, 128, 8, true, NULL), 0);
	grow_to(&unit.blocks[0], 3);
	assert_int_equal(pcpu_area_map_alloc(&unit.map, 8, 8, true, NULL), 128);
	assert_int_equal(pcpu_area_map_alloc(&unit.map, 4, 4, true, NULL), PCPU_MAP_NO_FIT);
	/* and it fits who has it */
	assert_int_equal(alloc(&unit, 4, 4), 136);
	end_unit(&unit);
}

/* That something did not fit quietly does not mean that it does not fit. */
static void quiet_failure_is_not_remembered(void **state)
{
	struct pcpu_map_growth growth;
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, PAGE);
	assert_int_equal(alloc(&unit, 128, 1), 0);
	assert_int_equal(pcpu_area_map_alloc(&unit.map, 8, 8, true, &growth), PCPU_MAP_NO_FIT);
	assert_int_equal(alloc(&unit, 8, 8), 128);
	end_unit(&unit);
}

static void codes_that_became_coarser_serve_the_same(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, UNIT);
	assert_int_equal(alloc(&unit, 128, 1), 0);
	assert_int_equal(alloc(&unit, 1, 1), 128);
	assert_int_equal(pcpu_area_map_free(&unit.map, 128), 1);
	assert_int_equal(pcpu_block_coarsest(&unit.blocks[0]), PCPU_GRANULE_INLINE);
	free(pcpu_block_move(&unit.blocks[0], NULL, PCPU_GRANULE_INLINE));
	check_map("coarse", &unit.map, (int[])MAP(-128, UNIT - 128));
	assert_true(pcpu_area_map_is_valid(&unit.map));
	assert_growth(&unit, 4, 1, 0, 2);
	assert_int_equal(alloc(&unit, 4, 1), 128);
	end_unit(&unit);
}

/* --- the limits of int, and large units --- */

static void alloc_of_more_than_can_be_is_refused(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 1, 4095);
	assert_int_equal(alloc(&unit, INT_MAX, 4096), PCPU_MAP_NO_FIT);
	assert_int_equal(alloc(&unit, INT_MAX, 1), PCPU_MAP_NO_FIT);
	assert_int_equal(pcpu_area_map_contig_hint(&unit.map), 4095);
	end_unit(&unit);
}

/* 1, 2, 3, 4 and 5 levels of hints; the last block may be a part of one. */
static void units_of_all_sizes_are_served_to_their_end(void **state)
{
	static const int units[] = {300,     PAGE,    5 * PAGE - 1, 32 << 10,  36 << 10,
				    1 << 20, 5 << 20, 64 << 20,     512 << 20, 300 << 20};
	struct unit unit;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		int total = units[i], last = (total - 200) & ~7;

		make_unit(&unit, 0, total);
		assert_int_equal(alloc(&unit, last, 1), 0);
		assert_int_equal(alloc(&unit, 100, 8), last);
		assert_int_equal(alloc(&unit, total - last - 100, 1), last + 100);
		assert_int_equal(alloc(&unit, 1, 1), PCPU_MAP_NO_FIT);
		assert_int_equal(pcpu_area_map_contig_hint(&unit.map), 0);
		assert_true(pcpu_area_map_is_valid(&unit.map));
		assert_int_equal(pcpu_area_map_free(&unit.map, last), 100);
		assert_int_equal(pcpu_area_map_contig_hint(&unit.map), 100);
		assert_int_equal(alloc(&unit, 100, 1), last);
		assert_int_equal(pcpu_area_map_free(&unit.map, total), -ENOENT);
		assert_int_equal(pcpu_area_map_free(&unit.map, total - 1), -ENOENT);
		assert_true(pcpu_area_map_is_valid(&unit.map));
		end_unit(&unit);
	}
}

/* Blocks far apart, with nothing between them: the way from one to the other, both ways. */
static void areas_far_apart_are_neighbours(void **state)
{
	const int total = 64 << 20, middle = 40 << 20;
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, total);
	assert_int_equal(alloc(&unit, middle, 1), 0);
	assert_int_equal(alloc(&unit, 8, 8), middle);
	assert_int_equal(pcpu_area_map_free(&unit.map, 0), middle);
	check_map("apart", &unit.map, (int[])MAP(middle, -8, total - middle - 8));
	assert_int_equal(pcpu_area_map_free(&unit.map, middle), 8);
	check_map("joined", &unit.map, (int[])MAP(total));
	assert_int_equal(pcpu_area_map_contig_hint(&unit.map), total);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

/* --- what the vectors leave open --- */

/* Two free neighbours do not happen; were there any, the hint must not become too small. */
static void hint_covers_a_free_neighbour_that_takes_the_head(void **state)
{
	struct unit unit;

	(void)state;
	load(&unit, (int[])MAP(6, 26));
	assert_int_equal(alloc(&unit, 20, 8), 8);
	check_map("after", &unit.map, (int[])MAP(8, -20, 4));
	assert_true(pcpu_area_map_contig_hint(&unit.map) >= 8);
	end_unit(&unit);
}

static void free_returns_the_slivers_too(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, 35);
	assert_int_equal(alloc(&unit, 6, 1), 0);
	assert_int_equal(alloc(&unit, 24, 8), 8);
	/* 2 bytes in front of the second area, 3 behind it */
	assert_int_equal(pcpu_area_map_size_at(&unit.map, 0), 8);
	assert_int_equal(pcpu_area_map_size_at(&unit.map, 8), 27);
	assert_int_equal(pcpu_area_map_free(&unit.map, 8), 27);
	assert_int_equal(pcpu_area_map_free(&unit.map, 0), 8);
	check_map("empty", &unit.map, (int[])MAP(35));
	end_unit(&unit);
}

static void alloc_of_a_free_area_below_four_bytes_works(void **state)
{
	struct unit unit;

	(void)state;
	build("small", &unit, (int[])MAP(-8, 2, -8));
	assert_int_equal(alloc(&unit, 1, 1), 8);
	check_map("taken whole", &unit.map, (int[])MAP(-8, -2, -8));
	end_unit(&unit);
}

/* So it does in a block that is filled from its start on, whatever came and went before. */
static void hint_stays_exact_where_areas_come_and_go_in_order(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, PAGE);
	for (int round = 0; round < 2; round++) {
		for (int i = 1; i <= 100; i++) {
			assert_int_equal(alloc(&unit, 40, 8), 40 * (i - 1));
			assert_int_equal(pcpu_area_map_contig_hint(&unit.map), PAGE - 40 * i);
		}
		for (int i = 100; i > 0; i--) {
			assert_int_equal(pcpu_area_map_free(&unit.map, 40 * (i - 1)), 40);
			assert_int_equal(pcpu_area_map_contig_hint(&unit.map), PAGE - 40 * (i - 1));
		}
	}
	end_unit(&unit);
}

/* A search in vain is not made again: only what becomes free can change its outcome. */
static void what_failed_fails_again_until_something_is_freed(void **state)
{
	struct unit unit;
	int looked;

	(void)state;
	build("full", &unit, (int[])MAP(-8, 24, -8, 40, -16));
	assert_int_equal(alloc(&unit, 41, 1), PCPU_MAP_NO_FIT);
	looked = unit.map.failed_size;
	assert_int_equal(looked, 41);
	/* known: more of both; not known: less of one */
	assert_int_equal(alloc(&unit, 60, 8), PCPU_MAP_NO_FIT);
	assert_int_equal(unit.map.failed_size, 41);
	assert_int_equal(alloc(&unit, 40, 8), 40);
	assert_int_equal(alloc(&unit, 20, 16), PCPU_MAP_NO_FIT);
	assert_int_equal(alloc(&unit, 20, 8), 8);
	assert_int_equal(pcpu_area_map_free(&unit.map, 40), 40);
	assert_int_equal(pcpu_area_map_free(&unit.map, 80), 16);
	assert_int_equal(alloc(&unit, 56, 1), 40);
	end_unit(&unit);
}

/* Fills a fresh map by the kernel's test of sizes and alignments. Returns the blocks looked at. */
static int fill_by_random(struct unit *unit, bool rooms, int *areas)
{
	struct random random = random_from(1);
	int before;

	make_unit(unit, 0, 8 << 20);
	if (rooms)
		add_rooms(unit);
	before = unit->map.nr_vain;
	for (*areas = 0; unit->map.free_size > 1 << 20; ++*areas)
		if (alloc(unit, 1 + random_below(&random, 1024),
			  1 << (1 + random_below(&random, 11))) < 0)
			break;
	return unit->map.nr_vain - before;
}

static void search_for_an_alignment_looks_at_few_blocks_in_vain(void **state)
{
	struct unit with, without;
	int areas, same, vain;

	(void)state;
	vain = fill_by_random(&without, false, &areas);
	/* or the test would prove nothing */
	assert_true(vain > 10 * areas);
	assert_true(pcpu_area_map_wants_rooms(&without.map));
	assert_true(fill_by_random(&with, true, &same) <= same);
	assert_false(pcpu_area_map_wants_rooms(&with.map));
	/* and finds the same */
	assert_int_equal(same, areas);
	assert_true(pcpu_area_map_is_valid(&with.map));
	for (int off = 0, size, other; off < 8 << 20;) {
		assert_int_equal(pcpu_area_map_next(&with.map, off, &size),
				 pcpu_area_map_next(&without.map, off, &other));
		assert_int_equal(size, other);
		off += size > 0 ? size : -size;
	}
	end_unit(&with);
	end_unit(&without);
}

static void rooms_say_what_a_map_lacks(void **state)
{
	struct unit unit;
	struct pcpu_room room;

	(void)state;
	build("two pieces", &unit, (int[])MAP(-8, 24, -8, 40, -16));
	pcpu_area_map_room(&unit.map, &room);
	assert_int_equal(room.at[0], 40);
	assert_int_equal(room.at[12], 40);
	assert_false(pcpu_area_map_lacks(&unit.map, 40, 4096));
	add_rooms(&unit);
	pcpu_area_map_room(&unit.map, &room);
	assert_int_equal(room.at[0], 40);
	assert_int_equal(room.at[3], 40);
	/* [8, 32) and [40, 80) from 16, from 48 and from 64 on */
	assert_int_equal(room.at[4], 32);
	assert_int_equal(room.at[5], 16);
	assert_int_equal(room.at[6], 16);
	assert_int_equal(room.at[7], 0);
	assert_true(pcpu_area_map_lacks(&unit.map, 1, 4096));
	assert_false(pcpu_area_map_lacks(&unit.map, 32, 16));
	/* what becomes free adds its room */
	assert_int_equal(pcpu_area_map_free(&unit.map, 80), 16);
	assert_int_equal(alloc(&unit, 32, 64), 64);
	end_unit(&unit);
}

/* What a walk over the whole finds, a block at a time. */
static void next_walks_over_all_areas(void **state)
{
	static const int expected[] = MAP(-10005, 11, -100, 22652);
	struct unit unit;
	int off = 0, size;

	(void)state;
	make_unit(&unit, 10005, 22763);
	assert_int_equal(alloc(&unit, 100, 32), 10016);
	for (int i = 0; expected[i]; i++) {
		off = pcpu_area_map_next(&unit.map, off, &size);
		assert_int_equal(size, expected[i]);
	}
	assert_int_equal(off, UNIT);
	assert_int_equal(pcpu_area_map_next(&unit.map, off, &size), UNIT);
	assert_int_equal(size, 0);
	end_unit(&unit);
}

/* --- held areas --- */

static void hold_takes_areas_of_one_block_in_order(void **state)
{
	struct unit unit;
	int offs[8];

	(void)state;
	build("holes", &unit, (int[])MAP(-8, 40, -8, 24, -2000, 2048, -8192));
	assert_int_equal(hold(&unit, 0, 16, 16, offs, 4), 4);
	assert_memory_equal(offs, ((int[]){16, 32, 64, 2080}), 4 * sizeof(int));
	check_map("held", &unit.map,
		  (int[])MAP(-8, 8, -16, -16, -8, 8, -16, -2000, -16, 2032, -8192));
	for (int i = 0; i < 4; i++)
		assert_int_equal(code_at(&unit, offs[i]), PCPU_CACHED);
	assert_int_equal(pcpu_area_map_nr_areas(&unit.map), 8);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

static void hold_stops_at_the_end_of_the_block(void **state)
{
	struct unit unit;
	int offs[64];

	(void)state;
	make_unit(&unit, 0, UNIT);
	/* 40 * 102 = 4080, and the one that starts there ends in the next block */
	assert_int_equal(hold(&unit, 0, 102, 2, offs, 64), 41);
	assert_int_equal(offs[40], 4080);
	assert_int_equal(pcpu_area_map_size_at(&unit.map, 4182), -EALREADY);
	assert_int_equal(pcpu_area_map_contig_hint(&unit.map), UNIT - 4182);
	assert_int_equal(hold(&unit, 0, 102, 2, offs, 64), 0);
	assert_int_equal(hold(&unit, 1, 102, 2, offs, 1), 1);
	assert_int_equal(offs[0], 4182);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

static void hold_page_takes_the_start_of_a_block(void **state)
{
	struct unit unit;

	(void)state;
	build("half", &unit, (int[])MAP(-100, 4000, -100, 28568));
	assert_int_equal(hold_page(&unit, 24), 2 * PAGE);
	assert_int_equal(code_at(&unit, 2 * PAGE), PCPU_CACHED);
	check_map("held", &unit.map, (int[])MAP(-100, 4000, -100, 3992, -24, 24552));
	assert_int_equal(hold_page(&unit, 24552), PCPU_MAP_NO_FIT);
	assert_int_equal(hold_page(&unit, 5 * PAGE), 3 * PAGE);
	/* the last four bytes of the free area in front */
	assert_int_equal(hold_page(&unit, 5), PCPU_MAP_NO_FIT);
	assert_int_equal(hold_page(&unit, 4), PAGE);
	assert_int_equal(hold_page(&unit, 1), PCPU_MAP_NO_FIT);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

static void find_block_passes_over_taken_blocks(void **state)
{
	struct unit unit;

	(void)state;
	build("holes", &unit, (int[])MAP(-8, 16, -8192, 32, -8192, 16336));
	assert_int_equal(pcpu_area_map_find_block(&unit.map, 16, 8), 0);
	assert_int_equal(pcpu_area_map_find_block(&unit.map, 17, 8), 2);
	unit.blocks[0].taken = true;
	assert_int_equal(pcpu_area_map_find_block(&unit.map, 16, 8), 2);
	unit.blocks[2].taken = true;
	assert_int_equal(pcpu_area_map_find_block(&unit.map, 16, 8), 4);
	unit.blocks[4].taken = true;
	assert_int_equal(pcpu_area_map_find_block(&unit.map, 16, 8), -1);
	/* that all are taken is no reason to remember that there is none */
	assert_int_equal(alloc(&unit, 16, 8), 8);
	end_unit(&unit);
}

static void release_joins_held_areas_with_their_neighbours(void **state)
{
	struct unit unit;
	int offs[3];

	(void)state;
	make_unit(&unit, 0, 100);
	assert_int_equal(hold(&unit, 0, 8, 8, offs, 3), 3);
	assert_int_equal(pcpu_area_map_release(&unit.map, 8), 8);
	check_map("one", &unit.map, (int[])MAP(-8, 8, -8, 76));
	assert_int_equal(pcpu_area_map_release(&unit.map, 16), 8);
	assert_int_equal(pcpu_area_map_release(&unit.map, 0), 8);
	check_map("all", &unit.map, (int[])MAP(100));
	assert_int_equal(pcpu_area_map_nr_areas(&unit.map), 0);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

static void release_runs_takes_back_what_lies_together_as_one(void **state)
{
	int held[8], offs[] = {0, 1024, 3072, 4096, 6144}, ends[ARRAY_SIZE(offs)];
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, UNIT);
	assert_int_equal(hold(&unit, 0, 1024, 8, held, 8), 4);
	assert_int_equal(hold(&unit, 1, 1024, 8, held + 4, 4), 4);
	assert_int_equal(pcpu_area_map_release(&unit.map, 2048), 1024);
	/* the second one over the border of a block */
	assert_int_equal(pcpu_area_map_release_runs(&unit.map, offs, 5, ends), 3);
	assert_memory_equal(offs, ((int[]){0, 3072, 6144}), 3 * sizeof(int));
	assert_memory_equal(ends, ((int[]){2048, 5120, 7168}), 3 * sizeof(int));
	check_map("three runs", &unit.map, (int[])MAP(5120, -1024, 1024, -1024, 24576));
	assert_true(pcpu_area_map_is_valid(&unit.map));
	assert_int_equal(pcpu_area_map_release_runs(&unit.map, (int[]){5120, 7168}, 2, ends), 2);
	check_map("all", &unit.map, (int[])MAP(UNIT));
	assert_int_equal(pcpu_area_map_nr_areas(&unit.map), 0);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

/* --- misuse --- */

struct misuse {
	const char *name;
	int off, result;
};

/* On a map of [-8, 24, -16, -8, 100], whose free area of 24 was two areas of 8 and 16. */
static const struct misuse misuses[] = {
	{"double free of the start of a merged area", 8, -EALREADY},
	{"double free of an area merged into the one before", 16, -EALREADY},
	{"inside a free area", 31, -EALREADY},
	{"in the free rest", 100, -EALREADY},
	{"last byte", 155, -EALREADY},
	{"inside the first area", 1, -ENOENT},
	{"last byte of the first area", 7, -ENOENT},
	{"inside an area behind a free one", 40, -ENOENT},
	{"end of the unit", 156, -ENOENT},
	{"far outside", INT_MAX, -ENOENT},
	{"negative", -1, -ENOENT},
	{"most negative", INT_MIN, -ENOENT},
};

static void make_misused(struct unit *unit)
{
	make_unit(unit, 0, 156);
	assert_int_equal(alloc(unit, 8, 8), 0);
	assert_int_equal(alloc(unit, 8, 8), 8);
	assert_int_equal(alloc(unit, 16, 8), 16);
	assert_int_equal(alloc(unit, 16, 8), 32);
	assert_int_equal(alloc(unit, 8, 8), 48);
	assert_int_equal(pcpu_area_map_free(&unit->map, 8), 8);
	assert_int_equal(pcpu_area_map_free(&unit->map, 16), 16);
	check_map("misused", &unit->map, (int[])MAP(-8, 24, -16, -8, 100));
}

static void check_misuse(struct unit *unit, const struct misuse *row)
{
	check_number(row->name, "free", pcpu_area_map_free(&unit->map, row->off), row->result);
	check_number(row->name, "size_at", pcpu_area_map_size_at(&unit->map, row->off),
		     row->result);
	assert_true(pcpu_area_map_is_valid(&unit->map));
}

static void misuse_is_reported_and_changes_nothing(void **state)
{
	struct unit unit;

	(void)state;
	make_misused(&unit);
	for (size_t i = 0; i < ARRAY_SIZE(misuses); i++) {
		check_misuse(&unit, &misuses[i]);
		check_map(misuses[i].name, &unit.map, (int[])MAP(-8, 24, -16, -8, 100));
		check_number(misuses[i].name, "free_size", pcpu_area_map_free_size(&unit.map), 124);
	}
	end_unit(&unit);
}

/* What waits in a cache is nobody's: to free it is to free it twice. */
static void free_of_a_held_area_is_a_double_free(void **state)
{
	static const struct misuse rows[] = {
		{"the start", 32, -EALREADY},
		{"inside", 40, -EALREADY},
		{"inside, where no start can be", 33, -EALREADY},
		{"the last byte", 47, -EALREADY},
		{"inside the live one behind", 50, -ENOENT},
	};
	struct unit unit;

	(void)state;
	make_misused(&unit);
	assert_true(make_held(&unit, 32));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_misuse(&unit, &rows[i]);
		assert_int_equal(code_at(&unit, 32), PCPU_CACHED);
	}
	assert_int_equal(pcpu_area_map_release(&unit.map, 32), 16);
	check_map("released", &unit.map, (int[])MAP(-8, 40, -8, 100));
	end_unit(&unit);
}

static void misuse_of_the_head_is_reported(void **state)
{
	static const struct misuse rows[] = {
		{"the start", 0, -ENOENT},
		{"a block that is not the map's", 4096, -ENOENT},
		{"inside, in the map's first block", 10000, -ENOENT},
		{"the last byte", 10004, -ENOENT},
		{"the sliver that it took", 10006, -ENOENT},
		{"the area behind, inside", 10010, -ENOENT},
		{"the free rest", 10012, -EALREADY},
		{"the last byte of the unit", 32767, -EALREADY},
	};
	struct unit unit;

	(void)state;
	make_unit(&unit, 10005, 22763);
	assert_int_equal(alloc(&unit, 4, 4), 10008);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check_misuse(&unit, &rows[i]);
		check_map(rows[i].name, &unit.map, (int[])MAP(-10008, -4, 22756));
	}
	end_unit(&unit);
}

/* Of an area that reaches over blocks in which nothing starts. */
static void misuse_inside_a_large_area_is_reported(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, 64 << 20);
	assert_int_equal(alloc(&unit, 40 << 20, 1), 0);
	assert_int_equal(pcpu_area_map_free(&unit.map, 20 << 20), -ENOENT);
	assert_int_equal(pcpu_area_map_free(&unit.map, (20 << 20) + 1), -ENOENT);
	assert_int_equal(pcpu_area_map_free(&unit.map, 50 << 20), -EALREADY);
	assert_true(make_held(&unit, 0));
	assert_int_equal(pcpu_area_map_free(&unit.map, 20 << 20), -EALREADY);
	end_unit(&unit);
}

/* The smallest area there is: a byte between two used ones. */
static void double_free_of_a_single_byte_is_found(void **state)
{
	struct unit unit;

	(void)state;
	build("byte", &unit, (int[])MAP(-8, 1, -8));
	assert_int_equal(pcpu_area_map_size_at(&unit.map, 8), -EALREADY);
	assert_int_equal(pcpu_area_map_free(&unit.map, 8), -EALREADY);
	check_map("byte", &unit.map, (int[])MAP(-8, 1, -8));
	end_unit(&unit);
}

static void size_at_changes_nothing(void **state)
{
	struct unit unit;

	(void)state;
	make_misused(&unit);
	assert_int_equal(pcpu_area_map_size_at(&unit.map, 32), 16);
	assert_int_equal(pcpu_area_map_size_at(&unit.map, 32), 16);
	check_map("unchanged", &unit.map, (int[])MAP(-8, 24, -16, -8, 100));
	end_unit(&unit);
}

/* --- is_valid and dump --- */

static void make_loaded(struct unit *unit)
{
	load(unit, (int[])MAP(-8, 24, -16, 8, -8));
}

static void is_valid_accepts_bounds_that_are_loose(void **state)
{
	struct unit unit;

	(void)state;
	make_loaded(&unit);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	unit.map.hints.numbers[0][0] = 64;
	unit.blocks[0].second = 24;
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

static void break_free_size(struct unit *unit)
{
	unit->map.free_size++;
}

static void break_nr_areas(struct unit *unit)
{
	unit->map.nr_areas--;
}

static void break_hint(struct unit *unit)
{
	unit->map.hints.numbers[0][0] = 23;
}

static void break_second(struct unit *unit)
{
	unit->blocks[0].second = 7;
}

static void break_nr_starts(struct unit *unit)
{
	unit->map.nr_starts[0]++;
}

static void break_room(struct unit *unit)
{
	add_rooms(unit);
	unit->map.rooms->rooms[0][0].at[3]--;
}

static void break_starts(struct unit *unit)
{
	pcpu_clear_bit(0, unit->map.starts);
}

/* All numbers are those of one free area of 24; but they are two. */
static void break_neighbours(struct unit *unit)
{
	put_start(unit, 16, PCPU_FREE);
}

static void break_end(struct unit *unit)
{
	pcpu_block_set(&unit->blocks[0], 48, PCPU_NO_START);
	unit->map.nr_starts[0]--;
}

static void is_valid_rejects_each_broken_invariant(void **state)
{
	static void (*const breaks[])(struct unit *) = {
		break_free_size, break_nr_areas,   break_hint, break_second, break_nr_starts,
		break_starts,    break_neighbours, break_end,  break_room,
	};
	struct unit unit;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(breaks); i++) {
		make_loaded(&unit);
		assert_true(pcpu_area_map_is_valid(&unit.map));
		breaks[i](&unit);
		if (pcpu_area_map_is_valid(&unit.map))
			fail_msg("break %zu is not seen", i);
		end_unit(&unit);
	}
}

/* The bounds above the blocks' are exact maxima. */
static void is_valid_rejects_wrong_maxima(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 0, 2 << 20);
	assert_true(unit.map.hints.levels >= 3);
	for (int level = 1; level < unit.map.hints.levels; level++)
		for (int change = -1; change <= 1; change += 2) {
			unit.map.hints.numbers[level][0] += (uint32_t)change;
			assert_false(pcpu_area_map_is_valid(&unit.map));
			unit.map.hints.numbers[level][0] -= (uint32_t)change;
		}
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

static void is_valid_rejects_an_area_inside_the_head(void **state)
{
	struct unit unit;

	(void)state;
	make_unit(&unit, 128, PAGE - 128);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	put_start(&unit, 0, PCPU_LIVE);
	assert_true(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
	make_unit(&unit, 256, PAGE - 256);
	put_start(&unit, 128, PCPU_LIVE);
	unit.map.nr_areas++;
	assert_false(pcpu_area_map_is_valid(&unit.map));
	end_unit(&unit);
}

static void dump_counts_all_and_copies_what_fits(void **state)
{
	int out[4] = {1, 1, 1, 1};
	struct unit unit;

	(void)state;
	build("dumped", &unit, (int[])MAP(-8, 24, -16));
	assert_int_equal(pcpu_area_map_dump(&unit.map, NULL, 0), 3);
	assert_int_equal(pcpu_area_map_dump(&unit.map, out, 2), 3);
	assert_memory_equal(out, ((int[]){-8, 24, 1, 1}), sizeof(out));
	assert_int_equal(pcpu_area_map_dump(&unit.map, out, 4), 3);
	assert_memory_equal(out, ((int[]){-8, 24, -16, 1}), sizeof(out));
	end_unit(&unit);
}

#define NR_SINGLE_CASES ARRAY_SIZE(single_cases)

/* The single cases, each a test with the row's name, in front of the facts. */
int main(void)
{
	const struct CMUnitTest facts[] = {
		cmocka_unit_test(running_sequence_matches_every_row),
		cmocka_unit_test(first_chunk_views_match_every_row),
		cmocka_unit_test(slots_and_hints_choose_the_chunk_of_the_vectors),
		cmocka_unit_test(fresh_map_has_one_free_area),
		cmocka_unit_test(first_chunk_view_starts_with_the_used_head),
		cmocka_unit_test(map_of_nothing_is_a_map),
		cmocka_unit_test(offset_zero_is_freed_where_there_is_no_head),
		cmocka_unit_test(blocks_of_the_head_are_not_touched),
		cmocka_unit_test(words_are_needed_where_the_head_ends_inside_a_granule),
		cmocka_unit_test(growth_names_the_granule_of_the_tail),
		cmocka_unit_test(growth_is_not_asked_for_where_codes_reach),
		cmocka_unit_test(hold_needs_two_rounds_at_most),
		cmocka_unit_test(quiet_call_passes_over_public_blocks_that_would_grow),
		cmocka_unit_test(call_without_growth_passes_over_all_that_would_need_it),
		cmocka_unit_test(quiet_failure_is_not_remembered),
		cmocka_unit_test(codes_that_became_coarser_serve_the_same),
		cmocka_unit_test(alloc_of_more_than_can_be_is_refused),
		cmocka_unit_test(units_of_all_sizes_are_served_to_their_end),
		cmocka_unit_test(areas_far_apart_are_neighbours),
		cmocka_unit_test(hint_covers_a_free_neighbour_that_takes_the_head),
		cmocka_unit_test(free_returns_the_slivers_too),
		cmocka_unit_test(alloc_of_a_free_area_below_four_bytes_works),
		cmocka_unit_test(hint_stays_exact_where_areas_come_and_go_in_order),
		cmocka_unit_test(what_failed_fails_again_until_something_is_freed),
		cmocka_unit_test(search_for_an_alignment_looks_at_few_blocks_in_vain),
		cmocka_unit_test(rooms_say_what_a_map_lacks),
		cmocka_unit_test(next_walks_over_all_areas),
		cmocka_unit_test(hold_takes_areas_of_one_block_in_order),
		cmocka_unit_test(hold_stops_at_the_end_of_the_block),
		cmocka_unit_test(hold_page_takes_the_start_of_a_block),
		cmocka_unit_test(find_block_passes_over_taken_blocks),
		cmocka_unit_test(release_joins_held_areas_with_their_neighbours),
		cmocka_unit_test(release_runs_takes_back_what_lies_together_as_one),
		cmocka_unit_test(misuse_is_reported_and_changes_nothing),
		cmocka_unit_test(free_of_a_held_area_is_a_double_free),
		cmocka_unit_test(misuse_of_the_head_is_reported),
		cmocka_unit_test(misuse_inside_a_large_area_is_reported),
		cmocka_unit_test(double_free_of_a_single_byte_is_found),
		cmocka_unit_test(size_at_changes_nothing),
		cmocka_unit_test(is_valid_accepts_bounds_that_are_loose),
		cmocka_unit_test(is_valid_rejects_each_broken_invariant),
		cmocka_unit_test(is_valid_rejects_wrong_maxima),
		cmocka_unit_test(is_valid_rejects_an_area_inside_the_head),
		cmocka_unit_test(dump_counts_all_and_copies_what_fits),
	};
	struct CMUnitTest tests[NR_SINGLE_CASES + ARRAY_SIZE(facts)];

	for (size_t i = 0; i < NR_SINGLE_CASES; i++)
		tests[i] = (struct CMUnitTest){
			.name = single_cases[i].name,
			.test_func = single_case_matches,
			.initial_state = (void *)&single_cases[i],
		};
	memcpy(tests + NR_SINGLE_CASES, facts, sizeof(facts));
	return cmocka_run_group_tests_name("area_map", tests, NULL, NULL);
}
