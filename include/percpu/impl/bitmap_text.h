/* SPDX-License-Identifier: MIT */
/* bitmap_text.h - bitmaps as text: what bitmap.h and cpumask.h call. */
#ifndef PERCPU_BITMAP_TEXT_H
#define PERCPU_BITMAP_TEXT_H

#include <percpu/impl/compiler.h>
#include <percpu/impl/parse_flags.h>

#include <stddef.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

PERCPU_API int __percpu_bitmap_parse(const char *buf, size_t len, unsigned long *maskp, int nbits,
				     unsigned int flags);
PERCPU_API int __percpu_bitmap_parselist(const char *buf, size_t len, unsigned long *maskp,
					 int nbits, unsigned int flags);
/*
 * The length of the whole, with @behind; of that @size - 1 characters at most are written, and a
 * zero.
 */
PERCPU_API size_t __percpu_bitmap_print(char *buf, size_t size, bool list,
					const unsigned long *maskp, int nbits, const char *behind);

__PCPU_END_DECLS

/* As the kernel's scnprintf(): how many characters have been written. */
__pcpu_always_inline int __pcpu_written(size_t len, size_t size)
{
	return (int)(len < size ? len : size ? size - 1 : 0);
}

__pcpu_inline int __pcpu_print_to_pagebuf(bool list, char *buf, const unsigned long *maskp,
					  int nbits)
{
	const size_t size = PERCPU_PAGE_SIZE - (uintptr_t)buf % PERCPU_PAGE_SIZE;

	return __pcpu_written(__percpu_bitmap_print(buf, size, list, maskp, nbits, "\n"), size);
}

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/bitmap_text.h>
#endif

#endif /* PERCPU_BITMAP_TEXT_H */
