/* SPDX-License-Identifier: MIT */
/* populated.c - see populated.h. */
#include "memory/populated.h"
#include "ground/bitmap.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "memory/pages/vm.h"
#include "memory/span.h"

#include <errno.h>

#define NR_PAGES ((unsigned int)(PCPU_WINDOW_SIZE / PCPU_PAGE_SIZE))

/* A bit a page of coordinates; NULL: none is noted. */
static unsigned long *populated;

static unsigned int page_of(uint64_t coord)
{
	return (unsigned int)(coord / PCPU_PAGE_SIZE);
}

int pcpu_units_populate_always(void)
{
	unsigned long *array = pcpu_vm_guarded_array(NR_PAGES / 8, NR_PAGES / 8);

	if (!array)
		return -ENOMEM;
	/* any page will do to ask the kernel */
	if (pcpu_vm_populate((uintptr_t)array, PCPU_PAGE_SIZE) == -EOPNOTSUPP) {
		pcpu_vm_release((uintptr_t)array, NR_PAGES / 8);
		return -EOPNOTSUPP;
	}
	populated = array;
	return 0;
}

void pcpu_populated_note(uint32_t coord, uint64_t size)
{
	pcpu_assert_held(&pcpu_unit_lock);
	for (uint64_t at = coord; at < coord + size; at += PCPU_PAGE_SIZE)
		pcpu_set_bit(page_of(at), populated);
}

void pcpu_populated_forget(uint32_t coord, uint64_t size)
{
	pcpu_assert_held(&pcpu_unit_lock);
	for (uint64_t at = coord; populated && at < coord + size; at += PCPU_PAGE_SIZE)
		pcpu_clear_bit(page_of(at), populated);
}

bool pcpu_units_are_populated(uint32_t coord, size_t size)
{
	unsigned int end = page_of(coord + (uint64_t)size - 1) + 1;

	for (unsigned int page = page_of(coord); page < end; page++)
		if (!pcpu_test_bit(page, populated))
			return false;
	return true;
}

bool pcpu_populated_next(unsigned int *page, uint32_t *coord, size_t *size)
{
	unsigned int from, to;

	pcpu_assert_held(&pcpu_unit_lock);
	if (!populated)
		return false;
	from = to = pcpu_find_next_bit(populated, NR_PAGES, *page);
	while (to < NR_PAGES && pcpu_test_bit(to, populated))
		to++;
	*page = to;
	*coord = (uint32_t)(from * PCPU_PAGE_SIZE);
	*size = (to - from) * PCPU_PAGE_SIZE;
	return to > from;
}
