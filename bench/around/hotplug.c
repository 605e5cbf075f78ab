// SPDX-License-Identifier: MIT
/* What keeps CPUs from coming and going, beside the C library's lock for readers. */
#include "harness/figure.h"
#include "around/measure.h"

#include <pthread.h>

#include <percpu/cpu.h>

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void read_cpus(void)
{
	cpus_read_lock();
	cpus_read_unlock();
}

static void read_with_rwlock(void)
{
	pthread_rwlock_rdlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
}

void measure_hotplug(void)
{
	figure("ns", FASTEST_NS(2000, read_cpus()), "cpus_read_lock + cpus_read_unlock");
	figure("ns", FASTEST_NS(2000, read_with_rwlock()),
	       "pthread_rwlock_rdlock + pthread_rwlock_unlock");
}
