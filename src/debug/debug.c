/* SPDX-License-Identifier: MIT */
/*
 * debug.c - see debug.h.
 *
 * What is found wrong is noted while the debug lock is held, and told after it has been dropped:
 * the names of callers are asked of the dynamic linker, which may be running a constructor of
 * another thread that waits for the lock.
 */
#include "debug/debug.h"
#include "alloc/chunk.h"
#include "alloc/chunk_check.h"
#include "alloc/misuse.h"
#include "debug/leak.h"
#include "ground/log.h"
#include "ground/pointer.h"
#include "ground/symbol.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

int pcpu_debug_init(int level)
{
	if (level <= 0)
		return 0;
	pcpu_cache_on = false;
	pcpu_debug_level = level;
	return -pthread_atfork(pcpu_debug_lock, pcpu_debug_unlock, pcpu_debug_unlock);
}

/*
 * After the program's own destructors, which may free something. Here, not in leak.c: a static
 * executable has that file only because it is called from here.
 */
static void __attribute__((__destructor__(101))) report_at_exit(void)
{
	if (pcpu_debug_level >= 2)
		pcpu_leak_report_at_exit();
}

/* --- what is found wrong, and how it is told --- */

enum complaint_kind { NOTHING, WRONG_POINTER, DAMAGED, WRITTEN };

/* Copies of everything that the message needs. A record that is not known has no size. */
struct complaint {
	enum complaint_kind kind;
	uint32_t coord;		   /* of the pointer that was given, if one was */
	struct pcpu_record live;   /* of the area that it is about */
	struct pcpu_record dead;   /* of the last one that was freed there */
	struct pcpu_misuse misuse; /* if there is no record of any */
	struct pcpu_stray stray;
};

struct message {
	char text[PCPU_LOG_MAX];
	size_t len;
};

static void __attribute__((__format__(__printf__, 2, 3)))
say(struct message *message, const char *format, ...)
{
	size_t room = sizeof(message->text) - message->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(message->text + message->len, room, format, args);
	va_end(args);
	message->len += (size_t)len < room ? (size_t)len : room - 1;
}

static void say_caller(struct message *message, const char *what, const void *site)
{
	char symbol[PCPU_SYMBOL_MAX];

	if (!site)
		return;
	pcpu_symbol_describe(site, symbol);
	say(message, ", %s by %s", what, symbol);
}

/* Which area it is, and who had to do with it. */
static void say_area(struct message *message, const struct pcpu_record *record)
{
	say(message, "the area of %u bytes at %p (allocation %lu)", record->zoned.size,
	    pcpu_pointer_make(pcpu_zoned_object(&record->zoned)), record->sequence);
	say_caller(message, "allocated", record->allocated);
	say_caller(message, "freed", record->freed);
}

/* Where @coord is, as seen from the object of @zoned: "3 bytes into ", say. */
static void say_place(struct message *message, const struct pcpu_zoned *zoned, uint32_t coord)
{
	uint32_t object = pcpu_zoned_object(zoned);

	if (coord < object)
		say(message, "%u bytes in front of ", object - coord);
	else if (coord < object + zoned->size)
		say(message, "%u bytes into ", coord - object);
	else
		say(message, "%u bytes behind the end of ", coord - object - zoned->size);
}

static void say_wrong_pointer(struct message *message, const struct complaint *complaint)
{
	char text[PCPU_MISUSE_MAX];

	say(message, "free_percpu(%p): the pointer ", pcpu_pointer_make(complaint->coord));
	if (complaint->live.zoned.size) {
		say(message, "is not the start of an area: it points inside one, ");
		say_place(message, &complaint->live.zoned, complaint->coord);
		say_area(message, &complaint->live);
	} else if (complaint->dead.zoned.size) {
		say(message, "is free already: a double free, ");
		say_place(message, &complaint->dead.zoned, complaint->coord);
		say_area(message, &complaint->dead);
	} else {
		pcpu_misuse_describe(&complaint->misuse, text);
		say(message, "%s", text);
	}
}

