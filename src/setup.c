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
 *	alloc info			groups and sizes
 *	region				one window a CPU
 *	first chunk			static, reserved and dynamic area
 *	__percpu_rt			from here on operations work
 */
#include "setup.h"
#include "alloc.h"
#include "alloc_info.h"
#include "bitmap.h"
#include "conf.h"
#include "coord.h"
#include "first_chunk.h"
#include "layout.h"
#include "log.h"
#include "mem.h"
#include "module.h"
#include "slow.h"
#include "thread.h"
#include "topology.h"
#include "unit.h"
#include "vm.h"

#include <percpu/backend.h>
#include <percpu/runtime.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * The same words that the public header declares const, under a name of their own: a compiler that
 * has seen the const ones may keep their values from before the boot.
 */
extern struct percpu_runtime boot_rt __asm__("__percpu_rt");
extern unsigned int boot_nr_cpu_ids __asm__("__percpu_nr_cpu_ids");
extern unsigned int boot_nr_possible __asm__("__percpu_nr_possible");

_Static_assert(sizeof(struct percpu_runtime) == 48, "runtime.S has the size too");

static struct pcpu_topology topology;
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

static int read_synthetic(const char *description)
{
	if (!pcpu_topology_from_synthetic) {
		pcpu_log(PERCPU_LOG_WARNING,
			 PCPU_CONF_VARIABLE ": this program is linked without hwloc, topology is "
					    "ignored");
		return -EINVAL;
	}
	if (pcpu_topology_from_synthetic(&topology, description) == 0)
		return add_real_cpus();
	pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE ": hwloc knows no topology \"%s\"",
		 description);
	return -EINVAL;
}

static void read_topology(const struct pcpu_conf *conf)
{
	if (!conf->topology[0] || read_synthetic(conf->topology) != 0)
		check("the CPUs cannot be listed", pcpu_topology_from_system(&topology, "/sys"));
	if (conf->possible)
		check("no memory", pcpu_topology_extend(&topology, conf->possible));
	pcpu_log(PERCPU_LOG_INFO, "NR_CPUS:%u nr_cpumask_bits:%u nr_cpu_ids:%u nr_node_ids:%u",
		 PCPU_NR_CPUS, topology.nr_cpu_ids, topology.nr_cpu_ids, topology.nr_node_ids);
}

/* --- tier --- */

static bool choose_tier(const struct pcpu_conf *conf)
{
	bool sequences = pcpu_thread_init(conf->backend);

	if (conf->backend == PCPU_BACKEND_RSEQ && !sequences) {
		if (conf->strict)
			pcpu_fatal(PCPU_CONF_VARIABLE ": backend:rseq,strict:yes, but %s",
				   percpu_backend());
		pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE ": backend:rseq, but %s",
			 percpu_backend());
	}
	return sequences;
}

/* --- first chunk --- */

static struct pcpu_alloc_info *build_alloc_info(size_t static_size)
{
	int err = 0;
	const struct pcpu_cpu_set cpus = {topology.possible, topology.nr_cpu_ids};
	/* comparing every pair of CPUs is for machines where it can make a difference */
	pcpu_fc_cpu_distance_fn_t distance =
		topology.nr_node_ids > 1 ? pcpu_topology_cpu_distance : NULL;
	struct pcpu_alloc_info *ai = pcpu_build_alloc_info(
		&cpus, static_size, PERCPU_MODULE_RESERVE, PERCPU_DYNAMIC_RESERVE, PCPU_PMD_SIZE,
		distance, &topology, &err);

	if (!ai)
		panic("no alloc info", err);
	return ai;
}

/* One window a possible CPU, and an entry and a window table by CPU number. */
static uintptr_t make_units(const struct pcpu_first_layout *layout, bool sequences)
{
	struct pcpu_unit_setup setup = {
		.nr_cpu_ids = topology.nr_cpu_ids,
		.unit_windows = layout->unit_windows,
		.nodes = topology.nr_node_ids > 1 ? topology.cpu_node : NULL,
		.sequences = sequences,
	};

	check("no address space for one 4 GiB window a CPU",
	      pcpu_vm_reserve((size_t)layout->nr_windows << 32, &setup.region));
	check("no memory", pcpu_units_init(&setup));
	return setup.region;
}

