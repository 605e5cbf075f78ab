/* SPDX-License-Identifier: MIT */
/*
 * test_fault.c - every call that can fail for want of memory does, one after the other: each time
 * the caller hears of it, nothing is lost, and everything works when there is memory again.
 *
 * Run with PERCPU_CONF=topology:numa:2 pu:32, so that there are memory policies to fail too.
 */
#include "child.h"
#include "cmocka_all.h"
#include "faults.h"
#include "made_up_sysfs.h"
#include "records.h"
#include "residency.h"

#include "alloc.h"
#include "chunk.h"
#include "coord.h"
#include "layout.h"
#include "mem.h"
#include "topology.h"
#include "unit.h"
#include "vm.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <numaif.h>
#include <sched.h>

#define LARGEST ((size_t)PCPU_MIN_UNIT_SIZE)
/* More than any one call asks at one seam. */
#define MANY_CALLS 100

static DEFINE_PER_CPU(long, some_variable);

static unsigned int own_cpu;

/* Three units are open, so that the second and third of them can fail. */
static int open_three_units(void **state)
{
	unsigned int opened = 0;
	cpu_set_t cpus;

	(void)state;
	own_cpu = (unsigned int)sched_getcpu();
	CPU_ZERO(&cpus);
	CPU_SET(own_cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) != 0 || num_possible_cpus() < 64) {
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
	return 0;
}

static bool chunks_are_valid(void)
{
	bool valid = pcpu_area_map_is_valid(&pcpu_first_chunk->map, pcpu_first_chunk->end) &&
		     pcpu_area_map_is_valid(&pcpu_reserved_chunk->map, pcpu_reserved_chunk->end);

	for (int slot = 0; slot < pcpu_nr_slots; slot++) {
		struct pcpu_chunk *chunk = pcpu_slot_first(slot);

		for (; chunk; chunk = pcpu_slot_next(slot, chunk))
			valid &= pcpu_chunk_slot(chunk) == slot &&
				 pcpu_chunk_find(chunk->base + (uint32_t)chunk->start) == chunk &&
				 pcpu_area_map_is_valid(&chunk->map, chunk->end);
	}
	return valid;
}

/* --- alloc_percpu() --- */

#define AREAS 120
static void __percpu *areas[AREAS];

static uint64_t committed(void)
{
	uint64_t bytes = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (percpu_unit_is_open(cpu))
			bytes += writable_bytes(pcpu_unit_window(cpu), (uint64_t)1 << 32);
	return bytes;
}

/*
 * Allocates @size bytes, with the first, second, ... call at @site failing until none is left that
 * could. Returns how often the allocation failed.
 */
static int allocate_against_faults(enum pcpu_fault_site site, size_t size, void __percpu **area)
{
	unsigned int claims = pcpu_coord_nr_claims();
	uint64_t accessible = committed();
	int nth = 1;

	for (;; nth++) {
		faults_fail_nth(site, nth);
		*area = __alloc_percpu_gfp(size, 8, GFP_KERNEL | __GFP_NOWARN);
		if (!faults_end())
			break;
		assert_true(nth < MANY_CALLS);
		assert_null(*area);
		assert_true(chunks_are_valid());
		assert_int_equal(pcpu_coord_nr_claims(), claims);
		assert_int_equal(committed(), accessible);
	}
	assert_non_null(*area);
	*per_cpu_ptr((char __percpu *)*area, own_cpu) = 1;
	assert_true(chunks_are_valid());
	return nth - 1;
}

static void free_areas(void)
{
	for (int i = 0; i < AREAS; i++)
		free_percpu(areas[i]);
}

/* So many chunks that all arrays of chunks, claims and spans have to grow more than once. */
static int make_chunks_against_faults(enum pcpu_fault_site site)
{
	int failed = 0;

	for (int i = 0; i < AREAS; i++)
		failed += allocate_against_faults(site, LARGEST, &areas[i]);
	return failed;
}

static void destroy_the_free_chunk(void)
{
	struct pcpu_chunk *chunk = pcpu_slot_first(pcpu_nr_slots - 1);

	if (chunk)
		pcpu_chunk_destroy(chunk);
}

