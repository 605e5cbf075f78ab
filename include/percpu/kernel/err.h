/* SPDX-License-Identifier: MIT */
/*
 * err.h - error pointers: a negative errno in place of an address.
 *
 * The addresses of the last page are the numbers -4095 to -1, and no program has anything there.
 * These are names of the kernel's; include this where you want them. They need no library.
 */
#ifndef PERCPU_KERNEL_ERR_H
#define PERCPU_KERNEL_ERR_H

#include <percpu/impl/compiler.h>

#include <percpu/impl/begin.h>

#ifndef MAX_ERRNO
#define MAX_ERRNO 4095
#endif

/** ERR_PTR() - the pointer that says @error, -MAX_ERRNO to -1. */
__pcpu_inline void *ERR_PTR(long error)
{
	return (void *)error;
}

/** PTR_ERR() - the negative errno that @ptr says. */
__pcpu_inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

/** IS_ERR() - whether @ptr says an error; NULL does not. */
__pcpu_inline bool IS_ERR(const void *ptr)
{
	return (unsigned long)ptr >= (unsigned long)-MAX_ERRNO;
}

/** IS_ERR_OR_NULL() - whether it is NULL, or says an error. */
__pcpu_inline bool IS_ERR_OR_NULL(const void *ptr)
{
	return !ptr || IS_ERR(ptr);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_KERNEL_ERR_H */
