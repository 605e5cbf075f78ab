/* SPDX-License-Identifier: MIT */
/* linux/mm.h - memory and pages, as far as a program has them. */
#ifndef PERCPU_LINUX_MM_H
#define PERCPU_LINUX_MM_H

#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define PAGE_ALIGN(addr) ALIGN(addr, PAGE_SIZE)
#define PAGE_ALIGNED(addr) IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)

/** mem_dump_obj() - says where it is; of what it is the C library does not know. */
#define mem_dump_obj(object) pr_cont(" object at %p\n", (const void *)(object))

/** get_order() - the least order of pages that @size bytes fit in. */
static inline int get_order(unsigned long size)
{
	return size <= PAGE_SIZE ? 0 : ilog2(size - 1) + 1 - PAGE_SHIFT;
}

#endif /* PERCPU_LINUX_MM_H */
