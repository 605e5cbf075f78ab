/* SPDX-License-Identifier: MIT */
/* test_topology.c - CPUs and nodes, from lists, from sysfs (also made-up ones) and from hwloc */
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/made_up_sysfs.h"

#include "ground/bitmap.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "machine/topology/cpulist.h"
#include "machine/topology/topology.h"
#include "machine/topology/topology_hwloc.h"
#include "machine/topology/topology_sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <hwloc.h>
#include <hwloc/distances.h>
#include <hwloc/memattrs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static unsigned long bits[PCPU_BITS_TO_LONGS(PCPU_NR_CPUS)];

/* --- lists --- */

static int parse(const char *list)
{
	memset(bits, 0, sizeof(bits));
	return pcpu_parse_cpulist(list, bits);
}

/* Whether exactly the CPUs of @cpus, which ends with -1, have their bit set. */
static bool bits_are(const int *cpus)
{
	unsigned int bit = pcpu_find_next_bit(bits, PCPU_NR_CPUS, 0);

	for (; *cpus >= 0; cpus++) {
		if (bit != (unsigned int)*cpus)
			return false;
		bit = pcpu_find_next_bit(bits, PCPU_NR_CPUS, bit + 1);
	}
	return bit == PCPU_NR_CPUS;
}

static void valid_list_sets_exactly_its_cpus(void **state)
{
	static const struct {
		const char *list;
		int end;
		int cpus[12];
	} rows[] = {
		{"0", 1, {0, -1}},
		{"7", 8, {7, -1}},
		{"0-3", 4, {0, 1, 2, 3, -1}},
		{"5-5", 6, {5, -1}},
		{"0,2", 3, {0, 2, -1}},
		{"0-1,4,6-7", 8, {0, 1, 4, 6, 7, -1}},
		{"6-7,0-1", 8, {0, 1, 6, 7, -1}},
		{"62-65", 66, {62, 63, 64, 65, -1}},
		{"1,1,1-2", 3, {1, 2, -1}},
		{"0012", 13, {12, -1}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (parse(rows[i].list) != rows[i].end || !bits_are(rows[i].cpus))
			fail_msg("\"%s\"", rows[i].list);
}

static void newline_ends_a_list(void **state)
{
	(void)state;
	assert_int_equal(parse("0-1\n"), 2);
	assert_true(bits_are((const int[]){0, 1, -1}));
}

static void empty_list_has_no_cpu(void **state)
{
	(void)state;
	assert_int_equal(parse(""), 0);
	assert_int_equal(parse("\n"), 0);
	assert_true(bits_are((const int[]){-1}));
}

static void list_without_bits_is_only_measured(void **state)
{
	(void)state;
	assert_int_equal(pcpu_parse_cpulist("0-3,8,10-11\n", NULL), 12);
	assert_int_equal(pcpu_parse_cpulist("0-3,x", NULL), -EINVAL);
}

static void what_is_no_list_is_refused(void **state)
{
	static const char *const lists[] = {"x",    "0,x",   "1-",  "-1",  "0--1",  "0-1-2", "0 1",
					    " 0",   "0x1",   "+1",  ",",   ",0",    "0,,1",  "0;1",
					    "1-,2", "0-1\t", "0.5", "all", "0-1/2", "\r\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (parse(lists[i]) != -EINVAL)
			fail_msg("\"%s\" gives %d", lists[i], parse(lists[i]));
}

static void reversed_range_is_refused(void **state)
{
	(void)state;
	assert_int_equal(parse("3-2"), -EINVAL);
}

static void highest_cpu_number_is_65535(void **state)
{
	(void)state;
	assert_int_equal(parse("65535"), 65536);
	assert_true(bits_are((const int[]){65535, -1}));
	assert_int_equal(parse("0-65535"), 65536);
	assert_int_equal(pcpu_bitmap_weight(bits, PCPU_NR_CPUS), 65536);
}

static void higher_numbers_are_refused(void **state)
{
	static const char *const lists[] = {"65536",
					    "0-65536",
					    "65536-65537",
					    "4294967296",
					    "4294967297",
					    "18446744073709551616",
					    "99999999999999999999999999999999999999"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (parse(lists[i]) != -EINVAL)
			fail_msg("\"%s\" gives %d", lists[i], parse(lists[i]));
}

/* --- made-up machines --- */

static struct pcpu_topology topo;

static size_t allocated_before;

static int make_sysfs(void **state)
{
	(void)state;
	allocated_before = pcpu_mem_allocated();
	return sysfs_make();
}

/* Every test of this part gives its topology back, and so must the library what it used besides. */
static int remove_sysfs(void **state)
{
	(void)state;
	pcpu_topology_destroy(&topo);
	return sysfs_remove() == 0 && pcpu_mem_allocated() == allocated_before ? 0 : -1;
}

static void read_sysfs(void)
{
	assert_int_equal(pcpu_topology_from_system(&topo, sysfs), 0);
}

static void read_lists(const char *possible, const char *online, const char *const *lists)
{
	sysfs_write_possible(possible);
	sysfs_write("devices/system/node/online", online);
	for (unsigned int node = 0; lists[node]; node++)
		sysfs_write_node(node, lists[node]);
	read_sysfs();
}

/* The lists of possible CPUs, of nodes that are online, and of the CPUs of node 0, 1 and so on. */
#define read_nodes(possible, online, ...) \
	read_lists(possible, online, (const char *const[]){__VA_ARGS__, NULL})

/* The size of the kernel's CPU masks, bits. */
static unsigned int mask_bits(void)
{
	static unsigned long mask[PCPU_NR_CPUS / 64];
	long bytes = syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask);

	assert_true(bytes > 0);
	return (unsigned int)bytes * 8;
}

/* What is taken where no list tells which CPUs there are. */
static void assert_bounded_by_the_mask(void)
{
	assert_int_equal(topo.nr_cpu_ids, mask_bits());
	assert_int_equal(pcpu_bitmap_weight(topo.possible, topo.nr_cpu_ids), topo.nr_cpu_ids);
	assert_int_equal(topo.nr_node_ids, 1);
}

static void sparse_possible_list_keeps_its_gaps(void **state)
{
	(void)state;
	sysfs_write_possible("0,2,5-7\n");
	read_sysfs();
	assert_int_equal(topo.nr_cpu_ids, 8);
	memset(bits, 0, sizeof(bits));
	for (unsigned int cpu = 0; cpu < topo.nr_cpu_ids; cpu++)
		if (pcpu_test_bit(cpu, topo.possible))
			pcpu_set_bit(cpu, bits);
	assert_true(bits_are((const int[]){0, 2, 5, 6, 7, -1}));
}

static void possible_list_need_not_begin_with_cpu_0(void **state)
{
	(void)state;
	sysfs_write_possible("4-5\n");
	read_sysfs();
	assert_int_equal(topo.nr_cpu_ids, 6);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, 6), 2);
	assert_false(pcpu_test_bit(0, topo.possible));
}

static void without_any_file_the_kernel_mask_bounds_the_possible_cpus(void **state)
{
	(void)state;
	read_sysfs();
	assert_bounded_by_the_mask();
}

static void nonsense_for_a_list_counts_as_no_list(void **state)
{
	static const char *const nonsense[] = {"many\n", "0-\n", "3-1\n", "0-70000\n", "\n", ""};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		sysfs_write_possible(nonsense[i]);
		read_sysfs();
		assert_bounded_by_the_mask();
		pcpu_topology_destroy(&topo);
	}
}

