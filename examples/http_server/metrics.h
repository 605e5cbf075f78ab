/* SPDX-License-Identifier: MIT */
/* The counters as OpenMetrics text, version 1.0.0, for GET /metrics. */
#ifndef HTTP_SERVER_METRICS_H
#define HTTP_SERVER_METRICS_H

#include <stddef.h>

#include "counters.h"

#define METRICS_CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* The text and its length in bytes; the caller frees it. NULL when memory is short. */
char *metrics_text(const struct counter_ops *counters, size_t *length);

#endif
