/* SPDX-License-Identifier: MIT */
/*
 * page.h - the first chunk page by page: one group of small units, of which only the pages in use
 * are ever mapped.
 *
 * For when large pieces of address space cannot be had. It wastes least, and costs a mapping for
 * each unit of each chunk.
 */
#ifndef PCPU_PAGE_H
#define PCPU_PAGE_H

#include "boot/first_chunk/first_chunk.h"

/*
 * As pcpu_embed(), for the smallest units: @request's dynamic size, atom and distance
 * are not looked at. @space->alloc is called once, for all units, and gives address space of which
 * nothing need be mapped: pages come, from their CPU's node, as units open. Nothing is freed.
 *
 * 0, or a negative errno, and then nothing is kept; that there is no space is logged.
 */
int pcpu_go_by_pages(struct percpu_layout *layout, const struct pcpu_alloc_request *request,
		     const struct pcpu_fc_space *space);

#endif /* PCPU_PAGE_H */
