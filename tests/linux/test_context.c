/* SPDX-License-Identifier: MIT */
/*
 * test_context.c - code as kernel files have it, about where it runs: interrupts, tasklets, local
 * locks, calls of CPUs, notifiers, states of hotplug, threads and their CPUs.
 */
#include "support/cpus.h"
#include "support/fact.h"
#include "support/threads.h"

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/local_lock.h>
#include <linux/notifier.h>
#include <linux/percpu_counter.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include <signal.h>

#define SPARE 7

/* All CPUs up to SPARE are online in this process. */
static void plug_in_spares(void)
{
	for (unsigned int cpu = 0; cpu <= SPARE; cpu++) {
		set_cpu_present(cpu, true);
		set_cpu_online(cpu, true);
	}
}

/* --- a driver: an interrupt that leaves the work to a tasklet --- */

struct driver {
	unsigned int interrupts, bytes;
	unsigned char level; /* interrupt_context_level() of the tasklet */
	struct tasklet_struct tasklet;
};
static struct driver driver;

static void work(struct tasklet_struct *t)
{
	struct driver *of = from_tasklet(of, t, tasklet);

	of->bytes++;
	of->level = interrupt_context_level();
}

static irqreturn_t interrupt(int irq, void *dev)
{
	struct driver *of = dev;

	(void)irq;
	of->interrupts++;
	tasklet_schedule(&of->tasklet);
	tasklet_schedule(&of->tasklet);
	return IRQ_HANDLED;
}

static const char *interrupts_leave_work_to_tasklets(void)
{
	unsigned long flags;

	tasklet_setup(&driver.tasklet, work);
	RETURN_UNLESS(request_irq(SIGUSR1, interrupt, IRQF_SHARED, "driver", &driver) == 0);
	raise(SIGUSR1);
	RETURN_UNLESS(driver.interrupts == 1 && driver.bytes == 1 && driver.level == 1);
	local_bh_disable();
	raise(SIGUSR1);
	RETURN_UNLESS(driver.interrupts == 2 && driver.bytes == 1);
	local_irq_save(flags);
	raise(SIGUSR1);
	local_irq_restore(flags);
	RETURN_UNLESS(driver.interrupts == 3 && driver.bytes == 1);
	local_bh_enable();
	/* it was scheduled once, and once more while it was */
	RETURN_UNLESS(driver.bytes == 2);
	RETURN_UNLESS(free_irq(SIGUSR1, &driver));
	tasklet_kill(&driver.tasklet);
	return NULL;
}

static unsigned int old_calls;

static void old_work(unsigned long data)
{
	old_calls += (unsigned int)data;
}

static DECLARE_TASKLET_OLD(old, old_work);

static const char *tasklets_wait_while_they_are_disabled(void)
{
	struct tasklet_struct t;

	tasklet_init(&t, old_work, 5);
	old.data = 1;
	tasklet_hi_schedule(&old);
	tasklet_schedule(&t);
	RETURN_UNLESS(old_calls == 6);
	tasklet_disable(&t);
	tasklet_schedule(&t);
	RETURN_UNLESS(old_calls == 6);
	tasklet_enable(&t);
	/* the softirq that found it disabled has been raised again */
	for (struct patience patience = be_patient();
	     __atomic_load_n(&old_calls, __ATOMIC_RELAXED) != 11 && !is_out_of_patience(&patience);)
		usleep(1000);
	RETURN_UNLESS(old_calls == 11);
	return NULL;
}

/* --- local locks: nested in sections, and in each other --- */

struct locked {
	local_lock_t lock;
	long first, second;
};
static DEFINE_PER_CPU(struct locked, locked) = {.lock = INIT_LOCAL_LOCK(lock)};
static DEFINE_PER_CPU(struct locked, other) = {.lock = INIT_LOCAL_LOCK(lock)};

#define TIMES 20000

