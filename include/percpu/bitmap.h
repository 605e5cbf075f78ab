/* SPDX-License-Identifier: MIT */
/*
 * bitmap.h - bitmaps, as the kernel has them.
 *
 *	DECLARE_BITMAP(used, 1000);
 *	bitmap_zero(used, 1000);
 *	set_bit(7, used);
 *	for_each_set_bit(bit, used, 1000)
 *		...
 *
 * A bitmap is an array of unsigned long; bit n is bit n % 64 of word n / 64. Lengths and positions
 * are in bits and may be 0. Bits behind the length are not looked at, and may be anything
 * afterwards. A length that is a constant of 64 at most costs one word and no loop.
 *
 * Operations on one bit are atomic, but those whose names begin with __; what is done to a whole
 * bitmap is not. All are thread- and signal-safe in that sense, never block, and mirror the
 * kernel's of the same names. The header is not part of percpu.h: its names are many, and short.
 */
#ifndef PERCPU_BITMAP_H
#define PERCPU_BITMAP_H

#include <percpu/impl/bitmap_text.h>
#include <percpu/impl/bits.h>
#include <percpu/impl/value.h>

#include <errno.h>

#include <percpu/impl/begin.h>

#ifndef BITS_PER_LONG
#define BITS_PER_LONG 64
#endif
/** BITS_TO_LONGS() - words that hold @nr bits. */
#ifndef BITS_TO_LONGS
#define BITS_TO_LONGS(nr) __PCPU_BITS_TO_LONGS(nr)
#endif
/** DECLARE_BITMAP() - an array named @name with room for @bits bits, which is not initialised. */
#ifndef DECLARE_BITMAP
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#endif
/** BITMAP_LAST_WORD_MASK() - the bits that count in the last word of @nbits, which is not 0. */
#define BITMAP_LAST_WORD_MASK(nbits) __PCPU_LAST_WORD(nbits)
/** BITMAP_FIRST_WORD_MASK() - those of the word that bit @start is in, from there on. */
#define BITMAP_FIRST_WORD_MASK(start) __PCPU_FIRST_WORD(start)

/* --- one bit --- */

/** test_bit() - whether it is set. */
__pcpu_always_inline bool test_bit(unsigned long nr, const unsigned long *addr)
{
	return __pcpu_test_bit(nr, addr);
}

/** set_bit(), clear_bit(), change_bit() - atomic, no barrier. */
__pcpu_always_inline void set_bit(unsigned long nr, unsigned long *addr)
{
	__pcpu_set_bit(nr, addr);
}

__pcpu_always_inline void clear_bit(unsigned long nr, unsigned long *addr)
{
	__pcpu_clear_bit(nr, addr);
}

__pcpu_always_inline void change_bit(unsigned long nr, unsigned long *addr)
{
	__atomic_fetch_xor(addr + nr / __PCPU_BITS_PER_LONG, __pcpu_bit(nr), __ATOMIC_RELAXED);
}

/** test_and_set_bit() and its like: atomic, a full barrier; the bit before. */
__pcpu_always_inline bool test_and_set_bit(unsigned long nr, unsigned long *addr)
{
	return __pcpu_test_and_set_bit(nr, addr);
}

__pcpu_always_inline bool test_and_clear_bit(unsigned long nr, unsigned long *addr)
{
	return __pcpu_test_and_clear_bit(nr, addr);
}

__pcpu_always_inline bool test_and_change_bit(unsigned long nr, unsigned long *addr)
{
	return (__atomic_fetch_xor(addr + nr / __PCPU_BITS_PER_LONG, __pcpu_bit(nr),
				   __ATOMIC_SEQ_CST) &
		__pcpu_bit(nr)) != 0;
}

/** __set_bit(), __clear_bit(), __change_bit() - for a bitmap that nobody else changes. */
__pcpu_always_inline void __set_bit(unsigned long nr, unsigned long *addr)
{
	addr[nr / __PCPU_BITS_PER_LONG] |= __pcpu_bit(nr);
}