static void alloc_fails_cleanly_at_every_call_for_metadata(void **state)
{
	(void)state;
	/* a chunk and its map, at least, for every chunk */
	assert_true(make_chunks_against_faults(PCPU_FAULT_MEM) >=
		    2 * AREAS * (int)LARGEST / pcpu_unit_size);
	free_areas();
	destroy_the_free_chunk();
	assert_true(chunks_are_valid());
}

static void alloc_fails_cleanly_at_every_commit(void **state)
{
	(void)state;
	/* one a unit that is open, for every chunk */
	assert_true(make_chunks_against_faults(PCPU_FAULT_COMMIT) >=
		    3 * (AREAS - 2) * (int)LARGEST / pcpu_unit_size);
	free_areas();
	destroy_the_free_chunk();
	assert_true(chunks_are_valid());
}

static void alloc_does_not_depend_on_reservations_policies_and_topology(void **state)
{
	static const enum pcpu_fault_site sites[] = {PCPU_FAULT_RESERVE, PCPU_FAULT_BIND,
						     PCPU_FAULT_TOPOLOGY};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sites); i++) {
		assert_int_equal(make_chunks_against_faults(sites[i]), 0);
		free_areas();
	}
	destroy_the_free_chunk();
}

static void failed_allocations_leave_no_metadata_behind(void **state)
{
	size_t allocated;

	(void)state;
	/* the arrays have their final size after the first time */
	make_chunks_against_faults(PCPU_FAULT_MEM);
	free_areas();
	destroy_the_free_chunk();
	allocated = pcpu_mem_allocated();
	for (int i = 0; i < 3; i++) {
		make_chunks_against_faults(i ? PCPU_FAULT_COMMIT : PCPU_FAULT_MEM);
		assert_true(pcpu_mem_allocated() > allocated);
		free_areas();
		destroy_the_free_chunk();
		assert_int_equal(pcpu_mem_allocated(), allocated);
	}
}

static void map_that_cannot_grow_fails_the_allocation_and_stays_valid(void **state)
{
	static void __percpu *small[2000];
	int failed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(small); i++)
		failed += allocate_against_faults(PCPU_FAULT_MEM, 8, &small[i]);
	/* 16, 32, ... entries of the first chunk, at least */
	assert_true(failed >= 5);
	for (size_t i = 0; i < ARRAY_SIZE(small); i++)
		free_percpu(small[i]);
	destroy_the_free_chunk();
	assert_true(chunks_are_valid());
}

static void areas_made_between_failures_are_zero_and_private(void **state)
{
	(void)state;
	make_chunks_against_faults(PCPU_FAULT_COMMIT);
	for (int i = 0; i < AREAS; i++)
		memset(per_cpu_ptr((char __percpu *)areas[i], own_cpu), i, LARGEST);
	for (int i = 0; i < AREAS; i++) {
		const char *copy = per_cpu_ptr((char __percpu *)areas[i], own_cpu);

		assert_int_equal(copy[0], (char)i);
		assert_memory_equal(copy, copy + 1, LARGEST - 1);
	}
	free_areas();
	destroy_the_free_chunk();
}

/* --- percpu_counter_init() --- */

static void counter_init_fails_cleanly_at_every_call(void **state)
{
	static const enum pcpu_fault_site sites[] = {PCPU_FAULT_MEM, PCPU_FAULT_COMMIT};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sites); i++) {
		unsigned int nr = 0;
		struct percpu_counter counter;
		static void __percpu *fill[8192];
		int nth = 1, ret;

		/* no room but in a new chunk */
		faults_fail_all(PCPU_FAULT_COMMIT);
		while (nr < ARRAY_SIZE(fill) &&
		       (fill[nr] = __alloc_percpu_gfp(4, 4, GFP_KERNEL | __GFP_NOWARN)) != NULL)
			nr++;
		faults_end();
		for (;; nth++) {
			faults_fail_nth(sites[i], nth);
			memset(&counter, 0xff, sizeof(counter));
			ret = percpu_counter_init(&counter, 5, GFP_KERNEL | __GFP_NOWARN);
			if (!faults_end())
				break;
			assert_true(nth < MANY_CALLS);
			assert_int_equal(ret, -ENOMEM);
			assert_false(percpu_counter_initialized(&counter));
			percpu_counter_destroy(&counter);
		}
		assert_int_equal(ret, 0);
		assert_true(nth > 1);
		assert_int_equal(percpu_counter_sum(&counter), 5);
		percpu_counter_destroy(&counter);
		while (nr)
			free_percpu(fill[--nr]);
		destroy_the_free_chunk();
	}
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
	records_keep(PERCPU_LOG_INFO);
	faults_fail_nth(PCPU_FAULT_BIND, 1);
	per_cpu(some_variable, cpu) = 5;
	assert_int_equal(faults_end(), 1);
	records_release();
	assert_true(percpu_unit_is_open(cpu));
	assert_int_equal(per_cpu(some_variable, cpu), 5);
	assert_int_equal(nr_records, 1);
	assert_int_equal(records[0].level, PERCPU_LOG_INFO);
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

