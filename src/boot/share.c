/* SPDX-License-Identifier: MIT */
/* share.c - see share.h. */
#include "boot/share.h"
#include "alloc/alloc.h"
#include "alloc/chunk/chunk.h"
#include "cpu/hold.h"
#include "cpu/mark.h"
#include "debug/debug_record.h"
#include "events/publish.h"
#include "ground/checkers/memory.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/signals.h"
#include "ground/system/thread_life.h"
#include "machine/tier.h"
#include "machine/topology/online.h"
#include "memory/pages/vm.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>
#include <percpu/shared.h>

#include <errno.h>

/* As in setup.c. */
extern struct percpu_runtime shared_rt __asm__("__percpu_rt");

/* The process is the child of one that shares; and it has been said what that means of modules. */
static bool is_child, told_of_module;

/* How much there is that is not to be shared by halves. */
static unsigned int nr_apart;

bool pcpu_share_begin_apart(void)
{
	if (pcpu_tier.shared)
		return false;
	__atomic_fetch_add(&nr_apart, 1, __ATOMIC_RELAXED);
	return true;
}

void pcpu_share_end_apart(void)
{
	__atomic_fetch_sub(&nr_apart, 1, __ATOMIC_RELAXED);
}

/* In the fallback tier an operation looks whether its process is new: not in the short way. */
static int share_units(const struct pcpu_common_units *common)
{
	const intptr_t rest_bits = pcpu_tier.sequences ? 0 : PCPU_SLOW_ONLY | PCPU_FENCED;

	return common ? pcpu_units_join(common, rest_bits, PCPU_ATTENTION_ALWAYS)
		      : pcpu_units_share(rest_bits, PCPU_ATTENTION_ALWAYS);
}

/* All of it, or nothing. */
static int share_memory(const struct pcpu_common_units *common, void *marks, size_t marks_size)
{
	int err = 0;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (!pcpu_tier.sequences)
		err = common ? pcpu_marks_join(marks, marks_size, common->fresh)
			     : pcpu_marks_share();
	if (err)
		return err;
	err = share_units(common);
	if (!err || pcpu_tier.sequences)
		return err;
	if (common)
		pcpu_marks_part();
	else
		pcpu_marks_unshare();
	return err;
}

/*
 * The units of the CPUs that run now are opened before there are children, so that every process's
 * core dump has them, whoever uses them first.
 */
static void begin_to_share(void)
{
	static struct pcpu_online online;
	unsigned int cpu;

	pcpu_births_begin();
	pcpu_tier.shared = true;
	pcpu_stat_add_flag(PCPU_STAT_SHARED);
	pcpu_tier.threads_fence = false;
	/* its parts would be other processes' too */
	shared_rt.split = __PCPU_NEVER_SPLIT;
	pcpu_online_read(&online);
	for_each_possible_cpu(cpu)
		if (pcpu_online_has(&online, cpu))
			pcpu_unit_open(cpu);
}

/* Of other processes' areas a tool would not hear. */
static void end_checks(void)
{
	struct pcpu_chunk *chunk;

	pcpu_assert_held(&pcpu_alloc_mutex);
	for (chunk = pcpu_chunk_first(); chunk && pcpu_memory_is_checked;
	     chunk = pcpu_chunk_next(chunk))
		pcpu_chunk_show(chunk);
	pcpu_memory_check_end();
}

int pcpu_share_check(void)
{
	if (pcpu_tier.index != PCPU_INDEX_CPU_ID)
		return -EOPNOTSUPP;
	if (__atomic_load_n(&nr_apart, __ATOMIC_RELAXED)) {
		pcpu_log(PERCPU_LOG_WARNING,
			 "copies cannot be shared while there are object pools, or counters that "
			 "percpu_counter_init() has made: make them afterwards");
		return -EBUSY;
	}
	return 0;
}

int pcpu_share_with(const struct pcpu_common_units *common, void *marks, size_t marks_size)
{
	sigset_t saved;
	int err;

	pcpu_assert_held(&pcpu_alloc_mutex);
	/* a handler's count must not come between what is kept and the memory that it comes to */
	pcpu_mask_signals(&saved);
	end_checks();
	err = share_memory(common, marks, marks_size);
	if (!err)
		begin_to_share();
	pcpu_restore_signals(&saved);
	return err;
}

PERCPU_API int percpu_share(void)
{
	int err = pcpu_share_check();

	if (err)
		return err;
	pcpu_alloc_lock();
	if (!pcpu_tier.shared)
		err = pcpu_share_with(NULL, NULL, 0);
	pcpu_alloc_unlock();
	return err;
}

void pcpu_share_after_fork(void)
{
	if (!pcpu_tier.shared)
		return;
	pcpu_assert_held(&pcpu_alloc_mutex);
	is_child = true;
	pcpu_alloc_begin_as_child();
	if (pcpu_debug_level)
		pcpu_records_forget();
	pcpu_vm_keep_apart();
}

void pcpu_share_note_module(const char *name)
{
	if (!is_child || __atomic_exchange_n(&told_of_module, true, __ATOMIC_RELAXED))
		return;
	pcpu_log(PERCPU_LOG_WARNING,
		 "the copies of %s, which was loaded in a child that shares its parent's, are "
		 "shared with later children of this process alone",
		 name);
}
