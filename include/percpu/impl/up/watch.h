/* SPDX-License-Identifier: MIT */
/* up/watch.h - watch.h with PERCPU_UP: there is one CPU, and it does not go. */
#ifndef PERCPU_UP_WATCH_H
#define PERCPU_UP_WATCH_H

#include <percpu/watch.h>

#include <errno.h>

#include <percpu/impl/begin.h>

PERCPU_API int percpu_watch_cpus(unsigned int flags)
{
	return flags & ~(unsigned int)(PERCPU_WATCH_ACTIVE | PERCPU_WATCH_QUIET) ? -EINVAL : 0;
}

PERCPU_API void percpu_watch_stop(void)
{
}

PERCPU_API int percpu_watch_look(void)
{
	return -ESRCH;
}

PERCPU_API unsigned int percpu_watch_wakers(void)
{
	return 0;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_WATCH_H */
