/* SPDX-License-Identifier: MIT */
/*
 * fact.h - facts: a function that returns NULL, or what is wrong. Each is found out in a child,
 * which begins with what the program has touched by then and no more, and may end as it likes.
 */
#ifndef SUPPORT_FACT_H
#define SUPPORT_FACT_H

#include "support/cmocka_all.h"
#include "support/wait_for.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

typedef const char *(*fact_t)(void);

/* A child that has not ended by then hangs: longer than a fact may be patient (patience.h). */
#define DEADLOCK_SECONDS 240

/* What a fact returns that cannot be found out here, and how its child ends. */
static const char not_here[] = "not here";
#define EXIT_NOT_HERE 77

/* How the child ended, and what it wrote to its standard error. */
struct fact_end {
	int status;
	char text[4096];
};

static inline void __attribute__((__noreturn__)) run_fact(fact_t fact)
{
	const struct rlimit no_core = {0, 0};
	const char *wrong;

	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGABRT, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
	wrong = fact();
	if (wrong && wrong != not_here)
		dprintf(STDERR_FILENO, "%s\n", wrong);
	fflush(NULL);
	_exit(wrong == not_here ? EXIT_NOT_HERE : wrong != NULL);
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

	if (WIFEXITED(end.status) && WEXITSTATUS(end.status) == EXIT_NOT_HERE)
		skip();
	if (end.status != 0)
		fail_msg("the child's status is %#x%s, it said: %s", (unsigned int)end.status,
			 WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGKILL
				 ? " (it had not ended)"
				 : "",
			 end.text);
}

/* A fact as a test of its name: fact_test(fact) among cmocka_unit_test()s. */
static inline void test_of_fact(void **state)
{
	assert_fact((fact_t)*state);
}

/* clang-format 14 knows no initializers in macros. */
/* clang-format off */
#define fact_test(fact) {#fact, test_of_fact, NULL, NULL, (void *)(fact)}
/* clang-format on */

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

/* The status of a child of a fact's own, in which @in_child is found out. */
static inline int status_of_fork(fact_t in_child)
{
	pid_t child = fork();

	if (child == 0)
		run_fact(in_child);
	return child < 0 ? -1 : wait_for(child, DEADLOCK_SECONDS / 2);
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

#define SKIP_IF(condition)               \
	do {                             \
		if (condition)           \
			return not_here; \
	} while (0)
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

#endif /* SUPPORT_FACT_H */
