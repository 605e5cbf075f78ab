/* SPDX-License-Identifier: MIT */
/*
 * part.h - a part of the toolkit under load (../test_toolkit.c): a file of this folder, which needs
 * no line anywhere.
 *
 * Sixteen threads operate on all parts at once, are moved from CPU to CPU and interrupted by
 * signals whose handlers operate too, while another thread forks and children operate on what they
 * have inherited. Then each part says whether what it has at its end is exactly what was done.
 */
#ifndef TESTS_OPS_TOOLKIT_PART_H
#define TESTS_OPS_TOOLKIT_PART_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { TOOLKIT_WORKERS = 16 };

struct toolkit_part {
	const char *name;

	/* Before the first thread. Ends the process, after a message, where it cannot be had. */
	void (*begin)(void);

	/* Once or a few times; @draw is a random number. By the thread @worker, 0 .. 15. */
	void (*operate)(unsigned int worker, unsigned int draw);

	/*
	 * The same in a signal's handler that has interrupted that thread anywhere: in any part's
	 * operate() too. NULL: there is nothing that can be done there.
	 */
	void (*in_handler)(unsigned int worker, unsigned int draw);

	/*
	 * In a child of a thread that is no worker, whose only thread it is, while in the parent
	 * the workers were anywhere. What is wrong ends it by _exit() of anything but 0. NULL:
	 * nothing.
	 */
	void (*in_child)(void);

	/* After the last thread: whether everything is as it must be, and if not, a message. */
	bool (*end)(void);
};

void toolkit_add_part(const struct toolkit_part *part);

/* TOOLKIT_PART(refcount, .name = "refcount", .begin = begin, ...) - there is such a part. */
#define TOOLKIT_PART(id, ...)                                                \
	static void __attribute__((__constructor__)) toolkit_part_##id(void) \
	{                                                                    \
		static const struct toolkit_part part = {__VA_ARGS__};       \
                                                                             \
		toolkit_add_part(&part);                                     \
	}

/*
 * What one worker has done, by itself and in its handlers: each written by one of the two alone, so
 * that neither loses what the other adds.
 */
struct toolkit_tally {
	uint64_t outside, inside;
} __attribute__((__aligned__(64)));

static inline uint64_t toolkit_tallies(const struct toolkit_tally *tally)
{
	uint64_t sum = 0;

	for (int i = 0; i < TOOLKIT_WORKERS; i++)
		sum += tally[i].outside + tally[i].inside;
	return sum;
}

/* Whether @is is @expected; says so if not. */
static inline bool toolkit_equal(const char *what, uint64_t is, uint64_t expected)
{
	if (is != expected)
		fprintf(stderr, "%s: %llu, and not %llu\n", what, (unsigned long long)is,
			(unsigned long long)expected);
	return is == expected;
}

#endif /* TESTS_OPS_TOOLKIT_PART_H */
