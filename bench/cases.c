// SPDX-License-Identifier: MIT
#include "cases.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct bench_layout bench_layouts[NR_LAYOUTS] = {
	[LAYOUT_ONE] = {"one", 1, ONE_FIRST, ONE_STRIDE},
	[LAYOUT_PACKED] = {"packed", 16, PACKED_FIRST, PACKED_STRIDE},
	[LAYOUT_APART] = {"apart", 16, APART_FIRST, APART_STRIDE},
};

struct selection {
	const char *filter;
	struct bench_case *cases;
	size_t nr;
};

static bool matches(const struct bench_case *subject, const char *filter)
{
	char label[64];

	snprintf(label, sizeof(label), "%s/%s", subject->way->name,
		 bench_layouts[subject->layout].name);
	return !filter || strstr(label, filter);
}

static bool is_reference(const struct bench_way *way)
{
	return !strcmp(way->name, PLAIN_WAY) || !strcmp(way->name, LOCK_WAY);
}

/* Appends the matching cases and the references; returns whether any case matched. */
static bool select_ways(struct selection *selection, const struct bench_way *ways, size_t nr,
			enum bench_layout_id layout)
{
	bool any = false;

	for (size_t i = 0; i < nr; i++) {
		struct bench_case candidate = {&ways[i], layout};
		bool match = matches(&candidate, selection->filter);

		any |= match;
		if (match || is_reference(&ways[i]))
			selection->cases[selection->nr++] = candidate;
	}
	return any;
}

size_t cases_select(const char *filter, struct bench_case **selected)
{
	struct selection selection = {.filter = filter};

	selection.cases =
		calloc((nr_ordinary_ways + nr_percpu_ways) * NR_LAYOUTS, sizeof(*selection.cases));
	if (!selection.cases)
		err(EXIT_FAILURE, "list of cases");
	for (int layout = 0; layout < NR_LAYOUTS; layout++) {
		size_t before = selection.nr;
		bool any = select_ways(&selection, ordinary_ways, nr_ordinary_ways, layout);

		any |= select_ways(&selection, percpu_ways, nr_percpu_ways, layout);
		/* References that nothing is compared to are not worth their time. */
		if (!any)
			selection.nr = before;
	}
	*selected = selection.cases;
	return selection.nr;
}
