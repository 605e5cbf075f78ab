/* SPDX-License-Identifier: MIT */
/* registry.c - see registry.h. */
#include "metrics/registry.h"
#include "calls/alloc.h"
#include "ground/mem.h"
#include "metrics/shape.h"

#include <errno.h>
#include <string.h>

uint32_t pcpu_family_words(const struct pcpu_family *family)
{
	return family->shape ? family->shape->last + 2 : 1;
}

/* --- finding --- */

static struct pcpu_family *find_family(const struct percpu_metrics *registry, const char *name,
				       size_t length)
{
	const uint64_t hash = pcpu_hash(0, name, length);
	struct pcpu_table_entry *entry = pcpu_table_first(&registry->families, hash);

	for (; entry; entry = pcpu_table_next(entry)) {
		struct pcpu_family *family = (struct pcpu_family *)entry;

		if (strlen(family->desc.name) == length && !memcmp(family->desc.name, name, length))
			return family;
	}
	return NULL;
}

static uint64_t hash_of(const struct pcpu_family *family, const struct pcpu_labels *labels)
{
	uint64_t hash = pcpu_hash(family->entry.hash, "", 1);

	for (unsigned int i = 0; i < 2 * labels->nr; i++)
		hash = pcpu_hash(hash, labels->text[i], strlen(labels->text[i]) + 1);
	return hash;
}

/* Whether the texts from the @first label's on, of which one is left out after each, are equal. */
static bool labels_equal(const struct pcpu_series *series, const struct pcpu_labels *labels,
			 unsigned int step)
{
	const char *text = series->labels;

	if (series->nr_labels != labels->nr)
		return false;
	for (unsigned int i = 0; i < 2 * labels->nr; i++) {
		if (i % step == 0 && strcmp(text, labels->text[i]) != 0)
			return false;
		text += strlen(text) + 1;
	}
	return true;
}

static struct pcpu_series *find_series(const struct percpu_metrics *registry,
				       const struct pcpu_family *family,
				       const struct pcpu_labels *labels)
{
	struct pcpu_table_entry *entry =
		pcpu_table_first(&registry->series, hash_of(family, labels));

	for (; entry; entry = pcpu_table_next(entry)) {
		struct pcpu_series *series = (struct pcpu_series *)entry;

		if (series->family == family && labels_equal(series, labels, 1))
			return series;
	}
	return NULL;
}

/* --- what goes with what --- */

static bool text_equal(const char *mine, const char *theirs)
{
	return !strcmp(mine, theirs ? theirs : "");
}

/* All else of a shape follows from these. */
static bool shapes_equal(const struct pcpu_family *family, const struct percpu_metric_desc *desc)
{
	const struct percpu_metric_shape *there = family->shape;
	struct percpu_metric_shape shape;

	return !there ||
	       (!pcpu_shape_init(&shape, desc) && shape.lowest_log2 == there->lowest_log2 &&
		shape.per_octave_log2 == there->per_octave_log2 && shape.last == there->last &&
		shape.sum_at == there->sum_at);
}

static const char *family_differs(const struct pcpu_family *family,
				  const struct pcpu_request *request)
{
	const struct percpu_metric_desc *desc = request->desc;

	if (family->type != request->type)
		return "its family is there with another type";
	if (!text_equal(family->desc.help, desc->help) ||
	    !text_equal(family->desc.unit, desc->unit))
		return "its family is there with another help or unit";
	if (family->desc.decimals != desc->decimals || !shapes_equal(family, desc))
		return "its family is there with other decimals or buckets";
	if (!labels_equal(family->first, &request->labels, 2))
		return "its family has other labels, or in another order";
	return NULL;
}

/* Whether a line of @family may be called by its name and @end, which has so many bytes. */
static bool has_line(const struct pcpu_family *family, const char *end)
{
	const char *suffix;

	for (unsigned int i = 0; (suffix = pcpu_type_suffix(family->type, i)); i++)
		if (!strcmp(suffix, end))
			return true;
	return false;
}

/* Whether there is a family with a line called @line. */
static bool is_line(const struct percpu_metrics *registry, const char *line)
{
	static const char *const ends[] = {"",       "_total", "_created", "_bucket",
					   "_count", "_sum",   "_info"};
	const size_t length = strlen(line);

	for (unsigned int i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const size_t end = strlen(ends[i]);
		const struct pcpu_family *family;

		if (length <= end || strcmp(line + length - end, ends[i]) != 0)
			continue;
		family = find_family(registry, line, length - end);
		if (family && has_line(family, ends[i]))
			return true;
	}
	return false;
}

