/* SPDX-License-Identifier: MIT */
/*
 * registry.h - families and their series. All of it is under the lock of metrics/lock.h.
 */
#ifndef PCPU_METRICS_REGISTRY_H
#define PCPU_METRICS_REGISTRY_H

#include "metrics/names.h"
#include "metrics/table.h"

#include <percpu/metrics.h>

#include <stdbool.h>

struct pcpu_series {
	struct pcpu_table_entry entry; /* by family and labels */
	struct pcpu_series *next;      /* of the family */
	struct pcpu_family *family;
	uint64_t __percpu *words; /* NULL: of an info, or with a function */
	percpu_metric_read_t read;
	void *arg;
	unsigned long users; /* how often it has been registered */
	bool shown;          /* on the page that is being made */
	unsigned int nr_labels;
	size_t labels_size;
	char labels[]; /* names and values in turn, each with its zero */
};

struct pcpu_family {
	struct pcpu_table_entry entry; /* by name */
	struct pcpu_family *next;
	struct pcpu_series *first, *last; /* in the order in which they were registered */
	enum percpu_metric_type type;
	struct percpu_metric_desc desc;    /* its texts are in text[]; help and unit "", not NULL */
	struct percpu_metric_shape *shape; /* of histograms */
	size_t size;                       /* of this record */
	char text[];
};

struct percpu_metrics {
	struct pcpu_family *first, *last; /* in the order in which they were registered */
	struct pcpu_table families, series;
	size_t nr_words; /* what values all series have */
};

/* How many words a value of the family has. */
uint32_t pcpu_family_words(const struct pcpu_family *family);

/* What is to be registered. */
struct pcpu_request {
	enum percpu_metric_type type;
	const struct percpu_metric_desc *desc;
	struct pcpu_labels labels;
	percpu_metric_read_t read; /* NULL: it is counted */
	void *arg;
	const void *caller;
};

/*
 * The series, which may have been there before. NULL: *@err is -EEXIST or -ENOMEM, *@wrong says
 * why, and nothing has changed.
 */
struct pcpu_series *pcpu_registry_add(struct percpu_metrics *registry,
				      const struct pcpu_request *request, int *err,
				      const char **wrong);

/* One user less of the series with these labels in the family @name. 0 or -ENOENT. */
int pcpu_registry_remove(struct percpu_metrics *registry, const char *name,
			 const struct pcpu_labels *labels);

/* Frees all that is in it. */
void pcpu_registry_clear(struct percpu_metrics *registry);

#endif /* PCPU_METRICS_REGISTRY_H */
