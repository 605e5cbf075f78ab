/* SPDX-License-Identifier: MIT */
/*
 * made_up_sysfs.h - a folder that looks like /sys of a machine that is not there.
 */
#ifndef SUPPORT_MADE_UP_SYSFS_H
#define SUPPORT_MADE_UP_SYSFS_H

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char sysfs[64];

static inline int sysfs_make(void)
{
	strcpy(sysfs, "/tmp/percpu-sysfs-XXXXXX");
	return mkdtemp(sysfs) ? 0 : -1;
}

static inline int sysfs_remove_one(const char *path, const struct stat *st, int type,
				   struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int sysfs_remove(void)
{
	return nftw(sysfs, sysfs_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Writes @text to @file below it, with the folders that lead there. */
static inline void sysfs_write(const char *file, const char *text)
{
	char path[256];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", sysfs, file);
	for (char *slash = path + strlen(sysfs) + 1; (slash = strchr(slash, '/')) != NULL;
	     slash++) {
		*slash = '\0';
		if (mkdir(path, 0700) != 0)
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
	stream = fopen(path, "w");
	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, strlen(text), stream), strlen(text));
	assert_int_equal(fclose(stream), 0);
}

static inline void sysfs_write_possible(const char *list)
{
	sysfs_write("devices/system/cpu/possible", list);
}

static inline void sysfs_write_node(unsigned int node, const char *list)
{
	char file[64];

	snprintf(file, sizeof(file), "devices/system/node/node%u/cpulist", node);
	sysfs_write(file, list);
}

#endif /* SUPPORT_MADE_UP_SYSFS_H */
