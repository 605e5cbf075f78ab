// SPDX-License-Identifier: MIT
#include "operations/cases.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operations/families.h"

static const struct way_family *const families[] = {
	&ordinary_ways, &peer_ways,  &striped_ways,
#ifdef HAVE_LIBRSEQ
	&librseq_ways,
#endif
#ifdef HAVE_DPDK
	&dpdk_ways,
#endif
	&percpu_ways,   &value_ways, &pinned_ways,  &section_ways,
};

#define NR_FAMILIES (sizeof(families) / sizeof(families[0]))

struct selection {
	const char *filter;
	bool peers;
	enum bench_setting_id setting;
	struct bench_case *cases;
	size_t nr;
};

/* Without rseq, what others do is the same as with it. */
static bool is_plotted(const struct bench_case *subject, enum bench_setting_id setting)
{
	if (!subject->way->peer || subject->layout == LAYOUT_PACKED)
		return false;
	return setting == SETTING_USUAL ||
	       (setting == SETTING_FALLBACK && !strcmp(subject->way->name, PERCPU_WAY));
}

static bool matches(const struct bench_case *subject, const struct selection *selection)
{
	char label[96];

	if (selection->peers && !is_plotted(subject, selection->setting))
		return false;
	snprintf(label, sizeof(label), "%s/%s/%s", bench_settings[selection->setting].name,
		 subject->way->name, bench_layouts[subject->layout].name);
	return !selection->filter || strstr(label, selection->filter);
}

static bool is_reference(const struct bench_way *way)
{
	return !strcmp(way->name, PLAIN_WAY) || !strcmp(way->name, LOCK_WAY);
}

static bool is_of_setting(const struct bench_way *way, enum bench_setting_id setting)
{
	return setting == SETTING_USUAL || is_reference(way) ||
	       way->settings & SETTING_BIT(setting);
}

/*
 * Appends the matching cases and the references; returns whether any case matched that is not just
 * a reference, or was asked for by name.
 */
static bool select_ways(struct selection *selection, const struct way_family *family,
			enum bench_layout_id layout)
{
	bool any = false;

	for (size_t i = 0; i < family->nr; i++) {
		struct bench_case candidate = {&family->ways[i], layout};
		bool match = matches(&candidate, selection);

		if (!candidate.way->loops[layout] ||
		    !is_of_setting(candidate.way, selection->setting))
			continue;
		any |= match;
		if (match || is_reference(candidate.way))
			selection->cases[selection->nr++] = candidate;
	}
	return any;
}

static size_t nr_ways(void)
{
	size_t nr = 0;

	for (size_t i = 0; i < NR_FAMILIES; i++)
		nr += families[i]->nr;
	return nr;
}

size_t cases_select(const char *filter, bool peers, enum bench_setting_id setting,
		    struct bench_case **selected)
{
	struct selection selection = {.filter = filter, .peers = peers, .setting = setting};

	selection.cases = calloc(nr_ways() * NR_LAYOUTS, sizeof(*selection.cases));
	if (!selection.cases)
		err(EXIT_FAILURE, "list of cases");
	for (int layout = 0; layout < NR_LAYOUTS; layout++) {
		size_t before = selection.nr;
		bool any = false;

		for (size_t i = 0; i < NR_FAMILIES; i++)
			any |= select_ways(&selection, families[i], layout);
		/* References that nothing is compared to are not worth their time. */
		if (!any)
			selection.nr = before;
	}
	*selected = selection.cases;
	return selection.nr;
}

void ways_setup(void)
{
	for (size_t i = 0; i < NR_FAMILIES; i++)
		if (families[i]->setup)
			families[i]->setup();
}

void ways_teardown(void)
{
	for (size_t i = NR_FAMILIES; i--;)
		if (families[i]->teardown)
			families[i]->teardown();
}
