/* SPDX-License-Identifier: MIT */
/*
 * bitmap.h - plain bitmaps
 *
 * A bitmap is an array of unsigned long; bit n is bit n % BITS of word n / BITS, as in the kernel:
 *
 *	word      0                   1
 *	bits      0 1 2 ... 62 63     64 65 ... 127
 *
 * Nothing here is atomic: the caller owns the bitmap or holds the lock that protects it. Lengths
 * and positions are in bits. Bits at or beyond the length given to a function are never looked
 * at, so the unused end of the last word may hold anything.
 */
#ifndef PCPU_BITMAP_H
#define PCPU_BITMAP_H

#include <limits.h>
#include <stdbool.h>

#define PCPU_BITS_PER_LONG ((unsigned int)(sizeof(unsigned long) * CHAR_BIT))

/* Words that hold nbits bits. Written so that no number of bits overflows. */
#define PCPU_BITS_TO_LONGS(nbits) \
	((nbits) / PCPU_BITS_PER_LONG + ((nbits) % PCPU_BITS_PER_LONG != 0))

static inline unsigned long pcpu_bit_mask(unsigned int nr)
{
	return 1UL << (nr % PCPU_BITS_PER_LONG);
}

static inline bool pcpu_test_bit(unsigned int nr, const unsigned long *bitmap)
{
	return bitmap[nr / PCPU_BITS_PER_LONG] & pcpu_bit_mask(nr);
}

static inline void pcpu_set_bit(unsigned int nr, unsigned long *bitmap)
{
	bitmap[nr / PCPU_BITS_PER_LONG] |= pcpu_bit_mask(nr);
}

static inline void pcpu_clear_bit(unsigned int nr, unsigned long *bitmap)
{
	bitmap[nr / PCPU_BITS_PER_LONG] &= ~pcpu_bit_mask(nr);
}

/* Sets bits 0 .. nbits - 1. */
static inline void pcpu_set_first_bits(unsigned long *bitmap, unsigned int nbits)
{
	unsigned int whole = nbits / PCPU_BITS_PER_LONG, i;

	for (i = 0; i < whole; i++)
		bitmap[i] = ~0UL;
	if (nbits % PCPU_BITS_PER_LONG)
		bitmap[whole] |= pcpu_bit_mask(nbits) - 1;
}

/**
 * pcpu_find_next_bit - find the first set bit at or after a position
 * @bitmap: the bitmap
 * @size: its length in bits
 * @from: where to start; may be at or beyond @size
 *
 * Return: the position of the bit, or @size if there is none.
 */
static inline unsigned int pcpu_find_next_bit(const unsigned long *bitmap, unsigned int size,
					      unsigned int from)
{
	unsigned int index = from / PCPU_BITS_PER_LONG;
	unsigned long word;

	if (from >= size)
		return size;
	word = bitmap[index] & (~0UL << (from % PCPU_BITS_PER_LONG));
	while (!word) {
		if (++index >= PCPU_BITS_TO_LONGS(size))
			return size;
		word = bitmap[index];
	}
	from = index * PCPU_BITS_PER_LONG + (unsigned int)__builtin_ctzl(word);
	return from < size ? from : size;
}

/**
 * pcpu_bitmap_weight - count the set bits
 * @bitmap: the bitmap
 * @nbits: its length in bits
 */
static inline unsigned int pcpu_bitmap_weight(const unsigned long *bitmap, unsigned int nbits)
{
	unsigned int whole = nbits / PCPU_BITS_PER_LONG, weight = 0, i;

	for (i = 0; i < whole; i++)
		weight += (unsigned int)__builtin_popcountl(bitmap[i]);
	if (nbits % PCPU_BITS_PER_LONG)
		weight += (unsigned int)__builtin_popcountl(bitmap[whole] &
							    (pcpu_bit_mask(nbits) - 1));
	return weight;
}

#endif /* PCPU_BITMAP_H */
