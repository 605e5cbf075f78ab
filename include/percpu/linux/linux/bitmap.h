/* SPDX-License-Identifier: MIT */
/*
 * bitmap.h - percpu/bitmap.h, and what that lacks: bitmaps that are allocated, bitmaps as numbers
 * of other sizes, regions.
 */
#ifndef PERCPU_LINUX_BITMAP_H
#define PERCPU_LINUX_BITMAP_H

#include <linux/bitops.h>
#include <linux/cpumask_types.h>
#include <linux/find.h>

#include <percpu/bitmap.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <percpu/impl/begin.h>

/* --- allocated: by malloc() --- */

/** bitmap_size() - bytes of @nbits bits, in whole words. */
#define bitmap_size(nbits) (BITS_TO_LONGS(nbits) * sizeof(unsigned long))

/** bitmap_zalloc(), bitmap_alloc() - NULL: no memory. Not in handlers of signals. */
__pcpu_inline unsigned long *bitmap_zalloc(unsigned int nbits, gfp_t flags)
{
	(void)flags;
	return (unsigned long *)calloc(BITS_TO_LONGS(nbits), sizeof(unsigned long));
}

__pcpu_inline unsigned long *bitmap_alloc(unsigned int nbits, gfp_t flags)
{
	(void)flags;
	return (unsigned long *)malloc(bitmap_size(nbits));
}

__pcpu_inline unsigned long *bitmap_alloc_node(unsigned int nbits, gfp_t flags, int node)
{
	(void)node;
	return bitmap_alloc(nbits, flags);
}

__pcpu_inline unsigned long *bitmap_zalloc_node(unsigned int nbits, gfp_t flags, int node)
{
	(void)node;
	return bitmap_zalloc(nbits, flags);
}

__pcpu_inline void bitmap_free(const unsigned long *bitmap)
{
	free((void *)(uintptr_t)bitmap);
}

/* --- the functions behind those of constant length --- */

#define __bitmap_equal(a, b, nbits) bitmap_equal((a), (b), (nbits))
#define __bitmap_or_equal(a, b, c, nbits) bitmap_or_equal((a), (b), (c), (nbits))
#define __bitmap_complement(dst, src, nbits) bitmap_complement((dst), (src), (nbits))
#define __bitmap_shift_right(dst, src, shift, nbits) \
	bitmap_shift_right((dst), (src), (shift), (nbits))
#define __bitmap_shift_left(dst, src, shift, nbits) \
	bitmap_shift_left((dst), (src), (shift), (nbits))
#define __bitmap_and(dst, a, b, nbits) bitmap_and((dst), (a), (b), (nbits))
#define __bitmap_or(dst, a, b, nbits) bitmap_or((dst), (a), (b), (nbits))
#define __bitmap_xor(dst, a, b, nbits) bitmap_xor((dst), (a), (b), (nbits))
#define __bitmap_andnot(dst, a, b, nbits) bitmap_andnot((dst), (a), (b), (nbits))
#define __bitmap_replace(dst, old, new, mask, nbits) \
	bitmap_replace((dst), (old), (new), (mask), (nbits))
#define __bitmap_intersects(a, b, nbits) bitmap_intersects((a), (b), (nbits))
#define __bitmap_subset(a, b, nbits) bitmap_subset((a), (b), (nbits))
#define __bitmap_weight(a, nbits) bitmap_weight((a), (nbits))
#define __bitmap_weight_and(a, b, nbits) bitmap_weight_and((a), (b), (nbits))
#define __bitmap_weight_andnot(a, b, nbits) bitmap_weight_andnot((a), (b), (nbits))
#define __bitmap_set(map, start, len) bitmap_set((map), (start), (unsigned int)(len))
#define __bitmap_clear(map, start, len) bitmap_clear((map), (start), (unsigned int)(len))

/* --- parts of bitmaps --- */

/** bitmap_copy_clear_tail() - the bits behind @nbits in the last word are 0. */
__pcpu_inline void bitmap_copy_clear_tail(unsigned long *dst, const unsigned long *src,
					  unsigned int nbits)
{
	bitmap_copy(dst, src, nbits);
	if (nbits % BITS_PER_LONG)
		dst[nbits / BITS_PER_LONG] &= BITMAP_LAST_WORD_MASK(nbits);
}

/** bitmap_copy_and_extend() - bits from @count to @size are 0. */
__pcpu_inline void bitmap_copy_and_extend(unsigned long *to, const unsigned long *from,
					  unsigned int count, unsigned int size)
{
	const unsigned int copied = BITS_TO_LONGS(count);

	bitmap_copy_clear_tail(to, from, count);
	memset(to + copied, 0, (BITS_TO_LONGS(size) - copied) * sizeof(*to));
}

