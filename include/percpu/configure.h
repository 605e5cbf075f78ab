/* SPDX-License-Identifier: MIT */
/*
 * configure.h - the keys of PERCPU_CONF, from the program itself.
 *
 *	#include <percpu/configure.h>
 *	const char *percpu_conf = "index:mm_cid,strict:yes";	// known when the program is built
 *
 *	void percpu_before_start(void)				// known when it starts
 *	{
 *		if (on_a_large_machine())
 *			percpu_configure("max_size:1M");
 *	}
 *
 *	int main(int argc, char **argv)
 *	{
 *		if (is_verbose(argv))				// what can still be changed
 *			percpu_configure("log:debug");
 *
 * Keys, values and checks are those of the variable, which README.md has. The library starts before
 * the program's first constructor, since that may count already, and most keys say how it starts:
 * so main() comes too late for them, and there are these ways to be in time.
 *
 * Later ones win: the defaults, percpu_conf, calls of percpu_configure() up to the start, the
 * variable PERCPU_CONF. So who runs a program has the last word about each key, as with malloc's.
 * (A process with raised privileges does not look at the variable.)
 *
 * Of a program and its shared objects the program has percpu_conf and percpu_before_start(), or the
 * first object that the loader finds with them. Where the library itself comes by dlopen(), they
 * are found in a program that is linked with -rdynamic; its start is then that call.
 */
#ifndef PERCPU_CONFIGURE_H
#define PERCPU_CONFIGURE_H

#include <percpu/impl/compiler.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/**
 * percpu_conf - for a program to define: what PERCPU_CONF would say, or NULL
 *
 * Read once, before the program's first constructor: it is to be initialized with a constant. What
 * is wrong in it is a warning in the log, and the rest is taken.
 */
extern const char *percpu_conf __attribute__((__visibility__("default")));

/**
 * percpu_before_start() - for a program to define: called once, before the library starts
 *
 * In the thread that loads the program, before constructors: those of C++ objects too. It may use
 * the C library and call percpu_configure(), and is not to use anything else of this library (which
 * is fatal, or faults).
 */
void percpu_before_start(void) __attribute__((__visibility__("default")));

/**
 * percpu_configure() - set some keys: "key:value,key:value"
 * @text: as PERCPU_CONF; at most 1023 characters
 *
 * Up to the library's start (in percpu_before_start()), each key can be set. Afterwards
 *  - log: at any time;
 *  - shared:yes: calls percpu_share() (shared.h), whose conditions and errors it has;
 *  - each other one, if things are as it says: backend:rseq in a process whose tier that is;
 *    strict:yes, where what was asked for could be had. It is then as if it had been said in time.
 * A key that the variable PERCPU_CONF has set stays as it is, with a record of level info.
 *
 * Returns 0; -EINVAL: a key or a value is wrong, and a warning says which; -EBUSY: it is too late
 * for one of the keys, and a warning says for which, and what to do; or an error of percpu_share().
 * After an error nothing has been changed. Not thread-safe: before there are threads that call it,
 * or fork. Not safe in signal handlers. A child of fork() has its parent's configuration. With
 * PERCPU_UP there is nothing to be configured but the level of the log. There is nothing like it in
 * the kernel, whose command line it mirrors.
 */
#ifdef PERCPU_UP
__pcpu_inline int percpu_configure(const char *text);
#else
PERCPU_API int percpu_configure(const char *text) __attribute__((__warn_unused_result__));
#endif

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/configure.h>
#endif

#endif /* PERCPU_CONFIGURE_H */
