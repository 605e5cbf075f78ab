/* SPDX-License-Identifier: MIT */
/*
 * sequence.h - what the text of a restartable sequence consists of, on aarch64; ops.h has the
 * whole.
 *
 * For ops.h, which leaves none of it to a program, and for the library's own sequences, whose files
 * include this after runtime.h; so there is no guard.
 */
#include <percpu/impl/offsets.h>
#include <percpu/impl/begin.h>

/* clang-format off */
/*
 * struct rseq_cs: version, flags, start, length, abort; '?' joins the function's COMDAT. And for
 * debuggers, where descriptors are, and where a sequence may be left.
 */
#define __PCPU_SEQ_RECORDS(name, start, end, abort, exits)                                         \
	".pushsection __rseq_cs, \"aw?\", %%progbits\n\t"                                          \
	".balign 32\n"                                                                             \
	name ":\n\t"                                                                               \
	".long 0, 0\n\t"                                                                           \
	".quad " start ", " end " - " start ", " abort "\n\t"                                      \
	".popsection\n\t"                                                                          \
	".pushsection __rseq_cs_ptr_array, \"aw?\", %%progbits\n\t"                                \
	".quad " name "b\n\t"                                                                      \
	".popsection\n\t"                                                                          \
	".pushsection __rseq_exit_point_array, \"aw?\", %%progbits\n\t"                            \
	exits                                                                                      \
	".popsection\n"
#define __PCPU_SEQ_DESCRIPTOR(exit)                                                                \
	__PCPU_SEQ_RECORDS("3", "1f", "2f", "4f", ".quad 1f, " exit "\n\t")
#define __PCPU_SEQ_PUBLISH                                                                         \
	"adrp x16, 3b\n\t"                                                                         \
	"add x16, x16, #:lo12:3b\n\t"                                                              \
	"str x16, [%[rseq], #8]\n"                                                                 \
	"1:\n\t"
#define __PCPU_SEQ_BEGIN                                                                           \
	__PCPU_SEQ_DESCRIPTOR("4f")                                                                \
	"5:\n\t"                                                                                   \
	__PCPU_SEQ_PUBLISH                                                                         \
	"ldrsw x16, [%[index]]\n\t"                                                                \
	"add x16, %[entries], x16, lsl #" __pcpu_stringify(__PCPU_ENTRY_SHIFT) "\n\t"              \
	"ldr x16, [x16]\n\t"                                                                       \
	"tbz x16, #63, 6f\n\t"                                                                     \
	"b 4f\n"                                                                                   \
	"6:\n\t"
#define __PCPU_SEQ_COPY "[x16, %w[ptr], uxtw]"
#define __PCPU_SEQ_COMMIT "\n2:\n\t"
/* The kernel demands the signature in the four bytes before the abort address; it is a brk. */
#define __PCPU_SEQ_SIGNATURE ".inst 0xd428bc00\n"
#define __PCPU_SEQ_ABORT                                                                           \
	".pushsection __rseq_failure, \"ax?\", %%progbits\n\t"                                     \
	__PCPU_SEQ_SIGNATURE                                                                       \
	"4:\n\t"
/*
 * Inside of a section of this thread's on this CPU: the CPU is the thread's until its section ends,
 * wherever it runs, so the sequence need not be armed to go on at @to with x16 the window. If
 * threads are pinned here, or processes share the copies, or rest is no window, it is for the slow
 * side. A holder's words have bit 62, and those at rest have not. (What a veneer, or an abort, may
 * have left in x16 is no matter: the slow side is always right.)
 */
