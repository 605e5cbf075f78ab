/* SPDX-License-Identifier: MIT */
/*
 * up/log.h - log.h with PERCPU_UP: the handlers, and what has something to say to them.
 */
#ifndef PERCPU_UP_LOG_H
#define PERCPU_UP_LOG_H

#include <percpu/log.h>

#include <stdio.h>
#include <stdlib.h>

#include <percpu/impl/begin.h>

struct percpu_up_log {
	percpu_log_handler_t handler;
	enum percpu_log_level level;
	percpu_fatal_handler_t fatal_handler;
};

__PCPU_BEGIN_DECLS
/* Weak: every file defines it, the program has one. */
extern struct percpu_up_log __percpu_up_log;
__attribute__((__weak__)) struct percpu_up_log __percpu_up_log = {NULL, PERCPU_LOG_WARNING, NULL};
__PCPU_END_DECLS

PERCPU_API percpu_log_handler_t percpu_set_log_handler(percpu_log_handler_t handler,
						       enum percpu_log_level level)
{
	percpu_log_handler_t before = __percpu_up_log.handler;

	__percpu_up_log.handler = handler;
	__percpu_up_log.level = level;
	return before;
}

PERCPU_API percpu_fatal_handler_t percpu_set_fatal_handler(percpu_fatal_handler_t handler)
{
	percpu_fatal_handler_t before = __percpu_up_log.fatal_handler;

	__percpu_up_log.fatal_handler = handler;
	return before;
}

static inline void __percpu_up_say(enum percpu_log_level level, const char *message)
{
	if (level > __percpu_up_log.level)
		return;
	if (__percpu_up_log.handler)
		__percpu_up_log.handler(level, message);
	else
		fprintf(stderr, "percpu: %s\n", message);
}

static inline void __attribute__((__noreturn__)) __percpu_up_fatal(const char *message)
{
	__percpu_up_say(PERCPU_LOG_EMERG, message);
	if (__percpu_up_log.fatal_handler)
		__percpu_up_log.fatal_handler(message);
	abort();
}

/* Without a newline at the end. */
static inline void __attribute__((__unused__, __format__(__printf__, 3, 0)))
__percpu_up_write(char *message, size_t size, const char *format, va_list args)
{
	int len = vsnprintf(message, size, format, args);

	if (len > 0 && (size_t)len < size && message[len - 1] == '\n')
		message[len - 1] = '\0';
}

PERCPU_API void __attribute__((__format__(__printf__, 2, 0)))
percpu_vlog(enum percpu_log_level level, const char *format, va_list args)
{
	char message[1024];

	__percpu_up_write(message, sizeof(message), format, args);
	__percpu_up_say(level, message);
}

PERCPU_API void __attribute__((__format__(__printf__, 2, 3)))
percpu_log(enum percpu_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	percpu_vlog(level, format, args);
	va_end(args);
}

PERCPU_API void __attribute__((__format__(__printf__, 1, 2), __noreturn__, __cold__))
percpu_fatal(const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	__percpu_up_write(message, sizeof(message), format, args);
	va_end(args);
	__percpu_up_fatal(message);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_LOG_H */
