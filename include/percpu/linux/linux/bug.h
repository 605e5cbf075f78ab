/* SPDX-License-Identifier: MIT */
/* linux/bug.h - what must not be: percpu/kernel/bug.h. */
#ifndef PERCPU_LINUX_BUG_H
#define PERCPU_LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/printk.h>

/** WARN_ONCE() - WARN() the first time at this place that @condition holds. */
#define WARN_ONCE(condition, ...)                                                 \
	__extension__({                                                           \
		static bool __pcpu_warned;                                        \
		const bool __pcpu_bad = !!(condition);                            \
		if (unlikely(__pcpu_bad) &&                                       \
		    !__atomic_exchange_n(&__pcpu_warned, true, __ATOMIC_RELAXED)) \
			printk(KERN_WARNING __VA_ARGS__);                         \
		unlikely(__pcpu_bad);                                             \
	})
#define WARN_TAINT(condition, taint, ...) WARN(condition, __VA_ARGS__)
#define WARN_ON_SMP(condition) WARN_ON(condition)
#define VM_WARN_ON(condition) WARN_ON(condition)
#define VM_WARN_ON_ONCE(condition) WARN_ON_ONCE(condition)

#endif /* PERCPU_LINUX_BUG_H */
