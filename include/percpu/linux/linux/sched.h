/* SPDX-License-Identifier: MIT */
/*
 * linux/sched.h - threads that sleep and are woken: current, set_current_state(), schedule(),
 * wake_up_process(). impl/task.h says how. No signal ends a sleep, whatever its state: handlers
 * run, and it goes on. For threads; not for handlers of signals.
 */
#ifndef PERCPU_LINUX_SCHED_H
#define PERCPU_LINUX_SCHED_H

#if __has_include_next(<linux/sched.h>)
#include_next <linux/sched.h> /* CLONE_X */
#endif
#include <linux/bug.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include <percpu/linux/impl/task.h>
#include <percpu/migrate.h>

#include <sched.h>

#undef TASK_INTERRUPTIBLE
#undef TASK_UNINTERRUPTIBLE
#define TASK_RUNNING 0x0u
#define TASK_INTERRUPTIBLE 0x1u
#define TASK_UNINTERRUPTIBLE 0x2u
#define TASK_PARKED 0x40u
#define TASK_WAKEKILL 0x100u
#define TASK_NOLOAD 0x400u
#define TASK_NEW 0x800u
#define TASK_FREEZABLE 0x2000u
#define TASK_KILLABLE (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define PF_WQ_WORKER 0x20u
#define PF_KTHREAD 0x200000u
#define PF_EXITING 0x4u
#define PF_NO_SETAFFINITY 0x4000000u

/** current - the calling thread. */
#define current (__pcpu_get_current())
#define get_current() (__pcpu_get_current())

/** set_current_state() - (1); __set_current_state(): without the barrier. */
#define set_current_state(state_value) smp_store_mb(current->__state, (state_value))
#define __set_current_state(state_value) WRITE_ONCE(current->__state, (state_value))
#define get_current_state() READ_ONCE(current->__state)
#define task_is_running(task) (READ_ONCE((task)->__state) == TASK_RUNNING)

/* The state to sleep in, where sleeping is allowed. */
static inline unsigned int __pcpu_may_schedule(void)
{
	if (!preemptible())
		percpu_fatal(
			"schedule() in a section, or with interrupts disabled: others wait for "
			"its CPU");
	return READ_ONCE(current->__state);
}

/** schedule() - (3); in TASK_RUNNING it gives way. Fatal in a section, or with interrupts off. */
static inline void schedule(void)
{
	const unsigned int state = __pcpu_may_schedule();

	if (state == TASK_RUNNING)
		sched_yield();
	else
		(void)__pcpu_task_sleep(current, state, NULL);
}
#define io_schedule() schedule()
#define schedule_preempt_disabled() (preempt_enable(), schedule(), preempt_disable())

#define MAX_SCHEDULE_TIMEOUT LONG_MAX

/** schedule_timeout() - schedule() for at most @timeout jiffies; how many are left, 0: none. */
static inline long schedule_timeout(long timeout)
{
	const unsigned int state = __pcpu_may_schedule();
	struct timespec until;
	long left;
	unsigned long end;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	if (timeout > 0 && state != TASK_RUNNING) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += timeout / HZ;
		until.tv_nsec += timeout % HZ * (1000000000L / HZ);
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		end = jiffies + (unsigned long)timeout;
		if (__pcpu_task_sleep(current, state, &until)) {
			left = (long)(end - jiffies);
			return left > 0 ? left : 0;
		}
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

#define __pcpu_timeout_in(state, timeout) (__set_current_state(state), schedule_timeout(timeout))
static inline long schedule_timeout_interruptible(long timeout)
{
	return __pcpu_timeout_in(TASK_INTERRUPTIBLE, timeout);
}

static inline long schedule_timeout_uninterruptible(long timeout)
{
	return __pcpu_timeout_in(TASK_UNINTERRUPTIBLE, timeout);
}

static inline long schedule_timeout_killable(long timeout)
{
	return __pcpu_timeout_in(TASK_KILLABLE, timeout);
}

/** wake_up_process() - 1: it slept, or was about to, and runs; 0: it ran. */
static inline int wake_up_process(struct task_struct *task)
{
	return __pcpu_task_wake(task, TASK_NORMAL | TASK_PARKED | TASK_NEW);
}

static inline int wake_up_state(struct task_struct *task, unsigned int state)
{
	return __pcpu_task_wake(task, state);
}

/** cond_resched() - the kernel of the machine preempts a process by itself. */
static inline int cond_resched(void)
{
	return 0;
}
#define need_resched() false
#define set_tsk_need_resched(task) ((void)(task))
#define clear_tsk_need_resched(task) ((void)(task))
#define wake_up_if_idle(cpu) ((void)(cpu))
#define yield() ((void)sched_yield())

/** is_percpu_thread() - whether the caller may run on one CPU only. */
#define is_percpu_thread() (current->nr_cpus_allowed == 1)
#define is_migration_disabled(task) ((void)(task), __percpu_migration_disabled() != 0)

/**
 * set_cpus_allowed_ptr() - have the thread @task run on CPUs of @mask only
 *
 * Returns 0; -EINVAL: none of them is there; or another negative errno of sched_setaffinity().
 * Inside of a section, and behind migrate_disable(), this CPU stays the same.
 */
static inline int set_cpus_allowed_ptr(struct task_struct *task, const struct cpumask *mask)
{
	if (syscall(SYS_sched_setaffinity, task->pid, cpumask_size(), cpumask_bits(mask)) < 0)
		return -errno;
	task->nr_cpus_allowed = (int)cpumask_weight(mask);
	return 0;
}

/* Signals are no matter of these: their handlers run. */
#define signal_pending(task) ((void)(task), 0)
#define signal_pending_state(state, task) ((void)(state), (void)(task), 0)
#define fatal_signal_pending(task) ((void)(task), 0)
#define task_pid_nr(task) ((task)->pid)
#define task_tgid_nr(task) ((task)->tgid)
#define task_cpu(task) ((void)(task), raw_smp_processor_id())
#define same_thread_group(one, two) ((one)->tgid == (two)->tgid)

/* Flags of a thread, which are the program's to use. */
#define TIF_NOTIFY_RESUME 1
#define TIF_SIGPENDING 2
#define TIF_NEED_RESCHED 3
#define TIF_USER_RETURN_NOTIFY 11

static inline void set_tsk_thread_flag(struct task_struct *task, int flag)
{
	__atomic_fetch_or(&task->thread_flags, 1UL << flag, __ATOMIC_RELAXED);
}

static inline void clear_tsk_thread_flag(struct task_struct *task, int flag)
{
	__atomic_fetch_and(&task->thread_flags, ~(1UL << flag), __ATOMIC_RELAXED);
}

static inline int test_tsk_thread_flag(struct task_struct *task, int flag)
{
	return READ_ONCE(task->thread_flags) >> flag & 1;
}
#define set_thread_flag(flag) set_tsk_thread_flag(current, flag)
#define clear_thread_flag(flag) clear_tsk_thread_flag(current, flag)
#define test_thread_flag(flag) test_tsk_thread_flag(current, flag)

#endif /* PERCPU_LINUX_SCHED_H */
