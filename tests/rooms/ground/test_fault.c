/* SPDX-License-Identifier: MIT */
/*
 * test_fault.c - every call that can fail for want of memory does, one after the other: each time
 * the caller hears of it, nothing is lost, and everything works when there is memory again.
 *
 * Run with PERCPU_CONF=topology:numa:2 pu:32, so that there are memory policies to fail too.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/locked.h"
#include "support/made_up_sysfs.h"
#include "support/records.h"
#include "support/residency.h"

#include "alloc/alloc.h"
#include "alloc/books.h"
#include "alloc/cache.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_check.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "machine/topology/topology.h"
#include "machine/topology/topology_hwloc.h"
#include "machine/topology/topology_sysfs.h"
#include "memory/coord.h"
#include "memory/open_units.h"
#include "memory/populated.h"
#include "memory/unit.h"
#include "memory/pages/vm.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <numaif.h>

#define LARGEST ((size_t)PCPU_MIN_UNIT_SIZE)
/* More than any one operation makes at one seam. */
#define MANY_CALLS 1000

static DEFINE_PER_CPU(long, some_variable);

static unsigned int own_cpu;

/* --- one operation, with each call that it makes to a seam failing in turn --- */

/*
 * An operation is tried in a child of its own for every n: there the n-th call at one seam fails,
 * the operation says whether it has succeeded, and is then done once more with all there is. What
 * the process has afterwards must be what a child has in which nothing failed.
 */
struct operation {
	void (*prepare)(void); /* what comes before; may be NULL */
	bool (*act)(void);
	void (*undo)(void);
};

/* What a child has found out, in memory that it shares with its parent. */
static struct outcome {
	int failed; /* calls that failed */
	bool succeeded;
	size_t metadata;
	unsigned int claims, chunks;
	uint64_t committed;
	struct pcpu_alloc_counts counts;
} * outcome;

/* Three units are open, so that the second and third of them can fail. */
static int open_three_units(void **state)
{
	unsigned int opened = 0;

	(void)state;
	own_cpu = stay_here();
	if (num_possible_cpus() < 64) {
		fprintf(stderr, "to be run with PERCPU_CONF=topology:numa:2 pu:32\n");
		return -1;
	}
	/* node 1 is not there, and the library says so of its CPUs */
	records_keep(PERCPU_LOG_INFO);
	this_cpu_inc(some_variable);
	for (unsigned int cpu = nr_cpu_ids; cpu-- > 0 && opened < 2;)
		if (cpu_possible(cpu) && !percpu_unit_is_open(cpu)) {
			per_cpu(some_variable, cpu) = 1;
			opened++;
		}
	records_release();
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	return outcome == MAP_FAILED ? -1 : 0;
}

struct attempt {
	const struct operation *operation;
	enum pcpu_fault_site site;
	int nth; /* 0: none */
};

static uint64_t committed(void)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < pcpu_units_nr_open(); i++)
		bytes += writable_bytes(pcpu_open_windows[i], (uint64_t)1 << 32);
	return bytes;
}

static void take_stock(void)
{
	pcpu_alloc_lock();
	pcpu_alloc_count(&outcome->counts);
	pcpu_alloc_unlock();
	outcome->metadata = pcpu_mem_allocated();
	outcome->claims = locked(pcpu_coord_nr_claims());
	outcome->chunks = pcpu_nr_chunks;
	outcome->committed = committed();
}

static void try_once(void *arg)
{
	const struct attempt *attempt = arg;
	const struct operation *operation = attempt->operation;

	if (operation->prepare)
		operation->prepare();
	faults_fail_nth(attempt->site, attempt->nth);
	outcome->succeeded = operation->act();
	outcome->failed = faults_end();
	child_expect(!locked(pcpu_chunks_check()));
	if (outcome->succeeded)
		operation->undo();
	/* or the second try might find what it needs in a cache */
	percpu_trim();
	child_expect(operation->act());
	child_expect(!locked(pcpu_chunks_check()));
	operation->undo();
	percpu_trim();
	child_expect(!locked(pcpu_chunks_check()));
	take_stock();
}

static struct outcome outcome_of(const struct attempt *attempt)
{
	struct child_end end;

