/* SPDX-License-Identifier: MIT */
/* debug_record.c - see debug_record.h. */
#include "debug/debug_record.h"
#include "ground/mem.h"

#include <pthread.h>

#define FIRST_BITS 8
#define SPARE 4

static struct pcpu_record *first_buckets[1 << FIRST_BITS];
static struct pcpu_record **buckets = first_buckets;
static unsigned int bucket_bits = FIRST_BITS;
static size_t nr_records;
static uint64_t nr_ever;

static struct pcpu_record *spare;
static unsigned int nr_spare;

static struct pcpu_record history[PCPU_HISTORY];
static uint64_t nr_history; /* ever; the last is at index (nr_history - 1) % PCPU_HISTORY */

int pcpu_debug_level;

static pthread_mutex_t debug_lock = PTHREAD_MUTEX_INITIALIZER;

void pcpu_debug_lock(void)
{
	pthread_mutex_lock(&debug_lock);
}

bool pcpu_debug_trylock(void)
{
	return pthread_mutex_trylock(&debug_lock) == 0;
}

void pcpu_debug_unlock(void)
{
	pthread_mutex_unlock(&debug_lock);
}

/* --- records --- */

static struct pcpu_record *take_spare(void)
{
	struct pcpu_record *record = spare;

	if (record) {
		spare = record->next;
		nr_spare--;
		*record = (struct pcpu_record){0};
	}
	return record;
}

static void add_spare(struct pcpu_record *record)
{
	record->next = spare;
	spare = record;
	nr_spare++;
}

struct pcpu_record *pcpu_record_new(bool may_block)
{
	return may_block ? pcpu_mem_zalloc(sizeof(struct pcpu_record)) : take_spare();
}

void pcpu_record_drop(struct pcpu_record *record)
{
	/* a call that must not block leaves no more in the spare than it has taken */
	if (nr_spare < SPARE)
		add_spare(record);
	else
		pcpu_mem_free(record, sizeof(*record));
}

void pcpu_records_keep_spare(void)
{
	while (nr_spare < SPARE) {
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
	return &buckets[(uint32_t)(coord * 0x9e3779b9U) >> (32 - bucket_bits)];
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
	struct pcpu_record **old = buckets, **larger, *record, *next;
	size_t nr = (size_t)1 << bucket_bits;

	larger = pcpu_mem_zalloc(2 * nr * sizeof(struct pcpu_record *));
	if (!larger)
		return;
	buckets = larger;
	bucket_bits++;
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
	if (may_block && nr_records >= (size_t)1 << bucket_bits)
		grow_table();
	record->sequence = ++nr_ever;
	add_to_bucket(record);
	nr_records++;
}

struct pcpu_record *pcpu_record_remove(uint32_t coord)
{
	struct pcpu_record **link = bucket_of(coord), *record;

	while ((record = *link) != NULL && pcpu_zoned_object(&record->zoned) != coord)
		link = &record->next;
	if (!record)
		return NULL;
	*link = record->next;
	nr_records--;
	return record;
}

static bool is_around(const struct pcpu_record *record, uint32_t coord)
{
	return coord - record->zoned.start < pcpu_zoned_total(&record->zoned);
}

const struct pcpu_record *pcpu_record_around(uint32_t coord)
{
	for (size_t i = 0; i < (size_t)1 << bucket_bits; i++)
		for (const struct pcpu_record *record = buckets[i]; record; record = record->next)
			if (is_around(record, coord))
				return record;
	return NULL;
}

size_t pcpu_records_count(void)
{
	return nr_records;
}

void pcpu_records_each(void (*fn)(const struct pcpu_record *record, void *ctx), void *ctx)
{
	for (size_t i = 0; i < (size_t)1 << bucket_bits; i++)
		for (const struct pcpu_record *record = buckets[i]; record; record = record->next)
			fn(record, ctx);
}

/* --- the history --- */

void pcpu_history_add(const struct pcpu_record *record)
{
	history[nr_history++ % PCPU_HISTORY] = *record;
}

const struct pcpu_record *pcpu_history_around(uint32_t coord)
{
	uint64_t oldest = nr_history > PCPU_HISTORY ? nr_history - PCPU_HISTORY : 0;

	for (uint64_t i = nr_history; i > oldest; i--)
		if (is_around(&history[(i - 1) % PCPU_HISTORY], coord))
			return &history[(i - 1) % PCPU_HISTORY];
	return NULL;
}
