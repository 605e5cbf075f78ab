// SPDX-License-Identifier: MIT
#include "compare/promises.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

struct promise {
	const char *figure;
	const char *base; /* another figure of now; NULL: itself, before; "": nothing */
	double bound;
	bool at_least; /* else at most */
};

/* "No worse" is 1.02 or 1.05, for what cannot be told apart. */
#define OF_BEFORE NULL
#define ALONE ""

#define PAIR "pairs: alloc + free of 8 bytes"
#define ADD "counters: percpu_counter_add"
#define SECTION "sections: a section"
#define LIVE(size, what) "target: " #size " bytes: " what ", worst of the three orders"
#define ORDER(size, when) \
	"target: " #size " bytes: a free in the dearest order / in the cheapest, " when
#define LIVE_PROMISES(size)                                                    \
	{LIVE(size, "an alloc, new process"), OF_BEFORE, 0.7, false},          \
		{LIVE(size, "an alloc, later passes"), OF_BEFORE, 0.7, false}, \
		{LIVE(size, "a free, new process"), OF_BEFORE, 0.65, false},   \
		{LIVE(size, "a free, later passes"), OF_BEFORE, 0.65, false},  \
		{ORDER(size, "new process"), ALONE, 1.3, false},               \
	{                                                                      \
		ORDER(size, "later passes"), ALONE, 1.3, false                 \
	}
#define POSSIBLE(what) "4096 CPUs possible: " what, "2 CPUs possible: " what
#define MASKS(what) "masks, 4096 CPUs: " what
#define LEFT(setting) "left" setting ": resident after all are freed, of what was written"
#define ALIGNED(nr) "aligned: alloc of 8 bytes aligned to 64, " nr " live"
#define LOAD(how) "load: dlopen() beside 4 threads that " how
/* Of percpu_bench_toolkit: a ratio of one process, by one thread. */
#define RATIO(part, of, to) part ": " of " / " to

static const struct promise promises[] = {
	{PAIR, OF_BEFORE, 0.5, false},
	{PAIR, "librseq: zmalloc + free of 8 bytes", 0.6, false},
	{PAIR, "pairs: malloc + free of 8 bytes", 1.8, false},
	{PAIR ", 2 threads, each", PAIR, 1.05, false},
	LIVE_PROMISES(4),
	LIVE_PROMISES(16),
	{"target: 16-byte objects: metadata, of the bytes of one copy", OF_BEFORE, 1.02, false},
	{"memory/percpu/possible256 resident", OF_BEFORE, 1.02, false},
	{ADD, "counters: this_cpu_inc", 5, false},
	{"counters: percpu_counter_sum", OF_BEFORE, 0.1, false},
	{"counters: percpu_counter_limited_add, far from the limit", ADD, 3, false},
	{"counters: percpu_counter_limited_add, refused", OF_BEFORE, 0.1, false},
	{"counters: 4 counters, initialised and destroyed together",
	 "counters: 4 counters, each initialised and destroyed", 0.3, false},
	{"sections: this_cpu_inc, in a section", "sections: this_cpu_inc, outside", 3, false},
	{"sections: a section in a local_lock", SECTION, 3, false},
	{"sections: a section in a section", SECTION, 2, false},
	{"fallback: a section", "fallback: a mutex, locked and unlocked", 2, false},
	{"fallback: this_cpu_inc, 16 counters", "fallback: sched_getcpu + locked add, 16 counters",
	 1.1, false},
	{"start: added to it, dynamically linked", OF_BEFORE, 0.3, false},
	{"start: added to it, libpercpu.a", OF_BEFORE, 0.3, false},
	{"start: added to a static one", OF_BEFORE, 0.3, false},
	{LOAD("sleep"), ALONE, 2000, false},
	{LOAD("run"), ALONE, 2000, false},
	{ALIGNED("35000"), ALONE, 2000, false},
	{ALIGNED("70000"), ALONE, 2000, false},
	{ALIGNED("70000"), ALIGNED("35000"), 1.2, false},
	{LEFT(""), ALONE, 3, false},
	{LEFT(", 64 CPUs possible"), ALONE, 3, false},
	{"left, 64 CPUs possible: percpu_trim() reports",
	 "left, 64 CPUs possible: percpu_trim() gives back", 1.2, false},
	{"left, 64 CPUs possible: percpu_trim() reports",
	 "left, 64 CPUs possible: percpu_trim() gives back", 0.8, true},
	{"nowait: 64 bytes each, allocated by GFP_NOWAIT before anything else", ALONE, 300, true},
	{"holes, 64 CPUs open: more of them a CPU, after 512 holes of a chunk's size", ALONE, 4,
	 false},
	{POSSIBLE("alloc + free of 8 bytes"), 1.05, false},
	{POSSIBLE("per_cpu_sum"), 1.2, false},
	{POSSIBLE("percpu_counter_sum"), 1.2, false},
	{POSSIBLE("added to a program's start and end"), 1.2, false},
	{MASKS("cpumask_and"), MASKS("and, by hand"), 2, false},
	{MASKS("cpumask_equal"), MASKS("equal, by hand"), 2, false},
	{MASKS("cpumask_weight"), MASKS("weight, by hand"), 2, false},
	{MASKS("cpumask_first, the last CPU"), MASKS("first by hand, the last CPU"), 2, false},
	{RATIO("refcount", "percpu_ref_get + put", "this_cpu_inc"), ALONE, 5, false},
	{RATIO("rwsem", "percpu_down_read + up_read", "this_cpu_inc"), ALONE, 6, false},
	{RATIO("freelist", "push + pop", "this_cpu_inc"), ALONE, 6, false},
	{RATIO("seq_stats", "this_cpu_stats_add of 2 numbers",
	       "an operation for each of 2 numbers"),
	 ALONE, 2.5, false},
	{RATIO("seq_stats", "this_cpu_stats_add of 4 numbers",
	       "an operation for each of 4 numbers"),
	 ALONE, 1.5, false},
	{RATIO("ratelimit", "percpu_ratelimit_take", "this_cpu_inc"), ALONE, 4, false},
	{RATIO("tree_counter", "percpu_counter_tree_add", "this_cpu_inc"), ALONE, 4, false},
};

