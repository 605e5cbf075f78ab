/* SPDX-License-Identifier: MIT */
/*
 * The application: which path gets which answer, and when an answer is counted.
 *
 * An answer is counted when its last byte has been handed to the kernel, not when it is made: a
 * client that goes away half-way is not a completed request. /metrics is never counted, so that
 * looking at the counters does not change them. Neither is what the HTTP library refuses by itself
 * before the application hears of it (a malformed request, a URL beyond its buffer).
 */
#ifndef HTTP_SERVER_APP_H
#define HTTP_SERVER_APP_H

#include <stdatomic.h>
#include <stdbool.h>

#include <microhttpd.h>

#include "counters.h"

struct app {
	const struct counter_ops *counters;
	atomic_bool draining; /* set at stop: every answer from now on closes its connection */
};

/*
 * The three callbacks that libmicrohttpd wants, in the order of a request's life. @cls is the
 * struct app. app_begin() makes the request's own state, which *request points to in the others,
 * and app_completed() ends it.
 */
void *app_begin(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result app_answer(void *cls, struct MHD_Connection *connection, const char *url,
			   const char *method, const char *version, const char *upload,
			   size_t *upload_size, void **request);
void app_completed(void *cls, struct MHD_Connection *connection, void **request,
		   enum MHD_RequestTerminationCode how);

#endif
