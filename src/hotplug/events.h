/* SPDX-License-Identifier: MIT */
/*
 * events.h - the notifiers of CPUs: the chain, and what is sent along it.
 *
 * Everything here is done by the thread that has pcpu_add_remove_lock, or for it. Callbacks may
 * register and unregister themselves and others.
 */
#ifndef PCPU_EVENTS_H
#define PCPU_EVENTS_H

#include <percpu/cpu.h>

/* 0, -EEXIST or -EINVAL; the other one does nothing to what is not on the chain. */
int pcpu_events_register(struct notifier_block *nb);
void pcpu_events_unregister(struct notifier_block *nb);

/*
 * Sends @event of @cpu to @nr_to_call blocks at most, -1: to all; adds one to *@nr_calls for each,
 * if that is not NULL. Returns the errno of the last one that was called.
 */
int pcpu_notify_some(unsigned long event, unsigned int cpu, int nr_to_call, int *nr_calls);
/* To all. */
int pcpu_notify(unsigned long event, unsigned int cpu);
/* To all; an error is fatal. */
void pcpu_notify_nofail(unsigned long event, unsigned int cpu);
/* To all, also to those behind one who refuses: he is named in a warning. */
void pcpu_notify_regardless(unsigned long event, unsigned int cpu);

/* Whether anybody would hear of it. */
bool pcpu_events_are_heard(void);

#endif /* PCPU_EVENTS_H */
