/* SPDX-License-Identifier: MIT */
/*
 * compiler.h - what the other headers need of the compiler.
 *
 * Everything here is either a name that kernel code uses (and is left alone if the program has
 * one already) or starts with __pcpu_.
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

#if !(defined(__x86_64__) || defined(__aarch64__)) || defined(__ILP32__)
#error "libpercpu runs on x86-64 and aarch64 only, with 64-bit pointers"
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * __percpu - marks a pointer whose target has one copy a CPU
 *
 * Such a pointer is a template address: never dereference it, hand it to the accessors. The marker
 * is for people and checkers, the compiler ignores it (the kernel's __percpu).
 */
#ifndef __percpu
#define __percpu
#endif

/** The cache line that aligned variants are aligned to, in bytes. */
#ifndef SMP_CACHE_BYTES
#define SMP_CACHE_BYTES 64
#endif
#ifndef ____cacheline_aligned
#define ____cacheline_aligned __attribute__((__aligned__(SMP_CACHE_BYTES)))
#endif
#ifndef ____cacheline_aligned_in_smp
#define ____cacheline_aligned_in_smp ____cacheline_aligned
#endif

/** The largest alignment of a per-CPU object, in bytes: the page of the kernel contract. */
#define PERCPU_PAGE_SIZE 4096

#define __pcpu_unlikely(x) __builtin_expect(!!(x), 0)
#define __pcpu_always_inline static inline __attribute__((__always_inline__, __unused__))
#define __pcpu_stringify_1(x) #x
#define __pcpu_stringify(x) __pcpu_stringify_1(x)

#ifdef __cplusplus
#define __pcpu_static_assert(cond, msg) static_assert(cond, msg)
#define __PCPU_BEGIN_DECLS extern "C" {
#define __PCPU_END_DECLS }
#else
#define __pcpu_static_assert(cond, msg) _Static_assert(cond, msg)
#define __PCPU_BEGIN_DECLS
#define __PCPU_END_DECLS
#endif

/* Of 16 bytes; not a type of ISO C. */
__extension__ typedef unsigned __int128 __pcpu_u128;

/* On functions and data that the shared library exports; everything else in it is hidden. */
#define PERCPU_API __attribute__((__visibility__("default")))

/*
 * ThreadSanitizer sees no memory access inside an assembly sequence, so code built with it always
 * takes the out-of-line path of the library (run it with PERCPU_CONF=backend:fallback to have every
 * access instrumented).
 */
#if defined(__SANITIZE_THREAD__)
#define __PCPU_NO_INLINE_SEQUENCE 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define __PCPU_NO_INLINE_SEQUENCE 1
#endif
#endif

#endif /* PERCPU_COMPILER_H */
