/* SPDX-License-Identifier: MIT */
/*
 * up/seq_stats.h - seq_stats.h with PERCPU_UP: nobody comes into an update but a handler of the
 * one thread, so signals are masked for it.
 */
#ifndef PERCPU_UP_SEQ_STATS_H
#define PERCPU_UP_SEQ_STATS_H

#include <percpu/seq_stats.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <percpu/impl/begin.h>

PERCPU_API void __percpu_stats_add_slow(uintptr_t stats, size_t nr, const void *delta)
{
	uint64_t *copy = (uint64_t *)stats, *to;
	const uint64_t *addends = (const uint64_t *)delta, *from;
	sigset_t all, saved;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &saved);
	from = copy + 1 + (copy[0] & 1) * nr;
	to = copy + 1 + (~copy[0] & 1) * nr;
	for (size_t i = 0; i < nr; i++)
		to[i] = from[i] + addends[i];
	*(volatile uint64_t *)copy = copy[0] + 1;
	sigprocmask(SIG_SETMASK, &saved, NULL);
}

/* A handler may come in between, and update. */
PERCPU_API void __percpu_stats_sum(uintptr_t stats, size_t nr, void *to)
{
	const volatile uint64_t *copy = (const volatile uint64_t *)stats;
	uint64_t version, *numbers = (uint64_t *)to;

	do {
		version = copy[0];
		for (size_t i = 0; i < nr; i++)
			numbers[i] = copy[1 + (version & 1) * nr + i];
	} while (copy[0] != version);
}

PERCPU_API int __percpu_stats_read(uintptr_t stats, unsigned int cpu, size_t nr, void *to)
{
	if (cpu != 0)
		return -EINVAL;
	__percpu_stats_sum(stats, nr, to);
	return 0;
}

PERCPU_API int __percpu_snapshot(uintptr_t ptr, unsigned int cpu, size_t size, void *to)
{
	if (cpu != 0)
		return -EINVAL;
	memcpy(to, (const void *)ptr, size);
	return 0;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_SEQ_STATS_H */
