/* SPDX-License-Identifier: MIT */
/* open_units.c - see open_units.h. */
#include "memory/open_units.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "memory/cgroup.h"
#include "memory/pages/vm.h"
#include "memory/populated.h"

#include <errno.h>
#include <string.h>

/* Appended to under the unit lock, read by anybody: the element first, then the number. */
uintptr_t *pcpu_open_windows;
unsigned int pcpu_nr_open_windows;

int pcpu_open_units_init(unsigned int nr)
{
	pcpu_open_windows = pcpu_mem_zalloc(nr * sizeof(*pcpu_open_windows));
	return pcpu_open_windows ? 0 : -ENOMEM;
}

/* --- a unit that opens --- */

static void copy_images(const struct pcpu_image *images, uintptr_t window)
{
	for (int i = 0; images && i < PCPU_SPAN_IMAGES; i++)
		if (images[i].size)
			memcpy((char *)window + images[i].coord, images[i].start, images[i].size);
}

/*
 * Commits what spans @first up to (not including) the result make up without a gap, in one go: the
 * fewer pieces a window has, the fewer mappings the process needs.
 */
static int commit_run(unsigned int first, uintptr_t window, unsigned int *next)
{
	const struct pcpu_span_record *spans = pcpu_spans.records;
	uint64_t start = spans[first].start, end = start;
	unsigned int i = first;

	for (; i < pcpu_spans.nr && spans[i].committed && spans[i].start == end; i++)
		end += spans[i].size;
	*next = i;
	return pcpu_vm_commit(window + start, end - start);
}

/* Takes back what has been committed of the first @nr spans. */
static void decommit_first(unsigned int nr, uintptr_t window)
{
	const struct pcpu_span_record *spans = pcpu_spans.records;

	for (unsigned int i = 0; i < nr; i++)
		if (spans[i].committed)
			pcpu_vm_decommit(window + spans[i].start, spans[i].size);
}

static int commit_all(uintptr_t window)
{
	unsigned int i, next;
	int err = 0;

	for (i = 0; i < pcpu_spans.nr; i = next) {
		next = i + 1;
		if (pcpu_spans.records[i].committed)
			err = commit_run(i, window, &next);
		if (err)
			break;
	}
	if (err)
		decommit_first(i, window);
	return err;
}

static int populate_all(uintptr_t window)
{
	unsigned int page = 0;
	uint32_t coord;
	size_t size;
	int err = 0;

	while (!err && pcpu_populated_next(&page, &coord, &size))
		err = pcpu_memory_has_room(size) ? pcpu_vm_populate(window + coord, size) : -ENOMEM;
	return err;
}

int pcpu_open_units_fill(uintptr_t window)
{
	int err;

	pcpu_assert_held(&pcpu_unit_lock);
	err = commit_all(window);
	if (err)
		return err;
	for (unsigned int i = 0; i < pcpu_spans.nr; i++)
		copy_images(pcpu_spans.records[i].images, window);
	err = populate_all(window);
	if (err)
		decommit_first(pcpu_spans.nr, window);
	return err;
}

void pcpu_open_units_append(uintptr_t window)
{
	pcpu_assert_held(&pcpu_unit_lock);
	/* in a child, it may have been done in the parent */
	if (pcpu_nr_open_windows && pcpu_open_windows[pcpu_nr_open_windows - 1] == window)
		return;
	pcpu_open_windows[pcpu_nr_open_windows] = window;
	__atomic_store_n(&pcpu_nr_open_windows, pcpu_nr_open_windows + 1, __ATOMIC_RELEASE);
}

/* --- a unit that moves to other memory --- */

static bool is_zero(const char *page)
{
	return page[0] == 0 && memcmp(page, page + 1, PCPU_PAGE_SIZE - 1) == 0;
}

/* Both whole pages; @to is zero. */
static void copy_pages(char *to, const char *from, uint64_t size)
{
	for (uint64_t at = 0; at < size; at += PCPU_PAGE_SIZE)
		if (!is_zero(from + at))
			memcpy(to + at, from + at, PCPU_PAGE_SIZE);
}

static size_t committed_size(void)
{
	size_t size = 0;

	for (unsigned int i = 0; i < pcpu_spans.nr; i++)
		if (pcpu_spans.records[i].committed)
			size += pcpu_spans.records[i].size;
	return size;
}

