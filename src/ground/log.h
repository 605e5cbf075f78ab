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

/* A record of the most urgent level, then the fatal handler, then abort(). */
void pcpu_fatal(const char *format, ...)
	__attribute__((__format__(__printf__, 1, 2), __noreturn__, __cold__));

#endif /* PCPU_LOG_H */
