/* SPDX-License-Identifier: MIT */
/*
 * address.c - from an address to what it is of; percpu/address.h.
 *
 *	address -- windows, tag, displaced --> coordinate -- spans --> a module's image
 *	                                                  -- map, records --> a live area
 */
#include "calls/address.h"
#include "alloc/alloc.h"
#include "alloc/misuse.h"
#include "boot/first_chunk/first_chunk.h"
#include "boot/module.h"
#include "debug/debug.h"
#include "ground/lock.h"
#include "ground/pointer.h"
#include "ground/symbol.h"
#include "memory/displaced.h"
#include "memory/file/named.h"
#include "memory/span.h"
#include "memory/unit.h"

#include <percpu/address.h>

/* An address as the units have it. */
struct place {
	uint32_t coord;
	unsigned int cpu; /* nr_cpu_ids: the address is a per-CPU pointer */
};

/* The static variables of a module. */
struct statics {
	uint32_t start, end; /* coordinates: the page of the lowest, the end of the highest */
	uintptr_t address;   /* of @start, in the template */
};

static struct place place_of(uintptr_t address)
{
	struct place place;

	if (!pcpu_unit_find(address, &place.cpu, &place.coord))
		place = (struct place){pcpu_coordinate(address), nr_cpu_ids};
	return place;
}

/* --- static variables --- */

static bool read_images(const struct pcpu_span_record *span, struct statics *statics)
{
	uint32_t length = 0;

	for (int i = 0; span->images && i < PCPU_SPAN_IMAGES; i++) {
		const struct pcpu_image *image = &span->images[i];
		const uint32_t before = image->coord - span->start;

		if (!image->size)
			continue;
		statics->address = (uintptr_t)image->start - before;
		if (before + image->size > length)
			length = before + (uint32_t)image->size;
	}
	statics->start = span->start;
	statics->end = span->start + length;
	return length != 0;
}

/* The lock is one that handlers of signals may take. */
static bool find_statics(uint32_t coord, struct statics *statics)
{
	bool found = false;
	unsigned int at;
	sigset_t saved;

	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	at = pcpu_spans_first_above(coord);
	if (at < pcpu_spans.nr && pcpu_spans.records[at].start <= coord &&
	    pcpu_spans.records[at].committed)
		found = read_images(&pcpu_spans.records[at], statics);
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	/* of the first chunk's span, areas are the rest */
	return found && coord - statics->start < statics->end - statics->start;
}

static bool is_of_first_module(uint32_t coord)
{
	const struct percpu_layout *layout = pcpu_first_layout;

	return layout && coord - layout->static_start < layout->static_size;
}

PERCPU_API bool is_kernel_percpu_address(unsigned long addr)
{
	struct place place = place_of(addr);

	return place.cpu < nr_cpu_ids && is_of_first_module(place.coord);
}

PERCPU_API bool is_module_percpu_address(unsigned long addr)
{
	struct place place = place_of(addr);
	struct statics statics;

	return place.cpu < nr_cpu_ids && !is_of_first_module(place.coord) &&
	       find_statics(place.coord, &statics);
}

PERCPU_API struct percpu_image percpu_first_image(void)
{
	struct statics statics;
	char *start;

	if (!pcpu_first_layout || !find_statics(pcpu_first_layout->static_start, &statics))
		return (struct percpu_image){0};
	start = (char *)statics.address;
	return (struct percpu_image){start, start + (statics.end - statics.start), start};
}

/* --- areas --- */

/* At debug levels the object in the area: its redzones are nobody's. */
static bool find_object(uint32_t coord, uint32_t *start, size_t *size)
{
	const struct pcpu_record *record;
	bool found = false;

	pcpu_debug_lock();
	record = pcpu_record_around(coord);
	if (record) {
		*start = pcpu_zoned_object(&record->zoned);
		*size = record->zoned.size;
		found = coord - *start < *size;
	}
	pcpu_debug_unlock();
	return found;
}

static bool find_area(uint32_t coord, uint32_t *start, size_t *size)
{
	bool found;

	if (pcpu_named_around(coord, start, size))
		return true;
	/* what it was when the child began, nobody here knows how long it stays */
	if (pcpu_area_is_inherited(coord))
		return false;
	if (pcpu_debug_level)
		return find_object(coord, start, size);
	pcpu_alloc_lock();
	found = pcpu_area_around(coord, start, size);
	pcpu_alloc_unlock();
	return found;
}

/* --- both --- */

/* What a byte of per-CPU memory is of. */
struct whereabouts {
	struct place place;
	bool is_static;
	const volatile void __percpu *of; /* the area's start, or that of the module's variables */
	size_t offset, size;              /* from there to the byte; of all of it */
};

static bool find_static_byte(uintptr_t address, struct whereabouts *found)
{
	struct statics statics;

	if (!find_statics(found->place.coord, &statics))
		return false;
	found->is_static = true;
	found->of = (const volatile void __percpu *)statics.address;
	found->offset = found->place.coord - statics.start;
	found->size = statics.end - statics.start;
	/* any address has a low half that may be a coordinate */
	return found->place.cpu < nr_cpu_ids || statics.address + found->offset == address;
}

static bool find_byte(uintptr_t address, struct whereabouts *found)
{
	uint32_t start;

	*found = (struct whereabouts){.place = place_of(address)};
	if (found->place.cpu == nr_cpu_ids && !pcpu_pointer_is_dynamic((const void *)address))
		return find_static_byte(address, found);
	if (found->place.cpu < nr_cpu_ids && find_static_byte(address, found))
		return true;
	if (!find_area(found->place.coord, &start, &found->size))
		return false;
	found->of = pcpu_pointer_make(start);
	found->offset = found->place.coord - start;
	return true;
}

bool pcpu_target_of(const volatile void *ptr, struct pcpu_target *target)
{
	struct whereabouts found;

	if (!find_byte((uintptr_t)ptr, &found) || found.place.cpu < nr_cpu_ids)
		return false;
	*target = (struct pcpu_target){found.is_static, found.size - found.offset};
	return true;
}

PERCPU_API const volatile void __percpu *percpu_address_of(const volatile void *address,
							   unsigned int *cpu, size_t *offset)
{
	struct whereabouts found;

	if (!find_byte((uintptr_t)address, &found))
		return NULL;
	if (cpu)
		*cpu = found.place.cpu;
	if (offset)
		*offset = found.offset;
	return found.of;
}

PERCPU_API void percpu_address_print(FILE *stream, const volatile void *address)
{
	char symbol[PCPU_SYMBOL_MAX];
	struct whereabouts found;

	if (!find_byte((uintptr_t)address, &found)) {
		fprintf(stream, "%p: no per-CPU memory\n", (const void *)(uintptr_t)address);
		return;
	}
	fprintf(stream, "%p: ", (const void *)(uintptr_t)address);
	if (found.place.cpu < nr_cpu_ids)
		fprintf(stream, "CPU %u's copy of ", found.place.cpu);
	else
		fprintf(stream, "a per-CPU pointer to ");
	if (found.is_static) {
		pcpu_symbol_describe((const char *)(uintptr_t)found.of + found.offset, symbol);
		fprintf(stream, "%s\n", symbol);
	} else {
		fprintf(stream, "byte %zu of the area at %p\n", found.offset,
			(const void *)(uintptr_t)found.of);
	}
}
