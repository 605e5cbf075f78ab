/* SPDX-License-Identifier: MIT */
/*
 * collect.c - see collect.h.
 *
 * One CPU after the other, and in its unit one series after the other: they lie side by side there,
 * most of the time, and elsewhere in each unit. A CPU whose unit is not open has counted nothing.
 */
#include "metrics/collect.h"
#include "ground/mem.h"
#include "metrics/shape.h"

#include <percpu/open.h>
#include <percpu/access.h>

/* What is read in each unit, and where it is added. */
struct place {
	const uint64_t __percpu *words;
	uint64_t *to;
	uint32_t nr;
};

static void add_copy(const struct place *place, unsigned int cpu)
{
	const uint64_t *copy = per_cpu_ptr(place->words, cpu);

	for (uint32_t i = 0; i < place->nr; i++)
		place->to[i] += __atomic_load_n(&copy[i], __ATOMIC_RELAXED);
}

static void add_all_copies(const struct place *places, size_t nr)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (!percpu_unit_is_open(cpu))
			continue;
		for (size_t i = 0; i < nr; i++)
			add_copy(&places[i], cpu);
	}
}

void pcpu_collect_sum(const uint64_t __percpu *words, uint32_t nr, uint64_t *to)
{
	const struct place place = {.words = words, .to = to, .nr = nr};

	for (uint32_t i = 0; i < nr; i++)
		to[i] = 0;
	add_all_copies(&place, 1);
}

static void ask_function(struct pcpu_series *series, uint64_t *values)
{
	series->shown = series->read(series->arg, values);
}

/* Asks the functions, and notes where the others are counted. Returns how many these are. */
static size_t find_places(struct percpu_metrics *registry, struct place *places, uint64_t *values)
{
	size_t nr = 0;

	for (struct pcpu_family *family = registry->first; family; family = family->next)
		for (struct pcpu_series *series = family->first; series; series = series->next) {
			series->shown = true;
			if (series->read)
				ask_function(series, values);
			else if (series->words)
				places[nr++] = (struct place){
					series->words, values,
					family->shape ? pcpu_shape_words(family->shape) : 1};
			values += pcpu_family_words(family);
		}
	return nr;
}

/* One more than there are: of nothing there is no memory. */
static size_t size_of_values(const struct percpu_metrics *registry)
{
	return (registry->nr_words + 1) * sizeof(uint64_t);
}

uint64_t *pcpu_collect(struct percpu_metrics *registry)
{
	const size_t places_size = (registry->series.nr + 1) * sizeof(struct place);
	uint64_t *values = pcpu_mem_zalloc(size_of_values(registry));
	struct place *places = values ? pcpu_mem_zalloc(places_size) : NULL;

	if (!places) {
		pcpu_collect_free(registry, values);
		return NULL;
	}
	add_all_copies(places, find_places(registry, places, values));
	pcpu_mem_free(places, places_size);
	return values;
}

void pcpu_collect_free(const struct percpu_metrics *registry, uint64_t *values)
{
	pcpu_mem_free(values, size_of_values(registry));
}
