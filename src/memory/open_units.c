/* SPDX-License-Identifier: MIT */
/* open_units.c - see open_units.h. */
#include "memory/open_units.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "ground/system/futex.h"
#include "ground/system/race.h"
#include "ground/system/thread_life.h"
#include "memory/cgroup.h"
#include "memory/pages/vm.h"
#include "memory/populated.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The open units' windows. In memory that processes can share. */
struct list {
	uint64_t opener; /* the thread that is opening a unit: number and birth; 0: none */
	unsigned int nr;
	uintptr_t windows[]; /* and behind them as many CPUs' numbers */
};

static struct list *list;
static size_t list_size;
static bool list_is_shared;

/* Appended to under the unit lock, read by anybody: the elements first, then the number. */
static unsigned int nr_at_boot;
uintptr_t *pcpu_open_windows;
unsigned int *pcpu_open_cpus;
unsigned int *pcpu_nr_open_windows = &nr_at_boot;

uintptr_t *pcpu_committed_windows;
unsigned int pcpu_nr_committed_windows;

int pcpu_open_units_init(unsigned int nr)
{
	list_size = pcpu_page_ceil(sizeof(*list) +
				   nr * (sizeof(*pcpu_open_windows) + sizeof(*pcpu_open_cpus)));
	list = pcpu_vm_guarded_array(list_size, list_size);
	pcpu_committed_windows = pcpu_mem_zalloc(nr * sizeof(*pcpu_committed_windows));
	if (!list || !pcpu_committed_windows)
		return -ENOMEM;
	pcpu_open_windows = list->windows;
	pcpu_open_cpus = (unsigned int *)&list->windows[nr];
	pcpu_nr_open_windows = &list->nr;
	return 0;
}

static bool is_among(uintptr_t window, const uintptr_t *windows, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (windows[i] == window)
			return true;
	return false;
}

static bool is_committed(uintptr_t window)
{
	return is_among(window, pcpu_committed_windows, pcpu_nr_committed_windows);
}

/* --- who opens --- */

static uint64_t name_of_this_thread(void)
{
	const int number = (int)syscall(SYS_gettid);

	return (uint64_t)pcpu_thread_birth(number) << 32 | (uint32_t)number;
}

static bool is_gone(uint64_t thread)
{
	return pcpu_thread_is_gone((int)(uint32_t)thread, (unsigned int)(thread >> 32));
}