static void *lock_often(void *arg)
{
	unsigned long flags;

	for (int i = 0; i < TIMES; i++) {
		preempt_disable();
		local_lock(&locked.lock);
		local_lock_irqsave(&other.lock, flags);
		__this_cpu_inc(locked.first);
		__this_cpu_inc(other.first);
		local_unlock_irqrestore(&other.lock, flags);
		local_unlock(&locked.lock);
		preempt_enable();
		local_bh_disable();
		local_lock_nested_bh(&locked.lock);
		__this_cpu_inc(locked.second);
		local_unlock_nested_bh(&locked.lock);
		local_bh_enable();
		local_lock_irq(&locked.lock);
		__this_cpu_inc(locked.second);
		local_unlock_irq(&locked.lock);
	}
	return arg;
}

static const char *local_locks_are_taken_in_sections(void)
{
	long sums[3] = {0};
	pthread_t threads[3];
	char none[3] = {0};
	unsigned int cpu;

	start_all(threads, 3, lock_often, none, 1);
	join_all(threads, 3);
	for_each_possible_cpu(cpu) {
		sums[0] += per_cpu(locked, cpu).first;
		sums[1] += per_cpu(other, cpu).first;
		sums[2] += per_cpu(locked, cpu).second;
	}
	RETURN_IF_WRONG(differ("of the outer", (uint64_t)sums[0], 3 * TIMES));
	RETURN_IF_WRONG(differ("of the inner", (uint64_t)sums[1], 3 * TIMES));
	return differ("of the others", (uint64_t)sums[2], 3 * 2 * TIMES);
}

/* --- what CPUs have is gathered by calls --- */

static DEFINE_PER_CPU(long, stock);
static struct percpu_counter gathered;

static void give(void *info)
{
	(void)info;
	percpu_counter_add(&gathered, this_cpu_xchg(stock, 0));
}

static bool has_some(int cpu, void *info)
{
	(void)info;
	return per_cpu(stock, cpu) != 0;
}

static const char *what_cpus_have_is_gathered_by_calls(void)
{
	unsigned int cpu;

	plug_in_spares();
	RETURN_UNLESS(percpu_counter_init(&gathered, 0, GFP_KERNEL) == 0);
	for_each_online_cpu(cpu) per_cpu(stock, cpu) = cpu;
	on_each_cpu_cond(has_some, give, NULL, true);
	RETURN_IF_WRONG(differ("the sum", (uint64_t)__percpu_counter_sum(&gathered),
			       num_online_cpus() * (num_online_cpus() - 1) / 2));
	cpu = get_cpu();
	per_cpu(stock, SPARE) = 7;
	smp_call_function_many(cpumask_of(SPARE), give, NULL, true);
	RETURN_UNLESS(smp_processor_id() == cpu && !per_cpu(stock, SPARE));
	put_cpu();
	percpu_counter_destroy(&gathered);
	return NULL;
}

/* --- notifiers --- */

static int heard(struct notifier_block *nb, unsigned long action, void *data)
{
	(void)nb;
	*(unsigned long *)data = *(unsigned long *)data * 10 + action;
	return NOTIFY_OK;
}

static int refuses(struct notifier_block *nb, unsigned long action, void *data)
{
	(void)nb;
	(void)data;
	return action == 1 ? NOTIFY_BAD : NOTIFY_OK;
}

static BLOCKING_NOTIFIER_HEAD(blocking);
static ATOMIC_NOTIFIER_HEAD(atomic);
SRCU_NOTIFIER_HEAD_STATIC(srcu);

