/* SPDX-License-Identifier: MIT */
/*
 * test_spread.c - the online CPUs by their distance from a node. Of made-up machines, whose CPUs
 * are set online here.
 */
#include "support/cmocka_all.h"

#include "ground/layout.h"
#include "ground/mem.h"
#include "machine/topology/topology.h"
#include "masks/spread.h"

#include <percpu/cpumask.h>

#include <string.h>

#define CPUS 12

/* Nodes 0 to 3 with three CPUs each, which are numbered around: CPU c is on node c % 4. */
static struct pcpu_topology topo;
static const int distances[16] = {
	10, 21, 16, 32, /* from 0: then 2, 1, 3 */
	21, 10, 32, 16, /* from 1: then 3, 0, 2 */
	16, 16, 10, 16, /* from 2: the others are one distance */
	0,  0,  0,  10, /* from 3: nothing is known */
};

static int make_machine(void **state)
{
	(void)state;
	assert_true(nr_cpu_ids >= CPUS);
	assert_int_equal(pcpu_topology_init(&topo, nr_cpu_ids), 0);
	topo.nr_node_ids = 4;
	topo.distance = pcpu_mem_zalloc(pcpu_topology_distance_size(&topo));
	memcpy(topo.distance, distances, sizeof(distances));
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		topo.cpu_node[cpu] = (unsigned short)(cpu % 4);
	pcpu_spread_init(&topo);
	return 0;
}

static int forget_machine(void **state)
{
	(void)state;
	pcpu_topology_destroy(&topo);
	return 0;
}

static void set_online(const char *list)
{
	struct cpumask online;

	assert_int_equal(cpulist_parse(list, &online), 0);
	init_cpu_online(&online);
}

static void assert_order(int node, const unsigned int *order, unsigned int nr)
{
	/* and around again */
	for (unsigned int i = 0; i < 2 * nr; i++)
		if (cpumask_local_spread(i, node) != order[i % nr])
			fail_msg("from node %d, number %u is CPU %u, expected %u", node, i,
				 cpumask_local_spread(i, node), order[i % nr]);
}

static void cpus_of_the_node_come_first_then_those_of_the_next(void **state)
{
	static const unsigned int from_0[] = {0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11},
				  from_1[] = {1, 5, 9, 3, 7, 11, 0, 4, 8, 2, 6, 10};

	(void)state;
	set_online("0-11");
	assert_order(0, from_0, CPUS);
	assert_order(1, from_1, CPUS);
}

static void cpus_that_are_equally_far_come_by_their_numbers(void **state)
{
	static const unsigned int from_2[] = {2, 6, 10, 0, 1, 3, 4, 5, 7, 8, 9, 11},
				  from_3[] = {3, 7, 11, 0, 1, 2, 4, 5, 6, 8, 9, 10};

	(void)state;
	set_online("0-11");
	assert_order(2, from_2, CPUS);
	assert_order(3, from_3, CPUS);
}

static void cpus_that_are_offline_do_not_count(void **state)
{
	static const unsigned int from_0[] = {4, 10, 1, 3}, one[] = {7};

	(void)state;
	set_online("1,3-4,10");
	assert_order(0, from_0, 4);
	set_online("7");
	for (int node = 0; node < 4; node++)
		assert_order(node, one, 1);
}

static void from_no_node_all_are_equally_near(void **state)
{
	static const unsigned int ascending[] = {1, 3, 4, 10};

	(void)state;
	set_online("1,3-4,10");
	assert_order(-1, ascending, 4);
	assert_order(4, ascending, 4);
	assert_order(1 << 30, ascending, 4);
}

static void where_no_cpu_is_online_there_is_none(void **state)
{
	(void)state;
	set_online("");
	assert_true(cpumask_local_spread(0, 0) >= nr_cpu_ids);
	assert_true(cpumask_local_spread(5, -1) >= nr_cpu_ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpus_of_the_node_come_first_then_those_of_the_next),
		cmocka_unit_test(cpus_that_are_equally_far_come_by_their_numbers),
		cmocka_unit_test(cpus_that_are_offline_do_not_count),
		cmocka_unit_test(from_no_node_all_are_equally_near),
		cmocka_unit_test(where_no_cpu_is_online_there_is_none),
	};

	return cmocka_run_group_tests(tests, make_machine, forget_machine);
}
