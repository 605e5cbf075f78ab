/* SPDX-License-Identifier: MIT */
/* thread_end.h - what a thread that ends gives back: the CPU that it holds, its pin, its mark. */
#ifndef PCPU_THREAD_END_H
#define PCPU_THREAD_END_H

/* Has it done in every thread that ends and has called pcpu_self_begin(). Once. 0 or -errno. */
int pcpu_thread_end_init(void);

#endif /* PCPU_THREAD_END_H */
