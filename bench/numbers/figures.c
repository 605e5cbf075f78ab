// SPDX-License-Identifier: MIT
#include "numbers/figures.h"

#include <string.h>

#define THREADS "threads"
#define POSSIBLE "CPUs possible"

#define SERVER "CPUs of the server"

const struct figure figures[] = {
	{"count-1", "Adding 1 to one counter", THREADS, "ns of CPU time an addition",
	 LOG_X | LOG_Y},
	{"count-16", "Adding 1 to 16 counters in turn", THREADS, "ns of CPU time an addition",
	 LOG_X | LOG_Y},
	{"ratio-1", NULL, THREADS, "x", 0},
	{"ratio-16", NULL, THREADS, "x", 0},
	{"throughput-1", "All threads together, one counter", THREADS, "million additions a second",
	 LOG_X | LOG_Y},
	{"throughput-16", "All threads together, 16 counters", THREADS,
	 "million additions a second", LOG_X | LOG_Y},
	{"alloc-live", "An allocation of 16 bytes and its free", "objects live at once",
	 "ns of CPU time", LOG_X | LOG_Y},
	{"alloc-possible", "An allocation of 8 bytes and its free, at once", POSSIBLE,
	 "ns of CPU time", LOG_X | LOG_Y},
	{"memory-possible", "Memory of a counter that two CPUs use", POSSIBLE, "resident bytes",
	 LOG_X | LOG_Y},
	{"startup-linked", "What linking a library adds to a program's start and end", "",
	 "microseconds", BARS},
	{"startup-possible", "What libpercpu adds to a program's start and end", POSSIBLE,
	 "microseconds", LOG_X},
	{"http-rate", "An HTTP server: requests", SERVER, "requests a second", BARS},
	{"http-cpu", "An HTTP server: what a request costs", SERVER, "microseconds of CPU time",
	 BARS | QUARTILES},
	{"http-ratio", NULL, SERVER, "x", QUARTILES},
	{"http-update", NULL, SERVER, "ns", 0},
};
const size_t nr_figures = sizeof(figures) / sizeof(figures[0]);

const struct figure *figures_find(const char *name)
{
	for (size_t i = 0; i < nr_figures; i++) {
		if (!strcmp(figures[i].name, name))
			return &figures[i];
	}
	return NULL;
}

bool series_is_ours(const char *name)
{
	static const char *const ours[] = {"this_cpu_inc()", "alloc_percpu()", "libpercpu.so",
					   "percpu metrics"};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (!strcmp(ours[i], name))
			return true;
	}
	return false;
}
