/* SPDX-License-Identifier: MIT */
/* slab.c - see slab.h. */
#include "toolkit/slab.h"
#include "ground/assert.h"
#include "ground/fault.h"
#include "ground/proc/name.h"

#include <string.h>
#include <sys/mman.h>

#define PAGE 4096ul
#define LEAST_SLAB (64ul << 10)
#define LEAST_OBJECTS 16u

static size_t round_up(size_t size, size_t to)
{
	return (size + to - 1) / to * to;
}

/* Pages, and not metadata memory: that may be another thread's when a handler wants some. */
void *pcpu_pages_map(size_t size)
{
	void *pages;

	if (pcpu_fault(PCPU_FAULT_MEM))
		return NULL;
	pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		return NULL;
	pcpu_name_more(pages, size, PCPU_NAME_POOLS);
	return pages;
}

void pcpu_pages_unmap(void *pages, size_t size)
{
	munmap(pages, size);
}

static size_t head_of(unsigned int objects, size_t align)
{
	return round_up(sizeof(struct pcpu_slab) + round_up(objects, 64) / 8, align);
}

void pcpu_slabs_init(struct pcpu_slabs *slabs, size_t size, size_t align)
{
	size_t bytes;

	slabs->object = round_up(size, align);
	bytes = LEAST_OBJECTS * slabs->object;
	bytes = round_up(head_of(LEAST_OBJECTS, align) + bytes, PAGE);
	slabs->size = bytes > LEAST_SLAB ? bytes : LEAST_SLAB;
	slabs->per_slab = (unsigned int)(slabs->size / slabs->object);
	while (head_of(slabs->per_slab, align) + slabs->per_slab * slabs->object > slabs->size)
		slabs->per_slab--;
	slabs->first = head_of(slabs->per_slab, align);
}

/* Room for one more. */
static bool make_room(struct pcpu_slabs *slabs)
{
	const size_t room = slabs->room ? 2 * slabs->room : PAGE / sizeof(struct pcpu_slab *);
	struct pcpu_slab **sorted;

	if (slabs->nr < slabs->room)
		return true;
	sorted = pcpu_pages_map(room * sizeof(struct pcpu_slab *));
	if (!sorted)
		return false;
	if (slabs->room) {
		memcpy(sorted, slabs->sorted, slabs->nr * sizeof(struct pcpu_slab *));
		pcpu_pages_unmap(slabs->sorted, slabs->room * sizeof(struct pcpu_slab *));
	}
	slabs->sorted = sorted;
	slabs->room = room;
	return true;
}

/* How many of them lie at @address or below. */
static size_t count_up_to(const struct pcpu_slabs *slabs, uintptr_t address)
{
	size_t low = 0, high = slabs->nr;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if ((uintptr_t)slabs->sorted[middle] <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct pcpu_slab *pcpu_slabs_add(struct pcpu_slabs *slabs, unsigned int nr)
{
	struct pcpu_slab *slab;
	size_t at;

	pcpu_assert(nr && nr <= slabs->per_slab);
	if (!make_room(slabs))
		return NULL;
	slab = pcpu_pages_map(slabs->size);
	if (!slab)
		return NULL;
	slab->nr = nr;
	at = count_up_to(slabs, (uintptr_t)slab);
	memmove(&slabs->sorted[at + 1], &slabs->sorted[at],
		(slabs->nr - at) * sizeof(struct pcpu_slab *));
	slabs->sorted[at] = slab;
	slabs->nr++;
	return slab;
}

void *pcpu_slab_object(const struct pcpu_slabs *slabs, struct pcpu_slab *slab, unsigned int i)
{
	return (char *)slab + slabs->first + i * slabs->object;
}

struct pcpu_slab *pcpu_slabs_find(const struct pcpu_slabs *slabs, const void *object,
				  unsigned int *index)
{
	const size_t at = count_up_to(slabs, (uintptr_t)object);
	struct pcpu_slab *slab = at ? slabs->sorted[at - 1] : NULL;
	const uintptr_t first = (uintptr_t)slab + slabs->first;

	if (!slab || (uintptr_t)object < first ||
	    ((uintptr_t)object - first) % slabs->object != 0 ||
	    ((uintptr_t)object - first) / slabs->object >= slab->nr)
		return NULL;
	*index = (unsigned int)(((uintptr_t)object - first) / slabs->object);
	return slab;
}

bool pcpu_slab_mark(struct pcpu_slab *slab, unsigned int index)
{
	const uint64_t bit = (uint64_t)1 << index % 64;

	if (slab->bits[index / 64] & bit)
		return false;
	slab->bits[index / 64] |= bit;
	slab->found++;
	return true;
}

void pcpu_slabs_clear(struct pcpu_slabs *slabs)
{
	for (size_t i = 0; i < slabs->nr; i++) {
		struct pcpu_slab *slab = slabs->sorted[i];

		slab->found = 0;
		memset(slab->bits, 0, round_up(slab->nr, 64) / 8);
	}
}

unsigned long pcpu_slabs_free_whole(struct pcpu_slabs *slabs)
{
	unsigned long objects = 0;
	size_t kept = 0;

	for (size_t i = 0; i < slabs->nr; i++) {
		struct pcpu_slab *slab = slabs->sorted[i];

		if (slab->found == slab->nr) {
			objects += slab->nr;
			pcpu_pages_unmap(slab, slabs->size);
		} else {
			slabs->sorted[kept++] = slab;
		}
	}
	slabs->nr = kept;
	return objects;
}

void pcpu_slabs_free(struct pcpu_slabs *slabs)
{
	for (size_t i = 0; i < slabs->nr; i++)
		pcpu_pages_unmap(slabs->sorted[i], slabs->size);
	if (slabs->room)
		pcpu_pages_unmap(slabs->sorted, slabs->room * sizeof(struct pcpu_slab *));
}
