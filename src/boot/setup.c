/* SPDX-License-Identifier: MIT */
/*
 * setup.c - setup_per_cpu_areas(): from the machine and the loaded modules to a running library.
 *
 * Runs once, in the only thread that there is, before any constructor of the program (runtime.S has
 * the entry for it). The order matters:
 *
 *	configuration and topology	which CPUs there are, on which nodes
 *	tier				whether sequences can be used
 *	modules				where static variables are
 *	form of the first chunk		groups, sizes, and one window a CPU
 *	units
 *	first chunk			static, reserved and dynamic area
 *	__percpu_rt			from here on operations work
 */
#include "boot/setup.h"
#include "alloc/alloc.h"
#include "alloc/books.h"
#include "alloc/cache.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/find.h"
#include "arch/processor.h"
#include "boot/configure.h"
#include "boot/first_chunk/first_chunk.h"
#include "boot/module.h"
#include "boot/runtime_size.h"
#include "boot/setup_check.h"
#include "boot/setup_layout.h"
#include "boot/setup_topology.h"
#include "boot/share.h"
#include "cpu/cpu_lock.h"
#include "cpu/hold.h"
#include "cpu/pin.h"
#include "cpu/self.h"
#include "cpu/thread_end.h"
#include "debug/debug.h"
#include "events/publish.h"
#include "ground/assert.h"
#include "ground/checkers/memory.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "ground/signals.h"
#include "ground/system/new_process.h"
#include "ground/system/race.h"
#include "hotplug/lock/maps.h"
#include "hotplug/lock/online_lock.h"
#include "hotplug/watch/watch.h"
#include "machine/rseq_area.h"
#include "machine/tier.h"
#include "machine/topology/topology.h"
#include "masks/spread.h"
#include "memory/coord.h"
#include "memory/counter_lock.h"
#include "memory/displaced.h"
#include "memory/entry.h"
#include "memory/pages/vm.h"
#include "memory/populated.h"
#include "memory/span.h"
#include "memory/unit.h"

#include <percpu/impl/runtime.h>
#include <percpu/section.h>
#include <percpu/impl/system_masks.h>
#include <percpu/shared.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The same words that the public header declares const, under a name of their own: a compiler that
 * has seen the const ones may keep their values from before the boot.
 */
extern struct percpu_runtime boot_rt __asm__("__percpu_rt");
extern unsigned int boot_nr_cpu_ids __asm__("__percpu_nr_cpu_ids");
extern unsigned int boot_nr_cpumask_bits __asm__("__percpu_nr_cpumask_bits");
extern unsigned int boot_nr_possible __asm__("__percpu_nr_possible");

static struct {
	struct pcpu_topology topology;
	struct percpu_layout layout;
	bool done;
} boot;

/* --- units and first chunk --- */

/* What windows' words are, beside the address, while nobody holds the CPU. */
static intptr_t rest_bits(void)
{
	if (pcpu_tier.sequences)
		return 0;
	return PCPU_NO_SEQUENCES | (pcpu_tier.threads_fence ? 0 : PCPU_FENCED);
}

static void populate_always(void)
{
	int err = pcpu_units_populate_always();

	if (err != -EOPNOTSUPP) {
		pcpu_setup_check("no memory", err);
		return;
	}
	pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE
		 ": populate:eager is not to be had: the kernel cannot make pages resident on "
		 "demand");
	pcpu_conf.populate_eager = false;
}

static unsigned int stat_flags(void)
{
	return (pcpu_tier.sequences ? PCPU_STAT_SEQUENCES : 0) |
	       (pcpu_tier.index == PCPU_INDEX_MM_CID ? PCPU_STAT_MM_CID : 0);
}

/* An entry and a window by CPU number. */
static void make_units(void)
{
	const unsigned int nr = boot.topology.nr_cpu_ids;
	struct pcpu_unit_setup setup = {
		.nr_cpu_ids = nr,
		.base = boot.layout.base,
		.unit_map = boot.layout.unit_map,
		.unit_offsets = boot.layout.unit_offsets,
		.nodes = boot.topology.nr_node_ids > 1 ? boot.topology.cpu_node : NULL,
		.memory_nodes = boot.topology.memory_node,
		.rest_bits = rest_bits(),
		.attention = pcpu_tier.sequences ? 0 : PCPU_ATTENTION_ALWAYS,
	};

	pcpu_stat_init(nr, stat_flags());
	pcpu_setup_check("no memory", pcpu_units_init(&setup));
	if (pcpu_nr_displaced)
		pcpu_units_look_up();
	if (pcpu_conf.populate_eager)
		populate_always();
}

