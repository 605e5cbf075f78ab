/* SPDX-License-Identifier: MIT */
/* The report at stop. */
#include "report.h"

#include <inttypes.h>

#include <percpu/percpu.h>

#include "tally.h"

static void put_counts(FILE *out, const char *prefix, const struct counts *counts)
{
	fprintf(out, "%srequests %" PRIu64 "\n", prefix, counts->requests);
	fprintf(out, "%sbody_bytes %" PRIu64 "\n", prefix, counts->body_bytes);
	for (unsigned int i = 0; i < STATUS_CLASSES; i++)
		fprintf(out, "%s%s %" PRIu64 "\n", prefix, status_class_name(i),
			counts->by_class[i]);
}

static void put_cpus(FILE *out, const struct counter_ops *counters)
{
	char prefix[32];
	struct counts part;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (!counters->read_cpu(cpu, &part))
			continue;
		snprintf(prefix, sizeof(prefix), "cpu_%u_", cpu);
		put_counts(out, prefix, &part);
	}
}

void report_served(FILE *out, const struct counter_ops *counters, int threads)
{
	struct counts counted, seen;

	counters->read(&counted);
	tally_read(&seen);
	fprintf(out, "mode %s\n", counters->name);
	if (counters->backend)
		fprintf(out, "backend %s\n", counters->backend());
	fprintf(out, "threads %d\n", threads);
	put_counts(out, "counted_", &counted);
	put_counts(out, "server_saw_", &seen);
	/* Also the histogram, whose only witness is the server: no client knows its latencies. */
	fprintf(out, "counted_as_seen %s\n", counts_equal(&counted, &seen) ? "yes" : "no");
	if (counters->read_cpu)
		put_cpus(out, counters);
}

void report_cost(FILE *out, const char *suffix, const struct cost *cost)
{
	fprintf(out, "ns_per_update_%s %.2f\n", suffix, cost->ns_per_update);
	fprintf(out, "cpus_used_%s %.2f\n", suffix, cost->cpus_used);
	fprintf(out, "hammer_expected_%s %" PRIu64 "\n", suffix, cost->requests_expected);
	fprintf(out, "hammer_counted_%s %" PRIu64 "\n", suffix, cost->requests_counted);
	fprintf(out, "hammer_exact_%s %s\n", suffix, cost->exact ? "yes" : "no");
}
