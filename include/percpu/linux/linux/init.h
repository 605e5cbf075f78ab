/* SPDX-License-Identifier: MIT */
/*
 * linux/init.h - what runs before main(): initcalls, level after level, and in a level as the files
 * are linked. What they return is only reported, if it is an error, as PERCPU_LOG_DEBUG. In a
 * shared object they run when it is loaded.
 */
#ifndef PERCPU_LINUX_INIT_H
#define PERCPU_LINUX_INIT_H

#include <linux/compiler.h>

#include <percpu/log.h>

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

static inline void __pcpu_run_initcall(initcall_t fn, const char *name)
{
	const int result = fn();

	if (result != 0)
		percpu_log(PERCPU_LOG_DEBUG, "initcall %s returned %d", name, result);
}

/*
 * Constructors of the library's headers have 101; the program's own, without a number, come after.
 */
#define __pcpu_initcall(fn, priority)                                                          \
	static void __attribute__((__constructor__(priority), __used__)) __initcall_##fn(void) \
	{                                                                                      \
		__pcpu_run_initcall(fn, #fn);                                                  \
	}
#undef core_initcall
#define early_initcall(fn) __pcpu_initcall(fn, 1000)
#define pure_initcall(fn) __pcpu_initcall(fn, 1010)
#define core_initcall(fn) __pcpu_initcall(fn, 1020)
#define core_initcall_sync(fn) __pcpu_initcall(fn, 1025)
#define postcore_initcall(fn) __pcpu_initcall(fn, 1030)
#define arch_initcall(fn) __pcpu_initcall(fn, 1040)
#define subsys_initcall(fn) __pcpu_initcall(fn, 1050)
#define subsys_initcall_sync(fn) __pcpu_initcall(fn, 1055)
#define fs_initcall(fn) __pcpu_initcall(fn, 1060)
#define rootfs_initcall(fn) __pcpu_initcall(fn, 1065)
#define device_initcall(fn) __pcpu_initcall(fn, 1070)
#define device_initcall_sync(fn) __pcpu_initcall(fn, 1075)
#define late_initcall(fn) __pcpu_initcall(fn, 1080)
#define late_initcall_sync(fn) __pcpu_initcall(fn, 1085)
#define __initcall(fn) device_initcall(fn)

#endif /* PERCPU_LINUX_INIT_H */
