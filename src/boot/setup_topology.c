/* SPDX-License-Identifier: MIT */
/* setup_topology.c - see setup_topology.h. */
#include "boot/setup_topology.h"
#include "arch_constants.h"
#include "boot/setup_check.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "machine/topology/topology_apart.h"
#include "machine/topology/topology_hwloc.h"
#include "machine/topology/topology_sysfs.h"
#include "memory/pages/policy.h"
#include "memory/pages/vm.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static struct {
	bool made_up;   /* the nodes are no machine's */
	void *page;     /* one that policies are tried on */
	int last_errno; /* why the last one was refused */
} setup;

/* Threads run on the machine's CPUs, whatever machine is played. */
static int add_real_cpus(struct pcpu_topology *topo)
{
	struct pcpu_topology real;
	int err = pcpu_topology_from_system(&real, "/sys");

	if (!err) {
		err = pcpu_topology_extend(topo, real.nr_cpu_ids);
		pcpu_topology_destroy(&real);
	}
	pcpu_setup_check("the CPUs cannot be listed", err);
	return 0;
}

static bool is_file_name(const char *description)
{
	size_t len = strlen(description);

	return strchr(description, '/') || (len > 4 && !strcmp(description + len - 4, ".xml"));
}

static void report(const char *description, int err)
{
	if (err == -EINVAL)
		pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE ": hwloc knows no topology \"%s\"",
			 description);
	else if (err == -ENOSYS)
		pcpu_log(PERCPU_LOG_WARNING,
			 PCPU_CONF_VARIABLE ": there is no hwloc to be had, topology is ignored");
	else if (err == -E2BIG)
		pcpu_log(PERCPU_LOG_WARNING,
			 PCPU_CONF_VARIABLE ": topology \"%s\" takes too much time or memory",
			 description);
	else
		pcpu_log(PERCPU_LOG_WARNING,
			 PCPU_CONF_VARIABLE ": topology \"%s\" cannot be read: errno %d",
			 description, -err);
}

static int read_described(struct pcpu_topology *topo, const char *description)
{
	int (*described)(struct pcpu_topology *, const char *) =
		is_file_name(description) ? pcpu_topology_from_xml : pcpu_topology_from_synthetic;
	int err = pcpu_topology_apart(topo, described, description);

	if (err) {
		report(description, err);
		return err;
	}
	setup.made_up = true;
	return add_real_cpus(topo);
}

/* Of its run-time library, where there is one in the process. */
extern void __tsan_init(void) __attribute__((__weak__));

/*
 * It knows 1.5 TiB of mappings, and as much around the program. Where in them the libraries lie and
 * where the program does is chance: from a third to all that is not theirs is in one piece.
 */
static unsigned int cpus_with_shadow(unsigned int most)
{
	const unsigned int others = 8, step = 16; /* what a program maps takes some */
	unsigned int nr = most;

	while (nr > step && !pcpu_vm_has_room((nr + others) * PCPU_WINDOW_STRIDE))
		nr -= step;
	return nr;
}

static void leave_room_for_shadow(struct pcpu_topology *topo)
{
	unsigned int room;

	if (!__tsan_init)
		return;
	room = cpus_with_shadow(topo->nr_cpu_ids < PCPU_TSAN_CPUS ? topo->nr_cpu_ids
								  : PCPU_TSAN_CPUS);
	if (topo->nr_cpu_ids <= room)
		return;
	pcpu_log(
		PERCPU_LOG_WARNING,
		"ThreadSanitizer has no room for the windows of %u CPUs: with it, those from %u on "
		"are not possible",
		topo->nr_cpu_ids, room);
	pcpu_setup_check("no memory", pcpu_topology_cut(topo, room));
}

void pcpu_setup_topology(struct pcpu_topology *topo)
{
	if (!pcpu_conf.topology[0] || read_described(topo, pcpu_conf.topology) != 0)
		pcpu_setup_check("the CPUs cannot be listed",
				 pcpu_topology_from_system(topo, "/sys"));
	if (pcpu_conf.possible)
		pcpu_setup_check("no memory", pcpu_topology_extend(topo, pcpu_conf.possible));
	leave_room_for_shadow(topo);
	pcpu_log(PERCPU_LOG_INFO, "NR_CPUS:%u nr_cpumask_bits:%u nr_cpu_ids:%u nr_node_ids:%u",
		 PCPU_NR_CPUS, topo->nr_cpu_ids, topo->nr_cpu_ids, topo->nr_node_ids);
}

/*
 * The kernel's concurrency numbers are numbers below that of CPUs, without gaps, and belong to no
 * node.
 */
void pcpu_setup_index_by_threads(struct pcpu_topology *topo)
{
	pcpu_setup_check("no memory", pcpu_topology_extend(topo, topo->nr_cpu_ids));
	memset(topo->cpu_node, 0, topo->nr_cpu_ids * sizeof(*topo->cpu_node));
	topo->nr_node_ids = 1;
}

static bool has_memory(unsigned int node)
{
	int err = pcpu_policy_bind(setup.page, PCPU_PAGE_SIZE, node);

	if (err)
		setup.last_errno = -err;
	return !err;
}

static void report_nodes_without_memory(const struct pcpu_topology *topo)
{
	for (unsigned int node = 0; node < topo->nr_node_ids; node++)
		if (topo->memory_node[node] != node)
			pcpu_log(PERCPU_LOG_INFO, "node %u has no memory for us, node %u has", node,
				 topo->memory_node[node]);
}

void pcpu_setup_memory(struct pcpu_topology *topo)
{
	int err;

	if (topo->nr_node_ids == 1)
		return;
	setup.page = mmap(NULL, PCPU_PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pcpu_setup_check("no memory", setup.page == MAP_FAILED ? -errno : 0);
	err = pcpu_topology_choose_memory(topo, has_memory);
	munmap(setup.page, PCPU_PAGE_SIZE);
	if (err == -ENOENT)
		pcpu_log(setup.made_up ? PERCPU_LOG_INFO : PERCPU_LOG_WARNING,
			 "no memory policy can be had (errno %d): CPUs' copies lie on the nodes of "
			 "those who touch them first",
			 setup.last_errno);
	else
		pcpu_setup_check("no memory", err);
	if (!err)
		report_nodes_without_memory(topo);
}
