// SPDX-License-Identifier: MIT
#include "json_file.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

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
