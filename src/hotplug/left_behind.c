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

#include <dirent.h>
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

void pcpu_report_left_behind(unsigned int dead_cpu)
{
	DIR *tasks = pcpu_fault(PCPU_FAULT_PROC) ? NULL : opendir("/proc/self/task");
	struct dirent *task;

	if (!tasks)
		return; /* nobody can be named */
	/* the stream is nobody else's */
	/* cppcheck-suppress readdirCalled */
	while ((task = readdir(tasks)) != NULL) {
		const int thread = atoi(task->d_name);

		if (thread > 0 && !pcpu_threads_has(thread) && is_left_behind(thread, dead_cpu))
			report(thread, dead_cpu);
	}
	closedir(tasks);
}
