/* SPDX-License-Identifier: MIT */
/* up/bitmap_text.h - bitmap_text.h with PERCPU_UP. */
#ifndef PERCPU_UP_BITMAP_TEXT_H
#define PERCPU_UP_BITMAP_TEXT_H

#include <percpu/impl/bitmap_parse.h>
#include <percpu/impl/bitmap_print.h>
#include <percpu/impl/bitmap_text.h>

#include <percpu/impl/begin.h>

PERCPU_API int __percpu_bitmap_parse(const char *buf, size_t len, unsigned long *maskp, int nbits,
				     unsigned int flags)
{
	return __pcpu_parse(buf, len, maskp, nbits, flags);
}

PERCPU_API int __percpu_bitmap_parselist(const char *buf, size_t len, unsigned long *maskp,
					 int nbits, unsigned int flags)
{
	return __pcpu_parselist(buf, len, maskp, nbits, flags);
}

PERCPU_API size_t __percpu_bitmap_print(char *buf, size_t size, bool list,
					const unsigned long *maskp, int nbits, const char *behind)
{
	return __pcpu_print(buf, size, list, maskp, nbits, behind);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_BITMAP_TEXT_H */
