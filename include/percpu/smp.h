/* SPDX-License-Identifier: MIT */
/*
 * smp.h - having a function called on another CPU: smp_call_function_single() and the rest.
 *
 *	static void drain(void *info) { ... this_cpu_ptr(&queue) ... }
 *
 *	smp_call_function_single(3, drain, NULL, 1);	// on CPU 3; 1: and wait for it
 *	on_each_cpu(drain, NULL, 1);			// on every CPU that is online
 *
 * The function is called as the handler of an interrupt is (interrupt.h): on that CPU, which is
 * held, so that it has the CPU's copies to itself; with interrupts off, all signals blocked, and
 * in_hardirq(). It must not wait. A thread of the library calls it, which may run on that CPU and
 * on no other; it is made when the CPU is called for the first time, and sleeps. In a process that
 * may not run there (a cpuset; a CPU that is played) it is in that thread, elsewhere, and the CPU
 * is held all the same. Calls of one CPU are done in their order.
 *
 * While somebody has a section on the CPU (section.h), the function waits for its end. Only who
 * waits for a call of his own, inside of a section, does meanwhile what others want done on the CPU
 * that he holds: so two that call each other do not wait for ever. The caller's own CPU calls the
 * function at once, with interrupts off.
 *
 * With interrupts off the calls that wait are as the kernel's, in which they can lock up: a
 * warning, once, and here what is wanted on the CPU is done all the same. They are thread-safe, and
 * not for handlers of signals; smp_call_function_single_async() is, where the CPU has been called
 * before. The first call of a CPU makes its thread, for which it allocates: not inside of a
 * section, in programs whose handlers of signals operate (section.h). Where no thread is to be had,
 * calls that return an error return it, and the others are fatal.
 *
 * With shared copies (shared.h) a call of a CPU on which the process may not run is fatal, as a
 * visit is. In a child of fork() nothing is left of what its parent has called for. With PERCPU_UP
 * there is this CPU. The kernel's names are mirrored.
 */
#ifndef PERCPU_SMP_H
#define PERCPU_SMP_H

#include <percpu/cpumask.h>
#include <percpu/interrupt.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/** smp_call_func_t - what is called; smp_cond_func_t - whether CPU @cpu is to be called at all. */
typedef void (*smp_call_func_t)(void *info);
typedef bool (*smp_cond_func_t)(int cpu, void *info);

/**
 * call_single_data_t - a call, in memory of the caller's, that needs no other: for
 *	smp_call_function_single_async(). Zero but for func and info
 */
typedef struct __call_single_data {
	struct __call_single_data *next;
	smp_call_func_t func;
	void *info;
	/* the library's own */
	unsigned int state;
	int waiter;
} call_single_data_t;
#define CSD_INIT(fn, data)               \
	{                                \
		NULL, (fn), (data), 0, 0 \
	}
#define INIT_CSD(csd, fn, data)                         \
	do {                                            \
		call_single_data_t *__pcpu_csd = (csd); \
		__pcpu_csd->next = NULL;                \
		__pcpu_csd->func = (fn);                \
		__pcpu_csd->info = (data);              \
		__pcpu_csd->state = 0;                  \
		__pcpu_csd->waiter = 0;                 \
	} while (0)

/**
 * smp_call_function_single() - have @func called on CPU @cpu
 * @wait: return when it has returned
 *
 * Without @wait what @info points to has to be there until then.
 *
 * Returns 0; -ENXIO: the CPU is not online; -EAGAIN, -ENOMEM: there is no thread for it.
 */
PERCPU_API int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait)
	__pcpu_as(smp_call_function_single);

/**
 * smp_call_function_single_async() - have @csd called on CPU @cpu, and do not wait
 *
 * From the moment when its function is called, @csd may be used again.
 *
 * Returns 0; -EBUSY: it has been called, and was not yet; -ENXIO, -EAGAIN, -ENOMEM as above.
 */
PERCPU_API int smp_call_function_single_async(int cpu, call_single_data_t *csd)
	__pcpu_as(smp_call_function_single_async);

/**
 * smp_call_function_any() - on one of the CPUs of @mask: this one, or a near one, or any
 *
 * As smp_call_function_single(); -ENXIO: none is online.
 */
PERCPU_API int smp_call_function_any(const struct cpumask *mask, smp_call_func_t func, void *info,
				     int wait) __pcpu_as(smp_call_function_any);

/** smp_call_function_many() - on all CPUs of @mask that are online, but not on this one. */
PERCPU_API void smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info,
				       bool wait) __pcpu_as(smp_call_function_many);

/** on_each_cpu_cond_mask() - on those of @mask of which @cond_func is true, or NULL; on this too */
PERCPU_API void on_each_cpu_cond_mask(smp_cond_func_t cond_func, smp_call_func_t func, void *info,
				      bool wait, const struct cpumask *mask)
	__pcpu_as(on_each_cpu_cond_mask);

/** smp_call_function() - on all other CPUs that are online. */
__pcpu_always_inline void smp_call_function(smp_call_func_t func, void *info, int wait)
{
	smp_call_function_many(cpu_online_mask, func, info, wait != 0);
}

/** on_each_cpu() - on all that are online; on_each_cpu_mask(), on_each_cpu_cond(): of these. */
__pcpu_always_inline void on_each_cpu(smp_call_func_t func, void *info, int wait)
{
	on_each_cpu_cond_mask(NULL, func, info, wait != 0, cpu_online_mask);
}

__pcpu_always_inline void on_each_cpu_mask(const struct cpumask *mask, smp_call_func_t func,
					   void *info, bool wait)
{
	on_each_cpu_cond_mask(NULL, func, info, wait, mask);
}

__pcpu_always_inline void on_each_cpu_cond(smp_cond_func_t cond_func, smp_call_func_t func,
					   void *info, bool wait)
{
	on_each_cpu_cond_mask(cond_func, func, info, wait, cpu_online_mask);
}

/**
 * smp_call_on_cpu() - have @func called by a thread that may run on CPU @cpu only, and wait
 * @phys: no effect
 *
 * No interrupt: the CPU is not held, and @func may wait. Signals are blocked.
 *
 * Returns what @func does; -ENXIO: the CPU is not online.
 */
PERCPU_API int smp_call_on_cpu(unsigned int cpu, int (*func)(void *arg), void *par, bool phys)
	__pcpu_as(smp_call_on_cpu);

/** kick_all_cpus_sync() - on return every other CPU that is online has been interrupted. */
PERCPU_API void kick_all_cpus_sync(void) __pcpu_as(kick_all_cpus_sync);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/smp.h>
#endif

#endif /* PERCPU_SMP_H */
