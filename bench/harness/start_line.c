// SPDX-License-Identifier: MIT
#include "harness/start_line.h"

#include <sched.h>

/* Longer, and the missing thread may be waiting for this CPU. */
#define SPINS_BEFORE_YIELD 2000

static inline void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ __volatile__("yield");
#endif
}

void start_line_init(struct start_line *line, unsigned int parties)
{
	line->parties = parties;
	atomic_init(&line->arrived, 0);
	atomic_init(&line->generation, 0);
}

void start_line_wait(struct start_line *line)
{
	unsigned int generation = atomic_load(&line->generation);
	unsigned int spins = 0;

	if (atomic_fetch_add(&line->arrived, 1) + 1 == line->parties) {
		/* Before the others are let go: they may come here again at once. */
		atomic_store(&line->arrived, 0);
		atomic_store(&line->generation, generation + 1);
		return;
	}
	while (atomic_load(&line->generation) == generation) {
		if (++spins > SPINS_BEFORE_YIELD)
			sched_yield();
		else
			relax();
	}
}
