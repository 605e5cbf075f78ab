/* SPDX-License-Identifier: MIT */
/* arch_constants.h - what differs between processors and is known when the library is built. */
#ifndef PCPU_ARCH_CONSTANTS_H
#define PCPU_ARCH_CONSTANTS_H

#include <stdbool.h>
#include <stdint.h>

/* What the kernel demands in the four bytes before an abort address; the choice of all users. */
#define PCPU_RSEQ_SIGNATURE 0xd428bc00

/* The relocation that has the loader copy a variable (elf.h). */
#define PCPU_R_COPY R_AARCH64_COPY

/* The address range in which windows may lie: user space with as many bits as it usually has. */
#define PCPU_VM_RANGE (1ULL << 48)

/*
 * The high half of dynamic per-CPU pointers. The topmost 8 bits do not count; of the next 8, bit 55
 * says that the address is the program's, and then bits 52 to 54 must not be set, with 48 and with
 * 52 bits of address. (The topmost ones are zero, so that a fault's report has the whole.)
 */
#define PCPU_POINTER_TAG 0x005ac000UL

/* The private jemalloc keeps its own TLS (cmake/PrivateJemalloc.cmake). */
#define PCPU_JEMALLOC_SHARES_TLS 0

/* The pinned_window of a thread that is not: it makes of every pointer an address that no program
 * can have. */
#define PCPU_NO_WINDOW 0x005ac00000000000UL

/* Kernels that lose aborts (machine/losing_kernel.h): 6.19 to 7.0. */
#define PCPU_LOSING_FROM PCPU_VERSION(6, 19)
#define PCPU_LOSING_UNTIL PCPU_VERSION(7, 1)

/*
 * Kernels of which it is known that their schedulers abort sequences: none. Corrections, and what
 * makes them necessary, come to older kernels too, and here some have lost aborts.
 */
#define PCPU_ABORTING_FROM 0
#define PCPU_ABORTING_UNTIL 0

/* The CPUs whose windows ThreadSanitizer has shadow for: not known. */
#define PCPU_TSAN_CPUS PCPU_NR_CPUS

/* What percpu_self has beside the fields of all processors, as a thread begins. */
#define PCPU_SELF_OF_ARCH .pinned_window = PCPU_NO_WINDOW,

/*
 * Words of a signal's frame that lie one behind the other: the stack pointer of what was
 * interrupted, the instruction, and the state: of a program, with its conditions.
 */
#define PCPU_SIGNAL_FRAME_WORDS 3
#define PCPU_USER_STATE 0xf3201c00
static inline bool pcpu_is_signal_frame(const uint64_t *words)
{
	return words[0] && words[1] && words[0] % 16 == 0 && words[1] % 4 == 0 &&
	       (words[2] & ~(uint64_t)PCPU_USER_STATE) == 0;
}

/* What was stored before is seen before what is stored behind it, also by assembly. */
static inline void pcpu_store_fence(void)
{
	__asm__ volatile("dmb ishst" : : : "memory");
}

/* Tells the processor that this is a loop that waits. */
static inline void pcpu_relax(void)
{
	__asm__ volatile("yield");
}

#endif /* PCPU_ARCH_CONSTANTS_H */
