/* SPDX-License-Identifier: MIT */
/* locked.h - one call of what wants pcpu_alloc_mutex, in a test that does without it otherwise. */
#ifndef SUPPORT_LOCKED_H
#define SUPPORT_LOCKED_H

#include "ground/lock.h"

/* The value of @expression, evaluated under the mutex. */
#define locked(expression)                          \
	__extension__({                             \
		pcpu_alloc_lock();                  \
		__auto_type value__ = (expression); \
		pcpu_alloc_unlock();                \
		value__;                            \
	})

/* The same for an expression without a value. */
#define do_locked(expression)        \
	do {                         \
		pcpu_alloc_lock();   \
		(expression);        \
		pcpu_alloc_unlock(); \
	} while (0)

#endif /* SUPPORT_LOCKED_H */
