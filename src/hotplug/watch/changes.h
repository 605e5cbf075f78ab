/* SPDX-License-Identifier: MIT */
/*
 * changes.h - files of sysfs and of cgroups that somebody writes to: inotify.
 *
 * The kernel tells of a write() by somebody, when it is done. What it does itself it does not tell,
 * and poll() on these files never wakes. Writes through another superblock it does not tell either:
 * a sysfs that was mounted in another network namespace is one; of cgroups all mounts are the same.
 */
#ifndef PCPU_CHANGES_H
#define PCPU_CHANGES_H

#include <stdbool.h>

/* What there is of a path in /proc/self/cgroup. */
#define PCPU_GROUPS_MAX 4096

struct pcpu_changes {
	int fd;                       /* -1: none */
	char groups[PCPU_GROUPS_MAX]; /* the process's, when their files were looked up */
};

/* 0, or a negative errno: no inotify to be had. */
int pcpu_changes_open(struct pcpu_changes *changes);
void pcpu_changes_close(struct pcpu_changes *changes);

/* Has every CPU's file "online" watched that is there, in the folder @path. */
void pcpu_changes_of_cpus(const struct pcpu_changes *changes, const char *path);

/*
 * Has the files watched that say which CPUs the process's cpusets have, of either version: of its
 * group and of all above it. Nothing, while it is in the same groups as at the last call. If it is
 * not, everything else that was watched is so no more, and the result is true.
 */
bool pcpu_changes_of_cpusets(struct pcpu_changes *changes, const char *proc, const char *mounts);

/* Reads what has come. */
void pcpu_changes_drain(const struct pcpu_changes *changes);

#endif /* PCPU_CHANGES_H */
