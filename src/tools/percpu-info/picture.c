/* SPDX-License-Identifier: MIT */
/*
 * picture.c - groups and units in characters; see report.h.
 *
 *	group 0, node 0
 *	+----+----+----+----+
 *	|  0 |  1 | (2)|  - |
 *	+----+----+----+----+
 */
#include "percpu-info/report.h"

#include <stdlib.h>

#define COLUMNS 78

static int width_of_cell(void)
{
	return snprintf(NULL, 0, "(%u)", nr_cpu_ids - 1) + 1;
}

/* Units in a line: whole allocations where they fit, so that these stand below each other. */
static int units_in_line(const struct facts *facts)
{
	const int most = (COLUMNS - 3) / (width_of_cell() + 1);
	const int upa = (int)facts_units_per_allocation(facts);
	int units = 1;

	if (upa <= most)
		return most / upa * upa > 16 ? 16 / upa * upa > 0 ? 16 / upa * upa : upa
					     : most / upa * upa;
	while (units * 2 <= most)
		units *= 2;
	return units;
}

static void put_rule(FILE *stream, int cells)
{
	fputs("  +", stream);
	while (cells-- > 0) {
		for (int i = 0; i < width_of_cell(); i++)
			fputc('-', stream);
		fputc('+', stream);
	}
	fputc('\n', stream);
}

static void put_cell(FILE *stream, const struct pcpu_group_info *group, int unit)
{
	const int width = width_of_cell();
	char text[32] = "- ";

	if (!facts_is_unused(group, unit)) {
		const unsigned int cpu = facts_cpu(group, unit);

		snprintf(text, sizeof(text),
			 cpumask_test_cpu(cpu, cpu_online_mask) ? "%u " : "(%u)", cpu);
	}
	fprintf(stream, "%*s|", width, text);
}

static void put_group(FILE *stream, const struct facts *facts, int number)
{
	const struct pcpu_group_info *group = &facts->ai->groups[number];
	const int in_line = units_in_line(facts);
	char *nodes = facts_nodes_of(group);

	fprintf(stream, "  group %d, node %s\n", number, nodes);
	free(nodes);
	put_rule(stream, group->nr_units < in_line ? group->nr_units : in_line);
	for (int unit = 0; unit < group->nr_units; unit += in_line) {
		const int left = group->nr_units - unit, cells = left < in_line ? left : in_line;

		fputs("  |", stream);
		for (int i = 0; i < cells; i++)
			put_cell(stream, group, unit + i);
		fputc('\n', stream);
		put_rule(stream, cells);
	}
}

void report_picture(FILE *stream, const struct facts *facts)
{
	fprintf(stream,
		"Groups, and the units of their CPUs: (c) CPU c is not online, - nobody's\n");
	for (int i = 0; i < facts->ai->nr_groups; i++)
		put_group(stream, facts, i);
}
