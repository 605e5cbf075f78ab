/* SPDX-License-Identifier: MIT */
/* unit.c - see unit.h. */
#include "memory/unit.h"
#include "ground/bitmap.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "ground/pointer.h"
#include "memory/entry.h"
#include "memory/vm.h"

#include <percpu/access.h>
#include <percpu/defs.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

/* Index range of the table that faults instead of reading something else: 65,536 CPUs. */
#define ENTRIES_RESERVE ((65536 + ENTRIES_BEFORE) * sizeof(struct percpu_entry))
/* The entries of CPU numbers -1 and -2. */
#define ENTRIES_BEFORE 2

/* Of each CPU: its number, its offset, its node; the kernel's names. */
static DEFINE_PER_CPU_READ_MOSTLY(unsigned int, cpu_number);
static DEFINE_PER_CPU_READ_MOSTLY(unsigned long, this_cpu_off);
static DEFINE_PER_CPU_READ_MOSTLY(int, numa_node);

static struct pcpu_mutex unit_lock = PCPU_MUTEX_INITIALIZER;
static sigset_t fork_saved;

struct percpu_entry *pcpu_entries;
static uintptr_t *windows;
static unsigned int nr_units;
static const unsigned short *unit_nodes;
static intptr_t rest_bits;

/* Appended to under the unit lock, read by anybody: the element first, then the number. */
uintptr_t *pcpu_open_windows;
unsigned int pcpu_nr_open_windows;

/* As a pcpu_span, with its images elsewhere: most have none, and there can be thousands. */
struct span {
	uint64_t size;
	struct pcpu_image *images; /* PCPU_SPAN_IMAGES, or NULL */
	uint32_t start;
};

/* Sorted by start. */
static struct span *spans;
static unsigned int nr_spans, spans_room;

/* A bit a page of coordinates that is to be resident in every open unit; NULL: none is. */
static unsigned long *populated;
#define NR_PAGES ((unsigned int)(PCPU_WINDOW_SIZE / PCPU_PAGE_SIZE))

/* Whole pages of entries, so that a CPU number just out of range is sent away like any other. */
static struct percpu_entry *make_entries(unsigned int nr, unsigned int attention)
{
	size_t size = (nr + ENTRIES_BEFORE) * sizeof(struct percpu_entry);
	struct percpu_entry *table;

	size = pcpu_page_ceil(size);
	table = pcpu_vm_guarded_array(size, ENTRIES_RESERVE);
	if (!table)
		return NULL;
	for (size_t i = 0; i < size / sizeof(*table); i++)
		table[i] = (struct percpu_entry){
			.window = PCPU_CLOSED, .base = -1, .attention = attention};
	return table + ENTRIES_BEFORE;
}

int pcpu_units_init(const struct pcpu_unit_setup *setup)
{
	windows = pcpu_mem_zalloc(setup->nr_cpu_ids * sizeof(*windows));
	pcpu_entries = make_entries(setup->nr_cpu_ids, setup->attention);

	pcpu_open_windows = pcpu_mem_zalloc(setup->nr_cpu_ids * sizeof(*pcpu_open_windows));
	if (!windows || !pcpu_entries || !pcpu_open_windows)
		return -ENOMEM;
	for (unsigned int cpu = 0; cpu < setup->nr_cpu_ids; cpu++)
		if (setup->unit_map[cpu] != UINT_MAX)
			windows[cpu] = setup->base + setup->unit_offsets[cpu];
	nr_units = setup->nr_cpu_ids;
	unit_nodes = setup->nodes;
	rest_bits = setup->rest_bits;
	return 0;
}

uintptr_t pcpu_unit_window(unsigned int cpu)
{
	return windows[cpu];
}

bool pcpu_unit_is_open(unsigned int cpu)
{
	return cpu < nr_units && __atomic_load_n(&pcpu_entries[cpu].base, __ATOMIC_ACQUIRE) >= 0;
}

int pcpu_units_populate_always(void)
{
	populated = pcpu_vm_guarded_array(NR_PAGES / 8, NR_PAGES / 8);
	return populated ? 0 : -ENOMEM;
}

static void copy_images(const struct pcpu_image *images, uintptr_t window)
{
	for (int i = 0; images && i < PCPU_SPAN_IMAGES; i++)
		if (images[i].size)
			memcpy((char *)window + images[i].coord, images[i].start, images[i].size);
}

