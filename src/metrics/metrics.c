/* SPDX-License-Identifier: MIT */
/* metrics.c - what percpu/metrics.h declares. */
#include "ground/log.h"
#include "ground/mem.h"
#include "metrics/collect.h"
#include "metrics/formats.h"
#include "metrics/lock.h"
#include "metrics/registry.h"
#include "metrics/shape.h"

#include <percpu/metrics.h>

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

static struct percpu_metrics program_registry;

static struct percpu_metrics *registry_of(struct percpu_metrics *registry)
{
	return registry ? registry : &program_registry;
}

/* --- registries --- */

PERCPU_API struct percpu_metrics *percpu_metrics_create(void)
{
	return pcpu_mem_zalloc(sizeof(struct percpu_metrics));
}

PERCPU_API int percpu_metrics_destroy(struct percpu_metrics *registry)
{
	const int err = pcpu_metrics_lock();

	if (err)
		return err;
	pcpu_registry_clear(registry_of(registry));
	pcpu_metrics_unlock();
	pcpu_mem_free(registry, sizeof(*registry));
	return 0;
}

/* --- registering --- */

/* What is wrong with the request as such, whatever is registered. */
static const char *request_error(const struct pcpu_request *request)
{
	const char *wrong = pcpu_desc_error(request->type, request->desc);
	struct percpu_metric_shape shape;

	if (!wrong)
		wrong = pcpu_labels_error(request->type, &request->labels);
	if (!wrong && request->type == PERCPU_METRIC_HISTOGRAM)
		wrong = pcpu_shape_init(&shape, request->desc);
	return wrong;
}

/* A gauge is one word: the first CPU's copy. The others stay 0, so it is read like a counter. */
static int64_t *word_of_gauge(uint64_t __percpu *words)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		return (int64_t *)per_cpu_ptr(words, cpu);
	return NULL;
}

static void fill_handle(const struct pcpu_series *series, void *handle)
{
	switch (handle ? series->family->type : PERCPU_METRIC_INFO) {
	case PERCPU_METRIC_COUNTER:
	case PERCPU_METRIC_UPDOWN:
		((struct percpu_metric_counter *)handle)->value = series->words;
		break;
	case PERCPU_METRIC_GAUGE:
		((struct percpu_metric_gauge *)handle)->value = word_of_gauge(series->words);
		break;
	case PERCPU_METRIC_HISTOGRAM:
		*(struct percpu_metric_histogram *)handle = (struct percpu_metric_histogram){
			.buckets = series->words, .shape = series->family->shape};
		break;
	case PERCPU_METRIC_INFO:
		break;
	}
}

static int say(const struct pcpu_request *request, int err, const char *wrong)
{
	const char *name = request->desc ? request->desc->name : NULL;

	if (wrong)
		pcpu_log(PERCPU_LOG_WARNING, "metric %s is not registered: %s",
			 name ? name : "without a name", wrong);
	return err;
}

static int add(struct percpu_metrics *registry, const struct pcpu_request *request, void *handle)
{
	const char *wrong = request_error(request);
	const struct pcpu_series *series;
	int err;

	if (wrong)
		return say(request, -EINVAL, wrong);
	err = pcpu_metrics_lock();
	if (err)
		return say(request, err,
			   err == -EDEADLK ? "by a function of a metric" : "no memory");
	series = pcpu_registry_add(registry_of(registry), request, &err, &wrong);
	if (series)
		fill_handle(series, handle);
	pcpu_metrics_unlock();
	return series ? 0 : say(request, err, wrong);
}

static int add_with(struct percpu_metrics *registry, struct pcpu_request *request,
		    const char *const *labels, void *handle)
{
	const char *wrong = pcpu_labels_take(&request->labels, labels);

	return wrong ? say(request, -EINVAL, wrong) : add(registry, request, handle);
}

PERCPU_API int percpu_metrics_register(struct percpu_metrics *registry,
				       enum percpu_metric_type type,
				       const struct percpu_metric_desc *desc,
				       const char *const *labels, void *handle)
{
	struct pcpu_request request = {
		.type = type, .desc = desc, .caller = __builtin_return_address(0)};

	return add_with(registry, &request, labels, handle);
}

PERCPU_API int percpu_metrics_register_function(struct percpu_metrics *registry,
						enum percpu_metric_type type,
						const struct percpu_metric_desc *desc,
						const char *const *labels,
						percpu_metric_read_t read, void *arg)
{
	struct pcpu_request request = {.type = type, .desc = desc, .read = read, .arg = arg};

	if (!read)
		return say(&request, -EINVAL, "no function");
	return add_with(registry, &request, labels, NULL);
}

/* As pcpu_labels_take() does of a list: a name at the end that has no value is none as well. */
static void list_labels(va_list args, const char *list[2 * PCPU_MOST_LABELS + 3])
{
	unsigned int nr = 0;

	do
		list[nr] = va_arg(args, const char *);
	while (list[nr++] && nr < 2 * PCPU_MOST_LABELS + 2);
	list[nr] = NULL;
}

