/* SPDX-License-Identifier: MIT */
/*
 * log.h - what the library has to say, and who hears it.
 *
 * Everything goes through one handler. By default records up to PERCPU_LOG_WARNING go to standard
 * error and the rest is silent; PERCPU_CONF=log:LEVEL changes the level from the start, also of
 * the records of the boot, which precede the program's first chance to install a handler.
 */
#ifndef PERCPU_LOG_H
#define PERCPU_LOG_H

#include <percpu/impl/compiler.h>

#include <stdarg.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/** The kernel's levels, most urgent first. */
enum percpu_log_level {
	PERCPU_LOG_EMERG = 0,
	PERCPU_LOG_ERR = 3,
	PERCPU_LOG_WARNING = 4,
	PERCPU_LOG_INFO = 6,
	PERCPU_LOG_DEBUG = 7,
};

/**
 * A log handler: @message is one line without a newline, valid during the call. It may be called
 * by any thread, and in a signal handler; it must not call the library's allocation functions.
 */
typedef void (*percpu_log_handler_t)(enum percpu_log_level level, const char *message);

/**
 * percpu_set_log_handler() - have @handler called for every record up to @level
 * @handler: NULL for the default, which writes to standard error
 * @level: the least urgent level that is wanted
 *
 * Returns the handler before, NULL if it was the default. Thread- and signal-safe, never blocks.
 */
PERCPU_API percpu_log_handler_t percpu_set_log_handler(percpu_log_handler_t handler,
						       enum percpu_log_level level);

/**
 * percpu_set_fatal_handler() - have @handler called after a fatal message, instead of abort()
 * @handler: must not return (if it does, abort() is called); NULL for abort()
 *
 * It is for crash reporters: the calling thread has no lock of the library when it runs, and no
 * CPU: those of a section, of cpus_write_lock() and the like are over. So it may fork, run
 * programs, allocate, count and take locks, as may a handler of SIGABRT where there is no @handler.
 * Local locks and semaphores that the program has stay taken. Signals may be masked. Who leaves it
 * by longjmp(), as tests do, says so by another call of this one, in that thread: the process does
 * not end after all.
 *
 * Of several threads that have a fatal message the first calls it, and the others wait for the end
 * when they have said theirs. A second message of the thread in the handler, or in a child that it
 * has forked, ends that process at once, by SIGABRT. In a handler of a signal it is called there,
 * and may do what that may: if the signal has interrupted a call of the library, no more than to
 * fork, run a program and end.
 *
 * Returns the handler before, NULL if it was abort(). Thread- and signal-safe, never blocks.
 */
typedef void (*percpu_fatal_handler_t)(const char *message);
PERCPU_API percpu_fatal_handler_t percpu_set_fatal_handler(percpu_fatal_handler_t handler);

/**
 * percpu_log(), percpu_vlog() - a record of the program's own, to where those of the library go
 * @level: it is not made if nobody hears it
 * @format: as for printf(). One line of at most 1023 bytes; what is longer is cut, and a newline at
 *	the end is left out
 *
 * Keeps errno. Thread- and signal-safe, as far as the handler is; the library blocks nowhere.
 */
PERCPU_API void __attribute__((__format__(__printf__, 2, 3)))
percpu_log(enum percpu_log_level level, const char *format, ...);
PERCPU_API void __attribute__((__format__(__printf__, 2, 0)))
percpu_vlog(enum percpu_log_level level, const char *format, va_list args);

/** percpu_fatal() - a record of the most urgent level, then the fatal handler, then abort(). */
PERCPU_API void __attribute__((__format__(__printf__, 1, 2), __noreturn__, __cold__))
percpu_fatal(const char *format, ...);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/log.h>
#endif

#endif /* PERCPU_LOG_H */
