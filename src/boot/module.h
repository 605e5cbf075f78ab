/* SPDX-License-Identifier: MIT */
/*
 * module.h - the modules of the process that have static per-CPU variables.
 *
 * A module is found by its ELF note (percpu/impl/module.h). Those loaded at start are found by the
 * boot; those loaded later announce themselves. Each has one span, from its lowest variable to its
 * highest, at the coordinates that are the low 32 bits of their addresses, or displaced.
 */
#ifndef PCPU_MODULE_H
#define PCPU_MODULE_H

#include "memory/span.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Finds the modules that are loaded now. Their spans are not added to the units yet. 0 or -ENOMEM.
 * Once.
 */
int pcpu_modules_scan(void);

/*
 * The module whose variables the first chunk is built on: the executable if it has any, else the
 * first that has. @size becomes the bytes from the span's start, a page, to the last variable's
 * end. The library itself has variables, so there is one.
 */
const struct pcpu_span *pcpu_modules_first(size_t *size);

/*
 * Gives every module coordinates: those that the loader gave it, or, where these are not to be had,
 * others (displaced.h). They are claimed, but for the first module's, which the first chunk claims
 * together with what follows them. Under pcpu_alloc_mutex. Fatal without memory, or room.
 */
void pcpu_modules_place(void);

/* Adds the spans of all modules but the first to the units. 0 or a negative errno. */
int pcpu_modules_add_others(void);

/*
 * Whether the module that has @note is one of them: it was loaded at start, or this is its second
 * constructor. Under pcpu_alloc_mutex.
 */
bool pcpu_module_is_known(const void *note);

/*
 * What the loader calls the object that has @note, which stays loaded. Under none of the library's
 * locks: it takes one of the loader's, whose holders may allocate (in dl_iterate_phdr()).
 */
const char *pcpu_module_name(const void *note);

/*
 * The module that has @note, and is not known, is there now, for good; under pcpu_alloc_mutex.
 * Without memory for its variables, or a place, it is fatal. False: it is displaced, and
 * pcpu_send_away() has to follow when the mutex has been given back.
 */
bool pcpu_module_add(const void *note, const char *name);

#endif /* PCPU_MODULE_H */
