/* SPDX-License-Identifier: MIT */
/* up/smp.h - smp.h with PERCPU_UP: who calls this CPU calls the function. */
#ifndef PERCPU_UP_SMP_H
#define PERCPU_UP_SMP_H

#include <percpu/smp.h>

#include <errno.h>

#include <percpu/impl/begin.h>

PERCPU_API int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait)
{
	const unsigned long flags = __percpu_irq_save();

	(void)wait;
	if (cpu == 0)
		func(info);
	__percpu_irq_restore(flags);
	return cpu == 0 ? 0 : -ENXIO;
}

PERCPU_API int smp_call_function_single_async(int cpu, call_single_data_t *csd)
{
	return smp_call_function_single(cpu, csd->func, csd->info, 0);
}

PERCPU_API int smp_call_function_any(const struct cpumask *mask, smp_call_func_t func, void *info,
				     int wait)
{
	return smp_call_function_single(__pcpu_test_bit(0, cpumask_bits(mask)) ? 0 : 1, func, info,
					wait);
}

PERCPU_API void smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info,
				       bool wait)
{
	(void)mask;
	(void)func;
	(void)info;
	(void)wait;
}

PERCPU_API void on_each_cpu_cond_mask(smp_cond_func_t cond_func, smp_call_func_t func, void *info,
				      bool wait, const struct cpumask *mask)
{
	if (__pcpu_test_bit(0, cpumask_bits(mask)) && (!cond_func || cond_func(0, info)))
		smp_call_function_single(0, func, info, wait);
}

PERCPU_API int smp_call_on_cpu(unsigned int cpu, int (*func)(void *arg), void *par, bool phys)
{
	(void)phys;
	return cpu == 0 ? func(par) : -ENXIO;
}

PERCPU_API void kick_all_cpus_sync(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_SMP_H */
