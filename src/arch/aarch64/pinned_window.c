/* SPDX-License-Identifier: MIT */
/*
 * pinned_window.c - where the window of the CPU is that a thread is pinned to: in its percpu_self,
 * since there is no register that Linux leaves to programs.
 */
#include "arch/processor.h"
#include "arch_constants.h"

#include <percpu/impl/runtime.h>

void pcpu_pinned_window_init(void)
{
}

uintptr_t pcpu_pinned_window(void)
{
	uintptr_t window = __pcpu_self()->pinned_window;

	return window == PCPU_NO_WINDOW ? 0 : window;
}

int pcpu_set_pinned_window(uintptr_t window)
{
	__pcpu_self()->pinned_window = window ? window : PCPU_NO_WINDOW;
	return 0;
}
