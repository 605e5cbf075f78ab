/* SPDX-License-Identifier: MIT */
/* copies.c - see copies.h. */
#include "memory/copies.h"
#include "ground/checkers/memory.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "memory/open_units.h"
#include "memory/cgroup.h"
#include "memory/pages/vm.h"
#include "memory/populated.h"
#include "memory/span.h"

#include <errno.h>
#include <string.h>

/* --- clearing --- */

/* Within one page. */
static inline void clear_part(char *part, size_t size)
{
	/* all equal to the first, which is zero */
	if (part[0] != 0 || memcmp(part, part + 1, size - 1) != 0)
		memset(part, 0, size);
}

static void clear_copy(char *copy, size_t size)
{
	while (size > 0) {
		size_t in_page = PCPU_PAGE_SIZE - (uintptr_t)copy % PCPU_PAGE_SIZE;

		if (in_page > size)
			in_page = size;
		clear_part(copy, in_page);
		copy += in_page;
		size -= in_page;
	}
}

typedef uint64_t __attribute__((__may_alias__, __aligned__(1))) any_uint64_t;
typedef uint32_t __attribute__((__may_alias__, __aligned__(1))) any_uint32_t;

static inline void clear_8(char *at)
{
	any_uint64_t *word = (any_uint64_t *)at;

	if (*word)
		*word = 0;
}

static inline void clear_4(char *at)
{
	any_uint32_t *word = (any_uint32_t *)at;

	if (*word)
		*word = 0;
}

/* 4 to 16 bytes in one page, by two words, which may overlap: the size of counters. */
static inline void clear_small(uint32_t coord, size_t size, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		char *copy = (char *)(pcpu_open_windows[i] + coord);

		if (size >= sizeof(uint64_t)) {
			clear_8(copy);
			clear_8(copy + size - sizeof(uint64_t));
		} else {
			clear_4(copy);
			clear_4(copy + size - sizeof(uint32_t));
		}
	}
}

static void __attribute__((__noinline__)) clear_any(uint32_t coord, size_t size, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		clear_copy((char *)(pcpu_open_windows[i] + coord), size);
}

void pcpu_units_clear(uint32_t coord, size_t size)
{
	unsigned int nr = pcpu_units_nr_open();

	/* one word of the usual size */
	if (size == sizeof(uint64_t) && coord % sizeof(uint64_t) == 0)
		for (unsigned int i = 0; i < nr; i++)
			clear_8((char *)(pcpu_open_windows[i] + coord));
	else if (size - 4 <= 12 && coord % PCPU_PAGE_SIZE + size <= PCPU_PAGE_SIZE)
		clear_small(coord, size, nr);
	else
		clear_any(coord, size, nr);
}

/* --- tools that check memory --- */

void pcpu_units_hide(uint32_t coord, size_t size)
{
	const unsigned int nr = pcpu_units_nr_open();

	for (unsigned int i = 0; i < nr; i++)
		pcpu_memory_hide(pcpu_open_windows[i] + coord, size);
}

void pcpu_units_show(uint32_t coord, size_t size)
{
	const unsigned int nr = pcpu_units_nr_open();

	for (unsigned int i = 0; i < nr; i++)
		pcpu_memory_show(pcpu_open_windows[i] + coord, size);
}

/* --- pages --- */

void pcpu_units_discard(uint32_t coord, size_t size)
{
	unsigned int nr;
	sigset_t saved;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	nr = pcpu_nr_committed_windows;
	for (unsigned int i = 0; i < nr; i++)
		pcpu_vm_discard(pcpu_committed_windows[i] + coord, size);
	pcpu_populated_forget(coord, size);
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
}

/* A unit that opens later gets the pages too: they are noted under the lock that opening takes. */
int pcpu_units_populate(uint32_t coord, size_t size)
{
	unsigned int nr;
	sigset_t saved;
	int err = 0;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	nr = pcpu_nr_committed_windows;
	if (nr > 0 && !pcpu_memory_has_room((uint64_t)nr * size))
		err = -ENOMEM;
	for (unsigned int i = 0; i < nr && !err; i++)
		err = pcpu_vm_populate(pcpu_committed_windows[i] + coord, size);
	if (!err)
		pcpu_populated_note(coord, size);
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	return err;
}

static size_t resident_in(uintptr_t window)
{
	const struct pcpu_span_record *span = pcpu_spans.records;
	size_t resident = 0;

	for (unsigned int i = 0; i < pcpu_spans.nr; i++)
		if (span[i].committed)
			resident += pcpu_vm_resident(window + span[i].start, span[i].size);
	return resident;
}

size_t pcpu_units_resident(void)
{
	unsigned int nr;
	size_t resident = 0;
	sigset_t saved;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	nr = pcpu_nr_committed_windows;
	for (unsigned int i = 0; i < nr; i++)
		resident += resident_in(pcpu_committed_windows[i]);
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	return resident;
}
