/* SPDX-License-Identifier: MIT */
/* other_stack.h - calling a function on another stack. */
#ifndef PCPU_OTHER_STACK_H
#define PCPU_OTHER_STACK_H

/* an instruction a line */
/* clang-format off */
/* Calls @fn with @top, aligned to 16, for the end of its stack. It must return. */
static inline void pcpu_call_on_stack(void *top, void (*fn)(void))
{
	register void *x19 __asm__("x19") = top;
	register void (*x20)(void) __asm__("x20") = fn;

	__asm__ __volatile__(
		"mov x21, sp\n\t"
		"mov sp, x19\n\t"
		"blr x20\n\t"
		"mov sp, x21"
		: "+r"(x19), "+r"(x20)
		:
		: "x21", "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
		  "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x30", "v0", "v1", "v2", "v3",
		  "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15",
		  "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26",
		  "v27", "v28", "v29", "v30", "v31", "memory", "cc");
}
/* clang-format on */

#endif /* PCPU_OTHER_STACK_H */
