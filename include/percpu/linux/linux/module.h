/* SPDX-License-Identifier: MIT */
/*
 * linux/module.h - a file's beginning and end. What they mean is chosen as in the kernel's build:
 *
 *	nothing defined		module_init() is an initcall (linux/init.h), module_exit() is
 *				never called
 *	MODULE			they are init_module() and cleanup_module(), for the program to call
 *	PERCPU_MODULE_MAIN	and the file has a main(): it takes parameters, NAME=VALUE, from its
 *				arguments (linux/moduleparam.h), calls the beginning, waits for
 *				SIGINT or SIGTERM if that returned 0, and calls the end. Its exit
 *				status is 0; 1: the beginning failed; 2: a parameter was wrong
 */
#ifndef PERCPU_LINUX_MODULE_H
#define PERCPU_LINUX_MODULE_H

#if defined(PERCPU_MODULE_MAIN) && !defined(MODULE)
#define MODULE 1
#endif

#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <linux/types.h>

struct module;
#undef THIS_MODULE
#define THIS_MODULE ((struct module *)NULL)
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "module"
#endif

/* What is said of a file, for who lists modules: nobody does. */
#define __pcpu_module_says(...) _Static_assert(1, "")
#define MODULE_INFO(tag, info) __pcpu_module_says(info)
#define MODULE_LICENSE(text) __pcpu_module_says(text)
#define MODULE_AUTHOR(text) __pcpu_module_says(text)
#define MODULE_DESCRIPTION(text) __pcpu_module_says(text)
#define MODULE_VERSION(text) __pcpu_module_says(text)
#define MODULE_ALIAS(text) __pcpu_module_says(text)
#define MODULE_SOFTDEP(text) __pcpu_module_says(text)
#define MODULE_IMPORT_NS(ns) _Static_assert(1, "")
#define MODULE_DEVICE_TABLE(type, name) _Static_assert(1, "")

/* A module cannot go while somebody is in it: it is the program. */
#define try_module_get(module) ((void)(module), true)
#define module_put(module) ((void)(module))
#define __module_get(module) ((void)(module))
#define module_name(module) ((void)(module), KBUILD_MODNAME)

#ifdef MODULE
int init_module(void);
void cleanup_module(void) __attribute__((__weak__));
#define module_init(fn)       \
	int init_module(void) \
	{                     \
		return fn();  \
	}                     \
	__pcpu_module_main
#define module_exit(fn)           \
	void cleanup_module(void) \
	{                         \
		fn();             \
	}
#else
#define module_init(fn) device_initcall(fn)
#define module_exit(fn)                                                       \
	static inline __attribute__((__unused__)) exitcall_t __exitcall(void) \
	{                                                                     \
		return fn;                                                    \
	}
#endif

#ifdef PERCPU_MODULE_MAIN
#include <signal.h>
#include <stdio.h>
#define __pcpu_module_main                            \
	int main(int argc, char **argv)               \
	{                                             \
		return __pcpu_run_module(argc, argv); \
	}

/* The signals are blocked before the beginning, so its threads leave them to sigwait(). */
static inline int __pcpu_run_module(int argc, char **argv)
{
	sigset_t ends;
	int signal, result;

	for (int i = 1; i < argc; i++) {
		result = __pcpu_set_module_param(argv[i]);
		if (result != 0) {
			fprintf(stderr, "%s: %s: %s\n", argv[0], argv[i], strerror(-result));
			return 2;
		}
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	result = init_module();
	if (result != 0) {
		fprintf(stderr, "%s: its beginning returned %d\n", argv[0], result);
		return 1;
	}
	(void)sigwait(&ends, &signal);
	if (cleanup_module)
		cleanup_module();
	return 0;
}
#else
#define __pcpu_module_main
#endif

#endif /* PERCPU_LINUX_MODULE_H */
