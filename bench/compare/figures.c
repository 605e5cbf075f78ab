// SPDX-License-Identifier: MIT
#include "compare/figures.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *grow(void *array, size_t nr, size_t size)
{
	void *grown = reallocarray(array, nr, size);

	if (!grown)
		err(EXIT_FAILURE, "figures");
	return grown;
}

static char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		err(EXIT_FAILURE, "figures");
	return copy;
}

static struct figure *append(struct figures *figures, const char *name, const char *unit)
{
	struct figure *figure;

	figures->figure = grow(figures->figure, figures->nr + 1, sizeof(*figures->figure));
	figure = &figures->figure[figures->nr++];
	*figure = (struct figure){.name = copy_text(name), .unit = copy_text(unit)};
	return figure;
}

static struct figure *find(const struct figures *figures, const char *name)
{
	for (size_t i = 0; i < figures->nr; i++)
		if (!strcmp(figures->figure[i].name, name))
			return &figures->figure[i];
	return NULL;
}

void figures_add(struct figures *figures, const char *name, const char *unit, enum side side,
		 double value)
{
	struct figure *figure = find(figures, name);
	struct runs *runs;

	if (!figure)
		figure = append(figures, name, unit);
	runs = &figure->runs[side];
	runs->values = grow(runs->values, runs->nr + 1, sizeof(*runs->values));
	runs->values[runs->nr++] = value;
}

void figures_destroy(struct figures *figures)
{
	for (size_t i = 0; i < figures->nr; i++) {
		free(figures->figure[i].name);
		free(figures->figure[i].unit);
		for (int side = 0; side < NR_SIDES; side++)
			free(figures->figure[i].runs[side].values);
	}
	free(figures->figure);
}

const struct figure *figures_find(const struct figures *figures, const char *name)
{
	return find(figures, name);
}

static double spread(struct summary summary)
{
	return (summary.p75 - summary.p25) / summary.median;
}

struct change figure_change(const struct figure *figure)
{
	struct change change = {.ratio = NAN, .noise = NAN};

	for (int side = 0; side < NR_SIDES; side++)
		change.side[side] = summarize(figure->runs[side].values, figure->runs[side].nr);
	if (!figure->runs[BEFORE].nr || !figure->runs[NOW].nr)
		return change;
	change.ratio = change.side[NOW].median / change.side[BEFORE].median;
	change.noise = fmax(spread(change.side[BEFORE]), spread(change.side[NOW]));
	return change;
}
