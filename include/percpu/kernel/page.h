/* SPDX-License-Identifier: MIT */
/*
 * page.h - pages, by the kernel's names, and constants that C and assembly share. Include it where
 * you want them, in assembly too: it includes nothing. What the program, or its C library, has
 * defined already stays.
 */
#ifndef PERCPU_KERNEL_PAGE_H
#define PERCPU_KERNEL_PAGE_H

/** _AC() - the constant @x with the suffix @y; _AT() - @x of type @t. In assembly both are @x. */
#ifndef _AC
#if defined(__ASSEMBLER__) || defined(__ASSEMBLY__)
#define __AC(x, y) x
#define _AC(x, y) x
#define _AT(t, x) x
#else
#define __AC(x, y) (x##y)
#define _AC(x, y) __AC(x, y)
#define _AT(t, x) ((t)(x))
#endif
#endif

/* The library's pages: it runs on no others. */
#ifndef PAGE_SHIFT
#define PAGE_SHIFT 12
#endif
#ifndef PAGE_SIZE
#define PAGE_SIZE (_AC(1, UL) << PAGE_SHIFT)
#endif
#ifndef PAGE_MASK
#define PAGE_MASK (~(PAGE_SIZE - 1))
#endif
/** PMD_SIZE - a large page: the atom of the first chunk. */
#ifndef PMD_SIZE
#define PMD_SIZE (_AC(1, UL) << 21)
#endif

/** PFN_ALIGN() - the address or size @x, of an integer, rounded up to whole pages. */
#ifndef PFN_ALIGN
#define PFN_ALIGN(x) (((x) + (PAGE_SIZE - 1)) & PAGE_MASK)
#endif
/** PFN_DOWN() - the whole pages in @x. */
#ifndef PFN_DOWN
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#endif

#endif /* PERCPU_KERNEL_PAGE_H */
