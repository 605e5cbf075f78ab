/* SPDX-License-Identifier: MIT */
/* wait_for.h - waits for a child that may hang. */
#ifndef SUPPORT_WAIT_FOR_H
#define SUPPORT_WAIT_FOR_H

#include "support/patience.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * The status of @child, which is killed if it has not ended after @seconds, or as many times as
 * long as patience.h says. (An alarm in the child would not do: a thread that waits for one of the
 * library's locks has all signals blocked.)
 */
static inline int wait_for(pid_t child, int seconds)
{
	const int limit = (int)(1000 * seconds * patience_factor());
	int status = -1;

	for (int i = 0; waitpid(child, &status, WNOHANG) == 0; i++) {
		if (i == limit)
			kill(child, SIGKILL);
		usleep(1000);
	}
	return status;
}

#endif /* SUPPORT_WAIT_FOR_H */
