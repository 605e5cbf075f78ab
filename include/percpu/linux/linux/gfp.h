/* SPDX-License-Identifier: MIT */
/*
 * linux/gfp.h - how memory is asked for: the flags of percpu/alloc.h, and those that say where the
 * kernel's page allocator may look, which mean nothing here.
 */
#ifndef PERCPU_LINUX_GFP_H
#define PERCPU_LINUX_GFP_H

#include <linux/topology.h>
#include <linux/types.h>

#include <percpu/alloc.h>
#include <percpu/kernel/page.h>

#include <stdlib.h>
#include <string.h>

#define __GFP_NOFAIL 0x100u /* no memory is fatal */
#define __GFP_HIGH 0u
#define __GFP_IO 0u
#define __GFP_FS 0u
#define __GFP_DMA 0u
#define __GFP_DMA32 0u
#define __GFP_HIGHMEM 0u
#define __GFP_MOVABLE 0u
#define __GFP_KSWAPD_RECLAIM 0u
#define __GFP_RECLAIM __GFP_DIRECT_RECLAIM
#define __GFP_NORETRY 0u
#define __GFP_RETRY_MAYFAIL 0u
#define __GFP_MEMALLOC 0u
#define __GFP_NOMEMALLOC 0u
#define __GFP_HARDWALL 0u
#define __GFP_THISNODE 0u
#define __GFP_ACCOUNT 0u
#define __GFP_COMP 0u
#define __GFP_WRITE 0u
#define __GFP_RECLAIMABLE 0u
#define GFP_NOIO GFP_KERNEL
#define GFP_NOFS GFP_KERNEL
#define GFP_USER GFP_KERNEL
#define GFP_HIGHUSER GFP_KERNEL
#define GFP_KERNEL_ACCOUNT GFP_KERNEL
#define GFP_DMA GFP_KERNEL

/** gfpflags_allow_blocking() - whether the call may wait. */
static inline bool gfpflags_allow_blocking(gfp_t flags)
{
	return (flags & __GFP_DIRECT_RECLAIM) != 0;
}

/**
 * __get_free_pages() - 1 << @order pages, as a number; 0: no memory. free_pages() gives them back.
 */
static inline unsigned long __get_free_pages(gfp_t flags, unsigned int order)
{
	void *pages = order < 32 ? aligned_alloc(PAGE_SIZE, PAGE_SIZE << order) : NULL;

	if (pages && (flags & __GFP_ZERO))
		memset(pages, 0, PAGE_SIZE << order);
	return (unsigned long)pages;
}
#define __get_free_page(flags) __get_free_pages((flags), 0)
#define get_zeroed_page(flags) __get_free_pages((flags) | __GFP_ZERO, 0)

static inline void free_pages(unsigned long addr, unsigned int order)
{
	(void)order;
	free((void *)addr);
}
#define free_page(addr) free_pages((addr), 0)

#endif /* PERCPU_LINUX_GFP_H */
