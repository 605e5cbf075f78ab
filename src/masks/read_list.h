/* SPDX-License-Identifier: MIT */
/* read_list.h - one of the kernel's lists of CPUs, however long it is. */
#ifndef PCPU_READ_LIST_H
#define PCPU_READ_LIST_H

#include <stdbool.h>

/*
 * Sets the bits in @bits, of @nbits, of the list in the file at @path; those behind @nbits do not
 * count. False: the file cannot be read, or is no list; then some may be set. No memory, little
 * stack: signal-safe. Keeps errno.
 */
bool pcpu_read_cpulist(const char *path, unsigned long *bits, unsigned int nbits);

#endif /* PCPU_READ_LIST_H */
