/* SPDX-License-Identifier: MIT */
/*
 * svg.c - groups and units, one unit as it is cut up, and nodes' distances, in SVG; see report.h.
 *
 * hwloc draws a machine's caches and cores (lstopo); it has no drawing in its library, and knows
 * nothing of groups and units.
 */
#include "percpu-info/report.h"

#include <percpu/backend.h>
#include <percpu/topology.h>

#include <stdlib.h>

#define MARGIN 24
#define WIDTH 960
#define CELL_HEIGHT 30
#define UNITS_IN_LINE 16
#define CELL_WIDTH ((WIDTH - 2 * MARGIN - 24) / UNITS_IN_LINE)
#define GROUP_HEAD 30
#define GROUP_FOOT 22
#define MOST_NODES 16 /* of which distances are drawn */
#define DISTANCE 44

static const char style[] =
	"text{font-family:'DejaVu Sans',Helvetica,Arial,sans-serif;font-size:13px;fill:#1f2933}"
	".title{font-size:19px;font-weight:bold}.head{font-weight:bold}.small{font-size:11px;"
	"fill:#52606d}.cell{text-anchor:middle}.group{fill:#f5f7fa;stroke:#9aa5b1}"
	".online{fill:#8fd6a3;stroke:#3f8f58}.offline{fill:#e4e7eb;stroke:#9aa5b1}"
	".unused{fill:none;stroke:#cbd2d9;stroke-dasharray:4 3}"
	".static{fill:#f7c873}.reserved{fill:#c3b1e1}.dynamic{fill:#8ec5ee}.rest{fill:#f5f7fa}"
	".part{stroke:#52606d}";

/* Text that was not made here. */
static void put_escaped(FILE *stream, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", stream);
			break;
		case '>':
			fputs("&gt;", stream);
			break;
		case '&':
			fputs("&amp;", stream);
			break;
		default:
			fputc((unsigned char)*text < ' ' || (unsigned char)*text > '~' ? '?'
										       : *text,
			      stream);
		}
}

static void put_box(FILE *stream, const char *class, int x, int y, int width, int height)
{
	fprintf(stream,
		"<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"3\"/>\n",
		class, x, y, width, height);
}

/* --- groups --- */

static int lines_of(const struct pcpu_group_info *group)
{
	return (group->nr_units + UNITS_IN_LINE - 1) / UNITS_IN_LINE;
}

static int height_of_group(const struct pcpu_group_info *group)
{
	return GROUP_HEAD + lines_of(group) * (CELL_HEIGHT + 6) + 8;
}

static void put_unit(FILE *stream, const struct pcpu_group_info *group, int unit, int x, int y)
{
	const unsigned int cpu = facts_cpu(group, unit);
	const bool unused = facts_is_unused(group, unit);

	put_box(stream,
		unused                                   ? "unused"
		: cpumask_test_cpu(cpu, cpu_online_mask) ? "online"
							 : "offline",
		x, y, CELL_WIDTH - 6, CELL_HEIGHT);
	if (!unused)
		fprintf(stream, "<text class=\"cell\" x=\"%d\" y=\"%d\">%u</text>\n",
			x + (CELL_WIDTH - 6) / 2, y + CELL_HEIGHT / 2 + 5, cpu);
}

static int put_group(FILE *stream, const struct facts *facts, int number, int y)
{
	const struct pcpu_group_info *group = &facts->ai->groups[number];
	char *nodes = facts_nodes_of(group);

	put_box(stream, "group", MARGIN, y, WIDTH - 2 * MARGIN, height_of_group(group));
	fprintf(stream,
		"<text class=\"head\" x=\"%d\" y=\"%d\">group %d, node %s</text>\n"
		"<text class=\"small\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%d units, "
		"%.0f GiB of address space</text>\n",
		MARGIN + 12, y + 20, number, nodes, WIDTH - MARGIN - 12, y + 20, group->nr_units,
		(double)facts->layout->group_sizes[number] / (1UL << 30));
	free(nodes);
	for (int unit = 0; unit < group->nr_units; unit++)
		put_unit(stream, group, unit, MARGIN + 12 + unit % UNITS_IN_LINE * CELL_WIDTH,
			 y + GROUP_HEAD + unit / UNITS_IN_LINE * (CELL_HEIGHT + 6));
	return y + height_of_group(group) + 12;
}

static void put_key(FILE *stream, const char *class, const char *text, int x, int y)
{
	put_box(stream, class, x, y, 22, 16);
	fprintf(stream, "<text class=\"small\" x=\"%d\" y=\"%d\">%s</text>\n", x + 28, y + 12,
		text);
}

static int put_groups(FILE *stream, const struct facts *facts, int y)
{
	for (int i = 0; i < facts->ai->nr_groups; i++)
		y = put_group(stream, facts, i, y);
	put_key(stream, "online", "a CPU that is online", MARGIN, y);
	put_key(stream, "offline", "one that is possible, and is not", MARGIN + 190, y);
	put_key(stream, "unused", "a unit that is nobody's", MARGIN + 440, y);
	return y + 16 + GROUP_FOOT;
}

/* --- one unit --- */

struct part {
	const char *class, *name;
	size_t size;
};

#define NR_PARTS 4