	*outcome = (struct outcome){0};
	end = child_run(try_once, (void *)attempt);
	assert_child_was_content(end);
	return *outcome;
}

static void assert_same_state(const struct outcome *got, const struct outcome *wanted)
{
	assert_int_equal(got->metadata, wanted->metadata);
	assert_int_equal(got->claims, wanted->claims);
	assert_int_equal(got->chunks, wanted->chunks);
	assert_int_equal(got->committed, wanted->committed);
	assert_int_equal(got->counts.nr_areas, wanted->counts.nr_areas);
	assert_int_equal(got->counts.nr_cached, wanted->counts.nr_cached);
	assert_int_equal(got->counts.nr_alloc - got->counts.nr_free,
			 wanted->counts.nr_alloc - wanted->counts.nr_free);
}

/* How many calls at the seam the operation makes, and how many of them it cannot do without. */
struct tally {
	int calls, needed;
};

static struct tally try_every_call(const struct operation *operation, enum pcpu_fault_site site)
{
	struct attempt attempt = {operation, site, 0};
	struct outcome unharmed = outcome_of(&attempt), harmed;
	struct tally tally = {0};

	assert_true(unharmed.succeeded);
	for (;;) {
		attempt.nth++;
		harmed = outcome_of(&attempt);
		assert_same_state(&harmed, &unharmed);
		if (harmed.failed == 0)
			break;
		assert_true(attempt.nth < MANY_CALLS);
		tally.calls++;
		tally.needed += !harmed.succeeded;
	}
	assert_true(harmed.succeeded);
	return tally;
}

/* --- allocations --- */

#define AREAS 120
static void __percpu *areas[AREAS];

static void free_areas(void)
{
	for (int i = 0; i < AREAS; i++) {
		free_percpu(areas[i]);
		areas[i] = NULL;
	}
}

/* @nr areas, or none. Their copies are zero, and are written. */
static bool alloc_areas(int nr, size_t size, size_t align)
{
	for (int i = 0; i < nr; i++) {
		char *copy;

		areas[i] = __alloc_percpu_gfp(size, align, GFP_KERNEL | __GFP_NOWARN);
		if (!areas[i]) {
			free_areas();
			return false;
		}
		copy = per_cpu_ptr((char __percpu *)areas[i], own_cpu);
		child_expect(copy[0] == 0 && memcmp(copy, copy + 1, size - 1) == 0);
		memset(copy, 0xaa, size);
	}
	return true;
}

static void without_caches(void)
{
	pcpu_cache_turn(false);
}

static bool alloc_8_bytes(void)
{
	return alloc_areas(1, 8, 8);
}

static bool alloc_1_byte(void)
{
	return alloc_areas(1, 1, 1);
}

/* The cache is filled several times, more each time. */
static bool alloc_many_for_a_cache(void)
{
	return alloc_areas(AREAS, 24, 8);
}

static bool alloc_32_kib(void)
{
	return alloc_areas(1, LARGEST, 8);
}

/* So many chunks that the arrays of claims and spans have to grow. */
static bool alloc_many_chunks(void)
{
	return alloc_areas(AREAS, LARGEST, 8);
}

static bool alloc_reserved(void)
{
	areas[0] = __alloc_reserved_percpu(1, 1);
	return areas[0];
}

static const struct operation first_alloc = {NULL, alloc_8_bytes, free_areas};
static const struct operation cached_allocs = {NULL, alloc_many_for_a_cache, free_areas};
static const struct operation alloc_that_grows_codes = {without_caches, alloc_1_byte, free_areas};
static const struct operation alloc_that_makes_a_chunk = {NULL, alloc_32_kib, free_areas};
static const struct operation allocs_of_many_chunks = {NULL, alloc_many_chunks, free_areas};

static void first_alloc_on_a_cpu_needs_no_cache(void **state)
{
	struct tally tally = try_every_call(&first_alloc, PCPU_FAULT_MEM);

	(void)state;
	/* the cache and a magazine; perhaps codes of the page */
	assert_true(tally.calls >= 2);
	assert_int_equal(tally.needed, 0);
	assert_int_equal(try_every_call(&first_alloc, PCPU_FAULT_COMMIT).calls, 0);
}

