// SPDX-License-Identifier: MIT
#include "numbers/figures.h"

#include <string.h>

#define THREADS "threads"
#define POSSIBLE "CPUs possible"

const struct figure figures[] = {
	{"count-1", "Adding 1 to one counter", THREADS, "ns of CPU time an addition", true, true,
	 false},
	{"count-16", "Adding 1 to 16 counters in turn", THREADS, "ns of CPU time an addition", true,
	 true, false},
	{"ratio-1", NULL, THREADS, "x", true, false, false},
	{"ratio-16", NULL, THREADS, "x", true, false, false},
	{"throughput-1", "All threads together, one counter", THREADS, "million additions a second",
	 true, true, false},
	{"throughput-16", "All threads together, 16 counters", THREADS,
	 "million additions a second", true, true, false},
	{"alloc-live", "An allocation of 16 bytes and its free", "objects live at once",
	 "ns of CPU time", true, true, false},
	{"alloc-possible", "An allocation of 8 bytes and its free, at once", POSSIBLE,
	 "ns of CPU time", true, true, false},
	{"memory-possible", "Memory of a counter that two CPUs use", POSSIBLE, "resident bytes",
	 true, true, false},
	{"startup-linked", "What linking a library adds to a program's start and end", "",
	 "microseconds", false, false, true},
	{"startup-possible", "What libpercpu adds to a program's start and end", POSSIBLE,
	 "microseconds", true, false, false},
	{"http-rate", "An HTTP server: requests", "CPUs of the server", "requests a second", false,
	 false, true},
	{"http-cpu", "An HTTP server: what a request costs", "CPUs of the server",
	 "microseconds of CPU time", false, false, true},
	{"http-ratio", NULL, "CPUs of the server", "x", false, false, false},
	{"http-update", NULL, "CPUs of the server", "ns", false, false, false},
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
