/* SPDX-License-Identifier: MIT */
/* hardirq.h - inside of handlers: percpu/interrupt.h. */
#ifndef PERCPU_LINUX_HARDIRQ_H
#define PERCPU_LINUX_HARDIRQ_H

#include <linux/irqflags.h>
#include <linux/preempt.h>

#define __irq_enter() irq_enter()
#define __irq_enter_raw() irq_enter()
#define irq_enter_rcu() irq_enter()
#define __irq_exit() irq_exit()
#define __irq_exit_raw() irq_exit()
#define irq_exit_rcu() irq_exit()
#define __nmi_enter() nmi_enter()
#define __nmi_exit() nmi_exit()
/** synchronize_hardirq() - false: a handler runs still, and this waits for none. */
#define synchronize_hardirq(irq) (synchronize_irq(irq), true)

#endif /* PERCPU_LINUX_HARDIRQ_H */