static void areas_for_a_cache_can_fail_at_every_call(void **state)
{
	struct tally tally = try_every_call(&cached_allocs, PCPU_FAULT_MEM);

	(void)state;
	/* and codes, where the static area ends so that a page has no finer ones in stock */
	assert_true(tally.calls >= 2);
	tally = try_every_call(&cached_allocs, PCPU_FAULT_COMMIT);
	assert_int_equal(tally.needed, 0);
}

static void codes_that_cannot_grow_fail_the_allocation(void **state)
{
	struct tally tally = try_every_call(&alloc_that_grows_codes, PCPU_FAULT_MEM);

	(void)state;
	assert_true(tally.needed >= 1);
	assert_int_equal(try_every_call(&alloc_that_grows_codes, PCPU_FAULT_COMMIT).calls, 0);
}

static void chunk_that_cannot_be_made_fails_the_allocation(void **state)
{
	(void)state;
	assert_true(try_every_call(&alloc_that_makes_a_chunk, PCPU_FAULT_MEM).needed >= 1);
	/* one a unit that is open */
	assert_int_equal(try_every_call(&alloc_that_makes_a_chunk, PCPU_FAULT_COMMIT).needed, 3);
}

static void many_chunks_can_fail_at_every_call(void **state)
{
	const int chunks = AREAS * (int)LARGEST / pcpu_unit_size;

	(void)state;
	assert_true(try_every_call(&allocs_of_many_chunks, PCPU_FAULT_MEM).needed >= chunks);
	assert_true(try_every_call(&allocs_of_many_chunks, PCPU_FAULT_COMMIT).needed >= 3 * chunks);
}

static void allocations_do_not_depend_on_reservations_policies_and_topology(void **state)
{
	static const enum pcpu_fault_site sites[] = {PCPU_FAULT_RESERVE, PCPU_FAULT_BIND,
						     PCPU_FAULT_TOPOLOGY, PCPU_FAULT_POPULATE};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sites); i++) {
		assert_int_equal(try_every_call(&cached_allocs, sites[i]).calls, 0);
		assert_int_equal(try_every_call(&alloc_that_makes_a_chunk, sites[i]).calls, 0);
	}
}

/* --- the reserved area --- */

static void silence(void)
{
	percpu_set_log_handler(NULL, PERCPU_LOG_EMERG);
}

static void reserved_allocation_can_fail_at_every_call(void **state)
{
	static const struct operation reserved = {silence, alloc_reserved, free_areas};
	struct tally tally = try_every_call(&reserved, PCPU_FAULT_MEM);

	(void)state;
	assert_true(tally.needed >= 1);
	assert_int_equal(try_every_call(&reserved, PCPU_FAULT_COMMIT).calls, 0);
}

/* --- pages that are populated at once --- */

static void populate_eagerly(void)
{
	child_expect(pcpu_units_populate_always() == 0);
	pcpu_conf.populate_eager = true;
}

static void populate_eagerly_without_caches(void)
{
	populate_eagerly();
	without_caches();
}

static void pages_that_cannot_be_populated_fail_the_allocation(void **state)
{
	static const struct operation large = {populate_eagerly, alloc_32_kib, free_areas};
	static const struct operation one = {populate_eagerly_without_caches, alloc_8_bytes,
					     free_areas};
	static const enum pcpu_fault_site sites[] = {PCPU_FAULT_POPULATE, PCPU_FAULT_MEM,
						     PCPU_FAULT_COMMIT};

	(void)state;
	/* one a unit that is open; and what is populated beside, in stock, may fail */
	for (size_t i = 0; i < ARRAY_SIZE(sites); i++)
		assert_true(try_every_call(&large, sites[i]).needed >= (i == 1 ? 1 : 3));
	assert_int_equal(try_every_call(&one, PCPU_FAULT_POPULATE).needed, 3);
}

/* Not being able to fill a cache is no reason to fail: one area may be had where many may not. */
static void cache_that_cannot_be_populated_leaves_nothing_behind(void **state)
{
	static const struct operation cached = {populate_eagerly, alloc_many_for_a_cache,
						free_areas};

	(void)state;
	assert_true(try_every_call(&cached, PCPU_FAULT_POPULATE).calls >= 3);
	try_every_call(&cached, PCPU_FAULT_MEM);
}

