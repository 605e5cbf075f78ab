/* SPDX-License-Identifier: MIT */
/*
 * registers.h - operations with a value in every register, to see which of them come back.
 *
 * The sequences are made of the public headers' own text; around them all general registers but
 * rsp, the vector and floating registers and the red zone are loaded, and stored again afterwards.
 * The four general registers that a sequence takes as operands have values too, those of the
 * operands.
 */
#ifndef OPS_REGISTERS_H
#define OPS_REGISTERS_H

#include <percpu/percpu.h>

#include <percpu/impl/arch/x86_64/sequence.h>
#include <percpu/impl/arch/x86_64/fallback.h>

#include <stdint.h>

/* To clang the pointer is an operand in memory; here it is in a register, for every compiler. */
#undef __PCPU_SEQ_LOW32
#undef __PCPU_SEQ_POINTER
#define __PCPU_SEQ_LOW32 "leal (%[ptr]), %%r10d\n\t"
#define __PCPU_SEQ_POINTER "leaq (%[ptr]), %%r10\n\t"

/* rax rbx rcx rdx rsi rdi rbp r8 r9 r12 r13 r14 r15; the offsets are in the assembly too. */
#define REGISTERS_GENERAL 13
#define REGISTERS_RED_ZONE 16
/* Whatever components there are, they fit. */
#define REGISTERS_XSAVE 4096

struct registers {
	uint64_t general[REGISTERS_GENERAL];
	uint64_t red_zone[REGISTERS_RED_ZONE];
};

/* One run: the operation is done @loops times with the same values in the registers. */
struct registers_run {
	struct registers before; /* 0 */
	struct registers after;  /* 232 */
	uint64_t loops;          /* 464 */
	uint64_t xsave_mask;     /* 472; 0: FXSAVE */
	uint8_t *vectors_before; /* 480: XSAVE areas */
	uint8_t *vectors_after;  /* 488 */
	uint8_t *vectors_own;    /* 496: of the caller, meanwhile */
};
_Static_assert(__builtin_offsetof(struct registers_run, after) == 232, "the assembly has it");
_Static_assert(__builtin_offsetof(struct registers_run, loops) == 464, "the assembly has it");
_Static_assert(__builtin_offsetof(struct registers_run, vectors_own) == 496, "the assembly has it");

/* Where they are in registers.general. */
enum {
	REGISTER_RAX,
	REGISTER_RBX,
	REGISTER_RCX,
	REGISTER_RDX,
	REGISTER_RSI,
	REGISTER_RDI,
	REGISTER_RBP,
	REGISTER_R8,
	REGISTER_R9,
	REGISTER_R12,
	REGISTER_R13,
	REGISTER_R14,
	REGISTER_R15,
};

/* clang-format off */
#define REGISTERS_SAVE_VECTORS(offset)                                                             \
	"movq " #offset "(%%r10), %%r11\n\t"                                                       \
	"movl 472(%%r10), %%eax\n\t"                                                               \
	"xorl %%edx, %%edx\n\t"                                                                    \
	"testl %%eax, %%eax\n\t"                                                                   \
	"jz 71f\n\t"                                                                               \
	"xsave64 (%%r11)\n\t"                                                                      \
	"jmp 72f\n"                                                                                \
	"71:\n\t"                                                                                  \
	"fxsave64 (%%r11)\n"                                                                       \
	"72:\n\t"
#define REGISTERS_LOAD_VECTORS(offset)                                                             \
	"movq " #offset "(%%r10), %%r11\n\t"                                                       \
	"movl 472(%%r10), %%eax\n\t"                                                               \
	"xorl %%edx, %%edx\n\t"                                                                    \
	"testl %%eax, %%eax\n\t"                                                                   \
	"jz 73f\n\t"                                                                               \
	"xrstor64 (%%r11)\n\t"                                                                     \
	"jmp 74f\n"                                                                                \
	"73:\n\t"                                                                                  \
	"fxrstor64 (%%r11)\n"                                                                      \
	"74:\n\t"
