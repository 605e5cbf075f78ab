/* SPDX-License-Identifier: MIT */
/* redzone.c - see redzone.h. */
#include "debug/redzone.h"
#include "ground/layout.h"
#include "memory/copies.h"
#include "memory/open_units.h"
#include "memory/unit.h"

#include <string.h>

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

size_t pcpu_zoned_layout(struct pcpu_zoned *zoned, size_t size, size_t align, size_t room)
{
	uint32_t left = (uint32_t)(room - size), mask = (uint32_t)align - 1;
	/* areas that are whole numbers of PCPU_REDZONE_MIN do not make the map's codes finer */
	uint32_t back = PCPU_REDZONE_MIN + (-(uint32_t)size & (PCPU_REDZONE_MIN - 1));

	*zoned = (struct pcpu_zoned){.size = (uint32_t)size};
	if (align < PCPU_REDZONE_MIN)
		align = PCPU_REDZONE_MIN;
	zoned->back = min_u32(back, left);
	/* the object keeps its alignment, whatever is left of the redzone */
	zoned->front = min_u32((uint32_t)align, (left - zoned->back) & ~mask);
	return zoned->front == align ? align : mask + 1;
}

/* The copy of @coord in the unit that was the @unit'th to open. */
static unsigned char *copy_of(unsigned int unit, uint32_t coord)
{
	return (unsigned char *)(pcpu_open_windows[unit] + coord);
}

static bool is_uniform(const unsigned char *bytes, size_t size)
{
	return memcmp(bytes, bytes + 1, size - 1) == 0;
}

/* The first of @size bytes that is neither @a nor @b, or NULL. */
static const unsigned char *find_other(const unsigned char *bytes, size_t size, unsigned char a,
				       unsigned char b)
{
	if (size == 0 || ((*bytes == a || *bytes == b) && is_uniform(bytes, size)))
		return NULL;
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != a && bytes[i] != b)
			return &bytes[i];
	return NULL;
}

/* The first stray byte of [coord, + size) of a copy; false: there is none. */
static bool find_stray(unsigned int unit, uint32_t coord, size_t size, unsigned char a,
		       unsigned char b, struct pcpu_stray *stray)
{
	const unsigned char *copy = copy_of(unit, coord), *at = find_other(copy, size, a, b);
	uint32_t in_window;

	if (!at)
		return false;
	stray->coord = coord + (uint32_t)(at - copy);
	stray->value = *at;
	pcpu_unit_find((uintptr_t)at, &stray->cpu, &in_window);
	return true;
}

void pcpu_zoned_prepare(struct pcpu_zoned *zoned)
{
	uint32_t object = pcpu_zoned_object(zoned);

	pcpu_units_clear(object, zoned->size);
	/* whoever opens from here on finds zeros, as it finds them in the object */
	zoned->nr_open = pcpu_units_nr_open();
	for (unsigned int unit = 0; unit < zoned->nr_open; unit++) {
		memset(copy_of(unit, zoned->start), PCPU_REDZONE, zoned->front);
		memset(copy_of(unit, object + zoned->size), PCPU_REDZONE, zoned->back);
	}
}

bool pcpu_zoned_is_whole(const struct pcpu_zoned *zoned, struct pcpu_stray *stray)
{
	uint32_t behind = pcpu_zoned_object(zoned) + zoned->size;
	unsigned int nr = pcpu_units_nr_open();

	for (unsigned int unit = 0; unit < nr; unit++) {
		unsigned char byte = unit < zoned->nr_open ? PCPU_REDZONE : 0;

		if (find_stray(unit, zoned->start, zoned->front, byte, byte, stray) ||
		    find_stray(unit, behind, zoned->back, byte, byte, stray))
			return false;
	}
	return true;
}

/* Page by page: a part of one that is all zero was never written, or might as well not have been.
 */
static void poison_copy(unsigned char *copy, uint32_t size)
{
	for (uint32_t part; size; copy += part, size -= part) {
		part = (uint32_t)(PCPU_PAGE_SIZE - (uintptr_t)copy % PCPU_PAGE_SIZE);
		part = min_u32(part, size);
		if (copy[0] != 0 || !is_uniform(copy, part))
			memset(copy, PCPU_POISON, part);
	}
}

void pcpu_zoned_poison(const struct pcpu_zoned *zoned)
{
	unsigned int nr = pcpu_units_nr_open();

	for (unsigned int unit = 0; unit < nr; unit++)
		poison_copy(copy_of(unit, zoned->start), pcpu_zoned_total(zoned));
}

bool pcpu_zoned_is_unused(const struct pcpu_zoned *zoned, struct pcpu_stray *stray)
{
	unsigned int nr = pcpu_units_nr_open();

	for (unsigned int unit = 0; unit < nr; unit++)
		if (find_stray(unit, zoned->start, pcpu_zoned_total(zoned), 0, PCPU_POISON, stray))
			return false;
	return true;
}