/*
 * Later objects are placed by the loader next to and below the library (or, in a static executable,
 * nowhere): what is not where the loader put it starts above it.
 */
static void place_modules(void)
{
	pcpu_alloc_lock();
	pcpu_coord_set_hint((uint32_t)(uintptr_t)&pcpu_boot + (16u << 20));
	pcpu_modules_place();
	pcpu_alloc_unlock();
}

static void make_first_chunk(void)
{
	size_t static_size;
	const struct pcpu_span *statics = pcpu_modules_first(&static_size);

	/* what is freed and handed out again passes through the mutex, which is told of */
	pcpu_cache_turn(pcpu_conf.cache && !pcpu_races_are_looked_for && !pcpu_memory_is_checked);
	pcpu_alloc_lock();
	pcpu_setup_check("no first chunk", pcpu_first_chunk_setup(&boot.layout, statics));
	pcpu_setup_check("no memory for the modules", pcpu_modules_add_others());
	pcpu_keep_stock(pcpu_first_chunk);
	pcpu_alloc_unlock();
}

/* Without anybody to ask, to two bytes of the thread's that nobody reads. */
static ptrdiff_t slice_offset(void)
{
	return pcpu_tier.slices
		       ? pcpu_rseq_offset() + (ptrdiff_t)offsetof(struct pcpu_rseq, slice)
		       : pcpu_self_offset() + (ptrdiff_t)offsetof(struct percpu_self, no_slice);
}

/* In the fallback tier any number is right that is one of a possible CPU. */
static unsigned int rdpid_cpus(void)
{
	/* who looks for races sees what is done in C */
	return !pcpu_tier.sequences && !pcpu_valgrind_looks_for_races &&
			       boot.layout.nr_possible == boot.topology.nr_cpu_ids &&
			       pcpu_processor_has_rdpid()
		       ? boot.topology.nr_cpu_ids
		       : 0;
}

static void publish(void)
{
	unsigned long *offsets = pcpu_mem_zalloc(boot.topology.nr_cpu_ids * sizeof(*offsets));

	pcpu_setup_check("no memory", offsets ? 0 : -ENOMEM);
	pcpu_units_list_windows(offsets, pcpu_nr_displaced ? (unsigned long)PCPU_LOOK_UP : 0);
	boot_rt = (struct percpu_runtime){
		.rseq_offset = pcpu_rseq_offset(),
		.index_offset = pcpu_tier.index_offset,
		.self_offset = pcpu_self_offset(),
		.entries = pcpu_unit_entries(),
		.cpu_offset = offsets,
		.unit_offsets = boot.layout.unit_offsets,
		.base_addr = (void *)boot.layout.base_addr,
		.cpu_possible = boot.topology.possible,
		.rdpid_cpus = rdpid_cpus(),
		.slice_offset = slice_offset(),
	};
	boot_nr_cpu_ids = boot.topology.nr_cpu_ids;
	boot_nr_cpumask_bits =
		boot_nr_cpu_ids < __PCPU_MASK_CPUS ? boot_nr_cpu_ids : __PCPU_MASK_CPUS;
	pcpu_spread_init(&boot.topology);
	boot_nr_possible = boot.layout.nr_possible;
}

/* Nowhere in particular, where address space is short. */
static void set_up_pinning(void)
{
	uintptr_t window = 0;

	if (pcpu_conf.fc == PCPU_FC_PAGE || !pcpu_tier.sequences ||
	    pcpu_vm_reserve(PCPU_WINDOW_STRIDE, PCPU_PAGE_SIZE, &window))
		window = 0;
	pcpu_pin_init(window);
}

/* --- fork --- */

/* What the thread that forks has done about what stands first in lock.h. */
static __thread struct {
	unsigned long signals; /* the mask before */
	enum pcpu_at_fork debug, alloc, mem;
	bool stopped;   /* the CPUs' locks */
	bool caches_on; /* in the child they are off until they are told */
} at_fork __attribute__((__tls_model__("initial-exec")));

static bool has_mem(void)
{
	return pcpu_mem_mutex() && pcpu_mutex_is_held(pcpu_mem_mutex());
}

