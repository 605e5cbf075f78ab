/* SPDX-License-Identifier: MIT */
/*
 * fault.h - the seam through which tests make calls to the system fail.
 *
 * Every call that can fail for want of memory or by refusal of the system asks here first. In a
 * program the hook is NULL and the question costs a load; system calls cost a thousand times that.
 */
#ifndef PCPU_FAULT_H
#define PCPU_FAULT_H

#include <stdbool.h>
#include <stddef.h>

enum pcpu_fault_site {
	PCPU_FAULT_MEM,      /* metadata memory */
	PCPU_FAULT_RESERVE,  /* reservation of address space */
	PCPU_FAULT_COMMIT,   /* making pages of a window accessible */
	PCPU_FAULT_POPULATE, /* making pages of a window resident */
	PCPU_FAULT_DISCARD,  /* taking the memory of pages away */
	PCPU_FAULT_BIND,     /* a memory policy */
	PCPU_FAULT_PROC,     /* opening a file below /proc */
	PCPU_FAULT_FILE,     /* a file in memory */
	PCPU_FAULT_THREAD,   /* a thread */
	PCPU_FAULT_PROCESS,  /* a process that is somewhere for a moment */
	PCPU_FAULT_AFFINITY, /* setting where a thread may run */
	PCPU_FAULT_TOPOLOGY, /* reading the machine's topology */
	PCPU_FAULT_UEVENTS,  /* a socket for the kernel's messages */
	PCPU_FAULT_LOST,     /* one of them: it is lost */
	PCPU_FAULT_INOTIFY,  /* hearing of changed files */
	PCPU_FAULT_PATIENCE, /* waiting for the threads of the self-test: the time is up */
};

/* Returns true if the call at @site is to fail. Set before there are threads. */
extern bool (*pcpu_fault_hook)(enum pcpu_fault_site site);

static inline bool pcpu_fault(enum pcpu_fault_site site)
{
	return __builtin_expect(pcpu_fault_hook != NULL, 0) && pcpu_fault_hook(site);
}

#endif /* PCPU_FAULT_H */
