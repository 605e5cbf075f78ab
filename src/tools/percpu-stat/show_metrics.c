/* SPDX-License-Identifier: MIT */
/* show_metrics.c - see show.h. A figure is a family; its unit ends its name. */
#include "percpu-stat/show.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const units[] = {[PLAIN] = "", [BYTES] = "bytes", [NANOSECONDS] = "seconds"};

static void put_family_name(enum figure figure)
{
	const char *unit = units[figure_rows[figure].unit];

	printf("percpu_%s%s%s", figure_rows[figure].name, *unit ? "_" : "", unit);
}

static void put_heading(enum figure figure)
{
	const struct figure_row *row = &figure_rows[figure];

	printf("# TYPE ");
	put_family_name(figure);
	printf(" %s\n", row->is_counter ? "counter" : "gauge");
	if (*units[row->unit]) {
		printf("# UNIT ");
		put_family_name(figure);
		printf(" %s\n", units[row->unit]);
	}
	printf("# HELP ");
	put_family_name(figure);
	printf(" %s.\n", row->help);
}

/* A name has bytes of any kind, and a label's value is UTF-8. */
static void put_label(const char *text)
{
	for (; *text; text++)
		if (*text == '\n')
			fputs("\\n", stdout);
		else if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else
			putchar(*text >= ' ' && *text < 0x7f ? *text : '?');
}

/* @cpu below 0: of the process. */
static void put_value(const struct process *process, long cpu, enum figure figure)
{
	const struct figures *figures = cpu < 0 ? &process->all : &process->cpus[cpu];
	const uint64_t value = figures->value[figure];

	if (value == FIGURE_UNKNOWN)
		return;
	put_family_name(figure);
	printf("%s{pid=\"%d\",command=\"", figure_rows[figure].is_counter ? "_total" : "",
	       (int)process->pid);
	put_label(process->name);
	if (cpu >= 0)
		printf("\",cpu=\"%ld", cpu);
	if (figure_rows[figure].unit == NANOSECONDS)
		printf("\"} %" PRIu64 ".%09" PRIu64 "\n", value / 1000000000, value % 1000000000);
	else
		printf("\"} %" PRIu64 "\n", value);
}

/* With CPUs the process's is their sum, which is not told beside them. */
static void put_process(const struct process *process, enum figure figure, bool of_cpus)
{
	if (!of_cpus || !figure_rows[figure].of_cpus) {
		put_value(process, -1, figure);
		return;
	}
	for (unsigned int cpu = 0; cpu < process->page.header.nr_cpus; cpu++)
		if (figures_are_of_use(&process->cpus[cpu]))
			put_value(process, cpu, figure);
}

void show_metrics(const struct process *processes, size_t nr, bool of_cpus)
{
	for (enum figure figure = 0; figure < NR_FIGURES; figure++) {
		put_heading(figure);
		for (size_t i = 0; i < nr; i++)
			put_process(&processes[i], figure, of_cpus);
	}
	printf("# EOF\n");
}
