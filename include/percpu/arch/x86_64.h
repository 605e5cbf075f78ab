/* SPDX-License-Identifier: MIT */
/*
 * x86_64.h - restartable sequences for x86-64.
 *
 * One operation, in pseudocode:
 *
 * 5:	rseq area.rseq_cs = descriptor;			// from 1 on the kernel watches us
 * 1:	entry = entries[rseq area.cpu_id];
 *	if (entry.window < 0)
 *		goto 4;
 *	commit: ONE instruction that writes window + low32(pointer);
 * 2:
 *	...
 * 4:	// far away, in a section of its own
 *	if (__percpu_slow_thunk(operands))
 *		goto 5;
 *	goto 2;
 *
 * If the thread is preempted, migrated or interrupted by a signal between 1 and 2, the kernel
 * continues it at 4. Nothing has been written then, because the commit is the last instruction. The
 * thunk either does the operation, or makes sure that the next try has a chance and asks for it.
 * rseq_cs is not cleared afterwards; the kernel ignores (and clears) a descriptor that the
 * instruction pointer is not inside of.
 *
 * There is no lock prefix: the only other writers of this CPU's copy are other sequences on the
 * same CPU, whose execution aborts this one, and visitors, who make the entry negative and wait
 * until every CPU has seen it.
 *
 * The whole is one asm statement, since between 1 and 2 a compiler may not be trusted with
 * anything. It is an ordinary one, without jumps that the compiler knows of: the thunk keeps every
 * register, so that code around an operation loses nothing but the two scratch registers r10 and
 * r11, has no call in it, and keeps its constants where they are from one operation to the next.
 */
#ifndef PERCPU_ARCH_X86_64_H
#define PERCPU_ARCH_X86_64_H

#ifndef PERCPU_RUNTIME_H
#error "include <percpu/percpu.h>"
#endif

__pcpu_always_inline uintptr_t __pcpu_thread_pointer(void)
{
	uintptr_t tp;

	/* not volatile: a thread's pointer never changes */
	__asm__("movq %%fs:0, %0" : "=r"(tp));
	return tp;
}

#ifndef __PCPU_NO_INLINE_SEQUENCE

/*
 * The two constants of a sequence. In an executable clang would go through the global offset table
 * for them, where gcc and the linkers arrange for a direct access; so for clang they are read by
 * hand there. (gcc merges loads better than asm statements.)
 */
#if defined(__clang__) && (defined(__PIE__) || !defined(__PIC__))
__pcpu_always_inline ptrdiff_t __pcpu_rseq_offset(void)
{
	ptrdiff_t offset;

	__asm__("movq __percpu_rt(%%rip), %0" : "=r"(offset));
	return offset;
}

__pcpu_always_inline struct percpu_entry *__pcpu_entries(void)
{
	struct percpu_entry *entries;

	__asm__("movq __percpu_rt+8(%%rip), %0" : "=r"(entries));
	return entries;
}
#else
#define __pcpu_rseq_offset() (__percpu_rt.rseq_offset)
#define __pcpu_entries() (__percpu_rt.entries)
#endif

/*
 * The low 32 bits of the pointer, in one instruction also where it is the address of a static
 * variable: compilers would take the whole address first and then cut it. (clang understands the
 * constraint, but always brings the address in a register.)
 */
#ifdef __clang__
#define __PCPU_SEQ_LOW32 "movl %k[ptr], %%r10d\n\t"
#define __PCPU_SEQ_PTR "r"
#else
#define __PCPU_SEQ_LOW32 "leal %a[ptr], %%r10d\n\t"
#define __PCPU_SEQ_PTR "p"
#endif

/* clang-format off */
#define __PCPU_SEQ_BEGIN                                                                           \
	/* struct rseq_cs: version, flags, start, length, abort. '?' joins the function's COMDAT */ \
	".pushsection __rseq_cs, \"aw?\", @progbits\n\t"                                           \
	".balign 32\n"                                                                             \
	"3:\n\t"                                                                                   \
	".long 0, 0\n\t"                                                                           \
	".quad 1f, 2f - 1f, 4f\n\t"                                                                \
	".popsection\n\t"                                                                          \
	/* for debuggers: where descriptors are, and where a sequence may be left */               \
	".pushsection __rseq_cs_ptr_array, \"aw?\", @progbits\n\t"                                 \
	".quad 3b\n\t"                                                                             \
	".popsection\n\t"                                                                          \
	".pushsection __rseq_exit_point_array, \"aw?\", @progbits\n\t"                             \
	".quad 1f, 4f\n\t"                                                                         \
	".popsection\n"                                                                            \
	"5:\n\t"                                                                                   \
	__PCPU_SEQ_LOW32                                                                           \
	"leaq 3b(%%rip), %%r11\n\t"                                                                \
	"movq %%r11, %%fs:8(%[rseq])\n"                                                            \
	"1:\n\t"                                                                                   \
	"movslq %%fs:4(%[rseq]), %%r11\n\t"                                                        \
	"shlq $" __pcpu_stringify(__PCPU_ENTRY_SHIFT) ", %%r11\n\t"                                \
	"movq (%[entries], %%r11), %%r11\n\t"                                                      \
	"testq %%r11, %%r11\n\t"                                                                   \
	"js 4f\n\t"
