/* SPDX-License-Identifier: MIT */
/*
 * note.h - the ELF note by which a module is found (percpu/impl/module.h): where its per-CPU
 * variables are.
 */
#ifndef PCPU_NOTE_H
#define PCPU_NOTE_H

#include <percpu/impl/module.h>
#include <percpu/impl/note.h>

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

/* The note as it lies in memory. Bounds are distances from the field itself. */
struct pcpu_note {
	uint32_t name_size, desc_size, type;
	char name[8];
	uint32_t version, nr_ranges;
	int32_t bounds[2 * __PCPU_NOTE_RANGES];
};

/*
 * The note of a loaded object, whatever is wrong with other notes of it. NULL: it has none. What
 * the note's ranges say is in the object, if its version is known.
 */
const struct pcpu_note *pcpu_note_find(const struct dl_phdr_info *info);

/* Whether it lies in the object, whatever its version and its size are. */
bool pcpu_note_is_in(const struct dl_phdr_info *info, const struct pcpu_note *note);

/* Whether its version is the one that this library reads. */
bool pcpu_note_is_known(const struct pcpu_note *note);

/* Range @i of the note's __PCPU_NOTE_RANGES. False: it is empty. */
bool pcpu_note_range(const struct pcpu_note *note, int i, uintptr_t *start, uintptr_t *end);

/*
 * What makes a module this one: where the first range starts. That is the same in all notes of one
 * module, of which link-time optimisation with lld leaves one an object file; and the constructors
 * name another one than the segment starts with.
 */
uintptr_t pcpu_note_identity(const struct pcpu_note *note);

#endif /* PCPU_NOTE_H */
