/* SPDX-License-Identifier: MIT */
/*
 * sequence.h - what the text of a restartable sequence consists of, on x86-64; ops.h has the whole
 * in pseudocode.
 *
 * For ops.h, which leaves none of it to a program, and for the library's own sequences, whose files
 * include this after runtime.h; so there is no guard.
 */
#include <percpu/impl/offsets.h>
#include <percpu/impl/begin.h>

/*
 * The low 32 bits of the pointer, in one instruction also where it is the address of a static
 * variable: compilers would take the whole address first and then cut it. And all of it, for the
 * slow side. Nothing is read there:
 * to clang the operand is memory, because it brings what the constraint for addresses is given in a
 * register always; to gcc it is an address, which may be one that no object can have.
 */
#ifdef __clang__
#define __PCPU_SEQ_LOW32 "leal %[ptr], %%r10d\n\t"
#define __PCPU_SEQ_POINTER "leaq %[ptr], %%r10\n\t"
#define __PCPU_SEQ_PTR(ptr) "m"(*(const char *)(ptr))
#else
#define __PCPU_SEQ_LOW32 "leal %a[ptr], %%r10d\n\t"
#define __PCPU_SEQ_POINTER "leaq %a[ptr], %%r10\n\t"
#define __PCPU_SEQ_PTR(ptr) "p"(ptr)
#endif

/* clang-format off */
/*
 * struct rseq_cs: version, flags, start, length, abort; '?' joins the function's COMDAT. And for
 * debuggers, where descriptors are, and where a sequence may be left.
 */
#define __PCPU_SEQ_RECORDS(name, start, end, abort, exits)                                         \
	".pushsection __rseq_cs, \"aw?\", @progbits\n\t"                                           \
	".balign 32\n"                                                                             \
	name ":\n\t"                                                                               \
	".long 0, 0\n\t"                                                                           \
	".quad " start ", " end " - " start ", " abort "\n\t"                                      \
	".popsection\n\t"                                                                          \
	".pushsection __rseq_cs_ptr_array, \"aw?\", @progbits\n\t"                                 \
	".quad " name "b\n\t"                                                                      \
	".popsection\n\t"                                                                          \
	".pushsection __rseq_exit_point_array, \"aw?\", @progbits\n\t"                             \
	exits                                                                                      \
	".popsection\n"
#define __PCPU_SEQ_DESCRIPTOR(exit)                                                                \
	__PCPU_SEQ_RECORDS("3", "1f", "2f", "4f", ".quad 1f, " exit "\n\t")
#define __PCPU_SEQ_BEGIN                                                                           \
	__PCPU_SEQ_DESCRIPTOR("6f")                                                                \
	"5:\n\t"                                                                                   \
	__PCPU_SEQ_LOW32                                                                           \
	"leaq 3b(%%rip), %%r11\n\t"                                                                \
	"movq %%r11, %%fs:8(%[rseq])\n"                                                            \
	"1:\n\t"                                                                                   \
	"movslq %%fs:(%[index]), %%r11\n\t"                                                        \
	"shlq $" __pcpu_stringify(__PCPU_ENTRY_SHIFT) ", %%r11\n\t"                                \
	"addq (%[entries], %%r11), %%r10\n\t"                                                      \
	"js 6f\n\t"
#define __PCPU_SEQ_COMMIT "\n2:\n\t"
/*
 * The kernel demands the signature in the four bytes before the abort address; the three before
 * that make it the operand of an undefined instruction, for disassemblers.
 */
#define __PCPU_SEQ_ABORT                                                                           \
	".pushsection __rseq_failure, \"ax?\", @progbits\n\t"                                      \
	".byte 0x0f, 0xb9, 0x3d\n\t"                                                               \
	".long 0x53053053\n"                                                                       \
	"4:\n\t"
/*
 * Inside of a section of this thread's on this CPU, with r11 as the sequence has found it: the CPU
 * is the thread's until its section ends, wherever it runs, so the sequence need not have been
 * armed to go on at @to with r10 the copy's address. If threads are pinned here, or processes share
 * the copies, or rest is no window, it is for the slow side. After an abort r11 is no CPU's.
 */
