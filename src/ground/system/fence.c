/* SPDX-License-Identifier: MIT */
/* fence.c - see fence.h. */
#include "ground/system/fence.h"
#include "ground/log.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALL_CPUS (-1)

static int membarrier(int cmd, unsigned int flags, int cpu)
{
	return (int)syscall(SYS_membarrier, cmd, flags, cpu);
}

static bool have(int commands)
{
	int all = membarrier(MEMBARRIER_CMD_QUERY, 0, 0);

	return all > 0 && (all & commands) == commands;
}

bool pcpu_fence_init_sequences(void)
{
	return have(MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ |
		    MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ) &&
	       membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, 0, 0) == 0;
}

bool pcpu_fence_init_threads(void)
{
	return have(MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
	       membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
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

	/* the registration is the address space's: a child may have one of its own */
	if (err == -EPERM && pcpu_fence_init_sequences())
		err = fence_cpu(cpu);
	if (err)
		pcpu_fatal("membarrier for rseq fails with errno %d: updates cannot be kept apart",
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

	if (err && errno == EPERM && pcpu_fence_init_threads())
		err = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	if (err)
		pcpu_fatal("membarrier fails with errno %d: updates cannot be kept apart", errno);
	errno = saved;
}
