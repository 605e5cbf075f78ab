/* SPDX-License-Identifier: MIT */
/*
 * cpuhotplug.h - states of CPU hotplug: percpu/cpuhotplug.h.
 *
 * The kernel names a state for each of its parts. Those of parts that no processor or device has
 * for itself are here, in the order of Linux 6.12, at places that a program has to give away. A
 * program that uses some of these places itself (CPUHP_BP_PREPARE_FIXED ...) takes others, behind
 * them.
 */
#ifndef PERCPU_LINUX_CPUHOTPLUG_H
#define PERCPU_LINUX_CPUHOTPLUG_H

#include <linux/types.h>

#include <percpu/cpuhotplug.h>

#define CPUHP_PERF_PREPARE (CPUHP_BP_PREPARE_FIXED + 0)
#define CPUHP_SLUB_DEAD (CPUHP_BP_PREPARE_FIXED + 1)
#define CPUHP_DEBUG_OBJ_DEAD (CPUHP_BP_PREPARE_FIXED + 2)
#define CPUHP_MM_WRITEBACK_DEAD (CPUHP_BP_PREPARE_FIXED + 3)
#define CPUHP_MM_VMSTAT_DEAD (CPUHP_BP_PREPARE_FIXED + 4)
#define CPUHP_SOFTIRQ_DEAD (CPUHP_BP_PREPARE_FIXED + 5)
#define CPUHP_CPUIDLE_DEAD (CPUHP_BP_PREPARE_FIXED + 6)
#define CPUHP_IRQ_POLL_DEAD (CPUHP_BP_PREPARE_FIXED + 7)
#define CPUHP_BLOCK_SOFTIRQ_DEAD (CPUHP_BP_PREPARE_FIXED + 8)
#define CPUHP_BIO_DEAD (CPUHP_BP_PREPARE_FIXED + 9)
#define CPUHP_BLK_MQ_DEAD (CPUHP_BP_PREPARE_FIXED + 10)
#define CPUHP_FS_BUFF_DEAD (CPUHP_BP_PREPARE_FIXED + 11)
#define CPUHP_PRINTK_DEAD (CPUHP_BP_PREPARE_FIXED + 12)
#define CPUHP_MM_MEMCQ_DEAD (CPUHP_BP_PREPARE_FIXED + 13)
#define CPUHP_PERCPU_CNT_DEAD (CPUHP_BP_PREPARE_FIXED + 14)
#define CPUHP_RADIX_DEAD (CPUHP_BP_PREPARE_FIXED + 15)
#define CPUHP_PAGE_ALLOC (CPUHP_BP_PREPARE_FIXED + 16)
#define CPUHP_NET_DEV_DEAD (CPUHP_BP_PREPARE_FIXED + 17)
#define CPUHP_IOMMU_IOVA_DEAD (CPUHP_BP_PREPARE_FIXED + 18)
#define CPUHP_RANDOM_PREPARE (CPUHP_BP_PREPARE_FIXED + 19)
#define CPUHP_WORKQUEUE_PREP (CPUHP_BP_PREPARE_FIXED + 20)
#define CPUHP_HRTIMERS_PREPARE (CPUHP_BP_PREPARE_FIXED + 21)
#define CPUHP_SMPCFD_PREPARE (CPUHP_BP_PREPARE_FIXED + 22)
#define CPUHP_RELAY_PREPARE (CPUHP_BP_PREPARE_FIXED + 23)
#define CPUHP_MD_RAID5_PREPARE (CPUHP_BP_PREPARE_FIXED + 24)
#define CPUHP_RCUTREE_PREP (CPUHP_BP_PREPARE_FIXED + 25)
#define CPUHP_TOPOLOGY_PREPARE (CPUHP_BP_PREPARE_FIXED + 26)
#define CPUHP_NET_IUCV_PREPARE (CPUHP_BP_PREPARE_FIXED + 27)
#define CPUHP_TRACE_RB_PREPARE (CPUHP_BP_PREPARE_FIXED + 28)
#define CPUHP_MM_ZS_PREPARE (CPUHP_BP_PREPARE_FIXED + 29)
#define CPUHP_MM_ZSWP_POOL_PREPARE (CPUHP_BP_PREPARE_FIXED + 30)
#define CPUHP_ZCOMP_PREPARE (CPUHP_BP_PREPARE_FIXED + 31)
#define CPUHP_TIMERS_PREPARE (CPUHP_BP_PREPARE_FIXED + 32)
#define CPUHP_TMIGR_PREPARE (CPUHP_BP_PREPARE_FIXED + 33)

#define CPUHP_AP_SCHED_STARTING (CPUHP_AP_STARTING_FIXED + 0)
#define CPUHP_AP_RCUTREE_DYING (CPUHP_AP_STARTING_FIXED + 1)
#define CPUHP_AP_CPU_PM_STARTING (CPUHP_AP_STARTING_FIXED + 2)
#define CPUHP_AP_SMPCFD_DYING (CPUHP_AP_STARTING_FIXED + 3)
#define CPUHP_AP_HRTIMERS_DYING (CPUHP_AP_STARTING_FIXED + 4)
#define CPUHP_AP_TICK_DYING (CPUHP_AP_STARTING_FIXED + 5)

#define CPUHP_AP_KVM_ONLINE (CPUHP_AP_ONLINE_FIXED + 0)
#define CPUHP_AP_SCHED_WAIT_EMPTY (CPUHP_AP_ONLINE_FIXED + 1)
#define CPUHP_AP_IRQ_AFFINITY_ONLINE (CPUHP_AP_ONLINE_FIXED + 2)
#define CPUHP_AP_BLK_MQ_ONLINE (CPUHP_AP_ONLINE_FIXED + 3)
#define CPUHP_AP_PERF_ONLINE (CPUHP_AP_ONLINE_FIXED + 4)
#define CPUHP_AP_TMIGR_ONLINE (CPUHP_AP_ONLINE_FIXED + 5)
#define CPUHP_AP_WATCHDOG_ONLINE (CPUHP_AP_ONLINE_FIXED + 6)
#define CPUHP_AP_WORKQUEUE_ONLINE (CPUHP_AP_ONLINE_FIXED + 7)
#define CPUHP_AP_RANDOM_ONLINE (CPUHP_AP_ONLINE_FIXED + 8)
#define CPUHP_AP_RCUTREE_ONLINE (CPUHP_AP_ONLINE_FIXED + 9)
#define CPUHP_AP_BASE_CACHEINFO_ONLINE (CPUHP_AP_ONLINE_FIXED + 10)

/** __cpuhp_setup_state() and its like - what the calls without __ are in the kernel. */
#define __cpuhp_remove_state(state, invoke) \
	((invoke) ? cpuhp_remove_state(state) : cpuhp_remove_state_nocalls(state))
#define __cpuhp_state_add_instance(state, node, invoke)       \
	((invoke) ? cpuhp_state_add_instance((state), (node)) \
		  : cpuhp_state_add_instance_nocalls((state), (node)))
#define __cpuhp_state_remove_instance(state, node, invoke)       \
	((invoke) ? cpuhp_state_remove_instance((state), (node)) \
		  : cpuhp_state_remove_instance_nocalls((state), (node)))

#endif /* PERCPU_LINUX_CPUHOTPLUG_H */
