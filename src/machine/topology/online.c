/* SPDX-License-Identifier: MIT */
/* online.c - see online.h. */
#include "machine/topology/online.h"
#include "ground/fault.h"
#include "ground/system/small_file.h"
#include "machine/topology/cpulist.h"

#include <errno.h>
#include <string.h>

/* A list that is longer is cut off, and is none then. */
#define LIST_MAX 4096

void pcpu_online_read(struct pcpu_online *online)
{
	char list[LIST_MAX];
	int saved = errno;

	memset(online, 0, sizeof(*online));
	online->unknown =
		pcpu_fault(PCPU_FAULT_TOPOLOGY) ||
		!pcpu_read_small_file("/sys/devices/system/cpu/online", list, sizeof(list)) ||
		strlen(list) == sizeof(list) - 1 || pcpu_parse_cpulist(list, online->bits) <= 0;
	errno = saved;
}
