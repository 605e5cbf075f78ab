/* SPDX-License-Identifier: MIT */
/*
 * processor.h - what the library asks of the processor. Every folder of arch/ has the same files
 * and answers the same questions:
 *
 *	arch_constants.h	numbers of the processor and of its kernel interface, in C
 *	raw_syscall.h		system calls without the C library
 *	bare_thread.h		threads and processes without the C library
 *	other_stack.h		calling a function on another stack
 *	abort_spin.h		a sequence that waits (machine/abort_check.c)
 *	cpu_lock_sequence.h	taking a CPU's lock by a sequence (cpu/cpu_lock.h)
 *	processor.c		which registers there are to keep, and the CPU's number
 *	replace.h		an exchange in memory that is not aligned
 *	pinned_window.c		where pinned_cpu_X() of a thread go
 *	vectors.S		calls that put the vector registers back
 *	slow.S			from an inlined operation to C and back
 *
 * What they have in common stands beside this: spin_result.h.
 *
 * The build names one of these folders, and a header of it is included without a folder.
 */
#ifndef PCPU_PROCESSOR_H
#define PCPU_PROCESSOR_H

#include <stdbool.h>
#include <stdint.h>

/* Finds out which registers there are to keep. Once, before the first operation. */
void pcpu_processor_init(void);

/* Whether a program may ask the processor for the CPU's number. */
bool pcpu_processor_has_rdpid(void);

/* The number of the CPU, by the C library, and every vector register is kept. */
int pcpu_getcpu(void);

/* Calls @fn as the slow side is allowed to call anything that may use vector registers. */
void pcpu_call_saving_vectors(void (*fn)(void *arg), void *arg);

/*
 * Where pinned_cpu_X() of the calling thread go: the start of a window, or 0. Setting it: 0, or a
 * negative errno; -EIO if the system said yes and did nothing. After __percpu_rt is filled in.
 */
void pcpu_pinned_window_init(void);
uintptr_t pcpu_pinned_window(void);
int pcpu_set_pinned_window(uintptr_t window);

#endif /* PCPU_PROCESSOR_H */
