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
 * Lengths are in bits and are at least 1. Bits at or behind the length may hold anything: they are
 * not looked at, and what they hold afterwards is not said. Most bitmaps have one word, so that is
 * done in line and first; what has more is a function of the file's own.
 *
 * Words are read and written by relaxed atomics, each once: another thread may change a bit
 * meanwhile, and is seen or not.
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

__pcpu_always_inline void __pcpu_word_put(unsigned long *word, unsigned long value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/* --- one bit --- */

__pcpu_always_inline unsigned long __pcpu_bit(unsigned int nr)
{
	return 1UL << (nr % __PCPU_BITS_PER_LONG);
}

__pcpu_always_inline bool __pcpu_test_bit(unsigned int nr, const unsigned long *bits)
{
	return __pcpu_word_get(bits + nr / __PCPU_BITS_PER_LONG) >> (nr % __PCPU_BITS_PER_LONG) & 1;
}

__pcpu_always_inline void __pcpu_set_bit(unsigned int nr, unsigned long *bits)
{
	__atomic_fetch_or(bits + nr / __PCPU_BITS_PER_LONG, __pcpu_bit(nr), __ATOMIC_RELAXED);
}

__pcpu_always_inline void __pcpu_clear_bit(unsigned int nr, unsigned long *bits)
{
	__atomic_fetch_and(bits + nr / __PCPU_BITS_PER_LONG, ~__pcpu_bit(nr), __ATOMIC_RELAXED);
}

__pcpu_always_inline bool __pcpu_test_and_set_bit(unsigned int nr, unsigned long *bits)
{
	return (__atomic_fetch_or(bits + nr / __PCPU_BITS_PER_LONG, __pcpu_bit(nr),
				  __ATOMIC_SEQ_CST) &
		__pcpu_bit(nr)) != 0;
}

__pcpu_always_inline bool __pcpu_test_and_clear_bit(unsigned int nr, unsigned long *bits)
{
	return (__atomic_fetch_and(bits + nr / __PCPU_BITS_PER_LONG, ~__pcpu_bit(nr),
				   __ATOMIC_SEQ_CST) &
		__pcpu_bit(nr)) != 0;
}

/* --- what is done to two bitmaps, word by word --- */

/* Which word is looked at: one of @a, of @b, or of both. */
enum __pcpu_word_op {
	__PCPU_WORD_ONE,
	__PCPU_WORD_NOT,
	__PCPU_WORD_AND,
	__PCPU_WORD_ANDNOT,
	__PCPU_WORD_OR,
	__PCPU_WORD_XOR,
	__PCPU_WORD_AND_ANDNOT, /* of three: in a and b, and not in c */
};

struct __pcpu_words {
	const unsigned long *a, *b, *c;
};

__pcpu_always_inline unsigned long __pcpu_word(enum __pcpu_word_op op, struct __pcpu_words from,
					       unsigned int index)
{
	const unsigned long a = __pcpu_word_get(from.a + index);

	switch (op) {
	case __PCPU_WORD_NOT:
		return ~a;
	case __PCPU_WORD_AND:
		return a & __pcpu_word_get(from.b + index);
	case __PCPU_WORD_ANDNOT:
		return a & ~__pcpu_word_get(from.b + index);
	case __PCPU_WORD_OR:
		return a | __pcpu_word_get(from.b + index);
	case __PCPU_WORD_XOR:
		return a ^ __pcpu_word_get(from.b + index);
	case __PCPU_WORD_AND_ANDNOT:
		return a & __pcpu_word_get(from.b + index) & ~__pcpu_word_get(from.c + index);
	case __PCPU_WORD_ONE:
	default:
		return a;
	}
}

/* --- counting --- */

__pcpu_always_inline unsigned int __pcpu_word_weight(unsigned long word)
{
#if defined(__POPCNT__) || defined(__aarch64__)
	return (unsigned int)__builtin_popcountl(word);
#else
	/* in line: without the instruction, the builtin calls a function with a table */
	word -= word >> 1 & 0x5555555555555555;
	word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned int)(word * 0x0101010101010101 >> 56);
#endif
}

