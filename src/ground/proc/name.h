/* SPDX-License-Identifier: MIT */
/*
 * name.h - what /proc/PID/maps, smaps and pmap -X call the library's mappings: [anon:percpu: CPU
 * 3].
 *
 * Linux 5.17 has names for anonymous memory, if it is built so (CONFIG_ANON_VMA_NAME), and 6.2 for
 * memory that processes share. Where there are none, nothing happens.
 *
 * Mappings of different names stay two, and a process may have 65,530. So what is split later has
 * its name before, which all pieces keep: a reservation when it is made, a window when its unit
 * opens. Those of one name become one again as if they had none.
 *
 * Everything here is safe in handlers of signals, and keeps errno.
 */
#ifndef PCPU_NAME_H
#define PCPU_NAME_H

#include <stddef.h>

#define PCPU_NAME_RESERVED "percpu: reserved" /* windows of CPUs that are not in use */
#define PCPU_NAME_METADATA "percpu: metadata" /* tables and records of the library's own */
#define PCPU_NAME_GUARDS "percpu: guards"     /* where the loader must not put a module (steer.h) */
#define PCPU_NAME_POOLS "percpu: pools"       /* objects of percpu/pool.h */
#define PCPU_NAME_MAX 32

/* Names what is mapped in [ptr, ptr + size). */
void pcpu_name(const void *ptr, size_t size, const char *name);

/*
 * The same of memory that came with an allocation. Not once pcpu_name_no_more() has been called: a
 * sandbox that lets a process have memory need not let it have names, and may kill it for the call.
 */
void pcpu_name_more(const void *ptr, size_t size, const char *name);
void pcpu_name_no_more(void);

/* The name of @cpu's window. */
const char *pcpu_name_of_cpu(unsigned int cpu, char name[PCPU_NAME_MAX]);

#endif /* PCPU_NAME_H */
