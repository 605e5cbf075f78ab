/* SPDX-License-Identifier: MIT */
/*
 * fallback.h - the short way of the fallback tier: an operation on a CPU that nobody holds,
 * by a thread that has a mark. Steps F1 to F4 of the library's hold.h; all else is C.
 *
 * There is a function for each operation and size, and one copy of it in each executable or shared
 * object that uses the operation: a call from there to the library's text and back would take as
 * long as half of the operation. The copies come with the sequences, whose slow side calls them,
 * and linkers keep one of each (COMDAT, hidden). So an object that was linked before (ld -r) must
 * not have its hidden names made local: linkers would refuse it beside another one.
 *
 * r10 is the per-CPU pointer, r11 the offset of the CPU's entry as the sequence
 * has found it, or negative if it has found none; on the stack, above the return address, lie the
 * operation's operands, the last one first. Returns with ZF set if the operation is done, and its
 * result is in the place of the first operand; clear if it is to be tried again. Changes r10, r11
 * and the flags. So does __percpu_slow, which finds the code of the operation in r11d.
 *
 * Used and left as sequence.h, which comes before it.
 */
/* clang-format off */
/*
 * F1 and F2. Then r10 is the copy's address and rcx the mark, and the stack has a word more. Only a
 * copy that is aligned to its size: a locked instruction across two cache lines stops every CPU of
 * the machine for a time. Of a CPU's window, bit 62 says that somebody holds the CPU, or that this
 * way is not to be taken; bit 61, that operations fence themselves. In another tier no thread has a
 * mark. (The highest bit of a base: that pointers are to be looked up, for those who come later.)
 */
#define __PCPU_FALLBACK_BEGIN(n)                                                                   \
	"pushq %%rcx\n\t"                                                                          \
	"movq __percpu_rt@GOTPCREL(%%rip), %%rcx\n\t"                                              \
	"testq %%r11, %%r11\n\t"                                                                   \
	"js 7f\n\t"                                                                                \
	"70:\n\t"                                                                                  \
	"addq " __pcpu_stringify(__PCPU_RT_ENTRIES) "(%%rcx), %%r11\n\t"                           \
	"movq " __pcpu_stringify(__PCPU_RT_SELF_OFFSET) "(%%rcx), %%rcx\n\t"                       \
	"movq %%fs:" __pcpu_stringify(__PCPU_SELF_MARK) "(%%rcx), %%rcx\n\t"                       \
	"testb $" #n " - 1, %%r10b\n\t"                                                            \
	"jne 8f\n\t"                                                                               \
	"testq %%rcx, %%rcx\n\t"                                                                   \
	"jz 8f\n\t"                                                                                \
	"cmpq $0, (%%rcx)\n\t" /* not if this is a signal's handler that has interrupted one */    \
	"jne 8f\n\t"                                                                               \
	"movq %%r11, (%%rcx)\n\t"                                                                  \
	"testb $0x60, 7(%%r11)\n\t"                                                                \
	"jne 9f\n\t"                                                                               \
	"71:\n\t"                                                                                  \
	"movl %%r10d, %%r10d\n\t"                                                                  \
	"addq " __pcpu_stringify(__PCPU_ENTRY_BASE) "(%%r11), %%r10\n\t"                           \
	"btrq $63, %%r10\n\t"
/* Where operands are until then: the last one, and the one before it. */
#define __PCPU_FALLBACK_LAST "16(%%rsp)"
#define __PCPU_FALLBACK_FIRST "24(%%rsp)"
/*
 * F4. And behind the return: what to do where the kernel gives no number, which is to take what the
 * processor has of it, if that is to be trusted (the rest of it is the node); F1 and F2 where
 * operations fence themselves, which is what xchg does; and the way to C.
 */
