/* SPDX-License-Identifier: MIT */
/* futex.c - see futex.h. */
#include "ground/system/futex.h"
#include "ground/system/small_file.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
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

	changed = syscall(SYS_futex, word, operation(FUTEX_WAIT, shared), value, &time, NULL, 0) ==
			  0 ||
		  errno != ETIMEDOUT;
	errno = saved;
	return changed;
}

void pcpu_futex_wake(const void *word, bool shared)
{
	int saved = errno;

	syscall(SYS_futex, word, operation(FUTEX_WAKE, shared), INT_MAX, NULL, NULL, 0);
	errno = saved;
}

/*
 * Of a process that nobody has waited for yet, and of one whose first thread has ended before the
 * others, that thread is still there for signals.
 */
static bool is_zombie(int thread)
{
	char path[32], text[128], *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", thread);
	if (!pcpu_read_small_file(path, text, sizeof(text)))
		return false;
	/* behind the name of the program, which may have anything in it */
	state = strrchr(text, ')');
	return state && (!strncmp(state, ") Z", 3) || !strncmp(state, ") X", 3));
}

bool pcpu_thread_is_gone(int thread)
{
	int saved = errno;
	bool gone = syscall(SYS_tkill, thread, 0) != 0 ? errno == ESRCH : is_zombie(thread);

	errno = saved;
	return gone;
}
