/* SPDX-License-Identifier: MIT */
/*
 * test_topology_places.c - nodes, packages and cores; of the machine, and of one that is played.
 */
#include "support/fact.h"
#include "support/faults.h"

#include <percpu/topology.h>

#include <stdlib.h>

/* Two nodes, each of two cores with two threads. */
static bool is_played(void)
{
	const char *conf = getenv("PERCPU_CONF");

	return conf && strstr(conf, "numa:2");
}

static bool has_node(enum node_states state, int node)
{
	return percpu_node_states()[state].bits[node / 64] >> node % 64 & 1;
}

static const char *every_cpu_is_on_one_node(void)
{
	unsigned int cpu, all = 0;

	for (int node = 0; node < MAX_NUMNODES; node++)
		all += cpumask_weight(cpumask_of_node(node));
	RETURN_IF_WRONG(differ("CPUs of nodes", all, num_possible_cpus()));
	for_each_possible_cpu(cpu)
		RETURN_UNLESS(cpumask_test_cpu(cpu, cpumask_of_node(cpu_to_node((int)cpu))));
	RETURN_UNLESS(cpumask_empty(cpumask_of_node(-1)) && cpumask_empty(cpumask_of_node(1024)));
	return NULL;
}

static const char *nodes_of_cpus_are_possible_and_online(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		RETURN_UNLESS(has_node(N_POSSIBLE, cpu_to_node((int)cpu)) &&
			      has_node(N_ONLINE, cpu_to_node((int)cpu)));
	RETURN_UNLESS(has_node(N_MEMORY, 0) && has_node(N_NORMAL_MEMORY, 0) && has_node(N_CPU, 0));
	RETURN_UNLESS(!has_node(N_POSSIBLE, MAX_NUMNODES - 1));
	RETURN_UNLESS(percpu_node_states() == percpu_node_states());
	return NULL;
}

static const char *distances_are_those_of_the_library(void)
{
	RETURN_IF_WRONG(differ("to itself", (uint64_t)node_distance(0, 0), LOCAL_DISTANCE));
	RETURN_IF_WRONG(differ("to none", (uint64_t)node_distance(0, 2000), 255));
	RETURN_IF_WRONG(differ("from none", (uint64_t)node_distance(-1, 0), 255));
	RETURN_IF_WRONG(differ("to one that is not there", (uint64_t)node_distance(0, 900), 255));
	SKIP_IF(!is_played());
	RETURN_UNLESS(node_distance(0, 1) == pcpu_cpu_distance(0, 4) && node_distance(0, 1) > 10);
	return NULL;
}

static const char *numa_node_is_that_of_this_cpu(void)
{
	RETURN_UNLESS(has_node(N_ONLINE, numa_node_id()) && numa_mem_id() == numa_node_id());
	return NULL;
}

static const char *cpus_are_their_own_siblings(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		RETURN_UNLESS(cpumask_test_cpu(cpu, topology_sibling_cpumask(cpu)));
		RETURN_UNLESS(
			cpumask_subset(topology_sibling_cpumask(cpu), topology_core_cpumask(cpu)));
		RETURN_UNLESS(cpumask_subset(topology_core_cpumask(cpu), cpu_possible_mask));
		RETURN_UNLESS(cpumask_test_cpu(cpu, topology_die_cpumask(cpu)));
	}
	return NULL;
}

/* As the files have them, where there are some. */
static const char *packages_are_those_of_the_machine(void)
{
	FILE *file = fopen("/sys/devices/system/cpu/cpu0/topology/physical_package_id", "r");
	int package = -1, got;

	SKIP_IF(!file);
	got = fscanf(file, "%d", &package);
	fclose(file);
	RETURN_UNLESS(got == 1);
	if (is_played())
		package = -1;
	RETURN_IF_WRONG(
		differ("package", (uint64_t)topology_physical_package_id(0), (uint64_t)package));
	RETURN_UNLESS((topology_core_id(0) >= 0) == !is_played());
	return NULL;
}

static const char *played_cpus_are_cores_of_their_own(void)
{
	SKIP_IF(!is_played());
	RETURN_UNLESS(cpumask_equal(topology_core_cpumask(3), cpumask_of(3)));
	RETURN_UNLESS(has_node(N_ONLINE, 1) && !has_node(N_POSSIBLE, 2));
	RETURN_IF_WRONG(differ("of node 1", cpumask_first(cpumask_of_node(1)), 4));
	return NULL;
}

static const char *of_no_cpu(void)
{
	return topology_core_id(nr_cpu_ids) ? NULL : "it returns";
}

static const char *without_memory(void)
{
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	percpu_node_states();
	return NULL;
}

static void what_has_no_answer_is_fatal(void **state)
{
	(void)state;
	assert_fatal(of_no_cpu, "which is not possible");
	assert_fatal(without_memory, "no memory for the machine's topology");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(every_cpu_is_on_one_node),
		fact_test(nodes_of_cpus_are_possible_and_online),
		fact_test(distances_are_those_of_the_library),
		fact_test(numa_node_is_that_of_this_cpu),
		fact_test(cpus_are_their_own_siblings),
		fact_test(packages_are_those_of_the_machine),
		fact_test(played_cpus_are_cores_of_their_own),
		cmocka_unit_test(what_has_no_answer_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
