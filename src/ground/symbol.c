/* SPDX-License-Identifier: MIT */
/* symbol.c - see symbol.h. */
#include "ground/symbol.h"
#include "ground/lock.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/*
 * Bounds of a section of per-CPU variables. With GNU ld they are in the table that dladdr() goes
 * by, hidden as they are, and stand there at the address of the section's first variable.
 */
static bool is_bound(const char *name)
{
	return !strncmp(name, "__start_percpu_static", 21) ||
	       !strncmp(name, "__stop_percpu_static", 20);
}

void pcpu_symbol_describe(const void *address, char text[PCPU_SYMBOL_MAX])
{
	uintptr_t at = (uintptr_t)address;
	size_t len = 0;
	Dl_info info;

	pcpu_assert_not_held(&pcpu_alloc_mutex);
	if (!dladdr(address, &info) || !info.dli_fname) {
		snprintf(text, PCPU_SYMBOL_MAX, "%p", address);
		return;
	}
	if (info.dli_sname && !is_bound(info.dli_sname))
		len = (size_t)snprintf(text, PCPU_SYMBOL_MAX, "%s+%#lx of ", info.dli_sname,
				       at - (uintptr_t)info.dli_saddr);
	if (len < PCPU_SYMBOL_MAX)
		snprintf(text + len, PCPU_SYMBOL_MAX - len, "%s+%#lx", info.dli_fname,
			 at - (uintptr_t)info.dli_fbase);
}
