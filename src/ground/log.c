/* SPDX-License-Identifier: MIT */
/*
 * log.c - records for the log handler, and the end of the road.
 *
 * Nothing here allocates or takes a lock: a fatal message may have to be given in a signal handler.
 *
 * How a process ends, of which several threads may find that it has to, one of them twice (modelled
 * in tests/model/ending.pml):
 *
 *	E1	the message is said, by every thread that has one
 *	E2	who gives its second one, in a handler of the first, ends the process at once
 *	E3	all others let go of the mutexes, and of the CPU, that they have
 *	E4	the first thread of the process puts its word into `ending`; a word of another
 *		process is as good as none, since this is then a child of its
 *	E5	it calls the fatal handler, and then abort()
 *	E5'	any other waits for that, or until the first sets a new handler: it has left the old
 *		one by longjmp(), the process does not end after all, and the next is the first
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
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static struct {
	percpu_log_handler_t handler;
	enum percpu_log_level level;
	percpu_fatal_handler_t fatal_handler;
} log_to = {.level = PERCPU_LOG_WARNING};

/* How many fatal messages the thread has given. */
static __thread unsigned int dying __attribute__((__tls_model__("initial-exec")));

/* The process and the thread that ends it, 32 bits each. */
static uint64_t ending;

static void (*let_go)(bool all);

void pcpu_fatal_set_hook(void (*fn)(bool all))
{
	let_go = fn;
}

bool pcpu_thread_is_dying(void)
{
	return dying != 0;
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

/* E2. Without the program's handler of SIGABRT, which may be what has come here again. */
static void __attribute__((__noreturn__)) end_at_once(void)
{
	signal(SIGABRT, SIG_DFL);
	end_process();
}

/* E4 */
static bool is_first_to_end(void)
{
	const uint64_t process = (uint64_t)getpid() << 32;
	const uint64_t mine = process | (uint32_t)syscall(SYS_gettid);
	uint64_t word = __atomic_load_n(&ending, __ATOMIC_RELAXED);

	while (word >> 32 != process >> 32)
		if (__atomic_compare_exchange_n(&ending, &word, mine, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

/* E5' */
static void wait_for_the_end(void)
{
	const struct timespec a_while = {.tv_nsec = 10 * 1000 * 1000};

	while (!is_first_to_end())
		nanosleep(&a_while, NULL);
}

/* @all: as of the hook. */
static void __attribute__((__noreturn__)) give_up(const char *message, bool all)
{
	percpu_fatal_handler_t handler = __atomic_load_n(&log_to.fatal_handler, __ATOMIC_ACQUIRE);

	PCPU_PROBE1(fatal, message);
	if (dying < 3) /* the third is of the log handler itself */
		emit(PERCPU_LOG_EMERG, message);
	if (dying > 1)
		end_at_once();
	if (let_go)
		let_go(all);
	wait_for_the_end();
	if (handler)
		handler(message);
	end_process();
}

void pcpu_fatal(const char *format, ...)
{
	char message[PCPU_LOG_MAX];
	va_list args;

	dying++;
	va_start(args, format);
	write_message(message, format, args);
	va_end(args);
	give_up(message, false);
}

void pcpu_fatal_unlock(const char *format, ...)
{
	char message[PCPU_LOG_MAX];
	va_list args;

	dying++;
	va_start(args, format);
	write_message(message, format, args);
	va_end(args);
	give_up(message, true);
}

PERCPU_API void percpu_fatal(const char *format, ...)
{
	char message[PCPU_LOG_MAX];
	va_list args;

	dying++;
	va_start(args, format);
	write_message(message, format, args);
	va_end(args);
	give_up(message, false);
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
	if (dying) {
		dying = 0;
		__atomic_store_n(&ending, 0, __ATOMIC_RELEASE);
	}
	return __atomic_exchange_n(&log_to.fatal_handler, handler, __ATOMIC_ACQ_REL);
}
