/* SPDX-License-Identifier: MIT */
/* unit.c - see unit.h. */
#include "memory/unit.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "ground/pointer.h"
#include "ground/system/new_process.h"
#include "memory/displaced.h"
#include "memory/entry.h"
#include "memory/open_units.h"
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
	uintptr_t *windows; /* 0: of a CPU that is not possible */
	const unsigned short *nodes, *memory_nodes;
	intptr_t base_bits, rest_bits;
} units;

static int make_windows(const struct pcpu_unit_setup *setup)
{
	units.windows = pcpu_mem_zalloc(setup->nr_cpu_ids * sizeof(*units.windows));
	if (!units.windows)
		return -ENOMEM;
	for (unsigned int cpu = 0; cpu < setup->nr_cpu_ids; cpu++)
		if (setup->unit_map[cpu] != UINT_MAX)
			units.windows[cpu] = setup->base + setup->unit_offsets[cpu];
	return 0;
}

int pcpu_units_init(const struct pcpu_unit_setup *setup)
{
	int err = make_windows(setup);

	if (!err)
		err = pcpu_entries_init(setup->nr_cpu_ids, setup->attention);
	if (!err)
		err = pcpu_open_units_init(setup->nr_cpu_ids);
	if (err)
		return err;
	units.nr = setup->nr_cpu_ids;
	units.nodes = setup->nodes;
	units.memory_nodes = setup->memory_nodes;
	units.rest_bits = setup->rest_bits;
	return 0;
}

uintptr_t pcpu_unit_window(unsigned int cpu)
{
	return units.windows[cpu];
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

/* The copies are complete before anyone is told where they are. */
static void publish(unsigned int cpu, uintptr_t window)
{
	struct percpu_entry *entry = &pcpu_entries[cpu];

	entry->rest = (intptr_t)window | units.rest_bits;
	__atomic_store_n(&entry->base, (intptr_t)window | units.base_bits, __ATOMIC_RELEASE);
	__atomic_store_n(&entry->window, entry->rest, __ATOMIC_RELEASE);
}

/*
 * A forked child may find this half done, at any step, and does it again (below). 0 or a negative
 * errno.
 */
static int open_locked(unsigned int cpu)
{
	uintptr_t window = units.windows[cpu];
	int err;

	bind_window(cpu, window);
	err = pcpu_open_units_fill(window);
	if (err)
		return err;
	set_own_variables(cpu, window);
	/* who writes to a copy must find that others clear it when they hand it out again */
	pcpu_open_units_append(window);
	publish(cpu, window);
	return 0;
}

int pcpu_unit_try_open(unsigned int cpu)
{
	const int saved_errno = errno;
	sigset_t saved;
	int err = 0;

	pcpu_check_booted();
	if (cpu >= units.nr || !units.windows[cpu])
		pcpu_fatal("CPU %u is not possible: there are no per-CPU copies for it", cpu);
	if (pcpu_unit_is_open(cpu))
		return 0;
	pcpu_mend_new_process();
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	if (!pcpu_unit_is_open(cpu))
		err = open_locked(cpu);
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
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
	return units.windows[cpu];
}

/* --- everything is looked up --- */

uintptr_t pcpu_unit_base(unsigned int cpu)
{
	return pcpu_unit_open(cpu) | (uintptr_t)__atomic_load_n(&units.base_bits, __ATOMIC_RELAXED);
}

/* Of a unit that is open, or opens after this, the entry says it; the rest of it is not changed. */
void pcpu_units_look_up(void)
{
	sigset_t saved;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	__atomic_store_n(&units.base_bits, PCPU_LOOK_UP, __ATOMIC_RELAXED);
	units.rest_bits |= PCPU_SLOW_ONLY;
	for (unsigned int cpu = 0; cpu < units.nr; cpu++)
		if (pcpu_unit_is_open(cpu))
			__atomic_fetch_or(&pcpu_entries[cpu].base, PCPU_LOOK_UP, __ATOMIC_RELEASE);
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
}

/* --- sharing --- */

/* Has what @map brings to the window be in its place, and in that what was @kept. */
static int replace_memory(unsigned int cpu, int (*map)(uintptr_t addr, size_t size),
			  const char *kept)
{
	const uintptr_t window = units.windows[cpu];
	sigset_t saved;
	int err;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	/* where windows are no mappings, their spans are */
	if (!pcpu_vm_is_reserved())
		pcpu_open_units_drop(window);
	err = map(window, PCPU_WINDOW_SIZE);
	if (!err) {
		bind_window(cpu, window);
		err = pcpu_open_units_restore(window, kept);
	}
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	return err;
}

static int unshare_window(uintptr_t addr, size_t size)
{
	pcpu_vm_unshare(addr, size);
	return 0;
}

/* A window is the process's own again if it fails. */
static int move_window(unsigned int cpu, int (*map)(uintptr_t addr, size_t size))
{
	size_t size;
	char *kept;
	int err;

	if (!pcpu_unit_is_open(cpu))
		return map(units.windows[cpu], PCPU_WINDOW_SIZE);
	kept = pcpu_open_units_keep(units.windows[cpu], &size);
	if (!kept)
		return -ENOMEM;
	err = replace_memory(cpu, map, kept);
	if (err && replace_memory(cpu, unshare_window, kept))
		pcpu_fatal("no memory for what has been counted on CPU %u", cpu);
	pcpu_mem_free(kept, size);
	return err;
}

/* The array last: of all this it alone cannot be taken back. */
static int share_memory(void)
{
	int err = 0;

	for (unsigned int cpu = 0; cpu < units.nr && !err; cpu++)
		if (units.windows[cpu])
			err = move_window(cpu, pcpu_vm_share);
	return err ? err : pcpu_entries_share();
}

static void unshare_memory(void)
{
	for (unsigned int cpu = 0; cpu < units.nr; cpu++)
		if (units.windows[cpu] && move_window(cpu, unshare_window))
			pcpu_fatal("no memory to have CPU %u's copies as they were", cpu);
}

int pcpu_units_share(intptr_t rest_bits, unsigned int attention)
{
	int err;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(pcpu_signals_are_masked());
	err = share_memory();
	if (err) {
		unshare_memory();
		return err;
	}
	units.rest_bits = rest_bits | (units.base_bits ? PCPU_SLOW_ONLY : 0);
	pcpu_entries_set_attention(attention);
	for (unsigned int cpu = 0; cpu < units.nr; cpu++)
		if (pcpu_unit_is_open(cpu))
			pcpu_entry_set_rest(&pcpu_entries[cpu],
					    (intptr_t)units.windows[cpu] | units.rest_bits);
	return 0;
}

/* --- around fork --- */

/* publish() stores the window last. */
static void finish_opening(struct percpu_entry *entry)
{
	if (entry->base >= 0 && entry->window == PCPU_CLOSED)
		entry->window = entry->rest;
}

void pcpu_units_after_fork(void)
{
	for (unsigned int cpu = 0; cpu < units.nr; cpu++)
		if (units.windows[cpu])
			finish_opening(&pcpu_entries[cpu]);
	pcpu_mutex_renew(&pcpu_unit_lock);
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

PERCPU_API const volatile void *__percpu_peek(const volatile void *ptr, unsigned int cpu)
{
	static const uint64_t zero[2];

	if (pcpu_unit_is_open(cpu))
		return (const volatile void *)(units.windows[cpu] +
					       pcpu_coordinate((uintptr_t)ptr));
	/* the template of a static variable holds the value that the copy would start with */
	return pcpu_pointer_is_dynamic(ptr) ? (const volatile void *)zero : ptr;
}
