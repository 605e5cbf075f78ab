/* SPDX-License-Identifier: MIT */
/* unit.c - see unit.h. */
#include "memory/unit.h"
#include "arch/probe.h"
#include "events/count.h"
#include "events/publish.h"
#include "ground/checkers/memory.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "ground/pointer.h"
#include "ground/system/new_process.h"
#include "ground/system/race.h"
#include "memory/displaced.h"
#include "memory/entry.h"
#include "memory/open_units.h"
#include "memory/pages/twin.h"
#include "memory/pages/vm.h"
#include "memory/span.h"

#include <percpu/access.h>
#include <percpu/defs.h>

#include <errno.h>
#include <limits.h>

/* Of each CPU: its number, its offset, its node; the kernel's names. */
static DEFINE_PER_CPU_READ_MOSTLY(unsigned int, cpu_number);
static DEFINE_PER_CPU_READ_MOSTLY(unsigned long, this_cpu_off);
static DEFINE_PER_CPU_READ_MOSTLY(int, numa_node);

static struct {
	unsigned int nr;
	uintptr_t base;
	const unsigned int *unit_map;
	const unsigned long *unit_offsets;
	const unsigned short *nodes, *memory_nodes;
	intptr_t base_bits, rest_bits;
	bool shared;     /* windows have their policies, and their spans, from then on */
	uintptr_t twins; /* 0: there are none */
} units;

/* 0: of a CPU that is not possible. */
static uintptr_t window_of(unsigned int cpu)
{
	return units.unit_map[cpu] != UINT_MAX ? units.base + units.unit_offsets[cpu] : 0;
}

/* Those of a process come again and again in one order. */
static bool cpu_of_window(uintptr_t addr, unsigned int *cpu)
{
	static unsigned int last;
	unsigned int i = __atomic_load_n(&last, __ATOMIC_RELAXED), nr = units.nr;

	for (*cpu = i; nr > 0; nr--, *cpu = *cpu + 1 < units.nr ? *cpu + 1 : 0) {
		const uintptr_t window = window_of(*cpu);

		if (!window || (addr - window) >> 32)
			continue;
		__atomic_store_n(&last, *cpu, __ATOMIC_RELAXED);
		return true;
	}
	return false;
}

int pcpu_units_init(const struct pcpu_unit_setup *setup)
{
	int err = pcpu_entries_init(setup->nr_cpu_ids, setup->attention);

	if (!err)
		err = pcpu_open_units_init(setup->nr_cpu_ids);
	if (err)
		return err;
	units.nr = setup->nr_cpu_ids;
	units.base = setup->base;
	units.unit_map = setup->unit_map;
	units.unit_offsets = setup->unit_offsets;
	units.nodes = setup->nodes;
	units.memory_nodes = setup->memory_nodes;
	units.rest_bits = setup->rest_bits;
	pcpu_vm_set_cpu_of(cpu_of_window);
	return 0;
}

uintptr_t pcpu_unit_window(unsigned int cpu)
{
	return window_of(cpu);
}

uintptr_t pcpu_units_base_addr(void)
{
	return units.base;
}

void pcpu_units_list_windows(unsigned long *windows, unsigned long bits)
{
	pcpu_vm_will_fill(windows, units.nr * sizeof(*windows));
	for (unsigned int cpu = 0; cpu < units.nr; cpu++)
		windows[cpu] = window_of(cpu) | bits;
}

bool pcpu_unit_is_open(unsigned int cpu)
{
	return cpu < units.nr && pcpu_entry_is_open(&pcpu_entries[cpu]);
}

/* --- opening --- */

/*
 * Makes the CPU's memory local to its node, or near it. Not having it so costs time, never a count.
 * It was tried for the node at the start, so a refusal is news.
 */
static void bind_window(unsigned int cpu, uintptr_t window)
{
	unsigned int node;
	int err;

	if (!units.nodes || !units.memory_nodes)
		return;
	node = units.memory_nodes[units.nodes[cpu]];
	err = pcpu_vm_bind(window, PCPU_WINDOW_SIZE, node);
	if (err)
		pcpu_log(PERCPU_LOG_WARNING, "no memory policy for CPU %u and node %u: errno %d",
			 cpu, node, -err);
}

static void *copy_in(uintptr_t window, const void *variable)
{
	return (void *)(window + pcpu_coordinate((uintptr_t)variable));
}