char *pcpu_open_units_keep(uintptr_t window, size_t *size)
{
	char *kept, *to;

	pcpu_assert_held(&pcpu_alloc_mutex);
	*size = committed_size();
	kept = to = pcpu_mem_zalloc(*size);
	for (unsigned int i = 0; kept && i < pcpu_spans.nr; i++) {
		const struct pcpu_span_record *span = &pcpu_spans.records[i];

		if (!span->committed)
			continue;
		copy_pages(to, (const char *)window + span->start, span->size);
		to += span->size;
	}
	return kept;
}

int pcpu_open_units_restore(uintptr_t window, const char *kept)
{
	int err;

	pcpu_assert_held(&pcpu_unit_lock);
	err = commit_all(window);
	if (!err)
		err = populate_all(window);
	for (unsigned int i = 0; !err && i < pcpu_spans.nr; i++) {
		const struct pcpu_span_record *span = &pcpu_spans.records[i];

		if (!span->committed)
			continue;
		copy_pages((char *)window + span->start, kept, span->size);
		kept += span->size;
	}
	if (err)
		pcpu_open_units_drop(window);
	return err;
}

void pcpu_open_units_drop(uintptr_t window)
{
	pcpu_assert_held(&pcpu_unit_lock);
	for (unsigned int i = 0; i < pcpu_spans.nr; i++)
		if (pcpu_spans.records[i].committed)
			pcpu_vm_decommit(window + pcpu_spans.records[i].start,
					 pcpu_spans.records[i].size);
}

/* --- a span that comes or goes --- */

static void decommit(const struct pcpu_span_record *span, unsigned int units)
{
	for (unsigned int i = 0; i < units; i++)
		pcpu_vm_decommit(pcpu_open_windows[i] + span->start, span->size);
}

/* Commits @span in every open unit, or in none. */
static int commit(const struct pcpu_span_record *span, const struct pcpu_image *images)
{
	for (unsigned int i = 0; i < pcpu_nr_open_windows; i++) {
		int err = pcpu_vm_commit(pcpu_open_windows[i] + span->start, span->size);

		if (err) {
			decommit(span, i);
			return err;
		}
		copy_images(images, pcpu_open_windows[i]);
	}
	return 0;
}

static bool has_images(const struct pcpu_span *span)
{
	size_t size = 0;

	for (int i = 0; i < PCPU_SPAN_IMAGES; i++)
		size += span->images[i].size;
	return size != 0;
}

/* @images becomes a copy of those of @span, or NULL if it has none. 0 or -ENOMEM. */
static int keep_images(const struct pcpu_span *span, struct pcpu_image **images)
{
	*images = NULL;
	if (!has_images(span))
		return 0;
	*images = pcpu_mem_zalloc(sizeof(span->images));
	if (!*images)
		return -ENOMEM;
	memcpy(*images, span->images, sizeof(span->images));
	return 0;
}

static int commit_locked(struct pcpu_span_record *record, struct pcpu_image *images)
{
	int err;
	sigset_t saved;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	err = commit(record, images);
	if (!err) {
		record->images = images;
		record->committed = true;
	}
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	return err;
}

int pcpu_units_add_span(const struct pcpu_span *span)
{
	struct pcpu_span_record *record;
	struct pcpu_image *images;
	int err;

	pcpu_assert_held(&pcpu_alloc_mutex);
	record = pcpu_spans_find(span->start);
	if (!record || record->committed || record->size != span->size)
		return -EINVAL;
	err = keep_images(span, &images);
	if (err)
		return err;
	err = commit_locked(record, images);
	if (err)
		pcpu_mem_free(images, sizeof(span->images));
	return err;
}

void pcpu_units_remove_span(uint32_t start)
{
	struct pcpu_span_record *span;
	struct pcpu_image *images;
	sigset_t saved;

	pcpu_assert_held(&pcpu_alloc_mutex);
	span = pcpu_spans_find(start);
	if (!span || !span->committed)
		return;
	images = span->images;
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	decommit(span, pcpu_nr_open_windows);
	pcpu_populated_forget(start, span->size);
	span->images = NULL;
	span->committed = false;
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	pcpu_mem_free(images, PCPU_SPAN_IMAGES * sizeof(*images));
}