#define __PCPU_SEQ_COMMIT "\n2:\n\t"
/*
 * The slow side. The kernel demands the signature in the four bytes before the abort address; the
 * three before that make it the operand of an undefined instruction, for disassemblers. The stack
 * below the pointer may be in use (the red zone), so it is passed over. @pushes puts @bytes of
 * operands on the stack, the last of them the operation's code; the thunk replaces the first one by
 * the result, and says in ZF whether the operation is done.
 */
#define __PCPU_SEQ_SLOW(pushes, bytes, result, done)                                               \
	".pushsection __rseq_failure, \"ax?\", @progbits\n\t"                                      \
	".byte 0x0f, 0xb9, 0x3d\n\t"                                                               \
	".long 0x53053053\n"                                                                       \
	"4:\n\t"                                                                                   \
	"leaq -128(%%rsp), %%rsp\n\t"                                                              \
	pushes                                                                                     \
	"call *__percpu_slow_thunk@GOTPCREL(%%rip)\n\t"                                            \
	result                                                                                     \
	"leaq 128+" #bytes "(%%rsp), %%rsp\n\t"                                                    \
	"jnz 5b\n\t"                                                                               \
	"jmp " done "\n\t"                                                                         \
	".popsection"
#define __PCPU_SEQ_CODE(op, n) "pushq $" __pcpu_stringify(__PERCPU_OP_CODE(op, n)) "\n\t"
#define __PCPU_SEQ_INPUTS                                                                          \
	[rseq] "r"(__pcpu_rseq_offset()), [entries] "r"(__pcpu_entries()), [ptr] __PCPU_SEQ_PTR(ptr)
#define __PCPU_SEQ_CLOBBERS "memory", "cc", "r10", "r11"

/* One operation without a result: a single read-modify-write (or store) of @val. */
#define __PCPU_DEFINE_SEQ_STORE(op, OP, insn, n, type, sfx, mod, imm)                              \
	__pcpu_always_inline void __pcpu_seq_##op##_##n(uintptr_t ptr, type val)                   \
	{                                                                                          \
		__asm__ volatile(                                                                  \
			__PCPU_SEQ_BEGIN                                                           \
			insn sfx " %" mod "[val], (%%r11, %%r10)"                                  \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW("pushq %q[val]\n\t" __PCPU_SEQ_CODE(OP, n), 16, "", "2b")  \
			:                                                                          \
			: __PCPU_SEQ_INPUTS, [val] imm(val)                                        \
			: __PCPU_SEQ_CLOBBERS);                                                    \
	}

