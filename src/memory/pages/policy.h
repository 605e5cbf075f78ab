/* SPDX-License-Identifier: MIT */
/* policy.h - what is asked of mapped pages: their node, their size, and whether a core has them. */
#ifndef PCPU_POLICY_H
#define PCPU_POLICY_H

#include "ground/layout.h"

#include <stddef.h>

/* Has pages of [ptr, ptr + size) come from @node if it has any. 0 or a negative errno. */
int pcpu_policy_bind(void *ptr, size_t size, unsigned int node);

/* A memory policy, whatever it is, and where the kernel has none to tell, none. */
struct pcpu_policy {
	int mode;
	unsigned long nodes[PCPU_NR_NODES / 8 / sizeof(unsigned long)];
};

/* That of the page at @ptr; and has pages of [ptr, ptr + size) have the same. */
void pcpu_policy_get(void *ptr, struct pcpu_policy *policy);
void pcpu_policy_set(void *ptr, size_t size, const struct pcpu_policy *policy);

/* One counter on each of many CPUs must not cost a huge page each. */
void pcpu_policy_forgo_huge_pages(void *ptr, size_t size);

/*
 * Has core dumps, the kernel's and gdb's, pass over pages that are mapped from the start and used
 * later, if at all: 4 GiB a window. Of shared memory the kernel would make every page resident to
 * dump it. Where it does not know the advice, it dumps what it dumps. The same pages are kept in
 * again when they are used.
 */
void pcpu_policy_keep_out_of_cores(void *ptr, size_t size);
void pcpu_policy_keep_in_cores(void *ptr, size_t size);

/* What reserved address space is asked for: to be in no core, and small pages when it is used. */
void pcpu_policy_of_reserved(void *ptr, size_t size);

#endif /* PCPU_POLICY_H */
