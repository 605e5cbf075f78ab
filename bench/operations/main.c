// SPDX-License-Identifier: MIT
/* percpu_bench: what a per-CPU operation costs beside the other ways to count. */
#include <err.h>
#include <stdlib.h>

#include "harness/host.h"
#include "harness/json.h"
#include "operations/elsewhere.h"
#include "operations/measure.h"
#include "operations/options.h"
#include "operations/report.h"

static int report(const struct host *host, const struct options *options,
		  const struct results *results)
{
	const struct common_options *wanted = &options->common;
	FILE *out = options_table_stream(wanted);

	report_table(out, host, results);
	if (wanted->check)
		report_targets(out, results);
	fprintf(out, "\ncounts: %s\n", results->lost ? "LOST, see above" : "all exact");
	if (wanted->json)
		return json_write(report_json(host, options, results), wanted->json_path);
	return 0;
}

static void measure(const struct options *options, char **argv, struct results *results)
{
	size_t nr = measure_here(options, results);

	for (int setting = SETTING_USUAL + 1; setting < NR_SETTINGS; setting++)
		nr += measure_elsewhere(options, (enum bench_setting_id)setting, argv, results);
	if (!nr)
		errx(EXIT_FAILURE, "no case has '%s' in its name", options->common.filter);
}

int main(int argc, char **argv)
{
	struct results results = {0};
	struct options options;
	struct host host;
	int status;

	host_describe(&host);
	options_of_bench(&options, argc, argv, (unsigned int)host.cpus_allowed);
	results.cpus = (unsigned int)host.cpus_allowed;
	if (options.setting == SETTING_USUAL) {
		measure(&options, argv, &results);
		status = report(&host, &options, &results);
	} else {
		measure_here(&options, &results);
		status = send_results(&results);
	}
	results_destroy(&results);
	return status || results.lost ? EXIT_FAILURE : EXIT_SUCCESS;
}
