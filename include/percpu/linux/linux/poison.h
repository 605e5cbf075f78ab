/* SPDX-License-Identifier: MIT */
/* linux/poison.h - links of what is on no list any more: addresses where nothing is. */
#ifndef PERCPU_LINUX_POISON_H
#define PERCPU_LINUX_POISON_H

#define LIST_POISON1 ((void *)0x5ad0000000000100UL)
#define LIST_POISON2 ((void *)0x5ad0000000000122UL)

#endif /* PERCPU_LINUX_POISON_H */
