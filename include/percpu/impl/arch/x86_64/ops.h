/* SPDX-License-Identifier: MIT */
/*
 * ops.h - restartable sequences, and the accesses of pinned threads, for x86-64.
 *
 * One operation, in pseudocode:
 *
 * 5:	rseq area.rseq_cs = descriptor;			// from 1 on the kernel watches us
 * 1:	copy = low32(pointer) + entries[index].window;	// the index is the CPU number
 *	if (copy < 0)
 *		goto 4;
 *	commit: ONE instruction that writes *copy;
 * 2:
 *	...
 * 4:	// far away, in a section of its own
 *	if (the calling thread holds that CPU) {	// sequence.h says when this is the way
 *		copy = low32(pointer) + entries[index].rest;
 *		goto the commit;
 *	}
 *	if (slow side of the operation(pointer, operands) wants another try)
 *		goto 5;
 *	goto 2;
 *
 * If the thread is preempted, migrated or interrupted by a signal between 1 and 2, the kernel
 * continues it at 4. Nothing has been written then, because the commit is the last instruction. The
 * slow side either does the operation, or makes sure that the next try has a chance and asks for
 * it. rseq_cs is not cleared afterwards; the kernel ignores (and clears) a descriptor that the
 * instruction pointer is not inside of.
 *
 * There is no lock prefix: the only other writers of this CPU's copy are other sequences on the
 * same CPU, whose execution aborts this one, and holders of the CPU, who make the entry negative
 * and see to it that every sequence that had passed it is aborted.
 *
 * The whole is one asm statement, since between 1 and 2 a compiler may not be trusted with
 * anything. It is an ordinary one, without jumps that the compiler knows of: the slow side keeps
 * every register, so that code around an operation loses nothing but the two scratch registers r10
 * and r11, has no call in it, and keeps its constants where they are from one operation to the
 * next.
 */
#ifndef PERCPU_ARCH_X86_64_OPS_H
#define PERCPU_ARCH_X86_64_OPS_H

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

/*
 * The operations without a result, each of which is one instruction. In the fallback tier, where
 * other CPUs' threads may change the copy, those that read it need the lock prefix.
 */
/* clang-format off */
#define __PCPU_STORES(define, ...)                                                                 \
	define(write, "", "mov", __VA_ARGS__)                                                      \
	define(add, "lock ", "add", __VA_ARGS__)                                                   \
	define(and, "lock ", "and", __VA_ARGS__)                                                   \
	define(or, "lock ", "or", __VA_ARGS__)
/* clang-format on */

#ifndef __PCPU_NO_INLINE_SEQUENCE

/*
 * The constants of a sequence. In an executable clang would go through the global offset table
 * for them, where gcc and the linkers arrange for a direct access; so for clang they are read by
 * hand there. (gcc merges loads better than asm statements.)
 */
#if defined(__clang__) && (defined(__PIE__) || !defined(__PIC__))
#define __PCPU_DEFINE_CONSTANT(name, type, at)                                                 \
	__pcpu_always_inline type __pcpu_##name(void)                                          \
	{                                                                                      \
		type value;                                                                    \
                                                                                               \
		__asm__("movq __percpu_rt+" __pcpu_stringify(at) "(%%rip), %0" : "=r"(value)); \
		return value;                                                                  \
	}
#else
#define __PCPU_DEFINE_CONSTANT(name, type, at)        \
	__pcpu_always_inline type __pcpu_##name(void) \
	{                                             \
		return __percpu_rt.name;              \
	}
#endif
__PCPU_DEFINE_CONSTANT(rseq_offset, ptrdiff_t, __PCPU_RT_RSEQ_OFFSET)
__PCPU_DEFINE_CONSTANT(entries, struct percpu_entry *, __PCPU_RT_ENTRIES)
__PCPU_DEFINE_CONSTANT(index_offset, ptrdiff_t, __PCPU_RT_INDEX_OFFSET)

