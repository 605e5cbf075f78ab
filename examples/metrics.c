/* SPDX-License-Identifier: MIT */
/*
 * metrics.c - a server's numbers, with names: counters by method, connections, a histogram of how
 * long requests took, and the page that Prometheus reads.
 *
 *	$ cc -O2 metrics.c -lpercpu -o metrics && ./metrics
 *	# TYPE http_requests counter
 *	# HELP http_requests Requests answered.
 *	http_requests_total{method="GET"} 180000
 *	http_requests_total{method="POST"} 20000
 *	...
 *	http_request_duration_seconds_count 200000
 *	...
 *	# EOF
 *
 * Exits with 1 if one is missing. (metrics_page.c serves such a page.)
 */
#include <percpu/metrics.h>
#include <percpu/percpu.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

static const struct percpu_metric_desc requests_desc = {
	.name = "http_requests",
	.help = "Requests answered.",
};
static const struct percpu_metric_desc connections_desc = {
	.name = "http_connections",
	.help = "Connections that are open.",
};
/* Counted in nanoseconds, shown in seconds: from 1 us to 17 s, with 4 buckets for each doubling. */
static const struct percpu_metric_desc duration_desc = {
	.name = "http_request_duration_seconds",
	.help = "From a request's first byte to its answer's last.",
	.unit = "seconds",
	.decimals = 9,
	.lowest = 1 << 10,
	.highest = (uint64_t)16 << 30,
	.exact_sum = true,
};
static const struct percpu_metric_desc build_desc = {.name = "server_build"};

static struct percpu_metric_counter gets, posts;
static struct percpu_metric_updown connections;
static struct percpu_metric_histogram duration;

/* Once, before there is anything to count. */
static int register_all(void)
{
	int err = percpu_metrics_counter(NULL, &gets, &requests_desc, "method", "GET");

	if (!err)
		err = percpu_metrics_counter(NULL, &posts, &requests_desc, "method", "POST");
	if (!err)
		err = percpu_metrics_updown(NULL, &connections, &connections_desc);
	if (!err)
		err = percpu_metrics_histogram(NULL, &duration, &duration_desc);
	if (!err)
		err = percpu_metrics_info(NULL, &build_desc, "version", "1.2");
	return err;
}

static void *serve(void *arg)
{
	(void)arg;
	percpu_metric_updown_add(&connections, 1);
	for (unsigned int i = 0; i < 100000; i++) {
		percpu_metric_inc(i % 10 ? &gets : &posts);
		percpu_metric_observe(&duration, 50000 + i);
	}
	percpu_metric_updown_add(&connections, -1);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];

	if (register_all())
		return 1;
	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, serve, NULL))
			return 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	if (percpu_metrics_print(NULL, PERCPU_METRICS_OPENMETRICS, stdout))
		return 1;
	return percpu_metric_counter_read(&gets) != 180000 ||
	       percpu_metric_updown_read(&connections) != 0;
}
