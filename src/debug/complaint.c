/* SPDX-License-Identifier: MIT */
/* complaint.c - see complaint.h. */
#include "debug/complaint.h"
#include "ground/log.h"
#include "ground/pointer.h"
#include "ground/symbol.h"

#include <stdarg.h>
#include <stdio.h>

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

static void say_wrong_pointer(struct message *message, const struct pcpu_complaint *complaint)
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

static void say_damaged(struct message *message, const struct pcpu_complaint *complaint)
{
	const struct pcpu_zoned *zoned = &complaint->live.zoned;
	bool in_front = complaint->stray.coord < pcpu_zoned_object(zoned);

	say(message, "free_percpu(%p): the redzone %s the area",
	    pcpu_pointer_make(complaint->coord), in_front ? "in front of" : "behind");
	say_stray(message, &complaint->stray);
	say_place(message, zoned, complaint->stray.coord);
	say_area(message, &complaint->live);
}

static void say_written(struct message *message, const struct pcpu_complaint *complaint)
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

void pcpu_complain(const struct pcpu_complaint *complaint)
{
	struct message message = {.len = 0};

	pcpu_assert_not_held(&pcpu_debug_mutex);
	if (complaint->kind == PCPU_NOTHING_WRONG)
		return;
	if (complaint->kind == PCPU_WRONG_POINTER)
		say_wrong_pointer(&message, complaint);
	else if (complaint->kind == PCPU_DAMAGED)
		say_damaged(&message, complaint);
	else
		say_written(&message, complaint);
	pcpu_fatal("%s", message.text);
}
