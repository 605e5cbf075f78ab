/* SPDX-License-Identifier: MIT */
/*
 * linux/slab.h - memory: the C library's. What it does not have is NULL; with __GFP_NOFAIL the end
 * of the process. GFP_ATOMIC takes the C library's locks as well, so memory is not for handlers of
 * signals, and in sections as percpu/section.h says. What has a power of two as its size is aligned
 * to that, up to a page; anything else to 16 bytes.
 */
#ifndef PERCPU_LINUX_SLAB_H
#define PERCPU_LINUX_SLAB_H

#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

#include <percpu/kernel/err.h>
#include <percpu/log.h>

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define ARCH_KMALLOC_MINALIGN 16
#define KMALLOC_MAX_SIZE (1UL << 30)
/** ZERO_SIZE_PTR - what 0 bytes are: no address of anything, and may be freed. */
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((uintptr_t)(x) <= (uintptr_t)ZERO_SIZE_PTR)

/* @align: a power of two. */
static inline void *__pcpu_kmalloc(size_t size, size_t align, gfp_t flags)
{
	void *memory = NULL;

	if (size == 0)
		return ZERO_SIZE_PTR;
	if (size <= PTRDIFF_MAX - align) {
		if (align <= ARCH_KMALLOC_MINALIGN)
			memory = malloc(size);
		else
			memory = aligned_alloc(align, (size + align - 1) & ~(align - 1));
	}
	if (memory && (flags & __GFP_ZERO))
		memset(memory, 0, size);
	if (!memory && (flags & __GFP_NOFAIL))
		percpu_fatal("no memory for %zu bytes, with __GFP_NOFAIL", size);
	return memory;
}

/** kmalloc() - @size bytes; __GFP_ZERO: zeroed. kfree() gives them back. */
static inline __malloc void *kmalloc(size_t size, gfp_t flags)
{
	size_t align = ARCH_KMALLOC_MINALIGN;

	if ((size & (size - 1)) == 0 && size > align)
		align = size < PAGE_SIZE ? size : PAGE_SIZE;
	return __pcpu_kmalloc(size, align, flags);
}

static inline __malloc void *kzalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags | __GFP_ZERO);
}

static inline __malloc void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	return kmalloc(size_mul(n, size), flags);
}

static inline __malloc void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return kmalloc_array(n, size, flags | __GFP_ZERO);
}

/** kfree() - NULL and ZERO_SIZE_PTR are nothing. */
static inline void kfree(const void *ptr)
{
	if (!ZERO_OR_NULL_PTR(ptr))
		free((void *)(uintptr_t)ptr);
}

/** ksize() - the bytes that may be used of it. */
static inline size_t ksize(const void *ptr)
{
	return ZERO_OR_NULL_PTR(ptr) ? 0 : malloc_usable_size((void *)(uintptr_t)ptr);
}

static inline void kfree_sensitive(const void *ptr)
{
	if (!ZERO_OR_NULL_PTR(ptr))
		explicit_bzero((void *)(uintptr_t)ptr, ksize(ptr));
	kfree(ptr);
}

/** krealloc() - of another size, with what fits of what was there; 0: gives it back. */
static inline void *__must_check krealloc(const void *ptr, size_t size, gfp_t flags)
{
	const size_t before = ksize(ptr);
	void *memory = kmalloc(size, flags);

	if (!memory)
		return NULL;
	if (!ZERO_OR_NULL_PTR(memory))
		memcpy(memory, ZERO_OR_NULL_PTR(ptr) ? memory : ptr, before < size ? before : size);
	kfree(ptr);
	return memory;
}

static inline void *__must_check krealloc_array(void *ptr, size_t n, size_t size, gfp_t flags)
{
	return krealloc(ptr, size_mul(n, size), flags);
}

static inline void *kmemdup(const void *src, size_t len, gfp_t flags)
{
	void *copy = kmalloc(len, flags);

	return ZERO_OR_NULL_PTR(copy) ? copy : memcpy(copy, src, len);
}