/* --- trim --- */

static void use_caches_and_chunks(void)
{
	child_expect(alloc_areas(20, LARGEST, 8));
	free_areas();
	child_expect(alloc_areas(AREAS, 9, 1));
	for (int i = 0; i < AREAS; i += 2) {
		free_percpu(areas[i]);
		areas[i] = NULL;
	}
}

static bool trim(void)
{
	percpu_trim();
	return true;
}

/* But coarser codes may have to wait for the next trim; it leaves what this one would have left. */
static void trim_works_without_memory(void **state)
{
	static const struct operation op = {use_caches_and_chunks, trim, free_areas};

	(void)state;
	for (int site = PCPU_FAULT_MEM; site <= PCPU_FAULT_TOPOLOGY; site++) {
		struct tally tally = try_every_call(&op, (enum pcpu_fault_site)site);

		/* what cannot be taken away is cleared; and what went is counted in another way */
		if (site != PCPU_FAULT_MEM && site != PCPU_FAULT_DISCARD && site != PCPU_FAULT_PROC)
			assert_int_equal(tally.calls, 0);
	}
}

/* --- percpu_counter_init() --- */

static struct percpu_counter counter;

static bool init_counter(void)
{
	int ret;

	memset(&counter, 0xff, sizeof(counter));
	ret = percpu_counter_init(&counter, 5, GFP_KERNEL | __GFP_NOWARN);
	child_expect(ret == 0 || ret == -ENOMEM);
	child_expect(percpu_counter_initialized(&counter) == (ret == 0));
	if (ret == 0)
		child_expect(percpu_counter_sum(&counter) == 5);
	else
		percpu_counter_destroy(&counter);
	return ret == 0;
}

static void destroy_counter(void)
{
	percpu_counter_destroy(&counter);
}

/* No room but in a new chunk. */
static void leave_no_room(void)
{
	without_caches();
	faults_fail_all(PCPU_FAULT_COMMIT);
	while (__alloc_percpu_gfp(4, 4, GFP_KERNEL | __GFP_NOWARN))
		;
	faults_end();
}

static void counter_init_can_fail_at_every_call(void **state)
{
	static const struct operation op = {leave_no_room, init_counter, destroy_counter};

	(void)state;
	assert_true(try_every_call(&op, PCPU_FAULT_MEM).needed >= 1);
	assert_true(try_every_call(&op, PCPU_FAULT_COMMIT).needed >= 3);
}

/* --- opening a unit --- */

struct opening {
	enum pcpu_fault_site site;
	int nth;
	void (*prepare)(void);
};

static void open_a_unit(void *arg)
{
	const struct opening *opening = arg;
	unsigned int cpu = nr_cpu_ids;

	while (percpu_unit_is_open(--cpu))
		;
	if (opening->prepare)
		opening->prepare();
	faults_fail_nth(opening->site, opening->nth);
	per_cpu(some_variable, cpu) = 5;
	outcome->failed = faults_end();
	child_expect(percpu_unit_is_open(cpu) && per_cpu(some_variable, cpu) == 5);
	child_expect(!locked(pcpu_chunks_check()));
}

/* Opens a unit with each call at @site failing in turn. Returns how many of them were fatal. */
static int open_against_faults(enum pcpu_fault_site site, void (*prepare)(void))
{
	struct opening opening = {.site = site, .prepare = prepare};
	struct child_end end;
	int fatal = 0;

	for (;;) {
		opening.nth++;
		assert_true(opening.nth < MANY_CALLS);
		*outcome = (struct outcome){0};
		end = child_run(open_a_unit, &opening);
		if (child_exited_with(&end, 0) && outcome->failed == 0)
			return fatal;
		if (child_exited_with(&end, 0))
			continue;
		assert_child_died_of(end, SIGABRT);
		assert_non_null(strstr(end.output, "no memory for the unit of CPU"));
		fatal++;
	}
}

static void unit_that_cannot_be_committed_is_fatal_at_every_call(void **state)
{
	(void)state;
	assert_true(open_against_faults(PCPU_FAULT_COMMIT, NULL) >= 1);
	assert_true(open_against_faults(PCPU_FAULT_COMMIT, use_caches_and_chunks) >= 2);
}

