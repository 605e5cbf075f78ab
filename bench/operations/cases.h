/* SPDX-License-Identifier: MIT */
/* All cases, and which of them are to be measured. */
#ifndef BENCH_OPERATIONS_CASES_H
#define BENCH_OPERATIONS_CASES_H

#include "operations/setting.h"
#include "operations/way.h"

/* What the loops of all ways work on; setup exits where it cannot be had. */
void ways_setup(void);
void ways_teardown(void);

/*
 * Stores in *@selected the cases of @setting whose "way/layout" (after a setting's name, "/") has
 * @filter in it (NULL: all), and those that they are compared to; the caller frees it.  Of those
 * only what plots have, where @peers is true.  Cases of one layout stand together, so that they
 * are measured close to each other in time.
 * Returns how many; 0 where @filter matches nothing.
 */
size_t cases_select(const char *filter, bool peers, enum bench_setting_id setting,
		    struct bench_case **selected);

#endif
