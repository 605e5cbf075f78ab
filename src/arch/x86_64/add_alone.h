/* SPDX-License-Identifier: MIT */
/*
 * add_alone.h - an addition to a counter by who is the only one to add to it, while others read it.
 *
 * One instruction, which a compiler does not make of a load and a store that are atomic.
 */
#ifndef PCPU_ADD_ALONE_H
#define PCPU_ADD_ALONE_H

#include <stdint.h>

static inline void pcpu_add_alone(uint64_t *counter, uint64_t nr)
{
	__asm__("addq %1, %0" : "+m"(*counter) : "er"(nr) : "cc");
}

#endif /* PCPU_ADD_ALONE_H */
