/* SPDX-License-Identifier: MIT */
/* linux/compiler_types.h - of linux/compiler.h. */
#include <linux/compiler.h>
