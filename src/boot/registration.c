/* SPDX-License-Identifier: MIT */
/*
 * registration.c - what a module's constructor and destructor call (percpu/impl/module.h). The
 * first one of all may come before the library's own constructor.
 */
#include "alloc/alloc.h"
#include "boot/module.h"
#include "boot/setup.h"
#include "machine/tier.h"

#include <percpu/impl/module.h>

PERCPU_API void __percpu_module_register(const void *note)
{
	pcpu_boot();
	pcpu_alloc_lock();
	pcpu_module_add(note);
	pcpu_alloc_unlock();
}

PERCPU_API void __percpu_module_unregister(const void *note)
{
	pcpu_thread_forget_sequence();
	pcpu_alloc_lock();
	pcpu_module_remove(note);
	pcpu_alloc_unlock();
}
