/* SPDX-License-Identifier: MIT */
/*
 * begin.h - the words that the library's headers are written in, from here to end.h.
 *
 * None of them is left to a program. A header includes whatever it needs first, then this, and
 * end.h last; so there is no guard. A file of the library that uses one of the words includes this
 * after its other headers.
 */
#define __pcpu_unlikely(x) __builtin_expect(!!(x), 0)
#define __pcpu_always_inline static inline __attribute__((__always_inline__, __unused__))
/* On functions that a public header declares, and whose body is here. */
#define __pcpu_inline static inline __attribute__((__unused__))
/*
 * An asm statement that gcc takes for a short one when it decides what to inline: it would count
 * the lines, most of which are elsewhere. And one with labels.
 */
#if defined(__clang__) || __GNUC__ < 9
#define __pcpu_short_asm __asm__ volatile
#define __pcpu_goto_asm __asm__ goto
#else
#define __pcpu_short_asm __asm__ __inline__ volatile
#define __pcpu_goto_asm __asm__ __inline__ goto
#endif
/* For a cast to the marked pointer type @type from the address of ordinary memory. */
#ifdef __CHECKER__
#define __pcpu_from_memory(type) type __attribute__((force))
#else
#define __pcpu_from_memory(type) type
#endif
#define __pcpu_stringify_1(x) #x
#define __pcpu_stringify(x) __pcpu_stringify_1(x)

/*
 * On functions that have the kernel's name in C, and in the symbol table one of the library's own.
 */
#ifdef PERCPU_UP
#define __pcpu_as(name)
#else
#define __pcpu_as(name) __asm__("__percpu_" #name)
#endif

/*
 * The headers' own functions have casts and NULL as in C: no matter of the program's. With
 * PERCPU_UP the bodies of functions come first, and the other headers' declarations repeat them.
 */
#if (defined(__cplusplus) || defined(PERCPU_UP)) && !defined(__PCPU_BEGUN)
#define __PCPU_BEGUN
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wredundant-decls"
#ifdef __cplusplus
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wzero-as-null-pointer-constant"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuseless-cast"
#endif
#endif
#endif

#ifdef __cplusplus
#define __PCPU_BEGIN_DECLS extern "C" {
#define __PCPU_END_DECLS }
#else
#define __PCPU_BEGIN_DECLS
#define __PCPU_END_DECLS
#endif
