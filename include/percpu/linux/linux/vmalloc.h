/* SPDX-License-Identifier: MIT */
/* linux/vmalloc.h - large memory, in whole pages: linux/slab.h. */
#ifndef PERCPU_LINUX_VMALLOC_H
#define PERCPU_LINUX_VMALLOC_H

#include <linux/overflow.h>
#include <linux/slab.h>

static inline void *__pcpu_vmalloc(size_t size, size_t align, gfp_t flags)
{
	/* NULL, and not ZERO_SIZE_PTR: the kernel has no empty ones of these */
	return size ? __pcpu_kmalloc(size, align < PAGE_SIZE ? PAGE_SIZE : align, flags) : NULL;
}
#define vmalloc(size) __pcpu_vmalloc(size, PAGE_SIZE, GFP_KERNEL)
#define vzalloc(size) __pcpu_vmalloc(size, PAGE_SIZE, GFP_KERNEL | __GFP_ZERO)
#define vmalloc_node(size, node) ((void)(node), vmalloc(size))
#define vzalloc_node(size, node) ((void)(node), vzalloc(size))
#define __vmalloc(size, flags) __pcpu_vmalloc(size, PAGE_SIZE, flags)
#define __vmalloc_node(size, align, flags, node, caller) \
	((void)(node), (void)(caller), __pcpu_vmalloc(size, align, flags))
#define vmalloc_array(n, size) vmalloc(size_mul(n, size))
#define vcalloc(n, size) vzalloc(size_mul(n, size))
#define vfree(addr) kfree(addr)

#endif /* PERCPU_LINUX_VMALLOC_H */
