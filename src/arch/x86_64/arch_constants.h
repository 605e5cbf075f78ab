/* SPDX-License-Identifier: MIT */
/* arch_constants.h - what differs between processors and is known when the library is built. */
#ifndef PCPU_ARCH_CONSTANTS_H
#define PCPU_ARCH_CONSTANTS_H

#include <stdbool.h>
#include <stdint.h>

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

/* Kernels of which it is known that their schedulers abort sequences (the same): 5.10 to 6.18. */
#define PCPU_ABORTING_FROM PCPU_VERSION(5, 10)
#define PCPU_ABORTING_UNTIL PCPU_VERSION(6, 19)

/* The most CPUs whose windows ThreadSanitizer can have shadow for (boot/setup_topology.c). */
#define PCPU_TSAN_CPUS 256u

/* What percpu_self has beside the fields of all processors, as a thread begins. */
#define PCPU_SELF_OF_ARCH

/*
 * Words of a signal's frame that lie one behind the other: the stack pointer of what was
 * interrupted, the instruction, the flags (one bit is always set, and interrupts are on), and the
 * segments, of which the kernel fills in the first.
 */
#define PCPU_SIGNAL_FRAME_WORDS 4
#define PCPU_USER_FLAGS 0x202
#define PCPU_USER_CS 0x33
static inline bool pcpu_is_signal_frame(const uint64_t *words)
{
	return words[0] < PCPU_VM_RANGE && words[1] < PCPU_VM_RANGE &&
	       (words[2] & PCPU_USER_FLAGS) == PCPU_USER_FLAGS && words[2] >> 32 == 0 &&
	       words[3] << 16 >> 16 == PCPU_USER_CS;
}

/* What was stored before is seen before what is stored behind it, also by assembly. */
static inline void pcpu_store_fence(void)
{
	__asm__ volatile("" : : : "memory");
}

/* Tells the processor that this is a loop that waits. */
static inline void pcpu_relax(void)
{
	__builtin_ia32_pause();
}

#endif /* PCPU_ARCH_CONSTANTS_H */