__pcpu_always_inline unsigned int __pcpu_weight(enum __pcpu_word_op op, struct __pcpu_words from,
						unsigned int nbits)
{
	const unsigned int last = (nbits - 1) / __PCPU_BITS_PER_LONG;
	unsigned int weight = 0;

	for (unsigned int i = 0; i < last; i++)
		weight += __pcpu_word_weight(__pcpu_word(op, from, i));
	return weight + __pcpu_word_weight(__pcpu_word(op, from, last) & __PCPU_LAST_WORD(nbits));
}

/* --- searching --- */

/* The first bit at or behind @start that is set in the words; @none: there is none. */
__pcpu_always_inline unsigned int __pcpu_find_in_words(enum __pcpu_word_op op,
						       struct __pcpu_words from, unsigned int nbits,
						       unsigned int start, unsigned int none)
{
	unsigned int index = start / __PCPU_BITS_PER_LONG;
	unsigned long word;

	if (start >= nbits)
		return none;
	word = __pcpu_word(op, from, index) & __PCPU_FIRST_WORD(start);
	while (!word) {
		if (++index > (nbits - 1) / __PCPU_BITS_PER_LONG)
			return none;
		word = __pcpu_word(op, from, index);
	}
	start = index * __PCPU_BITS_PER_LONG + (unsigned int)__builtin_ctzl(word);
	return start < nbits ? start : none;
}

#define __PCPU_DEFINE_FIND(name, op)                                                          \
	__pcpu_inline unsigned int __pcpu_find_##name(struct __pcpu_words from,               \
						      unsigned int nbits, unsigned int start, \
						      unsigned int none)                      \
	{                                                                                     \
		return __pcpu_find_in_words(op, from, nbits, start, none);                    \
	}
__PCPU_DEFINE_FIND(one, __PCPU_WORD_ONE)
__PCPU_DEFINE_FIND(not, __PCPU_WORD_NOT)
__PCPU_DEFINE_FIND(and, __PCPU_WORD_AND)
__PCPU_DEFINE_FIND(andnot, __PCPU_WORD_ANDNOT)
__PCPU_DEFINE_FIND(or, __PCPU_WORD_OR)
#undef __PCPU_DEFINE_FIND

/* The same, as a function of the file's. */
__pcpu_always_inline unsigned int __pcpu_find_far(enum __pcpu_word_op op, struct __pcpu_words from,
						  unsigned int nbits, unsigned int start,
						  unsigned int none)
{
	switch (op) {
	case __PCPU_WORD_NOT:
		return __pcpu_find_not(from, nbits, start, none);
	case __PCPU_WORD_AND:
		return __pcpu_find_and(from, nbits, start, none);
	case __PCPU_WORD_ANDNOT:
		return __pcpu_find_andnot(from, nbits, start, none);
	case __PCPU_WORD_OR:
		return __pcpu_find_or(from, nbits, start, none);
	case __PCPU_WORD_ONE:
	case __PCPU_WORD_XOR:
	case __PCPU_WORD_AND_ANDNOT:
	default:
		return __pcpu_find_one(from, nbits, start, none);
	}
}

/* In one word. What is behind the end may be found, where there is nothing before it. */
__pcpu_always_inline unsigned int __pcpu_find_near(enum __pcpu_word_op op, struct __pcpu_words from,
						   unsigned int start)
{
	const unsigned long word = __pcpu_word(op, from, 0) & __PCPU_FIRST_WORD(start);

	if (start >= __PCPU_BITS_PER_LONG || !word)
		return __PCPU_BITS_PER_LONG;
	return (unsigned int)__builtin_ctzl(word);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_BITS_H */
