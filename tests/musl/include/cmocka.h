/* SPDX-License-Identifier: MIT */
/*
 * cmocka.h - the part of cmocka that the tests use, for a C library that no cmocka is packaged for.
 *
 * The names and their meaning are cmocka's. A failed assertion ends its test, by longjmp(); one in
 * a thread or process of the test's own does not return either.
 */
#ifndef MUSL_CMOCKA_H
#define MUSL_CMOCKA_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*CMUnitTestFunction)(void **state);
typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
	const char *name;
	CMUnitTestFunction test_func;
	CMFixtureFunction setup_func;
	CMFixtureFunction teardown_func;
	void *initial_state;
};

#define cmocka_unit_test(f) cmocka_unit_test_setup_teardown(f, NULL, NULL)
#define cmocka_unit_test_setup(f, setup) cmocka_unit_test_setup_teardown(f, setup, NULL)
#define cmocka_unit_test_teardown(f, teardown) cmocka_unit_test_setup_teardown(f, NULL, teardown)
/* clang-format 14 knows no initializers in macros. */
/* clang-format off */
#define cmocka_unit_test_setup_teardown(f, setup, teardown) {#f, f, setup, teardown, NULL}
#define cmocka_unit_test_prestate(f, state) {#f, f, NULL, NULL, state}
/* clang-format on */

enum mini_outcome { MINI_PASSED, MINI_FAILED, MINI_SKIPPED };

static jmp_buf mini_way_out;

static inline void __attribute__((__noreturn__)) mini_leave(enum mini_outcome outcome)
{
	fflush(NULL);
	longjmp(mini_way_out, outcome);
}

#define fail_msg(...)                                           \
	do {                                                    \
		fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
		fprintf(stderr, __VA_ARGS__);                   \
		fputc('\n', stderr);                            \
		mini_leave(MINI_FAILED);                        \
	} while (0)
#define fail() fail_msg("failure")
#define skip() mini_leave(MINI_SKIPPED)
#define print_message(...) printf(__VA_ARGS__)
#define print_error(...) fprintf(stderr, __VA_ARGS__)

#define mini_check(condition, text)           \
	do {                                  \
		if (!(condition))             \
			fail_msg("%s", text); \
	} while (0)
#define mini_compare(a, relation, b)                                                          \
	do {                                                                                  \
		unsigned long long mini_a = (unsigned long long)(a);                          \
		unsigned long long mini_b = (unsigned long long)(b);                          \
		if (!(mini_a relation mini_b))                                                \
			fail_msg("not so: %s " #relation " %s: %#llx, %#llx", #a, #b, mini_a, \
				 mini_b);                                                     \
	} while (0)

#define assert_true(c) mini_check(c, "not so: " #c)
#define assert_false(c) mini_check(!(c), "so: " #c)
#define assert_null(p) mini_compare((uintptr_t)(p), ==, (uintptr_t)NULL)
#define assert_non_null(p) mini_compare((uintptr_t)(p), !=, (uintptr_t)NULL)
#define assert_ptr_equal(a, b) mini_compare((uintptr_t)(a), ==, (uintptr_t)(b))
#define assert_ptr_not_equal(a, b) mini_compare((uintptr_t)(a), !=, (uintptr_t)(b))
#define assert_int_equal(a, b) mini_compare(a, ==, b)
#define assert_int_not_equal(a, b) mini_compare(a, !=, b)
#define assert_string_equal(a, b)                                                 \
	do {                                                                      \
		const char *mini_s = (a), *mini_t = (b);                          \
		if (strcmp(mini_s, mini_t) != 0)                                  \
			fail_msg("not equal: \"%s\" and \"%s\"", mini_s, mini_t); \
	} while (0)
#define assert_memory_equal(a, b, size) \
	mini_check(memcmp(a, b, size) == 0, "not the same bytes: " #a ", " #b)

static inline enum mini_outcome mini_run(const struct CMUnitTest *test, void *group_state)
{
	void *state = test->initial_state ? test->initial_state : group_state;
	volatile int outcome;

	if (test->setup_func && test->setup_func(&state) != 0)
		return MINI_FAILED;
	outcome = setjmp(mini_way_out);
	if (outcome == MINI_PASSED)
		test->test_func(&state);
	if (test->teardown_func && test->teardown_func(&state) != 0)
		return MINI_FAILED;
	return (enum mini_outcome)outcome;
}

/* The number of those that failed. */
static inline int _cmocka_run_group_tests(const char *group, const struct CMUnitTest *tests,
					  size_t nr, CMFixtureFunction setup,
					  CMFixtureFunction teardown)
{
	static const char *const words[] = {"passed", "FAILED", "skipped"};
	void *state = NULL;
	int failed = 0;

	if (setup && setup(&state) != 0) {
		printf("%s: FAILED to set up\n", group);
		return (int)nr;
	}
	for (size_t i = 0; i < nr; i++) {
		enum mini_outcome outcome = mini_run(&tests[i], state);

		printf("%s: %s: %s\n", group, tests[i].name, words[outcome]);
		failed += outcome == MINI_FAILED;
	}
	if (teardown && teardown(&state) != 0)
		failed++;
	printf("%s: %zu tests, %d failed\n", group, nr, failed);
	return failed;
}

#define cmocka_run_group_tests_name(group, tests, setup, teardown) \
	_cmocka_run_group_tests(group, tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
#define cmocka_run_group_tests(tests, setup, teardown) \
	cmocka_run_group_tests_name(#tests, tests, setup, teardown)

#endif /* MUSL_CMOCKA_H */
