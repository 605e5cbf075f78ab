/* SPDX-License-Identifier: MIT */
/*
 * processor.c - what the slow side has to know of the processor: which registers
 * pcpu_call_saving_vectors() has to keep, and whether rdpid gives the CPU's number.
 */
#include "arch/processor.h"

#include <cpuid.h>
#include <sched.h>
#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 33)
#include <sys/platform/x86.h>
#endif
#endif

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

/*
 * What glibc has asked the processor at the start of the program anyway: on a virtual machine every
 * cpuid leaves the guest, which takes up to ten microseconds.
 */
static bool system_saves_by_xsave(void)
{
#ifdef CPU_FEATURE_ACTIVE
	return CPU_FEATURE_ACTIVE(OSXSAVE);
#else
	unsigned int eax, ebx, ecx, edx;

	__cpuid(1, eax, ebx, ecx, edx); /* every x86-64 processor has it */
	return ecx & CPUID_1_ECX_OSXSAVE;
#endif
}

void pcpu_processor_init(void)
{
	unsigned int eax, edx;

	if (!system_saves_by_xsave())
		return;
	__asm__("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
	pcpu_xsave_mask = eax & XSAVE_COMPONENTS;
}

/* Not even a system call, as a rule. */
int pcpu_getcpu(void)
{
	return sched_getcpu();
}