__pcpu_always_inline void __clear_bit(unsigned long nr, unsigned long *addr)
{
	addr[nr / __PCPU_BITS_PER_LONG] &= ~__pcpu_bit(nr);
}

__pcpu_always_inline void __change_bit(unsigned long nr, unsigned long *addr)
{
	addr[nr / __PCPU_BITS_PER_LONG] ^= __pcpu_bit(nr);
}

/* --- whole bitmaps: the destination may be one of the sources --- */

/* A constant of one word. */
#define __pcpu_is_small(nbits) \
	(__builtin_constant_p(nbits) && (nbits) > 0 && (nbits) <= __PCPU_BITS_PER_LONG)

/** bitmap_zero() - clears every bit. */
__pcpu_always_inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	__pcpu_fill(dst, 0, nbits, __pcpu_is_small(nbits));
}

/** bitmap_fill() - sets every bit. */
__pcpu_always_inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	__pcpu_fill(dst, ~0UL, nbits, __pcpu_is_small(nbits));
}

/** bitmap_copy() - what is in it. */
__pcpu_always_inline void bitmap_copy(unsigned long *dst, const unsigned long *src,
				      unsigned int nbits)
{
	__pcpu_combine(__PCPU_BITS_OF, dst, __pcpu_words1(src), nbits, __pcpu_is_small(nbits));
}

/** bitmap_complement() - what is not in it. */
__pcpu_always_inline void bitmap_complement(unsigned long *dst, const unsigned long *src,
					    unsigned int nbits)
{
	__pcpu_combine(__PCPU_BITS_NOT, dst, __pcpu_words1(src), nbits, __pcpu_is_small(nbits));
}

/** bitmap_and() - what is in both; whether there is anything. */
__pcpu_always_inline bool bitmap_and(unsigned long *dst, const unsigned long *src1,
				     const unsigned long *src2, unsigned int nbits)
{
	return __pcpu_combine(__PCPU_BITS_AND, dst, __pcpu_words2(src1, src2), nbits,
			      __pcpu_is_small(nbits));
}

/** bitmap_andnot() - what is in the first and not in the second; whether there is anything. */
__pcpu_always_inline bool bitmap_andnot(unsigned long *dst, const unsigned long *src1,
					const unsigned long *src2, unsigned int nbits)
{
	return __pcpu_combine(__PCPU_BITS_ANDNOT, dst, __pcpu_words2(src1, src2), nbits,
			      __pcpu_is_small(nbits));
}

/** bitmap_or() - what is in one or both. */
__pcpu_always_inline void bitmap_or(unsigned long *dst, const unsigned long *src1,
				    const unsigned long *src2, unsigned int nbits)
{
	__pcpu_combine(__PCPU_BITS_OR, dst, __pcpu_words2(src1, src2), nbits,
		       __pcpu_is_small(nbits));
}

/** bitmap_xor() - what is in one of them. */
__pcpu_always_inline void bitmap_xor(unsigned long *dst, const unsigned long *src1,
				     const unsigned long *src2, unsigned int nbits)
{
	__pcpu_combine(__PCPU_BITS_XOR, dst, __pcpu_words2(src1, src2), nbits,
		       __pcpu_is_small(nbits));
}

/** bitmap_shift_right() - bit i of @dst is bit i + @shift of @src; zeroes come in at the end. */
__pcpu_always_inline void bitmap_shift_right(unsigned long *dst, const unsigned long *src,
					     unsigned int shift, unsigned int nbits)
{
	__pcpu_shift_right(dst, src, shift, nbits);
}

/**
 * bitmap_shift_left() - bit i + @shift of @dst is bit i of @src; zeroes come in at the beginning.
 */
__pcpu_always_inline void bitmap_shift_left(unsigned long *dst, const unsigned long *src,
					    unsigned int shift, unsigned int nbits)
{
	__pcpu_shift_left(dst, src, shift, nbits);
}

/** bitmap_set(), bitmap_clear() - @nbits bits from @start on. */
__pcpu_inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits)
{
	__pcpu_set_range(map, start, nbits);
}

__pcpu_inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits)
{
	__pcpu_clear_range(map, start, nbits);
}

