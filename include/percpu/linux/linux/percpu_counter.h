/* SPDX-License-Identifier: MIT */
/* percpu_counter.h - counters that are summed up now and then: percpu/counter.h. */
#ifndef PERCPU_LINUX_PERCPU_COUNTER_H
#define PERCPU_LINUX_PERCPU_COUNTER_H

#include <linux/percpu.h>
#include <linux/types.h>

#include <percpu/counter.h>

#include <limits.h>

/** PERCPU_COUNTER_LOCAL_BATCH - a batch that folds as rarely as can be. */
#define PERCPU_COUNTER_LOCAL_BATCH INT_MAX

/** __percpu_counter_sum() and its like - the functions behind the names without __. */
#define __percpu_counter_sum(fbc) percpu_counter_sum(fbc)
#define __percpu_counter_init_many(fbc, amount, gfp, nr, key) \
	percpu_counter_init_many((fbc), (amount), (gfp), (nr))
/** __percpu_counter_limited_add() - the batch is the library's to choose. */
#define __percpu_counter_limited_add(fbc, limit, amount, batch) \
	((void)(batch), percpu_counter_limited_add((fbc), (limit), (amount)))

#endif /* PERCPU_LINUX_PERCPU_COUNTER_H */
