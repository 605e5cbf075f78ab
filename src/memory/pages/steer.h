/* SPDX-License-Identifier: MIT */
/*
 * steer.h - keeping the loader from addresses whose low halves are taken.
 *
 * A module's variables have the coordinates that their addresses end in, wherever the loader puts
 * it; if somebody else has these, the whole process becomes slow (displaced.h). The loader takes
 * the highest hole that an object fits in, and goes on downwards. So where it would come to
 * coordinates that are taken, in the next few times 4 GiB, something inaccessible is in its way:
 *
 *	         4 GiB k-2            4 GiB k-1          4 GiB k, where the last object is
 *	|......[guard]....[guard]|......[guard]....[guard]|......[chunks]...[module]..|
 *
 * They are made when a module comes by dlopen(), for those that follow it: a process without such
 * modules has none.
 */
#ifndef PCPU_STEER_H
#define PCPU_STEER_H

#include <stdint.h>

/*
 * Guards the coordinates [start, end), whole pages, not empty, in the 4 GiB that @near lies in and
 * in the next ones below; and there what has been guarded before. Where something is mapped there
 * is no guard, nor is there one too many for the process: no error. Under pcpu_alloc_mutex.
 */
void pcpu_steer(uintptr_t near, uint64_t start, uint64_t end);

#endif /* PCPU_STEER_H */
