/* SPDX-License-Identifier: MIT */
/* bitmap_text.c - bitmaps as text, by the functions that PERCPU_UP has too: percpu/bitmap.h. */
#include <percpu/impl/bitmap_parse.h>
#include <percpu/impl/bitmap_print.h>
#include <percpu/impl/bitmap_text.h>

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
