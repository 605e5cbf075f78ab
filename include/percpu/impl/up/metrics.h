/* SPDX-License-Identifier: MIT */
/*
 * up/metrics.h - metrics.h with PERCPU_UP: there is no library, which is where registries and pages
 * are, so nothing is registered, and all calls say so.
 */
#ifndef PERCPU_UP_METRICS_H
#define PERCPU_UP_METRICS_H

#include <percpu/impl/up/log.h>
#include <percpu/metrics.h>

#include <errno.h>

#include <percpu/impl/begin.h>

__pcpu_inline int __percpu_up_no_metrics(void)
{
	__percpu_up_say(PERCPU_LOG_WARNING, "there are no metrics with PERCPU_UP");
	return -EOPNOTSUPP;
}

/* It stays as it is; compilers that knew would warn of updates, which are not reached. */
__pcpu_inline int __percpu_up_no_handle(void *handle)
{
	int error = __percpu_up_no_metrics();

	__asm__ volatile("" : "+r"(error) : "r"(handle) : "memory");
	return error;
}

PERCPU_API struct percpu_metrics *percpu_metrics_create(void)
{
	__percpu_up_no_metrics();
	return NULL;
}

PERCPU_API int percpu_metrics_destroy(struct percpu_metrics *registry)
{
	(void)registry;
	return 0;
}

PERCPU_API int percpu_metrics_register(struct percpu_metrics *registry,
				       enum percpu_metric_type type,
				       const struct percpu_metric_desc *desc,
				       const char *const *labels, void *handle)
{
	(void)registry, (void)type, (void)desc, (void)labels;
	return __percpu_up_no_handle(handle);
}

PERCPU_API int percpu_metrics_register_function(struct percpu_metrics *registry,
						enum percpu_metric_type type,
						const struct percpu_metric_desc *desc,
						const char *const *labels,
						percpu_metric_read_t read, void *arg)
{
	(void)registry, (void)type, (void)desc, (void)labels, (void)read, (void)arg;
	return __percpu_up_no_metrics();
}

PERCPU_API int percpu_metrics_unregister(struct percpu_metrics *registry, const char *name,
					 const char *const *labels)
{
	(void)registry, (void)name, (void)labels;
	return -ENOENT;
}

PERCPU_API int __percpu_metrics_register(struct percpu_metrics *registry,
					 enum percpu_metric_type type, void *handle,
					 const struct percpu_metric_desc *desc, ...)
{
	(void)registry, (void)type, (void)desc;
	return __percpu_up_no_handle(handle);
}

PERCPU_API int __percpu_metrics_register_function(struct percpu_metrics *registry,
						  enum percpu_metric_type type,
						  percpu_metric_read_t read, void *arg,
						  const struct percpu_metric_desc *desc, ...)
{
	(void)registry, (void)type, (void)read, (void)arg, (void)desc;
	return __percpu_up_no_metrics();
}

PERCPU_API char *percpu_metrics_text(struct percpu_metrics *registry,
				     enum percpu_metrics_format format, size_t *length)
{
	(void)registry, (void)format, (void)length;
	errno = EOPNOTSUPP;
	return NULL;
}

PERCPU_API int percpu_metrics_write(struct percpu_metrics *registry,
				    enum percpu_metrics_format format,
				    int (*write)(void *arg, const char *text, size_t length),
				    void *arg)
{
	(void)registry, (void)format, (void)write, (void)arg;
	return -EOPNOTSUPP;
}

PERCPU_API int percpu_metrics_print(struct percpu_metrics *registry,
				    enum percpu_metrics_format format, FILE *file)
{
	(void)registry, (void)format, (void)file;
	return -EOPNOTSUPP;
}

/* Of handles, which nobody has. */
PERCPU_API uint64_t percpu_metric_bucket_bound(const struct percpu_metric_histogram *histogram,
					       unsigned int i)
{
	(void)histogram, (void)i;
	return UINT64_MAX;
}

PERCPU_API uint64_t percpu_metric_histogram_read(const struct percpu_metric_histogram *histogram,
						 uint64_t *words)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i <= histogram->shape->last; i++)
		count += words[i] = *per_cpu_ptr(&histogram->buckets[i], 0);
	words[histogram->shape->last + 1] =
		histogram->shape->sum_at
			? *per_cpu_ptr(&histogram->buckets[histogram->shape->sum_at], 0)
			: 0;
	return count;
}

PERCPU_API uint64_t percpu_metric_quantile(const struct percpu_metric_histogram *histogram,
					   const uint64_t *words, double q)
{
	(void)histogram, (void)words, (void)q;
	return 0;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_METRICS_H */
