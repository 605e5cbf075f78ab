/* SPDX-License-Identifier: MIT */
/*
 * log.c - records for the log handler, and the end of the road.
 *
 * Nothing here allocates or takes a lock: a fatal message may have to be given in a signal handler,
 * or with any lock of the library held.
 */
#include "ground/log.h"
#include "arch/probe.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
	percpu_log_handler_t handler;
	enum percpu_log_level level;
	percpu_fatal_handler_t fatal_handler;
} log_to = {.level = PERCPU_LOG_WARNING};

static __thread bool dying __attribute__((__tls_model__("initial-exec")));

bool pcpu_thread_is_dying(void)
{
	return dying;
}

/*
 * One call, so that the lines of several threads and processes stay whole; and nothing is copied
 * for it: there may be little stack.
 */
static void default_handler(enum percpu_log_level level, const char *message)
{
	static const char name[] = "percpu: ";
	const struct iovec line[] = {
		{(void *)name, sizeof(name) - 1},
		{(void *)message, strlen(message)},
		{(void *)"\n", 1},
	};

	(void)level;
	if (writev(STDERR_FILENO, line, sizeof(line) / sizeof(line[0])) < 0)
		return; /* there is nobody else to tell */
}

bool pcpu_log_wanted(enum percpu_log_level level)
{
	return level <= __atomic_load_n(&log_to.level, __ATOMIC_RELAXED);
}

/* Handlers write, which is where a thread can be cancelled; the caller may hold locks. */
static void emit(enum percpu_log_level level, const char *message)
{
	percpu_log_handler_t handler = __atomic_load_n(&log_to.handler, __ATOMIC_ACQUIRE);
	int cancelable;

	if (!pcpu_log_wanted(level))
		return;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancelable);
	(handler ? handler : default_handler)(level, message);
	pthread_setcancelstate(cancelable, NULL);
}

static void __attribute__((__format__(__printf__, 2, 0)))
write_message(char message[PCPU_LOG_MAX], const char *format, va_list args)
{
	int len = vsnprintf(message, PCPU_LOG_MAX, format, args);

	if (len > 0 && len < PCPU_LOG_MAX && message[len - 1] == '\n')
		message[len - 1] = '\0';
}

/* In its callers' frames: messages are also written on the small stacks of handlers. */
static inline void __attribute__((__always_inline__, __format__(__printf__, 2, 0)))
say(enum percpu_log_level level, const char *format, va_list args)
{
	char message[PCPU_LOG_MAX];
	int saved = errno;

	if (!pcpu_log_wanted(level))
		return;
	write_message(message, format, args);
	PCPU_PROBE2(log, level, message);
	emit(level, message);
	errno = saved;
}

void pcpu_log(enum percpu_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(level, format, args);
	va_end(args);
}

PERCPU_API void percpu_vlog(enum percpu_log_level level, const char *format, va_list args)
{
	say(level, format, args);
}

PERCPU_API void percpu_log(enum percpu_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(level, format, args);
	va_end(args);
}

/*
 * A program's handler of SIGABRT sees a fatal message wherever it is given, also while signals are
 * masked: until 2.40 glibc's abort() unmasks the signal before it raises it, later ones only when
 * no handler would be called any more.
 */
static void __attribute__((__noreturn__)) end_process(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGABRT);
	pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
	abort();
}

static void __attribute__((__noreturn__)) give_up(const char *message)
{
	percpu_fatal_handler_t handler = __atomic_load_n(&log_to.fatal_handler, __ATOMIC_ACQUIRE);

	PCPU_PROBE1(fatal, message);
	emit(PERCPU_LOG_EMERG, message);
	if (handler)
		handler(message);
	end_process();
}

void pcpu_fatal(const char *format, ...)
{
	char message[PCPU_LOG_MAX];
	va_list args;

	dying = true;
	va_start(args, format);
	write_message(message, format, args);
	va_end(args);
	give_up(message);
}

PERCPU_API void percpu_fatal(const char *format, ...)
{
	char message[PCPU_LOG_MAX];
	va_list args;

	dying = true;
	va_start(args, format);
	write_message(message, format, args);
	va_end(args);
	give_up(message);
}

void pcpu_log_set_level(enum percpu_log_level level)
{
	__atomic_store_n(&log_to.level, level, __ATOMIC_RELAXED);
}

PERCPU_API percpu_log_handler_t percpu_set_log_handler(percpu_log_handler_t handler,
						       enum percpu_log_level level)
{
	pcpu_log_set_level(level);
	return __atomic_exchange_n(&log_to.handler, handler, __ATOMIC_ACQ_REL);
}

PERCPU_API percpu_fatal_handler_t percpu_set_fatal_handler(percpu_fatal_handler_t handler)
{
	return __atomic_exchange_n(&log_to.fatal_handler, handler, __ATOMIC_ACQ_REL);
}
