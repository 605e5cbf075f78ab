/* SPDX-License-Identifier: MIT */
/* affinity.c - see affinity.h. By system calls: libc's functions have masks of a fixed size. */
#include "ground/system/affinity.h"
#include "ground/system/small_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BITS (8 * sizeof(unsigned long))

static int set(const void *mask, size_t size)
{
	int saved = errno, err = syscall(SYS_sched_setaffinity, 0, size, mask) ? -errno : 0;

	errno = saved;
	return err;
}

int pcpu_affinity_get(struct pcpu_affinity *affinity)
{
	int saved = errno;
	long size = syscall(SYS_sched_getaffinity, 0, sizeof(affinity->mask), affinity->mask);
	int err = size < 0 ? -errno : 0;

	errno = saved;
	affinity->size = size < 0 ? 0 : (size_t)size;
	return err;
}

int pcpu_affinity_set(const struct pcpu_affinity *affinity)
{
	return set(affinity->mask, affinity->size);
}

unsigned int pcpu_affinity_weight(const struct pcpu_affinity *affinity)
{
	unsigned int weight = 0;

	for (size_t i = 0; i < affinity->size / sizeof(unsigned long); i++)
		weight += (unsigned int)__builtin_popcountl(affinity->mask[i]);
	return weight;
}

int pcpu_affinity_set_one(unsigned int cpu)
{
	unsigned long mask[PCPU_AFFINITY_CPUS / BITS] = {0};

	if (cpu >= PCPU_AFFINITY_CPUS)
		return -EINVAL;
	mask[cpu / BITS] = 1UL << cpu % BITS;
	return set(mask, sizeof(mask));
}

bool pcpu_cpu_is_offline(unsigned int cpu)
{
	char path[64], answer[2];
	int saved = errno;
	bool offline;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	offline = pcpu_read_small_file(path, answer, sizeof(answer)) && answer[0] == '0';
	errno = saved;
	return offline;
}

bool pcpu_run_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	struct pcpu_affinity before;
	bool there = pcpu_affinity_get(&before) == 0 && pcpu_affinity_set_one(cpu) == 0;

	fn(arg);
	if (there)
		pcpu_affinity_set(&before);
	return there;
}
