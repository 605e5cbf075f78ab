/* SPDX-License-Identifier: MIT */
/* ratelimit.h - how often something may be said: percpu/ratelimit.h. */
#ifndef PERCPU_LINUX_RATELIMIT_H
#define PERCPU_LINUX_RATELIMIT_H

#include <linux/ratelimit_types.h>

#include <percpu/kernel/bug.h>

/** WARN_ON_RATELIMIT(), WARN_RATELIMIT() - as WARN_ON() and WARN(), as often as may be. */
#define WARN_ON_RATELIMIT(condition, state)                    \
	__extension__({                                        \
		const bool __pcpu_so = !!(condition);          \
		(void)WARN_ON(__pcpu_so &&__ratelimit(state)); \
		__pcpu_so;                                     \
	})
#define WARN_RATELIMIT(condition, ...)                                                  \
	__extension__({                                                                 \
		static DEFINE_RATELIMIT_STATE(__pcpu_limit, DEFAULT_RATELIMIT_INTERVAL, \
					      DEFAULT_RATELIMIT_BURST);                 \
		const bool __pcpu_so = !!(condition);                                   \
		(void)WARN(__pcpu_so &&__ratelimit(&__pcpu_limit), __VA_ARGS__);        \
		__pcpu_so;                                                              \
	})

#endif /* PERCPU_LINUX_RATELIMIT_H */
