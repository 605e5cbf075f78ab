/* SPDX-License-Identifier: MIT */
/* policy.h - what is asked of mapped pages: their node, and that they are small. */
#ifndef PCPU_POLICY_H
#define PCPU_POLICY_H

#include <stddef.h>

/* Has pages of [ptr, ptr + size) come from @node if it has any. 0 or a negative errno. */
int pcpu_policy_bind(void *ptr, size_t size, unsigned int node);

/* One counter on each of many CPUs must not cost a huge page each. */
void pcpu_policy_forgo_huge_pages(void *ptr, size_t size);

#endif /* PCPU_POLICY_H */