static void unreadable_list_counts_as_no_list(void **state)
{
	(void)state;
	/* a folder can be opened but not read, even by root */
	sysfs_write("devices/system/cpu/possible/file", "");
	read_sysfs();
	assert_bounded_by_the_mask();
}

static void without_a_node_folder_all_cpus_are_on_node_0(void **state)
{
	(void)state;
	sysfs_write_possible("0-3\n");
	read_sysfs();
	assert_int_equal(topo.nr_node_ids, 1);
	for (unsigned int cpu = 0; cpu < 4; cpu++)
		assert_int_equal(pcpu_topology_node(&topo, cpu), 0);
	assert_null(topo.distance);
}

static void one_node_needs_no_list_of_cpus(void **state)
{
	(void)state;
	sysfs_write_possible("0-3\n");
	sysfs_write("devices/system/node/online", "0\n");
	read_sysfs();
	assert_int_equal(topo.nr_node_ids, 1);
	assert_null(topo.distance);
}

static void four_nodes_have_the_cpus_of_their_lists(void **state)
{
	static const unsigned int nodes[] = {0, 1, 2, 3, 3, 2, 1, 0};

	(void)state;
	read_nodes("0-7\n", "0-3\n", "0,7\n", "1,6\n", "2,5\n", "3-4\n");
	assert_int_equal(topo.nr_node_ids, 4);
	for (unsigned int cpu = 0; cpu < 8; cpu++)
		assert_int_equal(pcpu_topology_node(&topo, cpu), nodes[cpu]);
}

static void nodes_read_from_sysfs_are_far_from_each_other(void **state)
{
	(void)state;
	read_nodes("0-3\n", "0-1\n", "0-1\n", "2-3\n");
	assert_int_equal(pcpu_topology_cpu_distance(0, 1, &topo), LOCAL_DISTANCE);
	assert_int_equal(pcpu_topology_cpu_distance(3, 2, &topo), LOCAL_DISTANCE);
	assert_true(pcpu_topology_cpu_distance(0, 2, &topo) > LOCAL_DISTANCE);
	assert_true(pcpu_topology_cpu_distance(2, 0, &topo) > LOCAL_DISTANCE);
}

