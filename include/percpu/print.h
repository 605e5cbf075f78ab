/* SPDX-License-Identifier: MIT */
/*
 * print.h - a per-CPU variable as its copies, for people: in a report, or from a debugger.
 *
 *	percpu_print(stderr, &requests, sizeof(requests));
 *
 *	CPU 0: 3
 *	CPU 1: 5
 *	CPUs 2-63: not open, each would begin with 0
 *	sum: 8
 *	template: 0
 *
 * gdb's command percpu prints the same by the type (docs/debugging.md).
 */
#ifndef PERCPU_PRINT_H
#define PERCPU_PRINT_H

#include <percpu/access.h>

#include <stdio.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/**
 * percpu_print() - print the copies of a per-CPU variable or area
 * @stream: where to; errors are in ferror()
 * @ptr: per-CPU pointer: &variable, what alloc_percpu() has returned, or a pointer into either
 * @size: bytes of it. 1, 2, 4 and 8 that are aligned to their size are a number; anything else is
 *	words of 8 bytes in hex, four a line with the offset before them where there are more than
 *	that, the last word as long as is left, and an asterisk for lines that are as the one before
 *
 * A line for each CPU whose unit is open, by its number; one for all others, which would begin with
 * the template's value, or with zeros in an area; the sum, of numbers, as per_cpu_sum() has it; and
 * of a variable the template, which no operation touches. (With PERCPU_UP there is none.) A number
 * whose highest bit is set is printed as what it is with a sign too: 4294967294 (-2). No unit is
 * opened.
 *
 * Others may count meanwhile: a number, and each word, is whole, and the sum is that of the numbers
 * that are printed. An area must stay until the call returns.
 *
 * Returns 0. Or, with nothing printed: -EINVAL: @stream or @ptr is NULL, or @size is 0; -EFAULT:
 * @ptr is no per-CPU pointer to a variable or to a live area, or the address of one CPU's copy;
 * -ERANGE: @size reaches beyond the area, or beyond the variables of the module; -ENOMEM.
 * Thread-safe; may block; not safe in signal handlers.
 */
PERCPU_API int percpu_print(FILE *stream, __pcpu_any_object *ptr, size_t size);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/print.h>
#endif

#endif /* PERCPU_PRINT_H */
