/* SPDX-License-Identifier: MIT */
/*
 * bitops.h - operations on bits: of bitmaps, percpu/bitmap.h; of words, here.
 *
 * Atomic ones are set_bit() and those that stand beside it; what begins with __ is not.
 */
#ifndef PERCPU_LINUX_BITOPS_H
#define PERCPU_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

#include <percpu/bitmap.h>
#include <percpu/kernel/barrier.h>
#include <percpu/kernel/math.h>

#include <percpu/impl/begin.h>

/* --- of bitmaps --- */

/* Where a word of a bitmap is. */
__pcpu_always_inline unsigned long *__pcpu_word_of_bit(unsigned long nr, unsigned long *addr)
{
	return addr + BIT_WORD(nr);
}

/** __test_and_set_bit() and its like - not atomic; the bit before. */
__pcpu_always_inline bool __test_and_set_bit(unsigned long nr, unsigned long *addr)
{
	const bool before = test_bit(nr, addr);

	__set_bit(nr, addr);
	return before;
}

__pcpu_always_inline bool __test_and_clear_bit(unsigned long nr, unsigned long *addr)
{
	const bool before = test_bit(nr, addr);

	__clear_bit(nr, addr);
	return before;
}

__pcpu_always_inline bool __test_and_change_bit(unsigned long nr, unsigned long *addr)
{
	const bool before = test_bit(nr, addr);

	__change_bit(nr, addr);
	return before;
}

/** assign_bit(), __assign_bit() - set if @value, else clear. */
__pcpu_always_inline void assign_bit(long nr, unsigned long *addr, bool value)
{
	if (value)
		set_bit((unsigned long)nr, addr);
	else
		clear_bit((unsigned long)nr, addr);
}

__pcpu_always_inline void __assign_bit(long nr, unsigned long *addr, bool value)
{
	if (value)
		__set_bit((unsigned long)nr, addr);
	else
		__clear_bit((unsigned long)nr, addr);
}

/** test_bit_acquire() - nothing behind it is seen from before it. */
__pcpu_always_inline bool test_bit_acquire(unsigned long nr, const unsigned long *addr)
{
	return __atomic_load_n(addr + BIT_WORD(nr), __ATOMIC_ACQUIRE) & BIT_MASK(nr);
}

/** test_and_set_bit_lock() - as a lock is taken; clear_bit_unlock(): as it is given back. */
__pcpu_always_inline bool test_and_set_bit_lock(unsigned long nr, unsigned long *addr)
{
	return __atomic_fetch_or(__pcpu_word_of_bit(nr, addr), BIT_MASK(nr), __ATOMIC_ACQUIRE) &
	       BIT_MASK(nr);
}

__pcpu_always_inline void clear_bit_unlock(unsigned long nr, unsigned long *addr)
{
	__atomic_fetch_and(__pcpu_word_of_bit(nr, addr), ~BIT_MASK(nr), __ATOMIC_RELEASE);
}

/** __clear_bit_unlock() - the same, where nobody else changes the word. */
__pcpu_always_inline void __clear_bit_unlock(unsigned long nr, unsigned long *addr)
{
	unsigned long *word = __pcpu_word_of_bit(nr, addr);

	__atomic_store_n(word, *word & ~BIT_MASK(nr), __ATOMIC_RELEASE);
}

/** xor_unlock_is_negative_byte() - flips the bits of @mask, released; whether bit 7 was set. */
__pcpu_always_inline bool xor_unlock_is_negative_byte(unsigned long mask, unsigned long *word)
{
	return __atomic_fetch_xor(word, mask, __ATOMIC_RELEASE) & BIT(7);
}

/** smp_mb__before_atomic(), smp_mb__after_atomic() - beside operations that order nothing. */
#ifndef smp_mb__before_atomic
#define smp_mb__before_atomic() smp_mb()
#define smp_mb__after_atomic() smp_mb()
#endif

/* --- of words --- */

/** __ffs(), __fls() - the number of the lowest and of the highest bit; there has to be one. */
__pcpu_always_inline unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

__pcpu_always_inline unsigned long __fls(unsigned long word)
{
	return BITS_PER_LONG - 1 - (unsigned long)__builtin_clzl(word);
}

/** ffz() - the number of the lowest bit that is clear; there has to be one. */
#define ffz(word) __ffs(~(word))

/** __ffs64() - __ffs() of 64 bits; fls64(): the highest, from 1; fls_long(): of a long. */
__pcpu_always_inline unsigned int __ffs64(u64 word)
{
	return (unsigned int)__builtin_ctzll(word);
}

__pcpu_always_inline int fls64(u64 word)
{
	return word ? 64 - __builtin_clzll(word) : 0;
}