/** bitmap_replace() - of @new where @mask is set, of @old elsewhere. */
__pcpu_inline void bitmap_replace(unsigned long *dst, const unsigned long *old,
				  const unsigned long *replacement, const unsigned long *mask,
				  unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = (old[i] & ~mask[i]) | (replacement[i] & mask[i]);
}

/** bitmap_cut() - without the @cut bits from @first on: those behind come down. */
__pcpu_inline void bitmap_cut(unsigned long *dst, const unsigned long *src, unsigned int first,
			      unsigned int cut, unsigned int nbits)
{
	for (unsigned int bit = 0; bit < nbits; bit++) {
		const unsigned int from = bit < first ? bit : bit + cut;

		__assign_bit(bit, dst, from < nbits && test_bit(from, src));
	}
}

/** bitmap_next_set_region() - [*@rs, *@re): the next run of set bits from *@rs on, below @end. */
__pcpu_inline void bitmap_next_set_region(unsigned long *bitmap, unsigned int *rs, unsigned int *re,
					  unsigned int end)
{
	*rs = (unsigned int)find_next_bit(bitmap, end, *rs);
	*re = (unsigned int)find_next_zero_bit(bitmap, end, *rs + 1);
}

/**
 * bitmap_find_next_zero_area() - @nr clear bits side by side, from @start on; above @size: none
 * @align_mask: a power of 2 less one: the place plus @align_offset (_off) has none of these bits
 */
__pcpu_inline unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size,
							   unsigned long start, unsigned int nr,
							   unsigned long align_mask,
							   unsigned long align_offset)
{
	unsigned long set;

	for (;;) {
		start = find_next_zero_bit(map, size, start);
		start = ((start + align_offset + align_mask) & ~align_mask) - align_offset;
		if (start + nr > size)
			return start + nr;
		set = find_next_bit(map, start + nr, start);
		if (set >= start + nr)
			return start;
		start = set + 1;
	}
}
#define bitmap_find_next_zero_area(map, size, start, nr, align_mask) \
	bitmap_find_next_zero_area_off((map), (size), (start), (nr), (align_mask), 0)

/** bitmap_allocate_region() - sets 1 << @order bits from @pos on; -EBUSY: one is set. */
__pcpu_inline int bitmap_allocate_region(unsigned long *bitmap, unsigned int pos, int order)
{
	const unsigned int len = 1u << order;

	if (find_next_bit(bitmap, pos + len, pos) < pos + len)
		return -EBUSY;
	bitmap_set(bitmap, pos, len);
	return 0;
}

__pcpu_inline void bitmap_release_region(unsigned long *bitmap, unsigned int pos, int order)
{
	bitmap_clear(bitmap, pos, 1u << order);
}

/** bitmap_find_free_region() - allocates the lowest that is free; its place, or -ENOMEM. */
__pcpu_inline int bitmap_find_free_region(unsigned long *bitmap, unsigned int bits, int order)
{
	const unsigned int len = 1u << order;

	for (unsigned int pos = 0; pos + len <= bits; pos += len)
		if (bitmap_allocate_region(bitmap, pos, order) == 0)
			return (int)pos;
	return -ENOMEM;
}

/* --- by the places of set bits --- */

/** bitmap_scatter() - bit i of @src to the place of the i-th set bit of @mask. */
__pcpu_inline void bitmap_scatter(unsigned long *dst, const unsigned long *src,
				  const unsigned long *mask, unsigned int nbits)
{
	unsigned long bit, n = 0;

	bitmap_zero(dst, nbits);
	for_each_set_bit(bit, mask, nbits) __assign_bit((long)bit, dst, test_bit(n++, src));
}

/** bitmap_gather() - the way back. */
__pcpu_inline void bitmap_gather(unsigned long *dst, const unsigned long *src,
				 const unsigned long *mask, unsigned int nbits)
{
	unsigned long bit, n = 0;

	bitmap_zero(dst, nbits);
	for_each_set_bit(bit, mask, nbits) __assign_bit((long)n++, dst, test_bit(bit, src));
}

/* How many bits of @map lie before @pos, which is one of them; -1: it is none. */
__pcpu_inline int __pcpu_ordinal_of_bit(const unsigned long *map, unsigned int pos,
					unsigned int nbits)
{
	return pos < nbits && test_bit(pos, map) ? (int)bitmap_weight(map, pos) : -1;
}

/** bitmap_bitremap() - the bit of @new that is what @oldbit is in @old; as it is if it is none. */
__pcpu_inline int bitmap_bitremap(int oldbit, const unsigned long *old,
				  const unsigned long *replacement, int bits)
{
	const unsigned int nbits = (unsigned int)bits, w = bitmap_weight(replacement, nbits);
	const int n = __pcpu_ordinal_of_bit(old, (unsigned int)oldbit, nbits);

	if (n < 0 || !w)
		return oldbit;
	return (int)find_nth_bit(replacement, nbits, (unsigned int)n % w);
}