/** bitmap_equal() - whether they have the same bits. */
__pcpu_always_inline bool bitmap_equal(const unsigned long *src1, const unsigned long *src2,
				       unsigned int nbits)
{
	return !__pcpu_any(__PCPU_BITS_XOR, __pcpu_words2(src1, src2), nbits,
			   __pcpu_is_small(nbits));
}

/** bitmap_intersects() - whether a bit is in both. */
__pcpu_always_inline bool bitmap_intersects(const unsigned long *src1, const unsigned long *src2,
					    unsigned int nbits)
{
	return __pcpu_any(__PCPU_BITS_AND, __pcpu_words2(src1, src2), nbits,
			  __pcpu_is_small(nbits));
}

/** bitmap_subset() - whether all bits of the first are in the second. */
__pcpu_always_inline bool bitmap_subset(const unsigned long *src1, const unsigned long *src2,
					unsigned int nbits)
{
	return !__pcpu_any(__PCPU_BITS_ANDNOT, __pcpu_words2(src1, src2), nbits,
			   __pcpu_is_small(nbits));
}

/** bitmap_or_equal() - whether the first two together have the bits of the third. */
__pcpu_always_inline bool bitmap_or_equal(const unsigned long *src1, const unsigned long *src2,
					  const unsigned long *src3, unsigned int nbits)
{
	return !__pcpu_any(__PCPU_BITS_OR_XOR, __pcpu_words3(src1, src2, src3), nbits,
			   __pcpu_is_small(nbits));
}

/** bitmap_empty() - whether no bit is set. */
__pcpu_always_inline bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
	return !__pcpu_any(__PCPU_BITS_OF, __pcpu_words1(src), nbits, __pcpu_is_small(nbits));
}

/** bitmap_full() - whether all are. */
__pcpu_always_inline bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
	return !__pcpu_any(__PCPU_BITS_NOT, __pcpu_words1(src), nbits, __pcpu_is_small(nbits));
}

/** bitmap_weight() - how many are set. */
__pcpu_always_inline unsigned int bitmap_weight(const unsigned long *src, unsigned int nbits)
{
	return __pcpu_weight(__PCPU_BITS_OF, __pcpu_words1(src), nbits, __pcpu_is_small(nbits));
}

/** bitmap_weight_and() - how many are set in both. */
__pcpu_always_inline unsigned int bitmap_weight_and(const unsigned long *src1,
						    const unsigned long *src2, unsigned int nbits)
{
	return __pcpu_weight(__PCPU_BITS_AND, __pcpu_words2(src1, src2), nbits,
			     __pcpu_is_small(nbits));
}

/** bitmap_weight_andnot() - how many are set in the first alone. */
__pcpu_always_inline unsigned int
bitmap_weight_andnot(const unsigned long *src1, const unsigned long *src2, unsigned int nbits)
{
	return __pcpu_weight(__PCPU_BITS_ANDNOT, __pcpu_words2(src1, src2), nbits,
			     __pcpu_is_small(nbits));
}

/* --- searching: @size is the result where there is none --- */

/** find_first_bit() - the first that is set. */
__pcpu_always_inline unsigned long find_first_bit(const unsigned long *addr, unsigned long size)
{
	return __pcpu_find(__PCPU_BITS_OF, __pcpu_words1(addr), size, 0, size,
			   __pcpu_is_small(size));
}

/** find_next_bit() - the first at @offset or behind it; so are all that are called next. */
__pcpu_always_inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
						 unsigned long offset)
{
	return __pcpu_find(__PCPU_BITS_OF, __pcpu_words1(addr), size, offset, size,
			   __pcpu_is_small(size));
}

/** find_first_zero_bit() - the first that is clear. */
__pcpu_always_inline unsigned long find_first_zero_bit(const unsigned long *addr,
						       unsigned long size)
{
	return __pcpu_find(__PCPU_BITS_NOT, __pcpu_words1(addr), size, 0, size,
			   __pcpu_is_small(size));
}

/** find_next_zero_bit() - the next that is clear. */
__pcpu_always_inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
						      unsigned long offset)
{
	return __pcpu_find(__PCPU_BITS_NOT, __pcpu_words1(addr), size, offset, size,
			   __pcpu_is_small(size));
}

