/* SPDX-License-Identifier: MIT */
/* All measurements: one record for a case, under one setting, with one number of threads. */
#ifndef BENCH_OPERATIONS_RESULTS_H
#define BENCH_OPERATIONS_RESULTS_H

#include "harness/series.h"
#include "operations/setting.h"
#include "operations/way.h"

struct record {
	struct bench_case subject;
	enum bench_setting_id setting;
	unsigned int threads;
	struct series ns; /* one thread's operation; round r of all records of the same thread
			   * count was measured in the same round */
};

/* What was done under one of the settings. */
struct process {
	bool measured;
	char backend[320]; /* what percpu_backend() said there */
};

struct results {
	struct record *records;
	size_t nr;
	unsigned int cpus; /* that this program may use */
	struct process processes[NR_SETTINGS];
	unsigned long lost; /* updates, in all processes */
};

/* What a record is found by. */
struct record_key {
	enum bench_setting_id setting;
	const char *way;
	enum bench_layout_id layout;
	unsigned int threads;
};

/*
 * Appends @nr records, which are zero, and returns the first of them: good until the next call.
 * Exits where there is no memory.
 */
struct record *results_append(struct results *results, size_t nr);
void results_destroy(struct results *results);

/* Makes room for @rounds measurements; exits where there is no memory. */
void record_init(struct record *record, struct bench_case subject, enum bench_setting_id setting,
		 unsigned int threads, size_t rounds);

/* NULL where it was not measured. */
const struct record *results_find(const struct results *results, struct record_key key);

/* What the way @reference took, PLAIN_WAY or LOCK_WAY, where and when @record was measured. */
const struct record *results_reference(const struct results *results, const struct record *record,
				       const char *reference);

/*
 * @a to @b, of the same setting.  Of CPU time it is the ratio of what one thread's operations take,
 * of wall time that of what all threads' operations take together: with more threads, less.
 */
struct comparison record_compare(const struct record *a, const struct record *b,
				 enum bench_clock clock);

#endif
