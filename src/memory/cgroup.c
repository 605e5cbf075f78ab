/* SPDX-License-Identifier: MIT */
/* cgroup.c - see cgroup.h. */
#include "memory/cgroup.h"
#include "ground/fault.h"
#include "ground/lock.h"
#include "ground/system/small_file.h"
#include "memory/span.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is read of a file: the lines that are looked for stand at its beginning. */
#define TEXT 1024
#define PATH 512

/* Not on the stack, which may be a small one: under the unit lock. */
static struct {
	char groups[2 * TEXT];
	char folder[PATH];
	char path[PATH + 64];
	char text[TEXT];
} scratch;

/* For page tables, records, and whoever else allocates meanwhile. */
#define RESERVE (256UL << 10)

/* A version's mount, below that of all, and its files. */
struct version {
	const char *line; /* what is before the path in /proc/self/cgroup */
	const char *mount;
	const char *limit, *usage;
};

static const struct version versions[] = {
	{"0::", "", "memory.max", "memory.current"},
	{"0::", "/unified", "memory.max", "memory.current"},
	{":memory:", "/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"},
};

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

/* The number behind @key, 0 if there is none. */
static uint64_t number_after(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* Reads the beginning of a file. */
static bool read_in(const char *folder, const char *file)
{
	snprintf(scratch.path, sizeof(scratch.path), "%s/%s", folder, file);
	return pcpu_read_small_file(scratch.path, scratch.text, sizeof(scratch.text));
}

/* The number that is all of the file; UINT64_MAX if it has none, but the word max, or is not there.
 */
static uint64_t number_in(const char *folder, const char *file)
{
	if (!read_in(folder, file) || scratch.text[0] < '0' || scratch.text[0] > '9')
		return UINT64_MAX;
	return strtoull(scratch.text, NULL, 10);
}

/* Files that the kernel would drop before it kills anybody. */
static uint64_t reclaimable_in(const char *folder)
{
	if (!read_in(folder, "memory.stat"))
		return 0;
	return sum(number_after(scratch.text, "\ninactive_file "),
		   number_after(scratch.text, "\nactive_file "));
}

static uint64_t room_of_group(const char *folder, const struct version *version)
{
	uint64_t limit = number_in(folder, version->limit);
	uint64_t usage = number_in(folder, version->usage);

	if (limit == UINT64_MAX || usage == UINT64_MAX)
		return UINT64_MAX;
	return sum(limit > usage ? limit - usage : 0, reclaimable_in(folder));
}

/*
 * Of the group and all above it, up to the mount: in a container the path may be one that is not
 * there, and the mount is the container's group.
 */
static uint64_t room_up_from(char *folder, size_t mount_length, const struct version *version)
{
	uint64_t room = UINT64_MAX;
	char *end = folder + strlen(folder);

	for (;;) {
		room = smaller(room, room_of_group(folder, version));
		if (end <= folder + mount_length)
			return room;
		while (end > folder + mount_length && *--end != '/')
			;
		*end = '\0';
	}
}

/* Where the process is in that hierarchy; false: nowhere. */
static bool find_folder(const char *mounts, const struct version *version)
{
	const char *path = strstr(scratch.groups, version->line);
	int length;

	if (!path)
		return false;
	path += strlen(version->line);
	length = snprintf(scratch.folder, PATH, "%s%s%.*s", mounts, version->mount,
			  (int)strcspn(path, "\n"), path);
	return length < PATH;
}

static uint64_t room_of_groups(const char *proc, const char *mounts)
{
	uint64_t room = UINT64_MAX;

	snprintf(scratch.path, sizeof(scratch.path), "%s/self/cgroup", proc);
	if (!pcpu_read_small_file(scratch.path, scratch.groups, sizeof(scratch.groups)))
		return room;
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		size_t mount_length = strlen(mounts) + strlen(versions[i].mount);

		if (find_folder(mounts, &versions[i]))
			room = smaller(room,
				       room_up_from(scratch.folder, mount_length, &versions[i]));
	}
	return room;
}

static uint64_t room_of_machine(const char *proc)
{
	if (!read_in(proc, "meminfo") || !strstr(scratch.text, "\nMemAvailable:"))
		return UINT64_MAX;
	return sum(number_after(scratch.text, "\nMemAvailable:"),
		   number_after(scratch.text, "\nSwapFree:"))
	       << 10;
}

uint64_t pcpu_cgroup_room(const char *proc, const char *mounts)
{
	pcpu_assert_held(&pcpu_unit_lock);
	return smaller(room_of_groups(proc, mounts), room_of_machine(proc));
}

bool pcpu_memory_has_room(uint64_t size)
{
	int saved = errno;
	uint64_t room = UINT64_MAX;

	pcpu_assert_held(&pcpu_unit_lock);
	if (!pcpu_fault(PCPU_FAULT_PROC))
		room = pcpu_cgroup_room("/proc", "/sys/fs/cgroup");
	errno = saved;
	return room >= RESERVE && room - RESERVE >= sum(size, size / 256);
}
