/* SPDX-License-Identifier: MIT */
/*
 * pin_aarch64.c - where the window of the CPU is that a thread is pinned to: in its percpu_self,
 * since there is no register that Linux leaves to programs.
 */
#include "../pin.h"
#include "../self.h"

void pcpu_pinned_window_init(void)
{
}

uintptr_t pcpu_pinned_window(void)
{
	return pcpu_self.pinned_window == __PCPU_NO_WINDOW ? 0 : pcpu_self.pinned_window;
}

void pcpu_set_pinned_window(uintptr_t window)
{
	pcpu_self.pinned_window = window ? window : __PCPU_NO_WINDOW;
}
