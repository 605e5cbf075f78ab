/* SPDX-License-Identifier: MIT */
/*
 * self.h - what a thread has of its own, and what happens when it ends.
 */
#ifndef PCPU_SELF_H
#define PCPU_SELF_H

#include "memory/entry.h"

#include <percpu/impl/runtime.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern __thread struct percpu_self pcpu_self __attribute__((__tls_model__("initial-exec")));

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

/* Whether the thread whose word it is, or was, is there no more. Signal-safe, keeps errno. */
bool pcpu_word_is_of_gone(intptr_t word);

/* The thread is another process's now, which has copies of its own or @shared ones: a new word. */
void pcpu_self_after_fork(bool shared);

#endif /* PCPU_SELF_H */
