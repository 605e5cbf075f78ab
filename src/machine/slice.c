/* SPDX-License-Identifier: MIT */
/* slice.c - see slice.h. */
#include "machine/slice.h"
#include "machine/rseq_area.h"

#include <percpu/impl/section.h>

#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The kernel's numbers, which not all systems' headers have. */
#define PR_SLICE_EXTENSION 79
#define PR_SLICE_EXTENSION_SET 2
#define PR_SLICE_EXTENSION_ENABLE 1UL
#define SYS_SLICE_YIELD 471

_Static_assert(offsetof(struct pcpu_rseq, slice) == 28 && sizeof(struct percpu_slice) == 2,
	       "the kernel's");

bool pcpu_slice_enable(void)
{
	return pcpu_rseq_offers_slices() && prctl(PR_SLICE_EXTENSION, PR_SLICE_EXTENSION_SET,
						  PR_SLICE_EXTENSION_ENABLE, 0UL, 0UL) == 0;
}

/* Only in a thread that has been given time. The kernel knows whether it still has any. */
PERCPU_API void __percpu_slice_yield(void)
{
	int saved = errno;

	syscall(SYS_SLICE_YIELD);
	errno = saved;
}
