/* SPDX-License-Identifier: MIT */
/*
 * test_area_map.c - the area map against the contract's vectors (§5.3, §5.14) and a byte-wise model
 *
 * Maps are built through the interface, also the ones that a vector starts from. Only load() knows
 * the representation: it makes the maps that no sequence of calls makes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "area_map.h"
#include "slot.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define UNIT 32768
#define ROOM 32
#define MAX_ENTRIES 16

/* A list of entries that ends with a 0, which no map holds. */
#define MAP(...)               \
	{                      \
		__VA_ARGS__, 0 \
	}

enum call { NONE, ALLOC, FREE };

/* Where relocation puts the chunk. */
enum move { STAYS, FRONT, END };

struct state {
	int map[MAX_ENTRIES];
	int free_size, hint, slot;
};

struct row {
	const char *name;
	const char *after;   /* starts from the end of this row ... */
	bool synthetic;	     /* ... or from a map that calls cannot make: see load() */
	struct state before; /* ... or from this one */
	enum call call;
	int arg, align; /* size and alignment, or the offset to free */
	int result;
	struct state state;
	enum move move;
};

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
	print_map("found", entries, n);
	fail_msg("row %s: wrong map", row);
}

static void check_number(const char *row, const char *what, int found, int expected)
{
	if (found != expected)
		fail_msg("row %s: %s is %d, expected %d", row, what, found, expected);
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
	check_number(row, "contig_hint", pcpu_area_map_contig_hint(map), expected->hint);
	check_number(row, "slot", slot_of(map), expected->slot);
}

static int sum_of(const int *entries)
{
	int sum = 0;

	for (; *entries; entries++)
		sum += abs(*entries);
	return sum;
}

/* Put entries in place, as no sequence of calls can. */
static void load(struct pcpu_area_map *map, const int *entries)
{
	pcpu_area_map_init(map, pcpu_area_map_entries(map), ROOM, 0, 0);
	for (; *entries; entries++) {
		map->entries[map->used++] = *entries;
		if (*entries > 0)
			map->free_size += *entries;
		if (*entries > map->contig_hint)
			map->contig_hint = *entries;
	}
}

/* Make a map by calls: allocate every area in order, then free those that are to be free. */
static void build(const char *row, struct pcpu_area_map *map, const int *entries)
{
	int off = 0;

	pcpu_area_map_init(map, pcpu_area_map_entries(map), ROOM, 0, sum_of(entries));
	for (int i = 0; entries[i]; off += abs(entries[i++]))
		check_number(row, "offset while building",
			     pcpu_area_map_alloc(map, abs(entries[i]), 1), off);
	off = 0;
	for (int i = 0; entries[i]; off += abs(entries[i++]))
		if (entries[i] > 0)
			check_number(row, "size while building", pcpu_area_map_free(map, off),
				     entries[i]);
}

static int do_call(struct pcpu_area_map *map, const struct row *row)
{
	switch (row->call) {
	case ALLOC:
		return pcpu_area_map_alloc(map, row->arg, row->align);
	case FREE:
		return pcpu_area_map_free(map, row->arg);
	default:
		return 0;
	}
}

/* The vectors say "front" for a chunk that got emptier and "end" for one that got fuller. */
static enum move move_between(int old_slot, int new_slot)
{
	return old_slot == new_slot ? STAYS : old_slot < new_slot ? FRONT : END;
}

static void run_call(const struct row *row, struct pcpu_area_map *map)
{
	int old_slot = slot_of(map);

	check_number(row->name, "result", do_call(map, row), row->result);
	check_state(row->name, map, &row->state);
	check_number(row->name, "move", (int)move_between(old_slot, slot_of(map)), (int)row->move);
	if (!pcpu_area_map_is_valid(map, sum_of(row->state.map)) && !row->synthetic)
		fail_msg("row %s: the map is not valid", row->name);
}

/* --- §5.14.1 --- */

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
	int entries[ROOM];
	struct pcpu_area_map map;

	(void)state;
	pcpu_area_map_init(&map, entries, ROOM, 0, UNIT);
	for (size_t i = 0; i < ARRAY_SIZE(sequence); i++)
		run_call(&sequence[i], &map);
}

/* --- §5.14.2; every row is a test of its own, see main() --- */

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

static void run_row(const struct row *row, struct pcpu_area_map *map)
{
	if (row->after) {
		run_row(find_row(row->after), map);
	} else {
		if (row->synthetic)
			load(map, row->before.map);
		else
			build(row->name, map, row->before.map);
		check_state(row->name, map, &row->before);
	}
	run_call(row, map);
}

