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
#define __PCPU_SEQ_DESCRIPTOR(exit)                                                                \
	".pushsection __rseq_cs, \"aw?\", %%progbits\n\t"                                          \
	".balign 32\n"                                                                             \
	"3:\n\t"                                                                                   \
	".long 0, 0\n\t"                                                                           \
	".quad 1f, 2f - 1f, 4f\n\t"                                                                \
	".popsection\n\t"                                                                          \
	".pushsection __rseq_cs_ptr_array, \"aw?\", %%progbits\n\t"                                \
	".quad 3b\n\t"                                                                             \
	".popsection\n\t"                                                                          \
	".pushsection __rseq_exit_point_array, \"aw?\", %%progbits\n\t"                            \
	".quad 1f, " exit "\n\t"                                                                   \
	".popsection\n"
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
#define __PCPU_SEQ_ABORT                                                                           \
	".pushsection __rseq_failure, \"ax?\", %%progbits\n\t"                                     \
	".inst 0xd428bc00\n"                                                                       \
	"4:\n\t"
/*
 * The slow side. __percpu_slow finds the code of the operation in w17 and on the stack: the link
 * register (which the compiler does not know to be changed), the pointer, and @bytes of operands,
 * which @puts has put at 16(sp). It replaces the first one by the result, and x16 is 0 if the
 * operation is done. It is called by its address: a lazily bound function's first call would change
 * registers.
 */
#define __PCPU_SEQ_SLOW(puts, bytes, result, done)                                                 \
	__PCPU_SEQ_ABORT                                                                           \
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
	".popsection"
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
