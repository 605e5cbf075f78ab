/* SPDX-License-Identifier: MIT */
/* copies.h - where per_cpu_sum() reads; the library fills it in (__percpu_copies(), access.h). */
#ifndef PERCPU_COPIES_H
#define PERCPU_COPIES_H

#include <percpu/impl/compiler.h>

#include <stdint.h>

#include <percpu/impl/begin.h>

/*
 * The copies of an object of at most 16 bytes, without opening a unit: those of the CPUs whose
 * units are open, at @coord bytes into their windows, and what the copies of the others would start
 * with. Nothing of it may be written to.
 */
struct percpu_copies {
	const uintptr_t *windows;
	uintptr_t coord;
	const volatile void *initial;
	unsigned int nr_open, nr_closed;
};

/* The copy in the window of index @i. */
__pcpu_always_inline const volatile void *__pcpu_open_copy(const struct percpu_copies *copies,
							   unsigned int i)
{
	return (const volatile void *)(copies->windows[i] + copies->coord);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_COPIES_H */
