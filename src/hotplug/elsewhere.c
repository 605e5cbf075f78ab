/* SPDX-License-Identifier: MIT */
/* elsewhere.c - see elsewhere.h. */
#include "hotplug/elsewhere.h"
#include "cpu/hold.h"
#include "ground/fault.h"
#include "ground/log.h"
#include "ground/signals.h"
#include "ground/system/affinity.h"
#include "hotplug/lock/maps.h"
#include "hotplug/lock/online_lock.h"
#include "machine/tier.h"
#include "memory/unit.h"

#include <percpu/section.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/prctl.h>

struct errand {
	unsigned int cpu;
	void (*fn)(void *arg);
	void *arg;
	/* the caller's */
	struct pcpu_online_self online;
	unsigned int maps_taken;
};

static void *do_errand(void *arg)
{
	const struct errand *errand = arg;
	char name[16];

	snprintf(name, sizeof(name), "cpuhp/%u", errand->cpu);
	prctl(PR_SET_NAME, name);
	/* if that is refused, it is elsewhere */
	pcpu_affinity_set_one(errand->cpu);
	pcpu_online_self = errand->online;
	pcpu_maps_taken = errand->maps_taken;
	errand->fn(errand->arg);
	pcpu_online_self = (struct pcpu_online_self){0};
	pcpu_maps_taken = 0;
	return NULL;
}

static int start_thread(pthread_t *thread, struct errand *errand)
{
	sigset_t saved;
	int err;

	if (pcpu_fault(PCPU_FAULT_THREAD))
		return EAGAIN;
	pcpu_mask_signals(&saved);
	err = pthread_create(thread, NULL, do_errand, errand);
	pcpu_restore_signals(&saved);
	return err;
}

void pcpu_call_on(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	struct errand errand = {cpu, fn, arg, pcpu_online_self, pcpu_maps_taken};
	int err, cancelable;
	pthread_t thread;

	err = start_thread(&thread, &errand);
	if (err) {
		pcpu_log(PERCPU_LOG_WARNING,
			 "no thread for CPU %u (errno %d): what is to be done there is done by the "
			 "caller",
			 cpu, err);
		fn(arg);
		return;
	}
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelable);
	pthread_join(thread, NULL);
	pthread_setcancelstate(cancelable, NULL);
}

/* With shared copies to hold a CPU is to go there, which may be forbidden. */
static bool hold(unsigned int cpu)
{
	return !pcpu_tier.shared && percpu_remote_begin(cpu) == 0;
}

void pcpu_call_holding(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	const bool held = hold(cpu);
	sigset_t saved;

	pcpu_mask_signals(&saved);
	fn(arg);
	pcpu_restore_signals(&saved);
	if (held)
		percpu_remote_end(cpu);
}

void pcpu_wait_for_sections(unsigned int cpu)
{
	/* nobody has been there */
	if (!pcpu_unit_is_open(cpu))
		return;
	if (hold(cpu))
		percpu_remote_end(cpu);
	else if (pcpu_held_by_other(cpu))
		pcpu_hold_wait(cpu);
}
