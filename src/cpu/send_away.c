/* SPDX-License-Identifier: MIT */
/* send_away.c - see send_away.h; tests/model/send_away.pml is a model of it. */
#include "cpu/send_away.h"
#include "cpu/hold.h"
#include "ground/log.h"
#include "memory/entry.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>

/*
 * While the CPU is held nobody reads what it is at rest, but the holder: an inlined put_cpu()
 * stores it as the last thing that it does as a holder, and in the fallback tier an operation that
 * has shown the word from before finds another one in the window, and begins anew.
 */
static void send_away_from(unsigned int cpu)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu);
	sigset_t saved;

	pcpu_hold(cpu, &saved);
	if (__atomic_load_n(&entry->pinned, __ATOMIC_SEQ_CST)) {
		pcpu_release(cpu, &saved);
		pcpu_fatal(
			"an object was loaded whose per-CPU variables are displaced, while threads "
			"are pinned to CPU %u: load it before they are",
			cpu);
	}
	entry->rest |= PCPU_SLOW_ONLY;
	pcpu_release(cpu, &saved);
}

/* A unit that opens after the first step is as it should be from the start. */
void pcpu_send_away(void)
{
	unsigned int cpu;

	if (pcpu_held_cpu() >= 0)
		pcpu_fatal(
			"an object was loaded inside of a section, and its per-CPU variables are "
			"displaced");
	pcpu_units_look_up();
	for_each_possible_cpu(cpu)
		((unsigned long *)__percpu_rt.cpu_offset)[cpu] |= (unsigned long)PCPU_LOOK_UP;
	for_each_possible_cpu(cpu)
		if (pcpu_unit_is_open(cpu))
			send_away_from(cpu);
}
