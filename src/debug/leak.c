/* SPDX-License-Identifier: MIT */
/*
 * leak.c - percpu_leak_report(): the live areas by who allocated them.
 *
 * The records are copied under the debug lock, and put in order and named after it has been
 * dropped: the stream, and the dynamic linker, have locks of their own.
 */
#include "debug/leak.h"
#include "debug/debug_record.h"
#include "ground/mem.h"
#include "ground/symbol.h"

#include <percpu/debug.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The areas of one caller; at first, one area. */
struct owner {
	const void *caller;
	size_t bytes, areas;
};

struct owners {
	struct owner *list;
	size_t nr, room;
};

/* Where the lines go: a stream, or standard error, which at exit may be closed as a stream. */
typedef void (*line_fn)(const char *line, void *ctx);

static void to_stream(const char *line, void *ctx)
{
	fputs(line, ctx);
}

static void to_standard_error(const char *line, void *ctx)
{
	(void)ctx;
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return; /* there is nobody else to tell */
}

static void add_owner(const struct pcpu_record *record, void *ctx)
{
	struct owners *owners = ctx;

	owners->list[owners->nr++] = (struct owner){record->allocated, record->zoned.size, 1};
}

/* One owner for each live area. False: there is no memory for them. */
static bool list_areas(struct owners *owners)
{
	*owners = (struct owners){0};
	pcpu_debug_lock();
	owners->room = pcpu_records_count();
	if (owners->room)
		owners->list = pcpu_mem_zalloc(owners->room * sizeof(struct owner));
	if (owners->list)
		pcpu_records_each(add_owner, owners);
	pcpu_debug_unlock();
	return owners->list || !owners->room;
}

static int by_caller(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct owner *)a)->caller;
	uintptr_t y = (uintptr_t)((const struct owner *)b)->caller;

	return (x > y) - (x < y);
}

static int by_bytes_descending(const void *a, const void *b)
{
	size_t x = ((const struct owner *)a)->bytes, y = ((const struct owner *)b)->bytes;

	return (x < y) - (x > y);
}

/* Makes one of all that have the same caller. */
static void join(struct owners *owners)
{
	size_t nr = 0;

	qsort(owners->list, owners->nr, sizeof(struct owner), by_caller);
	for (size_t i = 0; i < owners->nr; i++) {
		struct owner *last = nr ? &owners->list[nr - 1] : NULL;

		if (last && last->caller == owners->list[i].caller) {
			last->bytes += owners->list[i].bytes;
			last->areas += owners->list[i].areas;
		} else {
			owners->list[nr++] = owners->list[i];
		}
	}
	owners->nr = nr;
	qsort(owners->list, nr, sizeof(struct owner), by_bytes_descending);
}

static void print_total(const struct owners *owners, line_fn line, void *ctx)
{
	size_t bytes = 0;
	char text[200];

	for (size_t i = 0; i < owners->nr; i++)
		bytes += owners->list[i].bytes;
	snprintf(text, sizeof(text),
		 "percpu: live areas: %zu, of %zu bytes a CPU, allocated by %zu callers\n",
		 owners->room, bytes, owners->nr);
	line(text, ctx);
}

static void print_owner(const struct owner *owner, line_fn line, void *ctx)
{
	char symbol[PCPU_SYMBOL_MAX], text[PCPU_SYMBOL_MAX + 100];

	pcpu_symbol_describe(owner->caller, symbol);
	snprintf(text, sizeof(text), "percpu: %12zu bytes in %8zu areas by %s\n", owner->bytes,
		 owner->areas, symbol);
	line(text, ctx);
}

static size_t report(struct owners *owners, line_fn line, void *ctx)
{
	if (owners->nr)
		join(owners);
	print_total(owners, line, ctx);
	for (size_t i = 0; i < owners->nr; i++)
		print_owner(&owners->list[i], line, ctx);
	pcpu_mem_free(owners->list, owners->room * sizeof(struct owner));
	return owners->room;
}

PERCPU_API size_t percpu_leak_report(FILE *stream)
{
	struct owners owners;

	if (pcpu_debug_level < 2) {
		to_stream("percpu: callers are not kept; PERCPU_CONF=debug:2 has them kept\n",
			  stream);
		return 0;
	}
	if (!list_areas(&owners)) {
		to_stream("percpu: no memory to list the live areas\n", stream);
		return 0;
	}
	return report(&owners, to_stream, stream);
}

void pcpu_leak_report_at_exit(void)
{
	struct owners owners;

	if (!list_areas(&owners))
		to_standard_error("percpu: no memory to list the live areas\n", NULL);
	else if (owners.room)
		report(&owners, to_standard_error, NULL);
}