/* 0(%rsp) is the run, 8(%rsp) the loops to go; what is below is the red zone. */
#define REGISTERS_LOAD                                                                             \
	"movq %[run], %%r10\n\t"                                                                   \
	"leaq -256(%%rsp), %%rsp\n\t"                                                              \
	"pushq %%rbp\n\t"                                                                          \
	"pushq 464(%%r10)\n\t"                                                                     \
	"pushq %%r10\n\t"                                                                          \
	REGISTERS_SAVE_VECTORS(496)                                                                \
	REGISTERS_LOAD_VECTORS(480)                                                                \
	"movl $15, %%ecx\n"                                                                        \
	"75:\n\t"                                                                                  \
	"movq 104(%%r10, %%rcx, 8), %%rax\n\t"                                                     \
	"movq %%rax, -128(%%rsp, %%rcx, 8)\n\t"                                                    \
	"subl $1, %%ecx\n\t"                                                                       \
	"jns 75b\n\t"                                                                              \
	"movq 0(%%r10), %%rax\n\t"                                                                 \
	"movq 8(%%r10), %%rbx\n\t"                                                                 \
	"movq 16(%%r10), %%rcx\n\t"                                                                \
	"movq 24(%%r10), %%rdx\n\t"                                                                \
	"movq 32(%%r10), %%rsi\n\t"                                                                \
	"movq 40(%%r10), %%rdi\n\t"                                                                \
	"movq 48(%%r10), %%rbp\n\t"                                                                \
	"movq 56(%%r10), %%r8\n\t"                                                                 \
	"movq 64(%%r10), %%r9\n\t"                                                                 \
	"movq 72(%%r10), %%r12\n\t"                                                                \
	"movq 80(%%r10), %%r13\n\t"                                                                \
	"movq 88(%%r10), %%r14\n\t"                                                                \
	"movq 96(%%r10), %%r15\n"                                                                  \
	"76:\n\t"
#define REGISTERS_STORE                                                                            \
	"\n\tdecq 8(%%rsp)\n\t"                                                                    \
	"jnz 76b\n\t"                                                                              \
	"movq (%%rsp), %%r10\n\t"                                                                  \
	"movq %%rax, 232+0(%%r10)\n\t"                                                             \
	"movq %%rbx, 232+8(%%r10)\n\t"                                                             \
	"movq %%rcx, 232+16(%%r10)\n\t"                                                            \
	"movq %%rdx, 232+24(%%r10)\n\t"                                                            \
	"movq %%rsi, 232+32(%%r10)\n\t"                                                            \
	"movq %%rdi, 232+40(%%r10)\n\t"                                                            \
	"movq %%rbp, 232+48(%%r10)\n\t"                                                            \
	"movq %%r8, 232+56(%%r10)\n\t"                                                             \
	"movq %%r9, 232+64(%%r10)\n\t"                                                             \
	"movq %%r12, 232+72(%%r10)\n\t"                                                            \
	"movq %%r13, 232+80(%%r10)\n\t"                                                            \
	"movq %%r14, 232+88(%%r10)\n\t"                                                            \
	"movq %%r15, 232+96(%%r10)\n\t"                                                            \
	"movl $15, %%ecx\n"                                                                        \
	"77:\n\t"                                                                                  \
	"movq -128(%%rsp, %%rcx, 8), %%rax\n\t"                                                    \
	"movq %%rax, 232+104(%%r10, %%rcx, 8)\n\t"                                                 \
	"subl $1, %%ecx\n\t"                                                                       \
	"jns 77b\n\t"                                                                              \
	REGISTERS_SAVE_VECTORS(488)                                                                \
	REGISTERS_LOAD_VECTORS(496)                                                                \
	"addq $16, %%rsp\n\t"                                                                      \
	"popq %%rbp\n\t"                                                                           \
	"leaq 256(%%rsp), %%rsp\n\t"

