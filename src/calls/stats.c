/* SPDX-License-Identifier: MIT */
/*
 * stats.c - percpu_get_stats() and percpu_stats_print().
 *
 * Everything is taken down under pcpu_alloc_mutex, and told after it has been dropped: a stream may
 * belong to somebody who allocates.
 */
#include "alloc/alloc.h"
#include "alloc/books.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_pages.h"
#include "alloc/map/area_walk.h"
#include "boot/first_chunk/first_chunk.h"
#include "cpu/cpu_lock.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "memory/copies.h"
#include "memory/open_units.h"
#include "memory/pages/vm.h"

#include <percpu/backend.h>
#include <percpu/stats.h>

#include <errno.h>

/* One chunk; by the names that are printed. In bytes of one copy. */
struct chunk_stats {
	int nr_alloc, max_alloc_size, populated_pages;
	int free_bytes, contig_bytes, sum_frag, max_frag;
	int cur_min_alloc, cur_med_alloc, cur_max_alloc;
	bool is_first, is_reserved;
};

/* --- one chunk --- */

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

/*
 * Walks over the areas that can be given out: *@off is 0 for the first one, and moves on. Returns
 * its size as in a map, negative if it is allocated; 0: no more.
 */
static int next_area(const struct pcpu_chunk *chunk, int *off)
{
	int size;

	/* what a view begins with is not its own */
	if (*off == 0 && chunk->start)
		*off = pcpu_area_map_next(&chunk->map, 0, &size);
	*off = pcpu_area_map_next(&chunk->map, *off, &size);
	return size;
}

/* How many areas have at most @limit bytes. */
static int count_up_to(const struct pcpu_chunk *chunk, int limit)
{
	int off = 0, size, nr = 0;

	while ((size = next_area(chunk, &off)) != 0)
		nr += size < 0 && -size <= limit;
	return nr;
}

/* The median, without memory to sort the sizes in: a few walks. Of two in the middle the smaller.
 */
