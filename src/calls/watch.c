/* SPDX-License-Identifier: MIT */
/* watch.c - the watcher of the machine's CPUs, as programs call it; percpu/watch.h. */
#include "hotplug/watch/watch.h"
#include "hotplug/lock/maps.h"
#include "hotplug/lock/online_lock.h"
#include "hotplug/machine.h"

#include <percpu/watch.h>

#include <errno.h>

/* The watcher may be waiting for what the caller has; in its own callbacks it is the caller. */
static bool would_wait_for_itself(void)
{
	return pcpu_online_self.reads || pcpu_online_self.writes || pcpu_online_self.calls ||
	       pcpu_maps_taken;
}

PERCPU_API int percpu_watch_cpus(unsigned int flags)
{
	return pcpu_watch_ask(&pcpu_hotplug_sink, flags);
}

PERCPU_API void percpu_watch_stop(void)
{
	pcpu_watch_stop(!would_wait_for_itself());
}

PERCPU_API int percpu_watch_look(void)
{
	return would_wait_for_itself() ? -EDEADLK : pcpu_watch_look();
}

PERCPU_API unsigned int percpu_watch_wakers(void)
{
	return pcpu_watch_wakers();
}
