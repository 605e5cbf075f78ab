/* SPDX-License-Identifier: MIT */
/*
 * metrics_page.c - how long requests take, in a histogram, and the page with it, served by HTTP as
 * Prometheus asks for it; here the program asks itself, while it counts and when it is done.
 *
 *	$ cc -O2 metrics_page.c -lpercpu -o metrics_page && ./metrics_page
 *	half of 400000 requests took up to ... us, 99 of 100 up to ... us
 *	request_duration_seconds_bucket{le="..."} ...
 *	...
 *	request_duration_seconds_count 400000
 *	request_duration_seconds_sum ...
 *
 * Exits with 1 if the page does not have each of them. (metrics.c has the other types, and labels.)
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <percpu/metrics.h>
#include <percpu/percpu.h>

enum { THREADS = 4, REQUESTS_EACH = 100000 };

/* Counted in nanoseconds, shown in seconds: from 1 us to 17 s, 2 buckets for each doubling. */
static const struct percpu_metric_desc duration_desc = {
	.name = "request_duration_seconds",
	.help = "How long requests take.",
	.unit = "seconds",
	.decimals = 9,
	.per_octave = 2,
	.lowest = 1 << 10,
	.highest = (uint64_t)16 << 30,
	.exact_sum = true,
};
static struct percpu_metric_histogram duration;

/* Most take some 50 us, and one of a hundred a hundred times that. */
static uint64_t work(unsigned int request)
{
	return (40000 + request % 20000) * (request % 100 ? 1 : 100);
}

static void *serve(void *unused)
{
	for (unsigned int i = 0; i < REQUESTS_EACH; i++)
		percpu_metric_observe(&duration, work(i));
	return unused;
}

/* --- the page --- */

static int send_all(int to, const char *text, size_t length)
{
	while (length) {
		const ssize_t sent = send(to, text, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return -1;
		text += sent;
		length -= (size_t)sent;
	}
	return 0;
}

/* percpu_metrics_write() calls it with the whole page. */
static int send_page(void *client, const char *text, size_t length)
{
	char head[256];

	snprintf(head, sizeof(head),
		 "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		 "Connection: close\r\n\r\n",
		 PERCPU_METRICS_OPENMETRICS_TYPE, length);
	return send_all(*(int *)client, head, strlen(head)) ||
	       send_all(*(int *)client, text, length);
}

/* Answers whatever it is asked with the page, until the socket is shut down. */
static void *serve_pages(void *listener)
{
	char request[4096];
	int client;

	while ((client = accept(*(int *)listener, NULL, NULL)) >= 0) {
		if (recv(client, request, sizeof(request), 0) > 0)
			percpu_metrics_write(NULL, PERCPU_METRICS_OPENMETRICS, send_page, &client);
		close(client);
	}
	return NULL;
}

/* A socket at a free port of 127.0.0.1, which @at is set to; or -1. */
static int listen_anywhere(struct sockaddr_in *at)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(*at);

	*at = (struct sockaddr_in){.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (listener < 0 || bind(listener, (struct sockaddr *)at, size) || listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)at, &size))
		return -1;
	return listener;
}

/* --- who reads it --- */

/* The page as text, to be freed; what curl would be given. */
static char *ask_for_page(const struct sockaddr_in *at)
{
	static const char request[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
	const size_t room = 1 << 16;
	char *page = calloc(1, room);
	int server = socket(AF_INET, SOCK_STREAM, 0);
	size_t length = 0;
	ssize_t got = -1;

	if (page && !connect(server, (const struct sockaddr *)at, sizeof(*at)) &&
	    !send_all(server, request, sizeof(request) - 1))
		while ((got = recv(server, page + length, room - 1 - length, 0)) > 0)
			length += (size_t)got;
	close(server);
	if (got == 0 && strstr(page, "\n# EOF\n"))
		return page;
	free(page);
	return NULL;
}

/* The count on the page, which is the sum of all buckets; -1: there is none. */
static long count_on(const char *page)
{
	static const char name[] = "\nrequest_duration_seconds_count ";
	const char *line = page ? strstr(page, name) : NULL;

	return line ? atol(line + strlen(name)) : -1;
}

static void show(const char *page)
{
	uint64_t *words = calloc(percpu_metric_buckets(&duration) + 1, sizeof(*words));
	const char *line = strstr(page, "\nrequest_duration_seconds_bucket");

	if (words) {
		uint64_t count = percpu_metric_histogram_read(&duration, words);

		printf("half of %lu requests took up to %lu us, 99 of 100 up to %lu us\n",
		       (unsigned long)count,
		       (unsigned long)percpu_metric_quantile(&duration, words, 0.5) / 1000,
		       (unsigned long)percpu_metric_quantile(&duration, words, 0.99) / 1000);
	}
	if (line)
		printf("%.*s", (int)(strstr(line, "# EOF") - line - 1), line + 1);
	free(words);
}

int main(void)
{
	pthread_t threads[THREADS], pages;
	struct sockaddr_in at;
	char *page;
	int listener, failed;
	long before, after;

	if (percpu_metrics_histogram(NULL, &duration, &duration_desc))
		return 1;
	listener = listen_anywhere(&at);
	if (listener < 0 || pthread_create(&pages, NULL, serve_pages, &listener))
		return 1;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, serve, NULL))
			return 1;
	page = ask_for_page(&at);
	before = count_on(page);
	free(page);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);

	page = ask_for_page(&at);
	after = count_on(page);
	failed = before < 0 || before > after || after != THREADS * REQUESTS_EACH;
	if (page)
		show(page);
	free(page);
	shutdown(listener, SHUT_RDWR);
	pthread_join(pages, NULL);
	close(listener);
	return failed;
}
