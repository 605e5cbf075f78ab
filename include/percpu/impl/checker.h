/* SPDX-License-Identifier: MIT */
/*
 * checker.h - what __percpu means: nothing to a compiler, and a type of its own to a checker.
 *
 * A per-CPU pointer is a template address: it must not be dereferenced, nor mixed with ordinary
 * pointers, and a static per-CPU variable must not be used but through the accessors. A program is
 * checked for that
 *  - by sparse, always: it defines __CHECKER__;
 *  - by clang, in C, with PERCPU_STRICT defined before the first include: pointers of the two kinds
 *    that are mixed are errors, dereferencing a per-CPU pointer is a warning (-Wnoderef). Direct
 * use of a static per-CPU variable is not found, and variables are arrays of two dimensions at
 * most. The file is for checking (-fsyntax-only), not for running.
 *
 * gcc, and compilers of C++, have no attributes for it: there PERCPU_STRICT changes nothing.
 */
#ifndef PERCPU_CHECKER_H
#define PERCPU_CHECKER_H

#if defined(__CHECKER__)

#define __percpu __attribute__((noderef, address_space(__percpu)))
#define __pcpu_variable __percpu
#define __pcpu_value_type(obj) __typeof__(obj)
#define __pcpu_copy_pointer(ptr) __typeof__(*((ptr) + 0)) __attribute__((address_space(0), force)) *
#define __pcpu_is_percpu(ptr) ((const volatile void __percpu *){(__typeof__((ptr) + 0))0})

#elif defined(PERCPU_STRICT) && defined(__clang__) && !defined(__cplusplus)

/* The address space comes first: where a type loses it, what was put on it later goes too. */
#define __pcpu_variable __attribute__((__address_space__(1)))
#define __percpu __attribute__((__address_space__(1), __noderef__))

/*
 * A type without its address space: the value of an expression has none. An array has no value, so
 * its type is made anew from that of its elements.
 */
#define __pcpu_value_type(obj) __typeof__(__extension__({ obj; }))
#define __pcpu_is_array(obj) \
	(!__builtin_types_compatible_p(__typeof__(obj), __pcpu_value_type(obj)))
#define __pcpu_element(obj) (*__builtin_choose_expr(__pcpu_is_array(obj), obj, &(obj)))
#define __pcpu_object_type(obj, element_type)                                        \
	__typeof__(*__builtin_choose_expr(                                           \
		__pcpu_is_array(obj),                                                \
		(__typeof__ (*__builtin_choose_expr(                                 \
			__pcpu_is_array(obj), (element_type *)0,                     \
			(char *)0))(*)[sizeof(obj) / sizeof(__pcpu_element(obj))])0, \
		(__pcpu_value_type(obj) *)0))
#define __pcpu_row_type(obj) __pcpu_object_type(obj, __pcpu_value_type(__pcpu_element(obj)))
#define __pcpu_plain_type(obj) __pcpu_object_type(obj, __pcpu_row_type(__pcpu_element(obj)))
#define __pcpu_copy_pointer(ptr) __pcpu_plain_type(*((ptr) + 0)) *
#define __pcpu_is_percpu(ptr) ((const volatile void __percpu *){(__typeof__((ptr) + 0))0})

#else

/**
 * __percpu - marks a pointer whose target has one copy a CPU, as the kernel's __percpu does
 */
#ifndef __percpu
#define __percpu
#endif
/* The same on a static variable. */
#define __pcpu_variable __percpu
/* The type of a value of the per-CPU object @obj: neither marked, nor const, nor volatile. */
#ifdef __cplusplus
#define __pcpu_value_type(obj) typename decltype(__pcpu_plain_of(&(obj)))::is
#else
#define __pcpu_value_type(obj) __typeof__(((void)0, (obj)))
#endif
/* The type of an ordinary pointer to what the per-CPU pointer @ptr points to. */
#define __pcpu_copy_pointer(ptr) __typeof__((ptr) + 0)
/* An expression without meaning, which is an error if @ptr is not marked. Not evaluated. */
#define __pcpu_is_percpu(ptr) (*((ptr) + 0))

#endif

#endif /* PERCPU_CHECKER_H */
