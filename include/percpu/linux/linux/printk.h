/* SPDX-License-Identifier: MIT */
/*
 * linux/printk.h - messages, to where the library's go (percpu/log.h), one line each. What a file
 * defines as pr_fmt() before its first include is what its messages are wrapped in. A %p with
 * letters behind it, as the kernel's own, is not understood: the address is printed, and the
 * letters.
 */
#ifndef PERCPU_LINUX_PRINTK_H
#define PERCPU_LINUX_PRINTK_H

#include <linux/compiler.h>
#include <linux/types.h>

#include <percpu/kernel/bug.h>

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define KERN_DEFAULT ""
#define KERN_CONT ""
#define KERN_SOH "\001"

#undef pr_emerg
#undef pr_err
#undef pr_warn
#undef pr_warning
#undef pr_info
#undef pr_debug
#define pr_emerg(fmt, ...) printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...) printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...) printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...) printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...) printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warning(fmt, ...) pr_warn(fmt, ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...) printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...) printk(KERN_INFO fmt, ##__VA_ARGS__)
#define pr_debug(fmt, ...) printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_devel(fmt, ...) pr_debug(fmt, ##__VA_ARGS__)
#define no_printk(fmt, ...) ((void)(0 && (printk(fmt, ##__VA_ARGS__), 0)))

/** printk_once() and its like - the first time at each place. */
#define __pcpu_once(statement)                                                  \
	do {                                                                    \
		static bool __pcpu_done;                                        \
		if (!__atomic_exchange_n(&__pcpu_done, true, __ATOMIC_RELAXED)) \
			statement;                                              \
	} while (0)
#define printk_once(...) __pcpu_once(printk(__VA_ARGS__))
#define pr_err_once(...) __pcpu_once(pr_err(__VA_ARGS__))
#define pr_warn_once(...) __pcpu_once(pr_warn(__VA_ARGS__))
#define pr_notice_once(...) __pcpu_once(pr_notice(__VA_ARGS__))
#define pr_info_once(...) __pcpu_once(pr_info(__VA_ARGS__))
#define pr_debug_once(...) __pcpu_once(pr_debug(__VA_ARGS__))
/* At most ten in five seconds at each place. */
#define __pcpu_limited(statement)                              \
	do {                                                   \
		static struct __pcpu_print_limit __pcpu_limit; \
		if (__pcpu_may_print(&__pcpu_limit))           \
			statement;                             \
	} while (0)
#define printk_ratelimited(...) __pcpu_limited(printk(__VA_ARGS__))
#define pr_err_ratelimited(...) __pcpu_limited(pr_err(__VA_ARGS__))
#define pr_warn_ratelimited(...) __pcpu_limited(pr_warn(__VA_ARGS__))
#define pr_notice_ratelimited(...) __pcpu_limited(pr_notice(__VA_ARGS__))
#define pr_info_ratelimited(...) __pcpu_limited(pr_info(__VA_ARGS__))
#define pr_debug_ratelimited(...) __pcpu_limited(pr_debug(__VA_ARGS__))

#include <time.h>

struct __pcpu_print_limit {
	time_t since;
	int printed;
};

/* Two threads that begin five seconds at once may print a few more: nobody waits for a message. */
static inline bool __pcpu_may_print(struct __pcpu_print_limit *limit)
{
	struct timespec now;
	time_t since = __atomic_load_n(&limit->since, __ATOMIC_RELAXED), second;

	clock_gettime(CLOCK_MONOTONIC, &now);
	second = now.tv_sec ? now.tv_sec : 1; /* 0 is never */
	if ((since == 0 || second - since >= 5) &&
	    __atomic_compare_exchange_n(&limit->since, &since, second, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		__atomic_store_n(&limit->printed, 0, __ATOMIC_RELAXED);
	return __atomic_fetch_add(&limit->printed, 1, __ATOMIC_RELAXED) < 10;
}

#endif /* PERCPU_LINUX_PRINTK_H */
