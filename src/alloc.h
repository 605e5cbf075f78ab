/* SPDX-License-Identifier: MIT */
/*
 * alloc.h - the allocator's lock. What the allocator does is declared in percpu/alloc.h.
 *
 * pcpu_alloc_mutex protects chunks, slots, maps, coordinates and the list of modules. It is the
 * outermost lock of the library: the unit lock is taken inside it, never the other way round, and
 * no operation on a copy takes it.
 */
#ifndef PCPU_ALLOC_H
#define PCPU_ALLOC_H

#include <pthread.h>

extern pthread_mutex_t pcpu_alloc_mutex;

#endif /* PCPU_ALLOC_H */
