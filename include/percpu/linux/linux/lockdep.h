/* SPDX-License-Identifier: MIT */
/*
 * linux/lockdep.h - what the kernel's checker of locks is told: types, and nothing else. Nobody
 * checks here; lockdep_is_held() is always true, as with the checker switched off.
 */
#ifndef PERCPU_LINUX_LOCKDEP_H
#define PERCPU_LINUX_LOCKDEP_H

#include <linux/types.h>

struct lockdep_subclass_key {
	char unused;
};
struct lock_class_key {
	char unused;
};
struct lockdep_map {
	char unused;
};
struct pin_cookie {
	char unused;
};
struct task_struct;

#define SINGLE_DEPTH_NESTING 1
#define LOCKDEP_STILL_OK 1
#define STATIC_LOCKDEP_MAP_INIT(name, key) \
	{                                  \
		0                          \
	}

#define lockdep_init_map(map, name, key, subclass) ((void)(map), (void)(name), (void)(key))
#define lockdep_set_class(lock, key) ((void)(lock), (void)(key))
#define lockdep_set_class_and_name(lock, key, name) ((void)(lock), (void)(key), (void)(name))
#define lockdep_set_subclass(lock, sub) ((void)(lock))
#define lockdep_set_novalidate_class(lock) ((void)(lock))
#define lockdep_register_key(key) ((void)(key))
#define lockdep_unregister_key(key) ((void)(key))
#define lockdep_init() ((void)0)
#define lockdep_off() ((void)0)
#define lockdep_on() ((void)0)
#define lockdep_is_held(lock) ((void)(lock), 1)
#define lockdep_is_held_type(lock, read) ((void)(lock), 1)
#define lockdep_assert(condition) ((void)0)
#define lockdep_assert_once(condition) ((void)0)
#define lockdep_assert_held(lock) ((void)(lock))
#define lockdep_assert_not_held(lock) ((void)(lock))
#define lockdep_assert_held_once(lock) ((void)(lock))
#define lockdep_assert_held_write(lock) ((void)(lock))
#define lockdep_assert_held_read(lock) ((void)(lock))
#define lockdep_assert_none_held_once() ((void)0)
#define lockdep_assert_irqs_enabled() ((void)0)
#define lockdep_assert_irqs_disabled() ((void)0)
#define lockdep_assert_in_irq() ((void)0)
#define lockdep_assert_no_hardirq() ((void)0)
#define lockdep_assert_preemption_enabled() ((void)0)
#define lockdep_assert_preemption_disabled() ((void)0)
#define lockdep_assert_in_softirq() ((void)0)
#define lockdep_recursing(task) ((void)(task), 0)
#define debug_check_no_locks_freed(from, size) ((void)(from), (void)(size))
#define debug_check_no_locks_held() ((void)0)

/* Of a lock's map, which the structure need not have. */
#define lock_acquire(map, subclass, try, read, check, nest, ip) ((void)0)
#define lock_release(map, ip) ((void)0)
#define lock_acquired(map, ip) ((void)0)
#define lock_contended(map, ip) ((void)0)
#define lock_map_acquire(map) ((void)0)
#define lock_map_acquire_read(map) ((void)0)
#define lock_map_acquire_try(map) ((void)0)
#define lock_map_release(map) ((void)0)
#define spin_acquire(map, subclass, try, ip) ((void)0)
#define spin_release(map, ip) ((void)0)
#define rwlock_acquire(map, subclass, try, ip) ((void)0)
#define rwlock_release(map, ip) ((void)0)
#define mutex_acquire(map, subclass, try, ip) ((void)0)
#define mutex_release(map, ip) ((void)0)
#define rwsem_acquire(map, subclass, try, ip) ((void)0)
#define rwsem_acquire_read(map, subclass, try, ip) ((void)0)
#define rwsem_release(map, ip) ((void)0)
#define seqcount_acquire(map, subclass, try, ip) ((void)0)
#define seqcount_release(map, ip) ((void)0)
#define might_lock(lock) ((void)(lock))
#define might_lock_read(lock) ((void)(lock))
#define might_lock_nested(lock, subclass) ((void)(lock))

#endif /* PERCPU_LINUX_LOCKDEP_H */
