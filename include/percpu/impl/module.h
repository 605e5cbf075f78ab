/* SPDX-License-Identifier: MIT */
/*
 * module.h - the record that tells the library where a module's per-CPU variables are.
 *
 * A module is an executable or a shared object. Its static per-CPU variables lie in five sections,
 * one a kind, whose names are C identifiers so that every linker provides their bounds without a
 * linker script. Including this header gives the module, once however many files include it:
 *
 *  - an ELF note "percpu" that holds the five ranges as 32-bit distances from the field itself, so
 *    that the library can read them with dl_iterate_phdr() at the very start, before relocation of
 *    anything else matters and before any constructor of the program has run;
 *  - a constructor that announces the note, for modules that are loaded later by dlopen() (for the
 *    ones loaded at start it finds its module registered already and does nothing).
 *
 * The bounds symbols are hidden: were they not, every module would find the first one's. The
 * zero-size anchors make all five sections exist in every module, aligned to a cache line. All of
 * it is one COMDAT group; the .ifndef is for link-time optimisation, which pastes the top-level
 * assembly of all files into one. What is defined here is local: of a global symbol, LLVM's plugin
 * for bfd and gold takes the definition of another file, whose group the linker leaves out.
 */
#ifndef PERCPU_MODULE_H
#define PERCPU_MODULE_H

#include <percpu/impl/compiler.h>

#ifndef PERCPU_UP /* where there are no modules, nor sections */

#include <percpu/impl/note.h>
#include <percpu/impl/begin.h>

/** Base name of the sections of static per-CPU variables, and the suffixes of the variants. */
#define PER_CPU_BASE_SECTION "percpu_static"
#define PER_CPU_FIRST_SECTION "_first"
#define PER_CPU_PAGE_ALIGNED_SECTION "_page_aligned"
#define PER_CPU_READ_MOSTLY_SECTION "_read_mostly"
#define PER_CPU_SHARED_ALIGNED_SECTION "_shared_aligned"
#define PER_CPU_ALIGNED_SECTION "_shared_aligned"

/* clang-format off */
/* A jump to the function @fn with the note's address. */
/* It starts with a landing pad for indirect calls. */
#if defined(__x86_64__)
#define __PCPU_ASM_CALL(fn)                                                                        \
	"endbr64\n"                                                                                \
	"leaq __percpu_module_note(%rip), %rdi\n"                                                  \
	"jmp " fn "@PLT\n"
#else
#define __PCPU_ASM_CALL(fn)                                                                        \
	"hint #34\n"                                                                               \
	"adrp x0, __percpu_module_note\n"                                                          \
	"add x0, x0, #:lo12:__percpu_module_note\n"                                                \
	"b " fn "\n"
#endif

#define __PCPU_ASM_ANCHOR(sec)                                                                     \
	".pushsection " sec ",\"awG\",%progbits,__percpu_module,comdat\n"                          \
	".p2align 6\n"                                                                             \
	".popsection\n"
#define __PCPU_ASM_BOUND(sym)                                                                      \
	".weak " sym "\n"                                                                          \
	".hidden " sym "\n"                                                                        \
	".long " sym " - .\n"
#define __PCPU_ASM_RANGE(sec) __PCPU_ASM_BOUND("__start_" sec) __PCPU_ASM_BOUND("__stop_" sec)
#define __PCPU_ASM_LABEL(sym, type)                                                                \
	".type " sym ",%" type "\n"                                                                \
	sym ":\n"

/*
 * A function of the module, and its place in an array that the loader calls. 101: before every one of
 * the module's own that does not ask for a reserved priority.
 */
#define __PCPU_ASM_HOOK(name, fn, array)                                                           \
	".pushsection .text." name ",\"axG\",%progbits,__percpu_module,comdat\n"                   \
	".p2align 4\n"                                                                             \
	__PCPU_ASM_LABEL(name, "function")                                                        \
	__PCPU_ASM_CALL(fn)                                                                        \
	".size " name ", . - " name "\n"                                                           \
	".popsection\n"                                                                            \
	".pushsection ." array ".00101,\"awG\",%" array ",__percpu_module,comdat\n"                \
	".p2align 3\n"                                                                             \
	".quad " name "\n"                                                                         \
	".popsection\n"

__asm__(".ifndef __percpu_module_emitted\n"
	".set __percpu_module_emitted, 1\n"
	__PCPU_ASM_ANCHOR(PER_CPU_BASE_SECTION PER_CPU_FIRST_SECTION)
	__PCPU_ASM_ANCHOR(PER_CPU_BASE_SECTION PER_CPU_PAGE_ALIGNED_SECTION)
	__PCPU_ASM_ANCHOR(PER_CPU_BASE_SECTION PER_CPU_READ_MOSTLY_SECTION)
	__PCPU_ASM_ANCHOR(PER_CPU_BASE_SECTION)
	__PCPU_ASM_ANCHOR(PER_CPU_BASE_SECTION PER_CPU_SHARED_ALIGNED_SECTION)
	".pushsection .note.percpu,\"aG\",%note,__percpu_module,comdat\n"
	".p2align 2\n"
	__PCPU_ASM_LABEL("__percpu_module_note", "object")
	".long 7\n"	/* the name with its final zero */
	".long 48\n"	/* the version, the count, and ten bounds */
	".long " __pcpu_stringify(__PCPU_NOTE_TYPE) "\n"
	".asciz \"" __PCPU_NOTE_NAME "\"\n"
	".p2align 2\n"
	".long " __pcpu_stringify(__PCPU_NOTE_VERSION) "\n"
	".long " __pcpu_stringify(__PCPU_NOTE_RANGES) "\n"
	__PCPU_ASM_RANGE(PER_CPU_BASE_SECTION PER_CPU_FIRST_SECTION)
	__PCPU_ASM_RANGE(PER_CPU_BASE_SECTION PER_CPU_PAGE_ALIGNED_SECTION)
	__PCPU_ASM_RANGE(PER_CPU_BASE_SECTION PER_CPU_READ_MOSTLY_SECTION)
	__PCPU_ASM_RANGE(PER_CPU_BASE_SECTION)
	__PCPU_ASM_RANGE(PER_CPU_BASE_SECTION PER_CPU_SHARED_ALIGNED_SECTION)
	".size __percpu_module_note, . - __percpu_module_note\n"
	".popsection\n"
	__PCPU_ASM_HOOK("__percpu_module_init", "__percpu_module_register", "init_array")
	".endif\n");
/* clang-format on */
#undef __PCPU_ASM_CALL
#undef __PCPU_ASM_ANCHOR
#undef __PCPU_ASM_BOUND
#undef __PCPU_ASM_RANGE
#undef __PCPU_ASM_LABEL
#undef __PCPU_ASM_HOOK
#undef __PCPU_NOTE_NAME
#undef __PCPU_NOTE_TYPE
#undef __PCPU_NOTE_VERSION
#undef __PCPU_NOTE_RANGES

__PCPU_BEGIN_DECLS

/*
 * Called by the constructor above, never by hand: registers the module that @note lies in, and has
 * the loader keep it until the process ends (threads' rseq areas point into it).
 * Where that is impossible (another module's variables are in the way), it is fatal.
 */
PERCPU_API void __percpu_module_register(const void *note);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP */

#endif /* PERCPU_MODULE_H */
