/* SPDX-License-Identifier: MIT */
/* table.c - see table.h. */
#include "metrics/table.h"
#include "ground/assert.h"
#include "ground/mem.h"

#include <errno.h>

#define LEAST_BUCKETS 16u

/* FNV-1a, and its bits stirred at the end, since buckets go by the low ones. */
uint64_t pcpu_hash(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	hash ^= UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

static struct pcpu_table_entry **bucket_of(const struct pcpu_table *table, uint64_t hash)
{
	return &table->buckets[hash & (table->nr_buckets - 1)];
}

static void push(struct pcpu_table *table, struct pcpu_table_entry *entry)
{
	struct pcpu_table_entry **bucket = bucket_of(table, entry->hash);

	entry->next = *bucket;
	*bucket = entry;
}

static void move_all(const struct pcpu_table *from, struct pcpu_table *to)
{
	struct pcpu_table_entry *entry, *next;

	for (size_t i = 0; i < from->nr_buckets; i++)
		for (entry = from->buckets[i]; entry; entry = next) {
			next = entry->next;
			push(to, entry);
		}
}

int pcpu_table_reserve(struct pcpu_table *table)
{
	struct pcpu_table larger = *table;

	if (table->nr < table->nr_buckets)
		return 0;
	larger.nr_buckets = table->nr_buckets ? 2 * table->nr_buckets : LEAST_BUCKETS;
	larger.buckets = pcpu_mem_zalloc(larger.nr_buckets * sizeof(struct pcpu_table_entry *));
	if (!larger.buckets)
		return -ENOMEM;
	move_all(table, &larger);
	pcpu_mem_free(table->buckets, table->nr_buckets * sizeof(struct pcpu_table_entry *));
	*table = larger;
	return 0;
}

void pcpu_table_add(struct pcpu_table *table, struct pcpu_table_entry *entry)
{
	pcpu_assert(table->nr < table->nr_buckets);
	push(table, entry);
	table->nr++;
}

void pcpu_table_remove(struct pcpu_table *table, struct pcpu_table_entry *entry)
{
	struct pcpu_table_entry **link = bucket_of(table, entry->hash);

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	table->nr--;
}

static struct pcpu_table_entry *with_hash(struct pcpu_table_entry *entry, uint64_t hash)
{
	while (entry && entry->hash != hash)
		entry = entry->next;
	return entry;
}

struct pcpu_table_entry *pcpu_table_first(const struct pcpu_table *table, uint64_t hash)
{
	return table->nr ? with_hash(*bucket_of(table, hash), hash) : NULL;
}

struct pcpu_table_entry *pcpu_table_next(const struct pcpu_table_entry *entry)
{
	return with_hash(entry->next, entry->hash);
}

void pcpu_table_free(struct pcpu_table *table)
{
	pcpu_mem_free(table->buckets, table->nr_buckets * sizeof(struct pcpu_table_entry *));
	*table = (struct pcpu_table){.nr = 0};
}
