// SPDX-License-Identifier: MIT
#include "numbers/document.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json_file.h"
#include "numbers/figures.h"

static void hold_point(const char *path, const char *series, const cJSON *point)
{
	const double min = json_number(path, point, "min"), p25 = json_number(path, point, "p25"),
		     median = json_number(path, point, "median"),
		     p75 = json_number(path, point, "p75"),
		     spread = json_number(path, point, "spread");

	json_number(path, point, "at");
	if (json_number(path, point, "n") < 1)
		errx(EXIT_FAILURE, "%s: %s: measured less than once", path, series);
	if (min > p25 || p25 > median || median > p75 || spread < 0)
		errx(EXIT_FAILURE, "%s: %s: quartiles out of order", path, series);
}

static void hold_curve(const char *path, const cJSON *curve)
{
	const char *figure = json_text(path, curve, "figure");
	const char *series = json_text(path, curve, "series");
	const cJSON *points = json_member(path, curve, "points"), *point;

	json_text(path, curve, "x");
	json_text(path, curve, "unit");
	if (!figures_find(figure))
		errx(EXIT_FAILURE, "%s: there is no figure '%s'", path, figure);
	if (!cJSON_GetArraySize(points))
		errx(EXIT_FAILURE, "%s: %s: no points", path, series);
	cJSON_ArrayForEach(point, points) hold_point(path, series, point);
}

cJSON *numbers_read(const char *path)
{
	cJSON *root = json_file_read(path);
	const cJSON *curves, *curve;

	if (strcmp(json_text(path, root, "schema"), SCHEMA) != 0)
		errx(EXIT_FAILURE, "%s: not of the form %s", path, SCHEMA);
	json_text(path, json_member(path, root, "host"), "cpu_model");
	curves = json_member(path, root, "curves");
	if (!cJSON_GetArraySize(curves))
		errx(EXIT_FAILURE, "%s: no curves", path);
	cJSON_ArrayForEach(curve, curves) hold_curve(path, curve);
	return root;
}
