/* SPDX-License-Identifier: MIT */
/*
 * topology.h - how CPUs and NUMA nodes lie: cpumask_of_node(), topology_core_cpumask() and the
 * rest.
 *
 *	for_each_cpu(cpu, topology_sibling_cpumask(smp_processor_id()))
 *		...					// those that share this one's core
 *
 * Nodes are those that the library was set up by (PERCPU_CONF=topology: too). Packages, dies, and
 * cores are read from /sys when they are first asked for, a CPU at a time, and are then as they
 * were; where the machine is played, or says nothing of a CPU, that CPU is a core and a package of
 * its own. A mask has possible CPUs, whether they are online or not, but where the kernel's files
 * leave out those that are offline.
 *
 * Calls are thread- and signal-safe. The first question about a thing makes memory, and reads
 * files; without memory it is fatal. The kernel's names are mirrored.
 */
#ifndef PERCPU_TOPOLOGY_H
#define PERCPU_TOPOLOGY_H

#include <percpu/boot.h>
#include <percpu/cpumask.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/** MAX_NUMNODES - nodes have numbers below that. */
#ifndef MAX_NUMNODES
#define MAX_NUMNODES 1024
#endif

/** What is known of nodes, a mask each. Memory and CPUs: as the machine has them now. */
enum node_states {
	N_POSSIBLE,
	N_ONLINE,
	N_NORMAL_MEMORY,
	N_HIGH_MEMORY = N_NORMAL_MEMORY,
	N_MEMORY,
	N_CPU,
	N_GENERIC_INITIATOR,
	NR_NODE_STATES
};

/** struct percpu_nodemask - a set of nodes. */
struct percpu_nodemask {
	unsigned long bits[MAX_NUMNODES / __PCPU_BITS_PER_LONG];
};

/** percpu_node_states() - NR_NODE_STATES masks, by enum node_states. They may be changed. */
PERCPU_API struct percpu_nodemask *percpu_node_states(void);

/** cpumask_of_node() - the possible CPUs of @node; none, if there is no such node. */
PERCPU_API const struct cpumask *cpumask_of_node(int node) __pcpu_as(cpumask_of_node);

/**
 * node_distance() - from node @from to node @to: LOCAL_DISTANCE if they are one; 255: there is no
 *	such node
 */
PERCPU_API int node_distance(int from, int to) __pcpu_as(node_distance);

/** numa_node_id() - the node of this CPU; numa_mem_id(): the one whose memory it is given. */
#define numa_node_id() pcpu_cpu_to_node(__pcpu_cast(int, raw_smp_processor_id()))
#define numa_mem_id() numa_node_id()
#define cpu_to_mem(cpu) pcpu_cpu_to_node(__pcpu_cast(int, cpu))

/* Of one CPU. */
struct percpu_cpu_place {
	int package, die, core; /* -1: the machine does not say */
	struct cpumask siblings, package_cpus, die_cpus;
};
PERCPU_API const struct percpu_cpu_place *__percpu_cpu_place(unsigned int cpu);

/** topology_physical_package_id() and its like - of the possible CPU @cpu; -1: nobody knows. */
#define topology_physical_package_id(cpu) (__percpu_cpu_place(cpu)->package)
#define topology_die_id(cpu) (__percpu_cpu_place(cpu)->die)
#define topology_core_id(cpu) (__percpu_cpu_place(cpu)->core)
/** topology_sibling_cpumask() - the CPUs of its core; _core_: of its package; _die_: of its die. */
#define topology_sibling_cpumask(cpu) (&__percpu_cpu_place(cpu)->siblings)
#define topology_core_cpumask(cpu) (&__percpu_cpu_place(cpu)->package_cpus)
#define topology_die_cpumask(cpu) (&__percpu_cpu_place(cpu)->die_cpus)

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/topology.h>
#endif

#endif /* PERCPU_TOPOLOGY_H */
