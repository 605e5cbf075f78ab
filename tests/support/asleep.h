/* SPDX-License-Identifier: MIT */
/*
 * asleep.h - whether a thread sleeps. One that waits by running in a circle is never found asleep,
 * however fast or slow the machine is.
 */
#ifndef SUPPORT_ASLEEP_H
#define SUPPORT_ASLEEP_H

#include "support/patience.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Whether the thread @tid of this process sleeps, as the kernel sees it. */
static inline bool is_asleep(pid_t tid)
{
	char path[64], line[512];
	const char *name_end;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (fd >= 0)
		close(fd);
	line[len > 0 ? len : 0] = '\0';
	/* "TID (NAME) STATE ..." */
	name_end = strrchr(line, ')');
	return name_end && name_end[1] == ' ' && name_end[2] == 'S';
}

/* Waits until it does. False if it does not in a long time. */
static inline bool await_sleep_of(pid_t tid)
{
	struct patience patience = be_patient();

	while (!is_asleep(tid)) {
		if (is_out_of_patience(&patience))
			return false;
		usleep(1000);
	}
	return true;
}

#endif /* SUPPORT_ASLEEP_H */
