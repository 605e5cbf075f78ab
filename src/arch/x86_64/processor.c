/* SPDX-License-Identifier: MIT */
/*
 * processor.c - what the slow side has to know of the processor: which registers
 * pcpu_call_saving_vectors() has to keep, and whether rdpid gives the CPU's number.
 */
#include "arch/processor.h"

#include <cpuid.h>
#include <sched.h>

/* x87, SSE, AVX, and the three of AVX-512: all that compilers allocate. */
#define XSAVE_COMPONENTS 0xe7
#define CPUID_1_ECX_OSXSAVE (1u << 27)
#define CPUID_7_ECX_RDPID (1u << 22)

/* Of vectors.S. 0: what FXSAVE keeps. */
extern uint32_t pcpu_xsave_mask;
uint32_t pcpu_xsave_mask;

bool pcpu_processor_has_rdpid(void)
{
	unsigned int eax, ebx, ecx, edx;

	return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ecx & CPUID_7_ECX_RDPID);
}

void pcpu_processor_init(void)
{
	unsigned int eax, ebx, ecx, edx;

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & CPUID_1_ECX_OSXSAVE))
		return;
	__asm__("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
	pcpu_xsave_mask = eax & XSAVE_COMPONENTS;
}

/* Not even a system call, as a rule. */
int pcpu_getcpu(void)
{
	return sched_getcpu();
}
