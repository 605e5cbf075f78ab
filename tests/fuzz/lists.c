/* SPDX-License-Identifier: MIT */
/*
 * lists.c - a fuzzer's target: bytes as a list of CPUs, and as hex digits.
 *
 *	2 bytes		how many bits, modulo 1025
 *	the rest	the text
 *
 * Whatever stands there: what is wrong has one of the three errors and changes nothing; what is
 * right is written so that it is read as the same; and what the old form reads, the new one reads
 * alike.
 */
#include <percpu/impl/bitmap_parse.h>
#include <percpu/impl/bitmap_print.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BITS 1024
#define WORDS (MOST_BITS / 64 + 1) /* one of which is none's */
#define GARBAGE 0x5a5a5a5a5a5a5a5aUL

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef int (*read_function)(const char *buf, size_t len, unsigned long *bits, int nbits,
			     unsigned int flags);

static void demand(bool so, const char *what)
{
	if (so)
		return;
	fprintf(stderr, "not so: %s\n", what);
	abort();
}

static void fill(unsigned long *bits)
{
	for (int i = 0; i < WORDS; i++)
		bits[i] = GARBAGE;
}

/* Words from @from on are as they were. */
static bool is_garbage(const unsigned long *bits, int from)
{
	for (int i = from; i < WORDS; i++)
		if (bits[i] != GARBAGE)
			return false;
	return true;
}

static bool same(const unsigned long *a, const unsigned long *b, int nbits)
{
	return !__pcpu_any(__PCPU_BITS_XOR, __pcpu_words2(a, b), (unsigned long)nbits, false);
}

/* Reads it; whether that has worked. */
static bool check(read_function read, const char *text, size_t len, unsigned long *bits, int nbits,
		  unsigned int flags)
{
	int err;

	fill(bits);
	err = read(text, len, bits, nbits, flags);
	demand(err == 0 || err == -EINVAL || err == -ERANGE || err == -EOVERFLOW, "an error");
	demand(is_garbage(bits, err ? 0 : (nbits + 63) / 64), "nothing else is changed");
	return err == 0;
}

static void check_written(read_function read, bool list, const unsigned long *bits, int nbits)
{
	static char text[8 * MOST_BITS];
	unsigned long again[WORDS];
	size_t len = __pcpu_print(text, sizeof(text), list, bits, nbits, "");

	demand(len < sizeof(text) && len == strlen(text), "the length");
	demand(read(text, len, again, nbits, 0) == 0 && same(bits, again, nbits), "read again");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const read_function readers[] = {__pcpu_parse, __pcpu_parselist};
	unsigned long bits[WORDS], old[WORDS];
	int nbits;
	char *text;

	if (size < 2)
		return 0;
	nbits = (data[0] | data[1] << 8) % (MOST_BITS + 1);
	/* as long as it is, so that a sanitizer sees what is read behind it */
	text = malloc(size - 2 ? size - 2 : 1);
	if (!text)
		return 0;
	memcpy(text, data + 2, size - 2);
	for (int list = 0; list < 2; list++) {
		const bool is_old =
			check(readers[list], text, size - 2, old, nbits, PERCPU_PARSE_LINUX_4_1);

		if (!check(readers[list], text, size - 2, bits, nbits, 0))
			continue;
		check_written(readers[list], list, bits, nbits);
		demand(!is_old || same(bits, old, nbits) || memchr(text, '\n', size - 2),
		       "as of old");
	}
	free(text);
	return 0;
}
