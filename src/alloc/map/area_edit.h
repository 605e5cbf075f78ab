/* SPDX-License-Identifier: MIT */
/*
 * area_edit.h - changing the codes of a map, word by word.
 *
 * Areas that are taken or given back together lie side by side, mostly, with their codes in one
 * word; and an atomic instruction for each is most of what they would cost. So the codes of one
 * word at a time are changed in a copy. The word gets what is changed when another word's turn
 * comes, or at the end: by one exclusive or, since codes of live and cached areas in it may change
 * meanwhile.
 *
 *	struct pcpu_map_edit edit = pcpu_map_edit_begin(map);
 *	pcpu_map_edit_set(&edit, 64, PCPU_FREE);
 *	pcpu_map_edit_set(&edit, 96, PCPU_NO_START);
 *	pcpu_map_edit_end(&edit);		// others see both at once, if they are in one word
 *
 * What is asked of an edit is as if all changes had been made. Codes that are set or cleared are no
 * live areas', and nobody else changes them. Words change in the order in which their turns come.
 *
 * For the rooms of the map alone.
 */
#ifndef PCPU_AREA_EDIT_H
#define PCPU_AREA_EDIT_H

#include "alloc/map/area_index.h"

/* All of it is inlined: an edit then is in registers, which is half of its speed. */
#define PCPU_EDIT static inline __attribute__((__always_inline__))

struct pcpu_map_edit {
	struct pcpu_area_map *map;
	uint64_t *word;     /* whose turn it is */
	uint64_t value;     /* of the word, as it is going to be */
	uint64_t change;    /* in what this differs from what it was */
	int start, end;     /* the offsets whose codes it has; at first none */
	unsigned int shift; /* the granule's log2 */
	int starts;         /* how many more there are than before, in the word */
};

PCPU_EDIT struct pcpu_map_edit pcpu_map_edit_begin(struct pcpu_area_map *map)
{
	return (struct pcpu_map_edit){.map = map};
}

/* What is known of starts by block, once a word. */
PCPU_EDIT void pcpu_map_edit_count(struct pcpu_map_edit *edit)
{
	struct pcpu_area_map *map = edit->map;
	int at = pcpu_map_block_of(edit->start) - map->first, before = map->nr_starts[at];

	map->nr_starts[at] = (uint16_t)(before + edit->starts);
	if (before == 0)
		pcpu_set_bit((unsigned int)at, map->starts);
	else if (before + edit->starts == 0)
		pcpu_clear_bit((unsigned int)at, map->starts);
	edit->starts = 0;
}

PCPU_EDIT void pcpu_map_edit_end(struct pcpu_map_edit *edit)
{
	if (edit->change)
		__atomic_fetch_xor(edit->word, edit->change, __ATOMIC_ACQ_REL);
	edit->change = 0;
	if (edit->starts)
		pcpu_map_edit_count(edit);
}

PCPU_EDIT bool pcpu_map_edit_has(const struct pcpu_map_edit *edit, int off)
{
	return off >= edit->start && off < edit->end;
}

PCPU_EDIT void pcpu_map_edit_take(struct pcpu_map_edit *edit, int off)
{
	struct pcpu_codes codes;
	int index, bytes;

	pcpu_map_edit_end(edit);
	codes = pcpu_block_codes(&edit->map->blocks[pcpu_map_block_of(off)]);
	index = pcpu_code_index(codes, pcpu_within_block((uint32_t)off));
	bytes = PCPU_CODES_A_WORD << codes.shift;
	edit->word = codes.words + index;
	edit->value = pcpu_codes_word(codes, index);
	edit->start = off & ~(bytes - 1);
	edit->end = edit->start + bytes;
	edit->shift = codes.shift;
}

/* It is the turn of the word with the code of @off. */
PCPU_EDIT void pcpu_map_edit_turn(struct pcpu_map_edit *edit, int off)
{
	if (!pcpu_map_edit_has(edit, off))
		pcpu_map_edit_take(edit, off);
}

/* Where in the word, in bits, the code of @off is, which the word has and the granule reaches. */
PCPU_EDIT unsigned int pcpu_map_edit_bit(const struct pcpu_map_edit *edit, int off)
{
	return 2 * ((unsigned int)(off - edit->start) >> edit->shift);
}

/* Gives the code of @off, which the granule reaches, the value @code. */
PCPU_EDIT void pcpu_map_edit_set(struct pcpu_map_edit *edit, int off, enum pcpu_code code)
{
	unsigned int bit, old;
	uint64_t change;

	pcpu_map_edit_turn(edit, off);
	bit = pcpu_map_edit_bit(edit, off);
	old = edit->value >> bit & 3;
	change = (uint64_t)(old ^ code) << bit;
	edit->value ^= change;
	edit->change ^= change;
	edit->starts += (code != PCPU_NO_START) - (old != PCPU_NO_START);
}

/* The start behind @off, where an area starts, or the end of the map. */
PCPU_EDIT int pcpu_map_edit_next(struct pcpu_map_edit *edit, int off)
{
	uint64_t behind;

	pcpu_map_edit_turn(edit, off);
	/* by two shifts: the code may be the word's last */
	behind = pcpu_word_starts(edit->value) & (~0UL << pcpu_map_edit_bit(edit, off) << 2);
	if (behind)
		return edit->start + (__builtin_ctzl(behind) / 2 << edit->shift);
	return pcpu_map_next_start(edit->map, edit->end);
}

PCPU_EDIT enum pcpu_code pcpu_map_edit_code(struct pcpu_map_edit *edit, int off)
{
	if (!pcpu_map_edit_has(edit, off))
		return pcpu_map_code_at(edit->map, off);
	if ((off - edit->start) & ((1 << edit->shift) - 1))
		return PCPU_NO_START;
	return edit->value >> pcpu_map_edit_bit(edit, off) & 3;
}

/* The start before @off, whose code the granule reaches, or -1. */
PCPU_EDIT int pcpu_map_edit_prev(struct pcpu_map_edit *edit, int off)
{
	uint64_t before;

	pcpu_map_edit_turn(edit, off);
	before = pcpu_word_starts(edit->value) & ((1UL << pcpu_map_edit_bit(edit, off)) - 1);
	if (before)
		return edit->start + ((63 - __builtin_clzl(before)) / 2 << edit->shift);
	return pcpu_map_prev_start(edit->map, edit->start);
}

/* The free area that ends at @off, where an area starts, or -1. */
PCPU_EDIT int pcpu_map_free_before(struct pcpu_map_edit *edit, int off)
{
	int before;

	if (off == edit->map->last_end && edit->map->last_start < edit->map->last_end)
		return edit->map->last_start;
	before = pcpu_map_edit_prev(edit, off);
	return before >= 0 && pcpu_map_edit_code(edit, before) == PCPU_FREE ? before : -1;
}

#endif /* PCPU_AREA_EDIT_H */