#define __PCPU_FALLBACK_END                                                                        \
	"movq $0, (%%rcx)\n\t"                                                                     \
	"popq %%rcx\n\t"                                                                           \
	"cmpl %%r11d, %%r11d\n\t"                                                                  \
	"ret\n\t"                                                                                  \
	"7:\n\t"                                                                                   \
	"cmpl $0, " __pcpu_stringify(__PCPU_RT_RDPID_CPUS) "(%%rcx)\n\t"                           \
	"je 8f\n\t"                                                                                \
	"rdpid %%r11\n\t"                                                                          \
	"andl $0xfff, %%r11d\n\t"                                                                  \
	"cmpl %%r11d, " __pcpu_stringify(__PCPU_RT_RDPID_CPUS) "(%%rcx)\n\t"                       \
	"jna 8f\n\t"                                                                               \
	"shlq $" __pcpu_stringify(__PCPU_ENTRY_SHIFT) ", %%r11\n\t"                                \
	"jmp 70b\n\t"                                                                              \
	"9:\n\t"                                                                                   \
	"testb $0x40, 7(%%r11)\n\t"                                                                \
	"jne 91f\n\t"                                                                              \
	"subl $1, " __pcpu_stringify(__PCPU_MARK_BUDGET) "(%%rcx)\n\t"                             \
	"js 91f\n\t"                                                                               \
	"xchgq %%r11, (%%rcx)\n\t" /* for itself */                                                \
	"cmpq %%rcx, " __pcpu_stringify(__PCPU_ENTRY_MARKER) "(%%r11)\n\t"                         \
	"je 90f\n\t"                                                                               \
	"cmpq $1, " __pcpu_stringify(__PCPU_ENTRY_MARKER) "(%%r11)\n\t"                            \
	"jne 91f\n\t"                                                                              \
	"90:\n\t"                                                                                  \
	"testb $0x40, 7(%%r11)\n\t"                                                                \
	"jz 71b\n\t"                                                                               \
	"91:\n\t"                                                                                  \
	"movq $0, (%%rcx)\n\t"                                                                     \
	"8:\n\t"                                                                                   \
	"popq %%rcx\n\t"                                                                           \
	"movl %[code], %%r11d\n\t"                                                                 \
	"jmp *__percpu_slow@GOTPCREL(%%rip)\n\t"
/* The function of the operation and size in @name, unless the compiler's output has it already. */
#define __PCPU_FALLBACK(name, n, f3)                                                               \
	".ifndef __percpu_fallback_" name "\n\t"                                                   \
	".pushsection .text.__percpu_fallback_" name ", \"axG\", @progbits, "                      \
	"__percpu_fallback_" name ", comdat\n\t"                                                   \
	".weak __percpu_fallback_" name "\n\t"                                                     \
	".hidden __percpu_fallback_" name "\n\t"                                                   \
	".type __percpu_fallback_" name ", @function\n\t"                                          \
	".p2align 6\n" /* 4 costs a tenth */                                                       \
	"__percpu_fallback_" name ":\n\t"                                                          \
	__PCPU_FALLBACK_BEGIN(n)                                                                   \
	f3                                                                                         \
	__PCPU_FALLBACK_END                                                                        \
	".size __percpu_fallback_" name ", . - __percpu_fallback_" name "\n\t"                     \
	".popsection\n\t"                                                                          \
	".endif\n\t"

/* F3, with the instruction's suffix @sfx. Of a result only @n bytes matter. */
#define __PCPU_R11_1 "%%r11b"
#define __PCPU_R11_2 "%%r11w"
#define __PCPU_R11_4 "%%r11d"
#define __PCPU_R11_8 "%%r11"
#define __PCPU_FALLBACK_STORE(name, insn, n, sfx)                                                  \
	__PCPU_FALLBACK(name, n,                                                                   \
		"movq " __PCPU_FALLBACK_LAST ", %%r11\n\t"                                         \
		insn sfx " " __PCPU_R11_##n ", (%%r10)\n\t")
#define __PCPU_FALLBACK_READ(n, sfx)                                                               \
	__PCPU_FALLBACK("read_" #n, n,                                                             \
		"mov" sfx " (%%r10), " __PCPU_R11_##n "\n\t"                                       \
		"movq %%r11, " __PCPU_FALLBACK_LAST "\n\t")
#define __PCPU_FALLBACK_ADD_RETURN(n, sfx)                                                         \
	__PCPU_FALLBACK("add_return_" #n, n,                                                       \
		"movq " __PCPU_FALLBACK_LAST ", %%r11\n\t"                                         \
		"lock xadd" sfx " " __PCPU_R11_##n ", (%%r10)\n\t"                                 \
		"addq %%r11, " __PCPU_FALLBACK_LAST "\n\t")
#define __PCPU_FALLBACK_XCHG(n, sfx)                                                               \
	__PCPU_FALLBACK("xchg_" #n, n,                                                             \
		"movq " __PCPU_FALLBACK_LAST ", %%r11\n\t"                                         \
		"xchg" sfx " " __PCPU_R11_##n ", (%%r10)\n\t"                                      \
		"movq %%r11, " __PCPU_FALLBACK_LAST "\n\t")
/* With one more word on the stack, operands are where the one before them was. */
#define __PCPU_FALLBACK_CMPXCHG(n, sfx)                                                            \
	__PCPU_FALLBACK("cmpxchg_" #n, n,                                                          \
		"pushq %%rax\n\t"                                                                  \
		"movq 8+" __PCPU_FALLBACK_FIRST ", %%rax\n\t"                                      \
		"movq 8+" __PCPU_FALLBACK_LAST ", %%r11\n\t"                                       \
		"lock cmpxchg" sfx " " __PCPU_R11_##n ", (%%r10)\n\t"                              \
		"movq %%rax, 8+" __PCPU_FALLBACK_FIRST "\n\t"                                      \
		"popq %%rax\n\t")
/* clang-format on */
