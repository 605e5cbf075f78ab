/* SPDX-License-Identifier: MIT */
/* metadata.h - the memory for the library's records, before a group of tests. */
#ifndef SUPPORT_METADATA_H
#define SUPPORT_METADATA_H

#include "ground/mem.h"

/* A set-up of cmocka's. */
static inline int start_memory(void **state)
{
	(void)state;
	return pcpu_mem_init();
}

#endif /* SUPPORT_METADATA_H */
