/* SPDX-License-Identifier: MIT */
/*
 * import.h - functions of libraries that few processes need, by dlopen().
 *
 * What every process would load at its start, map, relocate and initialise for the sake of a few is
 * loaded by those few. Its names stay among themselves (RTLD_LOCAL): the program may have the same
 * library, of its own.
 */
#ifndef PCPU_IMPORT_H
#define PCPU_IMPORT_H

#include <stddef.h>

/* A function that is wanted, and where to put its address: a pointer to a function. */
struct pcpu_import {
	const char *name;
	void *pointer;
};

/*
 * Loads the library @soname, for good, and gets @nr functions of it. 0, or -ENOSYS: it is not
 * there, or has not all of them, or this is a static executable, which loads nothing.
 */
int pcpu_import(const char *soname, const struct pcpu_import *imports, size_t nr);

#endif /* PCPU_IMPORT_H */