/** find_first_and_bit() - the first that is set in both. */
__pcpu_always_inline unsigned long
find_first_and_bit(const unsigned long *addr1, const unsigned long *addr2, unsigned long size)
{
	return __pcpu_find(__PCPU_BITS_AND, __pcpu_words2(addr1, addr2), size, 0, size,
			   __pcpu_is_small(size));
}

/** find_next_and_bit() - the next that is set in both. */
__pcpu_always_inline unsigned long find_next_and_bit(const unsigned long *addr1,
						     const unsigned long *addr2, unsigned long size,
						     unsigned long offset)
{
	return __pcpu_find(__PCPU_BITS_AND, __pcpu_words2(addr1, addr2), size, offset, size,
			   __pcpu_is_small(size));
}

/** find_first_andnot_bit() - the first that is set in the first alone. */
__pcpu_always_inline unsigned long
find_first_andnot_bit(const unsigned long *addr1, const unsigned long *addr2, unsigned long size)
{
	return __pcpu_find(__PCPU_BITS_ANDNOT, __pcpu_words2(addr1, addr2), size, 0, size,
			   __pcpu_is_small(size));
}

/** find_next_andnot_bit() - the next that is set in the first alone. */
__pcpu_always_inline unsigned long find_next_andnot_bit(const unsigned long *addr1,
							const unsigned long *addr2,
							unsigned long size, unsigned long offset)
{
	return __pcpu_find(__PCPU_BITS_ANDNOT, __pcpu_words2(addr1, addr2), size, offset, size,
			   __pcpu_is_small(size));
}

/** find_next_or_bit() - the next that is set in one of them. */
__pcpu_always_inline unsigned long find_next_or_bit(const unsigned long *addr1,
						    const unsigned long *addr2, unsigned long size,
						    unsigned long offset)
{
	return __pcpu_find(__PCPU_BITS_OR, __pcpu_words2(addr1, addr2), size, offset, size,
			   __pcpu_is_small(size));
}

/** find_last_bit() - the last that is set. */
__pcpu_always_inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	return __pcpu_find_last(addr, size, size);
}

/**
 * find_nth_bit() - the one that @n others come before; of one bitmap, of both, of the first alone.
 */
__pcpu_always_inline unsigned long find_nth_bit(const unsigned long *addr, unsigned long size,
						unsigned long n)
{
	return __pcpu_find_nth(__PCPU_BITS_OF, __pcpu_words1(addr), size, n, size);
}

__pcpu_always_inline unsigned long find_nth_and_bit(const unsigned long *addr1,
						    const unsigned long *addr2, unsigned long size,
						    unsigned long n)
{
	return __pcpu_find_nth(__PCPU_BITS_AND, __pcpu_words2(addr1, addr2), size, n, size);
}

__pcpu_always_inline unsigned long find_nth_andnot_bit(const unsigned long *addr1,
						       const unsigned long *addr2,
						       unsigned long size, unsigned long n)
{
	return __pcpu_find_nth(__PCPU_BITS_ANDNOT, __pcpu_words2(addr1, addr2), size, n, size);
}

/** find_next_bit_wrap() - from @offset on, then from the beginning; of one bitmap, or of both. */
__pcpu_always_inline unsigned long find_next_bit_wrap(const unsigned long *addr, unsigned long size,
						      unsigned long offset)
{
	return __pcpu_find_wrap(__PCPU_BITS_OF, __pcpu_words1(addr), size, offset, size,
				__pcpu_is_small(size));
}

__pcpu_always_inline unsigned long find_next_and_bit_wrap(const unsigned long *addr1,
							  const unsigned long *addr2,
							  unsigned long size, unsigned long offset)
{
	return __pcpu_find_wrap(__PCPU_BITS_AND, __pcpu_words2(addr1, addr2), size, offset, size,
				__pcpu_is_small(size));
}

/* --- walking --- */

/*
 * The bitmap is looked at again at every step: a change of a bit that has not been reached is seen.
 * Behind the loop the integer is @size or more.
 */
