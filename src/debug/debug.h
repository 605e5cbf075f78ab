/* SPDX-License-Identifier: MIT */
/*
 * debug.h - the debug levels (PERCPU_CONF=debug:N): allocation and free for those who look for
 * bugs.
 *
 *	1	redzones around every object, checked when it is freed; poison in what is free,
 *		checked when it is used again; both in every open copy (redzone.h). And at
 *		the end of the process that nobody has written to initial values (template.h)
 *	2	and who allocated every live area, for the leak report and for messages, and who
 *		freed the last ones (debug_record.h)
 *	3	and a look at all chunks, slots and maps, and at initial values, after each call
 *
 * A wrapper around the core of the allocator: the core's areas have room for the redzones, and
 * there are no caches. What is found is fatal, with one message.
 *
 * The debug lock is held for the whole of a call. It is taken before pcpu_alloc_mutex, and never
 * while that is held.
 */
#ifndef PCPU_DEBUG_H
#define PCPU_DEBUG_H

#include "alloc/alloc.h"
#include "debug/debug_record.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Switches debugging on, and the caches off, for the life of the process: before the first
 * allocation. Level 0 does nothing. Once.
 */
void pcpu_debug_init(int level);

/*
 * As pcpu_area_alloc(), but that the area is zero in every unit. The caller of the library is at
 * @site. Something that was written to after it was freed is fatal.
 */
bool pcpu_debug_alloc(const struct pcpu_request *request, const void *site, struct pcpu_area *area);

/* Frees the area at @coord. Whatever is wrong with the pointer or with a redzone is fatal. */
void pcpu_debug_free(uint32_t coord, const void *site);

#endif /* PCPU_DEBUG_H */
