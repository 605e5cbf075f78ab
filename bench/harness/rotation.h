/* SPDX-License-Identifier: MIT */
/*
 * The order of a round.
 *
 * A shared machine is noisy, and its speed drifts.  So all that is to be compared is measured in
 * every round, as neighbours in time, and ratios are taken inside a round.  The order is rotated
 * from round to round and reversed in every other one, so that nothing has a fixed place or a fixed
 * predecessor.
 */
#ifndef BENCH_ROTATION_H
#define BENCH_ROTATION_H

#include <stddef.h>

/* Which of @nr comes @slot-th in the @round-th round. */
static inline size_t rotation_index(size_t round, size_t slot, size_t nr)
{
	size_t index = (slot + round / 2) % nr;

	return round % 2 ? nr - 1 - index : index;
}

#endif
