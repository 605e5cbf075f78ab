/* SPDX-License-Identifier: MIT */
/* linux/memblock.h - memory of the start: percpu/kernel/memblock.h. */
#ifndef PERCPU_LINUX_MEMBLOCK_H
#define PERCPU_LINUX_MEMBLOCK_H

#include <linux/slab.h>

#include <percpu/kernel/memblock.h>

#endif /* PERCPU_LINUX_MEMBLOCK_H */