#define __PCPU_SEQ_IF_HELD(to)                                                                     \
	"btq $62, %%r10\n\t" /* so are a holder's words, and not those at rest */                  \
	"jnc 7f\n\t"                                                                               \
	"movq __percpu_rt@GOTPCREL(%%rip), %%r10\n\t"                                              \
	"movq " __pcpu_stringify(__PCPU_RT_SELF_OFFSET) "(%%r10), %%r10\n\t"                       \
	"shrq $" __pcpu_stringify(__PCPU_ENTRY_SHIFT) ", %%r11\n\t"                                \
	"cmpl %%r11d, %%fs:(%%r10)\n\t" /* self.cpu */                                             \
	"movq %%fs:" __pcpu_stringify(__PCPU_SELF_WORD) "(%%r10), %%r10\n\t"                       \
	"leaq (, %%r11, 8), %%r11\n\t" /* and not shl: the flags stay */                           \
	"leaq (, %%r11, 8), %%r11\n\t"                                                             \
	"jne 7f\n\t"                                                                               \
	"cmpq %%r10, (%[entries], %%r11)\n\t"                                                      \
	"jne 7f\n\t"                                                                               \
	"testq $-0x80000000, " __pcpu_stringify(__PCPU_ENTRY_ATTENTION) "(%[entries], %%r11)\n\t"  \
	"jne 7f\n\t"                                                                               \
	__PCPU_SEQ_LOW32                                                                           \
	"addq " __pcpu_stringify(__PCPU_ENTRY_REST) "(%[entries], %%r11), %%r10\n\t"               \
	"jns " to "\n"
/*
 * Where it goes on: at the commit, if the commit is all that there is to do, as one instruction; or
 * with @text in a sequence of its own, which handlers of signals abort, then as any abort.
 */
#define __PCPU_SEQ_AT_COMMIT "10:\n\t"
#define __PCPU_SEQ_TO_COMMIT "10b"
#define __PCPU_SEQ_TO_OWN "14f"
#define __PCPU_SEQ_OWN_EXIT(exit) ".quad 12f, " exit "\n\t"
#define __PCPU_SEQ_OWN(text, exits)                                                                \
	".pushsection __rseq_failure, \"ax?\", @progbits\n"                                        \
	"14:\n\t"                                                                                  \
	__PCPU_SEQ_RECORDS("11", "12f", "13f", "4b", exits)                                             \
	"leaq 11b(%%rip), %%r11\n\t"                                                               \
	"movq %%r11, %%fs:8(%[rseq])\n"                                                            \
	"12:\n\t"                                                                                  \
	text "\n"                                                                                  \
	"13:\n\t"                                                                                  \
	"jmp 2b\n\t"                                                                               \
	".popsection\n\t"
/*
 * The slow side. The stack below the pointer may be in use (the red zone), so it is passed over.
 * @pushes puts @bytes of operands on the stack for what @call calls (fallback.h), which
 * replaces the first one by the result and says in ZF whether the operation is done. After an abort
 * nobody knows what is in r11.
 */
#define __PCPU_SEQ_SLOW(to, pushes, call, bytes, result)                                           \
	__PCPU_SEQ_ABORT                                                                           \
	"orq $-1, %%r11\n"                                                                         \
	"6:\n\t"                                                                                   \
	__PCPU_SEQ_IF_HELD(to)                                                                     \
	"7:\n\t"                                                                                   \
	__PCPU_SEQ_POINTER                                                                         \
	"leaq -128(%%rsp), %%rsp\n\t"                                                              \
	pushes                                                                                     \
	call "\n\t"                                                                                \
	result                                                                                     \
	"leaq 128+" #bytes "(%%rsp), %%rsp\n\t"                                                    \
	"jz 2b\n\t"                                                                                \
	"jmp 5b\n\t"                                                                               \
	".popsection\n\t"
/* The short way of the operation and size in @name, and for what has none, the way to C. */
#define __PCPU_SEQ_CALL(name) "call __percpu_fallback_" name
#define __PCPU_SEQ_CALL_C                                                                          \
	"movl %[code], %%r11d\n\t"                                                                 \
	"call *__percpu_slow@GOTPCREL(%%rip)"
#define __PCPU_SEQ_CONSTANTS                                                                       \
	[rseq] "r"(__pcpu_rseq_offset()), [index] "r"(__pcpu_index_offset()),                      \
		[entries] "r"(__pcpu_entries())
#define __PCPU_SEQ_INPUTS(op, n)                                                                   \
	__PCPU_SEQ_CONSTANTS, [ptr] __PCPU_SEQ_PTR(ptr), [code] "i"(__PCPU_CODE(op, n))
#define __PCPU_SEQ_CLOBBERS "memory", "cc", "r10", "r11"
/* clang-format on */