/* --- address space --- */

static void guarded_array_fails_with_the_reservation(void **state)
{
	char *array;

	(void)state;
	faults_fail_nth(PCPU_FAULT_RESERVE, 1);
	assert_null(pcpu_vm_guarded_array(100, 65536));
	assert_int_equal(faults_end(), 1);
	array = pcpu_vm_guarded_array(100, 65536);
	assert_non_null(array);
	assert_int_equal(writable_bytes((uintptr_t)array, 65536), PCPU_PAGE_SIZE);
	assert_int_equal(array[99], 0);
	munmap(array, 65536);
}

/* Where the reservation is refused, a part of the region is a mapping from commit to decommit. */
static void use_a_place(void *arg)
{
	const size_t size = (size_t)1 << 33;
	uintptr_t base = 0;

	(void)arg;
	faults_fail_nth(PCPU_FAULT_RESERVE, 1);
	child_expect(pcpu_vm_reserve(size, &base) == 0);
	child_expect(faults_end() == 1);
	child_expect(base != 0 && base % PCPU_PAGE_SIZE == 0);
	child_expect(pcpu_vm_commit(base, PCPU_PAGE_SIZE) == 0);
	child_expect(pcpu_vm_commit(base + size - PCPU_PAGE_SIZE, PCPU_PAGE_SIZE) == 0);
	child_expect(writable_bytes(base, size) == 2 * PCPU_PAGE_SIZE);
	*(char *)base = 1;
	child_expect(pcpu_vm_commit(base, PCPU_PAGE_SIZE) == -EEXIST);
	child_expect(*(char *)base == 1);
	pcpu_vm_decommit(base, PCPU_PAGE_SIZE);
	child_expect(writable_bytes(base, size) == PCPU_PAGE_SIZE);
	child_expect(pcpu_vm_commit(base, PCPU_PAGE_SIZE) == 0);
	child_expect(*(char *)base == 0);
}

static void refused_reservation_leaves_a_place_to_map_parts_in(void **state)
{
	struct child_end end = child_run(use_a_place, NULL);

	(void)state;
	assert_child_was_content(end);
}

static void ask_for_too_much(void *arg)
{
	uintptr_t base = 0;

	(void)arg;
	faults_fail_nth(PCPU_FAULT_RESERVE, 1);
	child_expect(pcpu_vm_reserve((size_t)1 << 47, &base) == -ENOMEM);
}

static void region_that_fits_in_no_hole_is_refused(void **state)
{
	struct child_end end = child_run(ask_for_too_much, NULL);

	(void)state;
	assert_child_was_content(end);
}

/* --- the boot --- */

/* Sanitizers reserve terabytes for themselves, and have no use for a limit. */
#if defined(__SANITIZE_ADDRESS__)
#define LIMITS_WORK false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIMITS_WORK false
#endif
#endif
#ifndef LIMITS_WORK
#define LIMITS_WORK true
#endif

static const char *const tiers[] = {"backend:auto", "backend:fallback"};

static void program_counts_exactly_where_the_reservation_is_refused(void **state)
{
	(void)state;
	if (!LIMITS_WORK)
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(tiers); i++) {
		struct child_program program = {COUNT_EXACTLY, tiers[i], (rlim_t)1 << 30};
		struct child_end end = child_run_program(&program);

		assert_child_was_content(end);
		assert_int_equal(strncmp(end.output, "exact: ", 7), 0);
	}
}