static void single_case_matches(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map = {.entries = entries};

	run_row(*state, &map);
}

/* --- §5.14.3 --- */

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

static void first_chunk_views_match_every_row(void **state)
{
	int entries[ROOM], found;
	struct pcpu_area_map map;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(first_chunk_rows); i++) {
		const struct first_chunk_row *row = &first_chunk_rows[i];

		if (row->head)
			pcpu_area_map_init(&map, entries, ROOM, row->head, row->dyn);
		check_map(row->name, &map, row->before);
		found = row->call == ALLOC ? pcpu_area_map_alloc(&map, row->arg, row->align)
					   : pcpu_area_map_free(&map, row->arg);
		check_number(row->name, "result", found, row->result);
		check_map(row->name, &map, row->after);
		check_number(row->name, "free_size", pcpu_area_map_free_size(&map), row->free_size);
		check_number(row->name, "contig_hint", pcpu_area_map_contig_hint(&map), row->hint);
	}
}

/* --- init --- */

static void fresh_map_has_one_free_area(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map;

	(void)state;
	pcpu_area_map_init(&map, entries, ROOM, 0, UNIT);
	check_state("fresh", &map, &(struct state){MAP(UNIT), UNIT, UNIT, 14});
	assert_int_equal(pcpu_area_map_room(&map), ROOM);
	assert_ptr_equal(pcpu_area_map_entries(&map), entries);
}

/* §4.13, example A: the two views over a first chunk. */
static void first_chunk_view_starts_with_the_used_head(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map;

	(void)state;
	pcpu_area_map_init(&map, entries, ROOM, 80320, 8192);
	check_map("reserved view", &map, (int[])MAP(-80320, 8192));
	assert_int_equal(pcpu_area_map_free_size(&map), 8192);
	pcpu_area_map_init(&map, entries, ROOM, 88512, 22080);
	check_map("dynamic view", &map, (int[])MAP(-88512, 22080));
	assert_int_equal(pcpu_area_map_free_size(&map), 22080);
	assert_int_equal(pcpu_area_map_contig_hint(&map), 22080);
	assert_true(pcpu_area_map_is_valid(&map, 110592));
}

static void init_stores_no_zero_entry(void **state)
{
	int entries[ROOM] = {7, 7};
	struct pcpu_area_map map;

	(void)state;
	pcpu_area_map_init(&map, entries, ROOM, 0, 100);
	check_map("no head", &map, (int[])MAP(100));
	pcpu_area_map_init(&map, entries, ROOM, 100, 0);
	check_map("nothing free", &map, (int[])MAP(-100));
	assert_int_equal(pcpu_area_map_alloc(&map, 1, 1), -1);
	pcpu_area_map_init(&map, entries, ROOM, 0, 0);
	assert_int_equal(pcpu_area_map_dump(&map, NULL, 0), 0);
	assert_true(pcpu_area_map_is_valid(&map, 0));
}

/* The defect of the kernel's UP build: offset 0 could be allocated but not freed. */
static void offset_zero_is_freed_where_there_is_no_head(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map;

	(void)state;
	pcpu_area_map_init(&map, entries, ROOM, 0, UNIT);
	assert_int_equal(pcpu_area_map_alloc(&map, 16, 16), 0);
	assert_int_equal(pcpu_area_map_free(&map, 0), 16);
	assert_int_equal(pcpu_area_map_free_size(&map), UNIT);
}

/* --- room, §5.3 --- */

/* A map of exactly used entries: areas of 4 bytes, the last of which fits exactly. */
static void fill(struct pcpu_area_map *map, int *entries, int room, int used)
{
	pcpu_area_map_init(map, entries, room, 0, 4 * used);
	for (int i = 0; i < used; i++)
		assert_int_equal(pcpu_area_map_alloc(map, 4, 4), 4 * i);
	assert_int_equal(pcpu_area_map_dump(map, NULL, 0), used);
}

