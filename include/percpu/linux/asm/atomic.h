/* SPDX-License-Identifier: MIT */
/* asm/atomic.h - linux/atomic.h. */
#include <linux/atomic.h>
