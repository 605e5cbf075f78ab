/* SPDX-License-Identifier: MIT */
/*
 * bitmap_print.h - the two ways in which the kernel writes a set of CPUs: the text of
 * __percpu_bitmap_print(), for the library and for PERCPU_UP.
 */
#ifndef PERCPU_BITMAP_PRINT_H
#define PERCPU_BITMAP_PRINT_H

#include <percpu/impl/bits.h>

#include <percpu/impl/begin.h>

/* Room for @size characters, and how many it would take. */
struct __pcpu_paper {
	char *to;
	size_t size, len;
};

__pcpu_inline void __pcpu_print_char(struct __pcpu_paper *paper, char c)
{
	if (paper->len + 1 < paper->size)
		paper->to[paper->len] = c;
	paper->len++;
}

__pcpu_inline void __pcpu_print_number(struct __pcpu_paper *paper, unsigned long number)
{
	char digits[24];
	unsigned int nr = 0;

	do
		digits[nr++] = (char)('0' + number % 10);
	while (number /= 10);
	while (nr)
		__pcpu_print_char(paper, digits[--nr]);
}

__pcpu_inline void __pcpu_print_list(struct __pcpu_paper *paper, const unsigned long *bits,
				     unsigned long nbits)
{
	unsigned long first, behind;

	for (first = __pcpu_find(__PCPU_BITS_OF, __pcpu_words1(bits), nbits, 0, nbits, false);
	     first < nbits; first = __pcpu_find(__PCPU_BITS_OF, __pcpu_words1(bits), nbits, behind,
						nbits, false)) {
		behind = __pcpu_find(__PCPU_BITS_NOT, __pcpu_words1(bits), nbits, first, nbits,
				     false);
		if (paper->len)
			__pcpu_print_char(paper, ',');
		__pcpu_print_number(paper, first);
		if (behind == first + 1)
			continue;
		__pcpu_print_char(paper, '-');
		__pcpu_print_number(paper, behind - 1);
	}
}

/* The first group has as many digits as its bits need. */
__pcpu_inline void __pcpu_print_hex(struct __pcpu_paper *paper, const unsigned long *bits,
				    unsigned long nbits)
{
	unsigned long digit = (nbits + 3) / 4, value;

	while (digit-- > 0) {
		value = __pcpu_word_or_zero(bits, nbits, digit / 16) >> digit % 16 * 4 & 15;
		__pcpu_print_char(paper, "0123456789abcdef"[value]);
		if (digit && digit % 8 == 0)
			__pcpu_print_char(paper, ',');
	}
}

__pcpu_inline size_t __pcpu_print(char *buf, size_t size, bool list, const unsigned long *bits,
				  int nbits, const char *behind)
{
	struct __pcpu_paper paper = {buf, size, 0};
	/* gcc 16.2 takes max(nbits, 0), between functions, for 0 in its low 32 bits */
	const unsigned long nr = (unsigned long)nbits * (nbits > 0);

	if (list)
		__pcpu_print_list(&paper, bits, nr);
	else
		__pcpu_print_hex(&paper, bits, nr);
	while (*behind)
		__pcpu_print_char(&paper, *behind++);
	if (size > 0)
		buf[paper.len < size ? paper.len : size - 1] = '\0';
	return paper.len;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_BITMAP_PRINT_H */
