/* SPDX-License-Identifier: MIT */
/*
 * copied.h - per-CPU variables of shared objects that the executable has copies of.
 *
 * Code that is not position-independent, and gcc's in a PIE, takes the address of another object's
 * variable for one in the executable. So the linker makes room for the variable there (a copy
 * relocation), the loader copies the initial value to it, and every object that knows the name gets
 * that address. It is the template then, as good as any other; but no note tells of it.
 */
#ifndef PCPU_COPIED_H
#define PCPU_COPIED_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether a per-CPU variable of the object of @info lies at @address. */
typedef bool pcpu_has_variable_at_t(const struct dl_phdr_info *info, uintptr_t address);

/*
 * Where the executable's copies of the per-CPU variables of the objects that are loaded now lie:
 * from the first to the end of the last. False: there are none. An object that would not use the
 * copy is fatal: it and the executable would count apart. (One that has no use for its own variable
 * cannot be told from those.)
 */
bool pcpu_copied_range(pcpu_has_variable_at_t *has_variable_at, uintptr_t *start, uintptr_t *end);

#endif /* PCPU_COPIED_H */
