/* SPDX-License-Identifier: MIT */
/*
 * find.h - searching bitmaps, and walking over them: percpu/bitmap.h, and here what that lacks.
 */
#ifndef PERCPU_LINUX_FIND_H
#define PERCPU_LINUX_FIND_H

#include <linux/bitops.h>

#include <percpu/bitmap.h>

#include <percpu/impl/begin.h>

/** find_nth_and_andnot_bit() - of those in the first two and not in the third; @size: none. */
__pcpu_always_inline unsigned long find_nth_and_andnot_bit(const unsigned long *addr1,
							   const unsigned long *addr2,
							   const unsigned long *addr3,
							   unsigned long size, unsigned long n)
{
	return __pcpu_find_nth(__PCPU_BITS_AND_ANDNOT, __pcpu_words3(addr1, addr2, addr3), size, n,
			       size);
}

/** find_first_and_and_bit() - the first that is in all three; @size: none. */
__pcpu_inline unsigned long find_first_and_and_bit(const unsigned long *addr1,
						   const unsigned long *addr2,
						   const unsigned long *addr3, unsigned long size)
{
	unsigned long bit = find_first_and_bit(addr1, addr2, size);

	while (bit < size && !test_bit(bit, addr3))
		bit = find_next_and_bit(addr1, addr2, size, bit + 1);
	return bit;
}

/**
 * find_next_clump8() - the next group of eight bits, of those at multiples of 8, that has a bit
 * @clump: its bits. Returns the group's first bit; @size: there is none
 */
__pcpu_inline unsigned long find_next_clump8(unsigned long *clump, const unsigned long *addr,
					     unsigned long size, unsigned long offset)
{
	offset = find_next_bit(addr, size, offset);
	if (offset >= size)
		return size;
	offset &= ~7UL;
	*clump = addr[BIT_WORD(offset)] >> offset % BITS_PER_LONG & 0xff;
	return offset;
}
#define find_first_clump8(clump, bits, size) find_next_clump8((clump), (bits), (size), 0)

/** for_each_set_clump8() - each such group, from the lowest. */
#define for_each_set_clump8(start, clump, bits, size)                                 \
	for ((start) = find_first_clump8(&(clump), (bits), (size)); (start) < (size); \
	     (start) = find_next_clump8(&(clump), (bits), (size), (start) + 8))

/** for_each_set_bitrange() and its like - each run of bits that are set, or clear: [@b, @e). */
#define for_each_set_bitrange(b, e, addr, size)                              \
	for ((b) = 0; (b) = find_next_bit((addr), (size), b),                \
	    (e) = find_next_zero_bit((addr), (size), (b) + 1), (b) < (size); \
	     (b) = (e) + 1)
#define for_each_set_bitrange_from(b, e, addr, size)                            \
	for (; (b) = find_next_bit((addr), (size), b),                          \
	       (e) = find_next_zero_bit((addr), (size), (b) + 1), (b) < (size); \
	     (b) = (e) + 1)
#define for_each_clear_bitrange(b, e, addr, size)                       \
	for ((b) = 0; (b) = find_next_zero_bit((addr), (size), b),      \
	    (e) = find_next_bit((addr), (size), (b) + 1), (b) < (size); \
	     (b) = (e) + 1)
#define for_each_clear_bitrange_from(b, e, addr, size)                     \
	for (; (b) = find_next_zero_bit((addr), (size), b),                \
	       (e) = find_next_bit((addr), (size), (b) + 1), (b) < (size); \
	     (b) = (e) + 1)

#include <percpu/impl/end.h>

#endif /* PERCPU_LINUX_FIND_H */
