/* SPDX-License-Identifier: MIT */
/* note.c - see note.h. */
#include "boot/note.h"

#include <stddef.h>
#include <string.h>

static bool is_note(const struct pcpu_note *note)
{
	return note->name_size == sizeof(__PCPU_NOTE_NAME) &&
	       note->desc_size == sizeof(*note) - offsetof(struct pcpu_note, version) &&
	       note->type == __PCPU_NOTE_TYPE &&
	       memcmp(note->name, __PCPU_NOTE_NAME, sizeof(__PCPU_NOTE_NAME)) == 0;
}

/* Whether [start, start + size) is in one of the parts that the loader has mapped to be read. */
static bool is_mapped(const struct dl_phdr_info *info, uintptr_t start, uint64_t size)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		uintptr_t offset = start - (info->dlpi_addr + part->p_vaddr);

		if (part->p_type == PT_LOAD && (part->p_flags & PF_R) && offset <= part->p_memsz &&
		    size <= part->p_memsz - offset)
			return true;
	}
	return false;
}

/* A note like ours that speaks of other places than its object is none. */
static bool is_sound(const struct dl_phdr_info *info, const struct pcpu_note *note)
{
	uintptr_t start, end;

	for (int i = 0; pcpu_note_is_known(note) && i < __PCPU_NOTE_RANGES; i++)
		if (pcpu_note_range(note, i, &start, &end) && !is_mapped(info, start, end - start))
			return false;
	return true;
}

/*
 * Linkers pad between notes in different ways, so the segment is searched word by word; ours is
 * aligned to words. An object may say anything of its notes: what it has not mapped is not read.
 */
static const struct pcpu_note *find_in(const struct dl_phdr_info *info, const ElfW(Phdr) * segment)
{
	const uintptr_t start = info->dlpi_addr + segment->p_vaddr;
	const uint64_t size = segment->p_memsz;

	if (!is_mapped(info, start, size))
		return NULL;
	for (uint64_t at = -start % sizeof(uint32_t);
	     at <= size && size - at >= sizeof(struct pcpu_note); at += sizeof(uint32_t)) {
		const struct pcpu_note *note = (const struct pcpu_note *)(start + at);

		if (is_note(note) && is_sound(info, note))
			return note;
	}
	return NULL;
}

const struct pcpu_note *pcpu_note_find(const struct dl_phdr_info *info)
{
	const struct pcpu_note *note = NULL;

	for (int i = 0; i < info->dlpi_phnum && !note; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			note = find_in(info, &info->dlpi_phdr[i]);
	return note;
}

bool pcpu_note_is_in(const struct dl_phdr_info *info, const struct pcpu_note *note)
{
	return is_mapped(info, (uintptr_t)note, offsetof(struct pcpu_note, bounds));
}

bool pcpu_note_is_known(const struct pcpu_note *note)
{
	return note->version == __PCPU_NOTE_VERSION && note->nr_ranges == __PCPU_NOTE_RANGES;
}

static uintptr_t bound(const struct pcpu_note *note, int index)
{
	return (uintptr_t)&note->bounds[index] + (uintptr_t)(intptr_t)note->bounds[index];
}

bool pcpu_note_range(const struct pcpu_note *note, int i, uintptr_t *start, uintptr_t *end)
{
	*start = bound(note, 2 * i);
	*end = bound(note, 2 * i + 1);
	return *start < *end;
}

uintptr_t pcpu_note_identity(const struct pcpu_note *note)
{
	return bound(note, 0);
}
