/* SPDX-License-Identifier: MIT */
/* left_behind.c - see left_behind.h. */
#include "hotplug/left_behind.h"
#include "ground/bitmap.h"
#include "ground/fault.h"
#include "ground/layout.h"
#include "ground/log.h"
#include "ground/system/small_file.h"
#include "hotplug/threads.h"

#include <percpu/cpumask.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As the kernel has it, bit by bit. */
struct allowed {
	long size; /* bytes; negative: there is no such thread any more */
	unsigned long mask[PCPU_AFFINITY_CPUS / PCPU_BITS_PER_LONG];
};

static void look(int thread, struct allowed *allowed)
{
	memset(allowed->mask, 0, sizeof(allowed->mask));
	allowed->size =
		syscall(SYS_sched_getaffinity, thread, sizeof(allowed->mask), allowed->mask);
}

static bool is_left_behind(int thread, unsigned int dead_cpu)
{
	struct allowed allowed;
	unsigned int cpu, nr;

	look(thread, &allowed);
	nr = allowed.size > 0 ? (unsigned int)allowed.size * 8 : 0;
	if (dead_cpu >= nr || !pcpu_test_bit(dead_cpu, allowed.mask))
		return false;
	for (cpu = pcpu_find_next_bit(allowed.mask, nr, 0); cpu < nr;
	     cpu = pcpu_find_next_bit(allowed.mask, nr, cpu + 1))
		if (cpu_online(cpu))
			return false;
	return true;
}

static void report(int thread, unsigned int dead_cpu)
{
	char path[64], name[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", thread);
	if (!pcpu_read_small_file(path, name, sizeof(name)))
		return; /* it has ended */
	name[strcspn(name, "\n")] = '\0';
	pcpu_log(PERCPU_LOG_WARNING,
		 "thread %s (%d) may run on CPU %u, which is down, and nowhere "
		 "else",
		 name, thread, dead_cpu);
}

/* Of an entry as the kernel fills a buffer with them: where its own size is, and its name. */
#define ENTRY_SIZE 16
#define ENTRY_NAME 19

static void look_at_some(const char *entries, long size, unsigned int dead_cpu)
{
	unsigned short entry_size;

	for (long at = 0; at < size; at += entry_size) {
		const int thread = (int)strtol(entries + at + ENTRY_NAME, NULL, 10);

		memcpy(&entry_size, entries + at + ENTRY_SIZE, sizeof(entry_size));
		if (thread > 0 && !pcpu_threads_has(thread) && is_left_behind(thread, dead_cpu))
			report(thread, dead_cpu);
	}
}

void pcpu_report_left_behind(unsigned int dead_cpu)
{
	char entries[2048];
	const int fd =
		pcpu_fault(PCPU_FAULT_PROC) ? -1 : open("/proc/self/task", O_RDONLY | O_CLOEXEC);
	long size;

	if (fd < 0)
		return; /* nobody can be named */
	while ((size = syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0)
		look_at_some(entries, size, dead_cpu);
	close(fd);
}
