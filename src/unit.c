/* SPDX-License-Identifier: MIT */
/* unit.c - see unit.h. */
#include "unit.h"
#include "layout.h"
#include "lock.h"
#include "log.h"
#include "mem.h"
#include "pointer.h"
#include "vm.h"

#include <percpu/access.h>
#include <percpu/defs.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

/* A window is the 4 GiB that the low 32 bits of a pointer reach. */
#define WINDOW_SHIFT 32
/* An entry that nobody may pass: any negative number will do. */
#define SHUT ((intptr_t)-1)
/* Index range of the table that faults instead of reading something else: 65,536 CPUs. */
#define ENTRIES_RESERVE ((65536 + ENTRIES_BEFORE) * sizeof(struct percpu_entry))
/* The entries of CPU numbers -1 and -2. */
#define ENTRIES_BEFORE 2

/* Of each CPU: its number, its offset, its node; the kernel's names. */
static DEFINE_PER_CPU_READ_MOSTLY(unsigned int, cpu_number);
static DEFINE_PER_CPU_READ_MOSTLY(unsigned long, this_cpu_off);
static DEFINE_PER_CPU_READ_MOSTLY(int, numa_node);

static pthread_mutex_t unit_lock = PTHREAD_MUTEX_INITIALIZER;
static sigset_t fork_saved;

static struct percpu_entry *entries;
static uintptr_t *windows;
static unsigned int nr_units;
static const unsigned short *unit_nodes;
static bool let_sequences_in;
static unsigned int nr_open;

/* Sorted by start. */
static struct pcpu_span *spans;
static unsigned int nr_spans, spans_room;

/* Whole pages of entries, so that a CPU number just out of range is sent away like any other. */
static struct percpu_entry *make_entries(unsigned int nr)
{
	size_t size = (nr + ENTRIES_BEFORE) * sizeof(struct percpu_entry);
	struct percpu_entry *table;

	size = (size + PCPU_PAGE_SIZE - 1) & ~(PCPU_PAGE_SIZE - 1);
	table = pcpu_vm_guarded_array(size, ENTRIES_RESERVE);
	if (!table)
		return NULL;
	for (size_t i = 0; i < size / sizeof(*table); i++)
		table[i] = (struct percpu_entry){.window = SHUT, .base = SHUT};
	return table + ENTRIES_BEFORE;
}

int pcpu_units_init(const struct pcpu_unit_setup *setup)
{
	windows = pcpu_mem_zalloc(setup->nr_cpu_ids * sizeof(*windows));
	entries = make_entries(setup->nr_cpu_ids);
	if (!windows || !entries)
		return -ENOMEM;
	for (unsigned int cpu = 0; cpu < setup->nr_cpu_ids; cpu++)
		if (setup->unit_windows[cpu] != UINT_MAX)
			windows[cpu] = setup->region +
				       ((uintptr_t)setup->unit_windows[cpu] << WINDOW_SHIFT);
	nr_units = setup->nr_cpu_ids;
	unit_nodes = setup->nodes;
	let_sequences_in = setup->sequences;
	return 0;
}

struct percpu_entry *pcpu_unit_entries(void)
{
	return entries;
}

uintptr_t pcpu_unit_window(unsigned int cpu)
{
	return windows[cpu];
}

bool pcpu_unit_is_open(unsigned int cpu)
{
	return cpu < nr_units && __atomic_load_n(&entries[cpu].base, __ATOMIC_ACQUIRE) >= 0;
}

unsigned int pcpu_units_nr_open(void)
{
	return __atomic_load_n(&nr_open, __ATOMIC_RELAXED);
}

static void copy_images(const struct pcpu_span *span, uintptr_t window)
{
	for (int i = 0; i < PCPU_SPAN_IMAGES; i++)
		if (span->images[i].size)
			memcpy((char *)window + span->images[i].coord, span->images[i].start,
			       span->images[i].size);
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
		copy_images(&spans[i], window);
	return 0;
}

/* Makes the CPU's memory local to its node. Not having it so costs time, never a count. */
static void bind_window(unsigned int cpu, uintptr_t window)
{
	int err;

	if (!unit_nodes)
		return;
	err = pcpu_vm_bind(window, (size_t)1 << WINDOW_SHIFT, unit_nodes[cpu]);
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
	/* the copies are complete before anyone is told where they are */
	__atomic_store_n(&entries[cpu].base, (intptr_t)window, __ATOMIC_RELEASE);
	if (let_sequences_in)
		__atomic_store_n(&entries[cpu].window, (intptr_t)window, __ATOMIC_RELEASE);
	__atomic_store_n(&nr_open, nr_open + 1, __ATOMIC_RELAXED);
}