/* The library's own variables, of which every CPU has its own value from the start. */
static void set_own_variables(unsigned int cpu, uintptr_t window)
{
	*(unsigned int *)copy_in(window, &cpu_number) = cpu;
	*(unsigned long *)copy_in(window, &this_cpu_off) = window;
	*(int *)copy_in(window, &numa_node) = units.nodes ? units.nodes[cpu] : 0;
}

static void tell_of(unsigned int cpu, uintptr_t window)
{
	__atomic_store_n(&pcpu_stat->blocks[cpu].counts.window, window, __ATOMIC_RELAXED);
}

/* U5. The copies are complete before anyone is told where they are. */
static void publish(unsigned int cpu, uintptr_t window)
{
	struct percpu_entry *entry = &pcpu_entries[cpu];

	entry->rest = (intptr_t)window | units.rest_bits;
	__atomic_store_n(&entry->base, (intptr_t)window | units.base_bits, __ATOMIC_RELEASE);
	__atomic_store_n(&entry->window, entry->rest, __ATOMIC_RELEASE);
}

/* U2: publish() stores the window last. Nobody is in the midst of that. */
static void finish_opening(struct percpu_entry *entry)
{
	intptr_t closed = PCPU_CLOSED;

	__atomic_compare_exchange_n(&entry->window, &closed, entry->rest, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_RELAXED);
}

/*
 * A forked child may find this half done, at any step, and does it again (below); with shared
 * copies, any process if this one is killed. 0 or a negative errno.
 */
static int open_locked(unsigned int cpu)
{
	uintptr_t window = window_of(cpu);
	int err;

	if (!units.shared) {
		bind_window(cpu, window);
		pcpu_vm_name(window, PCPU_WINDOW_STRIDE, cpu);
	}
	err = pcpu_open_units_fill(window);
	if (err)
		return err;
	set_own_variables(cpu, window);
	/* before anything can be counted of it; without memory for that nothing is */
	if (!pcpu_stat_begin())
		tell_of(cpu, window);
	pcpu_memory_has_pointers(window, PCPU_WINDOW_SIZE);
	/* who writes to a copy must find that others clear it when they hand it out again */
	pcpu_open_units_append(window, cpu);
	publish(cpu, window);
	pcpu_race_release(&pcpu_entries[cpu]);
	PCPU_PROBE2(unit_open, cpu, window);
	return 0;
}

int pcpu_unit_try_open(unsigned int cpu)
{
	const int saved_errno = errno;
	sigset_t saved;
	int err = 0;

	pcpu_check_booted();
	if (cpu >= units.nr || !window_of(cpu))
		pcpu_fatal("CPU %u is not possible: there are no per-CPU copies for it", cpu);
	if (pcpu_entry_is_ready(&pcpu_entries[cpu]))
		return 0;
	pcpu_mend_new_process();
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	pcpu_opening_begin();
	if (!pcpu_unit_is_open(cpu))
		err = open_locked(cpu);
	else
		finish_opening(&pcpu_entries[cpu]);
	pcpu_opening_end();
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	if (err)
		PCPU_PROBE2(unit_open_fail, cpu, -err);
	errno = saved_errno;
	return err;
}

/* Fatal without the lock: handlers of the message may do a lot. */
uintptr_t pcpu_unit_open(unsigned int cpu)
{
	int err = pcpu_unit_try_open(cpu);

	if (err == -ENOMEM)
		pcpu_fatal("no memory for the unit of CPU %u (errno %d): its counts have no place",
			   cpu, -err);
	if (err)
		pcpu_fatal("the system refuses memory for the unit of CPU %u (errno %d): its "
			   "counts have no place. Before a sandbox begins, percpu_open() opens it",
			   cpu, -err);
	return window_of(cpu);
}

/* --- everything is looked up --- */

uintptr_t pcpu_unit_base(unsigned int cpu)
{
	return pcpu_unit_open(cpu) | (uintptr_t)__atomic_load_n(&units.base_bits, __ATOMIC_RELAXED);
}

/*
 * Of a unit that is open, or opens after this, the entry says it; the rest of it is not changed.
 * With shared copies others may open units, and do not know: then all are opened first.
 */
