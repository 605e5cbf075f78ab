/* SPDX-License-Identifier: MIT */
/*
 * alloc.c - the calls of percpu/alloc.h: from sizes and pointers to areas, and back.
 */
#include "calls/alloc.h"
#include "alloc/alloc.h"
#include "alloc/cache.h"
#include "alloc/misuse.h"
#include "arch/probe.h"
#include "debug/debug.h"
#include "debug/traced.h"
#include "ground/checkers/memory.h"
#include "ground/conf.h"
#include "ground/log.h"
#include "ground/pointer.h"
#include "memory/copies.h"

#include <percpu/alloc.h>
#include <percpu/impl/runtime.h>

#include <errno.h>

/* The area may be in use by others, and is in nobody's books here. Told once a process. */
static bool is_others_too(uint32_t coord)
{
	static bool told;

	if (!pcpu_area_is_inherited(coord))
		return false;
	if (!__atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		pcpu_log(PERCPU_LOG_WARNING,
			 "free_percpu() in a child that shares its parent's copies does nothing to "
			 "what was allocated before the fork");
	return true;
}

static void __percpu *clean(uint32_t coord, size_t size)
{
	pcpu_units_clear(coord, size);
	return pcpu_pointer_make(coord);
}

static void __percpu *pointer_to(const struct pcpu_area *area, size_t size)
{
	return area->dirty ? clean(area->coord, size) : pcpu_pointer_make(area->coord);
}

/* Where the caller of one of the public functions is, for the debug levels. */
#define CALLER __builtin_return_address(0)

/*
 * With hidden bytes behind the object, for tools that check memory; without them if there is no
 * room: no call is to fail for that.
 */
static bool __attribute__((__noinline__))
alloc_checked(const struct pcpu_request *request, struct pcpu_area *area)
{
	struct pcpu_request with = *request;
	const size_t mask = PCPU_CHECKED_ALIGN - 1;

	with.size = ((request->size + mask) & ~mask) + PCPU_CHECKED_BEHIND;
	if (with.align < PCPU_CHECKED_ALIGN)
		with.align = PCPU_CHECKED_ALIGN;
	with.gfp |= __GFP_NOWARN;
	if (with.size > pcpu_conf.max_size || !pcpu_area_alloc(&with, area))
		return pcpu_area_alloc(request, area);
	pcpu_units_hide(area->coord + (uint32_t)request->size, with.size - request->size);
	return true;
}

static bool alloc_area(const struct pcpu_request *request, const void *caller,
		       struct pcpu_area *area)
{
	if (__builtin_expect(pcpu_debug_level, 0))
		return pcpu_debug_alloc(request, caller, area);
	if (__builtin_expect(pcpu_memory_is_checked, 0))
		return alloc_checked(request, area);
	return pcpu_area_alloc(request, area);
}

static void __percpu *__attribute__((__noinline__))
pcpu_alloc(const struct pcpu_request *request, const void *caller)
{
	struct pcpu_area area;

	if (!pcpu_request_is_good(request))
		return NULL;
	if (!alloc_area(request, caller, &area)) {
		PCPU_PROBE4(percpu_alloc_percpu_fail, request->reserved,
			    !(request->gfp & __GFP_DIRECT_RECLAIM), request->size, request->align);
		return NULL;
	}
	if (pcpu_gate_is_watched())
		pcpu_trace_alloc(request, area.coord, caller);
	return pointer_to(&area, request->size);
}

/* NULL: no cache has one. */
static void __percpu *alloc_cached(const struct pcpu_request *request, const void *caller)
{
	struct pcpu_area area;

	if (!pcpu_cache_serves(request->size, request->align))
		return NULL;
	area = pcpu_cache_get((int)request->size);
	if (area.coord && pcpu_gate_is_watched())
		pcpu_trace_alloc(request, area.coord, caller);
	return area.coord ? pointer_to(&area, request->size) : NULL;
}

void __percpu *pcpu_alloc_for(size_t size, size_t align, gfp_t gfp, const void *caller)
{
	const struct pcpu_request request = {.size = size, .align = align, .gfp = gfp};
	void __percpu *ptr = alloc_cached(&request, caller);

	return ptr ? ptr : pcpu_alloc(&request, caller);
}

/* With the lock of @cache, where it is not so simple: it is dropped. */
static void __percpu *__attribute__((__noinline__))
alloc_held(struct pcpu_cache *cache, size_t size, size_t align, gfp_t gfp, const void *caller)
{
	const struct pcpu_request request = {.size = size, .align = align, .gfp = gfp};
	struct pcpu_area area = pcpu_cache_get_held(cache, (int)size);

	return area.coord ? pointer_to(&area, size) : pcpu_alloc(&request, caller);
}

/* Written so that what is usual calls nothing but the clearing, and that last. */
static inline void __percpu *__attribute__((__always_inline__))
alloc(size_t size, size_t align, gfp_t gfp, const void *caller)
{
	struct pcpu_cache *cache;
	struct pcpu_area area;

	if (!pcpu_gate_is_open() || !pcpu_cache_fits(size, align))
		return pcpu_alloc_for(size, align, gfp, caller);
	cache = pcpu_cache_enter_fast();
	if (!cache)
		return pcpu_alloc_for(size, align, gfp, caller);
	if (!pcpu_cache_lend(cache, (int)size, &area))
		return alloc_held(cache, size, align, gfp, caller);
	return area.dirty ? clean(area.coord, size) : pcpu_pointer_make(area.coord);
}

PERCPU_API void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp)
{
	return alloc(size, align, gfp, CALLER);
}