static double median(const struct figure *figure, enum side side)
{
	if (!figure || !figure->runs[side].nr)
		return NAN;
	return figure_change(figure).side[side].median;
}

static void print_value(FILE *out, double value)
{
	if (isnan(value))
		fputs(" - |", out);
	else
		fprintf(out, " %.*f |", value < 10 ? 2 : value < 100 ? 1 : 0, value);
}

static void print_noise(FILE *out, const struct figure *figure)
{
	double noise = figure ? figure_change(figure).noise : NAN;

	if (isnan(noise))
		fputs(" - |", out);
	else
		fprintf(out, " %.0f %% |", 100 * noise);
}

/* What the value of now is divided by. */
static double divisor(const struct figures *figures, const struct promise *promise)
{
	if (!promise->base)
		return median(figures_find(figures, promise->figure), BEFORE);
	return promise->base[0] ? median(figures_find(figures, promise->base), NOW) : 1;
}

static void print_promise(FILE *out, const struct figures *figures, const struct promise *promise)
{
	const struct figure *figure = figures_find(figures, promise->figure);
	const char *base = promise->base ? promise->base : "before";
	double now = median(figure, NOW), judged = now / divisor(figures, promise);
	bool kept = promise->at_least ? judged >= promise->bound : judged <= promise->bound;

	fprintf(out, "| %s%s%s |", promise->figure, figure ? ", " : "", figure ? figure->unit : "");
	print_value(out, median(figure, BEFORE));
	print_value(out, now);
	fprintf(out, " %s %g%s%s |", promise->at_least ? ">=" : "<=", promise->bound,
		base[0] ? " x " : "", base);
	print_value(out, judged);
	print_noise(out, figure);
	fprintf(out, " %s |\n", isnan(judged) ? "not measured" : kept ? "yes" : "**no**");
}

void promises_print(FILE *out, const struct figures *figures)
{
	fputs("| figure | before | now | target | judged | noise | kept |\n", out);
	fputs("|---|---|---|---|---|---|---|\n", out);
	for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++)
		print_promise(out, figures, &promises[i]);
}
