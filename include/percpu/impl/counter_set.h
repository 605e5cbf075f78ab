/* SPDX-License-Identifier: MIT */
/*
 * counter_set.h - what the macros of percpu/counter_set.h expand to.
 */
#ifndef PERCPU_IMPL_COUNTER_SET_H
#define PERCPU_IMPL_COUNTER_SET_H

#include <percpu/access.h>
#include <percpu/alloc.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/* Of @size bytes at the template address @ptr, words of @width bytes, in @unit bytes or more. */
PERCPU_API void __percpu_set_sum(uintptr_t ptr, size_t width, size_t size, void *to);
PERCPU_API int __percpu_set_take(uintptr_t ptr, size_t width, size_t unit, size_t size, void *to)
	__attribute__((__warn_unused_result__));
PERCPU_API int __percpu_set_snapshot(uintptr_t ptr, size_t width, size_t size, void *to)
	__attribute__((__warn_unused_result__));

__PCPU_END_DECLS

#include <percpu/impl/end.h>

/*
 * The last member of a set says what the others are: a type in C++, and in C something of no size;
 * inside of a structure there is no other way to keep compilers from a word about that.
 *
 * And a word of the set at @ptr, which is not to be evaluated.
 */
#ifdef __cplusplus
#define __pcpu_counter_set_words(type) typedef type __pcpu_word;
#define __pcpu_set_word(ptr) \
	(*__pcpu_typed_pointer(__pcpu_value_type(*(ptr))::__pcpu_word *, nullptr))
#else
#define __pcpu_counter_set_words(type)                                                       \
	_Pragma("GCC diagnostic push") _Pragma(                                              \
		"GCC diagnostic ignored \"-Wpedantic\"") __extension__ type __pcpu_words[0]; \
	_Pragma("GCC diagnostic pop")
#define __pcpu_set_word(ptr) (ptr)->__pcpu_words[0]
#endif

/* The address of words of which @word is one. */
#define __pcpu_set_address(ptr, word)                                                      \
	__extension__({                                                                    \
		__verify_pcpu_ptr(ptr);                                                    \
		(void)sizeof((word) + 0);                                                  \
		__pcpu_static_assert((sizeof(word) == 4 || sizeof(word) == 8) &&           \
					     !__pcpu_is_floating(word) &&                  \
					     !__pcpu_is_pointer(word),                     \
				     "counters of a set are integers of 4 or of 8 bytes"); \
		__pcpu_address(ptr);                                                       \
	})

/* @to, which has to be a pointer to ordinary memory for what @ptr points to. */
#ifdef __cplusplus
#define __pcpu_set_check_to(ptr, to) \
	(0 ? __pcpu_typed_pointer(__pcpu_value_type(*(ptr)) *, nullptr) : (to))
#else
#define __pcpu_set_check_to(ptr, to)                                                             \
	__extension__({                                                                          \
		__pcpu_static_assert(__builtin_types_compatible_p(__typeof__((to) + 0),          \
								  __pcpu_value_type(*(ptr)) *),  \
				     "sums go to an object of the type that the counters have"); \
		(to);                                                                            \
	})
#endif

#define __pcpu_set_sum(ptr, size, word, to)                                 \
	__percpu_set_sum(__pcpu_set_address(ptr, word), sizeof(word), size, \
			 __pcpu_set_check_to(ptr, to))
/* no statement expression, or nobody is warned who does not look at the result */
#define __pcpu_set_take(ptr, size, word, to)                                                  \
	__percpu_set_take(__pcpu_set_writable(ptr, word), sizeof(word), sizeof(*(ptr)), size, \
			  __pcpu_set_check_to(ptr, to))
#define __pcpu_set_writable(ptr, word)         \
	__extension__({                        \
		__pcpu_check_writable(word);   \
		__pcpu_set_address(ptr, word); \
	})
#define __pcpu_set_snapshot(ptr, size, word, to)                                 \
	__percpu_set_snapshot(__pcpu_set_address(ptr, word), sizeof(word), size, \
			      __pcpu_set_check_to(ptr, to))

#ifdef PERCPU_UP
#include <percpu/impl/up/counter_set.h>
#endif

#endif /* PERCPU_IMPL_COUNTER_SET_H */
