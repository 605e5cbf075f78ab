/* SPDX-License-Identifier: MIT */
/*
 * cgroup.h - how much memory there still is for this process: in its memory cgroups, and in the
 * machine.
 *
 * The kernel has no call for memory that fails where the process's cgroup has none left: whichever
 * asks, by touching a page or by madvise(), meets the OOM killer. So it is looked up before.
 * Others may take what was left meanwhile; that cannot be helped, only made rare by a reserve.
 */
#ifndef PCPU_CGROUP_H
#define PCPU_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Bytes that can be had: of all cgroups that the process is in, of either version, what is left and
 * what could be reclaimed, and of the machine what /proc/meminfo says. UINT64_MAX: nobody knows of
 * a limit. @proc and @mounts are "/proc" and "/sys/fs/cgroup", but for tests. Under the unit lock;
 * changes errno.
 */
uint64_t pcpu_cgroup_room(const char *proc, const char *mounts);

/* Whether @size bytes can be made resident, with a reserve. Under the unit lock; keeps errno. */
bool pcpu_memory_has_room(uint64_t size);

#endif /* PCPU_CGROUP_H */
