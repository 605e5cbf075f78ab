/* SPDX-License-Identifier: MIT */
/*
 * thread.h - how the threads of this process reach their CPU's copy: the tier, and the slow path.
 *
 * The public functions that are implemented here are declared in percpu/ops.h, percpu/runtime.h and
 * percpu/backend.h.
 */
#ifndef PCPU_THREAD_H
#define PCPU_THREAD_H

#include "copy_op.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pcpu_backend_choice {
	PCPU_BACKEND_AUTO,
	PCPU_BACKEND_RSEQ,
	PCPU_BACKEND_FALLBACK,
};

/*
 * Chooses the tier of the process, for good. With PCPU_BACKEND_RSEQ, where there is no rseq, the
 * fallback is taken all the same. Returns true if sequences may be used. Once.
 */
bool pcpu_thread_init(enum pcpu_backend_choice choice);

/* Whether the tier is rseq. Constant after pcpu_thread_init(). */
extern bool pcpu_thread_sequences;

static inline bool pcpu_thread_has_sequences(void)
{
	return pcpu_thread_sequences;
}

/* Whether the calling thread can use the tier's fast path: in the rseq tier, whether it has rseq.
 */
bool pcpu_thread_keeps_up(void);

/* The CPU that the caller runs on, or ran on a moment ago. Uses general registers only. */
unsigned int pcpu_thread_this_cpu(void);

/* Does @op on the copy of @low by a visit to the CPU that the caller runs on. Returns its result.
 */
uint64_t pcpu_thread_visit(const struct pcpu_op *op, uint32_t low);

/* Returns when no visit that was under way at the call is so any more. */
void pcpu_thread_wait_for_visitor(void);

/* After this no sequence of this process that began before, on any CPU, is going to commit. */
void pcpu_thread_fence_all(void);

/* From the thread pointer to the area that holds the CPU number, bytes; for __percpu_rt. */
ptrdiff_t pcpu_thread_rseq_offset(void);

/*
 * Forgets the descriptor that the calling thread's area still points to: the module that it lies in
 * may be unloaded next, and the kernel would read it.
 */
void pcpu_thread_forget_sequence(void);

/* Around fork(): no visit is under way while the address space is copied. */
void pcpu_thread_lock_for_fork(void);
void pcpu_thread_unlock_after_fork(void);

#endif /* PCPU_THREAD_H */
