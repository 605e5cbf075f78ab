/* SPDX-License-Identifier: MIT */
/* thread_end.c - see thread_end.h. */
#include "cpu/thread_end.h"
#include "cpu/hold.h"
#include "cpu/mark.h"
#include "cpu/pin.h"
#include "cpu/self.h"
#include "ground/log.h"
#include "hotplug/lock/online_lock.h"
#include "machine/tier.h"
#include "memory/entry.h"

/* The program's destructors may come after this one. */
static void unpin(void)
{
	if (!pcpu_self.pinned)
		return;
	if (pcpu_pin_clear_window() != 0)
		pcpu_log(PERCPU_LOG_ERR,
			 "a thread that was pinned to CPU %u ends, and what it does there from now "
			 "on is not known of: the GS base cannot be set any more",
			 pcpu_self.pinned - 1);
	__atomic_fetch_sub(&pcpu_unit_entry(pcpu_self.pinned - 1)->pinned, 1, __ATOMIC_SEQ_CST);
	pcpu_self.pinned = 0;
}

static void release_at_end(void)
{
	int cpu = pcpu_held_cpu();

	if (cpu >= 0) {
		pcpu_log(PERCPU_LOG_ERR, "a thread ends inside of a section: CPU %d is let go",
			 cpu);
		pcpu_let_go((unsigned int)cpu);
	}
	if (pcpu_self_has_local_locks())
		pcpu_log(PERCPU_LOG_ERR, "a thread ends with local locks of CPU %d", pcpu_self.cpu);
	pcpu_self.nested = 0;
	if (pcpu_online_thread_end())
		pcpu_log(PERCPU_LOG_ERR, "a thread ends between cpus_read_lock() and its end: CPUs "
					 "may come and go again");
	unpin();
	pcpu_mark_end();
}

/* The main thread has no such end when the process exits; for others that share, it counts. */
static void __attribute__((__destructor__(101))) give_back_at_exit(void)
{
	if (!pcpu_tier.shared)
		return;
	unpin();
	pcpu_mark_end();
}

int pcpu_thread_end_init(void)
{
	return pcpu_self_init(release_at_end);
}
