// SPDX-License-Identifier: MIT
#include "harness/json.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

static const char *const clock_names[NR_CLOCKS] = {
	[CPU_TIME] = "cpu",
	[WALL_TIME] = "wall",
};

const char *json_clock_name(enum bench_clock clock)
{
	return clock_names[clock];
}

cJSON *json_create(const char *program, const struct host *host)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "program", program);
	cJSON_AddItemToObject(json, "host", host_to_json(host));
	return json;
}

void json_add_summary(cJSON *object, struct summary summary)
{
	cJSON_AddNumberToObject(object, "min", summary.min);
	cJSON_AddNumberToObject(object, "p25", summary.p25);
	cJSON_AddNumberToObject(object, "median", summary.median);
	cJSON_AddNumberToObject(object, "p75", summary.p75);
}

void json_add_clocks(cJSON *object, const struct series *series)
{
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		json_add_summary(cJSON_AddObjectToObject(object, clock_names[clock]),
				 series_summary(series, clock));
}

void json_add_comparison(cJSON *object, const char *name, struct comparison comparison)
{
	cJSON *json = cJSON_AddObjectToObject(object, name);

	cJSON_AddNumberToObject(json, "median", comparison.median);
	cJSON_AddNumberToObject(json, "of_minima", comparison.of_minima);
}

static int write_line(const char *text, FILE *file)
{
	int failed = fputs(text, file) == EOF || fputc('\n', file) == EOF;

	return fflush(file) || failed ? -1 : 0;
}

static int write_file(const char *text, const char *path)
{
	FILE *file = fopen(path, "we");
	int failed;

	if (!file)
		return -1;
	failed = write_line(text, file);
	return fclose(file) || failed ? -1 : 0;
}

int json_write(cJSON *root, const char *path)
{
	int to_stdout = !path || !strcmp(path, "-");
	char *text = cJSON_Print(root);
	int status;

	cJSON_Delete(root);
	if (!text) {
		warnx("JSON: out of memory");
		return -1;
	}
	status = to_stdout ? write_line(text, stdout) : write_file(text, path);
	if (status)
		warn("%s", to_stdout ? "standard output" : path);
	cJSON_free(text);
	return status;
}