PERCPU_API void __percpu *__alloc_percpu(size_t size, size_t align)
{
	return alloc(size, align, GFP_KERNEL, CALLER);
}

PERCPU_API void __percpu *__alloc_reserved_percpu(size_t size, size_t align)
{
	struct pcpu_request request = {
		.size = size, .align = align, .gfp = GFP_KERNEL, .reserved = true};

	return pcpu_alloc(&request, CALLER);
}

static void __attribute__((__noreturn__, __cold__)) refuse_address(const volatile void *ptr)
{
	char what[PCPU_MISUSE_MAX];

	pcpu_misuse_describe_address(ptr, what);
	pcpu_fatal("free_percpu(%p): not a pointer from alloc_percpu(): %s", (const void *)ptr,
		   what);
}

static void __attribute__((__noreturn__, __cold__))
refuse(const volatile void *ptr, const struct pcpu_misuse *misuse)
{
	char what[PCPU_MISUSE_MAX];

	pcpu_misuse_describe(misuse, what);
	pcpu_fatal("free_percpu(%p): the pointer %s", (const void *)ptr, what);
}

/* False: there is nothing to free. */
static bool __attribute__((__noinline__)) pcpu_free(const volatile void *ptr, const void *caller)
{
	const uint32_t coord = (uint32_t)__pcpu_low32((uintptr_t)ptr);
	struct pcpu_misuse misuse;
	int saved = errno;

	if (!ptr)
		return false;
	if (!pcpu_pointer_is_dynamic(ptr))
		refuse_address(ptr);
	if (is_others_too(coord))
		return false;
	if (__builtin_expect(pcpu_debug_level, 0))
		pcpu_debug_free(coord, caller);
	else if (!pcpu_area_free(coord, &misuse))
		refuse(ptr, &misuse);
	/* as free() */
	errno = saved;
	return true;
}

static void __attribute__((__noinline__))
free_held(struct pcpu_cache *cache, const volatile void *ptr, const void *caller)
{
	if (!pcpu_cache_put_held(cache, (uint32_t)__pcpu_low32((uintptr_t)ptr)))
		pcpu_free(ptr, caller);
}

static bool free_to_cache(const volatile void *ptr)
{
	return pcpu_cache_on && pcpu_pointer_is_dynamic(ptr) &&
	       pcpu_cache_put((uint32_t)__pcpu_low32((uintptr_t)ptr));
}

static void __attribute__((__noinline__)) free_somehow(const volatile void *ptr, const void *caller)
{
	const bool watched = pcpu_gate_is_watched();
	struct pcpu_traced traced;

	if (watched)
		traced = pcpu_trace_find((uint32_t)__pcpu_low32((uintptr_t)ptr));
	if ((free_to_cache(ptr) || pcpu_free(ptr, caller)) && watched)
		pcpu_trace_free(&traced, ptr);
}

/* What is usual calls nothing. */
PERCPU_API void free_percpu(const volatile void __percpu *ptr)
{
	struct pcpu_cache *cache = NULL;

	if (pcpu_gate_is_open() && pcpu_pointer_is_dynamic(ptr))
		cache = pcpu_cache_enter_fast();
	if (!cache)
		free_somehow(ptr, CALLER);
	else if (!pcpu_cache_take_back(cache, (uint32_t)__pcpu_low32((uintptr_t)ptr)))
		free_held(cache, ptr, CALLER);
}
