/* SPDX-License-Identifier: MIT */
/* early_mem.c - see early_mem.h. */
#include "ground/jemalloc/early_mem.h"

#include <stdint.h>
#include <string.h>

/* With 4096 CPUs possible the boot takes 140 KiB. */
#define PLACE_SIZE ((size_t)256 << 10)
#define LINE 64
#define LEAST 16 /* what any type may be aligned to */

static struct {
	size_t used;      /* the end of the last record */
	size_t dirty;     /* beyond it nothing has ever been handed out */
	size_t allocated; /* bytes of records in use */
} early;

static char place[PLACE_SIZE] __attribute__((__aligned__(LINE)));

static size_t room_for(size_t size)
{
	const size_t align = size < LINE ? LEAST : LINE;

	return (size + align - 1) & ~(align - 1);
}

static size_t start_for(size_t size)
{
	const size_t align = size < LINE ? LEAST : LINE;

	return (early.used + align - 1) & ~(align - 1);
}

void *pcpu_early_zalloc(size_t size)
{
	const size_t start = start_for(size);

	if (start > PLACE_SIZE || size > PLACE_SIZE || room_for(size) > PLACE_SIZE - start)
		return NULL;
	early.used = start + room_for(size);
	if (start < early.dirty)
		memset(place + start, 0,
		       (early.used < early.dirty ? early.used : early.dirty) - start);
	if (early.dirty < early.used)
		early.dirty = early.used;
	early.allocated += size;
	return place + start;
}

bool pcpu_early_free(void *ptr, size_t size)
{
	const size_t start = (uintptr_t)ptr - (uintptr_t)place;

	if (start >= PLACE_SIZE)
		return false;
	early.allocated -= size;
	if (!early.allocated)
		early.used = 0;
	else if (start + room_for(size) == early.used)
		early.used = start;
	return true;
}

size_t pcpu_early_allocated(void)
{
	return early.allocated;
}
