/* SPDX-License-Identifier: MIT */
/*
 * irqflags.h - interrupts off and on: percpu/interrupt.h, which says what an interrupt is. What the
 * lock checker and the tracer are told in the kernel is nothing here.
 */
#ifndef PERCPU_LINUX_IRQFLAGS_H
#define PERCPU_LINUX_IRQFLAGS_H

#include <linux/types.h>

#include <percpu/interrupt.h>

#define raw_local_irq_save(flags) local_irq_save(flags)
#define raw_local_irq_restore(flags) local_irq_restore(flags)
#define raw_local_irq_disable() local_irq_disable()
#define raw_local_irq_enable() local_irq_enable()
#define raw_local_save_flags(flags) local_save_flags(flags)
#define raw_irqs_disabled() irqs_disabled()
#define raw_irqs_disabled_flags(flags) irqs_disabled_flags(flags)
#define arch_local_irq_save() __percpu_irq_save()
#define arch_local_irq_restore(flags) __percpu_irq_restore(flags)
#define arch_local_irq_disable() local_irq_disable()
#define arch_local_irq_enable() local_irq_enable()
#define arch_local_save_flags() __percpu_irqs_off()
#define arch_irqs_disabled() irqs_disabled()
#define arch_irqs_disabled_flags(flags) irqs_disabled_flags(flags)

#define lockdep_softirqs_on(ip) ((void)(ip))
#define lockdep_softirqs_off(ip) ((void)(ip))
#define lockdep_hardirqs_on_prepare() ((void)0)
#define lockdep_hardirqs_on(ip) ((void)(ip))
#define lockdep_hardirqs_off(ip) ((void)(ip))
#define lockdep_hardirq_context() in_hardirq()
#define lockdep_softirq_context(task) ((void)(task), in_serving_softirq())
#define lockdep_hardirqs_enabled() (!irqs_disabled())
#define lockdep_hardirq_enter() ((void)0)
#define lockdep_hardirq_exit() ((void)0)
#define lockdep_hardirq_threaded() ((void)0)
#define lockdep_softirq_enter() ((void)0)
#define lockdep_softirq_exit() ((void)0)
#define lockdep_hrtimer_enter(expires) false
#define lockdep_hrtimer_exit(context) ((void)(context))
#define lockdep_posixtimer_enter() ((void)0)
#define lockdep_posixtimer_exit() ((void)0)
#define lockdep_irq_work_enter(flags) ((void)(flags))
#define lockdep_irq_work_exit(flags) ((void)(flags))
#define trace_hardirqs_on_prepare() ((void)0)
#define trace_hardirqs_on() ((void)0)
#define trace_hardirqs_off() ((void)0)
#define trace_hardirqs_off_finish() ((void)0)
#define start_critical_timings() ((void)0)
#define stop_critical_timings() ((void)0)

#endif /* PERCPU_LINUX_IRQFLAGS_H */
