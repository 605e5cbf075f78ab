/* SPDX-License-Identifier: MIT */
/*
 * child.h - what a test does in a process of its own: because it ends the process, uses something
 * up that a process has once, or must begin before main().
 */
#ifndef SUPPORT_CHILD_H
#define SUPPORT_CHILD_H

#include "support/cmocka_all.h"
#include "support/patience.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that hangs ends by SIGALRM after this many seconds. */
#define CHILD_SECONDS 240

struct child_end {
	int status;         /* as from waitpid() */
	char output[16384]; /* standard output and error, zero-terminated */
};

/* In a child, instead of the assertions of cmocka, which belong to the parent. */
#define child_expect(condition)                                                           \
	do {                                                                              \
		if (!(condition)) {                                                       \
			dprintf(STDERR_FILENO, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
				#condition);                                              \
			_exit(1);                                                         \
		}                                                                         \
	} while (0)

/* cmocka catches these, and so do sanitizers. */
static inline void child_die_of_signals(void)
{
	static const int caught[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGABRT};
	const struct rlimit no_core = {0};

	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		signal(caught[i], SIG_DFL);
	setrlimit(RLIMIT_CORE, &no_core);
	alarm((unsigned int)(CHILD_SECONDS * patience_factor()));
}

static inline void child_collect(int fd, struct child_end *end)
{
	size_t len = 0;
	ssize_t got;

	while (len < sizeof(end->output) - 1 &&
	       (got = read(fd, end->output + len, sizeof(end->output) - 1 - len)) > 0)
		len += (size_t)got;
	end->output[len] = '\0';
	close(fd);
}

/* Runs @body in a child, which exits with 0 if @body returns. */
static inline struct child_end child_run(void (*body)(void *arg), void *arg)
{
	struct child_end end = {.status = -1};
	int ends[2];
	pid_t pid;

	if (pipe(ends) != 0)
		return end;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		close(ends[1]);
		child_die_of_signals();
		body(arg);
		_exit(0);
	}
	close(ends[1]);
	child_collect(ends[0], &end);
	waitpid(pid, &end.status, 0);
	return end;
}

/* A program to be run: no arguments, and an environment of PERCPU_CONF alone. */
struct child_program {
	const char *path;
	const char *conf;     /* of PERCPU_CONF; NULL: not set */
	rlim_t address_space; /* RLIMIT_AS in bytes; 0: as it is */
};

static inline void child_exec(void *arg)
{
	const struct child_program *program = arg;
	const struct rlimit limit = {program->address_space, program->address_space};
	char setting[1500], *argv[] = {(char *)program->path, NULL};
	char *set[] = {setting, NULL}, *unset[] = {NULL};

	if (program->conf)
		snprintf(setting, sizeof(setting), "PERCPU_CONF=%s", program->conf);
	if (program->address_space)
		setrlimit(RLIMIT_AS, &limit);
	execve(program->path, argv, program->conf ? set : unset);
	_exit(126);
}

static inline struct child_end child_run_program(const struct child_program *program)
{
	return child_run(child_exec, (void *)program);
}

static inline bool child_exited_with(const struct child_end *end, int code)
{
	return WIFEXITED(end->status) && WEXITSTATUS(end->status) == code;
}

static inline bool child_died_of(const struct child_end *end, int signo)
{
	return WIFSIGNALED(end->status) && WTERMSIG(end->status) == signo;
}

/* The parent's word on a child that was to return: its complaint, if it has one. */
#define assert_child_was_content(end)                                                  \
	do {                                                                           \
		if (!child_exited_with(&(end), 0))                                     \
			fail_msg("child's status %#x: %s", (unsigned int)(end).status, \
				 (end).output);                                        \
	} while (0)

/* What a child does that is to return. */
static inline void assert_content(void (*body)(void *arg), void *arg)
{
	struct child_end end = child_run(body, arg);

	assert_child_was_content(end);
}

/* A body as a test of its name: child_test(body) among cmocka_unit_test()s. */
typedef void (*child_body_t)(void *arg);

static inline void test_of_child(void **state)
{
	assert_content((child_body_t)*state, NULL);
}

/* clang-format 14 knows no initializers in macros. */
/* clang-format off */
#define child_test_setup_teardown(body, setup, teardown) \
	{#body, test_of_child, setup, teardown, (void *)(body)}
/* clang-format on */
#define child_test(body) child_test_setup_teardown(body, NULL, NULL)

#define assert_child_died_of(end, signo)                                           \
	do {                                                                       \
		if (!child_died_of(&(end), signo))                                 \
			fail_msg("child's status %#x, expected signal %d: %s",     \
				 (unsigned int)(end).status, signo, (end).output); \
	} while (0)

#endif /* SUPPORT_CHILD_H */