/* The next run of populated pages at or after @page, in bytes; false: no more. */
static bool next_populated(unsigned int *page, uint32_t *coord, size_t *size)
{
	unsigned int from = pcpu_find_next_bit(populated, NR_PAGES, *page), to = from;

	while (to < NR_PAGES && pcpu_test_bit(to, populated))
		to++;
	*page = to;
	*coord = (uint32_t)(from * PCPU_PAGE_SIZE);
	*size = (to - from) * PCPU_PAGE_SIZE;
	return to > from;
}

static int populate_window(uintptr_t window)
{
	unsigned int page = 0;
	uint32_t coord;
	size_t size;
	int err = 0;

	while (populated && !err && next_populated(&page, &coord, &size))
		err = pcpu_vm_populate(window + coord, size);
	return err;
}

/*
 * Commits what spans @first up to (not including) the result make up without a gap, in one go: the
 * fewer pieces a window has, the fewer mappings the process needs.
 */
static int commit_run(unsigned int first, uintptr_t window, unsigned int *next)
{
	uint64_t start = spans[first].start, end = start;
	unsigned int i = first;

	for (; i < nr_spans && spans[i].start == end; i++)
		end += spans[i].size;
	*next = i;
	return pcpu_vm_commit(window + start, end - start);
}

static int fill_window(uintptr_t window)
{
	unsigned int next;

	for (unsigned int i = 0; i < nr_spans; i = next) {
		int err = commit_run(i, window, &next);

		if (err)
			return err;
	}
	for (unsigned int i = 0; i < nr_spans; i++)
		copy_images(spans[i].images, window);
	return populate_window(window);
}

/* Makes the CPU's memory local to its node. Not having it so costs time, never a count. */
static void bind_window(unsigned int cpu, uintptr_t window)
{
	int err;

	if (!unit_nodes)
		return;
	err = pcpu_vm_bind(window, PCPU_WINDOW_SIZE, unit_nodes[cpu]);
	if (err)
		pcpu_log(PERCPU_LOG_INFO, "no memory policy for CPU %u on node %u: errno %d", cpu,
			 unit_nodes[cpu], -err);
}

/* The library's own variables, of which every CPU has its own value from the start. */
static void set_own_variables(unsigned int cpu, uintptr_t window)
{
	*SHIFT_PERCPU_PTR(&cpu_number, window) = cpu;
	*SHIFT_PERCPU_PTR(&this_cpu_off, window) = window;
	*SHIFT_PERCPU_PTR(&numa_node, window) = unit_nodes ? unit_nodes[cpu] : 0;
}

static void open_locked(unsigned int cpu)
{
	uintptr_t window = windows[cpu];
	int err;

	bind_window(cpu, window);
	err = fill_window(window);
	if (err)
		pcpu_fatal("no memory for the unit of CPU %u (errno %d): its counts have no place",
			   cpu, -err);
	set_own_variables(cpu, window);
	/* who writes to a copy must find that others clear it when they hand it out again */
	pcpu_open_windows[pcpu_nr_open_windows] = window;
	__atomic_store_n(&pcpu_nr_open_windows, pcpu_nr_open_windows + 1, __ATOMIC_RELEASE);
	/* the copies are complete before anyone is told where they are */
	pcpu_entries[cpu].rest = (intptr_t)window | rest_bits;
	__atomic_store_n(&pcpu_entries[cpu].base, (intptr_t)window, __ATOMIC_RELEASE);
	__atomic_store_n(&pcpu_entries[cpu].window, pcpu_entries[cpu].rest, __ATOMIC_RELEASE);
}

uintptr_t pcpu_unit_open(unsigned int cpu)
{
	const int saved_errno = errno;
	sigset_t saved;

	if (cpu >= nr_units || !windows[cpu])
		pcpu_fatal("CPU %u is not possible: there are no per-CPU copies for it", cpu);
	if (pcpu_unit_is_open(cpu))
		return windows[cpu];
	pcpu_lock_sigsave(&unit_lock, &saved);
	if (!pcpu_unit_is_open(cpu))
		open_locked(cpu);
	pcpu_unlock_sigrestore(&unit_lock, &saved);
	errno = saved_errno;
	return windows[cpu];
}

