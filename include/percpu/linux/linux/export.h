/* SPDX-License-Identifier: MIT */
/* export.h - EXPORT_SYMBOL() and its like: percpu/export.h. A process has no namespaces of them. */
#ifndef PERCPU_LINUX_EXPORT_H
#define PERCPU_LINUX_EXPORT_H

#include <percpu/export.h>

#define EXPORT_SYMBOL_NS(symbol, ns) EXPORT_SYMBOL(symbol)
#define EXPORT_SYMBOL_NS_GPL(symbol, ns) EXPORT_SYMBOL_GPL(symbol)
#define THIS_MODULE ((struct module *)0)

#endif /* PERCPU_LINUX_EXPORT_H */
