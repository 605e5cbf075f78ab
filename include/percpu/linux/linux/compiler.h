/* SPDX-License-Identifier: MIT */
/*
 * linux/compiler.h - what kernel code writes beside its declarations, and what it asks of the
 * compiler. For C: kernel files are.
 */
#ifndef PERCPU_LINUX_COMPILER_H
#define PERCPU_LINUX_COMPILER_H

#include <linux/kconfig.h>

#include <percpu/kernel/attributes.h>
#include <percpu/kernel/barrier.h>

/* --- attributes; what the C library has defined already stays --- */

#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#ifndef noinline
#define noinline __attribute__((__noinline__))
#endif
#ifndef __noinline
#define __noinline noinline
#endif
#define noinline_for_stack noinline
#define __maybe_unused __attribute__((__unused__))
#define __always_unused __attribute__((__unused__))
#ifndef __used
#define __used __attribute__((__used__))
#endif
#ifndef __packed
#define __packed __attribute__((__packed__))
#endif
#define __must_check __attribute__((__warn_unused_result__))
#define __cold __attribute__((__cold__))
#ifndef __pure
#define __pure __attribute__((__pure__))
#endif
#ifndef __attribute_const__
#define __attribute_const__ __attribute__((__const__))
#endif
#ifndef __malloc
#define __malloc __attribute__((__malloc__))
#endif
#define __alloc_size(...) __attribute__((__alloc_size__(__VA_ARGS__)))
#define __printf(a, b) __attribute__((__format__(__printf__, a, b)))
#define __scanf(a, b) __attribute__((__format__(__scanf__, a, b)))
#ifndef __noreturn
#define __noreturn __attribute__((__noreturn__))
#endif
#define __alias(symbol) __attribute__((__alias__(#symbol)))
#ifndef __section
#define __section(section) __attribute__((__section__(section)))
#endif
#define __cleanup(func) __attribute__((__cleanup__(func)))
#define __assume_aligned(a, ...) __attribute__((__assume_aligned__(a, ##__VA_ARGS__)))
#ifndef fallthrough
#define fallthrough __attribute__((__fallthrough__))
#endif

/* For checkers that read the kernel, for its own sections, tracers and hardening: nothing here. */
#define __rcu
#define __iomem
#define __nocast
#define __safe
#define __private
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __cond_acquires(x)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)
#define __cond_lock(x, c) (c)
/* new kernels give it to programs too, as nothing */
#undef __counted_by
#define __counted_by(member)
#define __randomize_layout
#define __designated_init
#define __latent_entropy
#define __no_kcsan
#define __no_sanitize_or_inline inline
#define __sched
#define __lockfunc
#define __visible
#define notrace
#define noinstr
#define nokprobe_inline inline
#define asmlinkage
#define __cpuidle
#define __exit __attribute__((__unused__))
#define __exitdata
#define __initconst
#define __refdata
#define __refconst
#define __ro_after_init
#define __net_init
#define __net_exit

/* --- questions --- */

#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
/** __is_constexpr() - whether @x is a constant expression: 1 or 0, itself one. */
#define __is_constexpr(x) (sizeof(int) == sizeof(*(1 ? ((void *)((long)(x)*0L)) : (int *)1)))
#define is_signed_type(type) (((type)-1) < (type)1)
#define is_unsigned_type(type) (!is_signed_type(type))

/* The C library's has a second argument before C23. */
#undef static_assert
#define __pcpu_assert_1(condition, message, ...) _Static_assert(condition, message)
#define static_assert(condition, ...) __pcpu_assert_1(condition, ##__VA_ARGS__, #condition)
#define compiletime_assert(condition, message) _Static_assert(condition, message)
#define compiletime_assert_atomic_type(t)                                                 \
	compiletime_assert(sizeof(t) == sizeof(char) || sizeof(t) == sizeof(short) ||     \
				   sizeof(t) == sizeof(int) || sizeof(t) == sizeof(long), \
			   "no atomic access to this type")

/* --- what the optimizer may know --- */

#ifndef unreachable
#define unreachable() __builtin_unreachable()
#endif
#define barrier_data(ptr) __asm__ volatile("" : : "r"(ptr) : "memory")
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
/** data_race() - @expr, whose race is meant. */
#define data_race(expr) __extension__({ expr; })
#define ASSERT_EXCLUSIVE_WRITER(var) ((void)(var))
#define ASSERT_EXCLUSIVE_ACCESS(var) ((void)(var))
#define _RET_IP_ ((unsigned long)__builtin_return_address(0))
#define _THIS_IP_                      \
	__extension__({                \
		__label__ here;        \
here:                                  \
		(unsigned long)&&here; \
	})

#define ___PASTE(a, b) a##b
#define __PASTE(a, b) ___PASTE(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#endif /* PERCPU_LINUX_COMPILER_H */
