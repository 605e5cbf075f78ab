/* SPDX-License-Identifier: MIT */
/*
 * machine_cpus.h - what the machine's CPUs are, as those who listen have been told: online or not,
 * present or not. One thread has it.
 */
#ifndef PCPU_MACHINE_CPUS_H
#define PCPU_MACHINE_CPUS_H

#include "ground/bitmap.h"
#include "ground/layout.h"
#include "hotplug/watch/uevent.h"

#include <stdbool.h>

#define PCPU_CPU_WORDS PCPU_BITS_TO_LONGS(PCPU_NR_CPUS)

/* Who is told, by the thread that watches, without any lock. */
struct pcpu_watch_sink {
	/*
	 * Whether anybody wants to hear of CPUs. By any thread, under the watch lock: takes no
	 * other.
	 */
	bool (*is_heard)(void);
	/*
	 * Of a possible CPU, @online: it runs. At the first look once of each that is present;
	 * later when that changes. One that is not present any more is offline first, and one that
	 * is online has been present.
	 */
	void (*online)(unsigned int cpu, bool online);
	void (*present)(unsigned int cpu, bool present);
	/*
	 * The CPUs that threads of this process may use now, PCPU_NR_CPUS bits: when that has
	 * changed, and when something has been told of CPUs. Never none.
	 */
	void (*allowed)(const unsigned long *bits);
};

struct pcpu_machine_cpus {
	const struct pcpu_watch_sink *sink;
	bool known; /* the masks below are, and the sink has been told them */
	bool over;  /* nothing is told any more: set in a child, which may be in the middle of it */
	unsigned int told;
	unsigned long online[PCPU_CPU_WORDS], present[PCPU_CPU_WORDS];
	unsigned long online_now[PCPU_CPU_WORDS], present_now[PCPU_CPU_WORDS]; /* for a look */
};

/* What @before has been told need not be told by @cpus. */
void pcpu_machine_cpus_go_on(struct pcpu_machine_cpus *cpus,
			     const struct pcpu_machine_cpus *before);

/* What a message says. Nothing before the first look. */
void pcpu_machine_cpus_hear(struct pcpu_machine_cpus *cpus, const struct pcpu_uevent *event);

/*
 * Reads "online" and "present" in the folder @path, and tells what is not as it was told. False:
 * there is no list of those online, and nothing has changed.
 */
bool pcpu_machine_cpus_look(struct pcpu_machine_cpus *cpus, const char *path);

#endif /* PCPU_MACHINE_CPUS_H */
