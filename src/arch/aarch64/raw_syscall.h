/* SPDX-License-Identifier: MIT */
/*
 * raw_syscall.h - system calls without the C library: for code that may not touch errno, because it
 * runs in a signal handler, or in a thread that shares another one's thread pointer.
 */
#ifndef PCPU_RAW_SYSCALL_H
#define PCPU_RAW_SYSCALL_H

#include <sys/syscall.h>

/* Returns what the kernel returns: a negative errno if it fails. General registers only. */
static inline long pcpu_raw_syscall(long nr, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;

	__asm__ __volatile__("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
	return x0;
}

#endif /* PCPU_RAW_SYSCALL_H */
