/* SPDX-License-Identifier: MIT */
/* shared_file.c - see shared_file.h. */
#include "memory/pages/shared_file.h"
#include "ground/fault.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of memfd_create(), in headers of later kernels. */
#define CLOSE_ON_EXEC 1u
#define NOT_TO_BE_EXECUTED 8u

static int create(const char *name, unsigned int flags)
{
	return pcpu_fault(PCPU_FAULT_FILE) ? -1 : (int)syscall(SYS_memfd_create, name, flags);
}

/* A file that becomes longer than the process may write gets it a signal. */
static bool may_be_so_long(size_t size)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	       (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= size);
}

int pcpu_shared_file(size_t size, const char *name)
{
	int saved = errno, file = -1;

	if (may_be_so_long(size)) {
		/* kernels before 6.3 do not know the flag; later ones may insist on it */
		file = create(name, CLOSE_ON_EXEC | NOT_TO_BE_EXECUTED);
		if (file < 0)
			file = create(name, CLOSE_ON_EXEC);
	}
	if (file >= 0 && ftruncate(file, (off_t)size) != 0) {
		close(file);
		file = -1;
	}
	errno = saved;
	return file;
}
