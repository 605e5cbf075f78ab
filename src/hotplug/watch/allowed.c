/* SPDX-License-Identifier: MIT */
/* allowed.c - see allowed.h. */
#include "hotplug/watch/allowed.h"
#include "ground/fault.h"
#include "ground/system/affinity.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool add_thread(long tid, unsigned long *bits, size_t size)
{
	struct pcpu_affinity affinity;
	long got = syscall(SYS_sched_getaffinity, tid, sizeof(affinity.mask), affinity.mask);
	unsigned long any = 0;

	if (got < 0)
		return false;
	for (size_t i = 0; i < (size_t)got / sizeof(*bits) && i < size / sizeof(*bits); i++) {
		bits[i] |= affinity.mask[i];
		any |= affinity.mask[i];
	}
	return any != 0;
}

/* As the kernel writes them. */
struct entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

/* Of the threads in a piece of the folder. */
static bool add_threads(const char *at, const char *end, unsigned long *bits, size_t size)
{
	const long self = syscall(SYS_gettid);
	bool any = false;

	while (at < end) {
		const struct entry *entry = (const void *)at;
		long tid = strtol(entry->name, NULL, 10);

		if (tid > 0 && tid != self)
			any |= add_thread(tid, bits, size);
		at += entry->length;
	}
	return any;
}

bool pcpu_allowed_read(const char *proc, unsigned long *bits, size_t size)
{
	_Alignas(struct entry) char piece[4096];
	char path[128];
	bool any = false;
	long length;
	int tasks;

	snprintf(path, sizeof(path), "%s/self/task", proc);
	memset(bits, 0, size);
	tasks = pcpu_fault(PCPU_FAULT_PROC) ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tasks < 0)
		return false;
	while ((length = syscall(SYS_getdents64, tasks, piece, sizeof(piece))) > 0)
		any |= add_threads(piece, piece + length, bits, size);
	close(tasks);
	return any;
}
