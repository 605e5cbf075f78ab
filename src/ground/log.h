/* SPDX-License-Identifier: MIT */
/*
 * log.h - records for the log handler, and the end of the road.
 */
#ifndef PCPU_LOG_H
#define PCPU_LOG_H

#include <percpu/log.h>

#include <stdbool.h>

/* The longest message, with its final zero. Longer ones are cut. */
#define PCPU_LOG_MAX 1024

/* One record. Safe in signal handlers, as far as the installed handler is. */
void pcpu_log(enum percpu_log_level level, const char *format, ...)
	__attribute__((__format__(__printf__, 2, 3)));

/* Whether a record of @level would be heard: for records that cost something to make. */
bool pcpu_log_wanted(enum percpu_log_level level);

/* The least urgent level that is heard; the handler stays as it is. */
void pcpu_log_set_level(enum percpu_log_level level);

/* Whether the calling thread has given a fatal message: then it waits for no lock any more. */
bool pcpu_thread_is_dying(void);

/*
 * A record of the most urgent level, then the fatal handler, then abort(). The caller has no mutex
 * of the library, since the handler may do anything; assertions look at that. But it may have those
 * under which callbacks of programs are called: they are dropped first.
 */
void pcpu_fatal(const char *format, ...)
	__attribute__((__format__(__printf__, 1, 2), __noreturn__, __cold__));

/*
 * The same for who may have some, and leaves what they guard as it has to be: they are dropped
 * first.
 */
void pcpu_fatal_unlock(const char *format, ...)
	__attribute__((__format__(__printf__, 1, 2), __noreturn__, __cold__));

/*
 * Once, while there is one thread: what folders above do for a thread before its handler is called,
 * or before it waits for another one's. @fn drops the CPU that the thread holds, and the mutexes
 * under which callbacks of programs are called; or @all that it has.
 */
void pcpu_fatal_set_hook(void (*fn)(bool all));

#endif /* PCPU_LOG_H */
