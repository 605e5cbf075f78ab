/* SPDX-License-Identifier: MIT */
/* mappings.c - see mappings.h. */
#include "ground/jemalloc/mappings.h"
#include "ground/proc/name.h"

#include <stdint.h>
#include <sys/mman.h>

/* Mappings that are looked after; any further one is in cores whole. */
#define MAX_MAPPINGS 64

/* Bytes that are kept in at once. */
#define STEP ((uintptr_t)64 << 10)

/* jemalloc starts with 8 MiB of address space, in pieces that are to begin where huge pages do. */
#define HUGE ((uintptr_t)2 << 20)
#define SUPPLY ((size_t)16 << 20)

struct mapping {
	uintptr_t start, kept, end; /* in cores up to kept */
};

static struct {
	struct mapping all[MAX_MAPPINGS];
	unsigned int nr;
} mappings;

/* What mappings are made of while jemalloc starts; 0, 0: it does not. Out of cores already. */
static struct {
	uintptr_t next, end;
} supply;

static void look_after(void *ptr, size_t size)
{
	const uintptr_t start = (uintptr_t)ptr;

	mappings.all[mappings.nr++] = (struct mapping){start, start, start + size};
}

/* Pieces of any alignment that a mapping of the kernel's could have had by chance. */
static void *take_from_supply(size_t size)
{
	void *ptr = (void *)supply.next;

	if (size > supply.end - supply.next || mappings.nr == MAX_MAPPINGS)
		return NULL;
	supply.next += size;
	look_after(ptr, size);
	return ptr;
}

void *pcpu_je_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset)
{
	void *ptr = addr ? NULL : take_from_supply(size);

	if (ptr)
		return ptr;
	ptr = mmap(addr, size, prot, flags, fd, offset);
	if (ptr == MAP_FAILED)
		return ptr;
	pcpu_name_more(ptr, size, PCPU_NAME_METADATA);
	if (mappings.nr < MAX_MAPPINGS && madvise(ptr, size, MADV_DONTDUMP) == 0)
		look_after(ptr, size);
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
	if (end != supply.next)
		return munmap(addr, size);
	/* the last piece, given back: as if it had not been */
	supply.next = start;
	return madvise(addr, size, MADV_DONTNEED);
}

static uintptr_t ceil_to(uintptr_t address, uintptr_t alignment)
{
	return (address + alignment - 1) & ~(alignment - 1);
}

void *pcpu_mappings_begin(void)
{
	void *ptr = mmap(NULL, SUPPLY, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (ptr == MAP_FAILED)
		return NULL;
	madvise(ptr, SUPPLY, MADV_DONTDUMP);
	pcpu_name_more(ptr, SUPPLY, PCPU_NAME_METADATA);
	supply.next = ceil_to((uintptr_t)ptr, HUGE);
	supply.end = (uintptr_t)ptr + SUPPLY - PCPU_MAPPINGS_STACK;
	if (supply.next != (uintptr_t)ptr)
		munmap(ptr, supply.next - (uintptr_t)ptr);
	return (void *)(supply.end + PCPU_MAPPINGS_STACK);
}

void pcpu_mappings_end(void)
{
	munmap((void *)supply.next, supply.end + PCPU_MAPPINGS_STACK - supply.next);
	supply.next = supply.end = 0;
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
