/* SPDX-License-Identifier: MIT */
/*
 * open.h - everything that needs the system, before a sandbox takes it away.
 *
 *	cpu_set_t cpus;
 *	sched_getaffinity(0, sizeof(cpus), &cpus);
 *	if (percpu_open(sizeof(cpus), &cpus) != 0)	// or (0, NULL): all possible CPUs
 *		...
 *	seccomp_load(filter);
 *	this_cpu_inc(requests);				// asks the kernel for nothing
 *
 * A CPU's copies get their memory when they are first used: by system calls, in whichever thread
 * that is. Where a filter (seccomp) refuses these by then, the first count on a CPU that was never
 * used is a fatal message: it has no place, and is not to be lost silently. After this call there
 * is nothing left to do at a first use. docs/operations.md, section 9, lists the system calls that
 * are still made, and by what.
 */
#ifndef PERCPU_OPEN_H
#define PERCPU_OPEN_H

#include <percpu/impl/compiler.h>

#include <stddef.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/**
 * percpu_open() - open the units of some CPUs now, instead of at their first use
 * @size: bytes of @mask
 * @mask: the CPUs, a bit each: a cpu_set_t, or an array of unsigned long, as for
 *	sched_setaffinity(). CPUs that are not possible do not count. NULL: all that are possible
 *
 * Open those on which threads may run from now on; a few CPUs too many cost a few pages each. With
 * PERCPU_CONF=index:mm_cid numbers are not those of CPUs: open all. Also does for the calling
 * thread what is otherwise done at its first operation and its first section (in a library with
 * rseq areas of its own, the registration), and makes room for what threads have of their own in
 * the fallback tier, for 4096 of them. In a process that had threads when the library was loaded it
 * registers for membarrier(), which the first visit to another CPU would do: that takes 10 to 30
 * ms.
 *
 * Returns 0, also if there was nothing left to do; -EINVAL: no possible CPU is in @mask; -ENOMEM,
 * or another error of the system calls: then some of the units may be open. May be called again,
 * by any thread, for more CPUs. Thread-safe; may block; not safe in signal handlers. There is
 * nothing like it in the kernel, where all units are open from the start.
 */
PERCPU_API int percpu_open(size_t size, const void *mask) __attribute__((__warn_unused_result__));

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/runtime.h>
#endif

#endif /* PERCPU_OPEN_H */
