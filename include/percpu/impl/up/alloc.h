/* SPDX-License-Identifier: MIT */
/*
 * up/alloc.h - alloc.h with PERCPU_UP: zeroed memory of the C library.
 *
 * Sizes and alignments that the library refuses are refused here too. A pointer that is freed
 * wrongly is the C library's affair.
 */
#ifndef PERCPU_UP_ALLOC_H
#define PERCPU_UP_ALLOC_H

#include <percpu/alloc.h>
#include <percpu/impl/up/log.h>

#include <string.h>

#include <percpu/impl/begin.h>

#define __PCPU_UP_MAX_SIZE 32768
/* malloc()'s own, which aligned_alloc() would be a waste for. */
#define __PCPU_UP_MIN_ALIGN 16
/* As many failures are reported. */
#define __PCPU_UP_REPORTS 10

struct percpu_up_areas {
	unsigned int reports;
	uint64_t nr_alloc, nr_dealloc, nr_max_alloc;
	size_t min_size, max_size;
};

__PCPU_BEGIN_DECLS
extern struct percpu_up_areas __percpu_up_areas;
__attribute__((__weak__)) struct percpu_up_areas __percpu_up_areas = {0, 0, 0, 0, 0, 0};
__PCPU_END_DECLS

static inline bool __percpu_up_request_is_good(size_t size, size_t align, gfp_t gfp)
{
	char message[256];

	if (size >= 1 && size <= __PCPU_UP_MAX_SIZE && align >= 1 && align <= PERCPU_PAGE_SIZE &&
	    (align & (align - 1)) == 0)
		return true;
	snprintf(
		message, sizeof(message),
		"illegal size (%zu) or align (%zu) for percpu allocation: size is 1 to %d, align a "
		"power of two up to %d",
		size, align, __PCPU_UP_MAX_SIZE, PERCPU_PAGE_SIZE);
	if (!(gfp & __GFP_NOWARN))
		__percpu_up_say(PERCPU_LOG_WARNING, message);
	return false;
}

static inline void __percpu_up_report_failure(size_t size, size_t align, gfp_t gfp)
{
	char message[256];

	if ((gfp & __GFP_NOWARN) || __percpu_up_areas.reports == __PCPU_UP_REPORTS)
		return;
	snprintf(message, sizeof(message), "allocation failed, size=%zu align=%zu: no memory", size,
		 align);
	__percpu_up_areas.reports++;
	__percpu_up_say(PERCPU_LOG_WARNING, message);
}

static inline void __percpu_up_count(size_t size)
{
	struct percpu_up_areas *areas = &__percpu_up_areas;

	areas->nr_alloc++;
	if (areas->nr_alloc - areas->nr_dealloc > areas->nr_max_alloc)
		areas->nr_max_alloc = areas->nr_alloc - areas->nr_dealloc;
	if (size > areas->max_size)
		areas->max_size = size;
	if (areas->min_size == 0 || size < areas->min_size)
		areas->min_size = size;
}

PERCPU_API void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp)
{
	void *memory;

	if (!__percpu_up_request_is_good(size, align, gfp))
		return NULL;
	if (align <= __PCPU_UP_MIN_ALIGN)
		memory = calloc(1, size);
	else if (posix_memalign(&memory, align, size) == 0) /* gnu99 has no aligned_alloc() */
		memset(memory, 0, size);
	else
		memory = NULL;
	if (memory)
		__percpu_up_count(size);
	else
		__percpu_up_report_failure(size, align, gfp);
	return (__pcpu_from_memory(void __percpu *))(uintptr_t)memory;
}

PERCPU_API void __percpu *__alloc_percpu(size_t size, size_t align)
{
	return __alloc_percpu_gfp(size, align, GFP_KERNEL);
}

PERCPU_API void __percpu *__alloc_reserved_percpu(size_t size, size_t align)
{
	return __alloc_percpu_gfp(size, align, GFP_KERNEL);
}

PERCPU_API void free_percpu(__pcpu_any_object *ptr)
{
	if (ptr)
		__percpu_up_areas.nr_dealloc++;
	free((void *)(uintptr_t)ptr);
}

PERCPU_API size_t percpu_trim(void)
{
	return 0;
}

#undef __PCPU_UP_MAX_SIZE
#undef __PCPU_UP_MIN_ALIGN
#undef __PCPU_UP_REPORTS
#include <percpu/impl/end.h>

#endif /* PERCPU_UP_ALLOC_H */
