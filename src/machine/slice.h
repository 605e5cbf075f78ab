/* SPDX-License-Identifier: MIT */
/*
 * slice.h - asking the kernel not to be preempted at once (Documentation/userspace-api/rseq.rst,
 * "Scheduler time slice extensions").
 *
 * Kernels since 7.0 may be built so, and only for areas that are registered with more than the
 * least. Each thread says that it is going to ask; then it sets a byte of its rseq area for as long
 * as it would rather go on. A kernel that wants the CPU back meanwhile clears the byte, sets the
 * next one, and lets it go on for some microseconds; whoever finds that gives the CPU back by the
 * system call made for it. What asks: percpu/impl/section.h,
 * in files that have asked for that.
 */
#ifndef PCPU_SLICE_H
#define PCPU_SLICE_H

#include <stdbool.h>

/*
 * Says for the calling thread, whose area is registered, that it is going to ask. Returns whether
 * the kernel takes that. Costs a look where the kernel does not offer it, and a system call where
 * it does. Signal-safe; may change errno.
 */
bool pcpu_slice_enable(void);

#endif /* PCPU_SLICE_H */
