/* SPDX-License-Identifier: MIT */
/*
 * test.h - kunit, as far as a file of a few cases needs it: kunit_test_suite() makes a main() that
 * runs the suite's cases one after the other, says each, and exits with 1 if an expectation failed.
 */
#ifndef TEST_KUNIT_H
#define TEST_KUNIT_H

#include <linux/kernel.h>
#include <linux/module.h>

#include <stdio.h>

struct kunit {
	const char *name;
	unsigned int failures, expectations;
	void *priv;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char name[256];
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(test_name)                             \
	{                                                 \
		.run_case = test_name, .name = #test_name \
	}

/* The texts of the kernel's formats, %*pbl, are none of printf()'s: only the place is said. */
#define __kunit_expect(test, holds, text)                                                  \
	do {                                                                               \
		(test)->expectations++;                                                    \
		if (!(holds)) {                                                            \
			(test)->failures++;                                                \
			fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, text); \
		}                                                                          \
	} while (0)
#define __kunit_compare(test, left, op, right)                                        \
	do {                                                                          \
		const __typeof__(left) kunit_left = (left);                           \
		const __typeof__(right) kunit_right = (right);                        \
		__kunit_expect(test, (long long)kunit_left op(long long) kunit_right, \
			       #left " " #op " " #right);                             \
	} while (0)
#define KUNIT_EXPECT_EQ(test, left, right) __kunit_compare(test, left, ==, right)
#define KUNIT_EXPECT_NE(test, left, right) __kunit_compare(test, left, !=, right)
#define KUNIT_EXPECT_LE(test, left, right) __kunit_compare(test, left, <=, right)
#define KUNIT_EXPECT_TRUE(test, condition) __kunit_expect(test, condition, #condition)
#define KUNIT_EXPECT_FALSE(test, condition) __kunit_expect(test, !(condition), "not " #condition)
#define KUNIT_EXPECT_EQ_MSG(test, left, right, ...) KUNIT_EXPECT_EQ(test, left, right)
#define KUNIT_EXPECT_LE_MSG(test, left, right, ...) KUNIT_EXPECT_LE(test, left, right)
#define KUNIT_EXPECT_TRUE_MSG(test, condition, ...) KUNIT_EXPECT_TRUE(test, condition)
#define KUNIT_EXPECT_FALSE_MSG(test, condition, ...) KUNIT_EXPECT_FALSE(test, condition)

static inline int kunit_run(struct kunit_suite *suite)
{
	unsigned int failures = 0, expectations = 0;
	struct kunit_case *one;

	for (one = suite->test_cases; one->run_case; one++) {
		struct kunit test = {.name = one->name};

		if (suite->init && suite->init(&test) != 0)
			test.failures++;
		else
			one->run_case(&test);
		if (suite->exit)
			suite->exit(&test);
		printf("%s %s.%s\n", test.failures ? "not ok" : "ok", suite->name, one->name);
		failures += test.failures;
		expectations += test.expectations;
	}
	printf("%u expectations, %u failed\n", expectations, failures);
	return failures != 0 || expectations == 0;
}
#define kunit_test_suite(suite)           \
	int main(void)                    \
	{                                 \
		return kunit_run(&suite); \
	}                                 \
	_Static_assert(1, "")

#endif /* TEST_KUNIT_H */
