/* SPDX-License-Identifier: MIT */
/*
 * debug.h - what the debug levels know of a program.
 *
 * PERCPU_CONF=debug:N switches one on, for the life of the process:
 *
 *	0	nothing (the default). A wrong pointer is fatal at this level too
 *	1	redzones around each object, checked in every CPU's copy when it is freed,
 *		and poison (0x6b) in what is free, checked when it is used again; and at the
 *		end of the process, whether something has written to a static variable's
 *		initial value, as `counted++` does instead of this_cpu_inc(counted)
 *	2	and the caller of each live area is kept: messages name it,
 *		percpu_leak_report() lists it, and at exit that report goes to standard
 *		error if anything is live
 *	3	and initial values, and the allocator's own records, are checked after each
 *		call
 *
 * Whatever is found is fatal: one message, then the fatal handler or abort(). Redzones cost 32
 * bytes or more an object, more with large alignments; where there is no room for them an object
 * goes without. Sizes and counts in statistics have the redzones in them. There are no caches:
 * calls on different CPUs wait for each other.
 */
#ifndef PERCPU_DEBUG_H
#define PERCPU_DEBUG_H

#include <percpu/impl/compiler.h>

#include <stddef.h>
#include <stdio.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/**
 * percpu_leak_report() - list the areas that are live, by who allocated them
 * @stream: where to
 *
 * One line for all of them, then one for each place in the program that allocated some, the most
 * bytes first: bytes (as they were asked for, in one CPU's copy), number, place. A place is named
 * as far as the dynamic linker knows it, and always in the form for addr2line, file+0xoffset. At
 * debug levels below 2 there is one line that says so.
 *
 * Returns how many areas are live; 0 at levels below 2, or if there is no memory to make the list
 * with, which the stream is told. Errors of the stream are in ferror(). Thread-safe; may block; not
 * safe in signal handlers. The kernel's allocation profiling has the like in /proc/allocinfo.
 */
PERCPU_API size_t percpu_leak_report(FILE *stream);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/stats.h>
#endif

#endif /* PERCPU_DEBUG_H */
