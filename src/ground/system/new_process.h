/* SPDX-License-Identifier: MIT */
/*
 * new_process.h - a process that the library has not been told of: a child that was made without
 * the handlers of fork(), by _Fork() or clone(). It has a copy of its parent's memory, with what
 * the parent's other threads were doing, and none of these threads.
 *
 * The kernel empties a page for it. Not for a child that shares its parent's memory (vfork()):
 * there the parent's threads are as real as before.
 */
#ifndef PCPU_NEW_PROCESS_H
#define PCPU_NEW_PROCESS_H

#include "ground/hidden.h"
#include "ground/layout.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The page, with what is to be 0 in a new process before anybody looks: so what every call looks at
 * anyway leads away from what is still its parent's.
 */
struct pcpu_wiped {
	int known; /* pcpu_process_is_known */
	bool caches_on, caches_are_quick;
} __attribute__((__aligned__(PCPU_PAGE_SIZE)));
extern struct pcpu_wiped pcpu_wiped PCPU_HIDDEN;

/* Not 0, but in a new process. NULL: the kernel does not do that, and nobody is found new. */
extern const volatile int *pcpu_process_is_known;

/*
 * Has @mend called in a new process, before anything else of the library is done there that may
 * have to wait. Once, at the boot. Where the kernel has no such pages, nothing comes of it.
 */
void pcpu_new_process_init(void (*mend)(void));

static inline bool pcpu_process_is_new(void)
{
	return pcpu_process_is_known && __builtin_expect(*pcpu_process_is_known == 0, 0);
}

/* Has that done if the process is new; true: it has been done by this call. Signal-safe. */
bool pcpu_mend_new_process(void);

/* The process is known: a handler of fork() has done it. */
void pcpu_process_is_known_now(void);

#endif /* PCPU_NEW_PROCESS_H */
