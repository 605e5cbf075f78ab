/* SPDX-License-Identifier: MIT */
/* policy.c - see policy.h. */
#include "memory/pages/policy.h"
#include "ground/fault.h"
#include "ground/layout.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int pcpu_policy_bind(void *ptr, size_t size, unsigned int node)
{
	unsigned long mask[PCPU_NR_NODES / 8 / sizeof(unsigned long)] = {0};
	const unsigned int bits = 8 * sizeof(unsigned long);

	if (pcpu_fault(PCPU_FAULT_BIND))
		return -ENOMEM;
	mask[node / bits] = 1UL << (node % bits);
	/* the kernel takes one bit less than the count that it is given */
	if (syscall(SYS_mbind, ptr, size, MPOL_PREFERRED, mask, 8 * sizeof(mask) + 1, 0) != 0)
		return -errno;
	return 0;
}

/* The kernel takes one bit less than the count that it is given, and copies as many out. */
#define NODE_BITS (8 * sizeof(((struct pcpu_policy *)0)->nodes) + 1)

void pcpu_policy_get(void *ptr, struct pcpu_policy *policy)
{
	*policy = (struct pcpu_policy){.mode = MPOL_DEFAULT};
	if (syscall(SYS_get_mempolicy, &policy->mode, policy->nodes, NODE_BITS - 1, ptr,
		    MPOL_F_ADDR) != 0)
		policy->mode = MPOL_DEFAULT;
}

void pcpu_policy_set(void *ptr, size_t size, const struct pcpu_policy *policy)
{
	if (policy->mode != MPOL_DEFAULT)
		syscall(SYS_mbind, ptr, size, policy->mode, policy->nodes, NODE_BITS, 0);
}

void pcpu_policy_forgo_huge_pages(void *ptr, size_t size)
{
	madvise(ptr, size, MADV_NOHUGEPAGE);
}

void pcpu_policy_keep_out_of_cores(void *ptr, size_t size)
{
	madvise(ptr, size, MADV_DONTDUMP);
}

void pcpu_policy_keep_in_cores(void *ptr, size_t size)
{
	madvise(ptr, size, MADV_DODUMP);
}

void pcpu_policy_of_reserved(void *ptr, size_t size)
{
	pcpu_policy_forgo_huge_pages(ptr, size);
	pcpu_policy_keep_out_of_cores(ptr, size);
}
