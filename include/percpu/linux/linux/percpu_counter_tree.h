/* SPDX-License-Identifier: MIT */
/* percpu_counter_tree.h - counters whose error has a bound: percpu/tree_counter.h. */
#ifndef PERCPU_LINUX_PERCPU_COUNTER_TREE_H
#define PERCPU_LINUX_PERCPU_COUNTER_TREE_H

#include <linux/percpu.h>
#include <linux/types.h>

#include <percpu/tree_counter.h>

#endif /* PERCPU_LINUX_PERCPU_COUNTER_TREE_H */
