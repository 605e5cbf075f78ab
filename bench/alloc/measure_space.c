// SPDX-License-Identifier: MIT
/* What objects cost in memory: as the kernel sees it, and by the allocator's own account. */
#include "alloc/measure_space.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>

#include <percpu/percpu.h>
#include <percpu/stats.h>

#include "alloc/crew.h"
#include "alloc/pointers.h"
#include "alloc/resident.h"

struct job {
	const struct line *line;
	void **objects;
};

static double metadata_bytes(void)
{
	struct percpu_stats stats;

	percpu_get_stats(&stats);
	return (double)stats.metadata_bytes;
}

static void allocate(void *context, unsigned int index)
{
	struct job *job = context;

	(void)index;
	job->line->way->fill(job->objects, job->line->live, job->line->size);
}

/* By the CPU that the counter is for, as programs do. */
static void touch(void *context, unsigned int index)
{
	struct job *job = context;

	for (size_t i = 0; i < job->line->live; i++)
		++*job->line->way->counter(job->objects[i], index);
}

static void check(const struct job *job)
{
	for (size_t i = 0; i < job->line->live; i++) {
		for (unsigned int cpu = 0; cpu < crew.nr; cpu++) {
			if (*job->line->way->counter(job->objects[i], cpu) != 1)
				errx(EXIT_FAILURE, "counter %zu is wrong on CPU %u", i,
				     crew.cpus[cpu]);
		}
	}
}

/* @copies: that each object has. */
static void book_growth(const struct line *line, const struct resident *before, unsigned int copies,
			struct sample *sample)
{
	double all_copies = (double)line->live * copies;
	struct resident after;

	resident_read(&after);
	sample->value[RESIDENT][CPU_TIME] = (after.all - before->all) / all_copies;
	sample->value[COPIES][CPU_TIME] = (after.copies - before->copies) / all_copies;
	sample->value[PAGE_TABLES][CPU_TIME] =
		(after.page_tables - before->page_tables) / all_copies;
}

static void job_start(struct job *job, const struct line *line, struct resident *before)
{
	job->line = line;
	job->objects = resident_pointers(line->live);
	resident_read(before);
	crew_run(1, allocate, job);
}

static void job_end(struct job *job)
{
	job->line->way->drain(job->objects, 0, 1, job->line->live);
	free(job->objects);
}

void measure_memory(const struct line *line, struct sample *sample)
{
	struct resident before;
	struct job job;

	job_start(&job, line, &before);
	crew_run(crew.nr, touch, &job);
	book_growth(line, &before, crew.nr, sample);
	if (line->way == &percpu_way)
		sample->value[METADATA][CPU_TIME] =
			metadata_bytes() / ((double)line->live * crew.nr);
	check(&job);
	job_end(&job);
}

/* All metadata there is, not only what the objects have added. */
void measure_metadata(const struct line *line, struct sample *sample)
{
	double served = (double)line->live * (double)line->size, metadata;
	struct resident before;
	struct job job;

	job_start(&job, line, &before);
	book_growth(line, &before, 1, sample);
	metadata = metadata_bytes();
	sample->value[METADATA][CPU_TIME] = metadata / (double)line->live;
	sample->value[METADATA_OF_ONE][CPU_TIME] = 100 * metadata / served;
	sample->value[METADATA_OF_USED][CPU_TIME] = 100 * metadata / (served * crew.nr);
	job_end(&job);
}
