/* SPDX-License-Identifier: MIT */
/* ratelimit_types.h - how often something may be said: percpu/ratelimit.h. */
#ifndef PERCPU_LINUX_RATELIMIT_TYPES_H
#define PERCPU_LINUX_RATELIMIT_TYPES_H

#include <linux/bits.h>
#include <linux/types.h>

#include <percpu/ratelimit.h>

#endif /* PERCPU_LINUX_RATELIMIT_TYPES_H */