PERCPU_API int __percpu_metrics_register(struct percpu_metrics *registry,
					 enum percpu_metric_type type, void *handle,
					 const struct percpu_metric_desc *desc, ...)
{
	struct pcpu_request request = {
		.type = type, .desc = desc, .caller = __builtin_return_address(0)};
	const char *labels[2 * PCPU_MOST_LABELS + 3];
	va_list args;

	va_start(args, desc);
	list_labels(args, labels);
	va_end(args);
	return add_with(registry, &request, labels, handle);
}

PERCPU_API int __percpu_metrics_register_function(struct percpu_metrics *registry,
						  enum percpu_metric_type type,
						  percpu_metric_read_t read, void *arg,
						  const struct percpu_metric_desc *desc, ...)
{
	const char *labels[2 * PCPU_MOST_LABELS + 3];
	va_list args;

	va_start(args, desc);
	list_labels(args, labels);
	va_end(args);
	return percpu_metrics_register_function(registry, type, desc, labels, read, arg);
}

PERCPU_API int percpu_metrics_unregister(struct percpu_metrics *registry, const char *name,
					 const char *const *labels)
{
	struct pcpu_labels taken;
	int err;

	if (!name || pcpu_labels_take(&taken, labels))
		return -EINVAL;
	err = pcpu_metrics_lock();
	if (err)
		return err;
	err = pcpu_registry_remove(registry_of(registry), name, &taken);
	pcpu_metrics_unlock();
	return err;
}

/* --- pages --- */

/* *@err is 0 or -ENOMEM. With the lock. */
static char *make_page(struct percpu_metrics *registry, enum percpu_metrics_format format,
		       size_t *length, int *err)
{
	uint64_t *values = pcpu_collect(registry);
	struct pcpu_page page = {.text = NULL};
	char *text = NULL;

	if (values) {
		if (format == PERCPU_METRICS_JSON)
			pcpu_write_json(&page, registry, values);
		else
			pcpu_write_openmetrics(&page, registry, values);
		pcpu_collect_free(registry, values);
		text = pcpu_page_end(&page, length);
	}
	*err = text ? 0 : -ENOMEM;
	return text;
}

static char *page_of(struct percpu_metrics *registry, enum percpu_metrics_format format,
		     size_t *length, int *err)
{
	char *text;

	*err = pcpu_metrics_lock();
	if (*err)
		return NULL;
	text = make_page(registry_of(registry), format, length, err);
	pcpu_metrics_unlock();
	return text;
}

PERCPU_API char *percpu_metrics_text(struct percpu_metrics *registry,
				     enum percpu_metrics_format format, size_t *length)
{
	size_t unwanted;
	int err;
	char *text = page_of(registry, format, length ? length : &unwanted, &err);

	if (!text)
		errno = -err;
	return text;
}

PERCPU_API int percpu_metrics_write(struct percpu_metrics *registry,
				    enum percpu_metrics_format format,
				    int (*write)(void *arg, const char *text, size_t length),
				    void *arg)
{
	size_t length;
	int err;
	char *text = page_of(registry, format, &length, &err);

	if (!text)
		return err;
	err = write(arg, text, length);
	free(text);
	return err;
}

static int write_to_file(void *file, const char *text, size_t length)
{
	return fwrite(text, 1, length, file) == length && fflush(file) == 0 ? 0 : -EIO;
}

PERCPU_API int percpu_metrics_print(struct percpu_metrics *registry,
				    enum percpu_metrics_format format, FILE *file)
{
	return percpu_metrics_write(registry, format, write_to_file, file);
}

/* --- handles of histograms --- */

PERCPU_API uint64_t percpu_metric_bucket_bound(const struct percpu_metric_histogram *histogram,
					       unsigned int i)
{
	return i < histogram->shape->last ? pcpu_shape_highest(histogram->shape, i) : UINT64_MAX;
}

static uint64_t count_of(const struct percpu_metric_shape *shape, const uint64_t *words)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i <= shape->last; i++)
		count += words[i];
	return count;
}

PERCPU_API uint64_t percpu_metric_histogram_read(const struct percpu_metric_histogram *histogram,
						 uint64_t *words)
{
	const struct percpu_metric_shape *shape = histogram->shape;

	pcpu_collect_sum(histogram->buckets, pcpu_shape_words(shape), words);
	words[shape->last + 1] = pcpu_shape_sum(shape, words);
	return count_of(shape, words);
}

PERCPU_API uint64_t percpu_metric_quantile(const struct percpu_metric_histogram *histogram,
					   const uint64_t *words, double q)
{
	const struct percpu_metric_shape *shape = histogram->shape;
	const uint64_t count = count_of(shape, words);
	uint64_t so_far = 0;

	if (!count)
		return 0;
	for (uint32_t i = 0; i < shape->last; i++) {
		so_far += words[i];
		if (so_far && (double)so_far >= q * (double)count)
			return pcpu_shape_highest(shape, i);
	}
	return UINT64_MAX;
}
