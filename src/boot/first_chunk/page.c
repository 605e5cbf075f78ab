/* SPDX-License-Identifier: MIT */
/* page.c - see page.h. */
#include "boot/first_chunk/page.h"
#include "ground/layout.h"
#include "ground/log.h"

#include <errno.h>

static void log_done(const struct pcpu_alloc_info *ai, uintptr_t base)
{
	pcpu_log(PERCPU_LOG_INFO, "%zu %luK pages/cpu @0x%lx s%zu r%zu d%zu",
		 ai->unit_size / PCPU_PAGE_SIZE, PCPU_PAGE_SIZE / 1024, base, ai->static_size,
		 ai->reserved_size, ai->dyn_size);
}

/* An atom of one page holds one unit: there is one group, and none of its units is unused. */
static int map_pages(struct percpu_layout *layout, struct pcpu_alloc_info *ai,
		     const struct pcpu_fc_space *space)
{
	const struct pcpu_group_info *group = &ai->groups[0];
	uintptr_t base =
		(uintptr_t)space->alloc(group->cpu_map[0], (size_t)group->nr_units * layout->stride,
					PCPU_PAGE_SIZE, space->ctx);

	if (!base) {
		pcpu_log(PERCPU_LOG_WARNING, "no room for %luK pages of CPU %u and %d others",
			 PCPU_PAGE_SIZE / 1024, group->cpu_map[0], group->nr_units - 1);
		return -ENOMEM;
	}
	log_done(ai, base + layout->static_start);
	pcpu_first_chunk_map_units(layout, ai, base);
	return 0;
}

int pcpu_go_by_pages(struct percpu_layout *layout, const struct pcpu_alloc_request *request,
		     const struct pcpu_fc_space *space)
{
	struct pcpu_alloc_request smallest = *request;
	struct pcpu_alloc_info *ai;
	int err;

	smallest.dyn_size = 0;
	smallest.atom_size = PCPU_PAGE_SIZE;
	smallest.distance = NULL;
	ai = pcpu_build_requested(&smallest, &err);
	if (!ai)
		return err;
	err = pcpu_first_layout_init(layout, &request->machine.cpus, ai, space);
	if (!err) {
		err = map_pages(layout, ai, space);
		if (err)
			pcpu_first_layout_destroy(layout);
	}
	pcpu_free_alloc_info(ai);
	return err;
}
