/* SPDX-License-Identifier: MIT */
/*
 * misuse.h - what the compiler is made to refuse, beside pointers that are not marked (checker.h)
 * and variables that an operation is not for (value.h): the number of no CPU, the sum of no
 * numbers.
 *
 * It costs no instruction, and is always on. docs/misuse.md has every message.
 */
#ifndef PERCPU_IMPL_MISUSE_H
#define PERCPU_IMPL_MISUSE_H

#include <percpu/impl/value.h>

#include <percpu/impl/begin.h>

/* --- a CPU's number: of a constant, a compiler can say that no machine has it --- */

#define __PCPU_NO_SUCH_CPU "no CPU has this number: they go from 0 to 65535"

#if defined(__CHECKER__)
#define __pcpu_cpu_number(cpu) (cpu)
#elif defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wgcc-compat"
__pcpu_always_inline unsigned int __pcpu_cpu_number(unsigned int cpu)
	__attribute__((__diagnose_if__(cpu > 65535, __PCPU_NO_SUCH_CPU, "error")));
#pragma clang diagnostic pop

__pcpu_always_inline unsigned int __pcpu_cpu_number(unsigned int cpu)
{
	return cpu;
}
#undef __PCPU_NO_SUCH_CPU
#else
/*
 * Whether @cpu is a constant has to be known when the assertion is read. In C++ it then is. In C
 * there is the type of a conditional expression: that of its other operand, if a pointer is a null
 * pointer constant, which only a constant can make of it.
 */
#ifdef __cplusplus
#define __pcpu_may_be_cpu(cpu) \
	(__builtin_constant_p(cpu) ? static_cast<uint64_t>((cpu) + 0) >> 16 == 0 : true)
#else
#define __pcpu_may_be_cpu(cpu) \
	_Generic(1 ? (void *)(uintptr_t)((cpu) * 0) : (char *)0, \
		 char *: (uint64_t)((cpu) + 0) >> 16 == 0,       \
		 void *: 1)
#endif
/* @cpu, if it may be a CPU. */
#define __pcpu_cpu_number(cpu)                                                    \
	__extension__({                                                           \
		__pcpu_static_assert(__pcpu_may_be_cpu(cpu), __PCPU_NO_SUCH_CPU); \
		(cpu);                                                            \
	})
#endif

/* --- a sum: of numbers, and not of structures, arrays and pointers --- */

#ifdef __cplusplus
extern "C++" { /* the header may be included inside of extern "C" */

/* What can be added to a number; an object may be made for that. */
template <typename type> struct __pcpu_summand {
	template <typename of>
	static char (*test(decltype(*static_cast<const volatile of *>(nullptr) + 0L) *))[1];
	template <typename> static char (*test(...))[2];
	static constexpr bool it_is =
		sizeof(*test<type>(nullptr)) == 1 && !__pcpu_pointee<type>::exists;
};
template <typename type, size_t length> struct __pcpu_summand<type[length]> {
	static constexpr bool it_is = false;
};
template <typename type> __pcpu_summand<typename __pcpu_plain<type>::is> __pcpu_summand_of(type *);
}
#define __pcpu_is_summand(obj) (decltype(__pcpu_summand_of(&(obj)))::it_is)
#elif defined(__CHECKER__)
#define __pcpu_is_summand(obj) 1
#else
/* Not 5, a pointer, or an array that has become one; not 12 and 13, a structure and a union. */
#define __pcpu_is_summand(obj) \
	(__pcpu_class(obj) != 5 && __pcpu_class(obj) != 12 && __pcpu_class(obj) != 13)
#endif
#define __pcpu_check_summand(obj)                                                               \
	__pcpu_static_assert(__pcpu_is_summand(obj),                                            \
			     "per_cpu_sum() adds up numbers, and this is none: name a member, " \
			     "or an element")

#include <percpu/impl/end.h>

#endif /* PERCPU_IMPL_MISUSE_H */
