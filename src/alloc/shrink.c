/* SPDX-License-Identifier: MIT */
/* shrink.c - see shrink.h. */
#include "alloc/shrink.h"
#include "alloc/books.h"
#include "alloc/cache.h"
#include "alloc/caches.h"
#include "alloc/chunk/chunk_codes.h"
#include "alloc/chunk/chunk_pages.h"
#include "alloc/hand_out.h"
#include "cpu/cpu_lock.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "ground/mem.h"

#include <stdint.h>

/* Of each copy. So much may stay, whatever there was. */
#define LEAST_PAGES 64
/* For each magazine that is looked at, as many areas are taken back at least. */
#define LOOK_SHIFT 3
/* Allocations that show that a program does not only free. */
#define ALLOCATES_AGAIN 64
/* What one call looks at, and gives back, at most. */
#define CHUNKS_AT_ONCE 64
#define BYTES_AT_ONCE ((size_t)4 << 20)

static struct {
	uint64_t taken_back, handed_out; /* when it was last done */
	uint64_t looked;                 /* areas taken back when caches were last counted */
	unsigned int left;               /* chunks whose free pages are still to be given back */
} shrink;

static bool is_sparse(uint64_t areas, uint64_t bytes)
{
	return (areas + bytes / PCPU_PAGE_SIZE) * 4 <= pcpu_touched_pages;
}

/* As many areas wait in caches, at most: then it need not be known how many. */
static bool is_sparse_with_cached(void)
{
	return is_sparse(pcpu_books_nr_areas(), pcpu_used_bytes);
}

/*
 * To count what waits in caches takes a while. It may be the whole program's memory, but not if
 * there are more areas than caches have room for, and may stay.
 */
static bool may_be_sparse_without_cached(void)
{
	const uint64_t most = (uint64_t)pcpu_nr_magazines * PCPU_MAGAZINE_ROOM;

	return pcpu_books_nr_areas() <= most + pcpu_touched_pages / 4 &&
	       pcpu_books_nr_taken_back() - shrink.looked >= pcpu_nr_magazines >> LOOK_SHIFT;
}

static bool is_sparse_without_cached(void)
{
	struct pcpu_cache_counts cached;

	if (!may_be_sparse_without_cached())
		return false;
	shrink.looked = pcpu_books_nr_taken_back();
	pcpu_cache_count(&cached);
	return cached.nr_areas <= pcpu_books_nr_areas() && cached.bytes <= pcpu_used_bytes &&
	       is_sparse(pcpu_books_nr_areas() - cached.nr_areas, pcpu_used_bytes - cached.bytes);
}

static bool is_worth_it(void)
{
	return pcpu_touched_pages >= LEAST_PAGES &&
	       pcpu_books_nr_taken_back() - shrink.taken_back >= pcpu_touched_pages / 8 &&
	       (is_sparse_with_cached() || is_sparse_without_cached());
}

/* Pages of chunks, and codes that are finer than they have to be; in the end other metadata. */
static void trim_some(void)
{
	size_t bytes = 0;

	if (shrink.left == 0)
		return;
	pcpu_cpu_locks_stop();
	for (int nr = 0; shrink.left > 0 && nr < CHUNKS_AT_ONCE && bytes < BYTES_AT_ONCE; nr++) {
		struct pcpu_chunk *chunk = pcpu_chunk_rotate();

		pcpu_chunk_coarsen(chunk);
		/* who asked for resident pages has asked for these */
		if (!pcpu_conf.populate_eager)
			bytes += pcpu_chunk_trim(chunk);
		shrink.left--;
	}
	pcpu_cpu_locks_resume();
	if (shrink.left == 0)
		pcpu_mem_trim();
}

static void empty_caches(void)
{
	pcpu_cpu_locks_stop();
	pcpu_cache_empty(pcpu_take_back_cached);
	pcpu_cache_close();
	pcpu_cpu_locks_resume();
	shrink.handed_out = pcpu_books_nr_handed_out();
	shrink.taken_back = pcpu_books_nr_taken_back();
}

bool pcpu_shrink_is_over(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return pcpu_books_nr_handed_out() - shrink.handed_out >= ALLOCATES_AGAIN;
}

void pcpu_shrink(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_reclaim();
	if (shrink.left == 0 && is_worth_it()) {
		empty_caches();
		shrink.left = pcpu_nr_chunks;
	}
	trim_some();
}
