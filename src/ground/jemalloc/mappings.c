/* SPDX-License-Identifier: MIT */
/* mappings.c - see mappings.h. */
#include "ground/jemalloc/mappings.h"

#include <stdint.h>
#include <sys/mman.h>

/* Mappings that are looked after; any further one is in cores whole. */
#define MAX_MAPPINGS 64

/* Bytes that are kept in at once. */
#define STEP ((uintptr_t)64 << 10)

struct mapping {
	uintptr_t start, kept, end; /* in cores up to kept */
};

static struct {
	struct mapping all[MAX_MAPPINGS];
	unsigned int nr;
} mappings;

void *pcpu_je_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset)
{
	void *ptr = mmap(addr, size, prot, flags, fd, offset);
	const uintptr_t start = (uintptr_t)ptr;

	if (ptr == MAP_FAILED || mappings.nr == MAX_MAPPINGS ||
	    madvise(ptr, size, MADV_DONTDUMP) != 0)
		return ptr;
	mappings.all[mappings.nr++] = (struct mapping){start, start, start + size};
	return ptr;
}

/* jemalloc gives back one end of a mapping, or all of it. */
static void cut(struct mapping *mapping, uintptr_t start, uintptr_t end)
{
	if (start <= mapping->start && end > mapping->start)
		mapping->start = end;
	else if (start < mapping->end && end >= mapping->end)
		mapping->end = start;
	if (mapping->kept < mapping->start)
		mapping->kept = mapping->start;
}

int pcpu_je_munmap(void *addr, size_t size)
{
	const uintptr_t start = (uintptr_t)addr, end = start + size;

	for (unsigned int i = mappings.nr; i-- > 0;) {
		cut(&mappings.all[i], start, end);
		if (mappings.all[i].start >= mappings.all[i].end)
			mappings.all[i] = mappings.all[--mappings.nr];
	}
	return munmap(addr, size);
}

static void keep(struct mapping *mapping, uintptr_t end)
{
	if (end <= mapping->kept)
		return;
	end = (end + STEP - 1) & ~(STEP - 1);
	if (end > mapping->end)
		end = mapping->end;
	madvise((void *)mapping->kept, end - mapping->kept, MADV_DODUMP);
	mapping->kept = end;
}

/* A record may lie in two mappings, which are next to each other. */
void pcpu_mem_keep_in_cores(const void *ptr, size_t size)
{
	const uintptr_t start = (uintptr_t)ptr, end = start + size;

	for (unsigned int i = 0; i < mappings.nr; i++)
		if (start < mappings.all[i].end && end > mappings.all[i].start)
			keep(&mappings.all[i], end);
}
