/* SPDX-License-Identifier: MIT */
/* smp_call.c - having functions called on CPUs, as programs do; percpu/smp.h. */
#include "cpu/holder.h"
#include "ground/log.h"
#include "hotplug/elsewhere.h"
#include "interrupts/cpu_queue.h"
#include "interrupts/interrupt_self.h"

#include <percpu/boot.h>

#include <errno.h>

/* Calls that are waited for and not yet done, of one caller. */
#define AT_ONCE 16

/* In the kernel two that do so can wait for each other for ever. */
static void warn_of_interrupts(void)
{
	static bool warned;

	if (pcpu_interrupt_self.off && !__atomic_exchange_n(&warned, true, __ATOMIC_RELAXED))
		pcpu_log(
			PERCPU_LOG_WARNING,
			"a call of other CPUs with interrupts off: in the kernel it could lock up");
}

/* This CPU calls it itself. */
static void call_here(smp_call_func_t func, void *info)
{
	const unsigned long flags = __percpu_irq_save();

	func(info);
	__percpu_irq_restore(flags);
}

static bool is_online(int cpu)
{
	return cpu >= 0 && cpu_online((unsigned int)cpu);
}

/* --- one CPU --- */

/* Outside of a section if possible: a thread may have to be made. */
static int begin_unless_here(unsigned int cpu)
{
	return raw_smp_processor_id() == cpu ? 0 : pcpu_queue_begin(cpu);
}

static int call_and_wait(unsigned int cpu, smp_call_func_t func, void *info)
{
	call_single_data_t csd = CSD_INIT(func, info);
	const bool here = get_cpu() == cpu;
	int err = 0;

	if (here)
		call_here(func, info);
	else
		err = pcpu_queue_begin(cpu);
	if (!here && !err)
		pcpu_queue_call(cpu, &csd, true);
	put_cpu();
	if (!here && !err)
		pcpu_queue_wait(cpu, &csd);
	return err;
}

static int call_and_go_on(unsigned int cpu, smp_call_func_t func, void *info)
{
	call_single_data_t *csd;
	int err = 0;

	if (get_cpu() == cpu) {
		call_here(func, info);
	} else {
		err = pcpu_queue_begin(cpu);
		csd = err ? NULL : pcpu_queue_own_call();
		if (csd) {
			csd->func = func;
			csd->info = info;
			pcpu_queue_call(cpu, csd, false);
		}
	}
	put_cpu();
	return err;
}

PERCPU_API int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait)
{
	int err;

	if (!is_online(cpu))
		return -ENXIO;
	err = begin_unless_here((unsigned int)cpu);
	if (err)
		return err;
	warn_of_interrupts();
	return wait ? call_and_wait((unsigned int)cpu, func, info)
		    : call_and_go_on((unsigned int)cpu, func, info);
}

PERCPU_API int smp_call_function_single_async(int cpu, call_single_data_t *csd)
{
	int err = 0;

	if (!is_online(cpu))
		return -ENXIO;
	if (pcpu_queue_is_locked(csd))
		return -EBUSY;
	csd->waiter = -1; /* nobody waits for it */
	if (get_cpu() == (unsigned int)cpu)
		call_here(csd->func, csd->info);
	else
		err = pcpu_queue_begin((unsigned int)cpu);
	if (!err && pcpu_held_cpu() != cpu)
		pcpu_queue_call((unsigned int)cpu, csd, false);
	put_cpu();
	return err;
}

/* This CPU if it is one of them, else one of its node, else the lowest; nr_cpu_ids: none. */
static unsigned int choose(const struct cpumask *mask, unsigned int here)
{
	const int node = pcpu_cpu_to_node((int)here);
	unsigned int cpu, any = nr_cpu_ids;

	if (cpumask_test_cpu(here, mask) && cpu_online(here))
		return here;
	for_each_cpu_and(cpu, mask, cpu_online_mask)
	{
		if (pcpu_cpu_to_node((int)cpu) == node)
			return cpu;
		if (any == nr_cpu_ids)
			any = cpu;
	}
	return any;
}

