/* SPDX-License-Identifier: MIT */
/*
 * span.c - which coordinates have an owner; see span.h.
 *
 * There is a span a module and one a chunk: thousands at most, which come and go with a chunk or a
 * module. So moving those behind one costs little beside what else is done then.
 */
#include "memory/span.h"
#include "ground/mem.h"

#include <errno.h>
#include <string.h>

#define FIRST_ROOM 64

struct pcpu_span_table pcpu_spans;
struct pcpu_mutex pcpu_unit_lock = PCPU_MUTEX_INITIALIZER(PCPU_RANK_UNIT);

unsigned int pcpu_spans_first_above(uint64_t coord)
{
	unsigned int low = 0, high = pcpu_spans.nr;

	pcpu_assert(pcpu_mutex_is_held(&pcpu_alloc_mutex) || pcpu_mutex_is_held(&pcpu_unit_lock));
	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (pcpu_span_end(&pcpu_spans.records[mid]) > coord)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

struct pcpu_span_record *pcpu_spans_find(uint32_t start)
{
	unsigned int at = pcpu_spans_first_above(start);

	return at < pcpu_spans.nr && pcpu_spans.records[at].start == start ? &pcpu_spans.records[at]
									   : NULL;
}

void pcpu_spans_inherit(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	for (unsigned int i = 0; i < pcpu_spans.nr; i++)
		pcpu_spans.records[i].inherited = pcpu_spans.records[i].committed;
}

bool pcpu_spans_are_inherited_at(uint32_t coord)
{
	unsigned int at;

	pcpu_assert_held(&pcpu_alloc_mutex);
	at = pcpu_spans_first_above(coord);
	return at < pcpu_spans.nr && pcpu_spans.records[at].start <= coord &&
	       pcpu_spans.records[at].inherited;
}

static void replace_array(struct pcpu_span_record *array, unsigned int room)
{
	sigset_t saved;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	if (pcpu_spans.nr)
		memcpy(array, pcpu_spans.records, pcpu_spans.nr * sizeof(*array));
	pcpu_spans.records = array;
	pcpu_spans.room = room;
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
}

int pcpu_spans_make_room(void)
{
	struct pcpu_span_table old = pcpu_spans;
	unsigned int room = old.room ? 2 * old.room : FIRST_ROOM;
	struct pcpu_span_record *array;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert_not_held(&pcpu_unit_lock);
	if (old.nr < old.room)
		return 0;
	array = pcpu_mem_zalloc(room * sizeof(*array));
	if (!array)
		return -ENOMEM;
	replace_array(array, room);
	pcpu_mem_free(old.records, old.room * sizeof(*array));
	return 0;
}

void pcpu_spans_insert(unsigned int at, uint64_t start, uint64_t size)
{
	struct pcpu_span_record *record = &pcpu_spans.records[at];
	sigset_t saved;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(pcpu_spans.nr < pcpu_spans.room);
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	memmove(record + 1, record, (pcpu_spans.nr - at) * sizeof(*record));
	*record = (struct pcpu_span_record){.start = (uint32_t)start, .size = size};
	pcpu_spans.nr++;
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
}

void pcpu_spans_remove(unsigned int at)
{
	struct pcpu_span_record *record = &pcpu_spans.records[at];
	sigset_t saved;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(!record->committed);
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	pcpu_spans.nr--;
	memmove(record, record + 1, (pcpu_spans.nr - at) * sizeof(*record));
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
}
