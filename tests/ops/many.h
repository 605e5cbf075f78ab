/* SPDX-License-Identifier: MIT */
/*
 * many.h - what tests of several threads and CPUs need: facts that are found out in a child,
 * threads that work until they are told to stop, storms of signals and of migrations.
 */
#ifndef OPS_MANY_H
#define OPS_MANY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "asked_tier.h"
#include "wait_for.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Not every C library has a name for it. */
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* --- facts: a function that returns NULL, or what is wrong; run in a child --- */

typedef const char *(*fact_t)(void);

/* A child that has not ended by then hangs. Far more than any of them takes on a busy machine. */
#define DEADLOCK_SECONDS 30

/* How the child ended, and what it wrote to its standard error. */
struct fact_end {
	int status;
	char text[4096];
};

static inline void run_fact(fact_t fact)
{
	const struct rlimit no_core = {0, 0};
	const char *wrong;

	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGABRT, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
	wrong = fact();
	if (wrong)
		dprintf(STDERR_FILENO, "%s\n", wrong);
	_exit(wrong != NULL);
}

static inline struct fact_end find_out(fact_t fact)
{
	struct fact_end end = {.status = -1};
	FILE *text = tmpfile();
	pid_t child;
	size_t len;

	assert_non_null(text);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(fileno(text), STDERR_FILENO);
		run_fact(fact);
	}
	end.status = wait_for(child, DEADLOCK_SECONDS);
	rewind(text);
	len = fread(end.text, 1, sizeof(end.text) - 1, text);
	end.text[len] = '\0';
	fclose(text);
	return end;
}

static inline void assert_fact(fact_t fact)
{
	struct fact_end end = find_out(fact);

	if (end.status != 0)
		fail_msg("the child's status is %#x%s, it said: %s", (unsigned int)end.status,
			 WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGKILL
				 ? " (it had not ended)"
				 : "",
			 end.text);
}

/* @fact must end by SIGABRT, having said @message. */
static inline void assert_fatal(fact_t fact, const char *message)
{
	struct fact_end end = find_out(fact);

	if (!WIFSIGNALED(end.status) || WTERMSIG(end.status) != SIGABRT)
		fail_msg("the child did not abort: status %#x, it said: %s",
			 (unsigned int)end.status, end.text);
	if (!strstr(end.text, message))
		fail_msg("the child said: %s", end.text);
}

/* What is wrong, with numbers in it. */
static char trouble[512];

static inline const char *differ(const char *what, uint64_t got, uint64_t expected)
{
	if (got == expected)
		return NULL;
	snprintf(trouble, sizeof(trouble), "%s: %llu, expected %llu", what, (unsigned long long)got,
		 (unsigned long long)expected);
	return trouble;
}

#define RETURN_IF_WRONG(expression)            \
	do {                                   \
		const char *is = (expression); \
                                               \
		if (is)                        \
			return is;             \
	} while (0)
#define RETURN_UNLESS(condition)                      \
	do {                                          \
		if (!(condition))                     \
			return "not so: " #condition; \
	} while (0)

/* --- CPUs --- */

/* Those that the test may run on. */
static unsigned int cpus[CPU_SETSIZE];
static unsigned int nr_cpus;

static inline void find_cpus(void)
{
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			cpus[nr_cpus++] = cpu;
}

static inline void go_to(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		abort();
}

static inline void go_anywhere(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (unsigned int i = 0; i < nr_cpus; i++)
		CPU_SET(cpus[i], &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Says so if the test needs two CPUs and does not have them. */
static inline bool lacks_cpus(void)
{
	if (nr_cpus >= 2)
		return false;
	print_message("this test needs two CPUs\n");
	return true;
}

/* Whether "this CPU" is the one that sched_setaffinity() speaks of. */
static inline bool indexed_by_cpu(void)
{
	return !strstr(percpu_backend(), "mm_cid");
}

static inline bool has_sequences(void)
{
	return strncmp(percpu_backend(), "rseq", 4) == 0;
}

/* --- time --- */

static inline double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static inline void nap(double s)
{
	struct timespec ts = {(time_t)s, (long)((s - (double)(time_t)s) * 1e9)};

	while (nanosleep(&ts, &ts) && errno == EINTR) {
	}
}

/* --- threads --- */

static bool stop;

static inline bool must_stop(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

static inline void set_stop(bool to)
{
	__atomic_store_n(&stop, to, __ATOMIC_SEQ_CST);
}

static inline pthread_t start(void *(*body)(void *arg), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, arg))
		abort();
	return thread;
}

/* Steps that threads take one after the other. */
static unsigned int step;

static inline void reach(unsigned int to)
{
	__atomic_store_n(&step, to, __ATOMIC_SEQ_CST);
}

static inline bool is_reached(unsigned int at_least)
{
	return __atomic_load_n(&step, __ATOMIC_SEQ_CST) >= at_least;
}

static inline void await(unsigned int at_least)
{
	while (!is_reached(at_least))
		usleep(100);
}

static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Sends the threads of the process from one CPU to another, as fast as it can, until told to stop.
 */
static inline void *drive_threads(void *arg)
{
	pid_t *threads = arg; /* up to a 0 */
	uint64_t random = 0x9e3779b97f4a7c15;

	while (!must_stop())
		for (unsigned int i = 0; threads[i]; i++) {
			unsigned int to = (unsigned int)(next_random(&random) % (nr_cpus + 1));
			cpu_set_t set;

			CPU_ZERO(&set);
			for (unsigned int c = 0; c < nr_cpus; c++)
				if (to == nr_cpus || to == c)
					CPU_SET(cpus[c], &set);
			sched_setaffinity(threads[i], sizeof(set), &set);
		}
	return NULL;
}

/* --- signals --- */

/* 50,000 a second, of the time that the thread is given. */
#define STORM_INTERVAL 20000 /* ns */
/* As many as there have to be, a second of the thread's own time. */
#define STORM_RATE 1e4

/* Has SIGUSR1 sent to the calling thread, often. */
static inline timer_t start_storm(void (*handler)(int sig))
{
	const struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	const struct itimerspec often = {{0, STORM_INTERVAL}, {0, STORM_INTERVAL}};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
	timer_t timer;

	event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
	if (sigaction(SIGUSR1, &action, NULL) || timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &often, NULL))
		abort();
	return timer;
}

static inline void end_storm(timer_t timer)
{
	timer_delete(timer);
}

#endif /* OPS_MANY_H */
