/* SPDX-License-Identifier: MIT */
/*
 * registers_aarch64.h - operations with a value in every register, to see which of them come back.
 *
 * The sequences are the public header's own macros; around them all general registers but the
 * scratch registers and the stack pointer, the flags, and the vector registers (of the Scalable
 * Vector Extension, where there is one) are loaded, and stored again afterwards. The registers that
 * a sequence takes as operands have the values of the operands.
 */
#ifndef OPS_REGISTERS_AARCH64_H
#define OPS_REGISTERS_AARCH64_H

#include <percpu/percpu.h>

#include <percpu/impl/arch/aarch64/sequence.h>

#include <stdint.h>

#define REGISTERS_GENERAL 31
#define REGISTERS_VECTOR_MAX 256 /* bytes, of the architecture */

/* The offsets are in the assembly too. */
struct registers {
	uint64_t general[REGISTERS_GENERAL]; /* 0 */
	uint64_t flags;                      /* 248 */
	uint64_t fpsr, fpcr;                 /* 256, 264 */
	/* of 128 bits each, or of as many as the processor has, one behind the other */
	uint8_t vectors[32 * REGISTERS_VECTOR_MAX];        /* 272 */
	uint8_t predicates[17 * REGISTERS_VECTOR_MAX / 8]; /* 8464; the last is FFR */
} __attribute__((__aligned__(16)));

/* One run: the operation is done @loops times with the same values in the registers. */
struct registers_run {
	struct registers before;
	struct registers after;
	uint64_t loops;
	uint64_t has_sve;
};
_Static_assert(__builtin_offsetof(struct registers, vectors) == 272, "the assembly has it");
_Static_assert(__builtin_offsetof(struct registers, predicates) == 8464, "the assembly has it");

/* Those that the operands are in. */
enum {
	REGISTER_RSEQ = 19,
	REGISTER_INDEX,
	REGISTER_ENTRIES,
	REGISTER_PTR,
	REGISTER_VAL,
	REGISTER_OLD,
};

/* clang-format off */
/* x16 is a struct registers. Changes x17. */
#define REGISTERS_VECTORS(load, load_q, move_fpsr, move_ffr_first, move_ffr_last)                  \
	move_fpsr                                                                                  \
	"add x17, x16, #272\n\t"                                                                   \
	"ldr x15, [sp, #32]\n\t"                                                                   \
	"cbnz x15, 71f\n\t"                                                                        \
	".irp nr, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, "  \
		"22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"                                       \
	load_q " q\\nr, [x17, #16 * \\nr]\n\t"                                                     \
	".endr\n\t"                                                                                \
	"b 72f\n"                                                                                  \
	"71:\n\t"                                                                                  \
	".arch_extension sve\n\t"                                                                  \
	".irp nr, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, "  \
		"22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n\t"                                       \
	load " z\\nr, [x17, #\\nr, mul vl]\n\t"                                                    \
	".endr\n\t"                                                                                \
	"mov x17, #8464\n\t"                                                                       \
	"add x17, x16, x17\n\t"                                                                    \
	move_ffr_first                                                                             \
	".irp nr, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n\t"                        \
	load " p\\nr, [x17, #\\nr, mul vl]\n\t"                                                    \
	".endr\n\t"                                                                                \
	move_ffr_last                                                                              \
	".arch_extension nosve\n"                                                                  \
	"72:\n\t"
#define REGISTERS_LOAD_VECTORS                                                                     \
	REGISTERS_VECTORS("ldr", "ldr",                                                            \
			  "ldp x15, x17, [x16, #256]\n\tmsr fpsr, x15\n\tmsr fpcr, x17\n\t",       \
			  "ldr p0, [x17, #16, mul vl]\n\twrffr p0.b\n\t", "")
#define REGISTERS_STORE_VECTORS                                                                    \
	REGISTERS_VECTORS("str", "str",                                                            \
			  "mrs x15, fpsr\n\tmrs x17, fpcr\n\tstp x15, x17, [x16, #256]\n\t", "",   \
			  "rdffr p0.b\n\tstr p0, [x17, #16, mul vl]\n\t")
/* On the stack: two registers that the compiler may use for its frame, the run, loops, has_sve. */
#define REGISTERS_LOAD                                                                             \
	"stp x29, x30, [sp, #-48]!\n\t"                                                            \
	"ldr x17, [%[run], %[at_loops]]\n\t"                                                       \
	"stp %[run], x17, [sp, #16]\n\t"                                                           \
	"ldr x17, [%[run], %[at_sve]]\n\t"                                                         \
	"str x17, [sp, #32]\n\t"                                                                   \
	"mov x16, %[run]\n\t"                                                                      \
	REGISTERS_LOAD_VECTORS                                                                     \
	"ldr x17, [x16, #248]\n\t"                                                                 \
	"msr nzcv, x17\n\t"                                                                        \
	".irp nr, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18, 24, 25, 26, 27, 28, "  \
		"29, 30\n\t"                                                                       \
	"ldr x\\nr, [x16, #8 * \\nr]\n\t"                                                          \
	".endr\n"                                                                                  \
	"76:\n\t"