/* Whether a line of a family of that name and type is one of another family's too. */
static bool clashes(const struct percpu_metrics *registry, enum percpu_metric_type type,
		    const char *name, size_t length)
{
	char line[PCPU_MOST_NAME + sizeof("_created")];
	const char *suffix;

	memcpy(line, name, length);
	for (unsigned int i = 0; (suffix = pcpu_type_suffix(type, i)); i++) {
		memcpy(line + length, suffix, strlen(suffix) + 1);
		if (is_line(registry, line))
			return true;
	}
	return false;
}

/* --- families --- */

/* @from, or "" for NULL, to *@to; behind it there is room. */
static const char *keep(char **to, const char *from, size_t length)
{
	char *text = *to;

	if (length)
		memcpy(text, from, length);
	text[length] = '\0';
	*to += length + 1;
	return text;
}

static size_t length_of(const char *text)
{
	return text ? strlen(text) : 0;
}

static void free_family(struct pcpu_family *family)
{
	pcpu_mem_free(family->shape, sizeof(*family->shape));
	pcpu_mem_free(family, family->size);
}

static struct pcpu_family *make_family(const struct pcpu_request *request)
{
	const struct percpu_metric_desc *desc = request->desc;
	const size_t name = pcpu_family_length(request->type, desc->name);
	const size_t help = length_of(desc->help), unit = length_of(desc->unit);
	struct pcpu_family *family = pcpu_mem_zalloc(sizeof(*family) + name + help + unit + 3);
	char *text;

	if (!family)
		return NULL;
	family->size = sizeof(*family) + name + help + unit + 3;
	family->type = request->type;
	family->desc = *desc;
	text = family->text;
	family->desc.name = keep(&text, desc->name, name);
	family->desc.help = keep(&text, desc->help, help);
	family->desc.unit = keep(&text, desc->unit, unit);
	family->entry.hash = pcpu_hash(0, family->desc.name, name);
	if (family->type != PERCPU_METRIC_HISTOGRAM)
		return family;
	family->shape = pcpu_mem_zalloc(sizeof(*family->shape));
	if (family->shape && !pcpu_shape_init(family->shape, desc))
		return family;
	free_family(family);
	return NULL;
}

static void link_family(struct percpu_metrics *registry, struct pcpu_family *family)
{
	if (registry->last)
		registry->last->next = family;
	else
		registry->first = family;
	registry->last = family;
	pcpu_table_add(&registry->families, &family->entry);
}

static void unlink_family(struct percpu_metrics *registry, struct pcpu_family *family)
{
	struct pcpu_family **link = &registry->first, *before = NULL;

	for (; *link != family; link = &before->next)
		before = *link;
	*link = family->next;
	if (registry->last == family)
		registry->last = before;
	pcpu_table_remove(&registry->families, &family->entry);
}

/* --- series --- */

static void free_series(struct pcpu_series *series)
{
	free_percpu(series->words);
	pcpu_mem_free(series, sizeof(*series) + series->labels_size);
}

static struct pcpu_series *make_record(struct pcpu_family *family,
				       const struct pcpu_request *request)
{
	const struct pcpu_labels *labels = &request->labels;
	struct pcpu_series *series;
	size_t size = 0;
	char *text;

	for (unsigned int i = 0; i < 2 * labels->nr; i++)
		size += strlen(labels->text[i]) + 1;
	series = pcpu_mem_zalloc(sizeof(*series) + size);
	if (!series)
		return NULL;
	series->family = family;
	series->entry.hash = hash_of(family, labels);
	series->read = request->read;
	series->arg = request->arg;
	series->nr_labels = labels->nr;
	series->labels_size = size;
	text = series->labels;
	for (unsigned int i = 0; i < 2 * labels->nr; i++)
		keep(&text, labels->text[i], strlen(labels->text[i]));
	return series;
}

