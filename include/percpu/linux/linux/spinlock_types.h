/* SPDX-License-Identifier: MIT */
/* linux/spinlock_types.h - short locks: spinlock_t is that of percpu/kernel/lock.h. */
#ifndef PERCPU_LINUX_SPINLOCK_TYPES_H
#define PERCPU_LINUX_SPINLOCK_TYPES_H

#include <linux/types.h>

#include <percpu/kernel/lock.h>

typedef struct raw_spinlock {
	spinlock_t lock;
} raw_spinlock_t;

#define __RAW_SPIN_LOCK_UNLOCKED(name)             \
	{                                          \
		.lock = __SPIN_LOCK_UNLOCKED(name) \
	}
#define DEFINE_RAW_SPINLOCK(name) raw_spinlock_t name = __RAW_SPIN_LOCK_UNLOCKED(name)

/* How many read, or -1: one writes. */
typedef struct {
	int users;
} rwlock_t;

#define __RW_LOCK_UNLOCKED(name) \
	{                        \
		0                \
	}
#define DEFINE_RWLOCK(name) rwlock_t name = __RW_LOCK_UNLOCKED(name)

#endif /* PERCPU_LINUX_SPINLOCK_TYPES_H */
