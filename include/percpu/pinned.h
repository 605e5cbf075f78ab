/* SPDX-License-Identifier: MIT */
/*
 * pinned.h - threads that stay on one CPU, and their way to its copies: pinned_cpu_inc() and the
 * rest.
 *
 *	if (percpu_thread_pin(3) == 0) {
 *		pinned_cpu_inc(packets);	// one instruction
 *		percpu_thread_unpin();
 *	}
 *
 * A server with a thread a CPU can do without restartable sequences. percpu_thread_pin() restricts
 * the thread to one CPU and remembers where that CPU's copies are (on x86-64, in the GS base), and
 * pinned_cpu_X(), one for each this_cpu_X() of ops.h, goes there directly. It is exact among
 * this_cpu_X() and pinned_cpu_X() of any threads, safe in signal handlers, and costs what the plain
 * operation costs.
 *
 * With `#define PERCPU_PINNED` before the first include of the library's headers, this_cpu_X()
 * means pinned_cpu_X() in that source file.
 *
 * What it does not do, for lack of any instruction to do it with:
 *  - it does not look whether the CPU is held. What is changed by plain accesses in a section
 *    (section.h) must not be changed by other threads that are pinned; percpu_remote_begin()
 *    refuses a CPU that others are pinned to;
 *  - it does not look whether the thread is pinned. A thread that a pinned one creates inherits
 *    the restriction, but has to call percpu_thread_pin() itself. On x86-64 it inherits the GS base
 *    too: until that call pinned_cpu_X() in it goes to the copy of its creator's CPU, silently and
 *    without a lock. percpu_remote_begin() and per_cpu_xchg() do not know of it, so counts can be
 *    lost;
 *  - in other threads that are not pinned it faults where the library has set the GS base: in the
 *    thread that loads it, and in those that this one creates, and so on. Elsewhere the GS base is
 *    0 (or another user's), and the operation may change whatever is as far from there as the low
 *    32 bits of the pointer say. That is so in threads that are older than a dlopen() of the
 *    library, and those that they create; and in all threads in the fallback tier, with alloc:page,
 *    where address space is scarce, and where the GS base was in use before. On aarch64 it faults
 *    in every thread that is not pinned;
 *  - if the affinity of a pinned thread is changed from outside, or its CPU goes offline, counts
 *    can be lost.
 *
 * With `#define PERCPU_DEBUG_PREEMPT` pinned_cpu_X() in a thread that is not pinned, or not on its
 * CPU any more, is reported as an error in the log.
 */
#ifndef PERCPU_PINNED_H
#define PERCPU_PINNED_H

#include <percpu/ops.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/**
 * percpu_thread_pin() - restrict the calling thread to one CPU
 * @cpu: a possible CPU, online, that the thread may run on
 *
 * A thread that is pinned already is moved. What else of the process runs on the CPU is not
 * affected. Waits until nobody holds the CPU.
 *
 * Returns 0; -EINVAL: no such CPU, or the kernel does not let the thread run there; -EOPNOTSUPP: in
 * this process the copies have to be changed by other instructions (the fallback tier), or are not
 * the CPUs' (index:mm_cid), see percpu_backend(), or the system lets no program set the GS base
 * (gVisor; told in the log, at the level info); -EDEADLK: the caller is inside of a section; or
 * what the system calls give. After an error the thread is as it was. Not to be called in signal
 * handlers.
 */
PERCPU_API int percpu_thread_pin(unsigned int cpu) __attribute__((__warn_unused_result__));

/**
 * percpu_thread_unpin() - let the calling thread run where it could before it was pinned
 *
 * Where its affinity has been changed from outside since, it stays as it is.
 *
 * Returns 0; -EPERM: it is not pinned; -EDEADLK: it is inside of a section, and stays pinned; what
 * the system call gives that sets the GS base, if a sandbox refuses it now: it stays pinned as
 * well; or what the other one gives, if none of these CPUs is there any more; the thread is not
 * pinned then either, but stays where it is. Not to be called in signal handlers. Neither call is
 * in the kernel; migrate_disable() and migrate_enable() come nearest.
 */
PERCPU_API int percpu_thread_unpin(void);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_PINNED_H */
