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
#include "alloc/chunk.h"
#include "arch/processor.h"
#include "arch_constants.h"
#include "boot/alloc_info.h"
#include "boot/conf.h"
#include "boot/embed.h"
#include "boot/first_chunk.h"
#include "boot/module.h"
#include "boot/page.h"
#include "boot/share.h"
#include "cpu/hold.h"
#include "cpu/pin.h"
#include "cpu/self.h"
#include "cpu/thread_end.h"
#include "debug/debug.h"
#include "ground/bitmap.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "machine/rseq_area.h"
#include "machine/tier.h"
#include "machine/topology.h"
#include "machine/topology_hwloc.h"
#include "machine/topology_sysfs.h"
#include "memory/coord.h"
#include "memory/entry.h"
#include "memory/populated.h"
#include "memory/span.h"
#include "memory/unit.h"
#include "memory/vm.h"

#include <percpu/backend.h>
#include <percpu/impl/runtime.h>
#include <percpu/shared.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The same words that the public header declares const, under a name of their own: a compiler that
 * has seen the const ones may keep their values from before the boot.
 */
extern struct percpu_runtime boot_rt __asm__("__percpu_rt");
extern unsigned int boot_nr_cpu_ids __asm__("__percpu_nr_cpu_ids");
extern unsigned int boot_nr_possible __asm__("__percpu_nr_possible");

_Static_assert(sizeof(struct percpu_runtime) == 72, "runtime.S has the size too");

/* A window is the 4 GiB that the low 32 bits of a pointer reach. */

static struct pcpu_topology topology;
static struct pcpu_first_layout first_layout;
static bool booted;

static void __attribute__((__noreturn__, __cold__)) panic(const char *what, int err)
{
	pcpu_fatal("cannot set up per-CPU areas: %s (errno %d)", what, -err);
}

static void check(const char *what, int err)
{
	if (err)
		panic(what, err);
}

/* --- topology --- */

/* Threads run on the machine's CPUs, whatever machine is played. */
static int add_real_cpus(void)
{
	struct pcpu_topology real;
	int err = pcpu_topology_from_system(&real, "/sys");

	if (!err) {
		err = pcpu_topology_extend(&topology, real.nr_cpu_ids);
		pcpu_topology_destroy(&real);
	}
	check("the CPUs cannot be listed", err);
	return 0;
}

static bool is_file_name(const char *description)
{
	size_t len = strlen(description);

	return strchr(description, '/') || (len > 4 && !strcmp(description + len - 4, ".xml"));
}

static int read_described(const char *description)
{
	int (*described)(struct pcpu_topology *, const char *) =
		is_file_name(description) ? pcpu_topology_from_xml : pcpu_topology_from_synthetic;

	if (!described) {
		pcpu_log(PERCPU_LOG_WARNING,
			 PCPU_CONF_VARIABLE ": this program is linked without hwloc, topology is "
					    "ignored");
		return -EINVAL;
	}
	if (described(&topology, description) == 0)
		return add_real_cpus();
	pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE ": hwloc knows no topology \"%s\"",
		 description);
	return -EINVAL;
}

static void read_topology(const struct pcpu_conf *conf)
{
	if (!conf->topology[0] || read_described(conf->topology) != 0)
		check("the CPUs cannot be listed", pcpu_topology_from_system(&topology, "/sys"));
	if (conf->possible)
		check("no memory", pcpu_topology_extend(&topology, conf->possible));
	pcpu_log(PERCPU_LOG_INFO, "NR_CPUS:%u nr_cpumask_bits:%u nr_cpu_ids:%u nr_node_ids:%u",
		 PCPU_NR_CPUS, topology.nr_cpu_ids, topology.nr_cpu_ids, topology.nr_node_ids);
}

/* --- tier --- */

static void choose_tier(const struct pcpu_conf *conf)
{
	const struct pcpu_tier_request request = {
		.backend = conf->backend,
		.index = conf->index,
		.selftest = conf->selftest,
	};

	pcpu_tier_init(&request);
	if (conf->backend == PCPU_BACKEND_RSEQ && !pcpu_tier.sequences) {
		if (conf->strict)
			pcpu_fatal(PCPU_CONF_VARIABLE ": backend:rseq,strict:yes, but %s",
				   percpu_backend());
		pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE ": backend:rseq, but %s",
			 percpu_backend());
	}
	if (conf->index != pcpu_tier.index) {
		if (conf->strict)
			pcpu_fatal(PCPU_CONF_VARIABLE ": index:mm_cid,strict:yes, but it is not to "
						      "be had (%s)",
				   percpu_backend());
		pcpu_log(PERCPU_LOG_WARNING,
			 PCPU_CONF_VARIABLE ": index:mm_cid is not to be had (%s)",
			 percpu_backend());
	}
}

