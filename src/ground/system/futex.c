/* SPDX-License-Identifier: MIT */
/* futex.c - see futex.h. */
#include "ground/system/futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WAIT_NS 100000000

static int operation(int op, bool shared)
{
	return shared ? op : op | FUTEX_PRIVATE_FLAG;
}

bool pcpu_futex_wait(const void *word, uint32_t value, bool shared)
{
	const struct timespec time = {.tv_nsec = WAIT_NS};
	int saved = errno;
	bool changed;

	/* signals may come more often than the time ends */
	changed = syscall(SYS_futex, word, operation(FUTEX_WAIT, shared), value, &time, NULL, 0) ==
			  0 ||
		  (errno != ETIMEDOUT && errno != EINTR);
	errno = saved;
	return changed;
}

void pcpu_futex_wake(const void *word, bool shared)
{
	int saved = errno;

	syscall(SYS_futex, word, operation(FUTEX_WAKE, shared), INT_MAX, NULL, NULL, 0);
	errno = saved;
}
