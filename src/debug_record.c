/* SPDX-License-Identifier: MIT */
/* debug_record.c - see debug_record.h. */
#include "debug_record.h"
#include "mem.h"

#define FIRST_BITS 8
#define STOCK 4

static struct pcpu_record *first_buckets[1 << FIRST_BITS];
static struct pcpu_record **buckets = first_buckets;
static unsigned int bucket_bits = FIRST_BITS;
static size_t nr_records;
static uint64_t nr_ever;

static struct pcpu_record *stock;
static unsigned int nr_stock;

static struct pcpu_record history[PCPU_HISTORY];
static uint64_t nr_history; /* ever; the last is at index (nr_history - 1) % PCPU_HISTORY */

/* --- records --- */

static struct pcpu_record *take_from_stock(void)
{
	struct pcpu_record *record = stock;

	if (record) {
		stock = record->next;
		nr_stock--;
		*record = (struct pcpu_record){0};
	}
	return record;
}

static void add_to_stock(struct pcpu_record *record)
{
	record->next = stock;
	stock = record;
	nr_stock++;
}

struct pcpu_record *pcpu_record_new(bool may_block)
{
	return may_block ? pcpu_mem_zalloc(sizeof(struct pcpu_record)) : take_from_stock();
}

void pcpu_record_drop(struct pcpu_record *record)
{
	/* a call that must not block leaves no more in the stock than it has taken */
	if (nr_stock < STOCK)
		add_to_stock(record);
	else
		pcpu_mem_free(record, sizeof(*record));
}

void pcpu_records_keep_stock(void)
{
	while (nr_stock < STOCK) {
		struct pcpu_record *record = pcpu_mem_zalloc(sizeof(*record));

		if (!record)
			return;
		add_to_stock(record);
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
	struct pcpu_record **bucket = bucket_of(pcpu_fenced_object(&record->fenced));

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

	while ((record = *link) != NULL && pcpu_fenced_object(&record->fenced) != coord)
		link = &record->next;
	if (!record)
		return NULL;
	*link = record->next;
	nr_records--;
	return record;
}

static bool is_around(const struct pcpu_record *record, uint32_t coord)
{
	return coord - record->fenced.start < pcpu_fenced_total(&record->fenced);
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
