/* SPDX-License-Identifier: MIT */
/* debug.c - see debug.h. */
#include "debug/debug.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_check.h"
#include "alloc/misuse.h"
#include "debug/complaint.h"
#include "debug/leak.h"
#include "debug/template.h"
#include "ground/assert.h"
#include "ground/log.h"

void pcpu_debug_init(int level)
{
	pcpu_assert(!pcpu_debug_level);
	if (level <= 0)
		return;
	pcpu_cache_turn(false);
	pcpu_debug_level = level;
	pcpu_alloc_lock();
	pcpu_templates_keep();
	pcpu_alloc_unlock();
}

/*
 * After the program's own destructors, which may free something. Here, not in leak.c: a static
 * executable has that file only because it is called from here.
 */
static void __attribute__((__destructor__(101))) report_at_exit(void)
{
	if (pcpu_debug_level >= 1)
		pcpu_templates_check();
	if (pcpu_debug_level >= 2)
		pcpu_leak_report_at_exit();
}

/* Of the highest level. A call that must not block looks only if nobody else is inside. */
static void check_everything(bool may_block, const char *after)
{
	const char *wrong;

	if (pcpu_debug_level < 3)
		return;
	pcpu_templates_check();
	if (may_block)
		pcpu_alloc_lock();
	else if (!pcpu_alloc_trylock())
		return;
	wrong = pcpu_chunks_check();
	pcpu_alloc_unlock();
	if (wrong)
		pcpu_fatal("the allocator is inconsistent after %s: %s", after, wrong);
}

/* --- allocation --- */

/* A call that finds no room for redzones does without them: it is not to fail for the debugging. */
static bool alloc_zoned(const struct pcpu_request *request, struct pcpu_zoned *zoned)
{
	struct pcpu_request with = *request;
	struct pcpu_area area;

	with.align =
		pcpu_zoned_layout(zoned, request->size, request->align, (size_t)pcpu_unit_size);
	with.size = pcpu_zoned_total(zoned);
	with.gfp |= __GFP_NOWARN;
	if (!pcpu_area_alloc(&with, &area)) {
		zoned->front = zoned->back = 0;
		if (!pcpu_area_alloc(request, &area))
			return false;
	}
	zoned->start = area.coord;
	return true;
}

static void complain_of_write(struct pcpu_complaint *complaint, const struct pcpu_stray *stray)
{
	const struct pcpu_record *dead = pcpu_history_around(stray->coord);

	complaint->kind = PCPU_WRITTEN;
	complaint->stray = *stray;
	if (dead)
		complaint->dead = *dead;
}

static bool fill_record(struct pcpu_record *record, const struct pcpu_request *request,
			const void *site, struct pcpu_complaint *complaint)
{
	struct pcpu_stray stray;

	if (!alloc_zoned(request, &record->zoned))
		return false;
	if (!pcpu_zoned_is_unused(&record->zoned, &stray))
		complain_of_write(complaint, &stray);
	pcpu_zoned_prepare(&record->zoned);
	record->allocated = pcpu_debug_level >= 2 ? site : NULL;
	return true;
}

static bool alloc_locked(const struct pcpu_request *request, const void *site,
			 struct pcpu_area *area, struct pcpu_complaint *complaint)
{
	bool may_block = request->gfp & __GFP_DIRECT_RECLAIM;
	struct pcpu_record *record = pcpu_record_new(may_block);

	pcpu_assert_held(&pcpu_debug_mutex);
	if (!record) {
		pcpu_alloc_report_failure(request, "no memory for the debug level's record");
		return false;
	}
	if (!fill_record(record, request, site, complaint)) {
		pcpu_record_drop(record);
		return false;
	}
	*area = (struct pcpu_area){.coord = pcpu_zoned_object(&record->zoned)};
	pcpu_record_insert(record, may_block);
	if (may_block)
		pcpu_records_keep_spare();
	return true;
}

bool pcpu_debug_alloc(const struct pcpu_request *request, const void *site, struct pcpu_area *area)
{
	bool may_block = request->gfp & __GFP_DIRECT_RECLAIM, done;
	struct pcpu_complaint complaint = {.kind = PCPU_NOTHING_WRONG};

	if (may_block) {
		pcpu_debug_lock();
	} else if (!pcpu_debug_trylock()) {
		pcpu_alloc_report_failure(request,
					  "the allocator is busy, and the call must not block");
		return false;
	}
	done = alloc_locked(request, site, area, &complaint);
	pcpu_debug_unlock();
	pcpu_complain(&complaint);
	check_everything(may_block, "an allocation");
	return done;
}

/* --- free --- */

/* There is no object at complaint->coord. */
static void complain_of_pointer(struct pcpu_complaint *complaint)
{
	const struct pcpu_record *live = pcpu_record_around(complaint->coord);
	const struct pcpu_record *dead = pcpu_history_around(complaint->coord);

	complaint->kind = PCPU_WRONG_POINTER;
	if (live)
		complaint->live = *live;
	if (dead)
		complaint->dead = *dead;
	pcpu_alloc_lock();
	pcpu_misuse_find(complaint->coord, &complaint->misuse);
	pcpu_alloc_unlock();
}

/* Gives the area of @record, which is in the table no more, back to the core. */
static void free_record(struct pcpu_record *record, struct pcpu_complaint *complaint)
{
	pcpu_assert_held(&pcpu_debug_mutex);
	if (!pcpu_zoned_is_whole(&record->zoned, &complaint->stray)) {
		complaint->kind = PCPU_DAMAGED;
		complaint->live = *record;
		return;
	}
	pcpu_zoned_poison(&record->zoned);
	pcpu_history_add(record);
	if (!pcpu_area_free(record->zoned.start, &complaint->misuse))
		complaint->kind = PCPU_WRONG_POINTER;
	pcpu_record_drop(record);
}

void pcpu_debug_free(uint32_t coord, const void *site)
{
	struct pcpu_complaint complaint = {.kind = PCPU_NOTHING_WRONG, .coord = coord};
	struct pcpu_record *record;

	pcpu_debug_lock();
	record = pcpu_record_remove(coord);
	if (record) {
		record->freed = pcpu_debug_level >= 2 ? site : NULL;
		free_record(record, &complaint);
	} else {
		complain_of_pointer(&complaint);
	}
	pcpu_debug_unlock();
	pcpu_complain(&complaint);
	check_everything(true, "a free");
}
