/* SPDX-License-Identifier: MIT */
/*
 * value.h - of a per-CPU variable's type, what the macros of the other headers ask, and how its
 * values are converted: in C with the compiler's builtins, in C++ with templates.
 *
 * A macro's text is compiled as the program's own, with the program's warnings. So no C-style cast
 * is in it where the language is C++, and no conversion that the program did not ask for.
 */
#ifndef PERCPU_VALUE_H
#define PERCPU_VALUE_H

#include <percpu/impl/compiler.h>

#include <percpu/impl/begin.h>

/* A per-CPU pointer's bits. */
__pcpu_always_inline uintptr_t __pcpu_address(__pcpu_any_object *ptr)
{
	return (uintptr_t)ptr;
}

#ifdef __cplusplus
extern "C++" { /* the header may be included inside of extern "C" */

/* A type without const and volatile. */
template <typename type> struct __pcpu_plain {
	using is = type;
	static constexpr bool was_const = false;
};
template <typename type> struct __pcpu_plain<volatile type> {
	using is = type;
	static constexpr bool was_const = false;
};
template <typename type> struct __pcpu_plain<const type> {
	using is = type;
	static constexpr bool was_const = true;
};
template <typename type> struct __pcpu_plain<const volatile type> {
	using is = type;
	static constexpr bool was_const = true;
};
/* By what is pointed to: of a template's argument, g++ ignores attributes only with a warning. */
template <typename type> __pcpu_plain<type> __pcpu_plain_of(type *);

template <typename type> struct __pcpu_pointee {
	static constexpr bool exists = false;
};
template <typename type> struct __pcpu_pointee<type *> {
	static constexpr bool exists = true;
};
template <typename type, bool is_enum = __is_enum(type)> struct __pcpu_bool {
	static constexpr bool it_is = false;
};
template <> struct __pcpu_bool<bool, false> {
	static constexpr bool it_is = true;
};
template <typename type> struct __pcpu_bool<type, true> : __pcpu_bool<__underlying_type(type)> {
};
template <typename type, bool is_number = !__is_enum(type) && !__is_class(type) &&
					  !__is_union(type) && !__pcpu_pointee<type>::exists>
struct __pcpu_floating {
	static constexpr bool it_is = false;
};
template <typename type> struct __pcpu_floating<type, true> {
	static constexpr bool it_is = type(1) / 2 > 0;
};

/* What a cast gives; a pointer of 0, which is an int, too. */
template <typename to, typename from> struct __pcpu_conversion {
	static constexpr __attribute__((__always_inline__)) to of(from value)
	{
		return (to)value;
	}
};
template <typename to> struct __pcpu_conversion<to *, int> {
	static __attribute__((__always_inline__)) to *of(int value)
	{
		return (to *)(intptr_t)value;
	}
};
template <typename to, typename from>
__pcpu_always_inline constexpr to __pcpu_convert(to *, from value)
{
	return __pcpu_conversion<to, from>::of(value);
}

/* The operand of a bitwise and: only its lowest bit meets a bool's. */
template <bool of_bool> struct __pcpu_bits {
	template <typename from>
	static constexpr __attribute__((__always_inline__)) from of(from value)
	{
		return value;
	}
};
template <> struct __pcpu_bits<true> {
	template <typename from>
	static constexpr __attribute__((__always_inline__)) uint64_t of(from value)
	{
		return (uint64_t)value & 1;
	}
};

/*
 * All of a variable's type, by what is pointed to. No macro has an operand between the brackets of
 * a template: where an operation is part of it, g++ 16 refuses the statement expression there.
 */
template <typename type> struct __pcpu_value {
	using is_bool = __pcpu_bool<type>;
	using is_floating = __pcpu_floating<type>;
	using is_pointer = __pcpu_pointee<type>;
};
template <typename type> __pcpu_value<typename __pcpu_plain<type>::is> __pcpu_value_of(type *);

template <typename type>
__pcpu_bits<__pcpu_bool<typename __pcpu_plain<type>::is>::it_is> __pcpu_bits_of(type *);
}

