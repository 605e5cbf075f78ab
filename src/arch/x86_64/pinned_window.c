/* SPDX-License-Identifier: MIT */
/*
 * pinned_window.c - the GS base, which holds the window of the CPU that a thread is pinned to.
 *
 * Linux leaves it to programs: it is kept over switches, and inherited by new threads and by
 * fork(). Where the kernel has allowed the instructions for it (FSGSBASE) they are used, else a
 * system call.
 */
#include "arch/processor.h"

#include <asm/prctl.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

/* In AT_HWCAP2: the kernel keeps what these instructions set. */
#define HWCAP2_FSGSBASE_BIT 2

static bool has_instructions;

void pcpu_pinned_window_init(void)
{
	has_instructions = getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE_BIT;
}

uintptr_t pcpu_pinned_window(void)
{
	unsigned long window = 0;

	if (has_instructions)
		__asm__ volatile("rdgsbase %0" : "=r"(window));
	else
		syscall(SYS_arch_prctl, ARCH_GET_GS, &window);
	return window;
}

int pcpu_set_pinned_window(uintptr_t window)
{
	if (has_instructions)
		__asm__ volatile("wrgsbase %0" : : "r"(window) : "memory");
	else if (syscall(SYS_arch_prctl, ARCH_SET_GS, window))
		return -errno;
	/* a sandbox may say yes and do nothing */
	return pcpu_pinned_window() == window ? 0 : -EIO;
}