static int median(const struct pcpu_chunk *chunk, const struct chunk_stats *stats)
{
	int low = stats->cur_min_alloc, high = stats->cur_max_alloc;

	while (low < high) {
		int mid = low + (high - low) / 2;

		if (2 * count_up_to(chunk, mid) >= stats->nr_alloc)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

static void add_allocated(struct chunk_stats *stats, int size)
{
	stats->cur_min_alloc = stats->nr_alloc ? min_int(stats->cur_min_alloc, size) : size;
	stats->cur_max_alloc = max_int(stats->cur_max_alloc, size);
	stats->nr_alloc++;
	/* what was free so far has an area behind it now */
	stats->sum_frag = stats->free_bytes;
	stats->max_frag = stats->contig_bytes;
}

static void look_at_chunk(const struct pcpu_chunk *chunk, struct chunk_stats *stats)
{
	int off = 0, size;

	*stats = (struct chunk_stats){
		.max_alloc_size = chunk->max_alloc_size,
		.populated_pages = pcpu_chunk_populated_pages(chunk),
		.is_first = chunk == pcpu_first_chunk,
		.is_reserved = chunk == pcpu_reserved_chunk,
	};
	while ((size = next_area(chunk, &off)) != 0) {
		if (size < 0) {
			add_allocated(stats, -size);
			continue;
		}
		stats->free_bytes += size;
		stats->contig_bytes = max_int(stats->contig_bytes, size);
	}
	stats->cur_med_alloc = median(chunk, stats);
}

/* --- everything, under pcpu_alloc_mutex --- */

static void take_layout(struct percpu_stats *stats)
{
	const struct percpu_layout *layout = pcpu_first_layout;

	stats->unit_size = layout->unit_size;
	stats->static_size = layout->static_size;
	stats->reserved_size = layout->reserved_size;
	stats->dyn_size = layout->dyn_size;
	stats->atom_size = layout->atom_size;
	stats->alloc_size = layout->alloc_size;
}

/* With the CPUs' locks stopped, or a cache could pop what has just been counted as waiting. */
static void take_counts(struct percpu_stats *stats)
{
	struct pcpu_alloc_counts counts;

	pcpu_cpu_locks_stop();
	pcpu_alloc_count(&counts);
	pcpu_cpu_locks_resume();
	stats->nr_alloc = counts.nr_alloc;
	stats->nr_dealloc = counts.nr_free;
	stats->nr_cur_alloc = counts.nr_areas - counts.nr_cached;
	stats->nr_max_alloc = counts.nr_max_areas;
	stats->min_alloc_size = counts.min_alloc_size;
	stats->max_alloc_size = counts.max_alloc_size;
	stats->cached_areas = counts.nr_cached;
	stats->cached_bytes = counts.cached_bytes;
}

/* Without a look at each area: that is for the text. */
static void add_chunk(struct percpu_stats *stats, const struct pcpu_chunk *chunk)
{
	size_t largest;

	stats->populated_pages += (size_t)pcpu_chunk_populated_pages(chunk);
	if (chunk == pcpu_reserved_chunk)
		return;
	stats->free_bytes += (size_t)pcpu_area_map_free_size(&chunk->map);
	largest = (size_t)pcpu_area_map_largest(&chunk->map);
	if (largest > stats->largest_free)
		stats->largest_free = largest;
}

/* The records of blocks are a mapping, the rest is metadata memory. */
static size_t metadata_bytes(void)
{
	size_t blocks = ((size_t)1 << (32 - PCPU_BLOCK_SHIFT)) * sizeof(*pcpu_blocks);

	return pcpu_mem_allocated() + pcpu_vm_resident((uintptr_t)pcpu_blocks, blocks);
}

static void take_costs(struct percpu_stats *stats)
{
	const struct percpu_layout *layout = pcpu_first_layout;

	stats->open_units = pcpu_units_nr_open();
	stats->possible_cpus = layout->nr_possible;
	stats->reserved_bytes =
		pcpu_vm_is_reserved() ? (size_t)layout->nr_possible * layout->stride : 0;
	stats->resident_bytes = pcpu_units_resident();
	stats->metadata_bytes = metadata_bytes();
	stats->backend = percpu_backend();
}

static void take_stats(struct percpu_stats *stats)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	*stats = (struct percpu_stats){
		.nr_chunks = pcpu_nr_chunks,
		.nr_max_chunks = pcpu_nr_max_chunks,
	};
	take_layout(stats);
	take_counts(stats);
	for (struct pcpu_chunk *chunk = pcpu_chunk_first(); chunk; chunk = pcpu_chunk_next(chunk))
		add_chunk(stats, chunk);
	take_costs(stats);
}

/* The chunks one by one, @nr of them. NULL: no memory. */
static struct chunk_stats *take_chunks(unsigned int nr)
{
	struct chunk_stats *chunks = pcpu_mem_zalloc(nr * sizeof(*chunks)), *to = chunks;
	struct pcpu_chunk *chunk;

	pcpu_assert_held(&pcpu_alloc_mutex);
	for (chunk = pcpu_chunk_first(); chunks && chunk; chunk = pcpu_chunk_next(chunk))
		look_at_chunk(chunk, to++);
	return chunks;
}

PERCPU_API void percpu_get_stats(struct percpu_stats *stats)
{
	pcpu_alloc_lock();
	take_stats(stats);
	pcpu_alloc_unlock();
}

/* --- the text --- */

static void print_head(FILE *stream, const char *head)
{
	fprintf(stream, "%s\n----------------------------------------\n", head);
}

static void print_number(FILE *stream, const char *name, uint64_t number)
{
	fprintf(stream, "  %-18s: %14lu\n", name, number);
}

#define PRINT(field) print_number(stream, #field, (uint64_t)stats->field)

static void print_layout(FILE *stream, const struct percpu_stats *stats)
{
	print_head(stream, "Allocation Info:");
	PRINT(unit_size);
	PRINT(static_size);
	PRINT(reserved_size);
	PRINT(dyn_size);
	PRINT(atom_size);
	PRINT(alloc_size);
	fputc('\n', stream);
}

static void print_totals(FILE *stream, const struct percpu_stats *stats)
{
	print_head(stream, "Global Stats:");
	PRINT(nr_alloc);
	PRINT(nr_dealloc);
	PRINT(nr_cur_alloc);
	PRINT(nr_max_alloc);
	PRINT(nr_chunks);
	PRINT(nr_max_chunks);
	PRINT(min_alloc_size);
	PRINT(max_alloc_size);
	PRINT(cached_areas);
	PRINT(cached_bytes);
	PRINT(free_bytes);
	PRINT(largest_free);
	PRINT(populated_pages);
	PRINT(open_units);
	PRINT(possible_cpus);
	PRINT(reserved_bytes);
	PRINT(resident_bytes);
	PRINT(metadata_bytes);
	fprintf(stream, "  %-18s: %s\n\n", "backend", stats->backend);
}

static void print_chunk(FILE *stream, const struct chunk_stats *stats)
{
	fprintf(stream, "Chunk:%s%s\n", stats->is_reserved ? " <- Reserved Chunk" : "",
		stats->is_first ? " <- First Chunk" : "");
	PRINT(nr_alloc);
	PRINT(max_alloc_size);
	PRINT(populated_pages);
	PRINT(free_bytes);
	PRINT(contig_bytes);
	PRINT(sum_frag);
	PRINT(max_frag);
	PRINT(cur_min_alloc);
	PRINT(cur_med_alloc);
	PRINT(cur_max_alloc);
	fputc('\n', stream);
}

PERCPU_API int percpu_stats_print(FILE *stream)
{
	struct chunk_stats *chunks;
	struct percpu_stats stats;

	pcpu_alloc_lock();
	take_stats(&stats);
	chunks = take_chunks(stats.nr_chunks);
	pcpu_alloc_unlock();
	if (!chunks)
		return -ENOMEM;
	print_head(stream, "Percpu Memory Statistics");
	print_layout(stream, &stats);
	print_totals(stream, &stats);
	print_head(stream, "Per Chunk Stats:");
	for (unsigned int i = 0; i < stats.nr_chunks; i++)
		print_chunk(stream, &chunks[i]);
	pcpu_mem_free(chunks, stats.nr_chunks * sizeof(*chunks));
	return 0;
}
