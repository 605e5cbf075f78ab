// SPDX-License-Identifier: MIT
/* percpu_bench: what a per-CPU operation costs beside the other ways to count. */
#include <err.h>
#include <stdlib.h>

#include "cases.h"
#include "host.h"
#include "json_file.h"
#include "options.h"
#include "report.h"
#include "rounds.h"
#include "series.h"

static void *allocate(size_t alignment, size_t nr, size_t size)
{
	void *memory = aligned_alloc(alignment, (nr * size + alignment - 1) & -alignment);

	if (!memory)
		err(EXIT_FAILURE, "results");
	return memory;
}

/* The ledgers of the selected cases, @nr of them; the caller frees them. */
static struct ledger *open_ledgers(const char *filter, size_t *nr)
{
	struct bench_case *selected;
	struct ledger *ledgers;

	*nr = cases_select(filter, &selected);
	if (!*nr)
		errx(EXIT_FAILURE, "no case has '%s' in its name", filter);
	ledgers = allocate(_Alignof(struct ledger), *nr, sizeof(*ledgers));
	for (size_t i = 0; i < *nr; i++)
		ledgers[i] = (struct ledger){.subject = selected[i]};
	free(selected);
	return ledgers;
}

/* 1, 2, 4 ... and @max itself, which need not be a power of two. */
static unsigned int next_thread_count(unsigned int threads, unsigned int max)
{
	return threads < max && threads * 2 > max ? max : threads * 2;
}

static unsigned int count_thread_counts(unsigned int max)
{
	unsigned int nr = 0;

	for (unsigned int threads = 1; threads <= max; threads = next_thread_count(threads, max))
		nr++;
	return nr;
}

static struct results measure(const struct options *options, struct ledger *ledgers, size_t nr)
{
	unsigned int nr_groups = count_thread_counts(options->threads);
	struct schedule schedule = options->schedule;
	struct results results = {.nr = nr_groups * nr};
	struct series *series = allocate(64, results.nr, sizeof(*series));

	results.series = series;
	schedule.limit_ns = options->limit_ns / nr_groups;
	for (unsigned int threads = 1; threads <= options->threads;
	     threads = next_thread_count(threads, options->threads)) {
		for (size_t i = 0; i < nr; i++)
			series_init(&series[i], ledgers[i].subject, threads, schedule.rounds);
		run_rounds(&schedule, threads, ledgers, series, nr);
		series += nr;
	}
	return results;
}

static bool all_exact(const struct ledger *ledgers, size_t nr)
{
	bool exact = true;

	for (size_t i = 0; i < nr; i++)
		exact &= ledger_is_exact(&ledgers[i]);
	return exact;
}

static int report(const struct host *host, const struct options *options,
		  const struct results *results, bool exact)
{
	FILE *out = options->json && !options->json_path ? stderr : stdout;

	report_table(out, host, results);
	if (options->check)
		report_targets(out, results);
	fprintf(out, "\ncounts: %s\n", exact ? "all exact" : "LOST, see above");
	if (options->json)
		return json_write(report_json(host, options, results, exact), options->json_path);
	return 0;
}

int main(int argc, char **argv)
{
	struct options options;
	struct results results;
	struct ledger *ledgers;
	struct host host;
	size_t nr;
	bool exact;
	int status;

	host_describe(&host);
	options_parse(&options, argc, argv, (unsigned int)host.cpus_allowed);
	ledgers = open_ledgers(options.filter, &nr);
	ordinary_ways_setup();
	percpu_ways_setup();
	results = measure(&options, ledgers, nr);
	exact = all_exact(ledgers, nr);
	status = report(&host, &options, &results, exact);
	for (size_t i = 0; i < results.nr; i++)
		series_destroy(&results.series[i]);
	free(results.series);
	free(ledgers);
	percpu_ways_teardown();
	ordinary_ways_teardown();
	return exact && !status ? EXIT_SUCCESS : EXIT_FAILURE;
}
