/* SPDX-License-Identifier: MIT */
/*
 * table.h - a hash table of records that have their entry in them, and may have equal hashes.
 *
 * One thread at a time.
 */
#ifndef PCPU_METRICS_TABLE_H
#define PCPU_METRICS_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct pcpu_table_entry {
	struct pcpu_table_entry *next; /* in its bucket, of any hash */
	uint64_t hash;
};

struct pcpu_table {
	struct pcpu_table_entry **buckets;
	size_t nr_buckets; /* 0, or a power of two */
	size_t nr;
};

/* Of @size bytes at @data, continued from @hash, which is 0 first. */
uint64_t pcpu_hash(uint64_t hash, const void *data, size_t size);

/* Room for one more entry. 0 or -ENOMEM, and all is as before. */
int pcpu_table_reserve(struct pcpu_table *table);

/* Adds @entry, whose hash is set and for which there is room. */
void pcpu_table_add(struct pcpu_table *table, struct pcpu_table_entry *entry);

/* Takes @entry out, which is in it. */
void pcpu_table_remove(struct pcpu_table *table, struct pcpu_table_entry *entry);

/* The first entry with that hash, and the next one after @entry; NULL: no more. */
struct pcpu_table_entry *pcpu_table_first(const struct pcpu_table *table, uint64_t hash);
struct pcpu_table_entry *pcpu_table_next(const struct pcpu_table_entry *entry);

/* Frees what the table has of its own. */
void pcpu_table_free(struct pcpu_table *table);

#endif /* PCPU_METRICS_TABLE_H */
