/* SPDX-License-Identifier: MIT */
/*
 * template.h - variables that templates define. gcc before 14 leaves their section out
 * (https://gcc.gnu.org/PR70435), and an operation on a variable outside of its section faults; so
 * they do not compile there.
 */
#ifndef PERCPU_TEMPLATE_H
#define PERCPU_TEMPLATE_H

#include <percpu/impl/compiler.h>

#if defined(__cplusplus) && !defined(__clang__) && __GNUC__ < 14 && !defined(PERCPU_UP)
extern "C++" { /* the header may be included inside of extern "C" */

/* Whether @name, of a variable, is no member of a template: S<T>::name. */
constexpr bool __pcpu_is_plain_name(const char *name)
{
	return !*name || (*name != '<' && __pcpu_is_plain_name(name + 1));
}

/*
 * The names are the message. Of a type that depends on a template's parameters the compiler demands
 * "typename" before such a name, which is what refuses it.
 */
template <typename type, bool is_plain>
struct __pcpu_gcc_before_14_has_no_per_cpu_variables_of_templates {
};
template <typename type>
struct __pcpu_gcc_before_14_has_no_per_cpu_variables_of_templates<type, true> {
	typedef type type_of_variable;
};
}
#define __pcpu_defined_type(type, name)                             \
	__pcpu_gcc_before_14_has_no_per_cpu_variables_of_templates< \
		__typeof__(type), __pcpu_is_plain_name(#name)>::type_of_variable
#else
/* The type of the variable @name, which is to be of @type. */
#define __pcpu_defined_type(type, name) __typeof__(type)
#endif

#endif /* PERCPU_TEMPLATE_H */