static void node_numbers_may_have_gaps(void **state)
{
	(void)state;
	/* node 1 is offline: its list is not looked at */
	read_nodes("0-3\n", "0,2\n", "0-1\n", "0-3\n", "2-3\n");
	assert_int_equal(topo.nr_node_ids, 3);
	assert_int_equal(pcpu_topology_node(&topo, 1), 0);
	assert_int_equal(pcpu_topology_node(&topo, 2), 2);
}

static void cpus_of_a_node_above_1023_are_taken_for_node_0(void **state)
{
	(void)state;
	sysfs_write_node(1023, "2\n");
	sysfs_write_node(1024, "3\n");
	read_nodes("0-3\n", "0-1,1023-1024\n", "0\n", "1\n");
	assert_int_equal(topo.nr_node_ids, 1024);
	assert_int_equal(pcpu_topology_node(&topo, 2), 1023);
	assert_int_equal(pcpu_topology_node(&topo, 3), 0);
}

static void node_without_a_list_leaves_its_cpus_on_node_0(void **state)
{
	(void)state;
	read_nodes("0-3\n", "0-1\n", "0-1\n");
	assert_int_equal(topo.nr_cpu_ids, 4);
	assert_int_equal(pcpu_topology_node(&topo, 3), 0);
}

static void node_list_of_nonsense_leaves_its_cpus_on_node_0(void **state)
{
	(void)state;
	read_nodes("0-3\n", "0-1\n", "0-1\n", "two and three\n");
	assert_int_equal(pcpu_topology_node(&topo, 2), 0);
}

static void node_list_cannot_make_a_cpu_possible(void **state)
{
	(void)state;
	read_nodes("0,2-3\n", "0-1\n", "0-1\n", "2-60000\n");
	assert_int_equal(topo.nr_cpu_ids, 4);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, 4), 3);
	assert_int_equal(pcpu_topology_node(&topo, 3), 1);
}

/* "0,0,...,0,N": a list of exactly @len characters whose highest CPU is @last. */
static char *list_of_length(size_t len, unsigned int last)
{
	char *list = malloc(len + 1), end[16];
	size_t end_len = (size_t)snprintf(end, sizeof(end), "%u", last);

	assert_non_null(list);
	for (size_t i = 0; i < len; i++)
		list[i] = i % 2 ? ',' : '0';
	memcpy(list + len - end_len, end, end_len + 1);
	assert_int_equal(list[len - end_len - 1], ',');
	return list;
}

static void list_is_read_whole_whatever_its_length(void **state)
{
	(void)state;
	for (size_t len = 4088; len < 4104; len++) {
		unsigned int last = len % 2 ? 7 : 13;
		char *list = list_of_length(len, last);

		sysfs_write_possible(list);
		free(list);
		read_sysfs();
		if (topo.nr_cpu_ids != last + 1)
			fail_msg("length %zu: nr_cpu_ids %u", len, topo.nr_cpu_ids);
		assert_int_equal(pcpu_bitmap_weight(topo.possible, topo.nr_cpu_ids), 2);
		pcpu_topology_destroy(&topo);
	}
}

/* Every other CPU below @end: as long as a list can be. */
static char *list_of_even_cpus(unsigned int end)
{
	char *list = malloc(6 * (size_t)end), *at = list;

	assert_non_null(list);
	for (unsigned int cpu = 0; cpu < end; cpu += 2)
		at += sprintf(at, "%u,", cpu);
	at[-1] = '\n';
	return list;
}

static void list_of_32768_single_cpus_is_read(void **state)
{
	char *list = list_of_even_cpus(65536);

	(void)state;
	sysfs_write_possible(list);
	free(list);
	read_sysfs();
	assert_int_equal(topo.nr_cpu_ids, 65535);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, topo.nr_cpu_ids), 32768);
	assert_true(pcpu_test_bit(65534, topo.possible));
	assert_false(pcpu_test_bit(65533, topo.possible));
}

static void long_list_of_a_node_is_read(void **state)
{
	char *list = list_of_even_cpus(4096);

	(void)state;
	read_nodes("0-4095\n", "0-1\n", "1\n", list);
	free(list);
	assert_int_equal(pcpu_topology_node(&topo, 4094), 1);
	assert_int_equal(pcpu_topology_node(&topo, 4095), 0);
}

static void list_longer_than_any_machine_has_counts_as_no_list(void **state)
{
	char *list = list_of_length(600001, 7);

	(void)state;
	sysfs_write_possible(list);
	free(list);
	read_sysfs();
	assert_bounded_by_the_mask();
}

/* --- values --- */

static void fresh_topology_has_room_and_no_cpu(void **state)
{
	(void)state;
	assert_int_equal(pcpu_topology_init(&topo, 100), 0);
	assert_int_equal(topo.nr_cpu_ids, 100);
	assert_int_equal(topo.nr_node_ids, 1);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, 100), 0);
	for (unsigned int cpu = 0; cpu < 100; cpu++)
		assert_int_equal(pcpu_topology_node(&topo, cpu), 0);
}