void pcpu_units_look_up(void)
{
	unsigned int cpu;
	sigset_t saved;

	for (cpu = 0; units.shared && cpu < units.nr; cpu++)
		if (window_of(cpu))
			pcpu_unit_open(cpu);
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	__atomic_store_n(&units.base_bits, PCPU_LOOK_UP, __ATOMIC_RELAXED);
	units.rest_bits |= PCPU_SLOW_ONLY;
	pcpu_for_each_open_cpu(cpu)
		if (pcpu_unit_is_open(cpu))
			__atomic_fetch_or(&pcpu_entries[cpu].base, PCPU_LOOK_UP, __ATOMIC_RELEASE);
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
}

/* --- sharing --- */

typedef int (*map_window_fn)(uintptr_t addr, size_t size, unsigned int cpu);

static int unshare_window(uintptr_t addr, size_t size, unsigned int cpu)
{
	pcpu_vm_unshare(addr, size, cpu);
	return 0;
}

static int map_window(unsigned int cpu, map_window_fn map)
{
	const uintptr_t window = window_of(cpu);
	int err;

	/* where windows are no mappings, their spans are */
	if (!pcpu_vm_is_reserved())
		pcpu_open_units_drop(window);
	err = map(window, PCPU_WINDOW_SIZE, cpu);
	if (!err)
		bind_window(cpu, window);
	return err;
}

/* Has what @map brings to the window be in its place, and in that what was @kept. */
static int replace_memory(unsigned int cpu, map_window_fn map, const char *kept)
{
	sigset_t saved;
	int err;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	err = map_window(cpu, map);
	if (!err)
		err = pcpu_open_units_restore(window_of(cpu), kept);
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	return err;
}

/* The window of an open unit is the process's own again if it fails. */
static int move_open_window(unsigned int cpu, map_window_fn map)
{
	size_t size;
	char *kept = pcpu_open_units_keep(window_of(cpu), &size);
	int err;

	if (!kept)
		return -ENOMEM;
	err = replace_memory(cpu, map, kept);
	if (err && replace_memory(cpu, unshare_window, kept))
		pcpu_fatal_unlock("no memory for what has been counted on CPU %u", cpu);
	pcpu_mem_free(kept, size);
	return err;
}

/* Of a closed unit: with spans if it is shared, and without if not. */
static int move_closed_window(unsigned int cpu, map_window_fn map)
{
	sigset_t saved;
	int err;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	err = map_window(cpu, map);
	if (!err && map == pcpu_vm_share)
		err = pcpu_open_units_prepare(window_of(cpu));
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	return err;
}

static int move_windows(map_window_fn map)
{
	int err = 0;

	for (unsigned int cpu = 0; cpu < units.nr && !err; cpu++)
		if (window_of(cpu))
			err = pcpu_unit_is_open(cpu) ? move_open_window(cpu, map)
						     : move_closed_window(cpu, map);
	return err;
}

/* The entries last: of all this they alone cannot be taken back. */
static int share_memory(void)
{
	int err = move_windows(pcpu_vm_share);

	if (!err)
		err = pcpu_open_units_share();
	return err ? err : pcpu_entries_share();
}

static void unshare_memory(void)
{
	sigset_t saved;

	pcpu_open_units_unshare();
	if (move_windows(unshare_window))
		pcpu_fatal_unlock("no memory to have the copies as they were");
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	pcpu_open_units_forget_prepared();
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
}

int pcpu_units_share(intptr_t rest_bits, unsigned int attention)
{
	unsigned int cpu;
	int err;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(pcpu_signals_are_masked());
	err = share_memory();
	if (err) {
		unshare_memory();
		return err;
	}
	units.shared = true;
	/* who opens a unit from now on may be another process */
	for (cpu = 0; cpu < units.nr; cpu++)
		if (window_of(cpu) && !pcpu_unit_is_open(cpu))
			pcpu_memory_has_pointers(window_of(cpu), PCPU_WINDOW_SIZE);
	units.rest_bits = rest_bits | (units.base_bits ? PCPU_SLOW_ONLY : 0);
	pcpu_entries_set_attention(attention);
	pcpu_for_each_open_cpu(cpu)
		if (pcpu_unit_is_open(cpu))
			pcpu_entry_set_rest(&pcpu_entries[cpu],
					    (intptr_t)window_of(cpu) | units.rest_bits);
	return 0;
}

/* --- sharing with processes that are no children --- */

static uintptr_t twin_of_window(unsigned int cpu)
{
	return units.twins + cpu * PCPU_WINDOW_STRIDE;
}

static uintptr_t twin_of(uintptr_t addr)
{
	unsigned int cpu;

	return cpu_of_window(addr, &cpu) ? twin_of_window(cpu) + (addr - window_of(cpu)) : 0;
}

