/* SPDX-License-Identifier: MIT */
/* parse_flags.h - bitmap.h and cpumask.h: which kernel's texts are read. */
#ifndef PERCPU_PARSE_FLAGS_H
#define PERCPU_PARSE_FLAGS_H

/** What a text may say; others are -EINVAL. 0: as Linux 6.x reads it. */
enum percpu_parse_flags {
	/*
	 * As Linux 4.1 did. A list: numbers and ranges, no "all", "N" or groups. Hex digits:
	 * groups of 0 before the first other one do not count, and there is a digit at least. In
	 * both blanks at the two ends alone, and nothing between commas is an error (but behind
	 * the last). Without that kernel's slips: it read an empty list as CPU 0, and "1-" as CPUs
	 * from 0 to 1.
	 */
	PERCPU_PARSE_LINUX_4_1 = 1,
};

#endif /* PERCPU_PARSE_FLAGS_H */
