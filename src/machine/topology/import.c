/* SPDX-License-Identifier: MIT */
/* import.c - see import.h. */
#include "machine/topology/import.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

/* A static executable may not have it: then it loads no objects either. */
#pragma weak dlsym

/* Called by its name dlopen() would make linkers warn of every static executable. */
static void *load(const char *soname)
{
	void *(*open)(const char *name, int flags) = NULL;

	if (dlsym)
		*(void **)&open = dlsym(RTLD_DEFAULT, "dlopen");
	return open ? open(soname, RTLD_NOW | RTLD_LOCAL) : NULL;
}

int pcpu_import(const char *soname, const struct pcpu_import *imports, size_t nr)
{
	void *library = load(soname);

	for (size_t i = 0; i < nr && library; i++) {
		void *function = dlsym(library, imports[i].name);

		if (!function)
			return -ENOSYS;
		memcpy(imports[i].pointer, &function, sizeof(function));
	}
	return library ? 0 : -ENOSYS;
}
