/* SPDX-License-Identifier: MIT */
/*
 * bitmap_parse.h - the two ways in which the kernel reads a set of CPUs: a list, and groups of hex
 * digits. The text of __percpu_bitmap_parse() and __percpu_bitmap_parselist(), for the library and
 * for PERCPU_UP.
 *
 * Each reader goes over its input twice: first to see whether it is right, with no bitmap, then to
 * set the bits. So what is wrong changes nothing.
 *
 * A list, as Linux 6.x reads it:
 *
 *	list	{blank or comma} [region {blank or comma}]...
 *	region	range [":" number "/" number]
 *	range	"all" | number ["-" number]
 *	number	digits | "N", the last bit
 *
 * A newline or a zero behind a region is the end; before a region a newline is a blank. What
 * follows a region's last number may be the next region at once.
 */
#ifndef PERCPU_BITMAP_PARSE_H
#define PERCPU_BITMAP_PARSE_H

#include <percpu/impl/bits.h>
#include <percpu/impl/parse_flags.h>

#include <errno.h>
#include <stdint.h>

#include <percpu/impl/begin.h>

/* Characters, and a zero behind them. */
struct __pcpu_text {
	const char *at, *end;
};

__pcpu_inline unsigned char __pcpu_text_next(const struct __pcpu_text *text)
{
	return text->at < text->end ? (unsigned char)*text->at : 0;
}

/* The kernel's isspace(): in its table 0xa0 is a blank too. */
__pcpu_inline bool __pcpu_text_is_blank(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
}

__pcpu_inline bool __pcpu_text_is_between(unsigned char c)
{
	return c == ',' || __pcpu_text_is_blank(c);
}

__pcpu_inline bool __pcpu_text_is_end(unsigned char c)
{
	return c == 0 || c == '\n';
}

__pcpu_inline bool __pcpu_text_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Takes digits; what is larger than any number of 64 bits is the largest of them. False: there is
 * none.
 */
__pcpu_inline bool __pcpu_text_take_digits(struct __pcpu_text *text, uint64_t *number)
{
	const char *start = text->at;

	for (*number = 0; __pcpu_text_is_digit(__pcpu_text_next(text)); text->at++) {
		const uint64_t digit = (uint64_t)(__pcpu_text_next(text) - '0');

		*number = *number > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *number * 10 + digit;
	}
	return text->at > start;
}

/* --- lists --- */

/* Of each @group bits from @start on the first @used, up to @end. */
struct __pcpu_region {
	uint32_t start, end, used, group;
};

__pcpu_inline int __pcpu_list_number(struct __pcpu_text *text, uint32_t last, uint32_t *number)
{
	uint64_t wide;

	if (__pcpu_text_next(text) == 'N') {
		text->at++;
		*number = last;
		return 0;
	}
	if (!__pcpu_text_take_digits(text, &wide))
		return -EINVAL;
	*number = (uint32_t)wide;
	return wide > UINT32_MAX ? -EOVERFLOW : 0;
}

__pcpu_inline bool __pcpu_list_take_all(struct __pcpu_text *text)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		if (text->end - text->at < 3 || (text->at[i] | 0x20) != "all"[i])
			return false;
	text->at += 3;
	return true;
}

/* Takes @c and a number. */
__pcpu_inline int __pcpu_list_part(struct __pcpu_text *text, unsigned char c, uint32_t last,
				   uint32_t *number)
{
	if (__pcpu_text_next(text) != c)
		return -EINVAL;
	text->at++;
	return __pcpu_list_number(text, last, number);
}

__pcpu_inline bool __pcpu_list_region_ends(const struct __pcpu_text *text)
{
	const unsigned char c = __pcpu_text_next(text);

	return __pcpu_text_is_between(c) || __pcpu_text_is_end(c);
}

__pcpu_inline int __pcpu_list_range(struct __pcpu_text *text, uint32_t last,
				    struct __pcpu_region *region)
{
	int err;

	region->start = 0;
	region->end = last;
	if (__pcpu_list_take_all(text))
		return 0;
	err = __pcpu_list_number(text, last, &region->start);
	region->end = region->start;
	if (!err && !__pcpu_list_region_ends(text))
		err = __pcpu_list_part(text, '-', last, &region->end);
	return err;
}