#define __pcpu_is_bool(obj) (decltype(__pcpu_value_of(&(obj)))::is_bool::it_is)
#define __pcpu_is_floating(obj) (decltype(__pcpu_value_of(&(obj)))::is_floating::it_is)
#define __pcpu_is_pointer(obj) (decltype(__pcpu_value_of(&(obj)))::is_pointer::exists)
#define __pcpu_is_const(obj) (decltype(__pcpu_plain_of(&(obj)))::was_const)
/* by a comma, behind which NULL is a number like any other */
#define __pcpu_cast(type, value) (__pcpu_convert(static_cast<type *>(nullptr), ((void)0, (value))))
#define __pcpu_pointer_at(type, address) (reinterpret_cast<type>(address))
#define __pcpu_typed_pointer(type, ptr) (static_cast<type>(ptr))
#define __pcpu_bits_for(obj, val) (decltype(__pcpu_bits_of(&(obj)))::of(val))

#else

#ifdef __CHECKER__ /* which does not ask */
#define __pcpu_is_bool(obj) 0
#define __pcpu_is_floating(obj) 0
#define __pcpu_is_pointer(obj) 0
#define __pcpu_is_const(obj) 0
#else
/* The numbers are those of gcc's typeclass.h: a pointer; a real and a complex number. */
#define __pcpu_is_bool(obj) __builtin_types_compatible_p(__pcpu_value_type(obj), _Bool)
#define __pcpu_class(obj) __builtin_classify_type(*(__pcpu_value_type(obj) *)0)
#define __pcpu_is_floating(obj) (__pcpu_class(obj) == 8 || __pcpu_class(obj) == 9)
#define __pcpu_is_pointer(obj) (__pcpu_class(obj) == 5)
#ifdef PERCPU_STRICT /* everything is */
#define __pcpu_is_const(obj) 0
#else
#define __pcpu_is_const(obj)                                                                 \
	(__builtin_types_compatible_p(__typeof__(&(obj)), const __pcpu_value_type(obj) *) || \
	 __builtin_types_compatible_p(__typeof__(&(obj)),                                    \
				      const volatile __pcpu_value_type(obj) *))
#endif
#endif
/* @value as a cast converts it to @type. */
#define __pcpu_cast(type, value) ((type)(value))
/* A pointer of @type to what is at the integer @address; one that the pointer to void @ptr is. */
#define __pcpu_pointer_at(type, address) ((type)((address) + 0)) /* no cast of a call */
#define __pcpu_typed_pointer(type, ptr) ((type)(ptr))
/* @val as the operand of a bitwise and: only its lowest bit meets a _Bool's. */
#define __pcpu_bits_for(obj, val) \
	__builtin_choose_expr(__pcpu_is_bool(obj), (uint64_t)(val)&1, (val))

#endif

#include <percpu/impl/end.h>

/* --- what an operation asks of its variable --- */

#define __pcpu_check_writable(pcp)                  \
	__pcpu_static_assert(!__pcpu_is_const(pcp), \
			     "a per-CPU variable that is const can only be read")

/* A member of a packed structure is not aligned, nor may it be at any place. */
#define __pcpu_check_aligned(pcp)                                                           \
	__pcpu_static_assert(__alignof__(pcp) >= sizeof(pcp),                               \
			     "a per-CPU operation needs a variable that is aligned to its " \
			     "size: this one's type, or structure, says that it is not "    \
			     "(packed? give the member an alignment)")

/* add, and, or on a floating type would work on its bits, on a pointer count bytes. */
#define __pcpu_check_integer(pcp)                                                                 \
	__pcpu_static_assert(!__pcpu_is_floating(pcp), "not an operation on floating types");     \
	__pcpu_static_assert(!__pcpu_is_pointer(pcp),                                             \
			     "not an operation on pointers: it would be one on their bytes, not " \
			     "on what they point to")

/* What adds would store 2 and 255 in a _Bool, which is neither true nor false. */
#define __pcpu_check_number(pcp)                                                                 \
	__pcpu_static_assert(!__pcpu_is_bool(pcp),                                               \
			     "no arithmetic on a _Bool: use this_cpu_write(), this_cpu_xchg(), " \
			     "this_cpu_or() or this_cpu_and()")

#endif /* PERCPU_VALUE_H */
