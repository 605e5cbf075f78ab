/* SPDX-License-Identifier: MIT */
/*
 * probe.h - static probes of the provider "percpu", for bpftrace, perf, SystemTap and gdb. A probe
 * is one nop, and a note that says where it is and which registers have its arguments, in the form
 * that all of these read ("UserSpaceProbeImplementation" of SystemTap's wiki): no header of theirs
 * is needed, and notes are in no segment, so a process has none of them in memory.
 *
 *	PCPU_PROBE2(unit_open, cpu, window);
 *
 * Each argument is 8 bytes, unsigned, in a general register, and computed whether anybody traces or
 * not. So probes stand where things take a while. Where arguments cost something there is a
 * semaphore, which counts tracers: the probe with _IF, behind a look at it.
 *
 * docs/tracing.md has the probes and their arguments.
 */
#ifndef PCPU_PROBE_H
#define PCPU_PROBE_H

#include <stdint.h>

/* clang-format off */
#define PCPU_PROBE_TEXT(name, semaphore, args)                          \
	"1:	nop\n"                                                  \
	"	.pushsection .note.stapsdt, \"\", \"note\"\n"           \
	"	.balign 4\n"                                            \
	"	.4byte 3f - 2f, 5f - 4f, 3\n" /* sizes of name and description; the type */ \
	"2:	.asciz \"stapsdt\"\n"                                   \
	"3:	.balign 4\n"                                            \
	"4:	.8byte 1b\n"                                            \
	"	.8byte _.stapsdt.base\n" /* where that was when the addresses were right */ \
	"	.8byte " semaphore "\n"                                 \
	"	.asciz \"percpu\", \"" name "\", \"" args "\"\n"        \
	"5:	.balign 4\n"                                            \
	"	.popsection\n"                                          \
	"	.ifndef _.stapsdt.base\n"                               \
	"	.pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n" \
	"	.weak _.stapsdt.base\n"                                 \
	"	.hidden _.stapsdt.base\n"                               \
	"_.stapsdt.base: .space 1\n"                                    \
	"	.size _.stapsdt.base, 1\n"                              \
	"	.popsection\n"                                          \
	"	.endif\n"
/* clang-format on */

/* What a message points to has to be in memory by then. */
#define PCPU_PROBE_AT(name, semaphore, args, ...) \
	__asm__ volatile(PCPU_PROBE_TEXT(#name, semaphore, args) : : __VA_ARGS__ : "memory")
#define PCPU_PROBE_IN(value) "r"((uint64_t)(value))

#define PCPU_PROBE1(name, a) PCPU_PROBE_AT(name, "0", "8@%0", PCPU_PROBE_IN(a))
#define PCPU_PROBE2(name, a, b) \
	PCPU_PROBE_AT(name, "0", "8@%0 8@%1", PCPU_PROBE_IN(a), PCPU_PROBE_IN(b))
#define PCPU_PROBE3(name, a, b, c)                                                     \
	PCPU_PROBE_AT(name, "0", "8@%0 8@%1 8@%2", PCPU_PROBE_IN(a), PCPU_PROBE_IN(b), \
		      PCPU_PROBE_IN(c))
#define PCPU_PROBE4(name, a, b, c, d)                                                       \
	PCPU_PROBE_AT(name, "0", "8@%0 8@%1 8@%2 8@%3", PCPU_PROBE_IN(a), PCPU_PROBE_IN(b), \
		      PCPU_PROBE_IN(c), PCPU_PROBE_IN(d))

/* With the semaphore that has this name. */
#define PCPU_PROBE3_IF(semaphore, name, a, b, c)                                              \
	PCPU_PROBE_AT(name, #semaphore, "8@%0 8@%1 8@%2", PCPU_PROBE_IN(a), PCPU_PROBE_IN(b), \
		      PCPU_PROBE_IN(c))
#define PCPU_PROBE4_IF(semaphore, name, a, b, c, d)                                                \
	PCPU_PROBE_AT(name, #semaphore, "8@%0 8@%1 8@%2 8@%3", PCPU_PROBE_IN(a), PCPU_PROBE_IN(b), \
		      PCPU_PROBE_IN(c), PCPU_PROBE_IN(d))
#define PCPU_PROBE10_IF(semaphore, name, a, b, c, d, e, f, g, h, i, j)                        \
	PCPU_PROBE_AT(name, #semaphore, "8@%0 8@%1 8@%2 8@%3 8@%4 8@%5 8@%6 8@%7 8@%8 8@%9",  \
		      PCPU_PROBE_IN(a), PCPU_PROBE_IN(b), PCPU_PROBE_IN(c), PCPU_PROBE_IN(d), \
		      PCPU_PROBE_IN(e), PCPU_PROBE_IN(f), PCPU_PROBE_IN(g), PCPU_PROBE_IN(h), \
		      PCPU_PROBE_IN(i), PCPU_PROBE_IN(j))

#endif /* PCPU_PROBE_H */
