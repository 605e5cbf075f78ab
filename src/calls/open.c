/* SPDX-License-Identifier: MIT */
/* open.c - what otherwise happens at first uses, at once; percpu/open.h. */
#include "cpu/mark.h"
#include "cpu/self.h"
#include "ground/proc/name.h"
#include "ground/system/fence.h"
#include "machine/tier.h"
#include "masks/system_masks.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>
#include <percpu/open.h>

#include <errno.h>

/* What the first fence would do in a process that had threads when the library was loaded. */
static int prepare_fences(void)
{
	if (pcpu_tier_has_sequences())
		return pcpu_fence_register_sequences();
	return pcpu_tier.threads_fence ? pcpu_fence_register_threads() : 0;
}

/* What the calling thread needs, and what other threads will. 0 or -ENOMEM. */
static int prepare_threads(void)
{
	int err = 0;

	pcpu_self_begin();
	pcpu_thread_ensure_rseq();
	if (!pcpu_tier_has_sequences())
		err = pcpu_marks_reserve();
	if (!err && !pcpu_tier_has_sequences() && !pcpu_mark_of_thread())
		err = -ENOMEM;
	return err;
}

/* By bytes: an array of long is the same on a little-endian processor, whatever its alignment. */
static bool is_in(const unsigned char *mask, size_t size, unsigned int cpu)
{
	return !mask || (cpu / 8 < size && (mask[cpu / 8] >> cpu % 8 & 1));
}

PERCPU_API int percpu_open(size_t size, const void *mask)
{
	int err = -EINVAL;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (!is_in(mask, size, cpu))
			continue;
		err = pcpu_unit_try_open(cpu);
		if (err)
			return err;
	}
	if (!err)
		err = pcpu_system_masks_open();
	if (!err)
		err = prepare_fences();
	if (!err)
		err = prepare_threads();
	if (!err)
		pcpu_name_no_more();
	return err;
}
