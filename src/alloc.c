/* SPDX-License-Identifier: MIT */
/*
 * alloc.c - alloc_percpu() and free_percpu().
 *
 * An allocation walks the slots from the smallest that may hold it to the one of wholly free
 * chunks, and takes the first chunk whose map has room; if there is none, it makes a chunk. The
 * area is then cleared in the units that are open; those that are not are zero anyway.
 *
 * When a second chunk becomes wholly free, the older one is given back: so one stays, and an
 * allocation that comes and goes at the border of a chunk does not make and destroy it each time.
 */
#include "alloc.h"
#include "chunk.h"
#include "layout.h"
#include "log.h"
#include "pointer.h"
#include "slot.h"

#include <percpu/alloc.h>
#include <percpu/runtime.h>

#include <errno.h>

pthread_mutex_t pcpu_alloc_mutex = PTHREAD_MUTEX_INITIALIZER;

/* How many failures are still reported, in the life of the process. */
#define WARN_LIMIT 10

struct request {
	int size, align;
	bool may_block;
	const char *failure; /* why not */
};

/* Takes an area of @chunk. Its offset, -1: does not fit, -2: failed for another reason. */
static int alloc_in_chunk(struct pcpu_chunk *chunk, struct request *request)
{
	int margin = request->may_block ? PCPU_MAP_MARGIN : PCPU_MAP_MARGIN_ATOMIC;
	int slot, off;

	if (request->size > pcpu_area_map_contig_hint(&chunk->map))
		return -1;
	if (pcpu_area_map_room_needed(&chunk->map, margin)) {
		if (!request->may_block)
			return -1;
		if (pcpu_chunk_extend_map(chunk, margin)) {
			request->failure = "cannot extend map";
			return -2;
		}
	}
	slot = pcpu_chunk_slot(chunk);
	off = pcpu_area_map_alloc(&chunk->map, request->size, request->align);
	pcpu_chunk_relocate(chunk, slot);
	return off;
}

/* Finds an area in the chunks that there are. As alloc_in_chunk(). */
static int alloc_in_slots(struct request *request, struct pcpu_chunk **where)
{
	struct pcpu_chunk *chunk, *next;
	int off = -1;

	for (int slot = pcpu_size_to_slot(request->size, pcpu_unit_size); slot < pcpu_nr_slots;
	     slot++) {
		/* a failed scan can move the chunk to another list: fetch the next one first */
		for (chunk = pcpu_slot_first(slot); chunk; chunk = next) {
			next = pcpu_slot_next(slot, chunk);
			off = alloc_in_chunk(chunk, request);
			if (off != -1) {
				*where = chunk;
				return off;
			}
		}
	}
	return off;
}

static int alloc_in_new_chunk(struct request *request, struct pcpu_chunk **where)
{
	if (!request->may_block) {
		request->failure = "no populated space left, and the call must not block";
		return -2;
	}
	*where = pcpu_chunk_create();
	if (!*where) {
		request->failure = "cannot allocate new chunk";
		return -2;
	}
	pcpu_chunk_relocate(*where, -1);
	return alloc_in_chunk(*where, request);
}

static int find_area(struct request *request, bool reserved, struct pcpu_chunk **where)
{
	int off;

	if (reserved && pcpu_reserved_chunk) {
		*where = pcpu_reserved_chunk;
		off = alloc_in_chunk(*where, request);
		if (off == -1)
			request->failure = "reserved chunk exhausted";
		return off;
	}
	off = alloc_in_slots(request, where);
	return off == -1 ? alloc_in_new_chunk(request, where) : off;
}

static void __percpu *alloc_locked(struct request *request, bool reserved)
{
	struct pcpu_chunk *chunk = NULL;
	int off = find_area(request, reserved, &chunk);

	if (off < 0)
		return NULL;
	pcpu_chunk_clear(chunk, off, request->size);
	return pcpu_pointer_make(pcpu_chunk_coord(chunk, off));
}