uintptr_t pcpu_unit_open(unsigned int cpu)
{
	sigset_t saved;

	if (cpu >= nr_units || !windows[cpu])
		pcpu_fatal("CPU %u is not possible: there are no per-CPU copies for it", cpu);
	if (pcpu_unit_is_open(cpu))
		return windows[cpu];
	pcpu_lock_sigsave(&unit_lock, &saved);
	if (!pcpu_unit_is_open(cpu))
		open_locked(cpu);
	pcpu_unlock_sigrestore(&unit_lock, &saved);
	return windows[cpu];
}

/* The index of the first span at or above @start. */
static unsigned int span_at(uint32_t start)
{
	unsigned int i = 0;

	while (i < nr_spans && spans[i].start < start)
		i++;
	return i;
}

/*
 * Room for one more span. The array is replaced under the lock, and allocated before it: an opening
 * in a signal handler may wait for this lock while its thread is inside the allocator.
 */
static int make_room(void)
{
	unsigned int larger = spans_room ? 2 * spans_room : 64;
	struct pcpu_span *array, *old = spans;
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

/* Commits @span in every open unit below @cpus; returns the first CPU that failed, or @cpus. */
static unsigned int commit_span(const struct pcpu_span *span, unsigned int cpus, int *err)
{
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		if (!pcpu_unit_is_open(cpu))
			continue;
		*err = pcpu_vm_commit(windows[cpu] + span->start, span->size);
		if (*err)
			return cpu;
		copy_images(span, windows[cpu]);
	}
	return cpus;
}

static void decommit_span(const struct pcpu_span *span, unsigned int cpus)
{
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		if (pcpu_unit_is_open(cpu))
			pcpu_vm_decommit(windows[cpu] + span->start, span->size);
}

int pcpu_units_add_span(const struct pcpu_span *span)
{
	unsigned int failed, at;
	sigset_t saved;
	int err = make_room();

	if (err)
		return err;
	pcpu_lock_sigsave(&unit_lock, &saved);
	failed = commit_span(span, nr_units, &err);
	if (err) {
		decommit_span(span, failed);
	} else {
		at = span_at(span->start);
		memmove(&spans[at + 1], &spans[at], (nr_spans - at) * sizeof(*spans));
		spans[at] = *span;
		nr_spans++;
	}
	pcpu_unlock_sigrestore(&unit_lock, &saved);
	return err;
}

void pcpu_units_replace_images(uint32_t start, const struct pcpu_image images[PCPU_SPAN_IMAGES])
{
	unsigned int at;
	sigset_t saved;

	pcpu_lock_sigsave(&unit_lock, &saved);
	at = span_at(start);
	if (at < nr_spans && spans[at].start == start)
		memcpy(spans[at].images, images, sizeof(spans[at].images));
	pcpu_unlock_sigrestore(&unit_lock, &saved);
}

void pcpu_units_remove_span(uint32_t start)
{
	unsigned int at;
	sigset_t saved;

	pcpu_lock_sigsave(&unit_lock, &saved);
	at = span_at(start);
	if (at < nr_spans && spans[at].start == start) {
		decommit_span(&spans[at], nr_units);
		nr_spans--;
		memmove(&spans[at], &spans[at + 1], (nr_spans - at) * sizeof(*spans));
	}
	pcpu_unlock_sigrestore(&unit_lock, &saved);
}

void pcpu_units_for_each_open(uint32_t coord, void (*fn)(void *address, void *ctx), void *ctx)
{
	for (unsigned int cpu = 0; cpu < nr_units; cpu++)
		if (pcpu_unit_is_open(cpu))
			fn((void *)(windows[cpu] + coord), ctx);
}

void pcpu_unit_shut(unsigned int cpu)
{
	__atomic_store_n(&entries[cpu].window, SHUT, __ATOMIC_SEQ_CST);
}

void pcpu_unit_unshut(unsigned int cpu)
{
	__atomic_store_n(&entries[cpu].window, (intptr_t)windows[cpu], __ATOMIC_RELEASE);
}

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
		return (const volatile void *)(windows[cpu] + __pcpu_low32(ptr));
	/* the template of a static variable holds the value that the copy would start with */
	return pcpu_pointer_is_dynamic(ptr) ? (const volatile void *)zero : ptr;
}
