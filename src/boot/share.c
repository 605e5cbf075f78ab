/* SPDX-License-Identifier: MIT */
/* share.c - see share.h. */
#include "boot/share.h"
#include "alloc/alloc.h"
#include "alloc/cache.h"
#include "cpu/hold.h"
#include "cpu/mark.h"
#include "cpu/self.h"
#include "ground/system/thread_life.h"
#include "machine/tier.h"
#include "memory/open_units.h"
#include "memory/pages/vm.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>
#include <percpu/shared.h>

#include <errno.h>

/* All of it, or nothing. */
static int share_memory(void)
{
	int err;

	if (pcpu_tier.sequences)
		return pcpu_units_share(0, PCPU_ATTENTION_ALWAYS);
	err = pcpu_marks_share();
	if (err)
		return err;
	err = pcpu_units_share(PCPU_SLOW_ONLY, PCPU_ATTENTION_ALWAYS);
	if (err)
		pcpu_marks_unshare();
	return err;
}

PERCPU_API int percpu_share(void)
{
	unsigned int cpu;
	int err;

	if (pcpu_tier.shared)
		return 0;
	if (pcpu_tier.index != PCPU_INDEX_CPU_ID)
		return -EOPNOTSUPP;
	if (pcpu_units_nr_open())
		return -EBUSY;
	err = share_memory();
	if (err)
		return err;
	pcpu_births_begin();
	pcpu_tier.shared = true;
	pcpu_tier.threads_fence = false;
	/* a child could open a unit for itself alone */
	for_each_possible_cpu(cpu)
		pcpu_unit_open(cpu);
	return 0;
}

void pcpu_share_after_fork(void)
{
	if (!pcpu_tier.shared)
		return;
	pcpu_alloc_is_parents = true;
	pcpu_cache_on = false;
	pcpu_vm_keep_apart();
}
