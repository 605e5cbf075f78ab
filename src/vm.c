/* SPDX-License-Identifier: MIT */
/* vm.c - see vm.h. */
#include "vm.h"
#include "fault.h"
#include "layout.h"

#include <errno.h>
#include <numaif.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* The part of the address space that holes are looked for in: user space with 47 bits. */
#define SPACE_START 0x10000UL
#define SPACE_END 0x7ffffffff000UL

static bool reserved;

static const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

/*
 * The largest hole between mappings. Read with one open file and no allocation: it is used when
 * address space is short.
 */
static size_t largest_hole(uintptr_t *start)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t end = SPACE_START, from, to;
	size_t largest = 0;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx", &from, &to) != 2)
			continue;
		if (from > end && from < SPACE_END && from - end > largest) {
			largest = from - end;
			*start = end;
		}
		end = to;
	}
	if (maps)
		fclose(maps);
	return largest;
}

/*
 * In the middle of the hole, since both its ends grow: the heap from below, later mappings from
 * above.
 */
static int place_in_hole(size_t size, uintptr_t *base)
{
	uintptr_t start = 0;
	size_t hole = largest_hole(&start);

	if (hole < size)
		return -ENOMEM;
	*base = (start + (hole - size) / 2) & ~(uintptr_t)(PCPU_PAGE_SIZE - 1);
	return 0;
}

int pcpu_vm_reserve(size_t size, uintptr_t *base)
{
	void *ptr = MAP_FAILED;

	if (!pcpu_fault(PCPU_FAULT_RESERVE))
		ptr = mmap(NULL, size, PROT_NONE, anonymous, -1, 0);
	reserved = ptr != MAP_FAILED;
	if (!reserved)
		return place_in_hole(size, base);
	/* one counter on each of many CPUs must not cost a huge page each */
	madvise(ptr, size, MADV_NOHUGEPAGE);
	*base = (uintptr_t)ptr;
	return 0;
}

static int commit_reserved(void *ptr, size_t size)
{
	int err;

	if (mprotect(ptr, size, PROT_READ | PROT_WRITE) == 0)
		return 0;
	err = -errno;
	/* it may have got part of the way */
	mprotect(ptr, size, PROT_NONE);
	return err;
}

static int commit_in_hole(void *ptr, size_t size)
{
	void *got = mmap(ptr, size, PROT_READ | PROT_WRITE, anonymous | MAP_FIXED_NOREPLACE, -1, 0);

	if (got == MAP_FAILED)
		return -errno;
	if (got == ptr)
		return 0;
	/* a kernel before 4.17 takes the address for a hint */
	munmap(got, size);
	return -EEXIST;
}

int pcpu_vm_commit(uintptr_t addr, size_t size)
{
	if (pcpu_fault(PCPU_FAULT_COMMIT))
		return -ENOMEM;
	return reserved ? commit_reserved((void *)addr, size) : commit_in_hole((void *)addr, size);
}

/*
 * A reserved part is emptied and closed, not mapped anew: it keeps the memory policy that its
 * window was given. Should closing fail, for want of a mapping's record, an empty part is left
 * open.
 */
void pcpu_vm_decommit(uintptr_t addr, size_t size)
{
	void *ptr = (void *)addr;

	if (!reserved) {
		munmap(ptr, size);
		return;
	}
	madvise(ptr, size, MADV_DONTNEED);
	mprotect(ptr, size, PROT_NONE);
}

int pcpu_vm_bind(uintptr_t addr, size_t size, unsigned int node)
{
	unsigned long mask[1024 / 8 / sizeof(unsigned long)] = {0};
	const unsigned int bits = 8 * sizeof(unsigned long);

	if (pcpu_fault(PCPU_FAULT_BIND))
		return -ENOMEM;
	if (node >= 8 * sizeof(mask))
		return -EINVAL;
	mask[node / bits] = 1UL << (node % bits);
	/* the kernel takes one bit less than the count that it is given */
	return mbind((void *)addr, size, MPOL_PREFERRED, mask, 8 * sizeof(mask) + 1, 0) ? -errno
											: 0;
}

void *pcpu_vm_guarded_array(size_t size, size_t reserve)
{
	void *ptr;

	if (pcpu_fault(PCPU_FAULT_RESERVE))
		return NULL;
	ptr = mmap(NULL, reserve, PROT_NONE, anonymous, -1, 0);
	if (ptr == MAP_FAILED)
		return NULL;
	size = (size + PCPU_PAGE_SIZE - 1) & ~(size_t)(PCPU_PAGE_SIZE - 1);
	if (mprotect(ptr, size, PROT_READ | PROT_WRITE) == 0)
		return ptr;
	munmap(ptr, reserve);
	return NULL;
}
