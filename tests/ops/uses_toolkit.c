/* SPDX-License-Identifier: MIT */
/*
 * uses_toolkit.c - the macros of sequence.h, and what is in line of freelist.h and pool.h, in a
 * program whose compiler is asked for every warning; as uses.c.
 */
#include <percpu/freelist.h>
#include <percpu/metrics.h>
#include <percpu/percpu.h>
#include <percpu/pool.h>
#include <percpu/sequence.h>

struct uses_job {
	struct uses_job *next;
	int number;
};
enum uses_state { USES_IDLE, USES_BUSY };
struct uses_area {
	long number;
	unsigned long count;
	struct uses_job *jobs;
	double real;
	struct percpu_freelist list;
	char bytes[32];
	long **places;
};
DEFINE_PER_CPU(struct uses_area, uses_static);

int uses_sequences(struct uses_area __percpu *area, struct uses_job *job, char *bytes);
int uses_sequences(struct uses_area __percpu *area, struct uses_job *job, char *bytes)
{
	const char *text = bytes;
	struct uses_job *old;
	int result = percpu_seq_store(area->number, 1);

	result |= percpu_seq_store(area->real, 1);
	result |= percpu_seq_store(area->jobs, NULL);
	result |= percpu_seq_add(area->count, 2);
	result |= percpu_seq_add(uses_static.number, -1);
	result |= percpu_seq_cmpeq_store(area->number, 1, result);
	result |= percpu_seq_cmpeq_store(area->jobs, NULL, job);
	result |= percpu_seq_cmpeq_cmpeq_store(area->number, 1, area->jobs, job, 2);
	result |= percpu_seq_cmpeq_store_store(area->jobs, job, area->count, 1, job->next);
	result |= percpu_seq_cmpeq_copy_in_store(area->number, 1, &area->bytes, text, 3, 2);
	result |= percpu_seq_cmpeq_copy_in_store(area->number, 1, &area->bytes[1], text, 3, 2);
	result |= percpu_seq_cmpeq_copy_out_store(area->number, 1, bytes, &area->bytes, 3u, 2);
	result |= percpu_seq_link_store(area->jobs, job, &job->next);
	result |= percpu_seq_cmpne_load_store(area->jobs, NULL, offsetof(struct uses_job, next),
					      &old);
	result |= percpu_seq_deref_add(area->places, 8, 1);
	if (percpu_seq_done(percpu_seq_add(area->count, percpu_seq_add(area->count, 1))))
		result |= old->number;
	return result | (percpu_seq_cpu(result) == 1);
}

struct percpu_freelist_node *uses_lists(struct percpu_freelist __percpu *list, void *nodes);
struct percpu_freelist_node *uses_lists(struct percpu_freelist __percpu *list, void *nodes)
{
	struct percpu_freelist_node *first, *node;

	if (percpu_freelist_populate(list, nodes, 64, 10))
		return percpu_freelist_pop(list);
	node = percpu_freelist_pop(&uses_static.list);
	percpu_freelist_push(list, percpu_freelist_pop_any(list));
	first = percpu_freelist_pop_all(list);
	percpu_freelist_refill(list, first, node);
	return percpu_freelist_is_empty(list, 1) ? percpu_freelist_steal(list, 1, 5) : node;
}

int uses_pools(void);
int uses_pools(void)
{
	struct percpu_pool *pool = percpu_pool_create("uses", sizeof(long), 0, 10);
	void *object;

	if (!pool)
		return -1;
	object = percpu_pool_get(pool);
	percpu_pool_put(pool, object);
	return percpu_pool_destroy(pool);
}

static bool uses_function(void *arg, uint64_t *words)
{
	*words = 1;
	return arg != words;
}

int uses_metrics(struct percpu_metrics *all, struct percpu_metric_desc *desc, uint64_t *words);
int uses_metrics(struct percpu_metrics *all, struct percpu_metric_desc *desc, uint64_t *words)
{
	static struct percpu_metric_counter counter;
	static struct percpu_metric_updown updown;
	static struct percpu_metric_gauge gauge;
	static struct percpu_metric_histogram histogram;
	int err = percpu_metrics_counter(all, &counter, desc);

	err |= percpu_metrics_counter(all, &counter, desc, "name", "value");
	err |= percpu_metrics_updown(all, &updown, desc, "name", "value");
	err |= percpu_metrics_gauge(all, &gauge, desc);
	err |= percpu_metrics_histogram(all, &histogram, desc);
	err |= percpu_metrics_info(all, desc, "name", "value");
	err |= percpu_metrics_function(all, PERCPU_METRIC_COUNTER, uses_function, words, desc);
	percpu_metric_inc(&counter);
	percpu_metric_add(&counter, 2);
	percpu_metric_updown_add(&updown, -1);
	percpu_metric_gauge_set(&gauge, -1);
	percpu_metric_gauge_add(&gauge, 1);
	percpu_metric_observe(&histogram, 1);
	words[0] = percpu_metric_counter_read(&counter);
	words[1] = percpu_metric_bucket_of(&histogram, percpu_metric_buckets(&histogram));
	return err | (percpu_metric_updown_read(&updown) < percpu_metric_gauge_read(&gauge)) |
	       percpu_metrics_print(all, PERCPU_METRICS_JSON, stdout);
}