static void room_needed_matches_every_row(void **state)
{
	static const struct {
		int room, used, margin, result;
	} rows[] = {
		{16, 14, 2, 0},
		{16, 15, 2, 32},
		{16, 16, 2, 32},
		{32, 31, 2, 64},
		{128, 126, 2, 0},
		{128, 127, 2, 256},
		{128, 128, 2, 256},
		{2, 1, 2, 16},
		/* room for the margin and no more */
		{31, 30, 2, 32},
		/* the margin of a call that must not block */
		{16, 13, 3, 0},
		{16, 14, 3, 32},
		{128, 125, 3, 0},
		{128, 126, 3, 256},
	};
	int entries[128];
	struct pcpu_area_map map;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char name[64];

		snprintf(name, sizeof(name), "room %d, used %d, margin %d", rows[i].room,
			 rows[i].used, rows[i].margin);
		fill(&map, entries, rows[i].room, rows[i].used);
		check_number(name, "room needed", pcpu_area_map_room_needed(&map, rows[i].margin),
			     rows[i].result);
	}
}

static void room_needed_does_not_overflow(void **state)
{
	struct pcpu_area_map map = {.used = 1 << 30, .room = 1 << 30};

	(void)state;
	assert_int_equal(pcpu_area_map_room_needed(&map, 2), INT_MAX);
}

static void move_keeps_the_map_and_returns_the_old_array(void **state)
{
	int *small = malloc(16 * sizeof(int)), *large = malloc(32 * sizeof(int));
	struct pcpu_area_map map;

	(void)state;
	pcpu_area_map_init(&map, small, 16, 0, 200);
	for (int i = 0; i < 15; i++)
		assert_int_equal(pcpu_area_map_alloc(&map, 8, 8), 8 * i);
	assert_int_equal(pcpu_area_map_room_needed(&map, PCPU_MAP_MARGIN), 32);
	assert_ptr_equal(pcpu_area_map_move(&map, large, 32), small);
	free(small);
	assert_ptr_equal(pcpu_area_map_entries(&map), large);
	assert_int_equal(pcpu_area_map_room(&map), 32);
	assert_int_equal(pcpu_area_map_room_needed(&map, PCPU_MAP_MARGIN), 0);
	assert_true(pcpu_area_map_is_valid(&map, 200));
	assert_int_equal(pcpu_area_map_alloc(&map, 8, 8), 120);
	assert_int_equal(pcpu_area_map_size_at(&map, 112), 8);
	free(large);
}

/* Somebody else has grown the map in the meantime. */
static void move_to_an_array_that_is_not_larger_is_refused(void **state)
{
	int entries[ROOM], other[ROOM];
	struct pcpu_area_map map;

	(void)state;
	pcpu_area_map_init(&map, entries, ROOM, 8, 100);
	assert_ptr_equal(pcpu_area_map_move(&map, other, ROOM), other);
	assert_ptr_equal(pcpu_area_map_entries(&map), entries);
	assert_int_equal(pcpu_area_map_room(&map), ROOM);
	check_map("stays", &map, (int[])MAP(-8, 100));
}

