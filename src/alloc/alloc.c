/* SPDX-License-Identifier: MIT */
/*
 * alloc.c - areas of the units; see alloc.h. Where there is room for one is found by find.c, what
 * is found there is handed out by hand_out.c, and several at once by refill.c.
 */
#include "alloc/alloc.h"
#include "alloc/books.h"
#include "alloc/caches.h"
#include "alloc/chunk/chunk_codes.h"
#include "alloc/chunk/chunk_pages.h"
#include "alloc/chunk/find.h"
#include "alloc/hand_out.h"
#include "alloc/refill.h"
#include "alloc/shrink.h"
#include "events/count.h"
#include "events/publish.h"
#include "ground/checkers/memory.h"
#include "ground/mem.h"
#include "ground/system/new_process.h"
#include "ground/system/race.h"
#include "memory/copies.h"
#include "memory/pages/vm.h"
#include "memory/span.h"

#include <percpu/alloc.h>

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Of a child that shares its parent's copies. */
static struct {
	bool is;           /* this process is one */
	bool has_no_books; /* it has not allocated yet */
} child;

/* Bytes that are given back without letting others allocate: about a millisecond. */
#define TRIM_AT_ONCE ((size_t)4 << 20)

static bool alloc_one(struct pcpu_attempt *attempt, struct pcpu_area *area)
{
	struct pcpu_chunk *chunk = NULL;
	int off = pcpu_find_area(attempt, &chunk);

	if (off < 0 || !pcpu_hand_out(attempt, chunk, off, area))
		return false;
	if (attempt->may_block)
		pcpu_keep_stock(chunk);
	return true;
}

static bool alloc_locked(struct pcpu_attempt *attempt, struct pcpu_area *area)
{
	bool several = attempt->may_block && !attempt->reserved &&
		       pcpu_cache_serves((size_t)attempt->size, (size_t)attempt->align);
	struct pcpu_attempt aligned = *attempt;

	aligned.align = several ? pcpu_cache_align(attempt->size) : 0;
	if (!(several && pcpu_refill(&aligned, area)) && !alloc_one(attempt, area))
		return false;
	pcpu_books_note_alloc((size_t)attempt->size);
	return true;
}

/* --- in a child that shares its parent's copies --- */

void pcpu_alloc_begin_as_child(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	child.is = true;
	child.has_no_books = true;
	/* the entries, which all these processes share, say where one process's caches are */
	pcpu_cache_turn(false);
	pcpu_spans_inherit();
}

bool pcpu_area_is_inherited(uint32_t coord)
{
	bool is;

	if (!child.is)
		return false;
	pcpu_alloc_lock();
	is = pcpu_spans_are_inherited_at(coord);
	pcpu_alloc_unlock();
	return is;
}

static void forget_area(uint32_t coord)
{
	(void)coord;
}

/* What caches and chunks have is the parent's to give. */
static void begin_books(void)
{
	pcpu_cpu_locks_stop();
	pcpu_cache_empty(forget_area);
	pcpu_chunks_forget();
	pcpu_books_forget_areas();
	pcpu_cpu_locks_resume();
	child.has_no_books = false;
}

/* --- handing out --- */

bool pcpu_area_alloc(const struct pcpu_request *request, struct pcpu_area *area)
{
	struct pcpu_attempt attempt = {
		.size = (int)request->size,
		.align = (int)request->align,
		.may_block = request->gfp & __GFP_DIRECT_RECLAIM,
	};
	bool done = false;

	if (pcpu_process_is_new())
		pcpu_mend_new_process();
	if (!pcpu_stat && attempt.may_block)
		pcpu_stat_begin();
	if (attempt.may_block)
		pcpu_alloc_lock();
	else if (!pcpu_alloc_trylock())
		attempt.failure = "the allocator is busy, and the call must not block";
	if (!attempt.failure) {
		/* whoever had the area before has freed it */
		pcpu_race_acquire(&pcpu_alloc_mutex);
		if (child.has_no_books)
			begin_books();
		attempt.reserved = request->reserved && pcpu_reserved_chunk;
		done = alloc_locked(&attempt, area);
		if (done && pcpu_memory_is_checked)
			pcpu_units_show(area->coord, request->size);
		pcpu_stat_tell();
		pcpu_alloc_unlock();
	}
	if (!done)
		pcpu_alloc_report_failure(request, attempt.failure);
	return done;
}

