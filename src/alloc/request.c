/* SPDX-License-Identifier: MIT */
/* request.c - see request.h. */
#include "alloc/request.h"
#include "alloc/chunk/chunk.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/log.h"

/* How many failures are still reported, in the life of the process. */
#define WARN_LIMIT 10

bool pcpu_request_is_good(const struct pcpu_request *request)
{
	size_t size = request->size, align = request->align;

	if (size >= 1 && size <= pcpu_conf.max_size && align >= 1 && align <= PCPU_PAGE_SIZE &&
	    (align & (align - 1)) == 0)
		return true;
	if (!(request->gfp & __GFP_NOWARN))
		pcpu_log(PERCPU_LOG_WARNING,
			 "illegal size (%zu) or align (%zu) for percpu allocation: size is 1 to "
			 "%zu, align a power of two up to %lu",
			 size, align, pcpu_conf.max_size, PCPU_PAGE_SIZE);
	return false;
}

void pcpu_alloc_report_failure(const struct pcpu_request *request, const char *why)
{
	static int left = WARN_LIMIT;
	int before = __atomic_load_n(&left, __ATOMIC_RELAXED);

	if (request->gfp & __GFP_NOWARN)
		return;
	do {
		if (before == 0)
			return;
	} while (!__atomic_compare_exchange_n(&left, &before, before - 1, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	pcpu_log(PERCPU_LOG_WARNING, "allocation failed, size=%zu align=%zu: %s", request->size,
		 request->align, why);
	if (before == 1)
		pcpu_log(PERCPU_LOG_INFO, "limit reached, no more warnings of failed allocations");
}
