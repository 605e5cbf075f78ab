/* SPDX-License-Identifier: MIT */
/* up/migrate.h - migrate.h with PERCPU_UP: there is one CPU to be on. */
#ifndef PERCPU_UP_MIGRATE_H
#define PERCPU_UP_MIGRATE_H

#include <percpu/migrate.h>

#include <percpu/impl/begin.h>

PERCPU_API void migrate_disable(void)
{
}

PERCPU_API void migrate_enable(void)
{
}

PERCPU_API unsigned int __percpu_migration_disabled(void)
{
	return 0;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_MIGRATE_H */