static void destroyed_topology_is_empty(void **state)
{
	(void)state;
	assert_int_equal(pcpu_topology_init(&topo, 100), 0);
	pcpu_topology_destroy(&topo);
	assert_null(topo.possible);
	assert_null(topo.cpu_node);
	assert_int_equal(topo.nr_cpu_ids, 0);
}

static void extending_makes_the_lower_cpus_possible_too(void **state)
{
	(void)state;
	sysfs_write_possible("1,70\n");
	read_sysfs();
	assert_int_equal(pcpu_topology_extend(&topo, 3), 0);
	assert_int_equal(topo.nr_cpu_ids, 71);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, 71), 4);
	assert_true(pcpu_test_bit(0, topo.possible));
	assert_true(pcpu_test_bit(2, topo.possible));
	assert_true(pcpu_test_bit(70, topo.possible));
}

static bool is_even(unsigned int node)
{
	return node % 2 == 0;
}

static void extending_beyond_the_end_keeps_cpus_nodes_and_distances(void **state)
{
	int *distance;

	(void)state;
	assert_int_equal(pcpu_topology_init(&topo, 2), 0);
	pcpu_set_bit(1, topo.possible);
	topo.cpu_node[1] = 1;
	topo.nr_node_ids = 2;
	distance = pcpu_mem_zalloc(pcpu_topology_distance_size(&topo));
	distance[1] = 33;
	topo.distance = distance;
	assert_int_equal(pcpu_topology_choose_memory(&topo, is_even), 0);
	assert_int_equal(pcpu_topology_extend(&topo, 130), 0);
	assert_int_equal(topo.nr_cpu_ids, 130);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, 130), 130);
	assert_int_equal(topo.nr_node_ids, 2);
	assert_int_equal(pcpu_topology_node(&topo, 1), 1);
	assert_int_equal(pcpu_topology_node(&topo, 129), 0);
	assert_int_equal(pcpu_topology_cpu_distance(0, 1, &topo), 33);
	assert_int_equal(topo.memory_node[1], 0);
}

static void cutting_keeps_what_is_below(void **state)
{
	(void)state;
	sysfs_write_possible("1,63-64,200\n");
	read_sysfs();
	topo.cpu_node[63] = 7;
	assert_int_equal(pcpu_topology_cut(&topo, 256), 0);
	assert_int_equal(topo.nr_cpu_ids, 201);
	assert_int_equal(pcpu_topology_cut(&topo, 64), 0);
	assert_int_equal(topo.nr_cpu_ids, 64);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, 64), 2);
	assert_int_equal(pcpu_topology_node(&topo, 63), 7);
}

/* --- nodes without memory --- */

static const int line_of_nodes[] = {
	10, 20, 30, 40, /* of node 0 to each */
	20, 10, 20, 30, /* of node 1 */
	30, 20, 10, 15, /* of node 2 */
	40, 30, 15, 10, /* of node 3 */
};

static void make_a_line_of_nodes(void)
{
	assert_int_equal(pcpu_topology_init(&topo, 4), 0);
	topo.nr_node_ids = 4;
	topo.distance = pcpu_mem_zalloc(pcpu_topology_distance_size(&topo));
	assert_non_null(topo.distance);
	memcpy(topo.distance, line_of_nodes, sizeof(line_of_nodes));
}

static unsigned long nodes_with_memory;

static bool is_with_memory(unsigned int node)
{
	return nodes_with_memory >> node & 1;
}

static void expect_memory_of(unsigned long with_memory, const unsigned short expected[4])
{
	make_a_line_of_nodes();
	nodes_with_memory = with_memory;
	assert_int_equal(pcpu_topology_choose_memory(&topo, is_with_memory), 0);
	assert_memory_equal(topo.memory_node, expected, 4 * sizeof(expected[0]));
	pcpu_topology_destroy(&topo);
}

static void node_without_memory_is_given_that_of_the_nearest_that_has_some(void **state)
{
	(void)state;
	expect_memory_of(0xf, (const unsigned short[]){0, 1, 2, 3});
	expect_memory_of(0x7, (const unsigned short[]){0, 1, 2, 2});
	expect_memory_of(0x1, (const unsigned short[]){0, 0, 0, 0});
	expect_memory_of(0x8, (const unsigned short[]){3, 3, 3, 3});
	expect_memory_of(0x9, (const unsigned short[]){0, 0, 3, 3});
	/* as near as each other: the lowest */
	expect_memory_of(0x5, (const unsigned short[]){0, 0, 2, 2});
}

static void nothing_is_said_of_memory_where_none_may_be_used(void **state)
{
	(void)state;
	make_a_line_of_nodes();
	nodes_with_memory = 0;
	assert_int_equal(pcpu_topology_choose_memory(&topo, is_with_memory), -ENOENT);
	assert_null(topo.memory_node);
	nodes_with_memory = 1;
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	assert_int_equal(pcpu_topology_choose_memory(&topo, is_with_memory), -ENOMEM);
	assert_int_equal(faults_end(), 1);
	assert_null(topo.memory_node);
}