/* By its size, and so that what it is called fits. */
static int width_of_part(const struct part *part, size_t sum)
{
	const int least = 150, room = WIDTH - 2 * MARGIN - NR_PARTS * least;

	return least + (int)((double)room * (double)part->size / (double)sum);
}

static int put_unit_parts(FILE *stream, const struct facts *facts, int y)
{
	const struct pcpu_alloc_info *ai = facts->ai;
	const size_t used = ai->static_size + ai->reserved_size + ai->dyn_size;
	const struct part parts[NR_PARTS] = {
		{"static part", "static", ai->static_size},
		{"reserved part", "reserved", ai->reserved_size},
		{"dynamic part", "dynamic", ai->dyn_size},
		{"rest part", "nobody's", ai->unit_size - used},
	};
	int x = MARGIN;

	fprintf(stream,
		"<text class=\"head\" x=\"%d\" y=\"%d\">a unit of the first chunk (%s): %zu "
		"bytes</text>\n",
		MARGIN, y + 14, pcpu_fc_names[facts->layout->fc], ai->unit_size);
	for (int i = 0; i < NR_PARTS; i++) {
		const int width = width_of_part(&parts[i], ai->unit_size);

		put_box(stream, parts[i].class, x, y + 24, width - 4, 44);
		fprintf(stream,
			"<text class=\"cell\" x=\"%d\" y=\"%d\">%s</text>\n"
			"<text class=\"cell small\" x=\"%d\" y=\"%d\">%zu bytes</text>\n",
			x + width / 2 - 2, y + 42, parts[i].name, x + width / 2 - 2, y + 59,
			parts[i].size);
		x += width;
	}
	return y + 24 + 44 + GROUP_FOOT;
}

/* --- distances --- */

static unsigned int nodes_drawn(const struct facts *facts)
{
	return facts->nr_nodes < 2            ? 0
	       : facts->nr_nodes < MOST_NODES ? facts->nr_nodes
					      : MOST_NODES;
}

static void put_distance(FILE *stream, const struct facts *facts, unsigned int i, unsigned int j,
			 int y)
{
	const int distance = node_distance((int)facts->nodes[i], (int)facts->nodes[j]);
	const int far = distance > 50 ? 40 : distance > 10 ? distance - 10 : 0;
	const int x = MARGIN + (int)(j + 1) * DISTANCE;

	fprintf(stream,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"22\" fill=\"hsl(%d,60%%,80%%)\"/>\n"
		"<text class=\"cell\" x=\"%d\" y=\"%d\">%d</text>\n",
		x, y, DISTANCE - 3, 130 - 3 * far, x + DISTANCE / 2 - 2, y + 16, distance);
}

static int put_distances(FILE *stream, const struct facts *facts, int y)
{
	const unsigned int nr = nodes_drawn(facts);

	if (!nr)
		return y;
	fprintf(stream, "<text class=\"head\" x=\"%d\" y=\"%d\">from node to node%s</text>\n",
		MARGIN, y + 14, nr < facts->nr_nodes ? " (the first)" : "");
	y += 24;
	for (unsigned int i = 0; i < nr; i++) {
		fprintf(stream,
			"<text class=\"cell head\" x=\"%d\" y=\"%d\">%u</text>\n"
			"<text class=\"cell head\" x=\"%d\" y=\"%d\">%u</text>\n",
			MARGIN + (int)(i + 1) * DISTANCE + DISTANCE / 2 - 2, y + 15,
			facts->nodes[i], MARGIN + DISTANCE / 2, y + (int)(i + 1) * 25 + 16,
			facts->nodes[i]);
		for (unsigned int j = 0; j < nr; j++)
			put_distance(stream, facts, i, j, y + (int)(i + 1) * 25);
	}
	return y + (int)(nr + 1) * 25 + GROUP_FOOT;
}

/* --- all of it --- */

static int height(const struct facts *facts)
{
	const int nr = (int)nodes_drawn(facts);
	int sum = 80 + 16 + GROUP_FOOT + 24 + 44 + GROUP_FOOT;

	for (int i = 0; i < facts->ai->nr_groups; i++)
		sum += height_of_group(&facts->ai->groups[i]) + 12;
	return sum + (nr ? 24 + (nr + 1) * 25 + GROUP_FOOT : 0);
}

static void put_heading(FILE *stream, const struct facts *facts)
{
	fprintf(stream,
		"<text class=\"title\" x=\"%d\" y=\"34\">%u possible CPUs, %u online; groups: %d, "
		"nodes: %u</text>\n<text class=\"small\" x=\"%d\" y=\"56\">",
		MARGIN, num_possible_cpus(), num_online_cpus(), facts->ai->nr_groups,
		facts->nr_nodes, MARGIN);
	put_escaped(stream, percpu_backend());
	if (facts->conf) {
		fputs("; PERCPU_CONF=", stream);
		put_escaped(stream, facts->conf);
	}
	fputs("</text>\n", stream);
}

void report_svg(FILE *stream, const struct facts *facts)
{
	int y = 74;

	fprintf(stream,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\">\n<title>Per-CPU groups and units</title>\n"
		"<style>%s</style>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
		WIDTH, height(facts), WIDTH, height(facts), style, WIDTH, height(facts));
	put_heading(stream, facts);
	y = put_groups(stream, facts, y);
	y = put_unit_parts(stream, facts, y);
	put_distances(stream, facts, y);
	fputs("</svg>\n", stream);
}
