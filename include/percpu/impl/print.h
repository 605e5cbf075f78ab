/* SPDX-License-Identifier: MIT */
/* print.h - one copy in words: for the library's percpu_print(), and that of PERCPU_UP. */
#ifndef PERCPU_IMPL_PRINT_H
#define PERCPU_IMPL_PRINT_H

#include <percpu/impl/value.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <percpu/impl/begin.h>

static const size_t __pcpu_show_word_size __attribute__((__unused__)) = 8;
static const size_t __pcpu_show_line_size __attribute__((__unused__)) = 32;

/* Whether @size bytes at @address are printed as a number. */
static inline bool __pcpu_show_is_number(uintptr_t address, size_t size)
{
	return (size == 1 || size == 2 || size == 4 || size == 8) && address % size == 0;
}

/* That number, of a copy that others may change. */
static inline uint64_t __pcpu_show_load(const volatile void *copy, size_t size)
{
	switch (size) {
	case 1:
		return __atomic_load_n((const volatile uint8_t *)copy, __ATOMIC_RELAXED);
	case 2:
		return __atomic_load_n((const volatile uint16_t *)copy, __ATOMIC_RELAXED);
	case 4:
		return __atomic_load_n((const volatile uint32_t *)copy, __ATOMIC_RELAXED);
	default:
		return __atomic_load_n((const volatile uint64_t *)copy, __ATOMIC_RELAXED);
	}
}

/* The @size low bytes of @number. */
static inline void __pcpu_show_number(FILE *stream, uint64_t number, size_t size)
{
	const unsigned int unused = 64 - 8 * __pcpu_cast(unsigned int, size);
	const uint64_t value = number << unused >> unused;
	const int64_t with_sign = __pcpu_cast(int64_t, number << unused) >> unused;

	fprintf(stream, "%llu", __pcpu_cast(unsigned long long, value));
	if (with_sign < 0)
		fprintf(stream, " (%lld)", __pcpu_cast(long long, with_sign));
}

/* Bytes of a copy that others may change: words whole, where they are aligned. */
static inline void __pcpu_show_read(unsigned char *to, const volatile void *copy, size_t size)
{
	const volatile unsigned char *from = (const volatile unsigned char *)copy;
	size_t at = 0;

	while (at < size) {
		if (size - at >= 8 && __pcpu_cast(uintptr_t, from + at) % 8 == 0) {
			const uint64_t word = __pcpu_show_load(from + at, 8);

			memcpy(to + at, &word, sizeof(word));
			at += 8;
		} else {
			to[at] = __pcpu_cast(unsigned char, __pcpu_show_load(from + at, 1));
			at++;
		}
	}
}

/* At most a line of words; the last has as many digits as are left. */
static inline void __pcpu_show_line(FILE *stream, const unsigned char *bytes, size_t size)
{
	for (size_t at = 0; at < size; at += __pcpu_show_word_size) {
		size_t length =
			size - at < __pcpu_show_word_size ? size - at : __pcpu_show_word_size;

		fputs(at ? " 0x" : "0x", stream);
		while (length-- > 0)
			fprintf(stream, "%02x", bytes[at + length]);
	}
}

/* What is more than a line stands below it, with offsets. */
static inline void __pcpu_show_words(FILE *stream, const unsigned char *bytes, size_t size)
{
	bool skips = false;

	if (size <= __pcpu_show_line_size) {
		__pcpu_show_line(stream, bytes, size);
		return;
	}
	for (size_t at = 0; at < size; at += __pcpu_show_line_size) {
		const size_t left = size - at;
		const size_t length = left < __pcpu_show_line_size ? left : __pcpu_show_line_size;

		if (at && left > __pcpu_show_line_size &&
		    memcmp(bytes + at, bytes + at - __pcpu_show_line_size, __pcpu_show_line_size) ==
			    0) {
			if (!skips)
				fputs("\n  *", stream);
			skips = true;
			continue;
		}
		skips = false;
		fprintf(stream, "\n  +0x%04zx ", at);
		__pcpu_show_line(stream, bytes + at, length);
	}
}

#include <percpu/impl/end.h>

#endif /* PERCPU_IMPL_PRINT_H */
