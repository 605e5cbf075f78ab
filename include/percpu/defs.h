/* SPDX-License-Identifier: MIT */
/*
 * defs.h - static per-CPU variables: DEFINE_PER_CPU and its variants. Another object's: export.h.
 *
 *	DEFINE_PER_CPU(unsigned long, requests);		// at file scope, `static` allowed
 *	DEFINE_PER_CPU(int[3], votes) = { 1, 2, 3 };		// an initial value for every copy
 *	DECLARE_PER_CPU(unsigned long, requests);		// in a header
 *
 * Every possible CPU has a copy of its own, which starts with the initial value. The variable's
 * name is the template: reach the copies with the accessors (access.h, ops.h), never directly.
 *
 * A const per-CPU variable makes no sense: all its copies would be equal. It cannot share a section
 * with others: the compiler reports a section type conflict, if the file has others.
 *
 * In C++ a variable may be a static member, and with clang, or gcc 14 or later, also one of a
 * template, or inline. Older gcc forgets the section of what a template defines: that does not
 * compile, but for one case that no header can see, a static inline member (or a variable template)
 * whose type does not depend on the template's parameters; its first operation faults. Inline
 * variables beside others are a section type conflict there.
 *
 * In C, a file that defines CONFIG_DEBUG_FORCE_WEAK_PER_CPU or ARCH_NEEDS_WEAK_PER_CPU before it
 * includes this has weak variables, as in kernels for some architectures, with their two rules: a
 * name is unique in the whole program, `static` or not, and no variable is defined in a function.
 * What breaks them does not compile or does not link. For porting code back, and nothing else.
 *
 * With PERCPU_UP (impl/up/runtime.h) all of them are ordinary variables, in no section of their
 * own.
 */
#ifndef PERCPU_DEFS_H
#define PERCPU_DEFS_H

#include <percpu/export.h>
#include <percpu/impl/module.h>
#include <percpu/impl/template.h>

/* Extra attributes of declaration and definition, and of the definition alone; as in the kernel. */
#ifndef PER_CPU_ATTRIBUTES
#define PER_CPU_ATTRIBUTES
#endif
#ifndef PER_CPU_DEF_ATTRIBUTES
#define PER_CPU_DEF_ATTRIBUTES
#endif

#ifdef PERCPU_UP
#define __PCPU_ATTRS(sec) __pcpu_variable PER_CPU_ATTRIBUTES
#else
#define __PCPU_ATTRS(sec) \
	__pcpu_variable __attribute__((__section__(PER_CPU_BASE_SECTION sec))) PER_CPU_ATTRIBUTES
#endif

/* What stands for a variable when its name is checked, in a section that nobody reads. */
#define __PCPU_DUMMY_ATTRS __attribute__((__section__(".discard"), __unused__))

#if (defined(ARCH_NEEDS_WEAK_PER_CPU) || defined(CONFIG_DEBUG_FORCE_WEAK_PER_CPU)) && \
	!defined(__cplusplus) && !defined(PERCPU_UP)
/*
 * A `static` before DEFINE_PER_CPU comes to stand before the first name here, and contradicts the
 * declaration, if there is one. The second name is global, whatever the variable is to be.
 */
#define DECLARE_PER_CPU_SECTION(type, name, sec)            \
	extern __PCPU_DUMMY_ATTRS char __pcpu_scope_##name; \
	extern __PCPU_ATTRS(sec) __typeof__(type) name
#define DEFINE_PER_CPU_SECTION(type, name, sec)              \
	__PCPU_DUMMY_ATTRS char __pcpu_scope_##name;         \
	extern __PCPU_DUMMY_ATTRS char __pcpu_unique_##name; \
	__PCPU_DUMMY_ATTRS char __pcpu_unique_##name;        \
	extern __PCPU_ATTRS(sec) __typeof__(type) name;      \
	__PCPU_ATTRS(sec) PER_CPU_DEF_ATTRIBUTES __attribute__((__weak__)) __typeof__(type) name
#else
/* C++ gives a name at namespace scope with an initial value in an extern declaration a warning. */
#define DECLARE_PER_CPU_SECTION(type, name, sec) extern __PCPU_ATTRS(sec) __typeof__(type) name
#define DEFINE_PER_CPU_SECTION(type, name, sec) \
	__PCPU_ATTRS(sec) PER_CPU_DEF_ATTRIBUTES __pcpu_defined_type(type, name) name
#endif

/** DEFINE_PER_CPU - a variable with no special need. */
#define DECLARE_PER_CPU(type, name) DECLARE_PER_CPU_SECTION(type, name, "")
#define DEFINE_PER_CPU(type, name) DEFINE_PER_CPU_SECTION(type, name, "")

/** DEFINE_PER_CPU_FIRST - placed before the other kinds, as far as the linker allows. */
#define DECLARE_PER_CPU_FIRST(type, name) DECLARE_PER_CPU_SECTION(type, name, PER_CPU_FIRST_SECTION)
#define DEFINE_PER_CPU_FIRST(type, name) DEFINE_PER_CPU_SECTION(type, name, PER_CPU_FIRST_SECTION)

/**
 * DEFINE_PER_CPU_SHARED_ALIGNED - written by its own CPU and read by others: on cache lines of its
 * own, so that readers do not slow down the owner's other variables.
 */
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name)                          \
	DECLARE_PER_CPU_SECTION(type, name, PER_CPU_SHARED_ALIGNED_SECTION) \
	____cacheline_aligned_in_smp
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name)                          \
	DEFINE_PER_CPU_SECTION(type, name, PER_CPU_SHARED_ALIGNED_SECTION) \
	____cacheline_aligned_in_smp

/** DEFINE_PER_CPU_ALIGNED - aligned to a cache line in every build. */
#define DECLARE_PER_CPU_ALIGNED(type, name) \
	DECLARE_PER_CPU_SECTION(type, name, PER_CPU_ALIGNED_SECTION) ____cacheline_aligned
#define DEFINE_PER_CPU_ALIGNED(type, name) \
	DEFINE_PER_CPU_SECTION(type, name, PER_CPU_ALIGNED_SECTION) ____cacheline_aligned

/** DEFINE_PER_CPU_PAGE_ALIGNED - aligned to PERCPU_PAGE_SIZE bytes. */
#define DECLARE_PER_CPU_PAGE_ALIGNED(type, name)                          \
	DECLARE_PER_CPU_SECTION(type, name, PER_CPU_PAGE_ALIGNED_SECTION) \
	__attribute__((__aligned__(PERCPU_PAGE_SIZE)))
#define DEFINE_PER_CPU_PAGE_ALIGNED(type, name)                          \
	DEFINE_PER_CPU_SECTION(type, name, PER_CPU_PAGE_ALIGNED_SECTION) \
	__attribute__((__aligned__(PERCPU_PAGE_SIZE)))

/** DEFINE_PER_CPU_READ_MOSTLY - hardly ever written after start; kept away from what is. */
#define DECLARE_PER_CPU_READ_MOSTLY(type, name) \
	DECLARE_PER_CPU_SECTION(type, name, PER_CPU_READ_MOSTLY_SECTION)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name) \
	DEFINE_PER_CPU_SECTION(type, name, PER_CPU_READ_MOSTLY_SECTION)

#endif /* PERCPU_DEFS_H */
