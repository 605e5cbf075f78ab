/* SPDX-License-Identifier: MIT */
/*
 * named.h - areas of the units in a file of copies, by name. Everything is done under
 * pcpu_alloc_mutex.
 *
 *	N1	locks the file
 *	N2	looks for the name: another process may have made it
 *	N3	has the file system keep space for the area, of every CPU
 *	N4	writes the name, behind those that there are
 *	N5	nr_names + 1, released: who reads the number finds so many names whole
 *	N6	unlocks the file
 *
 * Who is killed before N5 has made nothing. Nobody writes to an area before its name is there, so
 * it is zero.
 */
#ifndef PCPU_NAMED_H
#define PCPU_NAMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The coordinate of the area of that name, which is made if there is none, in @coord. 0 or a
 * negative errno, and a warning: percpu/shared.h has them.
 */
int pcpu_named_area(const char *name, size_t size, size_t align, uint32_t *coord);

/*
 * The area in which @coord is: where it starts, and how many bytes it has. False: it is in none.
 * Without the mutex.
 */
bool pcpu_named_around(uint32_t coord, uint32_t *start, size_t *size);

#endif /* PCPU_NAMED_H */
