/* SPDX-License-Identifier: MIT */
/* What the three ways of counting share. */
#include "counters.h"

#include <stddef.h>
#include <string.h>

const struct counter_ops *counters_by_name(const char *name)
{
	static const struct counter_ops *const all[] = {&counters_percpu, &counters_atomic,
							&counters_mutex, &counters_none};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i]->name, name))
			return all[i];
	return NULL;
}

const char *status_class_name(unsigned int status_class)
{
	static const char *const names[STATUS_CLASSES] = {"2xx", "3xx", "4xx", "5xx"};

	return names[status_class];
}

void counts_add_answer(struct counts *sum, const struct answer *answer)
{
	sum->requests++;
	sum->body_bytes += answer->body_bytes;
	sum->by_class[answer->status_class]++;
	sum->by_latency[answer->latency_bucket]++;
	sum->latency_ns += answer->latency_ns;
}

void counts_add(struct counts *sum, const struct counts *part)
{
	sum->requests += part->requests;
	sum->body_bytes += part->body_bytes;
	for (int i = 0; i < STATUS_CLASSES; i++)
		sum->by_class[i] += part->by_class[i];
	for (int i = 0; i < LATENCY_BUCKETS; i++)
		sum->by_latency[i] += part->by_latency[i];
	sum->latency_ns += part->latency_ns;
}

bool counts_equal(const struct counts *a, const struct counts *b)
{
	return !memcmp(a, b, sizeof(*a));
}
