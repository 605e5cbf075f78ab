/* SPDX-License-Identifier: MIT */
/*
 * bug.h - what must not be, and what is said of it, by the kernel's names. Include it where you
 * want them. Messages go where the library's go (log.h): to its handler, and up to its level; fatal
 * ones end in its fatal handler, or in abort(). All of it may be used by any thread and in handlers
 * of signals, as far as the installed handler may; nothing blocks.
 */
#ifndef PERCPU_KERNEL_BUG_H
#define PERCPU_KERNEL_BUG_H

#include <percpu/log.h>

#include <stdarg.h>
#ifdef __GLIBC__
#include <execinfo.h>
#endif

#include <percpu/impl/begin.h>

/* --- at compile time --- */

/** BUILD_BUG_ON() - @condition, a constant, is a compile-time error if it holds. */
#ifndef BUILD_BUG_ON
#define BUILD_BUG_ON(condition) __pcpu_static_assert(!(condition), "BUILD_BUG_ON(" #condition ")")
#endif

/* --- fatal --- */

/** BUG() - ends the process, with the place in the message. */
#ifndef BUG
#define BUG() percpu_fatal("BUG at %s:%d: %s()", __FILE__, __LINE__, __func__)
#endif
/** BUG_ON() - if @condition holds. */
#ifndef BUG_ON
#define BUG_ON(condition)                                                                      \
	(__builtin_expect(!!(condition), 0) ? percpu_fatal("BUG at %s:%d: %s(): %s", __FILE__, \
							   __LINE__, __func__, #condition)     \
					    : (void)0)
#endif
/** VM_BUG_ON() - the same with CONFIG_DEBUG_VM defined; otherwise @condition is not evaluated. */
#ifndef VM_BUG_ON
#ifdef CONFIG_DEBUG_VM
#define VM_BUG_ON(condition) BUG_ON(condition)
#else
#define VM_BUG_ON(condition) ((void)sizeof(!!(condition)))
#endif
#endif
/** panic() - ends the process, with a message as for printf(). */
#ifndef panic
#define panic(...) percpu_fatal(__VA_ARGS__)
#endif

/* --- warnings, whose value is whether @condition holds --- */

#define __pcpu_warn(condition, id, ...)                              \
	__extension__({                                              \
		const bool __pcpu_local(holds, id) = !!(condition);  \
		if (__builtin_expect(__pcpu_local(holds, id), 0))    \
			percpu_log(PERCPU_LOG_WARNING, __VA_ARGS__); \
		__builtin_expect(__pcpu_local(holds, id), 0);        \
	})
#define __pcpu_warn_once(condition, id)                                                        \
	__extension__({                                                                        \
		static bool __pcpu_local(told, id);                                            \
		const bool __pcpu_local(it_holds, id) = !!(condition);                         \
		if (__builtin_expect(__pcpu_local(it_holds, id), 0) &&                         \
		    !__atomic_exchange_n(&__pcpu_local(told, id), true, __ATOMIC_RELAXED))     \
			percpu_log(PERCPU_LOG_WARNING, "WARNING at %s:%d: %s(): %s", __FILE__, \
				   __LINE__, __func__, #condition);                            \
		__builtin_expect(__pcpu_local(it_holds, id), 0);                               \
	})

/** WARN() - a message as for printf(), if @condition holds. */
#ifndef WARN
#define WARN(condition, ...) __pcpu_warn(condition, __COUNTER__, __VA_ARGS__)
#endif
/** WARN_ON() - the place, and the condition; WARN_ON_ONCE(): the first time at each place. */
#ifndef WARN_ON
#define WARN_ON(condition)                                                                    \
	__pcpu_warn(condition, __COUNTER__, "WARNING at %s:%d: %s(): %s", __FILE__, __LINE__, \
		    __func__, #condition)
#endif
#ifndef WARN_ON_ONCE
#define WARN_ON_ONCE(condition) __pcpu_warn_once(condition, __COUNTER__)
#endif

/* --- messages, as for printf(); a newline at the end is left out --- */

/* What printk() knows a level by: before the text. */
#define KERN_EMERG "\0010"
#define KERN_ALERT "\0011"
#define KERN_CRIT "\0012"
#define KERN_ERR "\0013"
#define KERN_WARNING "\0014"
#define KERN_NOTICE "\0015"
#define KERN_INFO "\0016"
#define KERN_DEBUG "\0017"
/** printk() - at the level that @format begins with: printk(KERN_INFO "%d CPUs", nr); or at 4. */
static inline void __attribute__((__unused__, __format__(__printf__, 1, 2)))
printk(const char *format, ...)
{
	enum percpu_log_level level = PERCPU_LOG_WARNING;
	va_list args;

	if (format[0] == 1 && format[1] >= '0' && format[1] <= '7') {
		level = (enum percpu_log_level)(format[1] - '0');
		format += 2;
	}
	va_start(args, format);
	percpu_vlog(level, format, args);
	va_end(args);
}
#ifndef pr_emerg
#define pr_emerg(...) percpu_log(PERCPU_LOG_EMERG, __VA_ARGS__)
#endif
#ifndef pr_err
#define pr_err(...) percpu_log(PERCPU_LOG_ERR, __VA_ARGS__)
#endif
#ifndef pr_warn
#define pr_warn(...) percpu_log(PERCPU_LOG_WARNING, __VA_ARGS__)
#endif
#ifndef pr_warning
#define pr_warning(...) percpu_log(PERCPU_LOG_WARNING, __VA_ARGS__)
#endif
#ifndef pr_info
#define pr_info(...) percpu_log(PERCPU_LOG_INFO, __VA_ARGS__)
#endif
#ifndef pr_debug
#define pr_debug(...) percpu_log(PERCPU_LOG_DEBUG, __VA_ARGS__)
#endif

/**
 * dump_stack() - the callers' addresses, a record each, for addr2line
 *
 * By the C library's backtrace(); where it has none (musl) the nearest one. Not for handlers of
 * signals: backtrace() loads a library at its first call.
 */
static inline void __attribute__((__unused__)) dump_stack(void)
{
#ifdef __GLIBC__
	void *callers[32];
	const int nr = backtrace(callers, 32);
#else
	void *callers[] = {__builtin_return_address(0)};
	const int nr = 1;
#endif

	percpu_log(PERCPU_LOG_WARNING, "Call trace:");
	for (int i = 0; i < nr; i++)
		percpu_log(PERCPU_LOG_WARNING, " [<%p>]", callers[i]);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_KERNEL_BUG_H */