static void alloc_without_room_to_split_is_fatal(void **state)
{
	int entries[2], status;
	struct pcpu_area_map map;
	pid_t child;

	(void)state;
	pcpu_area_map_init(&map, entries, 2, 4, 100);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		pcpu_area_map_alloc(&map, 8, 4);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* --- the limits of int --- */

static void alloc_of_more_than_can_be_is_refused(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map;

	(void)state;
	pcpu_area_map_init(&map, entries, ROOM, 1, 4095);
	assert_int_equal(pcpu_area_map_alloc(&map, INT_MAX, 4096), -1);
	assert_int_equal(pcpu_area_map_alloc(&map, INT_MAX, 1), -1);
	assert_int_equal(pcpu_area_map_contig_hint(&map), 4095);
}

static void largest_unit_is_served_to_its_end(void **state)
{
	const int used = INT_MAX - 10000, aligned = used + 1809;
	int entries[ROOM];
	struct pcpu_area_map map;

	(void)state;
	pcpu_area_map_init(&map, entries, ROOM, 0, INT_MAX);
	assert_int_equal(pcpu_area_map_alloc(&map, used, 1), 0);
	assert_int_equal(pcpu_area_map_alloc(&map, 4096, 4096), aligned);
	assert_int_equal(pcpu_area_map_alloc(&map, 4096, 4096), -1);
	assert_true(pcpu_area_map_is_valid(&map, INT_MAX));
	assert_int_equal(pcpu_area_map_free(&map, aligned), 4096);
	assert_int_equal(pcpu_area_map_free(&map, INT_MAX), -ENOENT);
	assert_int_equal(pcpu_area_map_free(&map, INT_MAX - 1), -EALREADY);
}

/* --- what the vectors leave open --- */

/* Two free neighbours do not happen; were there any, the hint must not become too small. */
static void hint_covers_a_free_neighbour_that_takes_the_head(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map = {.entries = entries};

	(void)state;
	load(&map, (int[])MAP(6, 26));
	assert_int_equal(pcpu_area_map_alloc(&map, 20, 8), 8);
	check_map("after", &map, (int[])MAP(8, -20, 4));
	assert_int_equal(pcpu_area_map_contig_hint(&map), 8);
}

static void free_returns_the_slivers_too(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map;

	(void)state;
	pcpu_area_map_init(&map, entries, ROOM, 0, 35);
	assert_int_equal(pcpu_area_map_alloc(&map, 6, 1), 0);
	assert_int_equal(pcpu_area_map_alloc(&map, 24, 8), 8);
	/* 2 bytes in front of the second area, 3 behind it */
	assert_int_equal(pcpu_area_map_size_at(&map, 0), 8);
	assert_int_equal(pcpu_area_map_size_at(&map, 8), 27);
	assert_int_equal(pcpu_area_map_free(&map, 8), 27);
	assert_int_equal(pcpu_area_map_free(&map, 0), 8);
	check_map("empty", &map, (int[])MAP(35));
}

static void alloc_of_a_free_area_below_four_bytes_works(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map = {.entries = entries};

	(void)state;
	build("small", &map, (int[])MAP(-8, 2, -8));
	assert_int_equal(pcpu_area_map_alloc(&map, 1, 1), 8);
	check_map("taken whole", &map, (int[])MAP(-8, -2, -8));
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

static void make_misused(struct pcpu_area_map *map, int *entries)
{
	pcpu_area_map_init(map, entries, ROOM, 0, 156);
	assert_int_equal(pcpu_area_map_alloc(map, 8, 8), 0);
	assert_int_equal(pcpu_area_map_alloc(map, 8, 8), 8);
	assert_int_equal(pcpu_area_map_alloc(map, 16, 8), 16);
	assert_int_equal(pcpu_area_map_alloc(map, 16, 8), 32);
	assert_int_equal(pcpu_area_map_alloc(map, 8, 8), 48);
	assert_int_equal(pcpu_area_map_free(map, 8), 8);
	assert_int_equal(pcpu_area_map_free(map, 16), 16);
	check_map("misused", map, (int[])MAP(-8, 24, -16, -8, 100));
}

static void misuse_is_reported_and_changes_nothing(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map;

	(void)state;
	make_misused(&map, entries);
	for (size_t i = 0; i < ARRAY_SIZE(misuses); i++) {
		const struct misuse *row = &misuses[i];

		check_number(row->name, "free", pcpu_area_map_free(&map, row->off), row->result);
		check_number(row->name, "size_at", pcpu_area_map_size_at(&map, row->off),
			     row->result);
		check_map(row->name, &map, (int[])MAP(-8, 24, -16, -8, 100));
		check_number(row->name, "free_size", pcpu_area_map_free_size(&map), 124);
	}
}

/* The smallest area there is: a byte between two used ones. */
static void double_free_of_a_single_byte_is_found(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map = {.entries = entries};

	(void)state;
	build("byte", &map, (int[])MAP(-8, 1, -8));
	assert_int_equal(pcpu_area_map_size_at(&map, 8), -EALREADY);
	assert_int_equal(pcpu_area_map_free(&map, 8), -EALREADY);
	check_map("byte", &map, (int[])MAP(-8, 1, -8));
}

static void size_at_changes_nothing(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map;

	(void)state;
	make_misused(&map, entries);
	assert_int_equal(pcpu_area_map_size_at(&map, 32), 16);
	assert_int_equal(pcpu_area_map_size_at(&map, 32), 16);
	check_map("unchanged", &map, (int[])MAP(-8, 24, -16, -8, 100));
}

/* --- is_valid and dump --- */

static void is_valid_accepts_a_map_with_a_loose_hint(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map = {.entries = entries};

	(void)state;
	load(&map, (int[])MAP(-8, 24, -16));
	assert_true(pcpu_area_map_is_valid(&map, 48));
	map.contig_hint = 48;
	assert_true(pcpu_area_map_is_valid(&map, 48));
}

static void is_valid_rejects_each_broken_invariant(void **state)
{
	int entries[ROOM];
	struct pcpu_area_map map = {.entries = entries}, good;

	(void)state;
	load(&map, (int[])MAP(-8, 24, -16));
	good = map;
	assert_false(pcpu_area_map_is_valid(&map, 47));
	assert_false(pcpu_area_map_is_valid(&map, 49));
	map.free_size++;
	assert_false(pcpu_area_map_is_valid(&map, 48));
	map = good;
	map.contig_hint = 23;
	assert_false(pcpu_area_map_is_valid(&map, 48));
	map = good;
	map.room = 2;
	assert_false(pcpu_area_map_is_valid(&map, 48));
	map = good;
	map.used = -1;
	assert_false(pcpu_area_map_is_valid(&map, 0));
	load(&map, (int[])MAP(-8, 1, 23, -16));
	assert_false(pcpu_area_map_is_valid(&map, 48));
	load(&map, (int[])MAP(-8, 23, 1, -16));
	assert_false(pcpu_area_map_is_valid(&map, 48));
	load(&map, (int[])MAP(-8, 24, -16));
	map.entries[map.used++] = 0;
	assert_false(pcpu_area_map_is_valid(&map, 48));
}

static void dump_counts_all_and_copies_what_fits(void **state)
{
	int entries[ROOM], out[4] = {1, 1, 1, 1};
	struct pcpu_area_map map = {.entries = entries};

	(void)state;
	load(&map, (int[])MAP(-8, 24, -16));
	assert_int_equal(pcpu_area_map_dump(&map, out, 2), 3);
	assert_memory_equal(out, ((int[]){-8, 24, 1, 1}), sizeof(out));
	assert_int_equal(pcpu_area_map_dump(&map, out, 4), 3);
	assert_memory_equal(out, ((int[]){-8, 24, -16, 1}), sizeof(out));
}

/* --- against a model --- */

/*
 * The model: for each byte, the offset of the area that owns it plus 1, or 0 if it is free. It
 * knows of runs of free bytes only what it finds by looking at bytes.
 */
#define MODEL_BYTES 2048
#define MODEL_HEAD 101
#define MODEL_STEPS 100000

static int owner[MODEL_BYTES];

static uint64_t random_state;

static int random_below(int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (int)(random_state % (uint64_t)n);
}

static int run_end(int from)
{
	while (from < MODEL_BYTES && !owner[from])
		from++;
	return from;
}

static void model_own(int from, int to, int who)
{
	while (from < to)
		owner[from++] = who;
}

static int model_take(int start, int off, int size, int end)
{
	if (off - start < 4 && off > start)
		model_own(start, off, owner[start - 1]);
	if (end - (off + size) < 4)
		size = end - off;
	model_own(off, off + size, off + 1);
	return off;
}

static int model_alloc(int size, int align)
{
	for (int start = 0; start < MODEL_BYTES; start++) {
		int end = run_end(start), off = start;

		while (off % align)
			off++;
		if (end > start && off + size <= end)
			return model_take(start, off, size, end);
		start = end;
	}
	return -1;
}

static int model_size_at(int off)
{
	int end = off;

	if (off < 0 || off >= MODEL_BYTES)
		return -ENOENT;
	if (!owner[off])
		return -EALREADY;
	if (owner[off] != off + 1)
		return -ENOENT;
	while (end < MODEL_BYTES && owner[end] == off + 1)
		end++;
	return end - off;
}

static int model_free(int off)
{
	int size = model_size_at(off);

	if (size > 0)
		model_own(off, off + size, 0);
	return size;
}

static int model_largest(void)
{
	int largest = 0;

	for (int start = 0; start < MODEL_BYTES; start++) {
		int end = run_end(start);

		if (end - start > largest)
			largest = end - start;
		start = end;
	}
	return largest;
}

/* A map whose array is exactly as large as it says, for the address sanitizer. */
static void grow(struct pcpu_area_map *map)
{
	int room = pcpu_area_map_room_needed(map, PCPU_MAP_MARGIN);

	if (room)
		free(pcpu_area_map_move(map, malloc((size_t)room * sizeof(int)), room));
}

static void step_alloc(struct pcpu_area_map *map, int step)
{
	int size = 1 + random_below(random_below(16) ? 40 : 600), align = 1 << random_below(9);
	int found, expected = model_alloc(size, align);

	grow(map);
	found = pcpu_area_map_alloc(map, size, align);
	if (found != expected)
		fail_msg("step %d: alloc(%d, %d) is %d, expected %d", step, size, align, found,
			 expected);
	if (found < 0 && pcpu_area_map_contig_hint(map) != model_largest())
		fail_msg("step %d: the hint is not exact after a failed scan", step);
}

/* Any offset, mostly one that an area starts at, sometimes outside. */
static void step_free(struct pcpu_area_map *map, int step)
{
	int off = random_below(MODEL_BYTES + 20) - 10, expected, found;

	if (random_below(8) && off >= 0 && off < MODEL_BYTES && owner[off])
		off = owner[off] - 1;
	if (off == 0) /* the permanent head: the caller's to refuse */
		return;
	expected = model_size_at(off);
	found = pcpu_area_map_size_at(map, off);
	if (found != expected)
		fail_msg("step %d: size_at(%d) is %d, expected %d", step, off, found, expected);
	model_free(off);
	found = pcpu_area_map_free(map, off);
	if (found != expected)
		fail_msg("step %d: free(%d) is %d, expected %d", step, off, found, expected);
}

static void check_against_model(const struct pcpu_area_map *map, int step)
{
	int free_bytes = 0;

	for (int i = 0; i < MODEL_BYTES; i++)
		free_bytes += !owner[i];
	if (!pcpu_area_map_is_valid(map, MODEL_BYTES))
		fail_msg("step %d: the map is not valid", step);
	if (pcpu_area_map_free_size(map) != free_bytes)
		fail_msg("step %d: free_size is %d, expected %d", step,
			 pcpu_area_map_free_size(map), free_bytes);
}

static void random_calls_agree_with_a_model_of_bytes(void **state)
{
	struct pcpu_area_map map;
	int failed_allocs = 0, most_entries = 0;

	(void)state;
	random_state = 88172645463325252u;
	memset(owner, 0, sizeof(owner));
	model_own(0, MODEL_HEAD, 1);
	pcpu_area_map_init(&map, malloc(2 * sizeof(int)), 2, MODEL_HEAD, MODEL_BYTES - MODEL_HEAD);
	for (int step = 0; step < MODEL_STEPS; step++) {
		int before = pcpu_area_map_free_size(&map);

		if (random_below(2)) {
			step_alloc(&map, step);
			failed_allocs += before == pcpu_area_map_free_size(&map);
		} else {
			step_free(&map, step);
		}
		check_against_model(&map, step);
		if (pcpu_area_map_dump(&map, NULL, 0) > most_entries)
			most_entries = pcpu_area_map_dump(&map, NULL, 0);
	}
	free(pcpu_area_map_entries(&map));
	/* the walk has seen both full and fragmented units, and allocations that worked */
	assert_in_range(failed_allocs, MODEL_STEPS / 100, MODEL_STEPS / 3);
	assert_in_range(most_entries, 40, MODEL_BYTES);
}

#define NR_SINGLE_CASES ARRAY_SIZE(single_cases)

/* The single cases, each a test with the row's name, in front of the facts. */
int main(void)
{
	const struct CMUnitTest facts[] = {
		cmocka_unit_test(running_sequence_matches_every_row),
		cmocka_unit_test(first_chunk_views_match_every_row),
		cmocka_unit_test(fresh_map_has_one_free_area),
		cmocka_unit_test(first_chunk_view_starts_with_the_used_head),
		cmocka_unit_test(init_stores_no_zero_entry),
		cmocka_unit_test(offset_zero_is_freed_where_there_is_no_head),
		cmocka_unit_test(room_needed_matches_every_row),
		cmocka_unit_test(room_needed_does_not_overflow),
		cmocka_unit_test(move_keeps_the_map_and_returns_the_old_array),
		cmocka_unit_test(move_to_an_array_that_is_not_larger_is_refused),
		cmocka_unit_test(alloc_without_room_to_split_is_fatal),
		cmocka_unit_test(alloc_of_more_than_can_be_is_refused),
		cmocka_unit_test(largest_unit_is_served_to_its_end),
		cmocka_unit_test(hint_covers_a_free_neighbour_that_takes_the_head),
		cmocka_unit_test(free_returns_the_slivers_too),
		cmocka_unit_test(alloc_of_a_free_area_below_four_bytes_works),
		cmocka_unit_test(misuse_is_reported_and_changes_nothing),
		cmocka_unit_test(double_free_of_a_single_byte_is_found),
		cmocka_unit_test(size_at_changes_nothing),
		cmocka_unit_test(is_valid_accepts_a_map_with_a_loose_hint),
		cmocka_unit_test(is_valid_rejects_each_broken_invariant),
		cmocka_unit_test(dump_counts_all_and_copies_what_fits),
		cmocka_unit_test(random_calls_agree_with_a_model_of_bytes),
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
