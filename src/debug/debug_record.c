/* SPDX-License-Identifier: MIT */
/* debug_record.c - see debug_record.h. */
#include "debug/debug_record.h"
#include "ground/mem.h"

#define FIRST_BITS 8
#define SPARE 4

static struct pcpu_record *first_buckets[1 << FIRST_BITS];

struct pcpu_record_table pcpu_records = {.buckets = first_buckets, .bits = FIRST_BITS};

static struct {
	struct pcpu_record *first;
	unsigned int nr;
} spare;

struct pcpu_record_history pcpu_history;

int pcpu_debug_level;

struct pcpu_mutex pcpu_debug_mutex = PCPU_MUTEX_INITIALIZER(PCPU_RANK_DEBUG);

/* --- records --- */

static struct pcpu_record *take_spare(void)
{
	struct pcpu_record *record = spare.first;

	if (record) {
		spare.first = record->next;
		spare.nr--;
		*record = (struct pcpu_record){0};
	}
	return record;
}

static void add_spare(struct pcpu_record *record)
{
	record->next = spare.first;
	spare.first = record;
	spare.nr++;
}

struct pcpu_record *pcpu_record_new(bool may_block)
{
	pcpu_assert_held(&pcpu_debug_mutex);
	return may_block ? pcpu_mem_zalloc(sizeof(struct pcpu_record)) : take_spare();
}

void pcpu_record_drop(struct pcpu_record *record)
{
	pcpu_assert_held(&pcpu_debug_mutex);
	/* a call that must not block leaves no more in the spare than it has taken */
	if (spare.nr < SPARE)
		add_spare(record);
	else
		pcpu_mem_free(record, sizeof(*record));
}

void pcpu_records_keep_spare(void)
{
	pcpu_assert_held(&pcpu_debug_mutex);
	while (spare.nr < SPARE) {
		struct pcpu_record *record = pcpu_mem_zalloc(sizeof(*record));

		if (!record)
			return;
		add_spare(record);
	}
}

/* --- the table --- */

/* Fibonacci hashing: coordinates are multiples of something. */
static struct pcpu_record **bucket_of(uint32_t coord)
{
	return &pcpu_records.buckets[(uint32_t)(coord * 0x9e3779b9U) >> (32 - pcpu_records.bits)];
}

static void add_to_bucket(struct pcpu_record *record)
{
	struct pcpu_record **bucket = bucket_of(pcpu_zoned_object(&record->zoned));

	record->next = *bucket;
	*bucket = record;
}

/* Without memory the chains become longer: slower, and no failure. */
static void grow_table(void)
{
	struct pcpu_record **old = pcpu_records.buckets, **larger, *record, *next;
	size_t nr = (size_t)1 << pcpu_records.bits;

	larger = pcpu_mem_zalloc(2 * nr * sizeof(struct pcpu_record *));
	if (!larger)
		return;
	pcpu_records.buckets = larger;
	pcpu_records.bits++;
	for (size_t i = 0; i < nr; i++)
		for (record = old[i]; record; record = next) {
			next = record->next;
			add_to_bucket(record);
		}
	if (old != first_buckets)
		pcpu_mem_free(old, nr * sizeof(struct pcpu_record *));
}

void pcpu_record_insert(struct pcpu_record *record, bool may_block)
{
	pcpu_assert_held(&pcpu_debug_mutex);
	if (may_block && pcpu_records.nr >= (size_t)1 << pcpu_records.bits)
		grow_table();
	record->sequence = ++pcpu_records.nr_ever;
	add_to_bucket(record);
	pcpu_records.nr++;
}

struct pcpu_record *pcpu_record_remove(uint32_t coord)
{
	struct pcpu_record **link = bucket_of(coord), *record;

	pcpu_assert_held(&pcpu_debug_mutex);
	while ((record = *link) != NULL && pcpu_zoned_object(&record->zoned) != coord)
		link = &record->next;
	if (!record)
		return NULL;
	*link = record->next;
	pcpu_records.nr--;
	return record;
}

static bool is_around(const struct pcpu_record *record, uint32_t coord)
{
	return coord - record->zoned.start < pcpu_zoned_total(&record->zoned);
}

const struct pcpu_record *pcpu_record_around(uint32_t coord)
{
	pcpu_assert_held(&pcpu_debug_mutex);
	for (size_t i = 0; i < (size_t)1 << pcpu_records.bits; i++)
		for (const struct pcpu_record *record = pcpu_records.buckets[i]; record;
		     record = record->next)
			if (is_around(record, coord))
				return record;
	return NULL;
}

size_t pcpu_records_count(void)
{
	pcpu_assert_held(&pcpu_debug_mutex);
	return pcpu_records.nr;
}

void pcpu_records_each(void (*fn)(const struct pcpu_record *record, void *ctx), void *ctx)
{
	pcpu_assert_held(&pcpu_debug_mutex);
	for (size_t i = 0; i < (size_t)1 << pcpu_records.bits; i++)
		for (const struct pcpu_record *record = pcpu_records.buckets[i]; record;
		     record = record->next)
			fn(record, ctx);
}

void pcpu_records_forget(void)
{
	pcpu_assert_held(&pcpu_debug_mutex);
	for (size_t i = 0; i < (size_t)1 << pcpu_records.bits; i++)
		pcpu_records.buckets[i] = NULL;
	pcpu_records.nr = 0;
}

/* --- the history --- */

void pcpu_history_add(const struct pcpu_record *record)
{
	pcpu_assert_held(&pcpu_debug_mutex);
	pcpu_history.records[pcpu_history.nr++ % PCPU_HISTORY] = *record;
}

const struct pcpu_record *pcpu_history_around(uint32_t coord)
{
	uint64_t oldest = pcpu_history.nr > PCPU_HISTORY ? pcpu_history.nr - PCPU_HISTORY : 0;

	pcpu_assert_held(&pcpu_debug_mutex);
	for (uint64_t i = pcpu_history.nr; i > oldest; i--)
		if (is_around(&pcpu_history.records[(i - 1) % PCPU_HISTORY], coord))
			return &pcpu_history.records[(i - 1) % PCPU_HISTORY];
	return NULL;
}
