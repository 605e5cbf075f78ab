/* SPDX-License-Identifier: MIT */
/* count_slow.h - how often operations took the slow side since the program began. */
#ifndef OPS_COUNT_SLOW_H
#define OPS_COUNT_SLOW_H

#include "thread.h"

/* Of all threads. */
extern unsigned long slow_entries, slow_visits;

#endif /* OPS_COUNT_SLOW_H */