static void populate_some(void)
{
	populate_eagerly();
	child_expect(alloc_areas(3, LARGEST, 8));
}

static void unit_that_cannot_be_populated_is_fatal_at_every_call(void **state)
{
	(void)state;
	assert_int_equal(open_against_faults(PCPU_FAULT_POPULATE, NULL), 0);
	assert_true(open_against_faults(PCPU_FAULT_POPULATE, populate_some) >= 1);
}

/* It may happen in a signal handler, and inside the allocator. */
static void opening_a_unit_takes_no_metadata_memory(void **state)
{
	(void)state;
	assert_int_equal(open_against_faults(PCPU_FAULT_MEM, use_caches_and_chunks), 0);
}

/* --- the boot --- */

struct boot {
	char conf[64], fault[32];
};

static void boot_against_fault(void *arg)
{
	const struct boot *boot = arg;
	char *argv[] = {(char *)BOOT_AGAINST_FAULTS, NULL};
	char *environment[] = {(char *)boot->conf, (char *)boot->fault, NULL};

	execve(BOOT_AGAINST_FAULTS, argv, environment);
	_exit(126);
}

static struct child_end boot_against_nth(enum pcpu_fault_site site, int nth, const char *conf)
{
	struct boot boot;

	snprintf(boot.conf, sizeof(boot.conf), "PERCPU_CONF=%s", conf);
	snprintf(boot.fault, sizeof(boot.fault), "BOOT_FAULT=%d:%d", (int)site, nth);
	return child_run(boot_against_fault, &boot);
}

/* The library's last word: one line, and before it perhaps some that say what it did without. */
static bool ended_with_a_message(const struct child_end *end)
{
	return child_died_of(end, SIGABRT) && strncmp(end->output, "percpu: ", 8) == 0;
}

/* How many calls of the boot at @site it cannot do without, and how many more there are. */
static struct tally boot_against_faults(enum pcpu_fault_site site, const char *conf)
{
	struct tally tally = {0};

	for (int nth = 1; nth < MANY_CALLS; nth++) {
		struct child_end end = boot_against_nth(site, nth, conf);

		if (child_exited_with(&end, 0) && strstr(end.output, "0 failed"))
			return tally;
		tally.calls++;
		tally.needed += ended_with_a_message(&end);
		if (!ended_with_a_message(&end) &&
		    !(child_exited_with(&end, 0) && strstr(end.output, "1 failed")))
			fail_msg("call %d: status %#x: %s", nth, (unsigned int)end.status,
				 end.output);
	}
	fail_msg("there is no end to calls at seam %d", (int)site);
	return tally;
}

static void boot_ends_with_a_message_or_does_without_at_every_call(void **state)
{
	static const char *const confs[] = {"backend:auto", "backend:fallback", "alloc:page",
					    "possible:100", "populate:eager"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(confs); i++) {
		struct tally tally = boot_against_faults(PCPU_FAULT_MEM, confs[i]);

		assert_true(tally.needed >= 8);
		/* the table of entries, the records of blocks; not the windows */
		tally = boot_against_faults(PCPU_FAULT_RESERVE, confs[i]);
		assert_true(tally.needed >= 2);
		/* the unit of the CPU that main() runs on */
		assert_true(boot_against_faults(PCPU_FAULT_COMMIT, confs[i]).needed >= 1);
		boot_against_faults(PCPU_FAULT_TOPOLOGY, confs[i]);
		boot_against_faults(PCPU_FAULT_BIND, confs[i]);
		boot_against_faults(PCPU_FAULT_POPULATE, confs[i]);
	}
}

static void variables_that_find_no_place_are_named(void **state)
{
	const char *said = NULL;

	(void)state;
	for (int nth = 1; nth < MANY_CALLS && !said; nth++) {
		struct child_end end = boot_against_nth(PCPU_FAULT_MEM, nth, "place:elsewhere");

		if (child_exited_with(&end, 0))
			break;
		assert_true(ended_with_a_message(&end));
		said = strstr(end.output, "no place for the per-CPU variables of ");
		if (said && !strstr(said, BOOT_AGAINST_FAULTS))
			fail_msg("of which program? %s", end.output);
	}
	assert_non_null(said);
}