static const char *chains_with_locks_call_their_blocks(void)
{
	struct notifier_block a = {.notifier_call = heard, .priority = 2};
	struct notifier_block b = {.notifier_call = refuses, .priority = 1};
	struct notifier_block c = {.notifier_call = heard, .priority = 2};
	unsigned long seen = 0;

	RETURN_UNLESS(blocking_notifier_chain_register(&blocking, &a) == 0);
	RETURN_UNLESS(blocking_notifier_chain_register(&blocking, &b) == 0);
	RETURN_UNLESS(blocking_notifier_chain_register_unique_prio(&blocking, &c) == -EBUSY);
	RETURN_UNLESS(blocking_notifier_call_chain(&blocking, 3, &seen) == NOTIFY_OK && seen == 3);
	/* who has heard of it hears that it was refused */
	RETURN_UNLESS(blocking_notifier_call_chain_robust(&blocking, 1, 2, &seen) == NOTIFY_BAD);
	RETURN_UNLESS(seen == 312);
	RETURN_UNLESS(blocking_notifier_chain_unregister(&blocking, &a) == 0);
	RETURN_UNLESS(atomic_notifier_call_chain_is_empty(&atomic));
	RETURN_UNLESS(atomic_notifier_chain_register(&atomic, &a) == 0);
	RETURN_UNLESS(atomic_notifier_chain_register_unique_prio(&atomic, &c) == -EBUSY);
	irq_enter();
	RETURN_UNLESS(atomic_notifier_call_chain(&atomic, 4, &seen) == NOTIFY_OK && seen == 3124);
	irq_exit();
	RETURN_UNLESS(atomic_notifier_chain_unregister(&atomic, &a) == 0);
	RETURN_UNLESS(srcu_notifier_chain_register(&srcu, &a) == 0);
	RETURN_UNLESS(srcu_notifier_call_chain(&srcu, 5, &seen) == NOTIFY_OK && seen == 31245);
	return NULL;
}

/* --- hotplug, by the kernel's names of states --- */

static unsigned int dead, online, preparing;

static int died(unsigned int cpu)
{
	dead = cpu;
	return 0;
}

static int prepare(unsigned int cpu)
{
	(void)cpu;
	preparing++;
	return 0;
}

static int came(unsigned int cpu)
{
	online = cpu;
	return 0;
}

static const char *states_of_the_kernel_are_places(void)
{
	plug_in_spares();
	RETURN_UNLESS(cpuhp_setup_state_nocalls(CPUHP_IRQ_POLL_DEAD, "irq_poll:dead", NULL, died) ==
		      0);
	RETURN_UNLESS(cpuhp_setup_state(CPUHP_AP_RANDOM_ONLINE, "random:online", came, NULL) == 0);
	RETURN_UNLESS(cpuhp_setup_state_nocalls(CPUHP_TMIGR_PREPARE, "tmigr:prepare", prepare,
						NULL) == 0);
	RETURN_UNLESS(remove_cpu(SPARE) == 0 && dead == SPARE && remove_cpu(SPARE) == 0);
	online = 0;
	RETURN_UNLESS(add_cpu(SPARE) == 0 && online == SPARE && preparing == 1);
	RETURN_UNLESS(add_cpu(SPARE) == 0 && preparing == 1);
	__cpuhp_remove_state(CPUHP_TMIGR_PREPARE, false);
	cpuhp_remove_state_nocalls(CPUHP_AP_RANDOM_ONLINE);
	cpuhp_remove_state_nocalls(CPUHP_IRQ_POLL_DEAD);
	return NULL;
}

/* --- threads and their CPUs --- */

static const char *child_is_another_thread(void)
{
	RETURN_UNLESS(current->pid == getpid() && current->tgid == getpid());
	return NULL;
}

static const char *threads_know_who_and_where_they_are(void)
{
	unsigned int cpu;

	RETURN_UNLESS(current->pid == getpid() && task_pid_nr(current) == current->tgid);
	RETURN_IF_WRONG(differ("a child", (uint64_t)status_of_fork(child_is_another_thread), 0));
	RETURN_UNLESS(cond_resched() == 0 && !need_resched());
	cpu = cpus[nr_cpus - 1];
	RETURN_UNLESS(set_cpus_allowed_ptr(current, cpumask_of(cpu)) == 0);
	RETURN_UNLESS(is_percpu_thread() && task_cpu(current) == cpu && smp_processor_id() == cpu);
	RETURN_UNLESS(set_cpus_allowed_ptr(current, cpu_none_mask) == -EINVAL);
	migrate_disable();
	RETURN_UNLESS(is_migration_disabled(current));
	migrate_enable();
	RETURN_UNLESS(!is_migration_disabled(current));
	return NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(interrupts_leave_work_to_tasklets),
		fact_test(tasklets_wait_while_they_are_disabled),
		fact_test(local_locks_are_taken_in_sections),
		fact_test(what_cpus_have_is_gathered_by_calls),
		fact_test(chains_with_locks_call_their_blocks),
		fact_test(states_of_the_kernel_are_places),
		fact_test(threads_know_who_and_where_they_are),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
