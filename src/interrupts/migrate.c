/* SPDX-License-Identifier: MIT */
/*
 * migrate.c - this CPU stays the same; percpu/migrate.h.
 *
 * It is what a local lock says that is nobody's: the thread has a CPU that it does not hold. So it
 * is counted as one, and begun inside of a section, whose end leaves the CPU's number as it is.
 */
#include "cpu/holder.h"
#include "ground/log.h"

#include <percpu/migrate.h>

#include <limits.h>

static __thread unsigned int disabled __attribute__((__tls_model__("initial-exec")));

PERCPU_API void migrate_disable(void)
{
	(void)get_cpu();
	if (pcpu_self.nested > UINT_MAX - __PCPU_LOCAL_LOCK)
		pcpu_fatal("migrate_disable(): %u deep, one more than can be counted", disabled);
	*(volatile unsigned int *)&pcpu_self.nested += __PCPU_LOCAL_LOCK;
	disabled++;
	put_cpu();
}

PERCPU_API void migrate_enable(void)
{
	if (!disabled)
		pcpu_fatal("migrate_enable() without migrate_disable()");
	disabled--;
	*(volatile unsigned int *)&pcpu_self.nested -= __PCPU_LOCAL_LOCK;
	if (!pcpu_self_has_local_locks() && pcpu_held_cpu() < 0)
		*(volatile int *)&pcpu_self.cpu = __PCPU_NO_CPU;
}

PERCPU_API unsigned int __percpu_migration_disabled(void)
{
	return disabled;
}
