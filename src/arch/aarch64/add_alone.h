/* SPDX-License-Identifier: MIT */
/*
 * add_alone.h - an addition to a counter by who is the only one to add to it, while others read it.
 *
 * A load, an addition and a store: no instruction adds to memory in one piece but atomic ones.
 */
#ifndef PCPU_ADD_ALONE_H
#define PCPU_ADD_ALONE_H

#include <stdint.h>

static inline void pcpu_add_alone(uint64_t *counter, uint64_t nr)
{
	__atomic_store_n(counter, *counter + nr, __ATOMIC_RELAXED);
}

#endif /* PCPU_ADD_ALONE_H */
