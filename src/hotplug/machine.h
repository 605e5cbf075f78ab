/* SPDX-License-Identifier: MIT */
/*
 * machine.h - what becomes of this process's CPUs when the machine's come and go, and what is done
 * to the machine's own.
 *
 * A CPU of this process is up if the machine has it online; or else as cpu_up() and cpu_down() have
 * left it, to whom the machine's doings are subject: one that was taken down stays down until it is
 * brought up, one that was brought up although the machine had it offline follows the machine again
 * from the moment when that has it online.
 */
#ifndef PCPU_MACHINE_H
#define PCPU_MACHINE_H

#include "hotplug/watch/watch.h"

#include <stdbool.h>

enum pcpu_machine_event {
	PCPU_MACHINE_ADDED,   /* it is plugged in: it joins the present mask */
	PCPU_MACHINE_CAME,    /* it is online */
	PCPU_MACHINE_GONE,    /* it is offline */
	PCPU_MACHINE_REMOVED, /* and plugged out */
};

/*
 * The machine has done that, or is found to have done it; once more of the same does nothing. All
 * events and states follow in the calling thread, as of cpu_up() and cpu_down(); of a CPU that is
 * gone, nobody can refuse. One that came can be refused, and then is down for this process.
 *
 * Returns 0, also if there was nothing to do; -EBUSY: hotplug is disabled, and it is told at
 * cpu_hotplug_enable(); or disable_nonboot_cpus() has taken the CPU down, and it is told at
 * enable_nonboot_cpus(); or the caller is in a callback, and it is told when that is over; or it is
 * the last CPU that is up, and stays so; -EINVAL: the CPU is not possible; -EDEADLK: the caller is
 * a reader; -ENOMEM; or why it did not come. Waits for whoever takes a CPU up or down. Not for
 * handlers.
 */
int pcpu_hotplug_machine_event(unsigned int cpu, enum pcpu_machine_event event);

/* Who is told by the thread that watches the machine (hotplug/watch/watch.h). */
extern const struct pcpu_watch_sink pcpu_hotplug_sink;

/*
 * Somebody has registered something that hears of CPUs, or has unregistered it. Nested in any
 * lock, perhaps in a callback.
 */
void pcpu_hotplug_is_listened_to(void);
void pcpu_hotplug_is_left(void);

/* --- by the public calls --- */

/* cpu_up() and cpu_down(), of this process or of the machine; percpu/cpu.h. */
int pcpu_hotplug_up(unsigned int cpu, bool machine);
int pcpu_hotplug_down(unsigned int cpu, bool machine);
void pcpu_hotplug_set_disabled(bool disabled);

/*
 * -EDEADLK, and an error in the log: @what would wait for the caller, who is inside of something.
 */
int pcpu_hotplug_refuse_inside(const char *what);

/* --- by who has pcpu_add_remove_lock --- */

bool pcpu_hotplug_is_disabled(void);
void pcpu_hotplug_disable_locked(bool disabled);

/* What has happened while hotplug was disabled. */
void pcpu_hotplug_tell_untold(void);

/* Where the kernel's files are. For tests. */
extern const char *pcpu_machine_sysfs;

#endif /* PCPU_MACHINE_H */