static bool arguments_are_good(size_t size, size_t align, bool quiet)
{
	if (size >= 1 && size <= PCPU_MIN_UNIT_SIZE && align >= 1 && align <= PCPU_PAGE_SIZE &&
	    (align & (align - 1)) == 0)
		return true;
	if (!quiet)
		pcpu_log(
			PERCPU_LOG_WARNING,
			"illegal size (%zu) or align (%zu) for percpu allocation: size is 1 to %d, "
			"align a power of two up to %lu",
			size, align, PCPU_MIN_UNIT_SIZE, PCPU_PAGE_SIZE);
	return false;
}

static void report_failure(const struct request *request)
{
	static int left = WARN_LIMIT;
	int before = __atomic_load_n(&left, __ATOMIC_RELAXED);

	do {
		if (before == 0)
			return;
	} while (!__atomic_compare_exchange_n(&left, &before, before - 1, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	pcpu_log(PERCPU_LOG_WARNING, "allocation failed, size=%d align=%d: %s", request->size,
		 request->align, request->failure);
	if (before == 1)
		pcpu_log(PERCPU_LOG_INFO, "limit reached, no more warnings of failed allocations");
}

static void __percpu *pcpu_alloc(size_t size, size_t align, bool reserved, gfp_t gfp)
{
	struct request request = {.may_block = gfp & __GFP_DIRECT_RECLAIM};
	void __percpu *ptr = NULL;

	if (!arguments_are_good(size, align, gfp & __GFP_NOWARN))
		return NULL;
	request.size = (int)size;
	request.align = (int)align;
	if (request.may_block)
		pthread_mutex_lock(&pcpu_alloc_mutex);
	else if (pthread_mutex_trylock(&pcpu_alloc_mutex) != 0)
		request.failure = "the allocator is busy, and the call must not block";
	if (!request.failure) {
		ptr = alloc_locked(&request, reserved);
		pthread_mutex_unlock(&pcpu_alloc_mutex);
	}
	if (!ptr && !(gfp & __GFP_NOWARN))
		report_failure(&request);
	return ptr;
}

PERCPU_API void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp)
{
	return pcpu_alloc(size, align, false, gfp);
}

PERCPU_API void __percpu *__alloc_percpu(size_t size, size_t align)
{
	return pcpu_alloc(size, align, false, GFP_KERNEL);
}

PERCPU_API void __percpu *__alloc_reserved_percpu(size_t size, size_t align)
{
	return pcpu_alloc(size, align, true, GFP_KERNEL);
}

/* Destroys the wholly free chunks but the one that became so last, which is at the front. */
static void reclaim(void)
{
	int slot = pcpu_nr_slots - 1;
	struct pcpu_chunk *chunk = pcpu_slot_first(slot), *next;

	for (chunk = chunk ? pcpu_slot_next(slot, chunk) : NULL; chunk; chunk = next) {
		next = pcpu_slot_next(slot, chunk);
		pcpu_chunk_destroy(chunk);
	}
}

/* What is wrong with freeing @ptr, or NULL: then it has been freed. */
static const char *free_locked(const volatile void *ptr)
{
	struct pcpu_chunk *chunk = pcpu_chunk_find(__pcpu_low32(ptr));
	int slot, off, freed;

	if (!chunk)
		return "was never allocated";
	off = pcpu_chunk_offset(chunk, __pcpu_low32(ptr));
	slot = pcpu_chunk_slot(chunk);
	freed = pcpu_area_map_free(&chunk->map, off);
	if (freed == -EALREADY)
		return "is free already: a double free";
	if (freed < 0)
		return "is not the start of an area: it points inside one";
	pcpu_chunk_relocate(chunk, slot);
	if (pcpu_area_map_free_size(&chunk->map) == pcpu_unit_size)
		reclaim();
	return NULL;
}

PERCPU_API void free_percpu(const volatile void __percpu *ptr)
{
	const char *misuse;

	if (!ptr)
		return;
	if (!pcpu_pointer_is_dynamic(ptr))
		pcpu_fatal("free_percpu(%p): not a pointer from alloc_percpu(); a static per-CPU "
			   "variable or an ordinary address",
			   (const void *)ptr);
	pthread_mutex_lock(&pcpu_alloc_mutex);
	misuse = free_locked(ptr);
	pthread_mutex_unlock(&pcpu_alloc_mutex);
	if (misuse)
		pcpu_fatal("free_percpu(%p): the pointer %s", (const void *)ptr, misuse);
}
