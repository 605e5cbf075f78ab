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
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ __volatile__("syscall"
			     : "=a"(ret)
			     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10)
			     : "rcx", "r11", "memory");
	return ret;
}

#endif /* PCPU_RAW_SYSCALL_H */
