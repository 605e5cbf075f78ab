/* SPDX-License-Identifier: MIT */
/* keep_loaded.c - see keep_loaded.h. */
#include "boot/keep_loaded.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>

#ifdef __GLIBC__

/* A static executable may have none of these: then it loads no objects either. */
#pragma weak dladdr1
#pragma weak dlclose
#pragma weak dlsym

/* As the loader calls it. NULL: the executable, or nothing that the loader has loaded. */
static const char *name_of_object(const void *address)
{
	struct link_map *map = NULL;
	Dl_info info;

	if (!dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) || !map || !*map->l_name)
		return NULL;
	return map->l_name;
}

/*
 * Called by its name it would make linkers warn of every static executable. It knows an object by
 * the name that it gave it, and looks at no file for that.
 */
static void *open_for_good(const char *name)
{
	void *(*open)(const char *name, int flags);

	*(void **)&open = dlsym(RTLD_DEFAULT, "dlopen");
	return open ? open(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) : NULL;
}

int pcpu_keep_loaded(const void *address)
{
	const char *name;
	void *handle;

	if (!dladdr1 || !dlclose || !dlsym)
		return 0;
	name = name_of_object(address);
	if (!name)
		return 0;
	handle = open_for_good(name);
	return handle && !dlclose(handle) ? 0 : -1;
}

#else /* musl's loader keeps everything */

int pcpu_keep_loaded(const void *address)
{
	(void)address;
	return 0;
}
#endif
