/* SPDX-License-Identifier: MIT */
/* The application: which path gets which answer, and when an answer is counted. */
#include "app.h"

#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "tally.h"

struct page {
	const char *path;
	unsigned int status;
	const char *body;
	const char *location; /* where a redirect leads, or NULL */
	const char *allow;    /* the methods that a 405 has to name, or NULL */
};

static const struct page pages[] = {
	{.path = "/",
	 .status = MHD_HTTP_OK,
	 .body = "This server counts its requests in per-CPU variables. See /metrics.\n"},
	{.path = "/hello", .status = MHD_HTTP_OK, .body = "Hello\n"},
	{.path = "/moved",
	 .status = MHD_HTTP_FOUND,
	 .body = "Moved to /hello\n",
	 .location = "/hello"},
	{.path = "/fail",
	 .status = MHD_HTTP_INTERNAL_SERVER_ERROR,
	 .body = "This page always fails\n"},
};
static const struct page not_found = {.status = MHD_HTTP_NOT_FOUND, .body = "No such page\n"};
static const struct page not_allowed = {
	.status = MHD_HTTP_METHOD_NOT_ALLOWED, .body = "Only GET and HEAD\n", .allow = "GET, HEAD"};

/* One request on its way. */
struct request {
	uint64_t start_ns;
	uint64_t body_bytes;
	unsigned int status; /* 0: nothing to count */
	bool headers_seen;
};

void *app_begin(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct request *request = calloc(1, sizeof(*request));

	(void)cls;
	(void)uri;
	(void)connection;
	if (request)
		request->start_ns = clock_now_ns();
	return request;
}

static const struct page *page_for(const char *url, bool readable)
{
	if (!readable)
		return &not_allowed;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (!strcmp(pages[i].path, url))
			return &pages[i];
	return &not_found;
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
	return !value || MHD_add_response_header(response, name, value) == MHD_YES;
}

/* Queues @response, whatever it is, and drops the caller's hold on it. */
static enum MHD_Result send_response(struct app *app, struct MHD_Connection *connection,
				     unsigned int status, const char *type,
				     struct MHD_Response *response)
{
	const char *close = atomic_load(&app->draining) ? "close" : NULL;
	enum MHD_Result queued = MHD_NO;

	if (add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) &&
	    add_header(response, MHD_HTTP_HEADER_CONNECTION, close))
		queued = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result send_page(struct app *app, struct MHD_Connection *connection,
				 const struct page *page)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(page->body), (void *)page->body, MHD_RESPMEM_PERSISTENT);

	if (!response)
		return MHD_NO;
	if (!add_header(response, MHD_HTTP_HEADER_LOCATION, page->location) ||
	    !add_header(response, MHD_HTTP_HEADER_ALLOW, page->allow)) {
		MHD_destroy_response(response);
		return MHD_NO;
	}
	return send_response(app, connection, page->status, "text/plain; charset=utf-8", response);
}

static enum MHD_Result send_metrics(struct app *app, struct MHD_Connection *connection)
{
	size_t length;
	char *text = metrics_text(&length);

	if (!text)
		return MHD_NO;

	struct MHD_Response *response =
		MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);

	if (!response) {
		free(text);
		return MHD_NO;
	}
	return send_response(app, connection, MHD_HTTP_OK, PERCPU_METRICS_OPENMETRICS_TYPE,
			     response);
}

enum MHD_Result app_answer(void *cls, struct MHD_Connection *connection, const char *url,
			   const char *method, const char *version, const char *upload,
			   size_t *upload_size, void **request_pointer)
{
	struct request *request = *request_pointer;

	(void)version;
	(void)upload;
	if (!request)
		return MHD_NO;

	/* The first call brings the headers, the next ones what the client uploads: drop it. */
	if (!request->headers_seen || *upload_size) {
		request->headers_seen = true;
		*upload_size = 0;
		return MHD_YES;
	}

	bool head = !strcmp(method, MHD_HTTP_METHOD_HEAD);
	bool readable = head || !strcmp(method, MHD_HTTP_METHOD_GET);

	bool metrics = !strcmp(url, "/metrics");

	if (metrics && readable)
		return send_metrics(cls, connection);

	const struct page *page = page_for(url, readable);

	if (!metrics) {
		request->status = page->status;
		request->body_bytes = head ? 0 : strlen(page->body);
	}
	return send_page(cls, connection, page);
}

static void count_request(const struct counter_ops *counters, const struct request *request)
{
	uint64_t latency_ns = clock_now_ns() - request->start_ns;
	struct answer answer = {
		.body_bytes = request->body_bytes,
		.latency_ns = latency_ns,
		.status_class = request->status / 100 - 2,
		.latency_bucket = latency_bucket(latency_ns),
	};

	counters->count(&answer);
	tally_count(&answer);
}

void app_completed(void *cls, struct MHD_Connection *connection, void **request_pointer,
		   enum MHD_RequestTerminationCode how)
{
	struct app *app = cls;
	struct request *request = *request_pointer;

	(void)connection;
	if (request && request->status && how == MHD_REQUEST_TERMINATED_COMPLETED_OK)
		count_request(app->counters, request);
	free(request);
	*request_pointer = NULL;
}
