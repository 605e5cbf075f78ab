/* SPDX-License-Identifier: MIT */
/* entry.c - see entry.h. */
#include "memory/entry.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/system/race.h"
#include "memory/pages/vm.h"

#include <errno.h>
#include <stddef.h>

/* The entries of CPU numbers -1 and -2. */
#define BEFORE 2
/* Index range of the table that faults instead of reading something else: 65,536 CPUs. */
#define RESERVE ((65536 + BEFORE) * sizeof(struct percpu_entry))

struct percpu_entry *pcpu_entries;
static unsigned int nr_entries;

void pcpu_entries_missing(void)
{
	pcpu_fatal(
		"a per-CPU variable is used before the library has been set up: constructors may "
		"do that, but not functions in .preinit_array and resolvers of IFUNC");
}

/* Whole pages of entries, so that a CPU number just out of range is sent away like any other. */
static size_t table_size(void)
{
	return pcpu_page_ceil((nr_entries + BEFORE) * sizeof(struct percpu_entry));
}

int pcpu_entries_init(unsigned int nr, unsigned int attention)
{
	struct percpu_entry *table;

	nr_entries = nr;
	table = pcpu_vm_guarded_array(table_size(), RESERVE);
	if (!table)
		return -ENOMEM;
	pcpu_vm_will_fill(table, table_size());
	/* the rest is zero: not to write to it saves a third of the time */
	for (size_t i = 0; i < table_size() / sizeof(*table); i++) {
		table[i].window = PCPU_CLOSED;
		table[i].base = PCPU_NO_BASE;
		table[i].attention = attention;
	}
	pcpu_race_pass_over(table, table_size());
	pcpu_entries = table + BEFORE;
	return 0;
}

int pcpu_entries_share(void)
{
	return pcpu_vm_share_array(pcpu_entries - BEFORE, table_size());
}

bool pcpu_entries_are_at_rest(void)
{
	for (unsigned int cpu = 0; cpu < nr_entries; cpu++) {
		const struct percpu_entry *entry = &pcpu_entries[cpu];

		if (entry->successor || entry->pinned ||
		    (pcpu_entry_is_open(entry) && entry->window != entry->rest))
			return false;
	}
	return true;
}

size_t pcpu_entries_size(void)
{
	return table_size();
}

/* In a mapping of its own first, which can fail before anything has changed. */
static int fill_table(int file, uint64_t at,
		      void (*fill)(unsigned int cpu, struct percpu_entry *entry))
{
	struct percpu_entry *table = pcpu_vm_view_file(table_size(), file, at);

	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < table_size() / sizeof(*table); i++) {
		table[i] = (struct percpu_entry){.window = PCPU_CLOSED, .base = PCPU_NO_BASE};
		if (i >= BEFORE && i < nr_entries + BEFORE)
			fill((unsigned int)i - BEFORE, &table[i]);
	}
	pcpu_vm_end_view(table, table_size());
	return 0;
}

int pcpu_entries_join(int file, uint64_t at, bool fresh,
		      void (*fill)(unsigned int cpu, struct percpu_entry *entry))
{
	int err = fresh ? fill_table(file, at, fill) : 0;

	return err ? err : pcpu_vm_map_array(pcpu_entries - BEFORE, table_size(), file, at);
}

void pcpu_entry_set_rest(struct percpu_entry *entry, intptr_t rest)
{
	if (entry->window == entry->rest)
		entry->window = rest;
	entry->rest = rest;
}

void pcpu_entries_set_attention(unsigned int attention)
{
	for (unsigned int cpu = 0; cpu < nr_entries; cpu++)
		pcpu_entries[cpu].attention = attention;
}
