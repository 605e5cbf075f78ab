/* SPDX-License-Identifier: MIT */
/* linux/gfp_types.h - of linux/gfp.h. */
#include <linux/gfp.h>