/*
 * In their order. Whose handler forks, of a signal or of a fatal message, may have some; then it
 * does not wait for those above. In a thread that is dying, whatever it has may be waited for.
 */
static void before_fork(void)
{
	const bool may_wait = !pcpu_thread_is_dying(), above_mem = may_wait && !has_mem();

	pcpu_mend_new_process();
	at_fork.caches_on = pcpu_cache_on;
	at_fork.debug = pcpu_mutex_lock_for_fork(
		&pcpu_debug_mutex, above_mem && !pcpu_mutex_is_held(&pcpu_alloc_mutex));
	at_fork.alloc = pcpu_mutex_lock_for_fork(&pcpu_alloc_mutex, above_mem);
	at_fork.stopped = may_wait && at_fork.alloc != PCPU_LEFT;
	if (at_fork.stopped)
		pcpu_cpu_locks_stop();
	if (pcpu_mem_mutex())
		at_fork.mem = pcpu_mutex_lock_for_fork(pcpu_mem_mutex(), may_wait);
	/* no handler in the child comes before in_child() */
	at_fork.signals = pcpu_mask_signals_word();
}

static void unlock_if_taken(struct pcpu_mutex *mutex, enum pcpu_at_fork state)
{
	if (mutex && state == PCPU_TAKEN)
		pcpu_mutex_unlock(mutex);
}

static void after_fork(void)
{
	unlock_if_taken(pcpu_mem_mutex(), at_fork.mem);
	if (at_fork.stopped)
		pcpu_cpu_locks_resume();
	unlock_if_taken(&pcpu_alloc_mutex, at_fork.alloc);
	unlock_if_taken(&pcpu_debug_mutex, at_fork.debug);
	pcpu_restore_signals_word(at_fork.signals);
}

/* Whoever else has it is not there. */
static enum pcpu_at_fork take_over(struct pcpu_mutex *mutex)
{
	if (pcpu_mutex_is_held(mutex))
		return PCPU_MINE;
	pcpu_mutex_renew(mutex);
	return pcpu_mutex_lock_for_fork(mutex, false);
}

/* What the child of a dying thread may find in the middle of something is never used again. */
static void renew_what_was_left(void)
{
	if (at_fork.debug == PCPU_LEFT)
		at_fork.debug = take_over(&pcpu_debug_mutex);
	if (at_fork.alloc == PCPU_LEFT)
		at_fork.alloc = take_over(&pcpu_alloc_mutex);
	if (pcpu_mem_mutex() && at_fork.mem == PCPU_LEFT)
		pcpu_mutex_renew(pcpu_mem_mutex());
	if (!at_fork.stopped)
		pcpu_cpu_locks_renew();
}

/* For what is counted from now on; caches are on again if there is one. */
static void give_page(void)
{
	pcpu_stat_leave();
	pcpu_cache_after_fork();
	pcpu_books_after_fork();
	pcpu_chunks_after_fork();
	if (pcpu_stat_after_fork())
		pcpu_cache_turn(false);
	else
		pcpu_units_tell();
}

/*
 * What other threads were doing that this process does not have. With the locks of before_fork(),
 * but for that of the metadata, which is used.
 */
static void mend_child(void)
{
	give_page();
	pcpu_units_after_fork();
	pcpu_counter_locks_after_fork();
	pcpu_mutex_renew(&pcpu_switch_mutex);
	pcpu_online_after_fork();
	pcpu_maps_after_fork();
	/* in any other thread, one that was made later: the first may hold a CPU */
	if (getpid() == syscall(SYS_gettid))
		pcpu_hold_after_fork();
	pcpu_share_after_fork();
	pcpu_watch_after_fork();
}

static void in_child(void)
{
	renew_what_was_left();
	unlock_if_taken(pcpu_mem_mutex(), at_fork.mem);
	at_fork.mem = PCPU_LEFT;
	pcpu_cache_turn(at_fork.caches_on);
	mend_child();
	pcpu_process_is_known_now();
	after_fork();
}

/* The same where nobody has called before_fork(). */
static void mend_untold_child(void)
{
	at_fork.debug = take_over(&pcpu_debug_mutex);
	at_fork.alloc = take_over(&pcpu_alloc_mutex);
	if (pcpu_mem_mutex() && !has_mem())
		pcpu_mutex_renew(pcpu_mem_mutex());
	if (at_fork.alloc == PCPU_TAKEN)
		pcpu_cpu_locks_renew();
	mend_child();
	unlock_if_taken(&pcpu_alloc_mutex, at_fork.alloc);
	unlock_if_taken(&pcpu_debug_mutex, at_fork.debug);
}

