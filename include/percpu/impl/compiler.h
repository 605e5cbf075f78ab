/* SPDX-License-Identifier: MIT */
/*
 * compiler.h - what the other headers need of the compiler.
 *
 * Everything here is either a name that kernel code uses (and is left alone if the program has
 * one already) or starts with __pcpu_. What only the headers themselves need is in begin.h.
 */
#ifndef PERCPU_COMPILER_H
#define PERCPU_COMPILER_H

#if !defined(__GNUC__)
#error "libpercpu needs gcc (11 or later) or clang (14 or later)"
#elif defined(__clang__) && __clang_major__ < 14
#error "libpercpu needs clang 14 or later"
#elif !defined(__clang__) && __GNUC__ < 11
#error "libpercpu needs gcc 11 or later"
#endif

#if defined(__cplusplus)
#if __cplusplus < 201103L
#error "libpercpu needs C++11 or later: -std=gnu++11"
#endif
#elif !defined(__STDC_VERSION__) || __STDC_VERSION__ < 199901L
#error "libpercpu needs C99 or later: -std=gnu99"
#endif

#if !(defined(__x86_64__) || defined(__aarch64__)) || defined(__ILP32__)
#error "libpercpu runs on x86-64 and aarch64 only, with 64-bit pointers"
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <percpu/impl/checker.h>

/* The kernel's word for it. */
#if defined(CONFIG_DEBUG_PREEMPT) && !defined(PERCPU_DEBUG_PREEMPT)
#define PERCPU_DEBUG_PREEMPT
#endif

/** The cache line that aligned variants are aligned to, in bytes. */
#ifndef SMP_CACHE_BYTES
#define SMP_CACHE_BYTES 64
#endif
#ifndef ____cacheline_aligned
#define ____cacheline_aligned __attribute__((__aligned__(SMP_CACHE_BYTES)))
#endif
#ifndef ____cacheline_aligned_in_smp
#ifdef PERCPU_UP
#define ____cacheline_aligned_in_smp
#else
#define ____cacheline_aligned_in_smp ____cacheline_aligned
#endif
#endif

/** The largest alignment of a per-CPU object, in bytes: a page, as in the kernel. */
#define PERCPU_PAGE_SIZE 4096

/*
 * A local variable of a macro's statement expression, where the macro got @id from __COUNTER__: an
 * operation in an argument of an operation then shadows nothing.
 */
#define __pcpu_local_1(name, id) name##_##id
#define __pcpu_local(name, id) __pcpu_local_1(__pcpu_##name, id)

#ifdef __cplusplus
#define __pcpu_static_assert(cond, msg) static_assert(cond, msg)
#else
#define __pcpu_static_assert(cond, msg) __extension__ _Static_assert(cond, msg)
#endif

/* Of 16 bytes; not a type of ISO C. */
__extension__ typedef unsigned __int128 __pcpu_u128;

/*
 * On functions and data that the shared library exports; everything else in it is hidden. With
 * PERCPU_UP there is no library: each header's functions are defined in up/ instead.
 */
#ifdef PERCPU_UP
#define PERCPU_API static inline __attribute__((__unused__))
#else
#define PERCPU_API __attribute__((__visibility__("default")))
#endif

/*
 * All files of a program, or of a shared object, are compiled with PERCPU_UP or none: the symbol
 * below has a value that does not fit where files with it refer to it, and the linker says so. (It
 * is weak on both sides, and the section is not loaded.) Link-time optimisation pastes the
 * top-level assembly of all files into one, hence the .ifndef, and there the assembler says it.
 */
#define __PCPU_UP_RULE "PERCPU_UP_is_for_all_files_or_none"
#ifdef PERCPU_UP
__asm__(".ifndef __percpu_build_up_emitted\n"
	".set __percpu_build_up_emitted, 1\n"
	".ifdef __percpu_build_smp_emitted\n"
	".error \"" __PCPU_UP_RULE "\"\n"
	".endif\n"
	".weak __percpu_module_" __PCPU_UP_RULE "\n"
	".hidden __percpu_module_" __PCPU_UP_RULE "\n"
	".pushsection ." __PCPU_UP_RULE ",\"G\",%progbits,__percpu_up,comdat\n"
	".2byte __percpu_module_" __PCPU_UP_RULE "\n"
	".popsection\n"
	".endif\n");
#else
__asm__(".ifndef __percpu_build_smp_emitted\n"
	".set __percpu_build_smp_emitted, 1\n"
	".ifdef __percpu_build_up_emitted\n"
	".error \"" __PCPU_UP_RULE "\"\n"
	".endif\n"
	".weak __percpu_module_" __PCPU_UP_RULE "\n"
	".hidden __percpu_module_" __PCPU_UP_RULE "\n"
	".set __percpu_module_" __PCPU_UP_RULE ", 0x100000\n"
	".endif\n");
#endif
#undef __PCPU_UP_RULE

/*
 * ThreadSanitizer sees no memory access inside an assembly sequence, so code built with it always
 * takes the out-of-line path of the library (run it with PERCPU_CONF=backend:fallback to have every
 * access instrumented). With PERCPU_UP there are no sequences, because there is nothing to restart
 * for.
 */
#if defined(__SANITIZE_THREAD__) || defined(PERCPU_UP)
#define __PCPU_NO_INLINE_SEQUENCE 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define __PCPU_NO_INLINE_SEQUENCE 1
#endif
#endif

#endif /* PERCPU_COMPILER_H */
