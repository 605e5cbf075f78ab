/* SPDX-License-Identifier: MIT */
/* bare_thread.h - a thread, or a process that shares memory, without the C library. */
#ifndef PCPU_BARE_THREAD_H
#define PCPU_BARE_THREAD_H

#include <sys/syscall.h>

/* an instruction a line */
/* clang-format off */
/*
 * Starts a thread that calls @body(@arg) and must not return from it. It has the caller's thread
 * pointer: nothing in it may be thread-local. *@tid is its number, and 0 when it has ended.
 */
static inline long pcpu_bare_thread(unsigned long flags, void *stack_top, int *tid,
				    void (*body)(void *), void *arg)
{
	register long ret __asm__("x0") = (long)flags;
	register void *stack __asm__("x1") = stack_top;
	register int *parent_tid __asm__("x2") = tid;
	register void *tls __asm__("x3") = 0;
	register int *child_tid __asm__("x4") = tid;
	register void (*child_body)(void *) __asm__("x5") = body;
	register void *child_arg __asm__("x6") = arg;
	register long nr __asm__("x8") = SYS_clone;

	__asm__ __volatile__(
		"svc 0\n\t"
		"cbnz x0, 1f\n\t"
		"mov x29, #0\n\t"
		"mov x0, x6\n\t"
		"blr x5\n\t"
		"brk #1\n"
		"1:"
		: "+r"(ret)
		: "r"(nr), "r"(stack), "r"(parent_tid), "r"(tls), "r"(child_tid), "r"(child_body),
		  "r"(child_arg)
		: "memory", "cc");
	return ret;
}
/* clang-format on */

#endif /* PCPU_BARE_THREAD_H */
