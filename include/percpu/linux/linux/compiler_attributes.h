/* SPDX-License-Identifier: MIT */
/* linux/compiler_attributes.h - of linux/compiler.h. */
#include <linux/compiler.h>
