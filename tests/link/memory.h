/* SPDX-License-Identifier: MIT */
/* memory.h - what a process has in memory, for programs that must not grow. */
#ifndef LINK_MEMORY_H
#define LINK_MEMORY_H

#include <stdio.h>

/*
 * In KiB; 0: it cannot be read. Counted page by page: the numbers of statm lag behind, by some a
 * thread or a CPU. With Linux 6.1 it is too little at times while other threads map and unmap.
 */
static inline unsigned long resident_kib(void)
{
	FILE *file = fopen("/proc/self/smaps_rollup", "r");
	unsigned long kib = 0;
	char line[256];

	while (file && !kib && fgets(line, sizeof(line), file))
		if (sscanf(line, "Rss: %lu kB", &kib) != 1)
			kib = 0;
	if (file)
		fclose(file);
	return kib;
}

#endif /* LINK_MEMORY_H */
