/* SPDX-License-Identifier: MIT */
/* show_json.c - see show.h. */
#include "common/json.h"
#include "percpu-stat/show.h"

#include <stdio.h>

static const char *key_of(enum figure figure, char *key, size_t size)
{
	static const char *const units[] = {
		[PLAIN] = "", [BYTES] = "_bytes", [NANOSECONDS] = "_ns"};

	snprintf(key, size, "%s%s", figure_rows[figure].name, units[figure_rows[figure].unit]);
	return key;
}

static void put_figures(struct json *json, const struct figures *figures, bool of_cpu)
{
	char key[64];

	for (enum figure figure = 0; figure < NR_FIGURES; figure++) {
		if (of_cpu && !figure_rows[figure].of_cpus)
			continue;
		key_of(figure, key, sizeof(key));
		if (figures->value[figure] == FIGURE_UNKNOWN)
			json_null(json, key);
		else
			json_number(json, key, figures->value[figure]);
	}
}

static void put_cpus(struct json *json, const struct process *process)
{
	json_array(json, "cpus");
	for (unsigned int cpu = 0; cpu < process->page.header.nr_cpus; cpu++) {
		if (!figures_are_of_use(&process->cpus[cpu]))
			continue;
		json_object(json, NULL);
		json_number(json, "cpu", cpu);
		put_figures(json, &process->cpus[cpu], true);
		json_close(json);
	}
	json_close(json);
}

static void put_process(struct json *json, const struct process *process, bool of_cpus)
{
	const struct pcpu_stat_header *header = &process->page.header;

	json_object(json, NULL);
	json_number(json, "pid", (unsigned long long)process->pid);
	json_string(json, "command", process->name);
	json_string(json, "tier", header->flags & PCPU_STAT_SEQUENCES ? "rseq" : "fallback");
	json_string(json, "index", header->flags & PCPU_STAT_MM_CID ? "mm_cid" : "cpu_id");
	json_bool(json, "shared", (header->flags & PCPU_STAT_SHARED) != 0);
	json_bool(json, "child", (header->flags & PCPU_STAT_CHILD) != 0);
	json_real(json, "seconds", process->read_at - (double)header->started_ns * 1e-9);
	put_figures(json, &process->all, false);
	if (of_cpus)
		put_cpus(json, process);
	json_close(json);
}

void show_json(const struct process *processes, size_t nr, bool of_cpus)
{
	struct json json;

	json_begin(&json, stdout);
	json_object(&json, NULL);
	json_array(&json, "processes");
	for (size_t i = 0; i < nr; i++)
		put_process(&json, &processes[i], of_cpus);
	json_close(&json);
	json_close(&json);
}
