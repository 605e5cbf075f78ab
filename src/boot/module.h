/* SPDX-License-Identifier: MIT */
/*
 * module.h - the modules of the process that have static per-CPU variables.
 *
 * A module is found by its ELF note (percpu/impl/module.h). Those loaded at start are found by the
 * boot; those loaded later announce themselves. Each has one span, from its lowest variable to its
 * highest, at the coordinates that are the low 32 bits of their addresses. Two modules whose spans
 * meet there cannot both be served: that is fatal, with both names.
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

/* Claims the coordinates of all modules but the first. The first chunk's come later. Fatal clashes.
 */
void pcpu_modules_claim_others(void);

/* Adds the spans of all modules but the first to the units. 0 or a negative errno. */
int pcpu_modules_add_others(void);

/*
 * The module that has @note is there now, for good; under pcpu_alloc_mutex. Adding one that is
 * known does nothing. Without memory for its variables, or a place, it is fatal.
 */
void pcpu_module_add(const void *note);

/* Fatal if @err, from claiming the first module's coordinates, says that they cannot be had. */
void pcpu_modules_check_first(int err);

#endif /* PCPU_MODULE_H */
