/* SPDX-License-Identifier: MIT */
/*
 * shrink.h - giving memory back to the system as areas are freed, and nobody calls percpu_trim().
 *
 * A chunk that is wholly free is given back at once (hand_out.h), but that hardly happens where
 * areas of many sizes come and go: caches keep some of every size, and each of these keeps a page,
 * and a chunk. So when there are few live areas for the pages that have been handed out, the caches
 * are emptied, and after that whole pages of free space are given back, chunk by chunk.
 *
 *	sparse:	live areas, and a page for each page's worth of their bytes, are a quarter of the
 *		touched pages at most, and these are LEAST_PAGES or more
 *
 * An area lies in two pages at most for the two that are counted for it, so after that at most half
 * of the touched pages are left: the work, which is in proportion to the pages, is done once for
 * each halving. As many areas must be taken back before it is done again as an eighth of the
 * pages: so an area that is as large as many pages may come and go.
 *
 * Emptied magazines are closed: what is freed goes to the map, by the mutex, or the last areas of
 * thousands would wait in caches without anybody noticing. A magazine opens again when an
 * allocation finds it empty; and all of them open, when they are next looked at, once allocations
 * have shown that the program does not only free.
 *
 * This is done by calls that free, where they have pcpu_alloc_mutex anyway, and a part at a time. A
 * program in which as much is allocated as is freed comes here with a comparison or two.
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_SHRINK_H
#define PCPU_SHRINK_H

#include <stdbool.h>

/* After an area has been taken back. */
void pcpu_shrink(void);

/* Whether magazines may take what is freed. */
bool pcpu_shrink_is_over(void);

#endif /* PCPU_SHRINK_H */
