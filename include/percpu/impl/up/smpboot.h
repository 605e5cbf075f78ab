/* SPDX-License-Identifier: MIT */
/*
 * up/smpboot.h - smpboot.h with PERCPU_UP, which is for programs with one thread: there are no
 * others.
 */
#ifndef PERCPU_UP_SMPBOOT_H
#define PERCPU_UP_SMPBOOT_H

#include <percpu/smpboot.h>

#include <errno.h>

#include <percpu/impl/begin.h>

PERCPU_API int smpboot_register_percpu_thread(struct smp_hotplug_thread *plug_thread)
{
	(void)plug_thread;
	return -EOPNOTSUPP;
}

PERCPU_API void smpboot_unregister_percpu_thread(struct smp_hotplug_thread *plug_thread)
{
	(void)plug_thread;
}

PERCPU_API void percpu_wake_thread(const struct smp_hotplug_thread *plug_thread, unsigned int cpu)
{
	(void)plug_thread;
	(void)cpu;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_SMPBOOT_H */
