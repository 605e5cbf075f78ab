/* SPDX-License-Identifier: MIT */
/*
 * topology.c - how CPUs and nodes lie; percpu/topology.h.
 *
 * What is asked for first is made then, and never changed: whoever asks makes it, fills it in, and
 * publishes it by a compare and swap. Who was second takes the first one's, as with the masks of
 * CPUs (masks/system_masks.c).
 */
#include "ground/conf.h"
#include "ground/fault.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/proc/name.h"
#include "ground/bitmap.h"
#include "ground/system/small_file.h"
#include "machine/topology/cpulist.h"

#include <percpu/topology.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define NODES "/sys/devices/system/node/"
#define CPUS "/sys/devices/system/cpu/"
#define NO_DISTANCE 255

/* An online machine's file may name as many as that. */
_Static_assert(MAX_NUMNODES == PCPU_NR_NODES, "nodes have room in the masks");

static struct {
	struct percpu_nodemask *states;
	struct cpumask *of_node;          /* by node */
	struct percpu_cpu_place **of_cpu; /* by CPU */
} known;

/* --- memory that stays --- */

static void *make(size_t size)
{
	void *memory = MAP_FAILED;

	if (!pcpu_fault(PCPU_FAULT_MEM))
		memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			      0);
	if (memory == MAP_FAILED)
		pcpu_fatal("no memory for the machine's topology, size=%zu", size);
	pcpu_name_more(memory, size, PCPU_NAME_METADATA);
	return memory;
}

