/* SPDX-License-Identifier: MIT */
/* linux/err.h - error pointers: percpu/kernel/err.h. */
#ifndef PERCPU_LINUX_ERR_H
#define PERCPU_LINUX_ERR_H

#include <linux/errno.h>
#include <linux/types.h>

#include <percpu/kernel/err.h>

#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)

/** ERR_CAST() - an error pointer of another type. */
static inline void *__must_check ERR_CAST(const void *ptr)
{
	return (void *)(uintptr_t)ptr;
}

/** PTR_ERR_OR_ZERO() - the error that @ptr says, or 0. */
static inline int __must_check PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0;
}

#endif /* PERCPU_LINUX_ERR_H */
