/* SPDX-License-Identifier: MIT */
/*
 * smpboot.h - threads of CPUs: one on each CPU that is up, made when it comes and parked when it
 * goes.
 *
 *	static int wanted(unsigned int cpu) { return *per_cpu_ptr(&work, cpu) != 0; }
 *	static void work_off(unsigned int cpu);
 *	static struct smp_hotplug_thread workers = {
 *		.thread_should_run = wanted, .thread_fn = work_off, .thread_comm = "worker/%u"};
 *
 *	smpboot_register_percpu_thread(&workers);
 *	...
 *	per_cpu(work, cpu) = 1;
 *	percpu_wake_thread(&workers, cpu);
 *
 * A thread may run on its CPU and nowhere else, if the process may run there at all, and has all
 * signals blocked. While its CPU is down it is parked: it sleeps. An idle thread sleeps too, and
 * wakes up for nothing but percpu_wake_thread().
 *
 * In a child of fork() there are none. They are made there when their CPU comes the next time, or
 * by unregistering and registering.
 */
#ifndef PERCPU_SMPBOOT_H
#define PERCPU_SMPBOOT_H

#include <percpu/impl/compiler.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

struct percpu_cpu_thread;

/**
 * What is the same of all threads of a kind. The callbacks get the CPU's number; all but two may
 * be NULL.
 */
struct smp_hotplug_thread {
	int (*thread_should_run)(unsigned int cpu); /* not 0: thread_fn is to be called. Not NULL */
	void (*thread_fn)(unsigned int cpu); /* not NULL. In the thread, as is what follows: */
	void (*setup)(unsigned int cpu);     /* once, before anything else */
	void (*cleanup)(unsigned int cpu, bool online); /* once, at the end */
	void (*park)(unsigned int cpu);                 /* its CPU goes */
	void (*unpark)(unsigned int cpu);               /* its CPU has come again */
	void (*create)(unsigned int cpu); /* in who makes the thread, which is parked then */
	const char *thread_comm;          /* its name, printf's: the CPU for %u. NULL: none */
	/* the library's own */
	struct percpu_cpu_thread *threads;
	struct smp_hotplug_thread *next;
};

/**
 * smpboot_register_percpu_thread() - have threads of this kind on all CPUs that are up, and come
 *
 * Returns 0; -EINVAL: one of the two callbacks is missing, or it is registered already; -EDEADLK:
 * in a callback of hotplug; -EOPNOTSUPP: with PERCPU_UP; -ENOMEM; or a negative errno of
 * pthread_create(), and then there are none. Waits while a CPU comes or goes. Not in a handler of
 * a signal, not in a section.
 */
PERCPU_API int smpboot_register_percpu_thread(struct smp_hotplug_thread *plug_thread)
	__pcpu_as(smpboot_register_percpu_thread);
/**
 * smpboot_unregister_percpu_thread() - end them all, and wait for that
 *
 * Of an unregistered one: nothing.
 */
PERCPU_API void smpboot_unregister_percpu_thread(struct smp_hotplug_thread *plug_thread)
	__pcpu_as(smpboot_unregister_percpu_thread);

/**
 * percpu_wake_thread() - have the thread of @cpu ask thread_should_run once more
 *
 * What was written before is seen by that. If it is parked, when it is unparked. Thread- and
 * signal-safe; not while the kind is being unregistered. There is no thread for @cpu: nothing.
 */
PERCPU_API void percpu_wake_thread(const struct smp_hotplug_thread *plug_thread, unsigned int cpu);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/smpboot.h>
#endif

#endif /* PERCPU_SMPBOOT_H */
