/* SPDX-License-Identifier: MIT */
/* setup_layout.c - see setup_layout.h. A window is the 4 GiB that the low half of a pointer
 * reaches. */
#include "boot/setup_layout.h"
#include "arch_constants.h"
#include "boot/first_chunk/embed.h"
#include "boot/first_chunk/page.h"
#include "boot/module.h"
#include "boot/conf/read_conf.h"
#include "boot/setup_check.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "memory/pages/vm.h"

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

static int make_layout(struct percpu_layout *layout, const struct pcpu_alloc_request *request)
{
	const enum pcpu_fc form = pcpu_conf.fc;
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
	if (form != PCPU_FC_PAGE) {
		err = pcpu_embed(layout, request, &space);
		layout->fc = PCPU_FC_EMBED;
		if (!err)
			return 0;
		pcpu_log(
			PERCPU_LOG_WARNING,
			"alloc:%s: no large pieces of address space (errno %d), going page by page",
			pcpu_conf_word("alloc", form), -err);
	}
	space.alloc = hole_for_windows;
	err = pcpu_go_by_pages(layout, request, &space);
	layout->fc = PCPU_FC_PAGE;
	return err;
}

const struct pcpu_topology *pcpu_boot_topology;
struct percpu_machine pcpu_boot_machine;

int pcpu_boot_distance(unsigned int from, unsigned int to)
{
	return pcpu_topology_cpu_distance(from, to, pcpu_boot_topology);
}

void pcpu_setup_layout(struct percpu_layout *layout, struct pcpu_topology *topo)
{
	struct pcpu_alloc_request request = {
		.machine = {.cpus = {topo->possible, topo->nr_cpu_ids},
			    .min_unit_size = pcpu_page_ceil(pcpu_conf.max_size),
			    .node = topo->cpu_node},
		.reserved_size = PERCPU_FIRST_CHUNK_RESERVE,
		.dyn_size =
			PERCPU_MODULE_RESERVE + PERCPU_DYNAMIC_RESERVE - PERCPU_FIRST_CHUNK_RESERVE,
		.atom_size = PCPU_PMD_SIZE,
		.distance = topo->nr_node_ids > 1 ? pcpu_boot_distance : NULL,
	};

	pcpu_boot_topology = topo;
	pcpu_modules_first(&request.machine.static_size);
	pcpu_boot_machine = request.machine;
	pcpu_setup_check("no address space for one 4 GiB window a CPU",
			 make_layout(layout, &request));
	layout->chosen_fc = pcpu_conf.fc;
	layout->nr_node_ids = topo->nr_node_ids;
}