/* The index of the first span at or above @start. */
static unsigned int span_at(uint32_t start)
{
	unsigned int low = 0, high = nr_spans;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (spans[mid].start < start)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/*
 * Room for one more span. The array is replaced under the lock, and allocated before it: an opening
 * in a signal handler may wait for this lock while its thread is inside the allocator.
 */
static int make_room(void)
{
	unsigned int larger = spans_room ? 2 * spans_room : 64;
	struct span *array, *old = spans;
	sigset_t saved;

	if (nr_spans < spans_room)
		return 0;
	array = pcpu_mem_zalloc(larger * sizeof(*array));
	if (!array)
		return -ENOMEM;
	pcpu_lock_sigsave(&unit_lock, &saved);
	if (nr_spans)
		memcpy(array, old, nr_spans * sizeof(*array));
	spans = array;
	pcpu_unlock_sigrestore(&unit_lock, &saved);
	pcpu_mem_free(old, spans_room * sizeof(*old));
	spans_room = larger;
	return 0;
}

static void decommit_span(const struct span *span, unsigned int units)
{
	for (unsigned int i = 0; i < units; i++)
		pcpu_vm_decommit(pcpu_open_windows[i] + span->start, span->size);
}

/* Commits @span in every open unit, or in none. */
static int commit_span(const struct span *span)
{
	for (unsigned int i = 0; i < pcpu_nr_open_windows; i++) {
		int err = pcpu_vm_commit(pcpu_open_windows[i] + span->start, span->size);

		if (err) {
			decommit_span(span, i);
			return err;
		}
		copy_images(span->images, pcpu_open_windows[i]);
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

/* The inner form of @span. 0 or -ENOMEM. */
static int make_span(struct span *inner, const struct pcpu_span *span)
{
	*inner = (struct span){.start = span->start, .size = span->size};
	if (!has_images(span))
		return 0;
	inner->images = pcpu_mem_zalloc(sizeof(span->images));
	if (!inner->images)
		return -ENOMEM;
	memcpy(inner->images, span->images, sizeof(span->images));
	return 0;
}

int pcpu_units_add_span(const struct pcpu_span *span)
{
	struct span inner;
	unsigned int at;
	sigset_t saved;
	int err = make_room();

	if (!err)
		err = make_span(&inner, span);
	if (err)
		return err;
	pcpu_lock_sigsave(&unit_lock, &saved);
	err = commit_span(&inner);
	if (!err) {
		at = span_at(span->start);
		memmove(&spans[at + 1], &spans[at], (nr_spans - at) * sizeof(*spans));
		spans[at] = inner;
		nr_spans++;
	}
	pcpu_unlock_sigrestore(&unit_lock, &saved);
	if (err)
		pcpu_mem_free(inner.images, sizeof(span->images));
	return err;
}

void pcpu_units_replace_images(uint32_t start, const struct pcpu_image images[PCPU_SPAN_IMAGES])
{
	unsigned int at;
	sigset_t saved;

	pcpu_lock_sigsave(&unit_lock, &saved);
	at = span_at(start);
	if (at < nr_spans && spans[at].start == start && spans[at].images)
		memcpy(spans[at].images, images, PCPU_SPAN_IMAGES * sizeof(*images));
	pcpu_unlock_sigrestore(&unit_lock, &saved);
}

static void forget_populated(uint32_t coord, uint64_t size)
{
	for (uint64_t at = coord; populated && at < coord + size; at += PCPU_PAGE_SIZE)
		pcpu_clear_bit((unsigned int)(at / PCPU_PAGE_SIZE), populated);
}

void pcpu_units_remove_span(uint32_t start)
{
	struct pcpu_image *images = NULL;
	unsigned int at;
	sigset_t saved;

	pcpu_lock_sigsave(&unit_lock, &saved);
	at = span_at(start);
	if (at < nr_spans && spans[at].start == start) {
		images = spans[at].images;
		decommit_span(&spans[at], pcpu_nr_open_windows);
		forget_populated(start, spans[at].size);
		nr_spans--;
		memmove(&spans[at], &spans[at + 1], (nr_spans - at) * sizeof(*spans));
	}
	pcpu_unlock_sigrestore(&unit_lock, &saved);
	pcpu_mem_free(images, PCPU_SPAN_IMAGES * sizeof(*images));
}

/* --- the memory of all open units --- */

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

/* The size of a counter. */
static void clear_words(uint32_t coord, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		uint64_t __attribute__((__may_alias__)) *word =
			(uint64_t *)(pcpu_open_windows[i] + coord);

		if (*word)
			*word = 0;
	}
}

void pcpu_units_clear(uint32_t coord, size_t size)
{
	unsigned int nr = pcpu_units_nr_open();

	if (size == sizeof(uint64_t) && coord % sizeof(uint64_t) == 0) {
		clear_words(coord, nr);
		return;
	}
	for (unsigned int i = 0; i < nr; i++)
		clear_copy((char *)(pcpu_open_windows[i] + coord), size);
}

void pcpu_units_discard(uint32_t coord, size_t size)
{
	sigset_t saved;

	pcpu_lock_sigsave(&unit_lock, &saved);
	for (unsigned int i = 0; i < pcpu_nr_open_windows; i++)
		pcpu_vm_discard(pcpu_open_windows[i] + coord, size);
	forget_populated(coord, size);
	pcpu_unlock_sigrestore(&unit_lock, &saved);
}

/* A unit that opens later gets the pages too: they are noted under the lock that opening takes. */
int pcpu_units_populate(uint32_t coord, size_t size)
{
	sigset_t saved;
	int err = 0;

	pcpu_lock_sigsave(&unit_lock, &saved);
	for (unsigned int i = 0; i < pcpu_nr_open_windows && !err; i++)
		err = pcpu_vm_populate(pcpu_open_windows[i] + coord, size);
	for (size_t at = coord; !err && at < coord + size; at += PCPU_PAGE_SIZE)
		pcpu_set_bit((unsigned int)(at / PCPU_PAGE_SIZE), populated);
	pcpu_unlock_sigrestore(&unit_lock, &saved);
	return err;
}

bool pcpu_units_are_populated(uint32_t coord, size_t size)
{
	unsigned int end = (unsigned int)((coord + (uint64_t)size - 1) / PCPU_PAGE_SIZE) + 1;

	for (unsigned int page = coord / PCPU_PAGE_SIZE; page < end; page++)
		if (!pcpu_test_bit(page, populated))
			return false;
	return true;
}

size_t pcpu_units_resident(void)
{
	size_t resident = 0;
	sigset_t saved;

	pcpu_lock_sigsave(&unit_lock, &saved);
	for (unsigned int i = 0; i < pcpu_nr_open_windows; i++)
		for (unsigned int j = 0; j < nr_spans; j++)
			resident += pcpu_vm_resident(pcpu_open_windows[i] + spans[j].start,
						     spans[j].size);
	pcpu_unlock_sigrestore(&unit_lock, &saved);
	return resident;
}

/* --- sharing --- */

static size_t entries_size(void)
{
	return pcpu_page_ceil((nr_units + ENTRIES_BEFORE) * sizeof(struct percpu_entry));
}

/* The array last: of all this it alone cannot be taken back. */
static int share_memory(void)
{
	int err = 0;

	for (unsigned int cpu = 0; cpu < nr_units && !err; cpu++)
		if (windows[cpu])
			err = pcpu_vm_share(windows[cpu], PCPU_WINDOW_SIZE);
	return err ? err : pcpu_vm_share_array(pcpu_entries - ENTRIES_BEFORE, entries_size());
}

int pcpu_units_share(intptr_t bits, unsigned int attention)
{
	int err = share_memory();

	for (unsigned int cpu = 0; cpu < nr_units && err; cpu++)
		if (windows[cpu])
			pcpu_vm_unshare(windows[cpu], PCPU_WINDOW_SIZE);
	if (err)
		return err;
	rest_bits = bits;
	for (unsigned int cpu = 0; cpu < nr_units; cpu++)
		pcpu_entries[cpu].attention = attention;
	return 0;
}

/* --- around fork --- */

void pcpu_units_lock_for_fork(void)
{
	sigset_t saved;

	pcpu_lock_sigsave(&unit_lock, &saved);
	/* only now: the place is shared by all threads that fork */
	fork_saved = saved;
}

void pcpu_units_unlock_after_fork(void)
{
	sigset_t saved = fork_saved;

	pcpu_unlock_sigrestore(&unit_lock, &saved);
}

PERCPU_API uintptr_t __percpu_cpu_base_slow(unsigned int cpu)
{
	return pcpu_unit_open(cpu);
}

PERCPU_API bool percpu_unit_is_open(unsigned int cpu)
{
	return pcpu_unit_is_open(cpu);
}

PERCPU_API const volatile void *__percpu_peek(const volatile void *ptr, unsigned int cpu)
{
	static const uint64_t zero[2];

	if (pcpu_unit_is_open(cpu))
		return (const volatile void *)(windows[cpu] + __pcpu_low32((uintptr_t)ptr));
	/* the template of a static variable holds the value that the copy would start with */
	return pcpu_pointer_is_dynamic(ptr) ? (const volatile void *)zero : ptr;
}
