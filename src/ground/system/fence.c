/* SPDX-License-Identifier: MIT */
/* fence.c - see fence.h. */
#include "ground/system/fence.h"
#include "ground/log.h"
#include "ground/system/only_thread.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALL_CPUS (-1)

#define REGISTER_SEQUENCES MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ
#define REGISTER_THREADS MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED

static int membarrier(int cmd, unsigned int flags, int cpu)
{
	return (int)syscall(SYS_membarrier, cmd, flags, cpu);
}

static bool have(int commands)
{
	int all = membarrier(MEMBARRIER_CMD_QUERY, 0, 0);

	return all > 0 && (all & commands) == commands;
}

static bool register_for(int command)
{
	return membarrier(command, 0, 0) == 0;
}

/*
 * In a process of one thread the kernel has nothing to do for a registration. Else it waits until
 * every CPU has been through its scheduler: that is left for the first fence, which may never come.
 */
static bool register_if_quick(int command)
{
	return !pcpu_is_only_thread() || register_for(command);
}

bool pcpu_fence_init_sequences(void)
{
	return have(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ | REGISTER_SEQUENCES) &&
	       register_if_quick(REGISTER_SEQUENCES);
}

bool pcpu_fence_init_threads(void)
{
	return have(MEMBARRIER_CMD_PRIVATE_EXPEDITED | REGISTER_THREADS) &&
	       register_if_quick(REGISTER_THREADS);
}

int pcpu_fence_register_sequences(void)
{
	return register_for(REGISTER_SEQUENCES) ? 0 : -errno;
}

int pcpu_fence_register_threads(void)
{
	return register_for(REGISTER_THREADS) ? 0 : -errno;
}

static int fence_cpu(int cpu)
{
	if (cpu != ALL_CPUS &&
	    membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, MEMBARRIER_CMD_FLAG_CPU, cpu) == 0)
		return 0;
	if (cpu != ALL_CPUS && errno != EINVAL)
		return -errno;
	/* also on a kernel without the flag */
	return membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ, 0, 0) ? -errno : 0;
}

static void fence_sequences(int cpu)
{
	int saved = errno, err = fence_cpu(cpu);

	/* not yet registered; or this is a child with an address space of its own */
	if (err == -EPERM && register_for(REGISTER_SEQUENCES))
		err = fence_cpu(cpu);
	if (err)
		pcpu_fatal_unlock(
			"membarrier for rseq fails with errno %d: updates cannot be kept apart",
			-err);
	/* the operation may be a signal handler's */
	errno = saved;
}

void pcpu_fence_sequences_on(unsigned int cpu)
{
	fence_sequences((int)cpu);
}

void pcpu_fence_sequences(void)
{
	fence_sequences(ALL_CPUS);
}

void pcpu_fence_threads(void)
{
	int saved = errno, err = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);

	if (err && errno == EPERM && register_for(REGISTER_THREADS))
		err = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	if (err)
		pcpu_fatal_unlock("membarrier fails with errno %d: updates cannot be kept apart",
				  errno);
	errno = saved;
}
