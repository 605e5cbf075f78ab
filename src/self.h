/* SPDX-License-Identifier: MIT */
/*
 * self.h - what a thread has of its own, and what happens when it ends.
 */
#ifndef PCPU_SELF_H
#define PCPU_SELF_H

#include <percpu/runtime.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern __thread struct percpu_self pcpu_self __attribute__((__tls_model__("initial-exec")));

/*
 * Words of an entry's window, which are all negative. Two bits: no sequences, and no way around
 * them either (the short way of the fallback tier, x86_64_fallback.h, goes by the first alone).
 */
#define PCPU_NO_SEQUENCES (INTPTR_MIN)
#define PCPU_SLOW_ONLY ((intptr_t)((uintptr_t)3 << 62))
/* Of a unit that is not open. */
#define PCPU_CLOSED PCPU_SLOW_ONLY

/* The word of a CPU's holder: its thread number, and a bit that no window's address has. */
#define PCPU_HELD 1
static inline bool pcpu_word_is_held(intptr_t word)
{
	return word < 0 && (word & PCPU_HELD);
}
static inline int pcpu_word_thread(intptr_t word)
{
	return (int)((uint32_t)word >> 1);
}

static inline bool pcpu_self_has_local_locks(void)
{
	return pcpu_self.nested >= __PCPU_LOCAL_LOCK;
}

/* From the thread pointer to pcpu_self, for __percpu_rt. */
ptrdiff_t pcpu_self_offset(void);

/* Has @fn called in every thread that ends and has called pcpu_self_begin(). Once, at the boot. */
int pcpu_self_init(void (*fn)(void));

/*
 * Gives the calling thread its word, if it has none yet. May be called in a signal handler, and
 * again by a thread that has begun to end.
 */
void pcpu_self_begin(void);

/* The thread is another process's now, which has copies of its own or @shared ones: a new word. */
void pcpu_self_after_fork(bool shared);

#endif /* PCPU_SELF_H */
