/* SPDX-License-Identifier: MIT */
/* bio.h - that file includes it, and uses nothing of it. */
#include <linux/slab.h>
#include <linux/list.h>