static void distance_comes_from_the_table_with_defaults_for_its_gaps(void **state)
{
	int *distance;

	(void)state;
	assert_int_equal(pcpu_topology_init(&topo, 4), 0);
	topo.nr_node_ids = 3;
	topo.cpu_node[1] = 1;
	topo.cpu_node[2] = 2;
	topo.cpu_node[3] = 2;
	/* no table */
	assert_int_equal(pcpu_topology_cpu_distance(2, 3, &topo), LOCAL_DISTANCE);
	assert_int_equal(pcpu_topology_cpu_distance(0, 1, &topo), REMOTE_DISTANCE);
	distance = pcpu_mem_zalloc(pcpu_topology_distance_size(&topo));
	topo.distance = distance;
	distance[0 * 3 + 1] = 12;
	distance[1 * 3 + 0] = 13;
	distance[2 * 3 + 2] = 99;
	assert_int_equal(pcpu_topology_cpu_distance(0, 1, &topo), 12);
	assert_int_equal(pcpu_topology_cpu_distance(1, 0, &topo), 13);
	/* 0 is libnuma's word for what it does not know */
	assert_int_equal(pcpu_topology_cpu_distance(0, 2, &topo), REMOTE_DISTANCE);
	/* one node is near itself, whatever the table says */
	assert_int_equal(pcpu_topology_cpu_distance(2, 3, &topo), LOCAL_DISTANCE);
}

/* --- hwloc --- */

static void read_synthetic(const char *description, unsigned int nr_cpu_ids, unsigned int possible)
{
	assert_int_equal(pcpu_topology_from_synthetic(&topo, description), 0);
	assert_int_equal(topo.nr_cpu_ids, nr_cpu_ids);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, nr_cpu_ids), possible);
}

static void synthetic_topology_has_its_cpus_and_nodes(void **state)
{
	(void)state;
	read_synthetic("numa:4 pu:8", 32, 32);
	assert_int_equal(topo.nr_node_ids, 4);
	for (unsigned int cpu = 0; cpu < 32; cpu++)
		assert_int_equal(pcpu_topology_node(&topo, cpu), cpu / 8);
}

static void synthetic_topology_of_1024_cpus_on_8_nodes(void **state)
{
	(void)state;
	assert_int_equal(pcpu_topology_from_synthetic(&topo, "numa:8 core:64 pu:2"), 0);
	assert_int_equal(topo.nr_cpu_ids, 1024);
	assert_int_equal(topo.nr_node_ids, 8);
	assert_int_equal(pcpu_topology_node(&topo, 1023), 7);
	assert_int_equal(pcpu_topology_cpu_distance(0, 127, &topo), LOCAL_DISTANCE);
	assert_int_equal(pcpu_topology_cpu_distance(0, 128, &topo), REMOTE_DISTANCE);
}

static void synthetic_cpu_numbers_may_have_gaps(void **state)
{
	(void)state;
	read_synthetic("numa:2 pu:2(indexes=1,4,6,9)", 10, 4);
	assert_true(pcpu_test_bit(9, topo.possible));
	assert_int_equal(pcpu_topology_node(&topo, 4), 0);
	assert_int_equal(pcpu_topology_node(&topo, 6), 1);
}

static void description_that_hwloc_does_not_know_is_refused(void **state)
{
	static const char *const nonsense[] = {"",      "nonsense", "numa:4", "numa:0 pu:4",
					       "pu:-1", "numa:2 pu"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++)
		if (pcpu_topology_from_synthetic(&topo, nonsense[i]) != -EINVAL)
			fail_msg("\"%s\" is taken", nonsense[i]);
}

static void synthetic_topology_of_too_many_cpus_is_refused(void **state)
{
	(void)state;
	assert_int_equal(pcpu_topology_from_synthetic(&topo, "pu:2(indexes=0,65536)"), -EINVAL);
}

/* The file of a test, below the made-up /sys. */
static const char *xml_file(void)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/machine.xml", sysfs);
	return path;
}

/* What lstopo would write on such a machine. */
static void export_xml(const char *description)
{
	hwloc_topology_t hwloc;

	assert_int_equal(hwloc_topology_init(&hwloc), 0);
	assert_int_equal(hwloc_topology_set_synthetic(hwloc, description), 0);
	assert_int_equal(hwloc_topology_load(hwloc), 0);
	assert_int_equal(hwloc_topology_export_xml(hwloc, xml_file(), 0), 0);
	hwloc_topology_destroy(hwloc);
}

