/* SPDX-License-Identifier: MIT */
/*
 * attributes.h - what kernel code writes beside its declarations, by the kernel's names. Include it
 * where you want them, after the headers of C and C++, some of which have such names for other
 * things; what the program, or its C library, has defined already stays.
 */
#ifndef PERCPU_KERNEL_ATTRIBUTES_H
#define PERCPU_KERNEL_ATTRIBUTES_H

#include <percpu/impl/compiler.h>

#include <stdlib.h> /* glibc has a field __init there */

/** likely(), unlikely() - what @x mostly is; the value is 1 or 0. */
#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#endif
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

/** __weak - a definition that another one may replace. */
#ifndef __weak
#define __weak __attribute__((__weak__))
#endif
/** __aligned() - aligned to @x bytes. */
#ifndef __aligned
#define __aligned(x) __attribute__((__aligned__(x)))
#endif
/** uninitialized_var() - a variable whose first value the compiler need not see. */
#ifndef uninitialized_var
#if defined(__clang__) || defined(__cplusplus) /* which warn of it */
#define uninitialized_var(x) x
#else
#define uninitialized_var(x) x = x
#endif
#endif

/* Address spaces, for a checker; __percpu is in impl/checker.h. There is one space in a process. */
#ifndef __kernel
#define __kernel
#endif
#ifndef __user
#define __user
#endif
#ifndef __force
#ifdef __CHECKER__
#define __force __attribute__((force))
#else
#define __force
#endif
#endif

/* Of the kernel's start, whose memory is given back; a process keeps all of its own. */
#ifndef __init
#define __init
#endif
#ifndef __initdata
#define __initdata
#endif
#ifndef __ref
#define __ref
#endif
#ifndef __cpuinit
#define __cpuinit
#endif
/**
 * __read_mostly - hardly ever written; of per-CPU variables there is DEFINE_PER_CPU_READ_MOSTLY.
 */
#ifndef __read_mostly
#define __read_mostly
#endif

/** core_initcall() - the function @fn, which returns 0 or a negative errno, runs before main(). */
#ifndef core_initcall
#define core_initcall(fn)                                                                 \
	static void __attribute__((__constructor__, __used__)) __pcpu_initcall_##fn(void) \
	{                                                                                 \
		(void)fn();                                                               \
	}                                                                                 \
	extern int __pcpu_initcall_takes_a_semicolon
#endif

#endif /* PERCPU_KERNEL_ATTRIBUTES_H */
