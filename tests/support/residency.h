/* SPDX-License-Identifier: MIT */
/*
 * residency.h - what a range of addresses costs: which of its pages are in memory, and how much of
 * it can be accessed at all.
 */
#ifndef SUPPORT_RESIDENCY_H
#define SUPPORT_RESIDENCY_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Pages of [start, start + size) that are in memory. A page that is not mapped is not. */
static inline unsigned long resident_pages(uintptr_t start, uint64_t size)
{
	static unsigned char in_memory[16384];
	const uint64_t step = sizeof(in_memory) * 4096;
	unsigned long pages = 0;

	for (uint64_t at = 0; at < size; at += step) {
		uint64_t part = size - at < step ? size - at : step;

		if (mincore((void *)(start + at), part, in_memory) != 0)
			continue;
		for (uint64_t page = 0; page < part / 4096; page++)
			pages += in_memory[page] & 1;
	}
	return pages;
}

/*
 * Pages of [start, start + size) that have memory of their own: unlike resident_pages() this leaves
 * the zero page out, which stands in where memory was only read.
 */
static inline unsigned long pages_of_its_own(uintptr_t start, uint64_t size)
{
	const uint64_t present_and_exclusive = (1UL << 63) | (1UL << 56);
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	unsigned long pages = 0;
	uint64_t entry;

	for (uint64_t at = 0; at < size; at += 4096)
		if (pread(fd, &entry, sizeof(entry), (off_t)((start + at) / 4096 * 8)) == 8)
			pages += (entry & present_and_exclusive) == present_and_exclusive;
	if (fd >= 0)
		close(fd);
	return pages;
}

/* Bytes of [start, start + size) that can be written. */
static inline uint64_t writable_bytes(uintptr_t start, uint64_t size)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t from, to, end = start + size;
	uint64_t bytes = 0;
	char line[512], mode[8];

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 || mode[1] != 'w')
			continue;
		from = from > start ? from : start;
		to = to < end ? to : end;
		if (from < to)
			bytes += to - from;
	}
	if (maps)
		fclose(maps);
	return bytes;
}

/* Bytes of [start, start + size) in mappings with @flag, two letters of VmFlags: nh, dd. */
static inline uint64_t flagged_bytes(uintptr_t start, uint64_t size, const char *flag)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	uintptr_t from = 0, to = 0, end = start + size, at, behind;
	uint64_t bytes = 0;
	char line[512], mode[8], words[4] = {' ', flag[0], flag[1]};

	while (smaps && fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx %7s", &at, &behind, mode) == 3) {
			from = at > start ? at : start;
			to = behind < end ? behind : end;
		} else if (!strncmp(line, "VmFlags:", 8) && strstr(line, words) && from < to) {
			bytes += to - from;
		}
	}
	if (smaps)
		fclose(smaps);
	return bytes;
}

/* Those that core dumps have, the kernel's and gdb's, whether they can be accessed or not. */
static inline uint64_t dumped_bytes(uintptr_t start, uint64_t size)
{
	return size - flagged_bytes(start, size, "dd");
}

#endif /* SUPPORT_RESIDENCY_H */
