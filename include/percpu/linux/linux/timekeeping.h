/* SPDX-License-Identifier: MIT */
/* linux/timekeeping.h - the clocks: linux/ktime.h. */
#include <linux/ktime.h>
