/* SPDX-License-Identifier: MIT */
/* caches.c - see caches.h. */
#include "alloc/caches.h"
#include "alloc/cache.h"
#include "cpu/cpu_lock.h"
#include "ground/lock.h"

#include <stdbool.h>
#include <stddef.h>

void pcpu_cache_forget(const struct pcpu_chunk *chunk)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	for (struct pcpu_cpu_lock *lock = pcpu_cpu_locks(); lock; lock = lock->next) {
		struct pcpu_cache *cache = (struct pcpu_cache *)lock;

		if (cache->block && cache->block->owner == chunk)
			cache->block = NULL;
	}
}

static void empty_magazine(struct pcpu_cache *cache, int size, void (*fn)(uint32_t coord))
{
	struct pcpu_magazine *magazine = cache->magazines[size];

	if (magazine->nr)
		pcpu_cache_count_return(cache, size, magazine->nr);
	for (; magazine->nr; pcpu_magazine_set_nr(magazine, magazine->nr - 1))
		fn(magazine->coords[magazine->nr - 1]);
	magazine->dirty = 0;
}

void pcpu_cache_empty(void (*fn)(uint32_t coord))
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(pcpu_cpu_locks_are_stopped());
	for (struct pcpu_cpu_lock *lock = pcpu_cpu_locks(); lock; lock = lock->next) {
		struct pcpu_cache *cache = (struct pcpu_cache *)lock;

		if (cache->block)
			cache->block->taken = false;
		cache->block = NULL;
		pcpu_loans_settle(&cache->loans);
		for (int size = 1; size <= PCPU_CACHE_MAX_SIZE; size++)
			if (cache->magazines[size])
				empty_magazine(cache, size, fn);
	}
}

/* What @cache has served. Nothing in a child that has no page of its own: its caches are off. */
static void add_served(const struct pcpu_cache *cache, uint64_t *nr_alloc, uint64_t *nr_free)
{
	if (!pcpu_stat)
		return;
	for (int i = 0; i < PCPU_STAT_SIZES; i++) {
		*nr_alloc += __atomic_load_n(&cache->by_size[i].allocs, __ATOMIC_RELAXED);
		*nr_free += __atomic_load_n(&cache->by_size[i].frees, __ATOMIC_RELAXED);
	}
}

/* Has the areas that @cache has lent be live, if that at @coord is one of them. */
static bool recall_from(struct pcpu_cache *cache, uint32_t coord)
{
	uint64_t nr_alloc = 0, nr_free = 0;

	if (pcpu_loans_find(&cache->loans, coord) < 0)
		return false;
	pcpu_loans_settle(&cache->loans);
	add_served(cache, &nr_alloc, &nr_free);
	pcpu_loans_pause(&cache->loans, nr_alloc);
	return true;
}

void pcpu_cache_recall(uint32_t coord)
{
	bool found = false;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_cpu_locks_stop();
	for (struct pcpu_cpu_lock *lock = pcpu_cpu_locks(); lock && !found; lock = lock->next)
		found = recall_from((struct pcpu_cache *)lock, coord);
	for (struct pcpu_cpu_lock *lock = pcpu_cpu_locks(); lock && !found; lock = lock->next)
		pcpu_loans_settle(&((struct pcpu_cache *)lock)->loans);
	pcpu_cpu_locks_resume();
}

static void close_magazines(struct pcpu_cache *cache)
{
	for (int size = 1; size <= PCPU_CACHE_MAX_SIZE; size++) {
		struct pcpu_magazine *magazine = cache->magazines[size];

		if (!magazine)
			continue;
		magazine->batch = 1;
		__atomic_store_n(&magazine->room, 0, __ATOMIC_RELAXED);
	}
}

void pcpu_cache_close(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(pcpu_cpu_locks_are_stopped());
	for (struct pcpu_cpu_lock *lock = pcpu_cpu_locks(); lock; lock = lock->next)
		close_magazines((struct pcpu_cache *)lock);
}

static void count_magazine(const struct pcpu_magazine *magazine, int size,
			   struct pcpu_cache_counts *counts)
{
	unsigned int nr = __atomic_load_n(&magazine->nr, __ATOMIC_RELAXED);

	counts->nr_areas += nr;
	counts->bytes += (uint64_t)nr * (unsigned int)size;
}

void pcpu_cache_count(struct pcpu_cache_counts *counts)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	*counts = (struct pcpu_cache_counts){0};
	for (struct pcpu_cpu_lock *lock = pcpu_cpu_locks(); lock; lock = lock->next) {
		struct pcpu_cache *cache = (struct pcpu_cache *)lock;

		add_served(cache, &counts->nr_alloc, &counts->nr_free);
		for (int size = 1; size <= PCPU_CACHE_MAX_SIZE; size++)
			if (cache->magazines[size])
				count_magazine(cache->magazines[size], size, counts);
	}
}
