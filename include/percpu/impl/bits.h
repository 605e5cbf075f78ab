/* SPDX-License-Identifier: MIT */
/*
 * bits.h - bitmaps, under names that no program has: what percpu/bitmap.h and percpu/cpumask.h are
 * made of.
 *
 * A bitmap is an array of unsigned long; bit n is bit n % 64 of word n / 64:
 *
 *	word      0                   1
 *	bits      0 1 2 ... 62 63     64 65 ... 127
 *
 * Lengths are in bits. Bits at or behind the length are not looked at, and what they are afterwards
 * is not said. Most bitmaps have one word. Where the caller says that this one has (@one_word, and
 * a length of 1 at least), all is done in line; else in a function of the file's own, which takes
 * any length.
 *
 * Searches and tests read words by relaxed atomics: another thread may change a bit meanwhile, and
 * is seen or not. What is done to a whole bitmap is plain C, which compilers make vectors of; so is
 * the kernel's. ThreadSanitizer sees atomics there too.
 */
#ifndef PERCPU_BITS_H
#define PERCPU_BITS_H

#include <percpu/impl/compiler.h>

#include <percpu/impl/begin.h>

enum { __PCPU_BITS_PER_LONG = 8 * sizeof(unsigned long) };

/* Words of a bitmap, written so that no number of bits overflows; a constant if @nbits is one. */
#define __PCPU_BITS_TO_LONGS(nbits) \
	((nbits) / __PCPU_BITS_PER_LONG + ((nbits) % __PCPU_BITS_PER_LONG != 0))

/* The bits of the last word that count; and those of a word from position @start on. */
#define __PCPU_LAST_WORD(nbits) (~0UL >> (-(nbits) & (__PCPU_BITS_PER_LONG - 1)))
#define __PCPU_FIRST_WORD(start) (~0UL << ((start) & (__PCPU_BITS_PER_LONG - 1)))