/* The operations with a result. All of them load first and end in one plain store. */
#define __PCPU_DEFINE_SEQ_VALUE(n, type, sfx, mod, imm)                                            \
	__pcpu_always_inline type __pcpu_seq_read_##n(uintptr_t ptr)                               \
	{                                                                                          \
		type old;                                                                          \
		__asm__ volatile(                                                                  \
			__PCPU_SEQ_BEGIN                                                           \
			"mov" sfx " (%%r11, %%r10), %" mod "[old]"                                 \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW("pushq $0\n\t" __PCPU_SEQ_CODE(__PERCPU_OP_READ, n), 16,   \
					"movq 8(%%rsp), %q[old]\n\t", "2b")                        \
			: [old] "=&r"(old)                                                         \
			: __PCPU_SEQ_INPUTS                                                        \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return old;                                                                        \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_seq_add_return_##n(uintptr_t ptr, type val)               \
	{                                                                                          \
		type sum;                                                                          \
		__asm__ volatile(                                                                  \
			__PCPU_SEQ_BEGIN                                                           \
			"mov" sfx " (%%r11, %%r10), %" mod "[sum]\n\t"                             \
			"add" sfx " %" mod "[val], %" mod "[sum]\n\t"                              \
			"mov" sfx " %" mod "[sum], (%%r11, %%r10)"                                 \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW("pushq %q[val]\n\t" __PCPU_SEQ_CODE(__PERCPU_OP_ADD_RETURN, n), 16, \
					"movq 8(%%rsp), %q[sum]\n\t", "2b")                        \
			: [sum] "=&r"(sum)                                                         \
			: __PCPU_SEQ_INPUTS, [val] imm(val)                                        \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return sum;                                                                        \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_seq_xchg_##n(uintptr_t ptr, type val)                     \
	{                                                                                          \
		type old;                                                                          \
		/* not xchg: with a memory operand it locks the bus */                             \
		__asm__ volatile(                                                                  \
			__PCPU_SEQ_BEGIN                                                           \
			"mov" sfx " (%%r11, %%r10), %" mod "[old]\n\t"                             \
			"mov" sfx " %" mod "[val], (%%r11, %%r10)"                                 \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW("pushq %q[val]\n\t" __PCPU_SEQ_CODE(__PERCPU_OP_XCHG, n), 16, \
					"movq 8(%%rsp), %q[old]\n\t", "2b")                        \
			: [old] "=&r"(old)                                                         \
			: __PCPU_SEQ_INPUTS, [val] imm(val)                                        \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return old;                                                                        \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_seq_cmpxchg_##n(uintptr_t ptr, type expect, type val)     \
	{                                                                                          \
		type old;                                                                          \
		/* leaving by jne is leaving without a commit: the copy keeps its value */         \
		__asm__ volatile(                                                                  \
			__PCPU_SEQ_BEGIN                                                           \
			"mov" sfx " (%%r11, %%r10), %" mod "[old]\n\t"                             \
			"cmp" sfx " %" mod "[expect], %" mod "[old]\n\t"                           \
			"jne 2f\n\t"                                                               \
			"mov" sfx " %" mod "[val], (%%r11, %%r10)"                                 \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW("pushq %q[expect]\n\tpushq %q[val]\n\t"                    \
					__PCPU_SEQ_CODE(__PERCPU_OP_CMPXCHG, n), 24,               \
					"movq 16(%%rsp), %q[old]\n\t", "2b")                       \
			: [old] "=&r"(old)                                                         \
			: __PCPU_SEQ_INPUTS, [expect] imm(expect), [val] imm(val)                  \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return old;                                                                        \
	}

#define __PCPU_DEFINE_SEQ(n, type, sfx, mod, imm)                                                  \
	__PCPU_DEFINE_SEQ_STORE(write, __PERCPU_OP_WRITE, "mov", n, type, sfx, mod, imm)           \
	__PCPU_DEFINE_SEQ_STORE(add, __PERCPU_OP_ADD, "add", n, type, sfx, mod, imm)               \
	__PCPU_DEFINE_SEQ_STORE(and, __PERCPU_OP_AND, "and", n, type, sfx, mod, imm)               \
	__PCPU_DEFINE_SEQ_STORE(or, __PERCPU_OP_OR, "or", n, type, sfx, mod, imm)                  \
	__PCPU_DEFINE_SEQ_VALUE(n, type, sfx, mod, imm)

/* Four bytes are signed so that a constant is one that pushq can take. */
__PCPU_DEFINE_SEQ(1, uint8_t, "b", "b", "ri")
__PCPU_DEFINE_SEQ(2, uint16_t, "w", "w", "ri")
__PCPU_DEFINE_SEQ(4, int32_t, "l", "k", "ri")
__PCPU_DEFINE_SEQ(8, uint64_t, "q", "q", "re")

/* Two adjacent words of 8 bytes, aligned to 16: the only pair that no wider word can hold. */
__pcpu_always_inline bool __pcpu_seq_cmpxchg_double_8(uintptr_t ptr, uint64_t expect1,
						      uint64_t expect2, uint64_t val1,
						      uint64_t val2)
{
	uint64_t equal;

	/* an abort comes before the commit: rax and rdx still hold what is expected */
	__asm__ volatile(
		__PCPU_SEQ_BEGIN
		"cmpxchg16b (%%r11, %%r10)"
		__PCPU_SEQ_COMMIT
		"sete %b[equal]\n\t"
		"movzbl %b[equal], %k[equal]\n"
		"6:\n\t"
		__PCPU_SEQ_SLOW("pushq %%rax\n\tpushq %%rdx\n\tpushq %%rbx\n\tpushq %%rcx\n\t"
				__PCPU_SEQ_CODE(__PERCPU_OP_CMPXCHG, 16), 40,
				"movq 32(%%rsp), %q[equal]\n\t", "6b")
		: [equal] "=&r"(equal), "+a"(expect1), "+d"(expect2)
		: __PCPU_SEQ_INPUTS, "b"(val1), "c"(val2)
		: __PCPU_SEQ_CLOBBERS);
	return equal;
}
/* clang-format on */

#endif /* __PCPU_NO_INLINE_SEQUENCE */

#endif /* PERCPU_ARCH_X86_64_H */
