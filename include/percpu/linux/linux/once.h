/* SPDX-License-Identifier: MIT */
/*
 * linux/once.h - a call that is made once at each place; whoever comes meanwhile waits for its end.
 */
#ifndef PERCPU_LINUX_ONCE_H
#define PERCPU_LINUX_ONCE_H

#include <linux/mutex.h>

/** DO_ONCE() - @func(...), the first time; whether it was. May wait. */
#define DO_ONCE(func, ...)                                                             \
	__extension__({                                                                \
		static DEFINE_MUTEX(__pcpu_once_lock);                                 \
		static bool __pcpu_once_done;                                          \
		bool __pcpu_first = false;                                             \
		if (unlikely(!__atomic_load_n(&__pcpu_once_done, __ATOMIC_ACQUIRE))) { \
			mutex_lock(&__pcpu_once_lock);                                 \
			__pcpu_first = !__pcpu_once_done;                              \
			if (__pcpu_first)                                              \
				func(__VA_ARGS__);                                     \
			__atomic_store_n(&__pcpu_once_done, true, __ATOMIC_RELEASE);   \
			mutex_unlock(&__pcpu_once_lock);                               \
		}                                                                      \
		__pcpu_first;                                                          \
	})
#define DO_ONCE_SLEEPABLE(func, ...) DO_ONCE(func, __VA_ARGS__)
#define get_random_once(buf, nbytes) DO_ONCE(get_random_bytes, (buf), (nbytes))

#endif /* PERCPU_LINUX_ONCE_H */