static struct pcpu_series *make_series(struct pcpu_family *family,
				       const struct pcpu_request *request)
{
	struct pcpu_series *series = make_record(family, request);
	const size_t words = family->shape ? pcpu_shape_words(family->shape) : 1;

	if (!series || series->read || family->type == PERCPU_METRIC_INFO)
		return series;
	series->words = pcpu_alloc_for(words * sizeof(uint64_t), __alignof__(uint64_t), GFP_KERNEL,
				       request->caller);
	if (series->words)
		return series;
	free_series(series);
	return NULL;
}

static void link_series(struct percpu_metrics *registry, struct pcpu_series *series)
{
	struct pcpu_family *family = series->family;

	if (family->last)
		family->last->next = series;
	else
		family->first = series;
	family->last = series;
	pcpu_table_add(&registry->series, &series->entry);
	registry->nr_words += pcpu_family_words(family);
}

static void unlink_series(struct percpu_metrics *registry, struct pcpu_series *series)
{
	struct pcpu_family *family = series->family;
	struct pcpu_series **link = &family->first, *before = NULL;

	for (; *link != series; link = &before->next)
		before = *link;
	*link = series->next;
	if (family->last == series)
		family->last = before;
	pcpu_table_remove(&registry->series, &series->entry);
	registry->nr_words -= pcpu_family_words(family);
}

/* --- both --- */

/* The family of the request, which may be a new one that is in no list yet; or NULL, and why. */
static struct pcpu_family *family_for(struct percpu_metrics *registry,
				      const struct pcpu_request *request, int *err,
				      const char **wrong)
{
	const char *name = request->desc->name;
	const size_t length = pcpu_family_length(request->type, name);
	struct pcpu_family *family = find_family(registry, name, length);

	*err = -EEXIST;
	*wrong = family ? family_differs(family, request) : NULL;
	if (!family && clashes(registry, request->type, name, length))
		*wrong = "another family has lines of that name";
	if (*wrong)
		return NULL;
	if (family)
		return family;
	*err = -ENOMEM;
	*wrong = "no memory";
	return make_family(request);
}

static struct pcpu_series *add_new(struct percpu_metrics *registry, struct pcpu_family *family,
				   const struct pcpu_request *request)
{
	struct pcpu_series *series = NULL;

	if (!pcpu_table_reserve(&registry->families) && !pcpu_table_reserve(&registry->series))
		series = make_series(family, request);
	if (!series) {
		if (!family->first)
			free_family(family);
		return NULL;
	}
	if (!family->first)
		link_family(registry, family);
	link_series(registry, series);
	return series;
}

struct pcpu_series *pcpu_registry_add(struct percpu_metrics *registry,
				      const struct pcpu_request *request, int *err,
				      const char **wrong)
{
	struct pcpu_family *family = family_for(registry, request, err, wrong);
	struct pcpu_series *series;

	if (!family)
		return NULL;
	series = find_series(registry, family, &request->labels);
	if (series && (series->read || request->read)) {
		*err = -EEXIST;
		*wrong = "it is there, and one of the two has a function";
		return NULL;
	}
	*err = -ENOMEM;
	*wrong = "no memory";
	if (!series)
		series = add_new(registry, family, request);
	if (series)
		series->users++;
	return series;
}

static void drop(struct percpu_metrics *registry, struct pcpu_series *series)
{
	struct pcpu_family *family = series->family;

	unlink_series(registry, series);
	free_series(series);
	if (family->first)
		return;
	unlink_family(registry, family);
	free_family(family);
}

/* By its name, or by that of a counter's or an info's line. */
static struct pcpu_family *family_called(const struct percpu_metrics *registry, const char *name)
{
	struct pcpu_family *family = find_family(registry, name, strlen(name));

	if (!family)
		family = find_family(registry, name,
				     pcpu_family_length(PERCPU_METRIC_COUNTER, name));
	if (!family)
		family = find_family(registry, name, pcpu_family_length(PERCPU_METRIC_INFO, name));
	return family;
}

int pcpu_registry_remove(struct percpu_metrics *registry, const char *name,
			 const struct pcpu_labels *labels)
{
	struct pcpu_family *family = family_called(registry, name);
	struct pcpu_series *series = family ? find_series(registry, family, labels) : NULL;

	if (!series)
		return -ENOENT;
	if (--series->users == 0)
		drop(registry, series);
	return 0;
}

void pcpu_registry_clear(struct percpu_metrics *registry)
{
	while (registry->first)
		drop(registry, registry->first->first);
	pcpu_table_free(&registry->families);
	pcpu_table_free(&registry->series);
}
