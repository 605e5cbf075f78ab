/* SPDX-License-Identifier: MIT */
/* shared_file.c - see shared_file.h. */
#include "memory/pages/shared_file.h"
#include "ground/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of memfd_create(), in headers of later kernels. */
#define CLOSE_ON_EXEC 1u
#define ALLOW_SEALING 2u
#define NOT_TO_BE_EXECUTED 8u /* and sealing is allowed */
/* Of fcntl(), likewise: nobody seals it again, nor makes it shorter. */
#define ADD_SEALS 1033
#define SEALS 3

static int create(const char *name, unsigned int flags)
{
	return pcpu_fault(PCPU_FAULT_FILE) ? -1 : (int)syscall(SYS_memfd_create, name, flags);
}

bool pcpu_file_may_have(size_t size)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	       (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= size);
}

int pcpu_shared_file(size_t size, const char *name)
{
	int saved = errno, file = -1;

	if (pcpu_file_may_have(size)) {
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

int pcpu_lasting_file(const char *name)
{
	int file = create(name, CLOSE_ON_EXEC | NOT_TO_BE_EXECUTED);

	return file < 0 ? create(name, CLOSE_ON_EXEC | ALLOW_SEALING) : file;
}

void pcpu_forbid_to_shorten(int file)
{
	const int saved = errno;

	fcntl(file, ADD_SEALS, SEALS);
	errno = saved;
}
