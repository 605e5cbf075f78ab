/* SPDX-License-Identifier: MIT */
/* shared_file.h - memory that processes share, as a file that is in no folder. */
#ifndef PCPU_SHARED_FILE_H
#define PCPU_SHARED_FILE_H

#include <stddef.h>

/*
 * A file of @size bytes of memory, which /proc calls by @name, to be mapped and closed; -1: there
 * is none to be had, and an anonymous shared mapping has to do. That one is charged whole where the
 * kernel counts strictly (vm.overcommit_memory=2), 4 GiB a window; a file, page by page as it is
 * used.
 */
int pcpu_shared_file(size_t size, const char *name);

#endif /* PCPU_SHARED_FILE_H */
