/* SPDX-License-Identifier: MIT */
/* object.h - what the shared objects of the tests offer; built from object.c as object_a and so on.
 */
#ifndef OBJECT_H
#define OBJECT_H

#include <percpu/percpu.h>

struct object {
	/* What is wrong with the copies of @cpu of an object that has just been loaded, or NULL. */
	const char *(*fresh)(unsigned int cpu);
	/* Adds 1 @rounds times to each of the object's variables. */
	void (*count)(unsigned long rounds);
	/* What has been added to each of them in all copies, or ~0UL if they differ. */
	unsigned long (*counted)(void);
};

extern const struct object object_a, object_b;

#endif /* OBJECT_H */
