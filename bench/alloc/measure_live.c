// SPDX-License-Identifier: MIT
/*
 * Many live objects.
 *
 * A pass allocates the objects and frees them.  The first pass finds a new process.  Later passes
 * find memory that was in use before: as many of them are done as give MANY allocations in all, and
 * pass i keeps its pointers in the i-th part of one array, so that few and many objects differ in
 * nothing but how many live at once.
 */
#include "alloc/measure_live.h"

#include <err.h>
#include <stdlib.h>

#include "alloc/crew.h"
#include "alloc/pointers.h"
#include "harness/stopwatch.h"

struct job {
	const struct line *line;
	size_t passes;
	void **objects;
	struct sample *sample;
};

static void drain(const struct line *line, void **objects)
{
	size_t nr = line->live;

	switch (line->order) {
	case EVERY_OTHER:
		line->way->drain(objects, 0, 2, (nr + 1) / 2);
		line->way->drain(objects, 1, 2, nr / 2);
		break;
	case REVERSE:
		line->way->drain(objects, nr - 1, -1, nr);
		break;
	default:
		line->way->drain(objects, 0, 1, nr);
	}
}

/* Not measured, but it shows that objects are zero and do not overlap. */
static void write_counters(const struct line *line, void **objects)
{
	for (size_t i = 0; i < line->live; i++) {
		for (unsigned int cpu = 0; cpu < crew.nr; cpu++) {
			if ((*line->way->counter(objects[i], cpu))++ != 0)
				errx(EXIT_FAILURE, "object %zu is not zero on CPU %u", i,
				     crew.cpus[cpu]);
		}
	}
}

static void pass(const struct line *line, void **objects, struct stopwatch *alloc,
		 struct stopwatch *release)
{
	stopwatch_start(alloc);
	line->way->fill(objects, line->live, line->size);
	stopwatch_stop(alloc);
	if (line->written)
		write_counters(line, objects);
	stopwatch_start(release);
	drain(line, objects);
	stopwatch_stop(release);
}

static void work(void *context, unsigned int index)
{
	struct job *job = context;
	struct stopwatch first[2] = {0}, again[2] = {0};
	size_t live = job->line->live;

	(void)index;
	pass(job->line, job->objects, &first[0], &first[1]);
	for (size_t i = 0; i < job->passes; i++)
		pass(job->line, job->objects + i * live, &again[0], &again[1]);
	stopwatch_read(&first[0], live, job->sample->value[ALLOC_FIRST]);
	stopwatch_read(&first[1], live, job->sample->value[FREE_FIRST]);
	stopwatch_read(&again[0], live * job->passes, job->sample->value[ALLOC_AGAIN]);
	stopwatch_read(&again[1], live * job->passes, job->sample->value[FREE_AGAIN]);
}

void measure_live(const struct line *line, const struct effort *effort, struct sample *sample)
{
	struct job job = {
		.line = line,
		.passes = effort->many / line->live,
		.objects = resident_pointers(effort->many),
		.sample = sample,
	};

	crew_run(1, work, &job);
	free(job.objects);
}
