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
	register int *child_tid __asm__("r10") = tid;
	register void (*child_body)(void *) __asm__("r8") = body;
	register void *child_arg __asm__("r9") = arg;
	long ret;

	__asm__ __volatile__(
		"syscall\n\t"
		"testq %%rax, %%rax\n\t"
		"jnz 1f\n\t"
		"xorl %%ebp, %%ebp\n\t"
		"movq %%r9, %%rdi\n\t"
		"call *%%r8\n\t"
		"ud2\n"
		"1:"
		: "=a"(ret)
		: "a"(SYS_clone), "D"(flags), "S"(stack_top), "d"(tid), "r"(child_tid),
		  "r"(child_body), "r"(child_arg)
		: "rcx", "r11", "memory", "cc");
	return ret;
}
/* clang-format on */

#endif /* PCPU_BARE_THREAD_H */
