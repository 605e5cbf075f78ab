/* SPDX-License-Identifier: MIT */
/* asm/unaligned.h - linux/unaligned.h. */
#include <linux/unaligned.h>
