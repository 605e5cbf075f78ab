/* SPDX-License-Identifier: MIT */
/* processor.c - which registers pcpu_call_saving_vectors() has to keep. */
#include "arch/processor.h"

#include <asm/hwcap.h>
#include <sched.h>
#include <sys/auxv.h>

/* Of vectors.S: whether vectors are as long as the processor has them, or of 128 bits. */
extern uint32_t pcpu_has_sve;
uint32_t pcpu_has_sve;

void pcpu_processor_init(void)
{
	pcpu_has_sve = (getauxval(AT_HWCAP) & HWCAP_SVE) != 0;
}

bool pcpu_processor_has_rdpid(void)
{
	return false;
}

static void read_cpu(void *cpu)
{
	*(int *)cpu = sched_getcpu();
}

/* A system call where there is no rseq, and a system call keeps only 128 bits of each vector. */
int pcpu_getcpu(void)
{
	int cpu;

	if (!pcpu_has_sve)
		return sched_getcpu();
	pcpu_call_saving_vectors(read_cpu, &cpu);
	return cpu;
}
