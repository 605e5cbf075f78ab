/* SPDX-License-Identifier: MIT */
/* books.c - see books.h. */
#include "alloc/books.h"
#include "alloc/caches.h"
#include "events/count.h"
#include "ground/lock.h"

static struct pcpu_alloc_counts books;
static uint64_t nr_handed_out, nr_taken_back;

uint64_t pcpu_books_nr_areas(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return books.nr_areas;
}

uint64_t pcpu_books_nr_handed_out(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return nr_handed_out;
}

uint64_t pcpu_books_nr_taken_back(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return nr_taken_back;
}

void pcpu_books_add_areas(int nr)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	books.nr_areas += (uint64_t)(int64_t)nr;
	if (nr > 0)
		nr_handed_out += (uint64_t)nr;
	else
		nr_taken_back += (uint64_t)(-(int64_t)nr);
	if (books.nr_areas > books.nr_max_areas)
		books.nr_max_areas = books.nr_areas;
	pcpu_stat_set(areas, books.nr_areas);
}

void pcpu_books_forget_areas(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	books.nr_areas = 0;
	pcpu_stat_set(areas, 0);
}

void pcpu_books_note_alloc(size_t size)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	books.nr_alloc++;
	pcpu_stat_set(allocs, books.nr_alloc);
	if (size > books.max_alloc_size)
		books.max_alloc_size = size;
	if (books.min_alloc_size == 0 || size < books.min_alloc_size)
		books.min_alloc_size = size;
}

void pcpu_books_note_free(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	books.nr_free++;
	pcpu_stat_set(frees, books.nr_free);
}

void pcpu_books_after_fork(void)
{
	struct pcpu_cache_counts cached;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_cache_count(&cached);
	books.nr_alloc = books.nr_areas - cached.nr_areas;
	books.nr_free = 0;
	pcpu_stat_set(allocs, books.nr_alloc);
	pcpu_stat_set(frees, 0);
	pcpu_stat_set(cached_at_fork, cached.nr_areas);
	pcpu_stat_set(cached_bytes_at_fork, cached.bytes);
}

void pcpu_alloc_count(struct pcpu_alloc_counts *counts)
{
	struct pcpu_cache_counts cached;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_cache_count(&cached);
	*counts = books;
	counts->nr_alloc += cached.nr_alloc;
	counts->nr_free += cached.nr_free;
	counts->nr_cached = cached.nr_areas;
	counts->cached_bytes = cached.bytes;
}
