/* SPDX-License-Identifier: MIT */
/*
 * share.h - copies that a process has in common with those that it forks; percpu/shared.h.
 */
#ifndef PCPU_SHARE_H
#define PCPU_SHARE_H

#include <stdbool.h>

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
