/* SPDX-License-Identifier: MIT */
/* vm_resident.c - how many bytes of a range are really in memory; see vm.h. */
#include "ground/fault.h"
#include "ground/layout.h"
#include "memory/pages/vm.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Pages that are looked at in one go. */
#define BLOCK 512UL

/* Of an entry of /proc/self/pagemap. */
#define PRESENT (1ULL << 63)
#define EXCLUSIVE (1ULL << 56)

static size_t pages_of_block(size_t size)
{
	return size < BLOCK * PCPU_PAGE_SIZE ? size / PCPU_PAGE_SIZE : BLOCK;
}

/* Adds up the bytes from @pagemap. False: it cannot be read. */
static bool resident_by_pagemap(int pagemap, uintptr_t addr, size_t size, size_t *bytes)
{
	uint64_t entries[BLOCK];

	for (*bytes = 0; size; size -= pages_of_block(size) * PCPU_PAGE_SIZE) {
		size_t pages = pages_of_block(size), len = pages * sizeof(*entries);
		off_t at = (off_t)(addr / PCPU_PAGE_SIZE * sizeof(*entries));

		if (syscall(SYS_pread64, pagemap, entries, len, at) != (long)len)
			return false;
		for (size_t page = 0; page < pages; page++)
			if ((entries[page] & PRESENT) && (entries[page] & EXCLUSIVE))
				*bytes += PCPU_PAGE_SIZE;
		addr += pages * PCPU_PAGE_SIZE;
	}
	return true;
}

/* One page that is not mapped makes mincore() fail for all: then for each by itself. */
/* NOLINTNEXTLINE(misc-no-recursion): of one page it calls itself no more */
static size_t resident_block_by_mincore(uintptr_t addr, size_t pages)
{
	unsigned char in_memory[BLOCK];
	size_t bytes = 0;

	if (mincore((void *)addr, pages * PCPU_PAGE_SIZE, in_memory) == 0) {
		for (size_t page = 0; page < pages; page++)
			bytes += in_memory[page] & 1 ? PCPU_PAGE_SIZE : 0;
		return bytes;
	}
	for (size_t page = 0; pages > 1 && page < pages; page++)
		bytes += resident_block_by_mincore(addr + page * PCPU_PAGE_SIZE, 1);
	return bytes;
}

static size_t resident_by_mincore(uintptr_t addr, size_t size)
{
	size_t bytes = 0, pages;

	for (; size; size -= pages * PCPU_PAGE_SIZE, addr += pages * PCPU_PAGE_SIZE) {
		pages = pages_of_block(size);
		bytes += resident_block_by_mincore(addr, pages);
	}
	return bytes;
}

/* By bare system calls, which are no points of cancellation: the caller has locks. */
size_t pcpu_vm_resident(uintptr_t addr, size_t size)
{
	size_t bytes = 0;
	bool read = false;
	int pagemap = -1;

	if (!pcpu_fault(PCPU_FAULT_PROC))
		pagemap = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/pagemap",
				       O_RDONLY | O_CLOEXEC);
	if (pagemap >= 0) {
		read = resident_by_pagemap(pagemap, addr, size, &bytes);
		syscall(SYS_close, pagemap);
	}
	return read ? bytes : resident_by_mincore(addr, size);
}
