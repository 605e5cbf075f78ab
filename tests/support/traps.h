/* SPDX-License-Identifier: MIT */
/*
 * traps.h - runs code with a trap after every instruction of the processor, so that a test can look
 * at, or do something at, each point in the middle of it. The trap is a SIGTRAP, whose handler runs
 * without traps.
 */
#ifndef SUPPORT_TRAPS_H
#define SUPPORT_TRAPS_H

#include <signal.h>

#define TRAP_FLAG 0x100

/* The stack below its pointer may be in use. (An instruction a line, by hand.) */
/* clang-format off */
#define CHANGE_FLAGS(operation, value)                                       \
	__asm__ __volatile__("leaq -128(%%rsp), %%rsp\n\t"                   \
			     "pushfq\n\t"                                    \
			     operation " %[flags], (%%rsp)\n\t"              \
			     "popfq\n\t"                                     \
			     "leaq 128(%%rsp), %%rsp"                        \
			     :                                               \
			     : [flags] "i"(value)                            \
			     : "memory", "cc")
/* clang-format on */

/* From here on @handler is called, in the thread that has called this. */
static inline void traps_begin(void (*handler)(int signo))
{
	signal(SIGTRAP, handler);
	CHANGE_FLAGS("orq", TRAP_FLAG);
}

static inline void traps_end(void)
{
	CHANGE_FLAGS("andq", ~TRAP_FLAG);
	signal(SIGTRAP, SIG_DFL);
}

#endif /* SUPPORT_TRAPS_H */