/*
 * The kernel's concurrency numbers are numbers below that of CPUs, without gaps, and belong to no
 * node.
 */
static void index_by_threads(void)
{
	check("no memory", pcpu_topology_extend(&topology, topology.nr_cpu_ids));
	memset(topology.cpu_node, 0, topology.nr_cpu_ids * sizeof(*topology.cpu_node));
	topology.nr_node_ids = 1;
}

/* What windows' words are, beside the address, while nobody holds the CPU. */
static intptr_t rest_bits(void)
{
	if (pcpu_tier.sequences)
		return 0;
	return pcpu_tier.threads_fence ? PCPU_NO_SEQUENCES : PCPU_SLOW_ONLY;
}

/* --- form of the first chunk --- */

static void *reserve_windows(unsigned int cpu, size_t size, size_t align, void *ctx)
{
	uintptr_t base;

	(void)cpu; /* a window is bound to its CPU's node when its unit opens */
	(void)ctx;
	return pcpu_vm_reserve(size, align, &base) ? NULL : (void *)base;
}

static void give_windows_back(void *ptr, size_t size, void *ctx)
{
	(void)ctx;
	pcpu_vm_release((uintptr_t)ptr, size);
}

static void *hole_for_windows(unsigned int cpu, size_t size, size_t align, void *ctx)
{
	uintptr_t base;

	(void)cpu;
	(void)align; /* a page, which every hole has */
	(void)ctx;
	return pcpu_vm_find_hole(size, &base) ? NULL : (void *)base;
}

static int make_layout(enum pcpu_fc fc, const struct pcpu_alloc_request *request)
{
	struct pcpu_fc_space space = {
		.stride = PCPU_WINDOW_STRIDE,
		.align = PCPU_PAGE_SIZE,
		.range = PCPU_VM_RANGE,
		.alloc = reserve_windows,
		.free = give_windows_back,
	};
	size_t static_size;
	int err;

	space.static_start = pcpu_modules_first(&static_size)->start;
	if (fc != PCPU_FC_PAGE) {
		err = pcpu_embed_first_chunk(&first_layout, request, &space);
		if (!err)
			return 0;
		pcpu_log(
			PERCPU_LOG_WARNING,
			"alloc:%s: no large pieces of address space (errno %d), going page by page",
			pcpu_fc_names[fc], -err);
	}
	space.alloc = hole_for_windows;
	return pcpu_page_first_chunk(&first_layout, request, &space);
}

static void choose_form(const struct pcpu_conf *conf)
{
	struct pcpu_alloc_request request = {
		.cpus = {topology.possible, topology.nr_cpu_ids},
		.reserved_size = PERCPU_FIRST_CHUNK_RESERVE,
		.dyn_size =
			PERCPU_MODULE_RESERVE + PERCPU_DYNAMIC_RESERVE - PERCPU_FIRST_CHUNK_RESERVE,
		.atom_size = PCPU_PMD_SIZE,
		.min_unit_size = pcpu_page_ceil(conf->max_size),
		.distance = topology.nr_node_ids > 1 ? pcpu_topology_cpu_distance : NULL,
		.ctx = &topology,
		.node = topology.cpu_node,
	};

	pcpu_modules_first(&request.static_size);
	check("no address space for one 4 GiB window a CPU", make_layout(conf->fc, &request));
	/* a unit of any form is at least as large */
	pcpu_max_size = (int)conf->max_size;
}

/* --- units and first chunk --- */

/* An entry and a window by CPU number. */
static void make_units(void)
{
	const unsigned int nr = topology.nr_cpu_ids;
	struct pcpu_unit_setup setup = {
		.nr_cpu_ids = nr,
		.base = first_layout.base,
		.unit_map = first_layout.unit_map,
		.unit_offsets = first_layout.unit_offsets,
		.nodes = topology.nr_node_ids > 1 ? topology.cpu_node : NULL,
		.rest_bits = rest_bits(),
		.attention = pcpu_tier.sequences ? 0 : PCPU_ATTENTION_ALWAYS,
	};

	check("no memory", pcpu_units_init(&setup));
}

/*
 * Later objects are placed by the loader next to and below the library (or, in a static executable,
 * nowhere): dynamic areas start above it.
 */
