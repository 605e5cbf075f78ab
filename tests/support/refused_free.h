/* SPDX-License-Identifier: MIT */
/* refused_free.h - frees of what is no area, which end the process with a message. */
#ifndef SUPPORT_REFUSED_FREE_H
#define SUPPORT_REFUSED_FREE_H

#include "support/child.h"
#include "support/locked.h"

#include "ground/layout.h"
#include "ground/pointer.h"
#include "memory/coord.h"

#include <percpu/percpu.h>

static inline void free_it(void *arg)
{
	free_percpu(arg);
}

/* The child ends by abort(), after one line that has the pointer in it, and @why. */
static inline void assert_refused(const volatile void *ptr, const char *why)
{
	struct child_end end = child_run(free_it, (void *)ptr);
	const char *line_end = strchr(end.output, '\n');
	char named[40];

	snprintf(named, sizeof(named), "free_percpu(%p)", (const void *)ptr);
	assert_child_died_of(end, SIGABRT);
	assert_non_null(line_end);
	assert_string_equal(line_end, "\n");
	if (!strstr(end.output, named) || !strstr(end.output, why))
		fail_msg("\"%s\" or \"%s\" is missing: %s", named, why, end.output);
}

/* Addresses of the heap, of the stack and of neither; @why_8 is of the last, which is 8. */
static inline void assert_ordinary_addresses_are_refused(const char *why, const char *why_8)
{
	void *heap = calloc(1, 16);
	int on_stack = 0;

	assert_refused(heap, why);
	assert_refused(&on_stack, why);
	assert_refused((void *)8, why_8);
	free(heap);
}

/* The coordinates of a page that is claimed, and belongs to no chunk. */
static inline void assert_claim_is_refused(const char *why)
{
	uint32_t start = 0;

	assert_int_equal(locked(pcpu_coord_claim_free(PCPU_PAGE_SIZE, &start)), 0);
	assert_refused(pcpu_pointer_make(start), why);
	do_locked(pcpu_coord_release(start));
}

#endif /* SUPPORT_REFUSED_FREE_H */
