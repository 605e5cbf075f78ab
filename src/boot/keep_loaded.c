/* SPDX-License-Identifier: MIT */
/* keep_loaded.c - see keep_loaded.h. */
#include "boot/keep_loaded.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>

#ifdef __GLIBC__

/* A static executable has them only if it uses them itself. */
#pragma weak dlopen
#pragma weak dlclose
#pragma weak dladdr1

/* As the loader calls it. NULL: the executable, or nothing that the loader has loaded. */
static const char *name_of_object(const void *address)
{
	struct link_map *map = NULL;
	Dl_info info;

	if (!dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) || !map || !*map->l_name)
		return NULL;
	return map->l_name;
}

/* The loader knows an object by the name that it gave it, and looks at no file for that. */
int pcpu_keep_loaded(const void *address)
{
	const char *name;
	void *handle;

	if (!dlopen || !dlclose || !dladdr1)
		return 0;
	name = name_of_object(address);
	if (!name)
		return 0;
	handle = dlopen(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
	return handle && !dlclose(handle) ? 0 : -1;
}

#else /* musl's loader keeps everything */

int pcpu_keep_loaded(const void *address)
{
	(void)address;
	return 0;
}
#endif
