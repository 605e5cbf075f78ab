/* SPDX-License-Identifier: MIT */
/*
 * section.h - sections in which a CPU's copies are the caller's alone: get_cpu_var() and the rest.
 *
 *	struct stats *s = get_cpu_ptr(stats);		// this CPU is ours
 *	s->packets++;
 *	s->bytes += length;
 *	put_cpu_ptr(stats);
 *
 * The kernel switches preemption off. Here the caller takes the CPU: from get to put nobody else
 * has a section on it, and other threads' this_cpu_X() operations on its copies wait, even if the
 * holder is preempted or migrated meanwhile. They wait briefly by spinning, then asleep; so
 * sections are to be short, and do not wait for anything themselves. Areas can be allocated and
 * freed in them, in programs whose handlers of signals do not operate: alloc_percpu() (without
 * GFP_NOWAIT), free_percpu() and fork() wait for a lock that another thread may have, and a handler
 * of that thread could wait for this CPU.
 *
 * Inside of a section
 *  - this CPU is the one that is held, wherever the thread runs: smp_processor_id(),
 *    this_cpu_ptr(), raw_cpu_X() and __this_cpu_X() are about its copies;
 *  - this_cpu_X() never waits, and loses nothing, but it is done on the held CPU's copy or on that
 *    of the CPU that the thread runs on: sums are right, single copies may not be what one expects.
 *    Use __this_cpu_X();
 *  - sections nest, 65,536 deep. The inner ones are about the same CPU;
 *  - a signal's handler belongs to the same thread, and is not kept out, as interrupts are not in
 *    the kernel: its this_cpu_X() may come between an ordinary load and store of the section.
 *
 * Who is preempted in a section has others wait. With `#define PERCPU_SLICE_EXTENSION` before the
 * first include of the library's headers, sections of that source file ask the kernel for a few
 * microseconds more, should the thread's time be over, and give back what is left of them. That
 * costs 1.0 to 1.5 ns a section, wherever it runs. It is of use on kernels that are built with
 * CONFIG_RSEQ_SLICE_EXTENSION (from 7.0 on), if the C library registers areas of their size;
 * percpu_backend() says "with slice extensions" there.
 *
 * raw_cpu_X(), __this_cpu_X(), pinned_cpu_X() and per_cpu() of other threads do not look whether a
 * CPU is held.
 *
 * A thread that ends inside of a section, or is cancelled there, is reported in the log and its CPU
 * is let go. In the child of a fork() nobody holds a CPU but the thread that forked, if it did.
 */
#ifndef PERCPU_SECTION_H
#define PERCPU_SECTION_H

#include <percpu/ops.h>

#include <percpu/impl/begin.h>

/**
 * get_cpu_var() - begin a section; lvalue: this CPU's copy of the static variable @var
 * @var: a plain identifier; in C++ also with the namespaces and classes it is in
 *
 * Waits while another thread holds the CPU; opens the CPU's unit if this is its first use.
 * Thread-safe; safe in signal handlers, where it waits for others but never for its own thread.
 * Costs less than half of what a mutex costs that nobody else wants; in the fallback tier up to two
 * of these, once there have been a few hundred on the CPU, and before that a microsecond.
 */
#define get_cpu_var(var) __pcpu_get_cpu_var(var, __COUNTER__)

/**
 * put_cpu_var() - the end of the section that get_cpu_var() of @var began
 *
 * Wakes whoever waits for the CPU, and does not wait itself. Thread- and signal-safe. This one and
 * the other ends are fatal outside of a section.
 */
#define put_cpu_var(var)          \
	do {                      \
		(void)&(var);     \
		__pcpu_release(); \
	} while (0)

/**
 * get_cpu_ptr() - begin a section; this CPU's copy of the object at the per-CPU pointer @ptr
 *
 * Otherwise as get_cpu_var().
 */
#define get_cpu_ptr(ptr) __pcpu_get_cpu_ptr(ptr, __COUNTER__)

/** put_cpu_ptr() - the end of the section that get_cpu_ptr() of @ptr began; as put_cpu_var(). */
#define put_cpu_ptr(ptr)          \
	do {                      \
		(void)(ptr);      \
		__pcpu_release(); \
	} while (0)

/** get_cpu() - begin a section, as get_cpu_var(); the number of this CPU, 0 .. nr_cpu_ids - 1. */
#define get_cpu() ((void)__pcpu_hold(), __pcpu_held_cpu())
/** put_cpu() - the end of the section that get_cpu() began; as put_cpu_var(). */
#define put_cpu() __pcpu_release()

/** preempt_disable(), preempt_enable() - a section for code that asks for neither of these. */
#define preempt_disable() ((void)__pcpu_hold())
#define preempt_enable() __pcpu_release()

__PCPU_BEGIN_DECLS

/**
 * percpu_remote_begin() - have another CPU's copies to oneself
 * @cpu: a possible CPU
 *
 * As get_cpu(), but for the CPU that is named: until percpu_remote_end() nobody else has a section
 * on it, and this_cpu_X() there waits. "This CPU" is @cpu for the caller meanwhile. Costs a system
 * call that interrupts the CPU, if it runs a thread of the process. Inside of a section of the same
 * CPU it nests.
 *
 * Returns 0; -EINVAL: no such CPU; -EDEADLK: the caller holds another CPU, or local locks of one
 * (two threads that wait for each other's would wait for ever); -EBUSY: other threads are pinned to
 * the CPU, whose operations do not wait. May block. Thread-safe; in a signal handler only if that
 * cannot interrupt a section. There is nothing like it in the kernel.
 */
PERCPU_API int percpu_remote_begin(unsigned int cpu) __attribute__((__warn_unused_result__));

/**
 * percpu_remote_end() - the end of what percpu_remote_begin() of the same @cpu began
 *
 * Fatal if the caller does not hold @cpu. Wakes whoever waits for it, and does not wait itself.
 * Thread-safe; in signal handlers only for what they have begun themselves.
 */
PERCPU_API void percpu_remote_end(unsigned int cpu);

__PCPU_END_DECLS

/**
 * per_cpu_xchg() - take what is in one CPU's copy, and leave something else
 * @var: a variable as for this_cpu_xchg(), of 1, 2, 4 or 8 bytes
 * @cpu: a possible CPU, of which the caller needs to hold nothing
 * @val: the new value, converted to the type of @var
 *
 * Returns the old value. Nothing that any CPU adds meanwhile is lost: it is in the value returned,
 * or in the copy afterwards. Opens the CPU's unit if this is its first use. May block; thread-safe.
 * Inside of a section of another CPU it is fatal, as percpu_remote_begin() is refused there; so in
 * signal handlers only if these cannot interrupt a section.
 */
#define per_cpu_xchg(var, cpu, val) __pcpu_per_cpu_xchg(var, cpu, val, __COUNTER__)

#include <percpu/impl/end.h>

/* What the macros expand to. */
#include <percpu/impl/section.h>

#endif /* PERCPU_SECTION_H */
