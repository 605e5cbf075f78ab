/* SPDX-License-Identifier: MIT */
/*
 * thread_stack.h - whether another thread of this process may be in the middle of something, or of
 * something that a signal's handler has interrupted.
 */
#ifndef PCPU_THREAD_STACK_H
#define PCPU_THREAD_STACK_H

#include <stdbool.h>

/*
 * Whether the thread of that number sleeps in a system call, and not in a signal's handler: no
 * signal's frame lies above where its stack pointer is. Then whatever makes no system calls is over
 * for it, or has been left by siglongjmp() out of a handler. False also if nobody knows, because it
 * runs, or is another process's, or another one uses its memory meanwhile (vfork()).
 *
 * Not to be asked about a handler that goes over to another stack (swapcontext()) and means to come
 * back. Signal-safe, keeps errno.
 */
bool pcpu_thread_sleeps_in_no_handler(int thread);

#endif /* PCPU_THREAD_STACK_H */