/* --- taking back --- */

static bool free_locked(uint32_t coord)
{
	struct pcpu_chunk *chunk = pcpu_chunk_find(coord);
	int slot, freed, off;

	if (!chunk)
		return false;
	slot = pcpu_chunk_slot(chunk);
	off = pcpu_chunk_offset(chunk, coord);
	freed = pcpu_area_map_free(&chunk->map, off);
	if (freed < 0)
		return false;
	pcpu_chunk_touch(chunk, off, freed);
	if (pcpu_memory_is_checked)
		pcpu_units_hide(coord, (size_t)freed);
	pcpu_taken_back(chunk, slot, 1);
	pcpu_books_note_free();
	if (freed <= PCPU_CACHE_MAX_SIZE && pcpu_cache_on)
		pcpu_drain(freed);
	pcpu_shrink();
	return true;
}

/*
 * Where no live area starts, one may that is lent: by this CPU's cache, which was not to be had, or
 * by another's.
 */
static bool free_lent(uint32_t coord)
{
	if (pcpu_cache_on && pcpu_cache_put(coord))
		return true;
	/* also if none has lent it now: it may have been settled in between */
	pcpu_cache_recall(coord);
	return free_locked(coord);
}

bool pcpu_area_free(uint32_t coord, struct pcpu_misuse *misuse)
{
	bool done;

	if (pcpu_process_is_new())
		pcpu_mend_new_process();
	pcpu_alloc_lock();
	pcpu_race_release(&pcpu_alloc_mutex);
	done = free_locked(coord) || free_lent(coord);
	if (!done)
		pcpu_misuse_find(coord, misuse);
	pcpu_stat_tell();
	pcpu_alloc_unlock();
	return done;
}

/* --- giving back to the system --- */

/* Gives back what caches hold, and codes that are finer than they have to be. */
static void empty_caches(void)
{
	pcpu_cpu_locks_stop();
	pcpu_cache_empty(pcpu_take_back_cached);
	for (struct pcpu_chunk *chunk = pcpu_chunk_first(); chunk; chunk = pcpu_chunk_next(chunk))
		pcpu_chunk_coarsen(chunk);
	pcpu_cpu_locks_resume();
}

bool pcpu_alloc_end_caches(void)
{
	const bool before = pcpu_cache_on;

	pcpu_assert_held(&pcpu_alloc_mutex);
	empty_caches();
	pcpu_cache_turn(false);
	return before;
}

/* The mutex is not fair: who waits for it needs a moment to wake up. (No point of cancellation.) */
static void let_others_in(void)
{
	const struct timespec moment = {.tv_nsec = 50000};
	int saved = errno;

	pcpu_stat_tell();
	pcpu_alloc_unlock();
	syscall(SYS_nanosleep, &moment, NULL);
	errno = saved;
	pcpu_alloc_lock();
}

/* Gives back free pages: they can be many. */
static void trim_chunks(void)
{
	size_t bytes = 0, last = 0;

	for (unsigned int left = pcpu_nr_chunks; left > 0; left--) {
		bytes += pcpu_chunk_trim(pcpu_chunk_rotate());
		if (bytes - last < TRIM_AT_ONCE)
			continue;
		last = bytes;
		let_others_in();
	}
}

/* In memory: all units, and the records of blocks, which come and go with them. */
static size_t resident_bytes(void)
{
	const size_t blocks = ((size_t)1 << (32 - PCPU_BLOCK_SHIFT)) * sizeof(*pcpu_blocks);

	return pcpu_units_resident() + pcpu_vm_resident((uintptr_t)pcpu_blocks, blocks);
}

/* What went is not what was given back: pages may not have been there, and others may come. */
PERCPU_API size_t percpu_trim(void)
{
	size_t before, after, records;

	pcpu_alloc_lock();
	if (child.has_no_books)
		begin_books();
	before = resident_bytes();
	empty_caches();
	trim_chunks();
	pcpu_destroy_free_chunks();
	records = pcpu_mem_trim();
	after = resident_bytes();
	pcpu_stat_tell();
	pcpu_alloc_unlock();
	return records + (before > after ? before - after : 0);
}
