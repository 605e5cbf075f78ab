/* SPDX-License-Identifier: MIT */
/*
 * fan.h - the shape that trees over a chunk's blocks have: of each 16 elements of a level there is
 * one in the next, that says the most that one of them has. And the walk to the next element that
 * has enough.
 */
#ifndef PCPU_FAN_H
#define PCPU_FAN_H

#include <stdbool.h>

#define PCPU_FAN_SHIFT 4
#define PCPU_FAN (1 << PCPU_FAN_SHIFT)

/* Elements of a level above one of @nr; a level is filled up to whole groups. */
static inline int pcpu_fan_groups(int nr)
{
	return (nr + PCPU_FAN - 1) >> PCPU_FAN_SHIFT;
}

/* Whether the element @at on @level of @tree has what is @wanted. */
typedef bool (*pcpu_fan_has_fn)(const void *tree, int level, int at, const void *wanted);

/*
 * The first index at or after @at, of @nr, whose element has it; @nr if there is none. In line,
 * with @has.
 */
static inline __attribute__((__always_inline__)) int
pcpu_fan_next(const void *tree, int nr, int at, pcpu_fan_has_fn has, const void *wanted)
{
	const int none = nr;
	int level = 0;

	/* up: past the rest of each group that has nothing */
	for (;;) {
		const int group = at >> PCPU_FAN_SHIFT, last = at | (PCPU_FAN - 1);

		while (at < nr && at <= last && !has(tree, level, at, wanted))
			at++;
		if (at >= nr)
			return none;
		if (at >> PCPU_FAN_SHIFT == group)
			break;
		at >>= PCPU_FAN_SHIFT;
		nr = pcpu_fan_groups(nr);
		level++;
	}
	/* down: to the first element of the group that has it */
	while (level > 0) {
		level--;
		at <<= PCPU_FAN_SHIFT;
		while (!has(tree, level, at, wanted))
			at++;
	}
	return at;
}

#endif /* PCPU_FAN_H */
