/* SPDX-License-Identifier: MIT */
/* shared_file.h - memory that processes share, as a file that is in no folder. */
#ifndef PCPU_SHARED_FILE_H
#define PCPU_SHARED_FILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A file of @size bytes of memory, which /proc calls by @name, to be mapped and closed; -1: there
 * is none to be had, and an anonymous shared mapping has to do. That one is charged whole where the
 * kernel counts strictly (vm.overcommit_memory=2), 4 GiB a window; a file, page by page as it is
 * used.
 */
int pcpu_shared_file(size_t size, const char *name);

/*
 * The same for one that is kept, and handed on: nothing is in it, and nobody can make it shorter
 * than it becomes once that has been forbidden. -1 and errno.
 */
int pcpu_lasting_file(const char *name);
void pcpu_forbid_to_shorten(int file);

/* Whether the process may have a file of that size; who writes to a longer one gets a signal. */
bool pcpu_file_may_have(size_t size);

#endif /* PCPU_SHARED_FILE_H */