#define REGISTERS_STORE                                                                            \
	"\n\tldr x16, [sp, #24]\n\t"                                                               \
	"sub x16, x16, #1\n\t"                                                                     \
	"str x16, [sp, #24]\n\t"                                                                   \
	"cbnz x16, 76b\n\t"                                                                        \
	"ldr x16, [sp, #16]\n\t"                                                                   \
	"mov x17, %[size]\n\t"                                                                     \
	"add x16, x16, x17\n\t"                                                                    \
	".irp nr, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 23, "  \
		"24, 25, 26, 27, 28, 29, 30\n\t"                                                   \
	"str x\\nr, [x16, #8 * \\nr]\n\t"                                                          \
	".endr\n\t"                                                                                \
	"mrs x17, nzcv\n\t"                                                                        \
	"str x17, [x16, #248]\n\t"                                                                 \
	REGISTERS_STORE_VECTORS                                                                    \
	"msr fpcr, xzr\n\t"                                                                        \
	"ldp x29, x30, [sp], #48\n\t"

#define REGISTERS_ALL_VECTORS                                                                      \
	"v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13",    \
		"v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24",       \
		"v25", "v26", "v27", "v28", "v29", "v30", "v31"

/* A result goes to x24. */
#define REGISTERS_RUN(run_, code_, sequence)                                                       \
	do {                                                                                       \
		struct registers_run *const which = run_;                                          \
		register uint64_t rseq __asm__("x19") = which->before.general[REGISTER_RSEQ];      \
		register uint64_t index __asm__("x20") = which->before.general[REGISTER_INDEX];    \
		register uint64_t entries __asm__("x21") =                                         \
			which->before.general[REGISTER_ENTRIES];                                   \
		register uint64_t ptr __asm__("x22") = which->before.general[REGISTER_PTR];        \
		register uint64_t val __asm__("x23") = which->before.general[REGISTER_VAL];        \
		register struct registers_run *run __asm__("x0") = which;                          \
                                                                                                   \
		__asm__ volatile(REGISTERS_LOAD sequence REGISTERS_STORE                           \
				 : [val] "+r"(val), [rseq] "+r"(rseq), [entries] "+r"(entries),    \
				   [ptr] "+r"(ptr), [index] "+r"(index), [run] "+r"(run)           \
				 : [code] "i"(code_),                                              \
				   [at_loops] "i"(__builtin_offsetof(struct registers_run, loops)), \
				   [at_sve] "i"(__builtin_offsetof(struct registers_run, has_sve)), \
				   [size] "i"(__builtin_offsetof(struct registers_run, after))     \
				 : "memory", "cc", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", \
				   "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",   \
				   "x18", "x24", "x25", "x26", "x27", "x28",                       \
				   REGISTERS_ALL_VECTORS);                                         \
	} while (0)

#define REGISTERS_ADD                                                                              \
	"ldr x17, " __PCPU_SEQ_COPY "\n\t"                                                         \
	"add x17, x17, %[val]\n\t"                                                                 \
	"str x17, " __PCPU_SEQ_COPY
#define REGISTERS_XCHG                                                                             \
	"ldr x24, " __PCPU_SEQ_COPY "\n\t"                                                         \
	"str %[val], " __PCPU_SEQ_COPY

static inline void registers_run_add(struct registers_run *add)
{
	REGISTERS_RUN(add, __PCPU_CODE(__PCPU_OP_add, 8), __PCPU_SEQ_BEGIN
		REGISTERS_ADD __PCPU_SEQ_COMMIT
		__PCPU_SEQ_SLOW(__PCPU_SEQ_IF_HELD(__PCPU_SEQ_TO_OWN), __PCPU_SEQ_PUT_ADDEND("x"),
				16, "", "2b")
		__PCPU_SEQ_OWN(REGISTERS_ADD, ""));
}

static inline void registers_run_xchg(struct registers_run *xchg)
{
	REGISTERS_RUN(xchg, __PCPU_CODE(__PCPU_OP_xchg, 8), __PCPU_SEQ_BEGIN
		REGISTERS_XCHG __PCPU_SEQ_COMMIT
		__PCPU_SEQ_SLOW(__PCPU_SEQ_IF_HELD(__PCPU_SEQ_TO_OWN), __PCPU_SEQ_PUT("x"), 16,
				"ldr x24, [sp, #16]\n\t", "2b")
		__PCPU_SEQ_OWN(REGISTERS_XCHG, ""));
}
/* clang-format on */

#endif /* OPS_REGISTERS_AARCH64_H */
