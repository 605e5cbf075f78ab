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

PERCPU_API void __percpu_module_register(const void *note)
{
	bool is_in_place;

	pcpu_boot();
	if (pcpu_keep_loaded(note))
		pcpu_log(PERCPU_LOG_ERR,
			 "the loader does not keep the object at %p: if it is unloaded, the kernel "
			 "may kill the process",
			 note);
	pcpu_alloc_lock();
	is_in_place = pcpu_module_add(note);
	pcpu_alloc_unlock();
	if (!is_in_place)
		pcpu_send_away();
}