size_t pcpu_units_twins_size(void)
{
	return units.nr * PCPU_WINDOW_STRIDE;
}

/* J1 to J3. What nobody can undo, the entries, comes last. */
static int join(const struct pcpu_common_units *common,
		void (*fill)(unsigned int cpu, struct percpu_entry *entry))
{
	int err = move_windows(pcpu_vm_share);

	for (unsigned int cpu = 0; cpu < units.nr && !err; cpu++)
		if (window_of(cpu)) {
			err = pcpu_vm_map_file(window_of(cpu) + common->start, PCPU_FILE_UNIT,
					       common->file,
					       common->units_at + cpu * PCPU_FILE_UNIT);
			bind_window(cpu, window_of(cpu));
		}
	if (!err)
		err = pcpu_open_units_share();
	return err ? err : pcpu_entries_join(common->file, common->entries_at, common->fresh, fill);
}

/* What the first of all processes has the entries of the file be. */
static struct percpu_entry entry_of_all;

static void fill_entry(unsigned int cpu, struct percpu_entry *entry)
{
	*entry = entry_of_all;
	if (!window_of(cpu)) {
		entry->window = PCPU_CLOSED;
		entry->base = PCPU_NO_BASE;
		return;
	}
	entry->base = (intptr_t)twin_of_window(cpu);
	entry->rest |= entry->base;
	entry->window = entry->rest;
}

int pcpu_units_join(const struct pcpu_common_units *common, intptr_t rest_bits,
		    unsigned int attention)
{
	int err;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(pcpu_signals_are_masked() && !units.base_bits);
	entry_of_all = (struct percpu_entry){.rest = rest_bits, .attention = attention};
	units.twins = common->twins;
	pcpu_twins_set(twin_of);
	err = join(common, fill_entry);
	if (err) {
		pcpu_twins_set(NULL);
		units.twins = 0;
		unshare_memory();
		return err;
	}
	units.shared = true;
	units.rest_bits = rest_bits;
	return 0;
}

bool pcpu_unit_find(uintptr_t address, unsigned int *cpu, uint32_t *coord)
{
	for (*cpu = 0; *cpu < units.nr; ++*cpu) {
		uintptr_t window = window_of(*cpu);

		if (window && units.twins && (address - twin_of_window(*cpu)) >> 32 == 0)
			window = twin_of_window(*cpu);
		if (!window || (address - window) >> 32)
			continue;
		*coord = (uint32_t)(address - window);
		return true;
	}
	return false;
}

/* --- around fork --- */

void pcpu_units_tell(void)
{
	unsigned int cpu;

	if (pcpu_stat)
		pcpu_for_each_open_cpu(cpu)
			tell_of(cpu, window_of(cpu));
}

/* With shared copies who is opening a unit is still there, or it is found to be gone later. */
void pcpu_units_after_fork(void)
{
	unsigned int cpu;
	sigset_t saved;

	if (!units.shared)
		pcpu_for_each_open_cpu(cpu)
			if (pcpu_unit_is_open(cpu))
				finish_opening(&pcpu_entries[cpu]);
	pcpu_mutex_renew(&pcpu_unit_lock);
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	pcpu_open_units_keep_in_cores();
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
}

/* --- the calls --- */

PERCPU_API uintptr_t __percpu_cpu_base_slow(unsigned int cpu)
{
	return pcpu_unit_base(cpu);
}

PERCPU_API uintptr_t __percpu_copy_slow(uintptr_t ptr, uintptr_t base)
{
	return (base & ~(uintptr_t)PCPU_LOOK_UP) + pcpu_coordinate(ptr);
}

PERCPU_API bool percpu_unit_is_open(unsigned int cpu)
{
	return pcpu_unit_is_open(cpu);
}

/* A unit that opens after the look at the list counts with what its copy starts with. */
PERCPU_API struct percpu_copies __percpu_copies(const volatile void *ptr)
{
	static const uint64_t zero[2];
	const unsigned int nr = pcpu_units_nr_open();

	return (struct percpu_copies){
		.windows = pcpu_open_windows,
		.coord = pcpu_coordinate((uintptr_t)ptr),
		/* the template of a static variable holds the value that a copy starts with */
		.initial = pcpu_pointer_is_dynamic(ptr) ? (const volatile void *)zero : ptr,
		.nr_open = nr,
		.nr_closed = __percpu_nr_possible - nr,
	};
}
