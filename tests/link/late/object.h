/* SPDX-License-Identifier: MIT */
/*
 * object.h - what the object offers that has per-CPU variables. Whoever uses it needs to know
 * nothing of the library.
 */
#ifndef LATE_OBJECT_H
#define LATE_OBJECT_H

#include <stdbool.h>

struct late_object {
	/* Allocates the dynamic variable. Once, first. */
	bool (*prepare)(void);
	/* Adds 1 @rounds times to the static variable, the dynamic one, and one to be taken. */
	void (*count)(unsigned long rounds);
	/* What has been added to the static one, and to the dynamic one. */
	unsigned long (*static_sum)(void);
	unsigned long (*dynamic_sum)(void);
	/* Takes away what @count has added to another variable, on each CPU. How much that was. */
	unsigned long (*take)(void);
	/*
	 * Allocates areas of many sizes, enough for new chunks, and frees them. Whether all of them
	 * were to be had, zeroed, and kept what was written.
	 */
	bool (*allocate)(void);
};

extern const struct late_object late_object;

#endif /* LATE_OBJECT_H */