#include <percpu/impl/arch/x86_64/sequence.h>
#include <percpu/impl/arch/x86_64/fallback.h>

/* clang-format off */
#define __PCPU_UNSIGNED_1 uint8_t
#define __PCPU_UNSIGNED_2 uint16_t
#define __PCPU_UNSIGNED_4 uint32_t
#define __PCPU_UNSIGNED_8 uint64_t
/* One operation without a result: a single read-modify-write (or store) of @val. */
#define __PCPU_DEFINE_SEQ_STORE(op, lock, insn, n, type, sfx, mod, imm)                            \
	__pcpu_always_inline void __pcpu_seq_##op##_##n(uintptr_t ptr, __PCPU_UNSIGNED_##n val)    \
	{                                                                                          \
		__pcpu_short_asm(                                                                  \
			__PCPU_SEQ_BEGIN                                                           \
			__PCPU_SEQ_AT_COMMIT                                                       \
			insn sfx " %" mod "[val], (%%r10)"                                         \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_SEQ_TO_COMMIT, "pushq %q[val]\n\t",                 \
					__PCPU_SEQ_CALL(#op "_" #n), 8, "")                        \
			__PCPU_FALLBACK_STORE(#op "_" #n, lock insn, n, sfx)                       \
			:                                                                          \
			: __PCPU_SEQ_INPUTS(__PCPU_OP_##op, n), [val] imm((type)val)               \
			: __PCPU_SEQ_CLOBBERS);                                                    \
	}

/*
 * The operations with a result. All of them load first and end in one plain store. What they do at
 * r10; leaving by jne is leaving without a commit: the copy keeps its value.
 */
#define __PCPU_ADD_RETURN(sfx, mod)                                                                \
	"mov" sfx " (%%r10), %" mod "[sum]\n\t"                                                    \
	"add" sfx " %" mod "[val], %" mod "[sum]\n\t"                                              \
	"mov" sfx " %" mod "[sum], (%%r10)"
#define __PCPU_XCHG(sfx, mod)                                                                      \
	"mov" sfx " (%%r10), %" mod "[old]\n\t"                                                    \
	"mov" sfx " %" mod "[val], (%%r10)"
#define __PCPU_CMPXCHG(sfx, mod, away)                                                             \
	"mov" sfx " (%%r10), %" mod "[old]\n\t"                                                    \
	"cmp" sfx " %" mod "[expect], %" mod "[old]\n\t"                                           \
	"jne " away "\n\t"                                                                         \
	"mov" sfx " %" mod "[val], (%%r10)"
#define __PCPU_DEFINE_SEQ_VALUE(n, type, sfx, mod, imm)                                            \
	__pcpu_always_inline type __pcpu_seq_read_##n(uintptr_t ptr)                               \
	{                                                                                          \
		type old;                                                                          \
		__pcpu_short_asm(                                                                  \
			__PCPU_SEQ_BEGIN                                                           \
			__PCPU_SEQ_AT_COMMIT                                                       \
			"mov" sfx " (%%r10), %" mod "[old]"                                        \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_SEQ_TO_COMMIT, "pushq $0\n\t",                      \
					__PCPU_SEQ_CALL("read_" #n), 8,                            \
					"movq (%%rsp), %q[old]\n\t")                               \
			__PCPU_FALLBACK_READ(n, sfx)                                               \
			: [old] "=&r"(old)                                                         \
			: __PCPU_SEQ_INPUTS(__PCPU_OP_read, n)                                     \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return old;                                                                        \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_seq_add_return_##n(uintptr_t ptr, __PCPU_UNSIGNED_##n val) \
	{                                                                                          \
		type sum;                                                                          \
		__pcpu_short_asm(                                                                  \
			__PCPU_SEQ_BEGIN                                                           \
			__PCPU_ADD_RETURN(sfx, mod)                                                \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_SEQ_TO_OWN, "pushq %q[val]\n\t",                    \
					__PCPU_SEQ_CALL("add_return_" #n), 8,                      \
					"movq (%%rsp), %q[sum]\n\t")                               \
			__PCPU_SEQ_OWN(__PCPU_ADD_RETURN(sfx, mod), "")                            \
			__PCPU_FALLBACK_ADD_RETURN(n, sfx)                                         \
			: [sum] "=&r"(sum)                                                         \
			: __PCPU_SEQ_INPUTS(__PCPU_OP_add_return, n), [val] imm((type)val)         \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return sum;                                                                        \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_seq_xchg_##n(uintptr_t ptr, __PCPU_UNSIGNED_##n val)      \
	{                                                                                          \
		type old;                                                                          \
		/* not xchg: with a memory operand it locks the bus */                             \
		__pcpu_short_asm(                                                                  \
			__PCPU_SEQ_BEGIN                                                           \
			__PCPU_XCHG(sfx, mod)                                                      \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_SEQ_TO_OWN, "pushq %q[val]\n\t",                    \
					__PCPU_SEQ_CALL("xchg_" #n), 8,                            \
					"movq (%%rsp), %q[old]\n\t")                               \
			__PCPU_SEQ_OWN(__PCPU_XCHG(sfx, mod), "")                                  \
			__PCPU_FALLBACK_XCHG(n, sfx)                                               \
			: [old] "=&r"(old)                                                         \
			: __PCPU_SEQ_INPUTS(__PCPU_OP_xchg, n), [val] imm((type)val)               \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return old;                                                                        \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_seq_cmpxchg_##n(uintptr_t ptr, __PCPU_UNSIGNED_##n expect, \
							 __PCPU_UNSIGNED_##n val)                                    \
	{                                                                                          \
		type old;                                                                          \
		__pcpu_short_asm(                                                                  \
			__PCPU_SEQ_BEGIN                                                           \
			__PCPU_CMPXCHG(sfx, mod, "2f")                                             \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_SEQ_TO_OWN,                                         \
					"pushq %q[expect]\n\tpushq %q[val]\n\t",                   \
					__PCPU_SEQ_CALL("cmpxchg_" #n), 16,                        \
					"movq 8(%%rsp), %q[old]\n\t")                              \
			__PCPU_SEQ_OWN(__PCPU_CMPXCHG(sfx, mod, "2b"),                             \
				       __PCPU_SEQ_OWN_EXIT("2b"))                                  \
			__PCPU_FALLBACK_CMPXCHG(n, sfx)                                            \
			: [old] "=&r"(old)                                                         \
			: __PCPU_SEQ_INPUTS(__PCPU_OP_cmpxchg, n),                                 \
			  [expect] imm((type)expect), [val] imm((type)val)                         \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return old;                                                                        \
	}

#define __PCPU_DEFINE_SEQ(n, type, sfx, mod, imm)                                                  \
	__PCPU_STORES(__PCPU_DEFINE_SEQ_STORE, n, type, sfx, mod, imm)                             \
	__PCPU_DEFINE_SEQ_VALUE(n, type, sfx, mod, imm)

/* Four bytes are signed so that a constant is one that pushq can take. */
__PCPU_DEFINE_SEQ(1, uint8_t, "b", "b", "ri")
__PCPU_DEFINE_SEQ(2, uint16_t, "w", "w", "ri")
__PCPU_DEFINE_SEQ(4, int32_t, "l", "k", "ri")
__PCPU_DEFINE_SEQ(8, uint64_t, "q", "q", "re")

/* 16 bytes, aligned to as much. Always a store: of the old value, where it is not the expected. */
__pcpu_always_inline __pcpu_u128 __pcpu_seq_cmpxchg128(uintptr_t ptr, __pcpu_u128 expect,
						       __pcpu_u128 val)
{
	uint64_t low = (uint64_t)expect, high = (uint64_t)(expect >> 64);

	/* an abort comes before the commit: rax and rdx still hold what is expected */
	__pcpu_short_asm(
		__PCPU_SEQ_BEGIN
		__PCPU_SEQ_AT_COMMIT
		"cmpxchg16b (%%r10)"
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_SLOW(__PCPU_SEQ_TO_COMMIT,
				"pushq %%rax\n\tpushq %%rdx\n\tpushq %%rbx\n\tpushq %%rcx\n\t",
				__PCPU_SEQ_CALL_C, 32,
				"movq 24(%%rsp), %%rax\n\tmovq 16(%%rsp), %%rdx\n\t")
		: "+a"(low), "+d"(high)
		: __PCPU_SEQ_INPUTS(__PCPU_OP_cmpxchg, 16),
		  "b"((uint64_t)val), "c"((uint64_t)(val >> 64))
		: __PCPU_SEQ_CLOBBERS);
	return low | (__pcpu_u128)high << 64;
}

/*
 * percpu_counter's addition (counter.h, which says what a part is): adds @change to the part that
 * @ptr leads to, if that and @bias are not above @range then, unsigned. False: it has not, for that
 * or for any other reason.
 */
__pcpu_always_inline bool __pcpu_seq_part_add(uintptr_t ptr, int64_t change, int64_t bias,
					      int64_t range)
{
	/* an instruction that reads and writes memory is faster than a load, and a store of the sum */
	__pcpu_goto_asm(
		__PCPU_SEQ_BEGIN
		"movslq (%%r10), %%r11\n\t"
		"addq %[bias], %%r11\n\t"
		"cmpq %[range], %%r11\n\t"
		"ja %l[not_added]\n\t"
		"addl %k[change], (%%r10)"
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"6:\n\t"
		"jmp %l[not_added]\n\t"
		".popsection"
		:
		: __PCPU_SEQ_CONSTANTS, [ptr] __PCPU_SEQ_PTR(ptr), [change] "re"(change),
		  [bias] "re"((int64_t)((uint64_t)change + (uint64_t)bias)), [range] "re"(range)
		: __PCPU_SEQ_CLOBBERS
		: not_added);
	return true;
not_added:
	return false;
}

/*
 * For a split count (split_count.h): adds @change to the part that @ptr leads to, if *@word is
 * @split. False: it has not, for that or for any other reason. Both in one sequence: so who has
 * changed the word and had all sequences aborted knows that nothing is added any more.
 */
__pcpu_always_inline bool __pcpu_seq_add_if(uintptr_t ptr, const uint32_t *word, uint32_t split,
					    int64_t change)
{
	__pcpu_goto_asm(
		__PCPU_SEQ_BEGIN
		"cmpl %[split], %[word]\n\t"
		"jne %l[not_added]\n\t"
		"addq %[change], (%%r10)"
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"6:\n\t"
		"jmp %l[not_added]\n\t"
		".popsection"
		:
		: __PCPU_SEQ_CONSTANTS, [ptr] __PCPU_SEQ_PTR(ptr), [word] "m"(*word),
		  [split] "r"(split), [change] "re"(change)
		: __PCPU_SEQ_CLOBBERS
		: not_added);
	return true;
not_added:
	return false;
}

/*
 * Takes the CPU that the thread runs on, and returns its window; negative: not now. In either case
 * self->cpu has been changed. The commit is the store that lets nobody else in, and with it the
 * thread knows which CPU it holds: there is no instruction between the two for a signal's handler
 * to see.
 */
__pcpu_always_inline intptr_t __pcpu_seq_hold(struct percpu_self *self)
{
	uintptr_t entry;
	intptr_t base;
	bool closed;

	/* the sign of the window is still in the flags at the end; an abort is as a window of -1 */
	__pcpu_short_asm(
		__PCPU_SEQ_DESCRIPTOR("4f")
		"leaq 3b(%%rip), %[base]\n\t"
		"movq %[base], %%fs:8(%[rseq])\n"
		"1:\n\t"
		"movslq %%fs:(%[index]), %[entry]\n\t"
		"movl %k[entry], (%[self])\n\t"
		"shlq $" __pcpu_stringify(__PCPU_ENTRY_SHIFT) ", %[entry]\n\t"
		"movq (%[entries], %[entry]), %[base]\n\t"
		"testq %[base], %[base]\n\t"
		"js 2f\n\t"
		"movq %[word], (%[entries], %[entry])"
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"orq $-1, %[base]\n\t"
		"jmp 2b\n\t"
		".popsection"
		: [base] "=&r"(base), [entry] "=&r"(entry), "=@ccs"(closed)
		: __PCPU_SEQ_CONSTANTS, [self] "r"(&self->cpu),
		  [word] "r"(*(volatile intptr_t *)&self->word)
		: "memory");
	if (__pcpu_unlikely(closed))
		return -1;
	if (base < 0)
		__builtin_unreachable();
	return base;
}
/* clang-format on */

#endif /* __PCPU_NO_INLINE_SEQUENCE */

/*
 * A pinned thread's access: GS holds the window of its CPU, and with 32-bit addresses (the prefix
 * 0x67) the processor does all of the address formula. Each is one instruction that writes, so
 * that no preemption and no signal comes between its reading and its writing. With PERCPU_UP the
 * variable is the copy, and there is neither prefix nor segment.
 */
/* clang-format off */
#ifdef PERCPU_UP
#define __PCPU_PIN
#define __PCPU_PIN_AT "%[copy]"
#else
#define __PCPU_PIN ".byte 0x67\n\t"
#define __PCPU_PIN_AT "%%gs:%[copy]"
#endif
#define __PCPU_PINNED_COPY(n) (*(__pcpu_pinned_copy_##n *)ptr)
#define __PCPU_DEFINE_PINNED_STORE(op, lock, insn, n, type, sfx, mod, imm)                         \
	__pcpu_always_inline void __pcpu_direct_##op##_##n(uintptr_t ptr, type val)                \
	{                                                                                          \
		__asm__ volatile(__PCPU_PIN insn sfx " %" mod "[val], " __PCPU_PIN_AT              \
				 : [copy] "+m"(__PCPU_PINNED_COPY(n))                              \
				 : [val] imm(val)                                                  \
				 : "memory", "cc");                                                \
	}
#define __PCPU_DEFINE_PINNED(n, type, sfx, mod, imm)                                               \
	typedef type __attribute__((__may_alias__)) __pcpu_pinned_copy_##n;                        \
	__PCPU_STORES(__PCPU_DEFINE_PINNED_STORE, n, type, sfx, mod, imm)                          \
	__pcpu_always_inline type __pcpu_direct_read_##n(uintptr_t ptr)                            \
	{                                                                                          \
		type old;                                                                          \
		__asm__ volatile(__PCPU_PIN "mov" sfx " " __PCPU_PIN_AT ", %" mod "[old]"          \
				 : [old] "=r"(old)                                                 \
				 : [copy] "m"(__PCPU_PINNED_COPY(n))                               \
				 : "memory");                                                      \
		return old;                                                                        \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_direct_add_return_##n(uintptr_t ptr, type val)            \
	{                                                                                          \
		type old = val;                                                                    \
		__asm__ volatile(__PCPU_PIN "xadd" sfx " %" mod "[old], " __PCPU_PIN_AT            \
				 : [old] "+r"(old), [copy] "+m"(__PCPU_PINNED_COPY(n))             \
				 :                                                                 \
				 : "memory", "cc");                                                \
		return (type)(old + val);                                                          \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_direct_cmpxchg_##n(uintptr_t ptr, type expect, type val)  \
	{                                                                                          \
		__asm__ volatile(__PCPU_PIN "cmpxchg" sfx " %" mod "[val], " __PCPU_PIN_AT         \
				 : "+a"(expect), [copy] "+m"(__PCPU_PINNED_COPY(n))                \
				 : [val] "r"(val)                                                  \
				 : "memory", "cc");                                                \
		return expect;                                                                     \
	}                                                                                          \
	/* not xchg: with a memory operand it locks the bus. cmpxchg leaves in rax what it found. */ \
	__pcpu_always_inline type __pcpu_direct_xchg_##n(uintptr_t ptr, type val)                  \
	{                                                                                          \
		type old;                                                                          \
		__asm__ volatile(__PCPU_PIN "mov" sfx " " __PCPU_PIN_AT ", %" mod "[old]\n"        \
				 "1:\t" __PCPU_PIN                                                 \
				 "cmpxchg" sfx " %" mod "[val], " __PCPU_PIN_AT "\n\t"             \
				 "jne 1b"                                                          \
				 : [old] "=&a"(old), [copy] "+m"(__PCPU_PINNED_COPY(n))            \
				 : [val] "r"(val)                                                  \
				 : "memory", "cc");                                                \
		return old;                                                                        \
	}
__PCPU_DEFINE_PINNED(1, uint8_t, "b", "b", "qi")
__PCPU_DEFINE_PINNED(2, uint16_t, "w", "w", "ri")
__PCPU_DEFINE_PINNED(4, uint32_t, "l", "k", "ri")
__PCPU_DEFINE_PINNED(8, uint64_t, "q", "q", "re")

__pcpu_always_inline __pcpu_u128 __pcpu_direct_cmpxchg128(uintptr_t ptr, __pcpu_u128 expect,
						      __pcpu_u128 val)
{
	typedef __pcpu_u128 __attribute__((__may_alias__)) copy_type;
	uint64_t low = (uint64_t)expect, high = (uint64_t)(expect >> 64);

	__asm__ volatile(__PCPU_PIN "cmpxchg16b " __PCPU_PIN_AT
			 : "+a"(low), "+d"(high), [copy] "+m"(*(copy_type *)ptr)
			 : "b"((uint64_t)val), "c"((uint64_t)(val >> 64))
			 : "memory", "cc");
	return low | (__pcpu_u128)high << 64;
}
/* clang-format on */

#undef __PCPU_ADD_RETURN
#undef __PCPU_XCHG
#undef __PCPU_CMPXCHG
#undef __PCPU_FALLBACK_BEGIN
#undef __PCPU_FALLBACK_LAST
#undef __PCPU_FALLBACK_FIRST
#undef __PCPU_FALLBACK_END
#undef __PCPU_FALLBACK
#undef __PCPU_R11_1
#undef __PCPU_R11_2
#undef __PCPU_R11_4
#undef __PCPU_R11_8
#undef __PCPU_FALLBACK_STORE
#undef __PCPU_FALLBACK_READ
#undef __PCPU_FALLBACK_ADD_RETURN
#undef __PCPU_FALLBACK_XCHG
#undef __PCPU_FALLBACK_CMPXCHG
#undef __PCPU_STORES
#undef __PCPU_DEFINE_CONSTANT
#undef __PCPU_UNSIGNED_1
#undef __PCPU_UNSIGNED_2
#undef __PCPU_UNSIGNED_4
#undef __PCPU_UNSIGNED_8
#undef __PCPU_DEFINE_SEQ_STORE
#undef __PCPU_DEFINE_SEQ_VALUE
#undef __PCPU_DEFINE_SEQ
#undef __PCPU_PIN
#undef __PCPU_PIN_AT
#undef __PCPU_PINNED_COPY
#undef __PCPU_DEFINE_PINNED_STORE
#undef __PCPU_DEFINE_PINNED
#include <percpu/impl/arch/x86_64/sequence_end.h>

#endif /* PERCPU_ARCH_X86_64_OPS_H */