/* U1. Who is killed before U6 has done nothing that is not done anew, and as before. */
void pcpu_opening_begin(void)
{
	const uint64_t self = list_is_shared ? name_of_this_thread() : 0;
	uint64_t before = 0;

	pcpu_assert_held(&pcpu_unit_lock);
	while (list_is_shared && !__atomic_compare_exchange_n(&list->opener, &before, self, false,
							      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		/* by the low half, the number */
		if (!pcpu_futex_wait(&list->opener, (uint32_t)before, true) && is_gone(before))
			__atomic_compare_exchange_n(&list->opener, &before, 0, false,
						    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
		before = 0;
	}
}

/* U6 */
void pcpu_opening_end(void)
{
	pcpu_assert_held(&pcpu_unit_lock);
	if (!list_is_shared)
		return;
	__atomic_store_n(&list->opener, 0, __ATOMIC_RELEASE);
	pcpu_futex_wake(&list->opener, true);
}

/* --- a unit that opens --- */

static void copy_images(const struct pcpu_image *images, uintptr_t window)
{
	pcpu_race_begin_writes();
	for (int i = 0; images && i < PCPU_SPAN_IMAGES; i++)
		if (images[i].size)
			memcpy((char *)window + images[i].coord, images[i].start, images[i].size);
	pcpu_race_end_writes();
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

/* Takes the first @nr spans away, as far as they are committed. */
static void decommit_first(unsigned int nr, uintptr_t window)
{
	for (unsigned int i = 0; i < nr; i++)
		if (pcpu_spans.records[i].committed)
			pcpu_vm_decommit(window + pcpu_spans.records[i].start,
					 pcpu_spans.records[i].size);
}

/* All of them or none. */
static int commit_all(uintptr_t window)
{
	unsigned int next;
	int err = 0;

	for (unsigned int i = 0; i < pcpu_spans.nr && !err; i = next) {
		next = i + 1;
		if (pcpu_spans.records[i].committed)
			err = commit_run(i, window, &next);
		/* what follows may be somebody else's place */
		if (err)
			decommit_first(i, window);
	}
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

/* Brings all spans into a window that has none yet; zero, but for what is in it. */
static int add_spans(uintptr_t window)
{
	int err = commit_all(window);

	if (err)
		return err;
	err = populate_all(window);
	if (err)
		decommit_first(pcpu_spans.nr, window);
	return err;
}

static void note_committed(uintptr_t window)
{
	pcpu_committed_windows[pcpu_nr_committed_windows++] = window;
}

/* Cores have the spans of an open unit, and not those of one that is not. */
static void adjust_cores(uintptr_t window, void (*adjust)(const void *ptr, size_t size))
{
	for (unsigned int i = 0; i < pcpu_spans.nr; i++)
		if (pcpu_spans.records[i].committed)
			adjust((void *)(window + pcpu_spans.records[i].start),
			       pcpu_spans.records[i].size);
}

void pcpu_open_units_keep_in_cores(void)
{
	static unsigned int nr_kept; /* of the list; under the unit lock */

	pcpu_assert_held(&pcpu_unit_lock);
	for (; list_is_shared && nr_kept < pcpu_units_nr_open(); nr_kept++)
		adjust_cores(list->windows[nr_kept], pcpu_vm_keep_in_cores);
}

int pcpu_open_units_fill(uintptr_t window)
{
	int err = 0;

	pcpu_assert_held(&pcpu_unit_lock);
	pcpu_open_units_keep_in_cores();
	if (is_committed(window))
		adjust_cores(window, pcpu_vm_keep_in_cores);
	else
		err = add_spans(window);
	for (unsigned int i = 0; i < pcpu_spans.nr && !err; i++)
		copy_images(pcpu_spans.records[i].images, window);
	return err;
}

/* U4. It may be there, by somebody who was killed before he said that the unit is open. */
void pcpu_open_units_append(uintptr_t window, unsigned int cpu)
{
	pcpu_assert_held(&pcpu_unit_lock);
	if (!is_committed(window))
		note_committed(window);
	/* in a child, it may have been done in the parent; and other units may have opened since */
	if (is_among(window, list->windows, list->nr))
		return;
	list->windows[list->nr] = window;
	pcpu_open_cpus[list->nr] = cpu;
	__atomic_store_n(&list->nr, list->nr + 1, __ATOMIC_RELEASE);
}

/* --- sharing --- */

int pcpu_open_units_prepare(uintptr_t window)
{
	int err;

	pcpu_assert_held(&pcpu_unit_lock);
	err = add_spans(window);
	if (err)
		return err;
	adjust_cores(window, pcpu_vm_keep_out_of_cores);
	note_committed(window);
	return 0;
}

void pcpu_open_units_forget_prepared(void)
{
	pcpu_assert_held(&pcpu_unit_lock);
	pcpu_nr_committed_windows = list->nr;
}

int pcpu_open_units_share(void)
{
	int err = pcpu_vm_share_array(list, list_size);

	list_is_shared = !err;
	return err;
}

void pcpu_open_units_unshare(void)
{
	list_is_shared = false;
	pcpu_vm_unshare_array(list, list_size);
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
	err = add_spans(window);
	for (unsigned int i = 0; !err && i < pcpu_spans.nr; i++) {
		const struct pcpu_span_record *span = &pcpu_spans.records[i];

		if (!span->committed)
			continue;
		copy_pages((char *)window + span->start, kept, span->size);
		kept += span->size;
	}
	return err;
}

void pcpu_open_units_drop(uintptr_t window)
{
	pcpu_assert_held(&pcpu_unit_lock);
	/* elsewhere somebody else's mappings may be at their places */
	if (is_committed(window))
		decommit_first(pcpu_spans.nr, window);
}

/* --- a span that comes or goes --- */

static void decommit(const struct pcpu_span_record *span, unsigned int windows)
{
	for (unsigned int i = 0; i < windows; i++)
		pcpu_vm_decommit(pcpu_committed_windows[i] + span->start, span->size);
}

static int commit_in(uintptr_t window, const struct pcpu_span_record *span,
		     const struct pcpu_image *images)
{
	int err = pcpu_vm_commit(window + span->start, span->size);

	if (err)
		return err;
	copy_images(images, window);
	if (!is_among(window, list->windows, pcpu_units_nr_open()))
		pcpu_vm_keep_out_of_cores((void *)(window + span->start), span->size);
	return 0;
}

/* Commits @span in every window that has spans, or in none. */
static int commit(const struct pcpu_span_record *span, const struct pcpu_image *images)
{
	for (unsigned int i = 0; i < pcpu_nr_committed_windows; i++) {
		int err = commit_in(pcpu_committed_windows[i], span, images);

		if (err) {
			decommit(span, i);
			return err;
		}
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
	pcpu_open_units_keep_in_cores();
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
	decommit(span, pcpu_nr_committed_windows);
	pcpu_populated_forget(start, span->size);
	span->images = NULL;
	span->committed = false;
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	pcpu_mem_free(images, PCPU_SPAN_IMAGES * sizeof(*images));
}

/* --- parking --- */

/* Holes in shared memory that are made before others are parked. */
#define SHARED_HOLES 16

static unsigned int nr_parked;

static bool is_committed_up_to(unsigned int i, uint64_t end)
{
	return i < pcpu_spans.nr && pcpu_spans.records[i].committed &&
	       pcpu_span_end(&pcpu_spans.records[i]) == end;
}

static bool is_committed_from(unsigned int i, uint64_t start)
{
	return i < pcpu_spans.nr && pcpu_spans.records[i].committed &&
	       pcpu_spans.records[i].start == start;
}

/* In a child whose memory is others' too, each span is a mapping of its own in any case. */
static bool may_park(void)
{
	static unsigned int nr_holes;

	return !pcpu_vm_is_apart() && (!pcpu_vm_is_shared() || nr_holes++ >= SHARED_HOLES);
}

static void discard_everywhere(const struct pcpu_span_record *span)
{
	for (unsigned int i = 0; i < pcpu_nr_committed_windows; i++)
		pcpu_vm_discard(pcpu_committed_windows[i] + span->start, span->size);
}

static void set_parked(struct pcpu_span_record *span, bool parked)
{
	sigset_t saved;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	discard_everywhere(span);
	pcpu_populated_forget(span->start, span->size);
	span->parked = parked;
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	nr_parked += parked ? 1 : -1U;
}

bool pcpu_units_park_span(uint32_t start)
{
	const unsigned int i = pcpu_spans_first_above(start);
	struct pcpu_span_record *span = &pcpu_spans.records[i];

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (!is_committed_from(i, start) || span->images || i == 0 ||
	    !is_committed_up_to(i - 1, start) || !is_committed_from(i + 1, pcpu_span_end(span)) ||
	    !may_park())
		return false;
	set_parked(span, true);
	return true;
}

unsigned int pcpu_units_nr_parked(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return nr_parked;
}

/* Somebody may have written to it who has freed it. */
bool pcpu_units_take_parked(uint64_t size, uint32_t *start)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	for (unsigned int i = 0; nr_parked > 0 && i < pcpu_spans.nr; i++) {
		struct pcpu_span_record *span = &pcpu_spans.records[i];

		if (!span->parked || span->inherited || span->size != size)
			continue;
		set_parked(span, false);
		*start = span->start;
		return true;
	}
	return false;
}

/* Spans @first to @last, without a gap between them: nobody's from now on. */
static void remove_run(unsigned int first, unsigned int last)
{
	struct pcpu_span_record *spans = pcpu_spans.records;
	const struct pcpu_span_record run = {
		.start = spans[first].start,
		.size = pcpu_span_end(&spans[last]) - spans[first].start,
	};
	sigset_t saved;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	decommit(&run, pcpu_nr_committed_windows);
	pcpu_populated_forget(run.start, run.size);
	for (unsigned int i = first; i <= last; i++) {
		nr_parked -= spans[i].parked;
		spans[i].parked = false;
		spans[i].committed = false;
	}
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
}

void pcpu_units_remove_with_parked(uint32_t start, uint64_t *from, uint64_t *to)
{
	const struct pcpu_span_record *spans = pcpu_spans.records;
	unsigned int first = pcpu_spans_first_above(start), last = first;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(is_committed_from(first, start) && !spans[first].images);
	while (first > 0 && is_committed_up_to(first - 1, spans[first].start) &&
	       spans[first - 1].parked)
		first--;
	while (is_committed_from(last + 1, pcpu_span_end(&spans[last])) && spans[last + 1].parked)
		last++;
	*from = spans[first].start;
	*to = pcpu_span_end(&spans[last]);
	remove_run(first, last);
}

bool pcpu_units_remove_parked(uint64_t start, uint64_t end)
{
	const unsigned int first = pcpu_spans_first_above(start);
	unsigned int i;

	pcpu_assert_held(&pcpu_alloc_mutex);
	for (i = first; i < pcpu_spans.nr && pcpu_spans.records[i].start < end; i++)
		if (!pcpu_spans.records[i].parked || pcpu_spans.records[i].inherited)
			return false;
	while (i-- > first)
		remove_run(i, i);
	return true;
}
