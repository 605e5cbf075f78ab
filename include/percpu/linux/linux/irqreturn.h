/* SPDX-License-Identifier: MIT */
/* irqreturn.h - what a handler of an interrupt returns: percpu/interrupt.h. */
#ifndef PERCPU_LINUX_IRQRETURN_H
#define PERCPU_LINUX_IRQRETURN_H

#include <percpu/interrupt.h>

#endif /* PERCPU_LINUX_IRQRETURN_H */