/* --- the topology --- */

/* Two nodes, and lists that are too long to be read without memory. */
static int make_sysfs(void **state)
{
	static char list[12001];

	(void)state;
	if (sysfs_make() != 0)
		return -1;
	for (int i = 0; i < 2400; i++)
		sprintf(&list[5 * i], "%04d%c", 2 * i, i == 2399 ? '\n' : ',');
	sysfs_write_possible(list);
	sysfs_write("devices/system/node/online", "0-1\n");
	sysfs_write_node(0, "0\n");
	sysfs_write_node(1, list);
	return 0;
}

static int remove_sysfs(void **state)
{
	(void)state;
	return sysfs_remove();
}

static int read_sysfs(struct pcpu_topology *topo)
{
	return pcpu_topology_from_system(topo, sysfs);
}

static int read_missing_sysfs(struct pcpu_topology *topo)
{
	return pcpu_topology_from_system(topo, "/nowhere");
}

static int read_synthetic(struct pcpu_topology *topo)
{
	return pcpu_topology_from_synthetic(topo, "numa:2 pu:4");
}

/* Returns how many calls can fail. */
static int read_against_faults(int (*read)(struct pcpu_topology *topo), enum pcpu_fault_site site)
{
	size_t allocated = pcpu_mem_allocated();
	struct pcpu_topology topo;
	int nth = 1, ret;

	for (;; nth++) {
		faults_fail_nth(site, nth);
		ret = read(&topo);
		if (!faults_end())
			break;
		assert_true(nth < MANY_CALLS);
		if (ret != -ENOMEM)
			fail_msg("failure %d is reported as %d", nth, ret);
		if (pcpu_mem_allocated() != allocated)
			fail_msg("failure %d loses %zu bytes", nth,
				 pcpu_mem_allocated() - allocated);
	}
	assert_int_equal(ret, 0);
	assert_true(pcpu_mem_allocated() > allocated);
	pcpu_topology_destroy(&topo);
	assert_int_equal(pcpu_mem_allocated(), allocated);
	return nth - 1;
}

static void topology_from_system_fails_cleanly_at_every_call(void **state)
{
	(void)state;
	assert_int_equal(read_against_faults(read_sysfs, PCPU_FAULT_TOPOLOGY), 1);
	/* the list twice, two arrays, the node's mask and its list */
	assert_true(read_against_faults(read_sysfs, PCPU_FAULT_MEM) >= 6);
}

static void topology_without_lists_fails_cleanly_at_every_call(void **state)
{
	(void)state;
	assert_true(read_against_faults(read_missing_sysfs, PCPU_FAULT_MEM) >= 2);
}

static void topology_from_synthetic_fails_cleanly_at_every_call(void **state)
{
	(void)state;
	assert_int_equal(read_against_faults(read_synthetic, PCPU_FAULT_TOPOLOGY), 1);
	assert_int_equal(read_against_faults(read_synthetic, PCPU_FAULT_MEM), 2);
}

static void topology_that_cannot_be_extended_is_unchanged(void **state)
{
	struct pcpu_topology topo;
	const unsigned long *possible;
	size_t allocated;

	(void)state;
	assert_int_equal(read_synthetic(&topo), 0);
	possible = topo.possible;
	allocated = pcpu_mem_allocated();
	for (int nth = 1; nth <= 2; nth++) {
		faults_fail_nth(PCPU_FAULT_MEM, nth);
		assert_int_equal(pcpu_topology_extend(&topo, 1000), -ENOMEM);
		assert_int_equal(faults_end(), 1);
		assert_int_equal(topo.nr_cpu_ids, 8);
		assert_ptr_equal(topo.possible, possible);
		assert_int_equal(pcpu_topology_node(&topo, 7), 1);
		assert_int_equal(pcpu_mem_allocated(), allocated);
	}
	pcpu_topology_destroy(&topo);
}

/* --- memory policies --- */