/* Here the pointer is a register's, of which clang's memory operand makes no address. */
#ifdef __clang__
#undef __PCPU_SEQ_LOW32
#define __PCPU_SEQ_LOW32 "movl %k[ptr], %%r10d\n\t"
#endif

/*
 * The operands' registers hold the same values before and in the statement: rsi the rseq offset, rdi
 * the entries, r12 the index offset, r8 the pointer, rbx the value. A result goes to r14, or to rax
 * and rdx.
 */
#define REGISTERS_RUN(run_, code_, sequence)                                                       \
	do {                                                                                       \
		struct registers_run *const which = run_;                                          \
		register uint64_t val __asm__("rbx") = which->before.general[REGISTER_RBX];        \
		register uint64_t rseq __asm__("rsi") = which->before.general[REGISTER_RSI];       \
		register uint64_t entries __asm__("rdi") = which->before.general[REGISTER_RDI];    \
		register uint64_t index __asm__("r12") = which->before.general[REGISTER_R12];      \
		register uint64_t ptr __asm__("r8") = which->before.general[REGISTER_R8];          \
		register struct registers_run *run __asm__("r9") = which;                          \
                                                                                                   \
		__asm__ volatile(REGISTERS_LOAD sequence REGISTERS_STORE                           \
				 : [val] "+r"(val), [rseq] "+r"(rseq), [entries] "+r"(entries),    \
				   [index] "+r"(index), [ptr] "+r"(ptr), [run] "+r"(run)           \
				 : [code] "i"(code_)                                               \
				 : "memory", "cc", "rax", "rcx", "rdx", "r10", "r11", "r13",       \
				   "r14", "r15");                                                  \
	} while (0)

static inline void registers_run_add(struct registers_run *add)
{
	REGISTERS_RUN(add, __PCPU_CODE(__PCPU_OP_add, 8),
		__PCPU_SEQ_BEGIN __PCPU_SEQ_AT_COMMIT "addq %[val], (%%r10)" __PCPU_SEQ_COMMIT
		__PCPU_SEQ_SLOW(__PCPU_SEQ_TO_COMMIT, "pushq %q[val]\n\t",
				__PCPU_SEQ_CALL("add_8"), 8, "")
		__PCPU_FALLBACK_STORE("add_8", "lock add", 8, "q"));
}

#define REGISTERS_XCHG                                                                             \
	"movq (%%r10), %%r14\n\t"                                                                  \
	"movq %[val], (%%r10)"
static inline void registers_run_xchg(struct registers_run *xchg)
{
	REGISTERS_RUN(xchg, __PCPU_CODE(__PCPU_OP_xchg, 8), __PCPU_SEQ_BEGIN
		REGISTERS_XCHG __PCPU_SEQ_COMMIT
		__PCPU_SEQ_SLOW(__PCPU_SEQ_TO_OWN, "pushq %q[val]\n\t", __PCPU_SEQ_CALL("xchg_8"),
				8, "movq (%%rsp), %%r14\n\t")
		__PCPU_SEQ_OWN(REGISTERS_XCHG, "")
		__PCPU_FALLBACK_XCHG(8, "q"));
}

/* Expects rax and rdx, stores rbx and rcx. */
static inline void registers_run_pair(struct registers_run *pair)
{
	REGISTERS_RUN(pair, __PCPU_CODE(__PCPU_OP_cmpxchg, 16), __PCPU_SEQ_BEGIN
		__PCPU_SEQ_AT_COMMIT "cmpxchg16b (%%r10)" __PCPU_SEQ_COMMIT
		__PCPU_SEQ_SLOW(__PCPU_SEQ_TO_COMMIT,
				"pushq %%rax\n\tpushq %%rdx\n\tpushq %%rbx\n\tpushq %%rcx\n\t",
				__PCPU_SEQ_CALL_C, 32,
				"movq 24(%%rsp), %%rax\n\tmovq 16(%%rsp), %%rdx\n\t"));
}
/* clang-format on */

#endif /* OPS_REGISTERS_H */
