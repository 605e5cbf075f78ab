/* SPDX-License-Identifier: MIT */
/*
 * coord.c - who owns which coordinates; see coord.h.
 *
 * Claims are an array sorted by start: there is one a module and one a chunk, and it is searched by
 * bisection and changed when a chunk or a module comes or goes.
 */
#include "memory/coord.h"
#include "ground/layout.h"
#include "ground/mem.h"

#include <errno.h>
#include <string.h>

struct claim {
	uint64_t start, end;
};

static struct claim *claims;
static unsigned int nr_claims, room;
static uint64_t hint = PCPU_COORD_MIN;
/* From the hint up to here there is no gap of gapless_size or more; chunks are all of one size. */
static uint64_t gapless_end, gapless_size;

/* The index of the first claim that ends above @coord; nr_claims if there is none. */
static unsigned int first_ending_above(uint64_t coord)
{
	unsigned int low = 0, high = nr_claims;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (claims[mid].end > coord)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

static int make_room(void)
{
	unsigned int larger = room ? 2 * room : 64;
	struct claim *array;

	if (nr_claims < room)
		return 0;
	array = pcpu_mem_zalloc(larger * sizeof(*array));
	if (!array)
		return -ENOMEM;
	if (nr_claims)
		memcpy(array, claims, nr_claims * sizeof(*array));
	pcpu_mem_free(claims, room * sizeof(*claims));
	claims = array;
	room = larger;
	return 0;
}

/* Needs room for one more. */
static void insert(unsigned int at, uint64_t start, uint64_t end)
{
	memmove(&claims[at + 1], &claims[at], (nr_claims - at) * sizeof(*claims));
	claims[at] = (struct claim){start, end};
	nr_claims++;
}

int pcpu_coord_claim(uint64_t start, uint64_t size)
{
	unsigned int at;
	uint64_t end;

	if (size == 0 || start < PCPU_COORD_MIN || start >= PCPU_COORD_END ||
	    size > PCPU_COORD_END - start)
		return -ERANGE;
	end = pcpu_page_ceil(start + size);
	start = pcpu_page_floor(start);
	at = first_ending_above(start);
	if (at < nr_claims && claims[at].start < end)
		return -EEXIST;
	if (make_room())
		return -ENOMEM;
	insert(at, start, end);
	return 0;
}

/* The first free start in [from, to) with @size free coordinates before @to; @to if none. */
static uint64_t find_free(uint64_t from, uint64_t to, uint64_t size)
{
	unsigned int at = first_ending_above(from);

	for (; from < to && to - from >= size; from = claims[at++].end)
		if (at == nr_claims || claims[at].start >= from + size)
			return from;
	return to;
}

/* Where to look for @size coordinates: past what is known to have no such gap. */
static uint64_t search_start(uint64_t size)
{
	return size >= gapless_size && gapless_end > hint ? gapless_end : hint;
}

int pcpu_coord_claim_free(uint64_t size, uint32_t *start)
{
	uint64_t from = search_start(size), at;

	if (make_room())
		return -ENOMEM;
	at = find_free(from, PCPU_COORD_END, size);
	if (at == PCPU_COORD_END) {
		at = find_free(PCPU_COORD_MIN, PCPU_COORD_END, size);
	} else if (from == hint || size == gapless_size) {
		gapless_end = at + size;
		gapless_size = size;
	}
	if (at == PCPU_COORD_END)
		return -ENOSPC;
	insert(first_ending_above(at), at, at + size);
	*start = (uint32_t)at;
	return 0;
}

void pcpu_coord_release(uint64_t start)
{
	unsigned int at = first_ending_above(start);

	if (at == nr_claims || claims[at].start != pcpu_page_floor(start))
		return;
	if (claims[at].start < gapless_end)
		gapless_end = 0;
	nr_claims--;
	memmove(&claims[at], &claims[at + 1], (nr_claims - at) * sizeof(*claims));
}

void pcpu_coord_set_hint(uint32_t coord)
{
	gapless_end = 0;
	hint = pcpu_page_ceil(coord);
	if (hint < PCPU_COORD_MIN || hint >= PCPU_COORD_END)
		hint = PCPU_COORD_MIN;
}

unsigned int pcpu_coord_nr_claims(void)
{
	return nr_claims;
}
