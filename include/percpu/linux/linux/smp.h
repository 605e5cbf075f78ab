/* SPDX-License-Identifier: MIT */
/* smp.h - calls of other CPUs: percpu/smp.h; and which CPU this one is. */
#ifndef PERCPU_LINUX_SMP_H
#define PERCPU_LINUX_SMP_H

#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/types.h>

#include <percpu/access.h>
#include <percpu/smp.h>

#define __smp_processor_id() raw_smp_processor_id()
#define debug_smp_processor_id() smp_processor_id()
/** get_boot_cpu_id() - the first CPU that there can be. */
#define get_boot_cpu_id() ((int)cpumask_first(cpu_possible_mask))
#define setup_max_cpus nr_cpu_ids
#define total_cpus num_present_cpus()
/** wake_up_all_idle_cpus() - the kernel below wakes whom it has to. */
#define wake_up_all_idle_cpus() ((void)0)
#define smp_send_reschedule(cpu) ((void)(cpu))
#define arch_smp_send_reschedule(cpu) ((void)(cpu))

#endif /* PERCPU_LINUX_SMP_H */