#define __PCPU_SEQ_IF_HELD(to)                                                                     \
	"tbz x16, #62, 15f\n\t"                                                                    \
	"ldrsw x17, [%[index]]\n\t"                                                                \
	"add x16, %[entries], x17, lsl #" __pcpu_stringify(__PCPU_ENTRY_SHIFT) "\n\t"              \
	"stp x0, x1, [sp, #-16]!\n\t"                                                              \
	"adrp x0, :got:__percpu_rt\n\t"                                                            \
	"ldr x0, [x0, #:got_lo12:__percpu_rt]\n\t"                                                 \
	"ldr x0, [x0, #" __pcpu_stringify(__PCPU_RT_SELF_OFFSET) "]\n\t"                           \
	"mrs x1, tpidr_el0\n\t"                                                                    \
	"add x0, x0, x1\n\t"                                                                       \
	"ldr w1, [x0]\n\t" /* self.cpu */                                                          \
	"eor w17, w17, w1\n\t" /* and not cmp: the flags stay */                                   \
	"ldr x0, [x0, #" __pcpu_stringify(__PCPU_SELF_WORD) "]\n\t"                                \
	"ldr x1, [x16]\n\t"                                                                        \
	"eor x0, x0, x1\n\t"                                                                       \
	"orr x17, x17, x0\n\t"                                                                     \
	"ldr x0, [x16, #" __pcpu_stringify(__PCPU_ENTRY_ATTENTION) "]\n\t"                         \
	"orr x17, x17, x0, lsr #31\n\t"                                                            \
	"ldr x16, [x16, #" __pcpu_stringify(__PCPU_ENTRY_REST) "]\n\t"                             \
	"orr x17, x17, x16, lsr #63\n\t"                                                           \
	"ldp x0, x1, [sp], #16\n\t"                                                                \
	"cbnz x17, 15f\n\t"                                                                        \
	"b " to "\n\t"                                                                             \
	__PCPU_SEQ_SIGNATURE                                                                       \
	"15:\n\t"
/*
 * Where it goes on: behind the look at the window, if there is one access that counts; or with
 * @text, which ends at 13 or leaves to there, in a sequence of its own. Handlers of signals abort
 * that, and then it is for the slow side.
 */
#define __PCPU_SEQ_TO_COMMIT "6b"
#define __PCPU_SEQ_TO_OWN "14f"
#define __PCPU_SEQ_OWN_EXIT ".quad 12f, 13f\n\t"
#define __PCPU_SEQ_OWN(text, exits)                                                                \
	".pushsection __rseq_failure, \"ax?\", %%progbits\n"                                       \
	"14:\n\t"                                                                                  \
	__PCPU_SEQ_RECORDS("11", "12f", "13f", "15b", exits)                                       \
	"adrp x17, 11b\n\t"                                                                        \
	"add x17, x17, #:lo12:11b\n\t"                                                             \
	"str x17, [%[rseq], #8]\n"                                                                 \
	"12:\n\t"                                                                                  \
	text "\n"                                                                                  \
	"13:\n\t"                                                                                  \
	"b 2b\n\t"                                                                                 \
	".popsection"
/*
 * The slow side. __percpu_slow finds the code of the operation in w17 and on the stack: the link
 * register (which the compiler does not know to be changed), the pointer, and @bytes of operands,
 * which @puts has put at 16(sp). It replaces the first one by the result, and x16 is 0 if the
 * operation is done. It is called by its address: a lazily bound function's first call would change
 * registers.
 */
#define __PCPU_SEQ_SLOW(held, puts, bytes, result, done)                                           \
	__PCPU_SEQ_ABORT                                                                           \
	held                                                                                       \
	"stp x30, %[ptr], [sp, #-(16 + " #bytes ")]!\n\t"                                          \
	puts                                                                                       \
	"adrp x16, :got:__percpu_slow\n\t"                                                         \
	"ldr x16, [x16, #:got_lo12:__percpu_slow]\n\t"                                             \
	"mov w17, #%c[code]\n\t"                                                                   \
	"blr x16\n\t"                                                                              \
	"ldr x30, [sp]\n\t"                                                                        \
	result                                                                                     \
	"add sp, sp, #(16 + " #bytes ")\n\t"                                                       \
	"cbz x16, 7f\n\t"                                                                          \
	"b 5b\n"                                                                                   \
	"7:\n\t"                                                                                   \
	"b " done "\n\t"                                                                           \
	".popsection\n\t"
#define __PCPU_SEQ_PUT(mod) "mov " mod "17, %" mod "[val]\n\tstr x17, [sp, #16]\n\t"
/* mov takes fewer constants than add */
#define __PCPU_SEQ_PUT_ADDEND(mod)                                                                 \
	"mov " mod "17, #0\n\tadd " mod "17, " mod "17, %" mod "[val]\n\tstr x17, [sp, #16]\n\t"
#define __PCPU_SEQ_CONSTANTS                                                                       \
	[rseq] "r"(__pcpu_thread_pointer() + (uintptr_t)__percpu_rt.rseq_offset),                  \
		[index] "r"(__pcpu_thread_pointer() + (uintptr_t)__percpu_rt.index_offset),        \
		[entries] "r"(__percpu_rt.entries)
#define __PCPU_SEQ_CLOBBERS "memory", "x16", "x17"
/* clang-format on */
