/* SPDX-License-Identifier: MIT */
/* linux/u64_stats_sync.h - numbers of 64 bits that are read whole: percpu/seq_stats.h. */
#ifndef PERCPU_LINUX_U64_STATS_SYNC_H
#define PERCPU_LINUX_U64_STATS_SYNC_H

#include <linux/percpu.h>
#include <linux/seqlock.h>
#include <linux/types.h>

#include <percpu/seq_stats.h>

#endif /* PERCPU_LINUX_U64_STATS_SYNC_H */
