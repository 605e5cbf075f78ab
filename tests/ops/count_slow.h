/* SPDX-License-Identifier: MIT */
/* count_slow.h - how often operations took the slow side since the program began. */
#ifndef OPS_COUNT_SLOW_H
#define OPS_COUNT_SLOW_H

#include "cpu/ops/operation.h"

/* Of all threads. */
extern unsigned long slow_entries, slow_holds;

#endif /* OPS_COUNT_SLOW_H */
