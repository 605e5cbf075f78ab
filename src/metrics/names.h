/* SPDX-License-Identifier: MIT */
/* names.h - what names, texts and labels may be, as OpenMetrics 1.0 has it. */
#ifndef PCPU_METRICS_NAMES_H
#define PCPU_METRICS_NAMES_H

#include <percpu/metrics.h>

#include <stdbool.h>
#include <stddef.h>

#define PCPU_MOST_LABELS 32u
#define PCPU_MOST_NAME 1024u /* bytes of a name */

/* Labels, name and value in turn. */
struct pcpu_labels {
	const char *text[2 * PCPU_MOST_LABELS];
	unsigned int nr; /* of pairs */
};

/* The length of a family's name: that of a counter ends before _total. */
size_t pcpu_family_length(enum percpu_metric_type type, const char *name);

/* What is wrong with the names and texts of @desc; NULL: nothing. */
const char *pcpu_desc_error(enum percpu_metric_type type, const struct percpu_metric_desc *desc);

/* Takes @list, which ends in NULL or is NULL, into @labels. NULL, or what is wrong with it. */
const char *pcpu_labels_take(struct pcpu_labels *labels, const char *const *list);

/* What is wrong with labels of a series of that type; NULL: nothing. */
const char *pcpu_labels_error(enum percpu_metric_type type, const struct pcpu_labels *labels);

/*
 * What lines of a family may have behind its name: the @i-th, or NULL where there are no more. ""
 * stands for the name itself.
 */
const char *pcpu_type_suffix(enum percpu_metric_type type, unsigned int i);

#endif /* PCPU_METRICS_NAMES_H */
