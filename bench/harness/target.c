// SPDX-License-Identifier: MIT
#include "harness/target.h"

#include <math.h>

#include "harness/json.h"

static const char *relation(const struct target *target)
{
	return target->at_least ? ">=" : "<=";
}

bool outcome_is_met(const struct outcome *outcome)
{
	const struct target *target = &outcome->target;
	double value = outcome->value.median;

	return target->at_least ? value >= target->bound : value <= target->bound;
}

static void print_value(FILE *out, const struct outcome *outcome, int width)
{
	const struct target *target = &outcome->target;

	fprintf(out, "%*.2f", width > 0 ? width : 0, outcome->value.median);
	if (target->unit)
		fprintf(out, " %s", target->unit);
	if (!isnan(outcome->value.of_minima))
		fprintf(out, " (of minima %.2f)", outcome->value.of_minima);
	fprintf(out, ", target %s %g: %s\n", relation(target), target->bound,
		outcome_is_met(outcome) ? "OK" : "MISSED");
}

size_t outcomes_print(FILE *out, const struct outcome *outcomes, size_t nr, int column)
{
	size_t missed = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct outcome *outcome = &outcomes[i];
		int used = fprintf(out, "%s: ", outcome->target.text);

		if (outcome->measured)
			print_value(out, outcome, column - used);
		else
			fputs("NOT MEASURED\n", out);
		missed += outcome->measured && !outcome_is_met(outcome);
	}
	return missed;
}

static void add_value(cJSON *json, const struct outcome *outcome)
{
	if (!outcome->measured)
		cJSON_AddNullToObject(json, "measured");
	else if (isnan(outcome->value.of_minima))
		cJSON_AddNumberToObject(json, "measured", outcome->value.median);
	else
		json_add_comparison(json, "measured", outcome->value);
}

static cJSON *outcome_to_json(const struct outcome *outcome)
{
	const struct target *target = &outcome->target;
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "target", target->text);
	if (target->unit)
		cJSON_AddStringToObject(json, "unit", target->unit);
	cJSON_AddStringToObject(json, "relation", relation(target));
	cJSON_AddNumberToObject(json, "bound", target->bound);
	add_value(json, outcome);
	if (outcome->measured)
		cJSON_AddBoolToObject(json, "met", outcome_is_met(outcome));
	else
		cJSON_AddNullToObject(json, "met");
	return json;
}

void outcomes_add_to_json(cJSON *json, const struct outcome *outcomes, size_t nr)
{
	cJSON *array = cJSON_AddArrayToObject(json, "targets");

	for (size_t i = 0; i < nr; i++)
		cJSON_AddItemToArray(array, outcome_to_json(&outcomes[i]));
}