static void say_stray(struct message *message, const struct pcpu_stray *stray)
{
	say(message, " was overwritten in CPU %u's copy: the byte at %p is %#04x, ", stray->cpu,
	    pcpu_pointer_make(stray->coord), stray->value);
}

static void say_damaged(struct message *message, const struct complaint *complaint)
{
	const struct pcpu_zoned *zoned = &complaint->live.zoned;
	bool in_front = complaint->stray.coord < pcpu_zoned_object(zoned);

	say(message, "free_percpu(%p): the redzone %s the area",
	    pcpu_pointer_make(complaint->coord), in_front ? "in front of" : "behind");
	say_stray(message, &complaint->stray);
	say_place(message, zoned, complaint->stray.coord);
	say_area(message, &complaint->live);
}

static void say_written(struct message *message, const struct complaint *complaint)
{
	say(message, "alloc_percpu(): free memory");
	say_stray(message, &complaint->stray);
	if (complaint->dead.zoned.size) {
		say(message, "written after it was freed, ");
		say_place(message, &complaint->dead.zoned, complaint->stray.coord);
		say_area(message, &complaint->dead);
	} else {
		say(message, "and no area is known that it was of");
	}
}

static void tell(const struct complaint *complaint)
{
	struct message message = {.len = 0};

	if (complaint->kind == NOTHING)
		return;
	if (complaint->kind == WRONG_POINTER)
		say_wrong_pointer(&message, complaint);
	else if (complaint->kind == DAMAGED)
		say_damaged(&message, complaint);
	else
		say_written(&message, complaint);
	pcpu_fatal("%s", message.text);
}

/* Of the highest level. A call that must not block looks only if nobody else is inside. */
static void check_everything(bool may_block, const char *after)
{
	const char *wrong;

	if (pcpu_debug_level < 3)
		return;
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

static void complain_of_write(struct complaint *complaint, const struct pcpu_stray *stray)
{
	const struct pcpu_record *dead = pcpu_history_around(stray->coord);

	complaint->kind = WRITTEN;
	complaint->stray = *stray;
	if (dead)
		complaint->dead = *dead;
}

static bool fill_record(struct pcpu_record *record, const struct pcpu_request *request,
			const void *site, struct complaint *complaint)
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
			 struct pcpu_area *area, struct complaint *complaint)
{
	bool may_block = request->gfp & __GFP_DIRECT_RECLAIM;
	struct pcpu_record *record = pcpu_record_new(may_block);

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
	struct complaint complaint = {.kind = NOTHING};

	if (may_block) {
		pcpu_debug_lock();
	} else if (!pcpu_debug_trylock()) {
		pcpu_alloc_report_failure(request,
					  "the allocator is busy, and the call must not block");
		return false;
	}
	done = alloc_locked(request, site, area, &complaint);
	pcpu_debug_unlock();
	tell(&complaint);
	check_everything(may_block, "an allocation");
	return done;
}

/* --- free --- */

/* There is no object at complaint->coord. */
static void complain_of_pointer(struct complaint *complaint)
{
	const struct pcpu_record *live = pcpu_record_around(complaint->coord);
	const struct pcpu_record *dead = pcpu_history_around(complaint->coord);

	complaint->kind = WRONG_POINTER;
	if (live)
		complaint->live = *live;
	if (dead)
		complaint->dead = *dead;
	pcpu_alloc_lock();
	pcpu_misuse_find(complaint->coord, &complaint->misuse);
	pcpu_alloc_unlock();
}

/* Gives the area of @record, which is in the table no more, back to the core. */
static void free_record(struct pcpu_record *record, struct complaint *complaint)
{
	if (!pcpu_zoned_is_whole(&record->zoned, &complaint->stray)) {
		complaint->kind = DAMAGED;
		complaint->live = *record;
		return;
	}
	pcpu_zoned_poison(&record->zoned);
	pcpu_history_add(record);
	if (!pcpu_area_free(record->zoned.start, &complaint->misuse))
		complaint->kind = WRONG_POINTER;
	pcpu_record_drop(record);
}

void pcpu_debug_free(uint32_t coord, const void *site)
{
	struct complaint complaint = {.kind = NOTHING, .coord = coord};
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
	tell(&complaint);
	check_everything(true, "a free");
}
