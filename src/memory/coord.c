/* SPDX-License-Identifier: MIT */
/* coord.c - who gets which coordinates; see coord.h. A claim is a span from the first (span.h). */
#include "memory/coord.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "memory/open_units.h"
#include "memory/span.h"

#include <errno.h>

static struct {
	uint64_t hint;
	/* From the hint up to the end there is no gap of that size or more. */
	uint64_t gapless_end, gapless_size;
} search = {.hint = PCPU_COORD_MIN_FREE};

int pcpu_coord_claim(uint64_t start, uint64_t size)
{
	unsigned int at;
	uint64_t end;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (size == 0 || start < PCPU_COORD_MIN || start >= PCPU_COORD_END ||
	    size > PCPU_COORD_END - start)
		return -ERANGE;
	end = pcpu_page_ceil(start + size);
	start = pcpu_page_floor(start);
	at = pcpu_spans_first_above(start);
	if (!pcpu_units_remove_parked(start, end))
		return -EEXIST;
	while (at < pcpu_spans.nr && pcpu_spans.records[at].start < end)
		pcpu_spans_remove(at);
	if (pcpu_spans_make_room())
		return -ENOMEM;
	pcpu_spans_insert(at, start, end - start);
	return 0;
}

/* The first free start in [from, to) with @size free coordinates before @to; @to if none. */
static uint64_t find_free(uint64_t from, uint64_t to, uint64_t size)
{
	const struct pcpu_span_record *spans = pcpu_spans.records;
	unsigned int at = pcpu_spans_first_above(from);

	for (; from < to && to - from >= size; from = pcpu_span_end(&spans[at++]))
		if (at == pcpu_spans.nr || spans[at].start >= from + size)
			return from;
	return to;
}

/* Where to look for @size coordinates: past what is known to have no such gap. */
static uint64_t search_start(uint64_t size)
{
	return size >= search.gapless_size && search.gapless_end > search.hint ? search.gapless_end
									       : search.hint;
}

/* The first place from the hint on, then from the bottom; PCPU_COORD_END if there is none. */
static uint64_t find_place(uint64_t size)
{
	uint64_t from = search_start(size), at = find_free(from, PCPU_COORD_END, size);

	if (at == PCPU_COORD_END)
		return find_free(PCPU_COORD_MIN_FREE, PCPU_COORD_END, size);
	/* chunks are all of one size */
	if (from == search.hint || size == search.gapless_size) {
		search.gapless_end = at + size;
		search.gapless_size = size;
	}
	return at;
}

int pcpu_coord_claim_free(uint64_t size, uint32_t *start)
{
	uint64_t at;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (pcpu_spans_make_room())
		return -ENOMEM;
	at = find_place(size);
	if (at == PCPU_COORD_END)
		return -ENOSPC;
	pcpu_spans_insert(pcpu_spans_first_above(at), at, size);
	*start = (uint32_t)at;
	return 0;
}

void pcpu_coord_release(uint64_t start)
{
	unsigned int at;

	pcpu_assert_held(&pcpu_alloc_mutex);
	at = pcpu_spans_first_above(start);
	if (at == pcpu_spans.nr || pcpu_spans.records[at].start != pcpu_page_floor(start))
		return;
	if (start < search.gapless_end)
		search.gapless_end = 0;
	pcpu_spans_remove(at);
}

void pcpu_coord_set_hint(uint32_t coord)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	search.gapless_end = 0;
	search.hint = pcpu_page_ceil(coord);
	if (search.hint < PCPU_COORD_MIN_FREE || search.hint >= PCPU_COORD_END)
		search.hint = PCPU_COORD_MIN_FREE;
}

unsigned int pcpu_coord_nr_claims(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return pcpu_spans.nr;
}