/* One line of the library's own, and the abort that follows it. */
static bool ended_with_one_message(const struct child_end *end)
{
	const char *newline = strchr(end->output, '\n');

	return child_died_of(end, SIGABRT) && strncmp(end->output, "percpu: ", 8) == 0 && newline &&
	       newline[1] == '\0';
}

/* The loader's complaint: the library has not been asked yet. */
static bool was_not_loaded(const struct child_end *end)
{
	return child_exited_with(end, 127) && strstr(end->output, "error while loading") != NULL;
}

static void program_with_hardly_any_address_space_counts_or_says_why_not(void **state)
{
	const rlim_t mib = 1 << 20;
	int exact = 0, refused = 0;

	(void)state;
	if (!LIMITS_WORK)
		skip();
	/* less than this and the kernel itself kills the program before its first instruction */
	for (rlim_t limit = 3 * mib; limit < 48 * mib; limit += mib / 2) {
		struct child_program program = {COUNT_EXACTLY, NULL, limit};
		struct child_end end = child_run_program(&program);

		if (child_exited_with(&end, 0) && strncmp(end.output, "exact: ", 7) == 0)
			exact++;
		else if (ended_with_one_message(&end))
			refused++;
		else if (!was_not_loaded(&end))
			fail_msg("%lu KiB: status %#x: %s", (unsigned long)limit / 1024,
				 (unsigned int)end.status, end.output);
	}
	assert_true(exact > 0);
	assert_true(refused > 0);
}

static void more_cpus_than_windows_fit_in_the_address_space_end_with_one_message(void **state)
{
	struct child_program program = {COUNT_EXACTLY, "possible:65535", 0};
	struct child_end end = child_run_program(&program);

	(void)state;
	assert_true(ended_with_one_message(&end));
	assert_non_null(strstr(end.output, "address space"));
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
	assert_int_equal(pcpu_coord_claim_free(span.size, &span.start), 0);
	address = pcpu_unit_open(0) + span.start;
	assert_int_equal(pcpu_units_add_span(&span), 0);
	if (policy_at(address) != MPOL_PREFERRED)
		skip(); /* mbind is refused here */
	pcpu_units_remove_span(span.start);
	assert_int_equal(pcpu_units_add_span(&span), 0);
	assert_int_equal(policy_at(address), MPOL_PREFERRED);
	pcpu_units_remove_span(span.start);
	pcpu_coord_release(span.start);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alloc_fails_cleanly_at_every_call_for_metadata),
		cmocka_unit_test(alloc_fails_cleanly_at_every_commit),
		cmocka_unit_test(alloc_does_not_depend_on_reservations_policies_and_topology),
		cmocka_unit_test(failed_allocations_leave_no_metadata_behind),
		cmocka_unit_test(map_that_cannot_grow_fails_the_allocation_and_stays_valid),
		cmocka_unit_test(areas_made_between_failures_are_zero_and_private),
		cmocka_unit_test(counter_init_fails_cleanly_at_every_call),
		cmocka_unit_test_setup_teardown(topology_from_system_fails_cleanly_at_every_call,
						make_sysfs, remove_sysfs),
		cmocka_unit_test(topology_without_lists_fails_cleanly_at_every_call),
		cmocka_unit_test(topology_from_synthetic_fails_cleanly_at_every_call),
		cmocka_unit_test(topology_that_cannot_be_extended_is_unchanged),
		cmocka_unit_test(unit_without_a_memory_policy_opens_all_the_same),
		cmocka_unit_test(span_that_comes_back_has_its_windows_policy),
		cmocka_unit_test(node_that_no_kernel_has_is_no_policy),
		cmocka_unit_test(guarded_array_fails_with_the_reservation),
		cmocka_unit_test(refused_reservation_leaves_a_place_to_map_parts_in),
		cmocka_unit_test(region_that_fits_in_no_hole_is_refused),
		cmocka_unit_test(program_counts_exactly_where_the_reservation_is_refused),
		cmocka_unit_test(program_with_hardly_any_address_space_counts_or_says_why_not),
		cmocka_unit_test(
			more_cpus_than_windows_fit_in_the_address_space_end_with_one_message),
	};

	return cmocka_run_group_tests_name("fault", tests, open_three_units, NULL);
}