PERCPU_API int smp_call_function_any(const struct cpumask *mask, smp_call_func_t func, void *info,
				     int wait)
{
	int err = smp_call_function_single((int)choose(mask, get_cpu()), func, info, wait);

	put_cpu();
	return err;
}

/* --- many --- */

struct many {
	const struct cpumask *mask;
	smp_cond_func_t cond;
	smp_call_func_t func;
	void *info;
	unsigned int here;
	bool wait;
};

static bool is_wanted(const struct many *many, unsigned int cpu)
{
	return cpu != many->here && (!many->cond || many->cond((int)cpu, many->info));
}

static void must_begin(unsigned int cpu)
{
	const int err = pcpu_queue_begin(cpu);

	if (err)
		pcpu_fatal("no thread for CPU %u (errno %d): what is to be done there cannot be",
			   cpu, -err);
}

/* Before the section, if all of them are wanted: threads may have to be made. */
static void begin_all(const struct cpumask *mask)
{
	unsigned int cpu;

	for_each_cpu_and(cpu, mask, cpu_online_mask) if (cpu != raw_smp_processor_id())
		must_begin(cpu);
}

/* Calls the others, AT_ONCE of them at a time if they are to be waited for; then this one. */
static void call_many(const struct many *many, bool here_too)
{
	struct {
		call_single_data_t csd;
		unsigned int cpu;
	} waited[AT_ONCE] = {0};
	unsigned int cpu, nr = 0, i;

	for_each_cpu_and(cpu, many->mask, cpu_online_mask)
	{
		call_single_data_t *csd;

		if (!is_wanted(many, cpu))
			continue;
		must_begin(cpu);
		i = nr++ % AT_ONCE;
		csd = many->wait ? &waited[i].csd : pcpu_queue_own_call();
		if (many->wait && nr > AT_ONCE)
			pcpu_queue_wait(waited[i].cpu, csd);
		csd->func = many->func;
		csd->info = many->info;
		waited[i].cpu = cpu;
		pcpu_queue_call(cpu, csd, many->wait);
	}
	if (here_too)
		call_here(many->func, many->info);
	for (i = 0; many->wait && i < nr && i < AT_ONCE; i++)
		pcpu_queue_wait(waited[i].cpu, &waited[i].csd);
}

PERCPU_API void smp_call_function_many(const struct cpumask *mask, smp_call_func_t func, void *info,
				       bool wait)
{
	struct many many = {.mask = mask, .func = func, .info = info, .wait = wait};

	warn_of_interrupts();
	begin_all(mask);
	many.here = get_cpu();
	call_many(&many, false);
	put_cpu();
}

PERCPU_API void on_each_cpu_cond_mask(smp_cond_func_t cond_func, smp_call_func_t func, void *info,
				      bool wait, const struct cpumask *mask)
{
	struct many many = {
		.mask = mask, .cond = cond_func, .func = func, .info = info, .wait = wait};
	bool here_too;

	warn_of_interrupts();
	if (!cond_func)
		begin_all(mask);
	many.here = get_cpu();
	here_too = cpumask_test_cpu(many.here, mask) &&
		   (!cond_func || cond_func((int)many.here, info));
	call_many(&many, here_too);
	put_cpu();
}

static void do_nothing(void *info)
{
	(void)info;
}

PERCPU_API void kick_all_cpus_sync(void)
{
	static unsigned int kicks;

	/* a barrier that ThreadSanitizer knows */
	__atomic_fetch_add(&kicks, 1, __ATOMIC_SEQ_CST);
	smp_call_function_many(cpu_online_mask, do_nothing, NULL, true);
}

/* --- in a thread --- */

struct task_call {
	int (*func)(void *arg);
	void *par;
	int result;
};

static void do_task(void *arg)
{
	struct task_call *task = arg;

	task->result = task->func(task->par);
}

PERCPU_API int smp_call_on_cpu(unsigned int cpu, int (*func)(void *arg), void *par, bool phys)
{
	struct task_call task = {func, par, 0};

	(void)phys;
	if (!cpu_online(cpu))
		return -ENXIO;
	pcpu_call_on(cpu, do_task, &task);
	return task.result;
}
