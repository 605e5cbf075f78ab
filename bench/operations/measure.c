// SPDX-License-Identifier: MIT
#include "operations/measure.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include <percpu/backend.h>

#include "harness/place.h"
#include "operations/cases.h"

/* The ledgers of the selected cases, @nr of them; the caller frees them. */
static struct ledger *open_ledgers(const struct options *options, size_t *nr)
{
	const size_t alignment = _Alignof(struct ledger);
	struct bench_case *selected;
	struct ledger *ledgers;
	size_t size;

	*nr = cases_select(options->common.filter, options->peers, options->setting, &selected);
	size = (*nr + 1) * sizeof(*ledgers);
	ledgers = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
	if (!ledgers)
		err(EXIT_FAILURE, "ledgers");
	for (size_t i = 0; i < *nr; i++)
		ledgers[i] = (struct ledger){.subject = selected[i]};
	free(selected);
	return ledgers;
}

/* 1, 2, 4 ..., the number of CPUs, and @max itself; these need not be powers of two. */
static unsigned int next_thread_count(unsigned int threads, unsigned int max)
{
	const unsigned int cpus = place_count();
	unsigned int next = threads * 2;

	if (threads < cpus && next > cpus)
		next = cpus;
	return threads < max && next > max ? max : next;
}

static unsigned int count_thread_counts(unsigned int max)
{
	unsigned int nr = 0;

	for (unsigned int threads = 1; threads <= max; threads = next_thread_count(threads, max))
		nr++;
	return nr;
}

/*
 * Each thread count gets the same part of the time.  What the other settings need is not much: few
 * cases, and but for plots one thread; together they get a part too.
 */
static uint64_t part_of_time(const struct options *options)
{
	uint64_t part = options->limit_ns / (count_thread_counts(options->threads) + 1);

	return options->setting == SETTING_USUAL ? part : part / (NR_SETTINGS - 1);
}

static void measure_threads(const struct options *options, unsigned int threads,
			    struct ledger *ledgers, size_t nr, struct results *results)
{
	struct record *records = results_append(results, nr);
	struct schedule schedule = options->schedule;

	schedule.limit_ns = part_of_time(options);
	for (size_t i = 0; i < nr; i++)
		record_init(&records[i], ledgers[i].subject, options->setting, threads,
			    schedule.rounds);
	run_rounds(&schedule, threads, ledgers, records, nr);
}

size_t measure_here(const struct options *options, struct results *results)
{
	struct process *process = &results->processes[options->setting];
	bool all = options->setting == SETTING_USUAL || options->peers;
	unsigned int max = all ? options->threads : 1;
	struct ledger *ledgers;
	size_t nr;

	ledgers = open_ledgers(options, &nr);
	process->measured = nr && setting_is_in_force(options->setting);
	snprintf(process->backend, sizeof(process->backend), "%s", percpu_backend());
	if (process->measured) {
		ways_setup();
		for (unsigned int threads = 1; threads <= max;
		     threads = next_thread_count(threads, max))
			measure_threads(options, threads, ledgers, nr, results);
		for (size_t i = 0; i < nr; i++)
			results->lost += ledger_lost(&ledgers[i]);
		ways_teardown();
	}
	free(ledgers);
	return nr;
}
