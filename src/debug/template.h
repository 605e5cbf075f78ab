/* SPDX-License-Identifier: MIT */
/*
 * template.h - that nobody writes to the initial values of static variables: `counted++` instead of
 * this_cpu_inc(counted) compiles, changes no copy but those of units that open later, and counts
 * wrongly. At debug levels the values are kept when a module comes, and compared with what they are
 * now at the end of the process, and at the highest level after each allocation and free.
 */
#ifndef PCPU_TEMPLATE_H
#define PCPU_TEMPLATE_H

/*
 * Keeps the values of all modules that have come since the last time; of those for which there is
 * no memory nothing is checked. Under pcpu_alloc_mutex.
 */
void pcpu_templates_keep(void);

/* Fatal if a value is not what it was. Without locks: the dynamic linker is asked for a name. */
void pcpu_templates_check(void);

#endif /* PCPU_TEMPLATE_H */
