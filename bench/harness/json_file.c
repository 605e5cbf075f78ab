// SPDX-License-Identifier: MIT
#include "harness/json_file.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

char *json_file_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		err(EXIT_FAILURE, "%s", path);
	if (getdelim(&text, &size, '\0', file) < 0)
		errx(EXIT_FAILURE, "%s: nothing in it", path);
	fclose(file);
	return text;
}

cJSON *json_file_read(const char *path)
{
	char *text = json_file_text(path);
	cJSON *root = cJSON_Parse(text);

	free(text);
	if (!root)
		errx(EXIT_FAILURE, "%s: not JSON", path);
	return root;
}

const cJSON *json_member(const char *path, const cJSON *object, const char *key)
{
	const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!found)
		errx(EXIT_FAILURE, "%s: no \"%s\" where it should be", path, key);
	return found;
}

const char *json_text(const char *path, const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(json_member(path, object, key));

	if (!text)
		errx(EXIT_FAILURE, "%s: \"%s\" is no text", path, key);
	return text;
}

double json_number(const char *path, const cJSON *object, const char *key)
{
	const cJSON *number = json_member(path, object, key);

	if (!cJSON_IsNumber(number))
		errx(EXIT_FAILURE, "%s: \"%s\" is no number", path, key);
	return number->valuedouble;
}
