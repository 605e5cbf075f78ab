/* SPDX-License-Identifier: MIT */
/*
 * small_file.h - what a short file of /proc or /sys says, where the C library's functions would be
 * points at which the thread can be cancelled. Signal-safe; errno is the caller's to keep.
 */
#ifndef PCPU_SMALL_FILE_H
#define PCPU_SMALL_FILE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Fills @text with the beginning of the file, at most @size - 1 characters and a zero. */
static inline bool pcpu_read_small_file(const char *path, char *text, size_t size)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	long len;

	if (fd < 0)
		return false;
	len = syscall(SYS_read, fd, text, size - 1);
	syscall(SYS_close, fd);
	if (len < 0)
		return false;
	text[len] = '\0';
	return true;
}

#endif /* PCPU_SMALL_FILE_H */
