/* SPDX-License-Identifier: MIT */
/*
 * redzone.h - bytes with known values around objects, and in what is free.
 *
 *	an area	| front redzone | object | back redzone |
 *		start           ^ aligned, and of the size that was asked for
 *
 * The back redzone begins right behind the object's last byte. All three are the same offsets in
 * every unit, so a write that misses its object is found in whichever CPU's copy it happened.
 *
 * What a copy holds, of a unit that was open when the area was made: PCPU_REDZONE in the redzones.
 * A unit that opened later has zeros there, and nothing else. An area that is free holds
 * PCPU_POISON or zero in each byte: poison as far as it was written or had redzones, zero where
 * nobody ever wrote to that page of the copy. So free space costs no page that the object did not
 * cost.
 *
 * Nobody else may be using the areas that these functions work on. Coordinates and sizes in bytes.
 */
#ifndef PCPU_REDZONE_H
#define PCPU_REDZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCPU_REDZONE 0xbb
#define PCPU_POISON 0x6b

/* How large a redzone is at least, if there is room for it. */
#define PCPU_REDZONE_MIN 16

/* An area with an object and its redzones. */
struct pcpu_zoned {
	uint32_t start; /* coordinate of the area */
	uint32_t front, size, back;
	unsigned int nr_open; /* units that were open when the redzones were written */
};

static inline uint32_t pcpu_zoned_object(const struct pcpu_zoned *zoned)
{
	return zoned->start + zoned->front;
}

static inline uint32_t pcpu_zoned_total(const struct pcpu_zoned *zoned)
{
	return zoned->front + zoned->size + zoned->back;
}

/* A byte that is not what it has to be. */
struct pcpu_stray {
	uint32_t coord;
	unsigned int cpu; /* whose copy */
	unsigned char value;
};

/*
 * Sets the sizes of @zoned for an object of @size bytes, aligned to @align. Both redzones shrink,
 * down to nothing, where the area would otherwise have more than @room bytes; @size has not.
 * Returns what the area has to be aligned to.
 */
size_t pcpu_zoned_layout(struct pcpu_zoned *zoned, size_t size, size_t align, size_t room);

/* Writes the redzones in every open copy, and makes the object zero. */
void pcpu_zoned_prepare(struct pcpu_zoned *zoned);

/* Whether both redzones are whole in every copy. If not, the first stray byte. */
bool pcpu_zoned_is_whole(const struct pcpu_zoned *zoned, struct pcpu_stray *stray);

/* Poisons the area in every open copy. */
void pcpu_zoned_poison(const struct pcpu_zoned *zoned);

/* Whether a free area is as it has to be in every copy. If not, the first stray byte. */
bool pcpu_zoned_is_unused(const struct pcpu_zoned *zoned, struct pcpu_stray *stray);

#endif /* PCPU_REDZONE_H */