__pcpu_always_inline unsigned long __pcpu_word_get(const unsigned long *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

#if defined(__PCPU_NO_INLINE_SEQUENCE) && !defined(PERCPU_UP)
#define __PCPU_WORD_PLAIN(word) __atomic_load_n((word), __ATOMIC_RELAXED)
#define __PCPU_WORD_STORE(word, value) __atomic_store_n((word), (value), __ATOMIC_RELAXED)
#else
#define __PCPU_WORD_PLAIN(word) (*(word))
#define __PCPU_WORD_STORE(word, value) (void)(*(word) = (value))
#endif

/* --- one bit --- */

__pcpu_always_inline unsigned long __pcpu_bit(unsigned long nr)
{
	return 1UL << (nr % __PCPU_BITS_PER_LONG);
}

__pcpu_always_inline bool __pcpu_test_bit(unsigned long nr, const unsigned long *bits)
{
	return __pcpu_word_get(bits + nr / __PCPU_BITS_PER_LONG) >> (nr % __PCPU_BITS_PER_LONG) & 1;
}

__pcpu_always_inline void __pcpu_set_bit(unsigned long nr, unsigned long *bits)
{
	__atomic_fetch_or(bits + nr / __PCPU_BITS_PER_LONG, __pcpu_bit(nr), __ATOMIC_RELAXED);
}

__pcpu_always_inline void __pcpu_clear_bit(unsigned long nr, unsigned long *bits)
{
	__atomic_fetch_and(bits + nr / __PCPU_BITS_PER_LONG, ~__pcpu_bit(nr), __ATOMIC_RELAXED);
}

__pcpu_always_inline bool __pcpu_test_and_set_bit(unsigned long nr, unsigned long *bits)
{
	unsigned long *word = bits + nr / __PCPU_BITS_PER_LONG;

	return (__atomic_fetch_or(word, __pcpu_bit(nr), __ATOMIC_SEQ_CST) & __pcpu_bit(nr)) != 0;
}

__pcpu_always_inline bool __pcpu_test_and_clear_bit(unsigned long nr, unsigned long *bits)
{
	unsigned long *word = bits + nr / __PCPU_BITS_PER_LONG;

	return (__atomic_fetch_and(word, ~__pcpu_bit(nr), __ATOMIC_SEQ_CST) & __pcpu_bit(nr)) != 0;
}

/* --- bitmaps, word by word --- */

/* Which bits are meant. */
enum __pcpu_which_bits {
	__PCPU_BITS_OF,         /* those of a */
	__PCPU_BITS_NOT,        /* those that a has not */
	__PCPU_BITS_AND,        /* of a and b */
	__PCPU_BITS_ANDNOT,     /* of a, not of b */
	__PCPU_BITS_OR,         /* of a or b */
	__PCPU_BITS_XOR,        /* of one of them */
	__PCPU_BITS_AND_ANDNOT, /* of a and b, not of c */
	__PCPU_BITS_OR_XOR,     /* of a or b but not of c, and the other way round */
};

struct __pcpu_words {
	const unsigned long *a, *b, *c;
};

__pcpu_always_inline struct __pcpu_words __pcpu_words1(const unsigned long *a)
{
	const struct __pcpu_words words = {a, a, a};

	return words;
}

__pcpu_always_inline struct __pcpu_words __pcpu_words2(const unsigned long *a,
						       const unsigned long *b)
{
	const struct __pcpu_words words = {a, b, b};

	return words;
}

__pcpu_always_inline struct __pcpu_words
__pcpu_words3(const unsigned long *a, const unsigned long *b, const unsigned long *c)
{
	const struct __pcpu_words words = {a, b, c};

	return words;
}

#define __PCPU_COMBINE(op, from, index, get)                                                     \
	((op) == __PCPU_BITS_NOT      ? ~get((from).a + (index))                                 \
	 : (op) == __PCPU_BITS_AND    ? get((from).a + (index)) & get((from).b + (index))        \
	 : (op) == __PCPU_BITS_ANDNOT ? get((from).a + (index)) & ~get((from).b + (index))       \
	 : (op) == __PCPU_BITS_OR     ? get((from).a + (index)) | get((from).b + (index))        \
	 : (op) == __PCPU_BITS_XOR    ? get((from).a + (index)) ^ get((from).b + (index))        \
	 : (op) == __PCPU_BITS_AND_ANDNOT                                                        \
		 ? get((from).a + (index)) & get((from).b + (index)) & ~get((from).c + (index))  \
	 : (op) == __PCPU_BITS_OR_XOR                                                            \
		 ? (get((from).a + (index)) | get((from).b + (index))) ^ get((from).c + (index)) \
		 : get((from).a + (index)))

__pcpu_always_inline unsigned long __pcpu_word_now(enum __pcpu_which_bits op,
						   struct __pcpu_words from, unsigned long index)
{
	return __PCPU_COMBINE(op, from, index, __pcpu_word_get);
}

__pcpu_always_inline unsigned long __pcpu_word(enum __pcpu_which_bits op, struct __pcpu_words from,
					       unsigned long index)
{
	return __PCPU_COMBINE(op, from, index, __PCPU_WORD_PLAIN);
}
#undef __PCPU_COMBINE

/*
 * Of a function that is always expanded in line, with @op a constant, those of the file's own: one
 * for each of the ways in which words are looked at, and which is meant by an @op. They are calls
 * wherever they are used, as the kernel's are, since most processes never make them.
 */
#define __PCPU_FAR(name, op, result, parameters, ...)                                           \
	static __attribute__((__unused__, __noinline__)) result __pcpu_##name##_##op parameters \
	{                                                                                       \
		return __pcpu_##name##_in(__PCPU_BITS_##op, __VA_ARGS__);                       \
	}
#define __PCPU_FAR_ALL(name, result, parameters, ...)                 \
	__PCPU_FAR(name, OF, result, parameters, __VA_ARGS__)         \
	__PCPU_FAR(name, NOT, result, parameters, __VA_ARGS__)        \
	__PCPU_FAR(name, AND, result, parameters, __VA_ARGS__)        \
	__PCPU_FAR(name, ANDNOT, result, parameters, __VA_ARGS__)     \
	__PCPU_FAR(name, OR, result, parameters, __VA_ARGS__)         \
	__PCPU_FAR(name, XOR, result, parameters, __VA_ARGS__)        \
	__PCPU_FAR(name, AND_ANDNOT, result, parameters, __VA_ARGS__) \
	__PCPU_FAR(name, OR_XOR, result, parameters, __VA_ARGS__)
#define __PCPU_FAR_OF(name, op, ...)                                                \
	((op) == __PCPU_BITS_NOT          ? __pcpu_##name##_NOT(__VA_ARGS__)        \
	 : (op) == __PCPU_BITS_AND        ? __pcpu_##name##_AND(__VA_ARGS__)        \
	 : (op) == __PCPU_BITS_ANDNOT     ? __pcpu_##name##_ANDNOT(__VA_ARGS__)     \
	 : (op) == __PCPU_BITS_OR         ? __pcpu_##name##_OR(__VA_ARGS__)         \
	 : (op) == __PCPU_BITS_XOR        ? __pcpu_##name##_XOR(__VA_ARGS__)        \
	 : (op) == __PCPU_BITS_AND_ANDNOT ? __pcpu_##name##_AND_ANDNOT(__VA_ARGS__) \
	 : (op) == __PCPU_BITS_OR_XOR     ? __pcpu_##name##_OR_XOR(__VA_ARGS__)     \
					  : __pcpu_##name##_OF(__VA_ARGS__))
/* A struct in registers. */
#define __PCPU_THREE const unsigned long *a, const unsigned long *b, const unsigned long *c
#define __PCPU_THREE_OF(words) (words).a, (words).b, (words).c

/* --- a whole bitmap --- */

/* Puts the bits into @dst, which may be one of them. Whether there are any. */
__pcpu_always_inline bool __pcpu_combine_in(enum __pcpu_which_bits op, unsigned long *dst,
					    struct __pcpu_words from, unsigned long nbits)
{
	const unsigned long whole = nbits / __PCPU_BITS_PER_LONG;
	unsigned long any = 0, word, i;

	for (i = 0; i < whole; i++) {
		word = __pcpu_word(op, from, i);
		__PCPU_WORD_STORE(dst + i, word);
		any |= word;
	}
	if (nbits % __PCPU_BITS_PER_LONG) {
		word = __pcpu_word(op, from, whole);
		__PCPU_WORD_STORE(dst + whole, word);
		any |= word & __PCPU_LAST_WORD(nbits);
	}
	return any != 0;
}
__PCPU_FAR_ALL(combine, bool, (unsigned long *dst, __PCPU_THREE, unsigned long nbits), dst,
	       __pcpu_words3(a, b, c), nbits)

__pcpu_always_inline bool __pcpu_combine(enum __pcpu_which_bits op, unsigned long *dst,
					 struct __pcpu_words from, unsigned long nbits,
					 bool one_word)
{
	unsigned long word;

	if (!one_word)
		return __PCPU_FAR_OF(combine, op, dst, __PCPU_THREE_OF(from), nbits);
	word = __pcpu_word(op, from, 0);
	__PCPU_WORD_STORE(dst, word);
	return (word & __PCPU_LAST_WORD(nbits)) != 0;
}

/* Whether there is one of the bits. */
__pcpu_always_inline bool __pcpu_any_in(enum __pcpu_which_bits op, struct __pcpu_words from,
					unsigned long nbits)
{
	const unsigned long whole = nbits / __PCPU_BITS_PER_LONG;
	unsigned long i;

	for (i = 0; i < whole; i++)
		if (__pcpu_word(op, from, i))
			return true;
	return nbits % __PCPU_BITS_PER_LONG &&
	       (__pcpu_word(op, from, whole) & __PCPU_LAST_WORD(nbits)) != 0;
}
__PCPU_FAR_ALL(any, bool, (__PCPU_THREE, unsigned long nbits), __pcpu_words3(a, b, c), nbits)

__pcpu_always_inline bool __pcpu_any(enum __pcpu_which_bits op, struct __pcpu_words from,
				     unsigned long nbits, bool one_word)
{
	if (!one_word)
		return __PCPU_FAR_OF(any, op, __PCPU_THREE_OF(from), nbits);
	return (__pcpu_word(op, from, 0) & __PCPU_LAST_WORD(nbits)) != 0;
}

__pcpu_always_inline unsigned int __pcpu_word_weight(unsigned long word)
{
#if defined(__POPCNT__) || defined(__aarch64__)
	return (unsigned int)__builtin_popcountl(word);
#else
	/* without the instruction the builtin is a function with a table */
	word -= word >> 1 & 0x5555555555555555;
	word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned int)(word * 0x0101010101010101 >> 56);
#endif
}

/* How many there are. */
__pcpu_always_inline unsigned int __pcpu_weight_in(enum __pcpu_which_bits op,
						   struct __pcpu_words from, unsigned long nbits)
{
	const unsigned long whole = nbits / __PCPU_BITS_PER_LONG;
	unsigned int weight = 0;
	unsigned long i;

	for (i = 0; i < whole; i++)
		weight += __pcpu_word_weight(__pcpu_word(op, from, i));
	if (nbits % __PCPU_BITS_PER_LONG)
		weight +=
			__pcpu_word_weight(__pcpu_word(op, from, whole) & __PCPU_LAST_WORD(nbits));
	return weight;
}
__PCPU_FAR_ALL(weight, unsigned int, (__PCPU_THREE, unsigned long nbits), __pcpu_words3(a, b, c),
	       nbits)

__pcpu_always_inline unsigned int __pcpu_weight(enum __pcpu_which_bits op, struct __pcpu_words from,
						unsigned long nbits, bool one_word)
{
	if (!one_word)
		return __PCPU_FAR_OF(weight, op, __PCPU_THREE_OF(from), nbits);
	return __pcpu_word_weight(__pcpu_word(op, from, 0) & __PCPU_LAST_WORD(nbits));
}

/* Every word of it. */
__pcpu_always_inline void __pcpu_fill(unsigned long *dst, unsigned long value, unsigned long nbits,
				      bool one_word)
{
	unsigned long i;

	if (one_word) {
		__PCPU_WORD_STORE(dst, value);
		return;
	}
	for (i = 0; i < __PCPU_BITS_TO_LONGS(nbits); i++)
		__PCPU_WORD_STORE(dst + i, value);
}

/* Sets, or clears, @nr bits from @start on. */
__pcpu_always_inline void __pcpu_change_range(unsigned long *bits, unsigned long start,
					      unsigned long nr, bool value)
{
	const unsigned long limit = start + nr;
	unsigned long index = start / __PCPU_BITS_PER_LONG, mask = __PCPU_FIRST_WORD(start), word;

	for (; index * __PCPU_BITS_PER_LONG < limit; index++, mask = ~0UL) {
		if ((index + 1) * __PCPU_BITS_PER_LONG > limit)
			mask &= __PCPU_LAST_WORD(limit);
		word = __PCPU_WORD_PLAIN(bits + index);
		__PCPU_WORD_STORE(bits + index, value ? word | mask : word & ~mask);
	}
}

__pcpu_inline void __pcpu_set_range(unsigned long *bits, unsigned long start, unsigned long nr)
{
	__pcpu_change_range(bits, start, nr, true);
}

__pcpu_inline void __pcpu_clear_range(unsigned long *bits, unsigned long start, unsigned long nr)
{
	__pcpu_change_range(bits, start, nr, false);
}

/* Word @index of a bitmap, behind which there are zeroes. */
__pcpu_always_inline unsigned long __pcpu_word_or_zero(const unsigned long *src,
						       unsigned long nbits, unsigned long index)
{
	const unsigned long words = __PCPU_BITS_TO_LONGS(nbits);

	if (index >= words)
		return 0;
	return __PCPU_WORD_PLAIN(src + index) &
	       (index < words - 1 ? ~0UL : __PCPU_LAST_WORD(nbits));
}

/* Bit i of @dst is bit i + n of @src. */
__pcpu_inline void __pcpu_shift_right(unsigned long *dst, const unsigned long *src, unsigned int n,
				      unsigned long nbits)
{
	const unsigned long skip = n / __PCPU_BITS_PER_LONG;
	const unsigned int rest = n % __PCPU_BITS_PER_LONG;
	unsigned long i, low, high;

	for (i = 0; i < __PCPU_BITS_TO_LONGS(nbits); i++) {
		low = __pcpu_word_or_zero(src, nbits, i + skip) >> rest;
		high = rest ? __pcpu_word_or_zero(src, nbits, i + skip + 1)
				       << (__PCPU_BITS_PER_LONG - rest)
			    : 0;
		__PCPU_WORD_STORE(dst + i, low | high);
	}
}

/* Bit i + n of @dst is bit i of @src. From the end, since they may be the same. */
__pcpu_inline void __pcpu_shift_left(unsigned long *dst, const unsigned long *src, unsigned int n,
				     unsigned long nbits)
{
	const unsigned long skip = n / __PCPU_BITS_PER_LONG;
	const unsigned int rest = n % __PCPU_BITS_PER_LONG;
	unsigned long i, low, high;

	for (i = __PCPU_BITS_TO_LONGS(nbits); i-- > 0;) {
		high = i >= skip ? __PCPU_WORD_PLAIN(src + i - skip) << rest : 0;
		low = rest && i > skip ? __PCPU_WORD_PLAIN(src + i - skip - 1) >>
						 (__PCPU_BITS_PER_LONG - rest)
				       : 0;
		__PCPU_WORD_STORE(dst + i, low | high);
	}
}

/* --- searching --- */

/* The first of the bits at or behind @start; @none: there is none. */
__pcpu_always_inline unsigned long __pcpu_find_in(enum __pcpu_which_bits op,
						  struct __pcpu_words from, unsigned long nbits,
						  unsigned long start, unsigned long none)
{
	unsigned long index = start / __PCPU_BITS_PER_LONG, word;

	if (start >= nbits)
		return none;
	word = __pcpu_word_now(op, from, index) & __PCPU_FIRST_WORD(start);
	while (!word) {
		if (++index > (nbits - 1) / __PCPU_BITS_PER_LONG)
			return none;
		word = __pcpu_word_now(op, from, index);
	}
	start = index * __PCPU_BITS_PER_LONG + (unsigned int)__builtin_ctzl(word);
	return start < nbits ? start : none;
}
__PCPU_FAR_ALL(find, unsigned long,
	       (__PCPU_THREE, unsigned long nbits, unsigned long start, unsigned long none),
	       __pcpu_words3(a, b, c), nbits, start, none)

/* In one word. Where there is none some number is found from the end on. */
__pcpu_always_inline unsigned int __pcpu_find_near(enum __pcpu_which_bits op,
						   struct __pcpu_words from, unsigned int start)
{
	unsigned long word;

	if (start >= __PCPU_BITS_PER_LONG)
		return __PCPU_BITS_PER_LONG;
	word = __pcpu_word_now(op, from, 0) & __PCPU_FIRST_WORD(start);
	if (!word)
		return __PCPU_BITS_PER_LONG;
	return (unsigned int)__builtin_ctzl(word);
}

__pcpu_always_inline unsigned long __pcpu_find(enum __pcpu_which_bits op, struct __pcpu_words from,
					       unsigned long nbits, unsigned long start,
					       unsigned long none, bool one_word)
{
	unsigned long found;

	if (!one_word)
		return __PCPU_FAR_OF(find, op, __PCPU_THREE_OF(from), nbits, start, none);
	found = start < nbits ? __pcpu_find_near(op, from, (unsigned int)start) : nbits;
	return found < nbits ? found : none;
}

/* The same from @start on, and then from the beginning to there. */
__pcpu_always_inline unsigned long __pcpu_find_wrap(enum __pcpu_which_bits op,
						    struct __pcpu_words from, unsigned long nbits,
						    unsigned long start, unsigned long none,
						    bool one_word)
{
	const unsigned long found = __pcpu_find(op, from, nbits, start, nbits, one_word);

	if (found < nbits)
		return found;
	return __pcpu_find(op, from, start < nbits ? start : nbits, 0, none, false);
}

/*
 * What a walk that began at @start comes to from @at on: bits up to the end, then those below
 * @start. Whoever is below it has been around already; so nothing is to be kept from step to step,
 * and a walk ends whatever others change.
 */
__pcpu_always_inline unsigned long __pcpu_find_around(enum __pcpu_which_bits op,
						      struct __pcpu_words from, unsigned long nbits,
						      unsigned long at, unsigned long start,
						      bool wrapped, unsigned long none)
{
	unsigned long found;

	if (!wrapped || at > start) {
		found = __PCPU_FAR_OF(find, op, __PCPU_THREE_OF(from), nbits, at, nbits);
		if (found < nbits)
			return found;
		at = 0;
	}
	return __PCPU_FAR_OF(find, op, __PCPU_THREE_OF(from), start < nbits ? start : nbits, at,
			     none);
}

/* The last one; @none: there is none. */
__pcpu_always_inline unsigned long __pcpu_find_last(const unsigned long *bits, unsigned long nbits,
						    unsigned long none)
{
	unsigned long index, word;

	for (index = __PCPU_BITS_TO_LONGS(nbits); index-- > 0;) {
		word = __pcpu_word_get(bits + index);
		if (index == (nbits - 1) / __PCPU_BITS_PER_LONG)
			word &= __PCPU_LAST_WORD(nbits);
		if (word)
			return (index + 1) * __PCPU_BITS_PER_LONG - 1 -
			       (unsigned int)__builtin_clzl(word);
	}
	return none;
}

/* The one that @nth others come before; @none: there are no more than these. */
__pcpu_always_inline unsigned long __pcpu_nth_in(enum __pcpu_which_bits op,
						 struct __pcpu_words from, unsigned long nbits,
						 unsigned long nth, unsigned long none)
{
	unsigned long index, word;

	for (index = 0; index * __PCPU_BITS_PER_LONG < nbits; index++) {
		word = __pcpu_word_now(op, from, index);
		if (index == (nbits - 1) / __PCPU_BITS_PER_LONG)
			word &= __PCPU_LAST_WORD(nbits);
		if (nth >= __pcpu_word_weight(word)) {
			nth -= __pcpu_word_weight(word);
			continue;
		}
		while (nth--)
			word &= word - 1;
		return index * __PCPU_BITS_PER_LONG + (unsigned int)__builtin_ctzl(word);
	}
	return none;
}
__PCPU_FAR_ALL(nth, unsigned long,
	       (__PCPU_THREE, unsigned long nbits, unsigned long nth, unsigned long none),
	       __pcpu_words3(a, b, c), nbits, nth, none)

__pcpu_always_inline unsigned long __pcpu_find_nth(enum __pcpu_which_bits op,
						   struct __pcpu_words from, unsigned long nbits,
						   unsigned long nth, unsigned long none)
{
	return __PCPU_FAR_OF(nth, op, __PCPU_THREE_OF(from), nbits, nth, none);
}

#undef __PCPU_FAR
#undef __PCPU_FAR_ALL
#undef __PCPU_FAR_OF
#undef __PCPU_THREE
#undef __PCPU_THREE_OF
#undef __PCPU_WORD_PLAIN
#undef __PCPU_WORD_STORE
#include <percpu/impl/end.h>

#endif /* PERCPU_BITS_H */
