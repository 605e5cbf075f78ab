/* SPDX-License-Identifier: MIT */
/* maps.c - see maps.h. */
#include "hotplug/lock/maps.h"
#include "ground/log.h"
#include "ground/system/new_process.h"
#include "ground/system/race.h"

#include <pthread.h>

struct pcpu_mutex pcpu_add_remove_lock = PCPU_MUTEX_INITIALIZER(PCPU_RANK_MAPS);
struct pcpu_mutex pcpu_states_mutex = PCPU_MUTEX_INITIALIZER(PCPU_RANK_STATES);
__thread unsigned int pcpu_maps_taken;

/* Of the thread that has the lock. */
static int cancelable_before;

void pcpu_maps_begin(void)
{
	int cancelable;

	if (pcpu_maps_taken++)
		return;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelable);
	pcpu_mend_new_process();
	pcpu_mutex_lock(&pcpu_add_remove_lock);
	pcpu_race_acquire(&pcpu_add_remove_lock);
	cancelable_before = cancelable;
}

void pcpu_maps_done(void)
{
	const int cancelable = cancelable_before;

	if (!pcpu_maps_taken)
		pcpu_fatal("cpu_maps_update_done() without cpu_maps_update_begin()");
	if (--pcpu_maps_taken)
		return;
	pcpu_race_release(&pcpu_add_remove_lock);
	pcpu_mutex_unlock(&pcpu_add_remove_lock);
	pthread_setcancelstate(cancelable, NULL);
}

void pcpu_maps_after_fork(void)
{
	if (!pcpu_mutex_is_held(&pcpu_add_remove_lock)) {
		pcpu_maps_taken = 0;
		pcpu_mutex_renew(&pcpu_add_remove_lock);
	}
	if (!pcpu_mutex_is_held(&pcpu_states_mutex))
		pcpu_mutex_renew(&pcpu_states_mutex);
}