__pcpu_inline int __pcpu_list_region(struct __pcpu_text *text, uint32_t nbits,
				     struct __pcpu_region *region)
{
	int err = __pcpu_list_range(text, nbits - 1, region);

	if (err)
		return err;
	/* of the largest number this is 0, and the kernel's answer to that one -EINVAL */
	region->used = region->group = region->end + 1;
	if (!__pcpu_list_region_ends(text)) {
		err = __pcpu_list_part(text, ':', nbits - 1, &region->used);
		if (!err)
			err = __pcpu_list_part(text, '/', nbits - 1, &region->group);
	}
	if (err)
		return err;
	if (region->start > region->end || region->group == 0 || region->used > region->group)
		return -EINVAL;
	return region->end >= nbits ? -ERANGE : 0;
}

__pcpu_inline void __pcpu_list_set(unsigned long *bits, const struct __pcpu_region *region)
{
	uint64_t start, nr;

	for (start = region->start; start <= region->end; start += region->group) {
		nr = (uint64_t)region->end + 1 - start;
		__pcpu_set_range(bits, start, nr < region->used ? nr : region->used);
	}
}

/* @bits may be NULL, else they are clear. */
__pcpu_inline int __pcpu_list_read(struct __pcpu_text text, unsigned long *bits, uint32_t nbits)
{
	struct __pcpu_region region;
	bool had_range = false;
	int err;

	for (;;) {
		if (had_range && __pcpu_text_is_end(__pcpu_text_next(&text)))
			return 0;
		while (__pcpu_text_is_between(__pcpu_text_next(&text)))
			text.at++;
		if (__pcpu_text_is_end(__pcpu_text_next(&text)))
			return 0;
		err = __pcpu_list_region(&text, nbits, &region);
		if (err)
			return err;
		if (bits)
			__pcpu_list_set(bits, &region);
		had_range = true;
	}
}

/* --- groups of hex digits, from the last to the first --- */

