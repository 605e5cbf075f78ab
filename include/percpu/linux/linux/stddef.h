/* SPDX-License-Identifier: MIT */
/* linux/stddef.h - offsets and sizes of members. */
#ifndef PERCPU_LINUX_STDDEF_H
#define PERCPU_LINUX_STDDEF_H

#if __has_include_next(<linux/stddef.h>)
#include_next <linux/stddef.h>
#endif

#include <stdbool.h>
#include <stddef.h>

#ifndef sizeof_field
#define sizeof_field(type, member) sizeof((((type *)0)->member))
#endif
#ifndef offsetofend
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))
#endif

#endif /* PERCPU_LINUX_STDDEF_H */