/* --- fatal messages --- */

static void unlock_if_held(struct pcpu_mutex *mutex)
{
	if (mutex && pcpu_mutex_is_held(mutex))
		pcpu_mutex_unlock(mutex);
}

static void unlock_inner(void)
{
	unlock_if_held(&pcpu_switch_mutex);
	unlock_if_held(&pcpu_unit_lock);
	unlock_if_held(pcpu_mem_mutex());
	if (pcpu_mutex_is_held(&pcpu_alloc_mutex) && pcpu_cpu_locks_are_stopped())
		pcpu_cpu_locks_resume();
	unlock_if_held(&pcpu_alloc_mutex);
	unlock_if_held(&pcpu_debug_mutex);
}

/* From the last to the first. */
static void let_go(bool all)
{
	while (pcpu_held_cpu() >= 0)
		__percpu_release_slow();
	if (all)
		unlock_inner();
	unlock_if_held(&pcpu_states_mutex);
	pcpu_online_writer_ends();
	while (pcpu_maps_taken && pcpu_mutex_is_held(&pcpu_add_remove_lock))
		pcpu_maps_done();
#ifdef PCPU_ASSERT
	pcpu_assert(!pcpu_ranks_held);
#endif
}

/* --- everything, in order --- */

static void find_machine(void)
{
	pcpu_setup_topology(&boot.topology);
	pcpu_processor_init();
	pcpu_tier_init();
	if (pcpu_tier.index == PCPU_INDEX_MM_CID)
		pcpu_setup_index_by_threads(&boot.topology);
	pcpu_setup_memory(&boot.topology);
}

static void make_copies(void)
{
	pcpu_setup_check("no memory for the modules", pcpu_modules_scan());
	place_modules();
	pcpu_setup_layout(&boot.layout, &boot.topology);
	make_units();
	make_first_chunk();
	publish();
}

static void arrange_forks_and_ends(void)
{
	pcpu_setup_check("no memory", pcpu_thread_end_init());
	pcpu_setup_check("no memory", -pthread_atfork(before_fork, after_fork, in_child));
	pcpu_new_process_init(mend_untold_child);
	pcpu_debug_init(pcpu_conf.debug);
	pcpu_fatal_set_hook(let_go);
}

/*
 * For who checks each access: all units are open, so that what is hidden is hidden in each. Nobody
 * has an area yet.
 */
static void arrange_checks(void)
{
	unsigned int cpu;

	if (!pcpu_memory_is_checked)
		return;
	for (cpu = 0; cpu < boot.topology.nr_cpu_ids; cpu++)
		if (pcpu_unit_window(cpu))
			pcpu_unit_open(cpu);
	pcpu_alloc_lock();
	for (struct pcpu_chunk *chunk = pcpu_chunk_first(); chunk; chunk = pcpu_chunk_next(chunk))
		pcpu_chunk_hide(chunk);
	pcpu_alloc_unlock();
}

/* Windows, blocks and records are made of pages of one size. */
static void check_page_size(void)
{
	const long size = sysconf(_SC_PAGESIZE);

	if (size != (long)PCPU_PAGE_SIZE)
		pcpu_fatal("this kernel has pages of %ld bytes, and libpercpu works on pages of "
			   "%lu bytes only",
			   size, PCPU_PAGE_SIZE);
}

static void setup_per_cpu_areas(void)
{
	pcpu_configure_start();
	pcpu_race_init();
	if (pcpu_conf.tools)
		pcpu_memory_check_init();
	check_page_size();
	pcpu_setup_check("no memory", pcpu_mem_init());
	find_machine();
	make_copies();
	set_up_pinning();
	arrange_forks_and_ends();
	arrange_checks();
	if (pcpu_conf.shared)
		pcpu_setup_check(PCPU_CONF_VARIABLE ": shared:yes is not possible", percpu_share());
}

/* Called by runtime.S too, as an element of an array of constructors. */
void pcpu_boot(void)
{
	if (boot.done)
		return;
	setup_per_cpu_areas();
	boot.done = true;
}
