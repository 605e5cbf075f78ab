/* SPDX-License-Identifier: MIT */
/* changes.c - see changes.h. */
#include "hotplug/watch/changes.h"
#include "ground/fault.h"
#include "ground/system/small_file.h"

#include <percpu/cpumask.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define FOLDER_MAX (PCPU_GROUPS_MAX + 128)
#define FILE_MAX (FOLDER_MAX + 64)

int pcpu_changes_open(struct pcpu_changes *changes)
{
	changes->groups[0] = '\0';
	errno = EMFILE;
	changes->fd = pcpu_fault(PCPU_FAULT_INOTIFY) ? -1 : inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	return changes->fd < 0 ? -errno : 0;
}

void pcpu_changes_close(struct pcpu_changes *changes)
{
	if (changes->fd >= 0)
		close(changes->fd);
	changes->fd = -1;
}

/* A file that is not there, or one too many for the user: its changes are not heard. */
static void add(const struct pcpu_changes *changes, const char *folder, const char *name)
{
	char file[FILE_MAX];

	if (snprintf(file, sizeof(file), "%s/%s", folder, name) < (int)sizeof(file))
		inotify_add_watch(changes->fd, file, IN_MODIFY | IN_DELETE_SELF);
}

void pcpu_changes_of_cpus(const struct pcpu_changes *changes, const char *path)
{
	char name[32];
	unsigned int cpu;

	if (changes->fd < 0)
		return;
	for_each_possible_cpu(cpu) {
		snprintf(name, sizeof(name), "cpu%u/online", cpu);
		add(changes, path, name);
	}
}

void pcpu_changes_drain(const struct pcpu_changes *changes)
{
	char events[4096];

	while (changes->fd >= 0 && read(changes->fd, events, sizeof(events)) > 0)
		;
}

/* --- cpusets --- */

/* A version's mount, below that of all, and whether that is one of the first version. */
static const struct version {
	const char *mount;
	bool first;
} versions[] = {{"", false}, {"/unified", false}, {"/cpuset", true}};

/* Whether the line "N:CONTROLLERS:PATH" is about the cpusets of that version. */
static bool is_about(const char *line, bool first)
{
	const char *begin = strchr(line, ':'), *end = begin ? strchr(begin + 1, ':') : NULL;

	if (!end)
		return false;
	if (!first)
		return strncmp(line, "0::", 3) == 0;
	while (begin < end) {
		size_t length = strcspn(++begin, ",:");

		if (length == strlen("cpuset") && strncmp(begin, "cpuset", length) == 0)
			return true;
		begin += length;
	}
	return false;
}

/* The path that a line ends with, in @into. False: there is no such line. */
static bool find_group(const char *groups, bool first, char *into, size_t size)
{
	for (const char *line = groups; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *path = strchr(line, ':');

		if (!is_about(line, first))
			continue;
		path = strchr(path + 1, ':') + 1;
		return snprintf(into, size, "%.*s", (int)strcspn(path, "\n"), path) < (int)size;
	}
	return false;
}

/* A write to a group's list changes those of all groups below it, and is told there alone. */
static void add_groups(const struct pcpu_changes *changes, char *folder, size_t mount_length)
{
	char *end = folder + strlen(folder);

	for (;;) {
		add(changes, folder, "cpuset.cpus");
		add(changes, folder, "cpuset.cpus.partition");
		if (end <= folder + mount_length)
			return;
		while (end > folder + mount_length && *--end != '/')
			;
		*end = '\0';
	}
}

static void add_version(const struct pcpu_changes *changes, const char *mounts,
			const struct version *version)
{
	char group[PCPU_GROUPS_MAX], folder[FOLDER_MAX];
	const size_t mount_length = strlen(mounts) + strlen(version->mount);

	if (!find_group(changes->groups, version->first, group, sizeof(group)) ||
	    snprintf(folder, sizeof(folder), "%s%s%s", mounts, version->mount, group) >=
		    (int)sizeof(folder))
		return;
	/* told when the last process of the group has left it */
	add(changes, folder, "cgroup.events");
	add_groups(changes, folder, mount_length);
}

bool pcpu_changes_of_cpusets(struct pcpu_changes *changes, const char *proc, const char *mounts)
{
	char path[128], groups[PCPU_GROUPS_MAX];
	const bool first = changes->groups[0] == '\0';

	snprintf(path, sizeof(path), "%s/self/cgroup", proc);
	if (changes->fd < 0 || !pcpu_read_small_file(path, groups, sizeof(groups)) ||
	    strcmp(groups, changes->groups) == 0)
		return false;
	if (!first) {
		pcpu_changes_close(changes);
		if (pcpu_changes_open(changes) < 0)
			return true;
	}
	memcpy(changes->groups, groups, sizeof(groups));
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		add_version(changes, mounts, &versions[i]);
	return !first;
}