#define __pcpu_walk_bits(bit, size, first, next)                                 \
	for ((bit) = __pcpu_cast(__typeof__(bit), first);                        \
	     __pcpu_cast(unsigned long, bit) < __pcpu_cast(unsigned long, size); \
	     (bit) = __pcpu_cast(__typeof__(bit), next))
#define __pcpu_behind(bit) (__pcpu_cast(unsigned long, bit) + 1)

/** for_each_set_bit(), for_each_clear_bit() - run a statement with the integer @bit set to each. */
#define for_each_set_bit(bit, addr, size)                             \
	__pcpu_walk_bits(bit, size, find_next_bit((addr), (size), 0), \
			 find_next_bit((addr), (size), __pcpu_behind(bit)))
#define for_each_clear_bit(bit, addr, size)                                \
	__pcpu_walk_bits(bit, size, find_next_zero_bit((addr), (size), 0), \
			 find_next_zero_bit((addr), (size), __pcpu_behind(bit)))
/** for_each_and_bit(), for_each_andnot_bit(), for_each_or_bit() - of two bitmaps. */
#define for_each_and_bit(bit, addr1, addr2, size)                                   \
	__pcpu_walk_bits(bit, size, find_next_and_bit((addr1), (addr2), (size), 0), \
			 find_next_and_bit((addr1), (addr2), (size), __pcpu_behind(bit)))
#define for_each_andnot_bit(bit, addr1, addr2, size)                                   \
	__pcpu_walk_bits(bit, size, find_next_andnot_bit((addr1), (addr2), (size), 0), \
			 find_next_andnot_bit((addr1), (addr2), (size), __pcpu_behind(bit)))
#define for_each_or_bit(bit, addr1, addr2, size)                                   \
	__pcpu_walk_bits(bit, size, find_next_or_bit((addr1), (addr2), (size), 0), \
			 find_next_or_bit((addr1), (addr2), (size), __pcpu_behind(bit)))
/** for_each_set_bit_from(), for_each_clear_bit_from() - from the number that @bit has. */
#define for_each_set_bit_from(bit, addr, size)                                           \
	__pcpu_walk_bits(bit, size,                                                      \
			 find_next_bit((addr), (size), __pcpu_cast(unsigned long, bit)), \
			 find_next_bit((addr), (size), __pcpu_behind(bit)))
#define for_each_clear_bit_from(bit, addr, size)                                              \
	__pcpu_walk_bits(bit, size,                                                           \
			 find_next_zero_bit((addr), (size), __pcpu_cast(unsigned long, bit)), \
			 find_next_zero_bit((addr), (size), __pcpu_behind(bit)))
/** for_each_set_bit_wrap() - from @start to the end, and from the beginning to below @start. */
#define for_each_set_bit_wrap(bit, addr, size, start)                                             \
	__pcpu_walk_bits(bit, size,                                                               \
			 __pcpu_find_around(__PCPU_BITS_OF, __pcpu_words1(addr), (size), (start), \
					    (start), false, (size)),                              \
			 __pcpu_find_around(__PCPU_BITS_OF, __pcpu_words1(addr), (size),          \
					    __pcpu_behind(bit), (start), true, (size)))

/* --- as text --- */

/**
 * bitmap_parselist() - read a list, such as "0-3,8"
 * @buf: characters up to a zero
 * @maskp: @nmaskbits bits, which are those of the list afterwards
 *
 * As Linux 6.x reads it. Regions stand between commas and blanks, of which there may be more than
 * are needed: a number; a range, "a-b" with a <= b; or "all". Instead of a number, "N" is the last
 * bit. Behind a range, ":used/group" means of each group bits the first used ones, "0-15:2/4"
 * being 0,1,4,5,8,9,12,13. A newline behind a region is the end; before one it is a blank. An
 * empty list has no bits.
 *
 * 0; or -EINVAL: this is no list, or a range or a group makes no sense; -ERANGE: a number from
 * @nmaskbits on; -EOVERFLOW: one that is larger than 4294967295. Then @maskp is as it was. (The
 * kernel's is not. And where a group is nearly that large its sum wraps, and the kernel sets bits
 * that are not in the range; here none are.)
 */