__pcpu_always_inline unsigned int fls_long(unsigned long word)
{
	return (unsigned int)fls64(word);
}

/** fns() - the number of the bit that @n set ones come before; BITS_PER_LONG: there is none. */
__pcpu_always_inline unsigned long fns(unsigned long word, unsigned int n)
{
	while (word && n--)
		word &= word - 1;
	return word ? __ffs(word) : BITS_PER_LONG;
}

/** hweight8() to hweight64(), hweight_long() - how many bits are set. */
#define hweight8(word) ((unsigned int)__builtin_popcount((u8)(word)))
#define hweight16(word) ((unsigned int)__builtin_popcount((u16)(word)))
#define hweight32(word) ((unsigned int)__builtin_popcount((u32)(word)))
#define hweight64(word) ((unsigned long)__builtin_popcountll((u64)(word)))
__pcpu_always_inline unsigned long hweight_long(unsigned long word)
{
	return (unsigned long)__builtin_popcountl(word);
}

/** rol64() and its like - turned by @shift bits, any number. */
__pcpu_always_inline u64 rol64(u64 word, unsigned int shift)
{
	return word << (shift & 63) | word >> (-shift & 63);
}

__pcpu_always_inline u64 ror64(u64 word, unsigned int shift)
{
	return word >> (shift & 63) | word << (-shift & 63);
}

__pcpu_always_inline u32 rol32(u32 word, unsigned int shift)
{
	return word << (shift & 31) | word >> (-shift & 31);
}

__pcpu_always_inline u32 ror32(u32 word, unsigned int shift)
{
	return word >> (shift & 31) | word << (-shift & 31);
}

__pcpu_always_inline u16 rol16(u16 word, unsigned int shift)
{
	return (u16)(word << (shift & 15) | word >> (-shift & 15));
}

__pcpu_always_inline u16 ror16(u16 word, unsigned int shift)
{
	return (u16)(word >> (shift & 15) | word << (-shift & 15));
}

__pcpu_always_inline u8 rol8(u8 word, unsigned int shift)
{
	return (u8)(word << (shift & 7) | word >> (-shift & 7));
}

__pcpu_always_inline u8 ror8(u8 word, unsigned int shift)
{
	return (u8)(word >> (shift & 7) | word << (-shift & 7));
}

/** sign_extend32(), sign_extend64() - with the sign that bit @index is. */
__pcpu_always_inline s32 sign_extend32(u32 value, int index)
{
	return (s32)(value << (31 - index)) >> (31 - index);
}

__pcpu_always_inline s64 sign_extend64(u64 value, int index)
{
	return (s64)(value << (63 - index)) >> (63 - index);
}

/** get_count_order(), get_count_order_long() - the least k with 1 << k >= @count; 0: -1. */
__pcpu_always_inline int get_count_order(unsigned int count)
{
	return count ? fls(count - 1) : -1;
}

__pcpu_always_inline int get_count_order_long(unsigned long count)
{
	return count ? (int)fls_long(count - 1) : -1;
}

/** parity8() - whether the number of set bits is odd. */
__pcpu_always_inline int parity8(u8 value)
{
	return __builtin_parity(value);
}

/** set_mask_bits() - clears the bits of @mask and sets those of @bits, atomically; before. */
#define set_mask_bits(ptr, mask, bits)                                                            \
	__extension__({                                                                           \
		const __typeof__(*(ptr)) __pcpu_mask = (mask), __pcpu_bits_new = (bits);          \
		__typeof__(*(ptr)) __pcpu_before = __atomic_load_n(ptr, __ATOMIC_RELAXED);        \
		while (!__atomic_compare_exchange_n(                                              \
			ptr, &__pcpu_before, (__pcpu_before & ~__pcpu_mask) | __pcpu_bits_new, 0, \
			__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))                                      \
			;                                                                         \
		__pcpu_before;                                                                    \
	})

/** bit_clear_unless() - clears @clear, unless a bit of @test is set; whether it has. */
#define bit_clear_unless(ptr, clear, test)                                                 \
	__extension__({                                                                    \
		const __typeof__(*(ptr)) __pcpu_mask = (clear), __pcpu_unless = (test);    \
		__typeof__(*(ptr)) __pcpu_before = __atomic_load_n(ptr, __ATOMIC_RELAXED); \
		while (!(__pcpu_before & __pcpu_unless) &&                                 \
		       !__atomic_compare_exchange_n(ptr, &__pcpu_before,                   \
						    __pcpu_before & ~__pcpu_mask, 0,       \
						    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))   \
			;                                                                  \
		!(__pcpu_before & __pcpu_unless);                                          \
	})

#include <percpu/impl/end.h>

#endif /* PERCPU_LINUX_BITOPS_H */
