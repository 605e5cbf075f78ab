/* SPDX-License-Identifier: MIT */
/*
 * share.h - copies that a process has in common with those that it forks; percpu/shared.h.
 */
#ifndef PCPU_SHARE_H
#define PCPU_SHARE_H

#include "memory/unit.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether copies can be shared: 0, or as percpu_share() and with its warning. */
int pcpu_share_check(void);

/*
 * Shares them, with children; or also with others by a file, with @marks of @marks_size bytes, as
 * @common says. 0, or a negative errno and nothing has changed. Under pcpu_alloc_mutex.
 */
int pcpu_share_with(const struct pcpu_common_units *common, void *marks, size_t marks_size);

/* In the child of a fork, while it has one thread; under the debug lock and pcpu_alloc_mutex. */
void pcpu_share_after_fork(void);

/* The module of that name, with variables, has been loaded later than the program. */
void pcpu_share_note_module(const char *name);

/*
 * What is made of copies and of memory that is the process's own: while there is any, copies are
 * not to be shared. False: they are already.
 */
bool pcpu_share_begin_apart(void);
void pcpu_share_end_apart(void);

#endif /* PCPU_SHARE_H */
