/* SPDX-License-Identifier: MIT */
/* linux/mmdebug.h - VM_BUG_ON() and its like: linux/bug.h. */
#include <linux/bug.h>