/*
 * Later objects are placed by the loader next to and below the library (or, in a static executable,
 * nowhere): dynamic areas start above it.
 */
static void place_dynamic_areas(void)
{
	pcpu_coord_set_hint((uint32_t)(uintptr_t)&pcpu_boot + (16u << 20));
}

static void make_first_chunk(const struct pcpu_alloc_info *ai)
{
	size_t static_size;
	const struct pcpu_span *statics = pcpu_modules_first(&static_size);
	int err;

	place_dynamic_areas();
	pcpu_modules_claim_others();
	err = pcpu_first_chunk_setup(ai, statics);
	pcpu_modules_check_first(err);
	check("no first chunk", err);
	check("no memory for the modules", pcpu_modules_add_others());
	pcpu_log(PERCPU_LOG_INFO, "Embedded %zu pages/cpu s%zu r%zu d%zu u%zu",
		 (ai->static_size + ai->reserved_size + ai->dyn_size) / PCPU_PAGE_SIZE,
		 ai->static_size, ai->reserved_size, ai->dyn_size, ai->unit_size);
}

static void publish(const struct pcpu_first_layout *layout, uintptr_t region)
{
	unsigned long *offsets = pcpu_mem_zalloc(topology.nr_cpu_ids * sizeof(*offsets));
	size_t static_size;

	if (!offsets)
		panic("no memory", -ENOMEM);
	for (unsigned int cpu = 0; cpu < topology.nr_cpu_ids; cpu++)
		offsets[cpu] = pcpu_unit_window(cpu);
	boot_rt = (struct percpu_runtime){
		.rseq_offset = pcpu_thread_rseq_offset(),
		.entries = pcpu_unit_entries(),
		.cpu_offset = offsets,
		.unit_offsets = layout->unit_offsets,
		.base_addr = (void *)(region + pcpu_modules_first(&static_size)->start),
		.cpu_possible = topology.possible,
	};
	boot_nr_cpu_ids = topology.nr_cpu_ids;
	boot_nr_possible = layout->nr_windows;
}

/* --- fork --- */

/* Outermost lock first. The unit and visit locks block signals; so does the whole of the fork. */
static void before_fork(void)
{
	pthread_mutex_lock(&pcpu_alloc_mutex);
	pcpu_thread_lock_for_fork();
	pcpu_units_lock_for_fork();
}

static void after_fork(void)
{
	pcpu_units_unlock_after_fork();
	pcpu_thread_unlock_after_fork();
	pthread_mutex_unlock(&pcpu_alloc_mutex);
}

static void setup_per_cpu_areas(void)
{
	struct pcpu_first_layout layout = {0};
	struct pcpu_alloc_info *ai;
	struct pcpu_conf conf;
	size_t static_size;
	uintptr_t region;
	bool sequences;

	pcpu_conf_parse(&conf, secure_getenv(PCPU_CONF_VARIABLE));
	pcpu_log_set_level(conf.log_level);
	if (sysconf(_SC_PAGESIZE) != (long)PCPU_PAGE_SIZE)
		panic("the page size is not 4096", -EINVAL);
	check("no memory", pcpu_mem_init());
	read_topology(&conf);
	pcpu_slow_init();
	sequences = choose_tier(&conf);
	check("no memory for the modules", pcpu_modules_scan());
	pcpu_modules_first(&static_size);
	ai = build_alloc_info(static_size);
	layout.nr_cpu_ids = topology.nr_cpu_ids;
	layout.possible = topology.possible;
	check("no memory", pcpu_first_chunk_layout(&layout, ai));
	region = make_units(&layout, sequences);
	make_first_chunk(ai);
	publish(&layout, region);
	pcpu_free_alloc_info(ai);
	/* after jemalloc has registered its own: ours must run first before a fork */
	check("no memory", -pthread_atfork(before_fork, after_fork, after_fork));
}

/* Called by runtime.S too, as an element of an array of constructors. */
void pcpu_boot(void)
{
	if (booted)
		return;
	setup_per_cpu_areas();
	booted = true;
}