__pcpu_inline int __pcpu_hex_digit(unsigned char c)
{
	if (__pcpu_text_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The group that ends where @text does, which then ends before it. */
__pcpu_inline int __pcpu_hex_group(struct __pcpu_text *text, uint32_t *group)
{
	unsigned int shift;
	int digit;

	*group = 0;
	for (shift = 0; shift < 32; shift += 4) {
		digit = __pcpu_hex_digit((unsigned char)text->end[-1]);
		if (digit < 0)
			return -EINVAL;
		text->end--;
		*group |= (uint32_t)digit << shift;
		if (text->at == text->end || __pcpu_text_is_between((unsigned char)text->end[-1]))
			return 0;
	}
	return __pcpu_hex_digit((unsigned char)text->end[-1]) >= 0 ? -EOVERFLOW : -EINVAL;
}

/* Group @nr of @bits, of which @nbits count. */
__pcpu_inline int __pcpu_hex_put(unsigned long *bits, uint32_t nbits, uint32_t nr, uint32_t group)
{
	const uint32_t left = nbits - nr * 32;

	if (left < 32 && group >> left)
		return -EOVERFLOW;
	if (bits)
		bits[nr / 2] |= (unsigned long)group << nr % 2 * 32;
	return 0;
}

__pcpu_inline int __pcpu_hex_read(struct __pcpu_text text, unsigned long *bits, uint32_t nbits)
{
	const uint32_t groups = nbits / 32 + (nbits % 32 != 0);
	uint32_t nr, group;
	int err = 0, too_large = 0;

	for (nr = 0; !err; nr++) {
		while (text.at < text.end && __pcpu_text_is_between((unsigned char)text.end[-1]))
			text.end--;
		if (text.at == text.end)
			return too_large;
		if (nr == groups)
			return -EOVERFLOW;
		err = __pcpu_hex_group(&text, &group);
		/* which the kernel finds when it has read all */
		if (!err && __pcpu_hex_put(bits, nbits, nr, group))
			too_large = -EOVERFLOW;
	}
	return err;
}

/* --- as Linux 4.1 --- */

/* Without the blanks at both ends. */
__pcpu_inline void __pcpu_text_trim(struct __pcpu_text *text)
{
	while (__pcpu_text_is_blank(__pcpu_text_next(text)))
		text->at++;
	while (text->at < text->end && __pcpu_text_is_blank((unsigned char)text->end[-1]))
		text->end--;
}

/* Takes a comma, behind which there may be nothing. */
__pcpu_inline bool __pcpu_text_take_comma(struct __pcpu_text *text)
{
	return __pcpu_text_next(text) == ',' && text->at++;
}

/* Numbers and ranges, and nothing else. */
__pcpu_inline int __pcpu_old_list_read(struct __pcpu_text text, unsigned long *bits, uint32_t nbits)
{
	uint64_t first, last;

	__pcpu_text_trim(&text);
	while (text.at < text.end) {
		if (!__pcpu_text_take_digits(&text, &first))
			return -EINVAL;
		last = first;
		if (__pcpu_text_next(&text) == '-') {
			text.at++;
			if (!__pcpu_text_take_digits(&text, &last) || last < first)
				return -EINVAL;
		}
		if (last >= nbits)
			return -ERANGE;
		if (bits)
			__pcpu_set_range(bits, first, last - first + 1);
		if (text.at < text.end && !__pcpu_text_take_comma(&text))
			return -EINVAL;
	}
	return 0;
}

/* Groups of at most 32 bits; those that are 0 before the first other one do not count. */
__pcpu_inline int __pcpu_old_hex_read(struct __pcpu_text text, unsigned long *bits, uint32_t nbits)
{
	const uint32_t groups = nbits / 32 + (nbits % 32 != 0);
	struct __pcpu_text rest;
	uint64_t group, after;
	bool counts = false;
	int too_large = 0;

	__pcpu_text_trim(&text);
	if (text.at == text.end)
		return -EINVAL;
	while (text.at < text.end) {
		const char *start = text.at;

		for (group = 0; __pcpu_hex_digit(__pcpu_text_next(&text)) >= 0; text.at++) {
			group = group << 4 |
				(unsigned int)__pcpu_hex_digit(__pcpu_text_next(&text));
			if (group > UINT32_MAX)
				return -EOVERFLOW;
		}
		if (text.at == start || (text.at < text.end && !__pcpu_text_take_comma(&text)))
			return -EINVAL;
		after = text.at < text.end;
		for (rest = text; rest.at < rest.end - 1; rest.at++)
			after += *rest.at == ',';
		counts = counts || group;
		if (counts && (after >= groups ||
			       __pcpu_hex_put(bits, nbits, (uint32_t)after, (uint32_t)group)))
			too_large = -EOVERFLOW;
	}
	return too_large;
}

/* --- all of them --- */

typedef int (*__pcpu_reader)(struct __pcpu_text text, unsigned long *bits, uint32_t nbits);

/*
 * Sets @maskp by @read, or leaves it as it is and says why. Characters from a zero on do not
 * count.
 */
__pcpu_inline int __pcpu_read_text(__pcpu_reader read, const char *buf, size_t len, bool line,
				   unsigned long *maskp, int nbits)
{
	struct __pcpu_text text = {buf, buf};
	int err;

	if (nbits < 0)
		return -EINVAL;
	if (!buf && len > 0)
		return -EFAULT;
	while (len-- > 0 && *text.end && !(line && *text.end == '\n'))
		text.end++;
	err = read(text, NULL, (uint32_t)nbits);
	if (err)
		return err;
	__pcpu_fill(maskp, 0, (unsigned long)nbits, false);
	return read(text, maskp, (uint32_t)nbits);
}

__pcpu_inline int __pcpu_parse(const char *buf, size_t len, unsigned long *maskp, int nbits,
			       unsigned int flags)
{
	if (flags & ~(unsigned int)PERCPU_PARSE_LINUX_4_1)
		return -EINVAL;
	return __pcpu_read_text(flags ? __pcpu_old_hex_read : __pcpu_hex_read, buf, len, true,
				maskp, nbits);
}

__pcpu_inline int __pcpu_parselist(const char *buf, size_t len, unsigned long *maskp, int nbits,
				   unsigned int flags)
{
	if (flags & ~(unsigned int)PERCPU_PARSE_LINUX_4_1)
		return -EINVAL;
	return __pcpu_read_text(flags ? __pcpu_old_list_read : __pcpu_list_read, buf, len,
				flags != 0, maskp, nbits);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_BITMAP_PARSE_H */
