/* SPDX-License-Identifier: MIT */
/* tier.c - see tier.h. */
#include "machine/tier.h"
#include "arch/processor.h"
#include "ground/assert.h"
#include "ground/conf.h"
#include "ground/log.h"
#include "ground/system/fence.h"
#include "ground/system/only_thread.h"
#include "machine/abort_check.h"
#include "machine/losing_kernel.h"
#include "machine/rseq_area.h"
#include "machine/signal_check.h"
#include "machine/slice.h"

#include <percpu/backend.h>
#include <percpu/impl/runtime.h>

#include <errno.h>
#include <stdio.h>

struct pcpu_tier pcpu_tier;

char pcpu_tier_text[300] = "fallback: the library has not been set up";

#ifndef __PCPU_NO_INLINE_SEQUENCE
/* The short test says enough on a kernel that is known; and one thread can make it. */
static bool short_test_is_enough(void)
{
	return pcpu_conf.selftest == PCPU_SELFTEST_AUTO && pcpu_kernel_is_known_to_abort() &&
	       pcpu_is_only_thread() && pcpu_signal_check();
}

/* Why preemption is known, or feared, not to abort sequences; else as pcpu_abort_check(). */
static const char *find_lost_aborts(const char **untested)
{
	const char *reason = NULL;

	if (pcpu_conf.selftest != PCPU_SELFTEST_NO) {
		if (!short_test_is_enough())
			reason = pcpu_abort_check(untested);
	} else {
		*untested = "PERCPU_CONF says so";
	}
	if (*untested && pcpu_kernel_is_losing())
		reason = "preemption was not tested, and kernels like this one are known not to "
			 "abort sequences";
	return reason;
}
#endif

/*
 * Why sequences cannot be used, or NULL. *@untested is why nobody knows whether preemption aborts
 * them, or NULL.
 */
static const char *find_obstacle(const char **untested)
{
#ifdef __PCPU_NO_INLINE_SEQUENCE
	pcpu_rseq_init(false);
	(void)untested;
	return "the library was built without restartable sequences";
#else
	const char *reason = pcpu_rseq_init(pcpu_conf.backend != PCPU_BACKEND_FALLBACK);

	if (pcpu_conf.backend == PCPU_BACKEND_FALLBACK)
		return "asked for by PERCPU_CONF";
	if (reason)
		return reason;
	if (!pcpu_fence_init_sequences())
		return "the kernel has no membarrier for rseq";
	return find_lost_aborts(untested);
#endif
}

static enum pcpu_index choose_index(void)
{
	if (pcpu_conf.index != PCPU_INDEX_MM_CID || !pcpu_tier.sequences)
		return PCPU_INDEX_CPU_ID;
	return pcpu_rseq_has_mm_cid() ? PCPU_INDEX_MM_CID : PCPU_INDEX_CPU_ID;
}

static void describe(const char *obstacle, const char *untested)
{
	char *to = pcpu_tier_text;
	const size_t room = sizeof(pcpu_tier_text);

	if (obstacle)
		snprintf(to, room, "fallback: %s", obstacle);
	else
		snprintf(to, room, "rseq: %s%s%s%s%s", pcpu_rseq_origin(),
			 pcpu_tier.index == PCPU_INDEX_MM_CID ? ", indexed by mm_cid" : "",
			 pcpu_tier.slices ? ", with slice extensions" : "",
			 untested ? "; preemption not tested: " : "", untested ? untested : "");
}

/* What was asked for and cannot be had. */
static void report_shortfall(void)
{
	if (pcpu_conf.backend == PCPU_BACKEND_RSEQ && !pcpu_tier.sequences) {
		if (pcpu_conf.strict)
			pcpu_fatal(PCPU_CONF_VARIABLE ": backend:rseq,strict:yes, but %s",
				   pcpu_tier_text);
		pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE ": backend:rseq, but %s",
			 pcpu_tier_text);
	}
	if (pcpu_conf.index != pcpu_tier.index) {
		if (pcpu_conf.strict)
			pcpu_fatal(PCPU_CONF_VARIABLE ": index:mm_cid,strict:yes, but it is not to "
						      "be had (%s)",
				   pcpu_tier_text);
		pcpu_log(PERCPU_LOG_WARNING,
			 PCPU_CONF_VARIABLE ": index:mm_cid is not to be had (%s)", pcpu_tier_text);
	}
}

void pcpu_tier_init(void)
{
	const char *untested = NULL, *obstacle;

	pcpu_assert(!pcpu_tier.index_offset);
	obstacle = find_obstacle(&untested);
	pcpu_tier.sequences = !obstacle;
	pcpu_tier.threads_fence = obstacle && pcpu_fence_init_threads();
	pcpu_tier.slices = pcpu_tier.sequences && pcpu_slice_enable();
	pcpu_tier.index = choose_index();
	pcpu_tier.index_offset = pcpu_rseq_offset();
	if (pcpu_tier.index == PCPU_INDEX_MM_CID)
		pcpu_tier.index_offset += (ptrdiff_t)offsetof(struct pcpu_rseq, mm_cid);
	else
		pcpu_tier.index_offset += (ptrdiff_t)offsetof(struct pcpu_rseq, cpu_id);
	describe(obstacle, untested);
	report_shortfall();
}

PERCPU_API const char *percpu_backend(void)
{
	return pcpu_tier_text;
}

static struct pcpu_rseq *area(void)
{
	return (struct pcpu_rseq *)(__pcpu_thread_pointer() + (uintptr_t)pcpu_rseq_offset());
}

static int number_of_cpu(void)
{
	const volatile struct pcpu_rseq *mine = area();

	/* mm_cid says nothing in an area that is not registered */
	if (pcpu_tier.index == PCPU_INDEX_MM_CID && mine->cpu_id >= 0)
		return (int)mine->mm_cid;
	return mine->cpu_id;
}

bool pcpu_thread_ensure_rseq(void)
{
	return !pcpu_tier.sequences || number_of_cpu() >= 0 || pcpu_rseq_register_thread();
}

unsigned int pcpu_running_cpu(void)
{
	int cpu = number_of_cpu();

	if (cpu >= 0)
		return (unsigned int)cpu;
	/* a thread without a number of its own may use any: it is going to hold the CPU */
	if (pcpu_tier.index == PCPU_INDEX_MM_CID)
		return 0;
	cpu = pcpu_getcpu();
	if (cpu < 0)
		pcpu_fatal("the number of the CPU cannot be read: getcpu fails with errno %d",
			   errno);
	return (unsigned int)cpu;
}
