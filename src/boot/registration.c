/* SPDX-License-Identifier: MIT */
/*
 * registration.c - what a module's constructor calls (percpu/impl/module.h). The first one of all
 * may come before the library's own constructor.
 */
#include "alloc/alloc.h"
#include "boot/keep_loaded.h"
#include "boot/module.h"
#include "boot/setup.h"
#include "cpu/send_away.h"
#include "ground/log.h"

#include <percpu/impl/module.h>

static bool is_known(const void *note)
{
	bool known;

	pcpu_alloc_lock();
	known = pcpu_module_is_known(note);
	pcpu_alloc_unlock();
	return known;
}

/* The loader calls constructors one after the other: nobody else adds the same module meanwhile. */
PERCPU_API void __percpu_module_register(const void *note)
{
	const char *name;
	bool is_in_place;

	pcpu_boot();
	if (pcpu_keep_loaded(note))
		pcpu_log(PERCPU_LOG_ERR,
			 "the loader does not keep the object at %p: if it is unloaded, the kernel "
			 "may kill the process",
			 note);
	if (is_known(note))
		return;
	name = pcpu_module_name(note);
	pcpu_alloc_lock();
	is_in_place = pcpu_module_add(note, name);
	pcpu_alloc_unlock();
	if (!is_in_place)
		pcpu_send_away();
}
