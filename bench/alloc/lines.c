// SPDX-License-Identifier: MIT
#include "alloc/lines.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <percpu/percpu.h>

#define MANY_POSSIBLE 256
#define MOST_POSSIBLE 4096

/* A slot a possible CPU: on a machine with many CPUs a million arrays are more than it has. */
#define MAX_ARRAY_BYTES ((size_t)1 << 30)

const char *const free_order_names[NR_FREE_ORDERS] = {
	[IN_ORDER] = "in_order",
	[EVERY_OTHER] = "every_other",
	[REVERSE] = "reverse",
};

const struct effort full_effort = {
	.many = 1000000,
	.few = 10000,
	.array = 10000,
	.pair_us = 20000,
	.rounds = {[KIND_LIVE] = 5, [KIND_PAIR] = 31, [KIND_MEMORY] = 3, [KIND_METADATA] = 3},
};

const struct effort quick_effort = {
	.many = 100000,
	.few = 10000,
	.array = 1000,
	.pair_us = 2000,
	.rounds = {[KIND_LIVE] = 1, [KIND_PAIR] = 5, [KIND_MEMORY] = 1, [KIND_METADATA] = 1},
	.quick = true,
};

const struct effort sweep_effort = {
	.many = 1000000,
	.few = 1000,
	.array = 100000,
	.pair_us = 5000,
	.rounds = {[KIND_LIVE] = 7, [KIND_PAIR] = 15, [KIND_MEMORY] = 5},
	.sweep = true,
};

const struct effort quick_sweep_effort = {
	.many = 10000,
	.few = 1000,
	.array = 1000,
	.pair_us = 200,
	.rounds = {[KIND_LIVE] = 1, [KIND_PAIR] = 1, [KIND_MEMORY] = 1},
	.quick = true,
	.sweep = true,
};

static const size_t live_sizes[] = {4, 16, 64, 256, 1024};
#define WRITTEN_SIZE 16

struct selection {
	const struct effort *effort;
	const char *filter;
	struct lines *lines;
};

static void add(struct selection *selection, const struct line *line)
{
	struct lines *lines = selection->lines;

	if (selection->filter && !strstr(line->name, selection->filter))
		return;
	if (lines->nr == sizeof(lines->line) / sizeof(lines->line[0]))
		errx(EXIT_FAILURE, "no room for line %s", line->name);
	lines->line[lines->nr++] = *line;
}

static size_t affordable(const struct way *way, size_t live, size_t size)
{
	size_t most = MAX_ARRAY_BYTES / ((size + 64) * nr_cpu_ids);

	return way == &array_way && live > most ? most : live;
}

/* @written: ordinary use, so that later passes find memory to clear. */
static void add_live(struct selection *selection, const struct way *way, size_t size,
		     enum free_order order, bool many, bool written)
{
	size_t live = many ? selection->effort->many : selection->effort->few;
	struct line line = {
		.kind = KIND_LIVE,
		.way = way,
		.size = size,
		.live = affordable(way, live, size),
		.order = order,
		.written = written,
		.threads = 1,
	};

	snprintf(line.name, sizeof(line.name), "live/%s/%zu/%s/%s%s", way->name, size,
		 free_order_names[order], many ? "many" : "few", written ? "/written" : "");
	add(selection, &line);
}

/* Lines that are compared stand together, so that they are measured close to each other in time. */
static void add_live_of_size(struct selection *selection, size_t size)
{
	for (int order = 0; order < NR_FREE_ORDERS; order++) {
		add_live(selection, &percpu_way, size, order, true, false);
		add_live(selection, &percpu_way, size, order, false, false);
	}
	if (size == WRITTEN_SIZE) {
		add_live(selection, &percpu_way, size, IN_ORDER, true, true);
		add_live(selection, &percpu_way, size, IN_ORDER, false, true);
	}
	add_live(selection, &malloc_way, size, IN_ORDER, true, false);
	add_live(selection, &array_way, size, IN_ORDER, true, false);
}

static void add_pair(struct selection *selection, const struct way *way, bool written,
		     unsigned int threads, unsigned int possible)
{
	struct line line = {
		.kind = KIND_PAIR,
		.way = way,
		.size = PAIR_SIZE,
		.written = written,
		.threads = threads,
		.possible = possible,
	};

	char with[32] = "";

	if (possible)
		snprintf(with, sizeof(with), "/possible%u", possible);
	snprintf(line.name, sizeof(line.name), "pair/%s/%s%s%s", way->name,
		 written ? "written" : "untouched", with, threads > 1 ? "/threads2" : "");
	add(selection, &line);
}

static void add_pairs(struct selection *selection, bool written)
{
	add_pair(selection, &percpu_way, written, 1, 0);
	add_pair(selection, &percpu_way, written, 1, MANY_POSSIBLE);
	add_pair(selection, &percpu_way, written, 1, MOST_POSSIBLE);
	add_pair(selection, &percpu_way, written, 2, 0);
	add_pair(selection, &malloc_way, written, 1, 0);
	add_pair(selection, &malloc_way, written, 2, 0);
	add_pair(selection, &calloc_way, written, 1, 0);
	add_pair(selection, &array_way, written, 1, 0);
	add_pair(selection, &array_way, written, 1, MANY_POSSIBLE);
	add_pair(selection, &array_way, written, 2, 0);
}

static void add_space(struct selection *selection, enum kind kind, const char *name,
		      const struct line *conditions)
{
	struct line line = *conditions;

	line.kind = kind;
	line.threads = 1;
	snprintf(line.name, sizeof(line.name), "%s", name);
	add(selection, &line);
}