static void place_dynamic_areas(void)
{
	pcpu_coord_set_hint((uint32_t)(uintptr_t)&pcpu_boot + (16u << 20));
}

static void make_first_chunk(void)
{
	size_t static_size;
	const struct pcpu_span *statics = pcpu_modules_first(&static_size);
	int err;

	pcpu_alloc_lock();
	place_dynamic_areas();
	pcpu_modules_claim_others();
	err = pcpu_first_chunk_setup(&first_layout, statics);
	pcpu_modules_check_first(err);
	check("no first chunk", err);
	check("no memory for the modules", pcpu_modules_add_others());
	pcpu_alloc_unlock();
}

/* In the fallback tier any number is right that is one of a possible CPU. */
static unsigned int rdpid_cpus(void)
{
	return !pcpu_tier.sequences && first_layout.nr_possible == topology.nr_cpu_ids &&
			       pcpu_processor_has_rdpid()
		       ? topology.nr_cpu_ids
		       : 0;
}

static void publish(void)
{
	unsigned long *offsets = pcpu_mem_zalloc(topology.nr_cpu_ids * sizeof(*offsets));

	if (!offsets)
		panic("no memory", -ENOMEM);
	for (unsigned int cpu = 0; cpu < topology.nr_cpu_ids; cpu++)
		offsets[cpu] = pcpu_unit_window(cpu);
	boot_rt = (struct percpu_runtime){
		.rseq_offset = pcpu_rseq_offset(),
		.index_offset = pcpu_index_offset,
		.self_offset = pcpu_self_offset(),
		.entries = pcpu_unit_entries(),
		.cpu_offset = offsets,
		.unit_offsets = first_layout.unit_offsets,
		.base_addr = (void *)first_layout.base_addr,
		.cpu_possible = topology.possible,
		.rdpid_cpus = rdpid_cpus(),
	};
	boot_nr_cpu_ids = topology.nr_cpu_ids;
	boot_nr_possible = first_layout.nr_possible;
}

/* Nowhere in particular, where address space is short. */
static void set_up_pinning(const struct pcpu_conf *conf)
{
	uintptr_t window = 0;

	if (conf->fc == PCPU_FC_PAGE || !pcpu_tier.sequences ||
	    pcpu_vm_reserve(PCPU_WINDOW_STRIDE, PCPU_PAGE_SIZE, &window))
		window = 0;
	pcpu_pin_init(window);
}

/* --- fork --- */

/* Outermost lock first. The unit lock blocks signals; so does the whole of the fork. */
static void before_fork(void)
{
	pcpu_alloc_lock_for_fork();
	pcpu_units_lock_for_fork();
}

static void after_fork(void)
{
	pcpu_units_unlock_after_fork();
	pcpu_alloc_unlock_after_fork();
}

static void in_child(void)
{
	pcpu_hold_after_fork();
	pcpu_share_after_fork();
	after_fork();
}

static void setup_per_cpu_areas(void)
{
	struct pcpu_conf conf;

	pcpu_conf_parse(&conf, secure_getenv(PCPU_CONF_VARIABLE));
	pcpu_log_set_level(conf.log_level);
	if (sysconf(_SC_PAGESIZE) != (long)PCPU_PAGE_SIZE)
		panic("the page size is not 4096", -EINVAL);
	check("no memory", pcpu_mem_init());
	read_topology(&conf);
	pcpu_processor_init();
	choose_tier(&conf);
	if (pcpu_tier.index == PCPU_INDEX_MM_CID)
		index_by_threads();
	check("no memory for the modules", pcpu_modules_scan());
	choose_form(&conf);
	make_units();
	if (conf.populate_eager)
		check("no memory", pcpu_units_populate_always());
	pcpu_populate_eager = conf.populate_eager;
	pcpu_cache_on = conf.cache;
	make_first_chunk();
	publish();
	set_up_pinning(&conf);
	check("no memory", pcpu_thread_end_init());
	/* after mem.c has registered its own: ours must run first before a fork */
	check("no memory", -pthread_atfork(before_fork, after_fork, in_child));
	/* after that: its lock is outside of the others */
	check("no memory", pcpu_debug_init(conf.debug));
	if (conf.shared)
		check(PCPU_CONF_VARIABLE ": shared:yes is not possible", percpu_share());
}

/* Called by runtime.S too, as an element of an array of constructors. */
void pcpu_boot(void)
{
	if (booted)
		return;
	setup_per_cpu_areas();
	booted = true;
}