static void unit_without_a_memory_policy_opens_all_the_same(void **state)
{
	unsigned int cpu = nr_cpu_ids;

	(void)state;
	while (percpu_unit_is_open(--cpu))
		;
	records_keep(PERCPU_LOG_WARNING);
	faults_fail_nth(PCPU_FAULT_BIND, 1);
	per_cpu(some_variable, cpu) = 5;
	assert_int_equal(faults_end(), 1);
	records_release();
	assert_true(percpu_unit_is_open(cpu));
	assert_int_equal(per_cpu(some_variable, cpu), 5);
	assert_int_equal(nr_records, 1);
	assert_int_equal(records[0].level, PERCPU_LOG_WARNING);
	assert_true(record_says(0, "policy"));
}

static void node_that_no_kernel_has_is_no_policy(void **state)
{
	uintptr_t window = pcpu_unit_open(own_cpu);

	(void)state;
	assert_int_equal(pcpu_vm_bind(window, PCPU_PAGE_SIZE, 1024), -EINVAL);
	assert_int_equal(pcpu_vm_bind(window, PCPU_PAGE_SIZE, UINT32_MAX), -EINVAL);
	assert_int_equal(pcpu_vm_bind(window, PCPU_PAGE_SIZE, 0), 0);
}

static int policy_at(uintptr_t address)
{
	int mode = -1;

	assert_int_equal(get_mempolicy(&mode, NULL, 0, (void *)address, MPOL_F_ADDR), 0);
	return mode;
}

static void span_that_comes_back_has_its_windows_policy(void **state)
{
	struct pcpu_span span = {.size = PCPU_PAGE_SIZE};
	uintptr_t address;

	(void)state;
	assert_int_equal(locked(pcpu_coord_claim_free(span.size, &span.start)), 0);
	address = pcpu_unit_open(0) + span.start;
	assert_int_equal(locked(pcpu_units_add_span(&span)), 0);
	if (policy_at(address) != MPOL_PREFERRED)
		skip(); /* mbind is refused here */
	do_locked(pcpu_units_remove_span(span.start));
	assert_int_equal(locked(pcpu_units_add_span(&span)), 0);
	assert_int_equal(policy_at(address), MPOL_PREFERRED);
	do_locked(pcpu_units_remove_span(span.start));
	do_locked(pcpu_coord_release(span.start));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_alloc_on_a_cpu_needs_no_cache),
		cmocka_unit_test(areas_for_a_cache_can_fail_at_every_call),
		cmocka_unit_test(codes_that_cannot_grow_fail_the_allocation),
		cmocka_unit_test(chunk_that_cannot_be_made_fails_the_allocation),
		cmocka_unit_test(many_chunks_can_fail_at_every_call),
		cmocka_unit_test(allocations_do_not_depend_on_reservations_policies_and_topology),
		cmocka_unit_test(reserved_allocation_can_fail_at_every_call),
		cmocka_unit_test(pages_that_cannot_be_populated_fail_the_allocation),
		cmocka_unit_test(cache_that_cannot_be_populated_leaves_nothing_behind),
		cmocka_unit_test(trim_works_without_memory),
		cmocka_unit_test(counter_init_can_fail_at_every_call),
		cmocka_unit_test(unit_that_cannot_be_committed_is_fatal_at_every_call),
		cmocka_unit_test(unit_that_cannot_be_populated_is_fatal_at_every_call),
		cmocka_unit_test(opening_a_unit_takes_no_metadata_memory),
		cmocka_unit_test(boot_ends_with_a_message_or_does_without_at_every_call),
		cmocka_unit_test(variables_that_find_no_place_are_named),
		cmocka_unit_test_setup_teardown(topology_from_system_fails_cleanly_at_every_call,
						make_sysfs, remove_sysfs),
		cmocka_unit_test(topology_without_lists_fails_cleanly_at_every_call),
		cmocka_unit_test(topology_from_synthetic_fails_cleanly_at_every_call),
		cmocka_unit_test(topology_that_cannot_be_extended_is_unchanged),
		cmocka_unit_test(unit_without_a_memory_policy_opens_all_the_same),
		cmocka_unit_test(span_that_comes_back_has_its_windows_policy),
		cmocka_unit_test(node_that_no_kernel_has_is_no_policy),
	};

	return cmocka_run_group_tests_name("fault", tests, open_three_units, NULL);
}
