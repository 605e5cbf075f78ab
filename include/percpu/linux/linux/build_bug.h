/* SPDX-License-Identifier: MIT */
/* linux/build_bug.h - what must hold at compile time. */
#ifndef PERCPU_LINUX_BUILD_BUG_H
#define PERCPU_LINUX_BUILD_BUG_H

#include <linux/compiler.h>

#include <percpu/kernel/bug.h>

#define BUILD_BUG_ON_MSG(condition, message) _Static_assert(!(condition), message)
#define BUILD_BUG() BUILD_BUG_ON_MSG(1, "BUILD_BUG()")
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON((n) == 0 || (((n) & ((n)-1)) != 0))
/** BUILD_BUG_ON_ZERO() - an expression of the value 0, or a compile-time error if @e is not 0. */
#define BUILD_BUG_ON_ZERO(e) ((int)(sizeof(struct { int : (-!!(e)); })))
#define BUILD_BUG_ON_INVALID(e) ((void)sizeof((long)(e)))

#endif /* PERCPU_LINUX_BUILD_BUG_H */