/** bitmap_remap() - that for all bits of @src. */
__pcpu_inline void bitmap_remap(unsigned long *dst, const unsigned long *src,
				const unsigned long *old, const unsigned long *replacement,
				unsigned int nbits)
{
	unsigned long bit;

	if (dst == src)
		return;
	bitmap_zero(dst, nbits);
	for_each_set_bit(bit, src, nbits) __set_bit(
		(unsigned long)bitmap_bitremap((int)bit, old, replacement, (int)nbits), dst);
}

/** bitmap_onto() - the n-th set bit of @relmap, for each bit n of @orig. */
__pcpu_inline void bitmap_onto(unsigned long *dst, const unsigned long *orig,
			       const unsigned long *relmap, unsigned int bits)
{
	unsigned long bit, n = 0;

	if (dst == orig)
		return;
	bitmap_zero(dst, bits);
	for_each_set_bit(bit, relmap, bits) __assign_bit((long)bit, dst, test_bit(n++, orig));
}

/** bitmap_fold() - bit i % @sz for each bit i of @orig. */
__pcpu_inline void bitmap_fold(unsigned long *dst, const unsigned long *orig, unsigned int sz,
			       unsigned int nbits)
{
	unsigned long bit;

	if (dst == orig)
		return;
	bitmap_zero(dst, nbits);
	for_each_set_bit(bit, orig, nbits) __set_bit(bit % sz, dst);
}

/* --- numbers --- */

/** BITMAP_FROM_U64() - the initial value of a bitmap of 64 bits. */
#define BITMAP_FROM_U64(n) ((unsigned long)(n))

__pcpu_inline void bitmap_from_u64(unsigned long *dst, u64 mask)
{
	dst[0] = (unsigned long)mask;
}

/** bitmap_from_arr32() and its like - of numbers of 32 and 64 bits, the lowest first. */
__pcpu_inline void bitmap_from_arr32(unsigned long *bitmap, const u32 *buf, unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_U32(nbits); i++) {
		if (i % 2 == 0)
			bitmap[i / 2] = buf[i];
		else
			bitmap[i / 2] |= (unsigned long)buf[i] << 32;
	}
	if (nbits % BITS_PER_LONG)
		bitmap[nbits / BITS_PER_LONG] &= BITMAP_LAST_WORD_MASK(nbits);
}

__pcpu_inline void bitmap_to_arr32(u32 *buf, const unsigned long *bitmap, unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_U32(nbits); i++)
		buf[i] = (u32)(bitmap[i / 2] >> i % 2 * 32);
	if (nbits % 32)
		buf[nbits / 32] &= ~0u >> (32 - nbits % 32);
}

__pcpu_inline void bitmap_from_arr64(unsigned long *bitmap, const u64 *buf, unsigned int nbits)
{
	bitmap_copy_clear_tail(bitmap, (const unsigned long *)(const void *)buf, nbits);
}

__pcpu_inline void bitmap_to_arr64(u64 *buf, const unsigned long *bitmap, unsigned int nbits)
{
	bitmap_copy_clear_tail((unsigned long *)(void *)buf, bitmap, nbits);
}

/** bitmap_read() - the @nbits bits from @start on, 1 to 64 of them, as a number. */
__pcpu_inline unsigned long bitmap_read(const unsigned long *map, unsigned long start,
					unsigned long nbits)
{
	const unsigned long at = start % BITS_PER_LONG, here = BITS_PER_LONG - at;
	unsigned long value;

	if (!nbits || nbits > BITS_PER_LONG)
		return 0;
	value = map[BIT_WORD(start)] >> at;
	if (here < nbits)
		value |= map[BIT_WORD(start) + 1] << here;
	return value & BITMAP_LAST_WORD_MASK(nbits);
}

/** bitmap_write() - the way back; the other bits stay as they are. */
__pcpu_inline void bitmap_write(unsigned long *map, unsigned long value, unsigned long start,
				unsigned long nbits)
{
	const unsigned long at = start % BITS_PER_LONG, here = BITS_PER_LONG - at;
	unsigned long mask;

	if (!nbits || nbits > BITS_PER_LONG)
		return;
	mask = BITMAP_LAST_WORD_MASK(nbits);
	value &= mask;
	map[BIT_WORD(start)] = (map[BIT_WORD(start)] & ~(mask << at)) | value << at;
	if (here < nbits)
		map[BIT_WORD(start) + 1] =
			(map[BIT_WORD(start) + 1] & ~(mask >> here)) | value >> here;
}
#define bitmap_get_value8(map, start) bitmap_read((map), (start), BITS_PER_BYTE)
#define bitmap_set_value8(map, value, start) bitmap_write((map), (value), (start), BITS_PER_BYTE)

#include <percpu/impl/end.h>

#endif /* PERCPU_LINUX_BITMAP_H */
