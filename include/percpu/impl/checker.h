/* SPDX-License-Identifier: MIT */
/*
 * checker.h - what __percpu means: nothing to a compiler, and a type of its own to a checker.
 *
 * A per-CPU pointer is a template address: it must not be dereferenced, nor mixed with ordinary
 * pointers, and a static per-CPU variable must not be used but through the accessors. A program is
 * checked for that
 *  - by sparse, always: it defines __CHECKER__;
 *  - by gcc and clang with PERCPU_STRICT defined before the first include. The instructions are the
 *    same, and so is what the library sees, so that a program may be compiled so for good.
 *
 * What stands behind __percpu is then
 *
 *	C, gcc		const volatile; from gcc 14 on x86-64 in a named address space, as in the
 *			kernel since 6.15, but not in C23 with gcc 15 and later
 *	C, clang	const volatile, in a numbered address space, and its pointers are noderef
 *	C++		volatile; C++ has no address spaces that accessors could take off again
 *
 * so that writing to what is marked does not compile, and what is handed to a function for ordinary
 * pointers loses a qualifier, of which every compiler warns. The accessors take the mark off. What
 * a program had marked const itself it can write to by them. docs/misuse.md has what is found.
 */
#ifndef PERCPU_CHECKER_H
#define PERCPU_CHECKER_H

#if defined(__CHECKER__)

#define __percpu __attribute__((noderef, address_space(__percpu)))
#define __pcpu_variable __percpu
#define __pcpu_value_type(obj) __typeof__(obj)
#define __pcpu_copy_pointer(ptr) __typeof__(*((ptr) + 0)) __attribute__((address_space(0), force)) *
#define __pcpu_is_percpu(ptr) ((const volatile void __percpu *){(__typeof__((ptr) + 0))0})

#elif defined(PERCPU_STRICT) && defined(__cplusplus)

extern "C++" { /* the header may be included inside of extern "C" */

template <typename type> struct __pcpu_marked {
	static constexpr bool it_is = false;
	typedef type copy;
};
template <typename type> struct __pcpu_marked<volatile type *> {
	static constexpr bool it_is = true;
	typedef type *copy;
};
template <typename type> struct __pcpu_marked<const volatile type *> {
	static constexpr bool it_is = true;
	typedef const type *copy;
};
/* By an argument: of a template's own, g++ ignores attributes only with a warning. */
template <typename type> __pcpu_marked<type> __pcpu_marked_of(type);
}

#define __percpu volatile
#define __pcpu_variable volatile
#define __pcpu_any_object const volatile void
#define __pcpu_value_type(obj) typename decltype(__pcpu_plain_of(&(obj)))::is
#define __pcpu_copy_pointer(ptr) typename decltype(__pcpu_marked_of(+(ptr)))::copy
#define __pcpu_is_marked(ptr) (decltype(__pcpu_marked_of(+(ptr)))::it_is)

#elif defined(PERCPU_STRICT)

/* Whoever says const himself says it twice. */
#pragma GCC diagnostic ignored "-Wduplicate-decl-specifier"

/* The address space comes first: where a type loses it, what was put on it later goes too. */
#if defined(__clang__)
#define __pcpu_variable __attribute__((__address_space__(1))) const volatile
#define __percpu __attribute__((__address_space__(1), __noderef__)) const volatile
#define __pcpu_value_type(obj) __typeof__(__extension__({ obj; }))
#else
/*
 * gcc before 14 loses it of arrays, and gcc 16 in C23 refuses it in a structure that points to its
 * own kind.
 */
#if defined(__SEG_GS) && (__GNUC__ == 14 || (__GNUC__ > 14 && __STDC_VERSION__ <= 201710L))
#define __percpu __seg_gs const volatile
#else
#define __percpu const volatile
#endif
#define __pcpu_variable __percpu
#define __pcpu_value_type(obj) __typeof__(((void)0, (obj)))
#endif

#if !defined(__clang__) && __GNUC__ >= 14
#define __pcpu_copy_pointer(ptr) __typeof_unqual__(*((ptr) + 0)) *
#else
/*
 * A type without its mark: the value of an expression has none. An array has no value, so its type
 * is made anew from that of its elements.
 */
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
#endif
/* A mark more changes nothing. */
#define __pcpu_is_marked(ptr) \
	__builtin_types_compatible_p(__typeof__(*((ptr) + 0)) __percpu *, __typeof__((ptr) + 0))

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
/* The type of an ordinary pointer to what the per-CPU pointer @ptr points to; of an array's too. */
#ifdef __cplusplus /* where nothing is added to a pointer to void */
#define __pcpu_copy_pointer(ptr) __typeof__(+(ptr))
#define __pcpu_is_percpu(ptr) (static_cast<const volatile void *>(+(ptr)))
#else
#define __pcpu_copy_pointer(ptr) __typeof__((ptr) + 0)
#define __pcpu_is_percpu(ptr) (*((ptr) + 0))
#endif

#endif

/* Behind the pointer that a function takes for any of them. */
#ifndef __pcpu_any_object
#define __pcpu_any_object const volatile void __percpu
#endif

/*
 * __pcpu_is_percpu(): an expression without meaning, which is an error if @ptr is not marked, or if
 * nothing is, not a pointer. Not evaluated.
 */
#ifdef __pcpu_is_marked
#define __pcpu_is_percpu(ptr)                                                                   \
	__extension__({                                                                         \
		__pcpu_static_assert(__pcpu_is_marked(ptr),                                     \
				     "this is no per-CPU variable, and no pointer to one: "     \
				     "DEFINE_PER_CPU() and alloc_percpu() make them, __percpu " \
				     "marks their pointers");                                   \
		0;                                                                              \
	})
#endif

#endif /* PERCPU_CHECKER_H */
