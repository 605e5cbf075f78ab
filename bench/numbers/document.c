// SPDX-License-Identifier: MIT
#include "numbers/document.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numbers/figures.h"

char *document_text(const char *path)
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

cJSON *document_read(const char *path)
{
	char *text = document_text(path);
	cJSON *root = cJSON_Parse(text);

	free(text);
	if (!root)
		errx(EXIT_FAILURE, "%s: not JSON", path);
	return root;
}

const cJSON *member(const char *path, const cJSON *object, const char *key)
{
	const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!found)
		errx(EXIT_FAILURE, "%s: no \"%s\" where it should be", path, key);
	return found;
}

const char *text_of(const char *path, const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(member(path, object, key));

	if (!text)
		errx(EXIT_FAILURE, "%s: \"%s\" is no text", path, key);
	return text;
}

double number_of(const char *path, const cJSON *object, const char *key)
{
	const cJSON *number = member(path, object, key);

	if (!cJSON_IsNumber(number))
		errx(EXIT_FAILURE, "%s: \"%s\" is no number", path, key);
	return number->valuedouble;
}

static void hold_point(const char *path, const char *series, const cJSON *point)
{
	const double min = number_of(path, point, "min"), p25 = number_of(path, point, "p25"),
		     median = number_of(path, point, "median"), p75 = number_of(path, point, "p75"),
		     spread = number_of(path, point, "spread");

	number_of(path, point, "at");
	if (number_of(path, point, "n") < 1)
		errx(EXIT_FAILURE, "%s: %s: measured less than once", path, series);
	if (min > p25 || p25 > median || median > p75 || spread < 0)
		errx(EXIT_FAILURE, "%s: %s: quartiles out of order", path, series);
}

static void hold_curve(const char *path, const cJSON *curve)
{
	const char *figure = text_of(path, curve, "figure");
	const char *series = text_of(path, curve, "series");
	const cJSON *points = member(path, curve, "points"), *point;

	text_of(path, curve, "x");
	text_of(path, curve, "unit");
	if (!figures_find(figure))
		errx(EXIT_FAILURE, "%s: there is no figure '%s'", path, figure);
	if (!cJSON_GetArraySize(points))
		errx(EXIT_FAILURE, "%s: %s: no points", path, series);
	cJSON_ArrayForEach(point, points) hold_point(path, series, point);
}

cJSON *numbers_read(const char *path)
{
	cJSON *root = document_read(path);
	const cJSON *curves, *curve;

	if (strcmp(text_of(path, root, "schema"), SCHEMA) != 0)
		errx(EXIT_FAILURE, "%s: not of the form %s", path, SCHEMA);
	text_of(path, member(path, root, "host"), "cpu_model");
	curves = member(path, root, "curves");
	if (!cJSON_GetArraySize(curves))
		errx(EXIT_FAILURE, "%s: no curves", path);
	cJSON_ArrayForEach(curve, curves) hold_curve(path, curve);
	return root;
}