static void exported_topology_has_its_cpus_and_nodes(void **state)
{
	(void)state;
	export_xml("numa:2 pu:3(indexes=0,2,4,1,3,9)");
	assert_int_equal(pcpu_topology_from_xml(&topo, xml_file()), 0);
	assert_int_equal(topo.nr_cpu_ids, 10);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, 10), 6);
	assert_int_equal(topo.nr_node_ids, 2);
	assert_int_equal(pcpu_topology_node(&topo, 4), 0);
	assert_int_equal(pcpu_topology_node(&topo, 9), 1);
}

static void without_latencies_in_the_export_there_are_the_defaults(void **state)
{
	(void)state;
	export_xml("numa:2 pu:2");
	assert_int_equal(pcpu_topology_from_xml(&topo, xml_file()), 0);
	assert_null(topo.distance);
	assert_int_equal(pcpu_topology_cpu_distance(0, 3, &topo), REMOTE_DISTANCE);
}

/* --- nodes of several kinds at one place --- */

static hwloc_topology_t load_synthetic(const char *description)
{
	hwloc_topology_t hwloc;

	assert_int_equal(hwloc_topology_init(&hwloc), 0);
	assert_int_equal(hwloc_topology_set_synthetic(hwloc, description), 0);
	assert_int_equal(hwloc_topology_load(hwloc), 0);
	return hwloc;
}

static hwloc_obj_t node_of_index(hwloc_topology_t hwloc, unsigned int index)
{
	hwloc_obj_t node = hwloc_get_numanode_obj_by_os_index(hwloc, index);

	assert_non_null(node);
	return node;
}

static void export_and_read(hwloc_topology_t hwloc)
{
	assert_int_equal(hwloc_topology_export_xml(hwloc, xml_file(), 0), 0);
	hwloc_topology_destroy(hwloc);
	pcpu_topology_destroy(&topo);
	assert_int_equal(pcpu_topology_from_xml(&topo, xml_file()), 0);
}

static void expect_nodes(const unsigned int expected[4])
{
	for (unsigned int cpu = 0; cpu < 4; cpu++)
		assert_int_equal(pcpu_topology_node(&topo, cpu), expected[cpu]);
}

/* Two packages of two CPUs, with two nodes each: 0 and 1, 2 and 3. */
#define TWO_KINDS "pack:2 [numa] [numa] pu:2"

static void of_equal_nodes_the_lowest_is_home(void **state)
{
	(void)state;
	export_and_read(load_synthetic(TWO_KINDS));
	assert_int_equal(topo.nr_node_ids, 4);
	expect_nodes((const unsigned int[]){0, 0, 2, 2});
}

static void node_of_a_special_kind_is_nobodys_home(void **state)
{
	static const char *const kinds[] = {"HBM", "CXL-DRAM", "MCDRAM", "NVM"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		hwloc_topology_t hwloc = load_synthetic(TWO_KINDS);

		node_of_index(hwloc, 0)->subtype = strdup(kinds[i]);
		node_of_index(hwloc, 1)->subtype = strdup("DRAM");
		node_of_index(hwloc, 3)->subtype = strdup(kinds[i]);
		export_and_read(hwloc);
		assert_int_equal(topo.nr_node_ids, 4);
		expect_nodes((const unsigned int[]){1, 1, 2, 2});
	}
}

static void set_latency(hwloc_topology_t hwloc, unsigned int node, hwloc_uint64_t nanoseconds)
{
	struct hwloc_location from = {.type = HWLOC_LOCATION_TYPE_CPUSET,
				      .location.cpuset = node_of_index(hwloc, node)->cpuset};

	assert_int_equal(hwloc_memattr_set_value(hwloc, HWLOC_MEMATTR_ID_LATENCY,
						 node_of_index(hwloc, node), &from, 0, nanoseconds),
			 0);
}

static void of_several_nodes_that_with_the_least_latency_is_home(void **state)
{
	hwloc_topology_t hwloc = load_synthetic(TWO_KINDS);

	(void)state;
	set_latency(hwloc, 0, 250); /* far */
	set_latency(hwloc, 1, 90);
	set_latency(hwloc, 2, 90);
	set_latency(hwloc, 3, 130); /* fast: of a higher bandwidth, and a longer way */
	export_and_read(hwloc);
	expect_nodes((const unsigned int[]){1, 1, 2, 2});
}

static void node_of_the_package_is_home_and_not_that_of_the_machine(void **state)
{
	(void)state;
	export_and_read(load_synthetic("[numa] pack:2 [numa(indexes=1,2,0)] pu:2"));
	assert_int_equal(topo.nr_node_ids, 3);
	expect_nodes((const unsigned int[]){1, 1, 2, 2});
}

/* Newer ones give every node of a description memory. */
static hwloc_topology_t load_without_memory(const char *description)
{
	hwloc_topology_t hwloc = load_synthetic(description);
	hwloc_obj_t node = NULL;

	while ((node = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, node)))
		node->attr->numanode.local_memory = 0;
	return hwloc;
}