static const struct way *const swept_ways[] = {&percpu_way, &malloc_way, &jemalloc_way, &array_way};
#define NR_SWEPT_WAYS (sizeof(swept_ways) / sizeof(swept_ways[0]))

/* Arrays of so many CPUs, no more than @most_bytes of them. */
static size_t affordable_among(const struct way *way, size_t live, size_t possible,
			       size_t most_bytes)
{
	size_t most = most_bytes / (possible * 2 * 64);

	return way == &array_way && live > most ? most : live;
}

static void add_swept(struct selection *selection, struct line line, size_t at)
{
	if (line.way->open && !line.way->open())
		return;
	line.threads = 1;
	snprintf(line.name, sizeof(line.name), "%s/%s/%zu", line.curve, line.way->name, at);
	add(selection, &line);
}

static void sweep_live(struct selection *selection)
{
	const struct effort *effort = selection->effort;

	for (size_t live = effort->few; live <= effort->many; live *= 10) {
		for (size_t i = 0; i < NR_SWEPT_WAYS; i++) {
			struct line line = {
				.kind = KIND_LIVE,
				.way = swept_ways[i],
				.size = WRITTEN_SIZE,
				.live = affordable(swept_ways[i], live, WRITTEN_SIZE),
				.curve = "alloc-live",
			};

			if (line.live == live)
				add_swept(selection, line, live);
		}
	}
}

/* The machine's own CPUs, and then powers of four. */
static size_t next_possible(size_t possible)
{
	size_t next = 16;

	while (next <= possible)
		next *= 4;
	return next;
}

static void sweep_pairs(struct selection *selection)
{
	for (size_t possible = nr_cpu_ids; possible <= MOST_POSSIBLE;
	     possible = next_possible(possible)) {
		for (size_t i = 0; i < NR_SWEPT_WAYS; i++)
			add_swept(selection,
				  (struct line){
					  .kind = KIND_PAIR,
					  .way = swept_ways[i],
					  .size = PAIR_SIZE,
					  .possible = (unsigned int)possible,
					  .curve = "alloc-possible",
				  },
				  possible);
	}
}

#define MAX_SWEPT_BYTES ((size_t)1 << 27)

static void sweep_memory(struct selection *selection)
{
	const struct way *const ways[] = {&percpu_way, &array_way};

	for (size_t possible = nr_cpu_ids; possible <= MOST_POSSIBLE;
	     possible = next_possible(possible)) {
		for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			add_swept(
				selection,
				(struct line){
					.kind = KIND_MEMORY,
					.way = ways[i],
					.size = 8,
					.live = affordable_among(ways[i], selection->effort->array,
								 possible, MAX_SWEPT_BYTES),
					.possible = (unsigned int)possible,
					.curve = "memory-possible",
				},
				possible);
	}
}

static void sweep(struct selection *selection)
{
	sweep_live(selection);
	sweep_pairs(selection);
	sweep_memory(selection);
}

void lines_select(struct lines *lines, const struct effort *effort, const char *filter)
{
	struct selection selection = {effort, filter, lines};
	const struct line counters = {
		.way = &percpu_way, .size = 8, .live = effort->many, .possible = MANY_POSSIBLE};
	const struct line array = {
		.way = &array_way, .size = 8, .live = effort->array, .possible = MANY_POSSIBLE};
	const struct line untouched = {.way = &percpu_way, .size = 16, .live = effort->many};

	lines->nr = 0;
	if (effort->sweep) {
		sweep(&selection);
		return;
	}
	for (size_t i = 0; i < sizeof(live_sizes) / sizeof(live_sizes[0]); i++)
		add_live_of_size(&selection, live_sizes[i]);
	add_pairs(&selection, false);
	add_pairs(&selection, true);
	add_space(&selection, KIND_MEMORY, "memory/percpu/possible256", &counters);
	add_space(&selection, KIND_MEMORY, "memory/array/possible256", &array);
	add_space(&selection, KIND_METADATA, "metadata/percpu", &untouched);
}

const struct line *lines_find(const struct lines *lines, const char *name)
{
	for (size_t i = 0; i < lines->nr; i++) {
		if (!strcmp(lines->line[i].name, name))
			return &lines->line[i];
	}
	return NULL;
}

static void describe_conditions(const struct line *line, FILE *stream)
{
	static const char *const orders[NR_FREE_ORDERS] = {
		[IN_ORDER] = "in the order of their allocation",
		[EVERY_OTHER] = "every other one first, then the rest",
		[REVERSE] = "in reverse",
	};

	switch (line->kind) {
	case KIND_LIVE:
		fprintf(stream, "%zu objects of %zu bytes, %s, freed %s", line->live, line->size,
			line->written ? "written for each used CPU" : "untouched",
			orders[line->order]);
		break;
	case KIND_PAIR:
		fprintf(stream, "an object of %zu bytes, %s before it is freed, %u thread%s",
			line->size, line->written ? "written for each used CPU" : "untouched",
			line->threads, line->threads > 1 ? "s at once" : "");
		break;
	case KIND_MEMORY:
		fprintf(stream, "%zu counters of %zu bytes, each used on every used CPU",
			line->live, line->size);
		break;
	default:
		fprintf(stream, "%zu objects of %zu bytes, untouched", line->live, line->size);
	}
}

void line_describe(const struct line *line, FILE *stream)
{
	describe_conditions(line, stream);
	if (line->possible)
		fprintf(stream, ", at least %u CPUs possible", line->possible);
	fprintf(stream, "; %s", line->way->description);
}
