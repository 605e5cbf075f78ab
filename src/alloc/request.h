/* SPDX-License-Identifier: MIT */
/*
 * request.h - what is asked for: whether it can be met at all, and what is said if it was not met.
 */
#ifndef PCPU_REQUEST_H
#define PCPU_REQUEST_H

#include <percpu/alloc.h>

#include <stdbool.h>
#include <stddef.h>

/* Sizes in bytes. */
struct pcpu_request {
	size_t size, align;
	gfp_t gfp;
	bool reserved; /* from the reserved area, if there is one */
};

/* Whether @request can be met at all: if not, says why, unless it is told not to. */
bool pcpu_request_is_good(const struct pcpu_request *request);

/* Says that @request has failed, and @why, unless it is told not to: the first ten times only. */
void pcpu_alloc_report_failure(const struct pcpu_request *request, const char *why);

#endif /* PCPU_REQUEST_H */
