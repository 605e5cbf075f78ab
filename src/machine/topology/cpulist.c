/* SPDX-License-Identifier: MIT */
/* cpulist.c - see cpulist.h. */
#include "machine/topology/cpulist.h"
#include "ground/bitmap.h"
#include "ground/layout.h"

#include <errno.h>
#include <stddef.h>

static const char *parse_number(const char *at, unsigned int *number)
{
	unsigned int value = 0;
	const char *start = at;

	for (; *at >= '0' && *at <= '9'; at++) {
		value = value * 10 + (unsigned int)(*at - '0');
		if (value >= PCPU_NR_CPUS)
			return NULL;
	}
	*number = value;
	return at == start ? NULL : at;
}

int pcpu_parse_cpulist(const char *list, unsigned long *bits)
{
	unsigned int first = 0, last, end = 0;
	const char *at = list;

	while (*at && *at != '\n') {
		at = parse_number(at, &first);
		last = first;
		if (at && *at == '-')
			at = parse_number(at + 1, &last);
		if (!at || last < first)
			return -EINVAL;
		for (unsigned int cpu = first; bits && cpu <= last; cpu++)
			pcpu_set_bit(cpu, bits);
		if (last >= end)
			end = last + 1;
		if (*at == ',')
			at++;
		else if (*at && *at != '\n')
			return -EINVAL;
	}
	return (int)end;
}
