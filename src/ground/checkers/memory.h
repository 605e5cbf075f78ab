/* SPDX-License-Identifier: MIT */
/*
 * memory.h - what tools that check memory are told, by a library that is not built with them:
 * AddressSanitizer and its search for leaks, in a program that is; memcheck of valgrind, in any.
 * Elsewhere there is nobody to tell.
 *
 * Hidden memory is what no correct program reads or writes: the tool reports who does.
 *
 * No tool is told of an area as something that can leak: memcheck takes no value for a pointer that
 * is no address of the process (ground/pointer.h), so each area would be lost; and the sanitizer
 * knows what its own malloc() gave. The report of debug level 2 has them (debug/leak.h).
 */
#ifndef PCPU_CHECKERS_MEMORY_H
#define PCPU_CHECKERS_MEMORY_H

#include "ground/hidden.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Hidden bytes behind each area, where there are such tools. */
#define PCPU_CHECKED_BEHIND 16
/* What areas are aligned to there: the sanitizer tells apart what is hidden by 8 bytes. */
#define PCPU_CHECKED_ALIGN 8

/* Whether one is there that looks at each access. After pcpu_memory_check_init(). */
extern bool pcpu_memory_is_checked PCPU_HIDDEN;

/* Once, before there are threads. */
void pcpu_memory_check_init(void);

/* From now on nothing is hidden any more. */
void pcpu_memory_check_end(void);

/* If it is checked. What is shown counts as written to. */
void pcpu_memory_hide(uintptr_t start, size_t size);
void pcpu_memory_show(uintptr_t start, size_t size);

/*
 * Who looks for leaks finds pointers there, as far as it is readable by then. With signals masked;
 * not at the start, where a library that is preloaded may not have begun.
 */
void pcpu_memory_has_pointers(uintptr_t start, size_t size);

#endif /* PCPU_CHECKERS_MEMORY_H */
