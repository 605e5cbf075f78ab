// SPDX-License-Identifier: MIT
#include "alloc/process.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/again.h"

void process_measure(const struct line *line, const struct effort *effort, struct sample *sample)
{
	char measure[sizeof(line->name) + sizeof("--measure=")], conf[32];
	char *arguments[5] = {"percpu_bench_alloc", measure};
	struct again again;
	int status, nr = 2;

	if (effort->quick)
		arguments[nr++] = "--quick";
	if (effort->sweep)
		arguments[nr++] = "--sweep";
	snprintf(measure, sizeof(measure), "--measure=%s", line->name);
	snprintf(conf, sizeof(conf), "possible:%u", line->possible);
	again_start(&again, line->possible ? conf : NULL, arguments);
	sample_init(sample);
	sample_read(sample, again.from);
	status = again_end(&again);
	if (status)
		errx(EXIT_FAILURE, "%s failed: wait status %#x", line->name, status);
}
