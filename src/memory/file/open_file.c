/* SPDX-License-Identifier: MIT */
/* open_file.c - see open_file.h. */
#include "memory/file/open_file.h"
#include "ground/log.h"
#include "memory/pages/shared_file.h"

#include <percpu/shared.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

struct pcpu_copies_file pcpu_copies_file = {.file = -1};
#define current pcpu_copies_file

/* What a process would rather have than SIGIO, which ends it. Who opens the file then waits. */
#define SIGNAL SIGURG
/* Of fcntl(), beside _GNU_SOURCE too. */
#ifndef F_SETSIG
#define F_SETSIG 10
#endif

/*
 * Where mappings keep the file itself open. A file system over another one (overlayfs, and what is
 * in another process or machine) has mappings of the other's.
 */
static bool mappings_count(int file)
{
	static const unsigned long known[] = {
		0x01021994, /* tmpfs, and memory */
		0xef53,     /* ext4 */
		0x58465342, /* xfs */
		0x9123683e, /* btrfs */
		0xf2f52010, /* f2fs */
	};
	struct statfs found;

	for (size_t i = 0; fstatfs(file, &found) == 0 && i < sizeof(known) / sizeof(*known); i++)
		if ((unsigned long)found.f_type == known[i])
			return true;
	return false;
}

/* A lease for writing is for who is alone. */
bool pcpu_file_is_ours_alone(int file)
{
	if (!mappings_count(file))
		return false;
	if (fcntl(file, F_SETSIG, SIGNAL) || fcntl(file, F_SETLEASE, F_WRLCK))
		return false;
	fcntl(file, F_SETLEASE, F_UNLCK);
	return true;
}

int pcpu_copies_file_complain(int err, const char *format, ...)
{
	char text[512];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	pcpu_log(PERCPU_LOG_WARNING, "copies in %s: %s", current.text, text);
	return err;
}

/* --- which file --- */

static int complain_of_opening(int err, unsigned int flags)
{
	switch (err) {
	case -ELOOP:
		return pcpu_copies_file_complain(err, "a symbolic link is not followed");
	case -EEXIST:
		return pcpu_copies_file_complain(err, "there is one, and PERCPU_SHARE_NEW asks for "
						      "a new one");
	case -ENOENT:
		return pcpu_copies_file_complain(err, "%s",
						 flags & PERCPU_SHARE_ATTACH
							 ? "there is none to attach to"
							 : "there is no such folder");
	default:
		return pcpu_copies_file_complain(err,
						 "cannot be opened to be read and written "
						 "(errno %d)",
						 -err);
	}
}

/* Who may write to it can have the process count anywhere, or nowhere. */
static int check_file(int file)
{
	struct stat found;

	if (fstat(file, &found))
		return pcpu_copies_file_complain(-errno, "cannot be looked at");
	if (!S_ISREG(found.st_mode))
		return pcpu_copies_file_complain(-EINVAL, "this is no ordinary file");
	if (found.st_uid != geteuid())
		return pcpu_copies_file_complain(-EPERM,
						 "it is user %u's, and this process is "
						 "user %u's",
						 (unsigned int)found.st_uid,
						 (unsigned int)geteuid());
	if (found.st_mode & (S_IWGRP | S_IWOTH))
		return pcpu_copies_file_complain(-EPERM,
						 "others may write to it (mode %o): "
						 "chmod go-w",
						 found.st_mode & 07777u);
	return 0;
}

/* Not one that a closed stream of the program's would get: somebody prints there. */
static int keep(int file)
{
	int err = check_file(file), other;

	if (!err && file <= STDERR_FILENO) {
		other = fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		err = other < 0 ? -errno : 0;
		close(file);
		file = other;
	}
	if (err) {
		if (file >= 0)
			close(file);
		return err;
	}
	current.file = file;
	return 0;
}

int pcpu_copies_file_open(const char *path, unsigned int flags)
{
	int how = O_RDWR | O_CLOEXEC | O_NOFOLLOW, file;

	snprintf(current.text, sizeof(current.text), "%s", path);
	current.sealable = false;
	current.path = path;
	if (!(flags & PERCPU_SHARE_ATTACH))
		how |= O_CREAT;
	if (flags & PERCPU_SHARE_NEW)
		how |= O_EXCL;
	file = open(path, how, S_IRUSR | S_IWUSR);
	return file < 0 ? complain_of_opening(-errno, flags) : keep(file);
}

/*
 * A file of our own. Who has handed over @file may have it open himself, and both would count as
 * one; and what memfd_create() returns does not count at all (findings/lease_overlooks_memfd.sh).
 */
static int open_anew(int file)
{
	char path[32];
	int own;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	own = open(path, O_RDWR | O_CLOEXEC);
	return own < 0 ? pcpu_copies_file_complain(-errno, "cannot be opened by %s (errno %d)",
						   path, errno)
		       : keep(own);
}

static int make_nameless(void)
{
	const int file = pcpu_lasting_file("percpu: copies");
	int err;

	snprintf(current.text, sizeof(current.text), "memory");
	current.sealable = true;
	if (file < 0)
		return pcpu_copies_file_complain(-errno, "no file is to be had (errno %d)", errno);
	err = fchmod(file, S_IRUSR | S_IWUSR) ? -errno : open_anew(file);
	close(file);
	return err;
}

int pcpu_copies_file_open_fd(int file)
{
	int how;

	current.path = NULL;
	current.source = file;
	if (file < 0)
		return make_nameless();
	snprintf(current.text, sizeof(current.text), "descriptor %d", file);
	current.sealable = false;
	how = fcntl(file, F_GETFL);
	if (how < 0 || (how & O_ACCMODE) != O_RDWR)
		return pcpu_copies_file_complain(-EBADF, "it is not open to be read and written");
	return open_anew(file);
}

void pcpu_copies_file_close(void)
{
	close(current.file);
	current.file = -1;
}

/* By another process it may have been made by now, or taken away. */
int pcpu_copies_file_reopen(void)
{
	return current.path ? pcpu_copies_file_open(current.path, 0) : open_anew(current.source);
}
