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
	pthread_mutex_lock(&pcpu_alloc_mutex);
	pcpu_module_add(note);
	pthread_mutex_unlock(&pcpu_alloc_mutex);
}

PERCPU_API void __percpu_module_unregister(const void *note)
{
	pcpu_thread_forget_sequence();
	pthread_mutex_lock(&pcpu_alloc_mutex);
	pcpu_module_remove(note);
	pthread_mutex_unlock(&pcpu_alloc_mutex);
}
