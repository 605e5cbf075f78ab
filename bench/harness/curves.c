// SPDX-License-Identifier: MIT
#include "harness/curves.h"

#include <stdbool.h>
#include <string.h>

#include "harness/json.h"

static bool is_called(const cJSON *curve, const char *key, const char *name)
{
	return !strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(curve, key)), name);
}

static cJSON *find(cJSON *curves, const struct curve *wanted)
{
	cJSON *curve;

	cJSON_ArrayForEach(curve, curves)
	{
		if (is_called(curve, "figure", wanted->figure) &&
		    is_called(curve, "series", wanted->series))
			return curve;
	}
	return NULL;
}

static cJSON *begin(cJSON *curves, const struct curve *curve)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "figure", curve->figure);
	cJSON_AddStringToObject(json, "series", curve->series);
	cJSON_AddStringToObject(json, "x", curve->x);
	cJSON_AddStringToObject(json, "unit", curve->unit);
	cJSON_AddArrayToObject(json, "points");
	cJSON_AddItemToArray(curves, json);
	return json;
}

void curves_add(cJSON *curves, const struct curve *curve, double x, const double *samples,
		size_t nr)
{
	const struct summary summary = summarize(samples, nr);
	cJSON *json = find(curves, curve);
	cJSON *point = cJSON_CreateObject();

	if (!json)
		json = begin(curves, curve);
	cJSON_AddNumberToObject(point, "at", x);
	cJSON_AddNumberToObject(point, "n", (double)nr);
	json_add_summary(point, summary);
	cJSON_AddNumberToObject(point, "spread", summary.p75 - summary.p25);
	cJSON_AddItemToArray(cJSON_GetObjectItem(json, "points"), point);
}
