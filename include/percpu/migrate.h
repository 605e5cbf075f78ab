/* SPDX-License-Identifier: MIT */
/*
 * migrate.h - this CPU stays the same for a while, and is not held: migrate_disable().
 *
 *	migrate_disable();
 *	s = this_cpu_ptr(stats);	// of one CPU, until migrate_enable()
 *	...				// may wait, and others may have sections on that CPU
 *	migrate_enable();
 *
 * In between, this CPU is the one that it was at the beginning, as inside of a local lock
 * (local_lock.h): for smp_processor_id(), this_cpu_ptr(), raw_cpu_X() and __this_cpu_X(), sections
 * and local locks. The thread itself may be moved, which takes no system call to prevent:
 * percpu_thread_pin() (pinned.h) is for who has to run there. this_cpu_X() are exact, and on the
 * copy of the CPU on which the thread runs; on that of this CPU, in files that include
 * <linux/percpu.h>.
 */
#ifndef PERCPU_MIGRATE_H
#define PERCPU_MIGRATE_H

#include <percpu/section.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/**
 * migrate_disable(), migrate_enable() - from here to there, which nest; with sections in any order
 *
 * Inside of a section it is the CPU that is held. A thread that ends before migrate_enable() is
 * reported as one with a local lock. migrate_enable() without the other is fatal. Thread-safe; in
 * handlers of signals in pairs. They cost about what a section does.
 */
PERCPU_API void migrate_disable(void) __pcpu_as(migrate_disable);
PERCPU_API void migrate_enable(void) __pcpu_as(migrate_enable);
/* How deep it is. */
PERCPU_API unsigned int __percpu_migration_disabled(void);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/migrate.h>
#endif

#endif /* PERCPU_MIGRATE_H */
