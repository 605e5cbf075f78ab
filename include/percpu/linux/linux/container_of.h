/* SPDX-License-Identifier: MIT */
/* linux/container_of.h - from a member to what it is a member of. */
#ifndef PERCPU_LINUX_CONTAINER_OF_H
#define PERCPU_LINUX_CONTAINER_OF_H

#include <linux/compiler.h>
#include <linux/stddef.h>

/**
 * container_of() - the @type whose @member is at @ptr, which points to such a member or to void.
 */
#undef container_of
#define container_of(ptr, type, member)                                          \
	__extension__({                                                          \
		const volatile void *__pcpu_at = (ptr);                          \
		_Static_assert(__same_type(*(ptr), ((type *)0)->member) ||       \
				       __same_type(*(ptr), void),                \
			       "container_of() of a pointer to something else"); \
		(type *)((uintptr_t)__pcpu_at - offsetof(type, member));         \
	})
#define container_of_const(ptr, type, member) \
	_Generic(ptr, const __typeof__(*(ptr)) *                                            \
		 : ((const type *)container_of(ptr, type, member)), default                 \
		 : ((type *)container_of(ptr, type, member)))
#define typeof_member(type, member) __typeof__(((type *)0)->member)

#endif /* PERCPU_LINUX_CONTAINER_OF_H */