/* Then it is what the kernel says, and its CPUs get their memory elsewhere. */
static void node_without_memory_is_home_only_where_there_is_no_other(void **state)
{
	hwloc_topology_t hwloc = load_without_memory(TWO_KINDS);

	(void)state;
	node_of_index(hwloc, 1)->attr->numanode.local_memory = 1 << 30;
	export_and_read(hwloc);
	expect_nodes((const unsigned int[]){1, 1, 2, 2});
	export_and_read(load_without_memory("numa:2 pu:2"));
	expect_nodes((const unsigned int[]){0, 0, 1, 1});
}

/* Its process may use one CPU of four; the machine still has four. */
static void limits_of_the_process_that_exported_are_not_the_machines(void **state)
{
	hwloc_topology_t hwloc;
	hwloc_bitmap_t one = hwloc_bitmap_alloc();

	(void)state;
	assert_int_equal(hwloc_topology_init(&hwloc), 0);
	assert_int_equal(hwloc_topology_set_synthetic(hwloc, "numa:2 pu:2"), 0);
	assert_int_equal(hwloc_topology_set_flags(hwloc, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED),
			 0);
	assert_int_equal(hwloc_topology_load(hwloc), 0);
	hwloc_bitmap_set(one, 3);
	assert_int_equal(hwloc_topology_allow(hwloc, one, NULL, HWLOC_ALLOW_FLAG_CUSTOM), 0);
	assert_int_equal(hwloc_topology_export_xml(hwloc, xml_file(), 0), 0);
	hwloc_topology_destroy(hwloc);
	hwloc_bitmap_free(one);
	assert_int_equal(pcpu_topology_from_xml(&topo, xml_file()), 0);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, topo.nr_cpu_ids), 4);
}

static void file_that_is_no_export_is_refused(void **state)
{
	(void)state;
	assert_int_equal(pcpu_topology_from_xml(&topo, xml_file()), -EINVAL);
	sysfs_write("machine.xml", "");
	assert_int_equal(pcpu_topology_from_xml(&topo, xml_file()), -EINVAL);
	sysfs_write("machine.xml", "<topology>\n");
	assert_int_equal(pcpu_topology_from_xml(&topo, xml_file()), -EINVAL);
}

/* The seam of the topology, and each call for memory: the text, CPUs, nodes and distances. */
static void lack_of_memory_for_an_exported_topology_is_reported(void **state)
{
	hwloc_uint64_t values[4] = {10, 20, 20, 10};
	hwloc_distances_add_handle_t handle;
	hwloc_topology_t hwloc;
	hwloc_obj_t nodes[2];
	int nth = 0;

	(void)state;
	assert_int_equal(hwloc_topology_init(&hwloc), 0);
	assert_int_equal(hwloc_topology_set_synthetic(hwloc, "numa:2 pu:2"), 0);
	assert_int_equal(hwloc_topology_load(hwloc), 0);
	nodes[0] = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, 0);
	nodes[1] = hwloc_get_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, 1);
	handle = hwloc_distances_add_create(
		hwloc, "NUMALatency",
		HWLOC_DISTANCES_KIND_FROM_OS | HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0);
	assert_int_equal(hwloc_distances_add_values(hwloc, handle, 2, nodes, values, 0), 0);
	assert_int_equal(hwloc_distances_add_commit(hwloc, handle, 0), 0);
	assert_int_equal(hwloc_topology_export_xml(hwloc, xml_file(), 0), 0);
	hwloc_topology_destroy(hwloc);

	faults_fail_nth(PCPU_FAULT_TOPOLOGY, 1);
	assert_int_equal(pcpu_topology_from_xml(&topo, xml_file()), -ENOMEM);
	assert_int_equal(faults_end(), 1);
	do {
		size_t before = pcpu_mem_allocated();
		int err;

		faults_fail_nth(PCPU_FAULT_MEM, ++nth);
		err = pcpu_topology_from_xml(&topo, xml_file());
		if (faults_end() == 0) {
			assert_int_equal(err, 0);
			break;
		}
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(pcpu_mem_allocated(), before);
	} while (nth < 10);
	assert_int_equal(nth, 5);
	assert_int_equal(pcpu_topology_cpu_distance(0, 3, &topo), 20);
}

/* --- the real one --- */

static void real_machine_has_the_cpus_of_the_kernels_list(void **state)
{
	FILE *file = fopen("/sys/devices/system/cpu/possible", "re");
	unsigned int first, last, cpus = 0, end = 0;

	(void)state;
	if (!file)
		skip();
	assert_int_equal(pcpu_topology_from_system(&topo, "/sys"), 0);
	while (fscanf(file, "%u", &first) == 1) {
		last = first;
		if (fscanf(file, "-%u", &last) < 0)
			last = first;
		for (unsigned int cpu = first; cpu <= last; cpu++, cpus++)
			assert_true(cpu < topo.nr_cpu_ids && pcpu_test_bit(cpu, topo.possible));
		end = last + 1;
		if (fgetc(file) != ',')
			break;
	}
	fclose(file);
	assert_int_equal(topo.nr_cpu_ids, end);
	assert_int_equal(pcpu_bitmap_weight(topo.possible, end), cpus);
}

