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

/* Linkers pad between notes in different ways, so the segment is searched word by word. */
static const struct pcpu_note *find_in(const char *at, size_t size)
{
	const char *end = at + size;

	for (; end - at >= (ptrdiff_t)sizeof(struct pcpu_note); at += sizeof(uint32_t))
		if (is_note((const struct pcpu_note *)at))
			return (const struct pcpu_note *)at;
	return NULL;
}

const struct pcpu_note *pcpu_note_find(const struct dl_phdr_info *info)
{
	const struct pcpu_note *note = NULL;

	for (int i = 0; i < info->dlpi_phnum && !note; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			note = find_in((const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr),
				       info->dlpi_phdr[i].p_memsz);
	return note;
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
