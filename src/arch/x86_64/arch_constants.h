/* SPDX-License-Identifier: MIT */
/* arch_constants.h - what differs between processors and is known when the library is built. */
#ifndef PCPU_ARCH_CONSTANTS_H
#define PCPU_ARCH_CONSTANTS_H

/* What the kernel demands in the four bytes before an abort address; the choice of all users. */
#define PCPU_RSEQ_SIGNATURE 0x53053053

/* The relocation that has the loader copy a variable (elf.h). */
#define PCPU_R_COPY R_X86_64_COPY

/* The address range in which windows may lie: user space with as many bits as it usually has. */
#define PCPU_VM_RANGE (1ULL << 47)

/*
 * The high half of dynamic per-CPU pointers: bits 62 and 63 differ, which the processor refuses
 * with 48 and with 57 bits of address.
 */
#define PCPU_POINTER_TAG 0x5ac00000UL

/* All threads share one copy of the private jemalloc's TLS (cmake/PrivateJemalloc.cmake). */
#define PCPU_JEMALLOC_SHARES_TLS 1

/* Kernels that lose aborts (machine/losing_kernel.h): none. */
#define PCPU_LOSING_FROM 0
#define PCPU_LOSING_UNTIL 0

/*
 * The CPUs whose windows ThreadSanitizer has shadow for: it knows 1.5 TiB of mappings, and programs
 * want some of that.
 */
#define PCPU_TSAN_CPUS 256u

/* What percpu_self has beside the fields of all processors, as a thread begins. */
#define PCPU_SELF_OF_ARCH

/* Tells the processor that this is a loop that waits. */
static inline void pcpu_relax(void)
{
	__builtin_ia32_pause();
}

#endif /* PCPU_ARCH_CONSTANTS_H */
