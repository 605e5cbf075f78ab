/* SPDX-License-Identifier: MIT */
/* other_stack.h - calling a function on another stack. */
#ifndef PCPU_OTHER_STACK_H
#define PCPU_OTHER_STACK_H

/* an instruction a line */
/* clang-format off */
/* Calls @fn with @top, aligned to 16, for the end of its stack. It must return. */
static inline void pcpu_call_on_stack(void *top, void (*fn)(void))
{
	__asm__ __volatile__(
		"movq %%rsp, %%rbx\n\t"
		"movq %[top], %%rsp\n\t"
		"call *%[fn]\n\t"
		"movq %%rbx, %%rsp"
		: [top] "+r"(top), [fn] "+r"(fn)
		:
		: "rbx", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1",
		  "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
		  "xmm12", "xmm13", "xmm14", "xmm15", "memory", "cc");
}
/* clang-format on */

#endif /* PCPU_OTHER_STACK_H */
