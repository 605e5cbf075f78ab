/* SPDX-License-Identifier: MIT */
/* numaif.h - what the tests take from libnuma's header. */
#ifndef MUSL_NUMAIF_H
#define MUSL_NUMAIF_H

#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline long get_mempolicy(int *mode, unsigned long *nodes, unsigned long max_node,
				 void *addr, unsigned long flags)
{
	return syscall(SYS_get_mempolicy, mode, nodes, max_node, addr, flags);
}

#endif /* MUSL_NUMAIF_H */
