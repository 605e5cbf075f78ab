/* SPDX-License-Identifier: MIT */
/*
 * export.h - variables and functions for other objects: EXPORT_PER_CPU_SYMBOL, EXPORT_SYMBOL.
 *
 *	DEFINE_PER_CPU(unsigned long, requests);		// in a shared object, or a program
 *	EXPORT_PER_CPU_SYMBOL(requests);
 *
 *	DECLARE_PER_CPU(unsigned long, requests);		// in another one, by a header
 *	this_cpu_inc(requests);					// the same copies
 *
 * An object is a program or a shared object, linked to or loaded by dlopen(). docs/modules.md has
 * what crosses between them, what to compile with, and every message.
 *
 * What is exported is visible with -fvisibility=hidden too. With clang the line must then stand
 * before the definition, behind the declaration: otherwise the one who uses it does not link. In
 * C++, with clang, it must be the name of something at global scope, or extern "C".
 *
 * A program's symbols are there for the objects that it loads if it is linked with -rdynamic.
 *
 * Mirrors EXPORT_PER_CPU_SYMBOL and EXPORT_SYMBOL of the kernel. The licence of who uses them is no
 * matter of linkers: the _GPL forms do the same, and tell a reader.
 */
#ifndef PERCPU_EXPORT_H
#define PERCPU_EXPORT_H

#include <percpu/impl/compiler.h>

/*
 * One declaration more, of which gcc has a warning for who wants it (-Wredundant-decls). Behind the
 * definition clang ignores it, with a warning.
 */
/* clang-format off */
#ifdef __clang__
#define __pcpu_export(symbol, visibility)                                                          \
	_Pragma("clang diagnostic push")                                                           \
	_Pragma("clang diagnostic ignored \"-Wignored-attributes\"")                               \
	extern __typeof__(symbol) symbol __attribute__((__visibility__(visibility)));              \
	_Pragma("clang diagnostic pop")                                                            \
	extern __typeof__(symbol) symbol
#else
#define __pcpu_export(symbol, visibility)                                                          \
	_Pragma("GCC diagnostic push")                                                             \
	_Pragma("GCC diagnostic ignored \"-Wredundant-decls\"")                                    \
	extern __typeof__(symbol) symbol __attribute__((__visibility__(visibility)));              \
	_Pragma("GCC diagnostic pop")                                                              \
	struct __pcpu_exported /* takes the semicolon */
#endif
/* clang-format on */

/*
 * Protected: everybody has the variable's own place for its address, or does not link. Were it only
 * visible, a program could have a copy of the variable, which the object's code may know nothing of
 * (docs/modules.md). clang gets it from the assembler if it is too late for an attribute. With
 * PERCPU_UP there are no copies to be told apart.
 */
#if defined(PERCPU_UP)
#define __pcpu_export_variable(symbol) __pcpu_export(symbol, "default")
#elif defined(__clang__)
#define __pcpu_export_variable(symbol)      \
	__pcpu_export(symbol, "protected"); \
	__asm__(".protected " #symbol)
#else
#define __pcpu_export_variable(symbol) __pcpu_export(symbol, "protected")
#endif

/** EXPORT_SYMBOL - a function or an ordinary variable. At file scope; a semicolon follows. */
#ifndef EXPORT_SYMBOL
#define EXPORT_SYMBOL(symbol) __pcpu_export(symbol, "default")
#endif
#ifndef EXPORT_SYMBOL_GPL
#define EXPORT_SYMBOL_GPL(symbol) EXPORT_SYMBOL(symbol)
#endif

/**
 * EXPORT_PER_CPU_SYMBOL - a static per-CPU variable. At file scope; a semicolon follows.
 *
 * Code that takes it for a variable of its own program does not link: compile with -fPIC, or with
 * -mno-direct-extern-access (gcc 12 and later) or -fno-direct-access-external-data (clang). What
 * clang makes of a PIE is right as it is. Not for a variable that is static.
 */
#ifdef __CHECKER__ /* as in the kernel */
#define EXPORT_PER_CPU_SYMBOL(symbol)
#else
#define EXPORT_PER_CPU_SYMBOL(symbol) __pcpu_export_variable(symbol)
#endif
#define EXPORT_PER_CPU_SYMBOL_GPL(symbol) EXPORT_PER_CPU_SYMBOL(symbol)

#endif /* PERCPU_EXPORT_H */
