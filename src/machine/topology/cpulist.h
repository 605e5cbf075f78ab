/* SPDX-License-Identifier: MIT */
/* cpulist.h - the kernel's way to write down a set of CPUs or nodes, "0-3,8". */
#ifndef PCPU_CPULIST_H
#define PCPU_CPULIST_H

/*
 * Sets the bits of a kernel CPU list such as "0-3,8,10-11\n" in @bits and returns the highest
 * number plus one. With @bits NULL only that. -EINVAL: not a list, or a number of PCPU_NR_CPUS or
 * more. An empty list has 0.
 */
int pcpu_parse_cpulist(const char *list, unsigned long *bits);

#endif /* PCPU_CPULIST_H */
