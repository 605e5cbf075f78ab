/* SPDX-License-Identifier: MIT */
/* affinity.c - see affinity.h. By system calls: libc's functions have masks of a fixed size. */
#include "ground/system/affinity.h"
#include "ground/fault.h"
#include "ground/system/small_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BITS (8 * sizeof(unsigned long))

static int set(const void *mask, size_t size)
{
	int saved = errno, err = 0;

	if (pcpu_fault(PCPU_FAULT_AFFINITY))
		err = -EINVAL;
	else if (syscall(SYS_sched_setaffinity, 0, size, mask) != 0)
		err = -errno;
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

void pcpu_affinity_make_one(struct pcpu_affinity *affinity, unsigned int cpu)
{
	*affinity = (struct pcpu_affinity){.size = sizeof(affinity->mask)};
	if (cpu < PCPU_AFFINITY_CPUS)
		affinity->mask[cpu / BITS] = 1UL << cpu % BITS;
}

int pcpu_affinity_set_one(unsigned int cpu)
{
	struct pcpu_affinity one;

	/* of none at all the kernel says -EINVAL */
	pcpu_affinity_make_one(&one, cpu);
	return pcpu_affinity_set(&one);
}

/* What the kernel copies is what it was built for, and not always all of what was set. */
bool pcpu_affinity_is_one(unsigned int cpu)
{
	struct pcpu_affinity now;

	return pcpu_affinity_get(&now) == 0 && cpu / BITS < now.size / sizeof(unsigned long) &&
	       pcpu_affinity_weight(&now) == 1 && (now.mask[cpu / BITS] >> cpu % BITS & 1);
}

/* The kernel takes away what is not there, or not allowed. */
int pcpu_affinity_set_all(void)
{
	struct pcpu_affinity all = {.size = sizeof(all.mask)};

	memset(all.mask, 0xff, sizeof(all.mask));
	return pcpu_affinity_set(&all);
}

static bool has_folder(unsigned int cpu)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u", cpu);
	return syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
}

/*
 * A possible CPU that is not in the machine has no folder. That of the caller has one: so these are
 * the kernel's, and not something that a container shows instead.
 */
static bool is_absent(unsigned int cpu)
{
	unsigned int here = PCPU_AFFINITY_CPUS;

	return !has_folder(cpu) && syscall(SYS_getcpu, &here, NULL, NULL) == 0 && has_folder(here);
}

bool pcpu_cpu_is_offline(unsigned int cpu)
{
	char path[64], answer[2];
	int saved = errno;
	bool offline;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
	if (pcpu_read_small_file(path, answer, sizeof(answer)))
		offline = answer[0] == '0';
	else
		offline = is_absent(cpu);
	errno = saved;
	return offline;
}