static inline char *kmemdup_nul(const char *s, size_t len, gfp_t flags)
{
	char *copy = s ? (char *)kmalloc(size_add(len, 1), flags) : NULL;

	if (!ZERO_OR_NULL_PTR(copy)) {
		memcpy(copy, s, len);
		copy[len] = '\0';
	}
	return copy;
}

static inline char *kstrdup(const char *s, gfp_t flags)
{
	return s ? kmemdup_nul(s, strlen(s), flags) : NULL;
}

static inline char *kstrndup(const char *s, size_t max, gfp_t flags)
{
	return s ? kmemdup_nul(s, strnlen(s, max), flags) : NULL;
}

/* Nodes: memory is where malloc() has it. And what the kernel has in two kinds is one. */
#define kmalloc_node(size, flags, node) ((void)(node), kmalloc(size, flags))
#define kzalloc_node(size, flags, node) ((void)(node), kzalloc(size, flags))
#define kmalloc_array_node(n, size, flags, node) ((void)(node), kmalloc_array(n, size, flags))
#define kcalloc_node(n, size, flags, node) ((void)(node), kcalloc(n, size, flags))
#define kvmalloc(size, flags) kmalloc(size, flags)
#define kvzalloc(size, flags) kzalloc(size, flags)
#define kvmalloc_node(size, flags, node) kmalloc_node(size, flags, node)
#define kvzalloc_node(size, flags, node) kzalloc_node(size, flags, node)
#define kvmalloc_array(n, size, flags) kmalloc_array(n, size, flags)
#define kvcalloc(n, size, flags) kcalloc(n, size, flags)
#define kvfree(ptr) kfree(ptr)
#define kvfree_sensitive(ptr, len) ((void)(len), kfree_sensitive(ptr))

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))

/* --- objects of one kind --- */

#define SLAB_HWCACHE_ALIGN 0x1u
#define SLAB_PANIC 0x2u
#define SLAB_ACCOUNT 0u
#define SLAB_RECLAIM_ACCOUNT 0u
#define SLAB_POISON 0u
#define SLAB_RED_ZONE 0u

/*
 * An object is the C library's memory, made by the constructor each time. SLAB_TYPESAFE_BY_RCU,
 * whose memory would have to stay, is not there.
 */
struct kmem_cache {
	size_t size, align;
	void (*ctor)(void *object);
};

static inline struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
						   unsigned int align, unsigned int flags,
						   void (*ctor)(void *object))
{
	struct kmem_cache *cache;

	(void)name;
	if (size == 0 || (align & (align - 1)) != 0)
		return NULL;
	cache = (struct kmem_cache *)kmalloc(sizeof(*cache),
					     flags & SLAB_PANIC ? __GFP_NOFAIL : GFP_KERNEL);
	if (!cache)
		return NULL;
	if ((flags & SLAB_HWCACHE_ALIGN) && align < SMP_CACHE_BYTES && size > SMP_CACHE_BYTES / 2)
		align = SMP_CACHE_BYTES;
	cache->size = size;
	cache->align = align > ARCH_KMALLOC_MINALIGN ? align : ARCH_KMALLOC_MINALIGN;
	cache->ctor = ctor;
	return cache;
}
#define KMEM_CACHE(type, flags) \
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), (flags), NULL)

/** kmem_cache_destroy() - when all its objects have been given back. */
static inline void kmem_cache_destroy(struct kmem_cache *cache)
{
	kfree(cache);
}

static inline void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	void *object = __pcpu_kmalloc(cache->size, cache->align, flags);

	if (object && cache->ctor)
		cache->ctor(object);
	return object;
}

static inline void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	(void)cache;
	kfree(object);
}
#define kmem_cache_zalloc(cache, flags) kmem_cache_alloc(cache, (flags) | __GFP_ZERO)
#define kmem_cache_alloc_node(cache, flags, node) ((void)(node), kmem_cache_alloc(cache, flags))
#define kmem_cache_size(cache) ((unsigned int)(cache)->size)
#define kmem_cache_shrink(cache) ((void)(cache), 0)

#endif /* PERCPU_LINUX_SLAB_H */
