/* SPDX-License-Identifier: MIT */
/* events.c - see events.h. */
#include "hotplug/events.h"
#include "ground/assert.h"
#include "ground/log.h"
#include "hotplug/lock/maps.h"

static RAW_NOTIFIER_HEAD(cpu_chain);

int pcpu_events_register(struct notifier_block *nb)
{
	pcpu_assert(pcpu_maps_taken);
	return raw_notifier_chain_register(&cpu_chain, nb);
}

void pcpu_events_unregister(struct notifier_block *nb)
{
	pcpu_assert(pcpu_maps_taken);
	raw_notifier_chain_unregister(&cpu_chain, nb);
}

bool pcpu_events_are_heard(void)
{
	return __atomic_load_n(&cpu_chain.head, __ATOMIC_ACQUIRE) != NULL;
}

static void *as_data(unsigned int cpu)
{
	return (void *)(unsigned long)cpu;
}

int pcpu_notify_some(unsigned long event, unsigned int cpu, int nr_to_call, int *nr_calls)
{
	int ret;

	pcpu_assert(pcpu_maps_taken);
	ret = __raw_notifier_call_chain(&cpu_chain, event, as_data(cpu), nr_to_call, nr_calls);
	return notifier_to_errno(ret);
}

int pcpu_notify(unsigned long event, unsigned int cpu)
{
	return pcpu_notify_some(event, cpu, -1, NULL);
}

void pcpu_notify_nofail(unsigned long event, unsigned int cpu)
{
	const int err = pcpu_notify(event, cpu);

	if (err)
		pcpu_fatal_unlock(
			"a notifier returns an error (%d) to event %#lx of CPU %u, which is not "
			"to be refused",
			err, event, cpu);
}

void pcpu_notify_regardless(unsigned long event, unsigned int cpu)
{
	struct notifier_block *next;

	for (struct notifier_block *nb = cpu_chain.head; nb; nb = next) {
		const int err = notifier_to_errno(
			(next = nb->next, nb->notifier_call(nb, event, as_data(cpu))));

		if (err)
			pcpu_log(PERCPU_LOG_WARNING,
				 "a notifier refuses event %#lx of CPU %u (%d), which the machine "
				 "has taken away",
				 event, cpu, err);
	}
}