__pcpu_always_inline int bitmap_parselist(const char *buf, unsigned long *maskp, int nmaskbits)
{
	return __percpu_bitmap_parselist(buf, SIZE_MAX, maskp, nmaskbits, 0);
}

/** bitmap_parselist_user() - of @ulen characters, or up to a zero; -EFAULT: @ubuf is NULL. */
__pcpu_always_inline int bitmap_parselist_user(const char *ubuf, unsigned int ulen,
					       unsigned long *maskp, int nmaskbits)
{
	return __percpu_bitmap_parselist(ubuf, ulen, maskp, nmaskbits, 0);
}

/** bitmap_parselist_flags() - bitmap_parselist() with PERCPU_PARSE_LINUX_4_1. */
__pcpu_always_inline int bitmap_parselist_flags(const char *buf, unsigned long *maskp,
						int nmaskbits, unsigned int flags)
{
	return __percpu_bitmap_parselist(buf, SIZE_MAX, maskp, nmaskbits, flags);
}

/**
 * bitmap_parse() - read hex digits, such as "f,00000001"
 * @buf: @buflen characters, or up to a zero or a newline
 *
 * As Linux 6.x reads them. Groups of 1 to 8 digits stand between commas and blanks, the last is
 * bits 0 to 31, the one before that bits 32 to 63. No group is no bits.
 *
 * 0; or -EINVAL: there is something else; -EOVERFLOW: a group of more digits, or more groups than
 * @nmaskbits bits have (of zeroes too), or a bit from @nmaskbits on. Then @maskp is as it was.
 */
__pcpu_always_inline int bitmap_parse(const char *buf, unsigned int buflen, unsigned long *maskp,
				      int nmaskbits)
{
	return __percpu_bitmap_parse(buf, buflen, maskp, nmaskbits, 0);
}

/** bitmap_parse_user() - the same; -EFAULT: @ubuf is NULL. */
__pcpu_always_inline int bitmap_parse_user(const char *ubuf, unsigned int ulen,
					   unsigned long *maskp, int nmaskbits)
{
	return __percpu_bitmap_parse(ubuf, ulen, maskp, nmaskbits, 0);
}

/** bitmap_parse_flags() - bitmap_parse() with PERCPU_PARSE_LINUX_4_1. */
__pcpu_always_inline int bitmap_parse_flags(const char *buf, unsigned int buflen,
					    unsigned long *maskp, int nmaskbits, unsigned int flags)
{
	return __percpu_bitmap_parse(buf, buflen, maskp, nmaskbits, flags);
}

/**
 * bitmap_pb(), bitmap_pbl() - what the kernel's printk() makes of %*pb and %*pbl
 * @len: room at @buf, which is written to with a zero at the end; 0: nothing is
 *
 * Hex digits in groups of 32 bits, the highest first, which has as many digits as its bits need:
 * "02,00000001". And a list, ascending, where two neighbours make a range: "0,33", "0-1".
 *
 *	bitmap_pbl(buf, sizeof(buf), cpumask_pr_args(cpu_online_mask));
 *
 * As snprintf(): how many characters there are, whether there is room for them or not.
 */
__pcpu_always_inline size_t bitmap_pb(char *buf, size_t len, int nmaskbits,
				      const unsigned long *maskp)
{
	return __percpu_bitmap_print(buf, len, false, maskp, nmaskbits, "");
}

__pcpu_always_inline size_t bitmap_pbl(char *buf, size_t len, int nmaskbits,
				       const unsigned long *maskp)
{
	return __percpu_bitmap_print(buf, len, true, maskp, nmaskbits, "");
}

/**
 * bitmap_print_to_pagebuf() - a list if @list, else hex digits; and a newline
 * @buf: room to the end of its page (4096 bytes), which is all that is used
 *
 * Returns how many characters that are, without the zero behind them.
 */
__pcpu_always_inline int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *maskp,
						 int nmaskbits)
{
	return __pcpu_print_to_pagebuf(list, buf, maskp, nmaskbits);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_BITMAP_H */
