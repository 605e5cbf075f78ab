/* SPDX-License-Identifier: MIT */
/* linux/percpu-refcount.h - reference counts that CPUs do not share: percpu/refcount.h. */
#ifndef PERCPU_LINUX_PERCPU_REFCOUNT_H
#define PERCPU_LINUX_PERCPU_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include <percpu/refcount.h>

#endif /* PERCPU_LINUX_PERCPU_REFCOUNT_H */
