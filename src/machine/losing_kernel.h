/* SPDX-License-Identifier: MIT */
/*
 * losing_kernel.h - kernels that are known not to abort every sequence that they preempt.
 *
 * The self-test (abort_check.h) finds them out, whatever they call themselves. This is for where it
 * could not be made: elsewhere "untested" is taken for "good", and here counts would be lost by it.
 *
 *	x86-64		none
 *	aarch64		6.19 to 7.0: migration aborts a sequence, and preemption on the same CPU
 *			does not. (Some releases of 7.0 have it corrected; they can be tested.)
 */
#ifndef PCPU_LOSING_KERNEL_H
#define PCPU_LOSING_KERNEL_H

#include <stdbool.h>

/* Whether the kernel that this runs on is of those. Where it does not say which it is, it is. */
bool pcpu_kernel_is_losing(void);

/*
 * Whether it is one whose scheduler is known to abort sequences, by what it calls itself: for these
 * the short self-test is enough (signal_check.h). Where it does not say which it is, it is not.
 *
 *	x86-64		5.10 to 6.18
 *	aarch64		none
 *
 * Other systems that call themselves Linux have numbers of their own, below these where they have
 * rseq at all (gVisor: 4.19).
 */
bool pcpu_kernel_is_known_to_abort(void);

/*
 * Whether @release, a kernel's as uname() tells it, is @from (PCPU_VERSION()) or later, but before
 * @until. One that says nothing of a version is.
 */
bool pcpu_release_is_within(const char *release, unsigned long from, unsigned long until);

#define PCPU_VERSION(major, minor) ((unsigned long)(major) << 16 | (minor))

#endif /* PCPU_LOSING_KERNEL_H */
