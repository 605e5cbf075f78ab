/* SPDX-License-Identifier: MIT */
/* only_thread.h - whether the process has one thread. */
#ifndef PCPU_ONLY_THREAD_H
#define PCPU_ONLY_THREAD_H

#include <errno.h>
#include <features.h>
#include <stdbool.h>
#include <sys/stat.h>
#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 32)
#include <sys/single_threaded.h>
#define PCPU_LIBC_KNOWS_THREADS
#endif
#endif

/*
 * Whether the caller is the only thread of its process, as far as can be told without much ado: the
 * C library's word, which knows nothing of threads made by the bare system call; else the kernel's.
 * False where nobody says. Keeps errno.
 */
static inline bool pcpu_is_only_thread(void)
{
#ifdef PCPU_LIBC_KNOWS_THREADS
	return __libc_single_threaded;
#else
	/* each thread has a folder there, and each folder links back to the one that it is in */
	struct stat tasks;
	int saved = errno;
	bool only = stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink == 2 + 1;

	errno = saved;
	return only;
#endif
}

#endif /* PCPU_ONLY_THREAD_H */