static void real_machine_has_the_nodes_of_the_kernels_folders(void **state)
{
	DIR *folder = opendir("/sys/devices/system/node");
	struct dirent *entry;
	unsigned int node, end = 0;
	char path[128];

	(void)state;
	if (!folder)
		skip();
	assert_int_equal(pcpu_topology_from_system(&topo, "/sys"), 0);
	while ((entry = readdir(folder)) != NULL) {
		if (sscanf(entry->d_name, "node%u", &node) != 1)
			continue;
		end = node + 1 > end ? node + 1 : end;
		for (unsigned int cpu = 0; cpu < topo.nr_cpu_ids; cpu++) {
			snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/cpu%u", node,
				 cpu);
			if (access(path, F_OK) == 0)
				assert_int_equal(pcpu_topology_node(&topo, cpu), node);
		}
	}
	closedir(folder);
	assert_int_equal(topo.nr_node_ids, end ? end : 1);
}

#define sysfs_test(f) cmocka_unit_test_setup_teardown(f, make_sysfs, remove_sysfs)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_list_sets_exactly_its_cpus),
		cmocka_unit_test(newline_ends_a_list),
		cmocka_unit_test(empty_list_has_no_cpu),
		cmocka_unit_test(list_without_bits_is_only_measured),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(reversed_range_is_refused),
		cmocka_unit_test(highest_cpu_number_is_65535),
		cmocka_unit_test(higher_numbers_are_refused),
		sysfs_test(sparse_possible_list_keeps_its_gaps),
		sysfs_test(possible_list_need_not_begin_with_cpu_0),
		sysfs_test(without_any_file_the_kernel_mask_bounds_the_possible_cpus),
		sysfs_test(nonsense_for_a_list_counts_as_no_list),
		sysfs_test(unreadable_list_counts_as_no_list),
		sysfs_test(without_a_node_folder_all_cpus_are_on_node_0),
		sysfs_test(one_node_needs_no_list_of_cpus),
		sysfs_test(four_nodes_have_the_cpus_of_their_lists),
		sysfs_test(nodes_read_from_sysfs_are_far_from_each_other),
		sysfs_test(node_numbers_may_have_gaps),
		sysfs_test(cpus_of_a_node_above_1023_are_taken_for_node_0),
		sysfs_test(node_without_a_list_leaves_its_cpus_on_node_0),
		sysfs_test(node_list_of_nonsense_leaves_its_cpus_on_node_0),
		sysfs_test(node_list_cannot_make_a_cpu_possible),
		sysfs_test(list_is_read_whole_whatever_its_length),
		sysfs_test(list_of_32768_single_cpus_is_read),
		sysfs_test(long_list_of_a_node_is_read),
		sysfs_test(list_longer_than_any_machine_has_counts_as_no_list),
		sysfs_test(fresh_topology_has_room_and_no_cpu),
		sysfs_test(destroyed_topology_is_empty),
		sysfs_test(extending_makes_the_lower_cpus_possible_too),
		sysfs_test(extending_beyond_the_end_keeps_cpus_nodes_and_distances),
		sysfs_test(cutting_keeps_what_is_below),
		sysfs_test(node_without_memory_is_given_that_of_the_nearest_that_has_some),
		sysfs_test(nothing_is_said_of_memory_where_none_may_be_used),
		sysfs_test(distance_comes_from_the_table_with_defaults_for_its_gaps),
		sysfs_test(synthetic_topology_has_its_cpus_and_nodes),
		sysfs_test(synthetic_topology_of_1024_cpus_on_8_nodes),
		sysfs_test(synthetic_cpu_numbers_may_have_gaps),
		sysfs_test(description_that_hwloc_does_not_know_is_refused),
		sysfs_test(synthetic_topology_of_too_many_cpus_is_refused),
		sysfs_test(exported_topology_has_its_cpus_and_nodes),
		sysfs_test(without_latencies_in_the_export_there_are_the_defaults),
		sysfs_test(of_equal_nodes_the_lowest_is_home),
		sysfs_test(node_of_a_special_kind_is_nobodys_home),
		sysfs_test(of_several_nodes_that_with_the_least_latency_is_home),
		sysfs_test(node_of_the_package_is_home_and_not_that_of_the_machine),
		sysfs_test(node_without_memory_is_home_only_where_there_is_no_other),
		sysfs_test(limits_of_the_process_that_exported_are_not_the_machines),
		sysfs_test(file_that_is_no_export_is_refused),
		sysfs_test(lack_of_memory_for_an_exported_topology_is_reported),
		sysfs_test(real_machine_has_the_cpus_of_the_kernels_list),
		sysfs_test(real_machine_has_the_nodes_of_the_kernels_folders),
	};

	return cmocka_run_group_tests_name("topology", tests, NULL, NULL);
}