/* What is at @place from now on: @mine, which has @size bytes, or what was there first. */
static void *publish(void *place, void *mine, size_t size)
{
	void **at = place, *first = NULL;

	if (__atomic_compare_exchange_n(at, &first, mine, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return mine;
	munmap(mine, size);
	return first;
}

/* --- files --- */

static bool is_played(void)
{
	return pcpu_conf.topology[0] != '\0';
}

/* The list in the file, whose numbers are below @nbits. False: there is none. */
static bool read_set(const char *path, unsigned long *bits, unsigned int nbits)
{
	unsigned long all[PCPU_NR_CPUS / 8 / sizeof(unsigned long)] = {0};
	char text[4096];
	const int saved = errno;
	int end = -1;

	if (pcpu_read_small_file(path, text, sizeof(text)))
		end = pcpu_parse_cpulist(text, all);
	errno = saved;
	for (int bit = 0; bit < end && bit < (int)nbits; bit++)
		if (pcpu_test_bit((unsigned int)bit, all))
			pcpu_set_bit((unsigned int)bit, bits);
	return end > 0;
}

static int read_number(const char *path, int otherwise)
{
	char text[32], *end;
	const int saved = errno;
	long number = otherwise;

	if (pcpu_read_small_file(path, text, sizeof(text))) {
		number = strtol(text, &end, 10);
		if (end == text)
			number = otherwise;
	}
	errno = saved;
	return (int)number;
}

/* --- nodes --- */

/* What the machine does not say is what its CPUs do. */
static void nodes_of_cpus(struct percpu_nodemask *mask)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		pcpu_set_bit((unsigned int)pcpu_cpu_to_node((int)cpu), mask->bits);
}

static void fill_state(struct percpu_nodemask *states, enum node_states state, const char *file)
{
	if (is_played() || !read_set(file, states[state].bits, MAX_NUMNODES))
		nodes_of_cpus(&states[state]);
}

PERCPU_API struct percpu_nodemask *percpu_node_states(void)
{
	const size_t size = NR_NODE_STATES * sizeof(*known.states);
	struct percpu_nodemask *states = __atomic_load_n(&known.states, __ATOMIC_ACQUIRE);

	if (states)
		return states;
	states = make(size);
	fill_state(states, N_POSSIBLE, NODES "possible");
	fill_state(states, N_ONLINE, NODES "online");
	fill_state(states, N_NORMAL_MEMORY, NODES "has_normal_memory");
	fill_state(states, N_MEMORY, NODES "has_memory");
	fill_state(states, N_CPU, NODES "has_cpu");
	if (!is_played())
		read_set(NODES "has_generic_initiator", states[N_GENERIC_INITIATOR].bits,
			 MAX_NUMNODES);
	return publish(&known.states, states, size);
}

static unsigned int nr_possible_nodes(void)
{
	const unsigned long *possible = percpu_node_states()[N_POSSIBLE].bits;
	unsigned int nr = MAX_NUMNODES;

	while (nr > 1 && !pcpu_test_bit(nr - 1, possible))
		nr--;
	return nr;
}

PERCPU_API const struct cpumask *cpumask_of_node(int node)
{
	static const struct cpumask none;
	struct cpumask *masks = __atomic_load_n(&known.of_node, __ATOMIC_ACQUIRE);
	const unsigned int nr = nr_possible_nodes();
	unsigned int cpu;

	if (node < 0 || (unsigned int)node >= nr)
		return &none;
	if (masks)
		return &masks[node];
	masks = make(nr * sizeof(*masks));
	for_each_possible_cpu(cpu)
		if ((unsigned int)pcpu_cpu_to_node((int)cpu) < nr)
			cpumask_set_cpu(cpu, &masks[pcpu_cpu_to_node((int)cpu)]);
	masks = publish(&known.of_node, masks, nr * sizeof(*masks));
	return &masks[node];
}

/* A node without CPUs is in the machine's file alone. */
static int read_distance(int from, int to)
{
	char path[64], text[4096] = "", *at = text, *end;
	long distance = NO_DISTANCE;
	const int saved = errno;

	snprintf(path, sizeof(path), NODES "node%d/distance", from);
	if (!is_played())
		(void)pcpu_read_small_file(path, text, sizeof(text));
	for (int node = 0; node <= to; node++) {
		distance = strtol(at, &end, 10);
		if (end == at) {
			distance = NO_DISTANCE;
			break;
		}
		at = end;
	}
	errno = saved;
	return (int)distance;
}

PERCPU_API int node_distance(int from, int to)
{
	const unsigned int a = cpumask_first(cpumask_of_node(from));
	const unsigned int b = cpumask_first(cpumask_of_node(to));

	if (a < nr_cpu_ids && b < nr_cpu_ids)
		return pcpu_cpu_distance(a, b);
	if (from < 0 || to < 0 || from >= MAX_NUMNODES || to >= MAX_NUMNODES)
		return NO_DISTANCE;
	return read_distance(from, to);
}

/* --- one CPU --- */

static int cpu_number(unsigned int cpu, const char *file)
{
	char path[96];

	if (is_played())
		return -1;
	snprintf(path, sizeof(path), CPUS "cpu%u/topology/%s", cpu, file);
	return read_number(path, -1);
}

/* The CPU itself is in it, whatever the file says. */
static void fill_mask(struct cpumask *mask, unsigned int cpu, const char *file)
{
	char path[96];

	snprintf(path, sizeof(path), CPUS "cpu%u/topology/%s", cpu, file);
	if (!is_played())
		read_set(path, cpumask_bits(mask), nr_cpumask_bits);
	cpumask_and(mask, mask, cpu_possible_mask);
	cpumask_set_cpu(cpu, mask);
}

static struct percpu_cpu_place **places(void)
{
	struct percpu_cpu_place **table = __atomic_load_n(&known.of_cpu, __ATOMIC_ACQUIRE);
	const size_t size = nr_cpu_ids * sizeof(void *);

	return table ? table : publish(&known.of_cpu, make(size), size);
}

PERCPU_API const struct percpu_cpu_place *__percpu_cpu_place(unsigned int cpu)
{
	struct percpu_cpu_place **at, *place;

	if (!cpu_possible(cpu))
		pcpu_fatal("the topology of CPU %u, which is not possible", cpu);
	at = &places()[cpu];
	place = __atomic_load_n(at, __ATOMIC_ACQUIRE);
	if (place)
		return place;
	place = make(sizeof(*place));
	place->package = cpu_number(cpu, "physical_package_id");
	place->die = cpu_number(cpu, "die_id");
	place->core = cpu_number(cpu, "core_id");
	fill_mask(&place->siblings, cpu, "thread_siblings_list");
	fill_mask(&place->package_cpus, cpu, "core_siblings_list");
	fill_mask(&place->die_cpus, cpu, "die_cpus_list");
	return publish(at, place, sizeof(*place));
}
