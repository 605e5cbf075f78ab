/* SPDX-License-Identifier: MIT */
/*
 * sched.h - threads, as far as they have to do with CPUs: which this one is, where it may run, and
 * that it gives way.
 *
 * A thread has its struct task_struct, `current`, from its first look on.
 */
#ifndef PERCPU_LINUX_SCHED_H
#define PERCPU_LINUX_SCHED_H

#if defined(__has_include_next)
#if __has_include_next(<linux/sched.h>)
#include_next <linux/sched.h>
#endif
#endif
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/types.h>

#include <percpu/cpu.h>
#include <percpu/migrate.h>

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <percpu/impl/begin.h>

#define TASK_COMM_LEN 16
#define PF_KTHREAD 0x00200000
#define PF_NO_SETAFFINITY 0x04000000

struct task_struct {
	pid_t pid;          /* the thread's number */
	pid_t tgid;         /* the process's */
	unsigned int flags; /* of the PF_ kind; the program's own */
	unsigned int __state;
	int nr_cpus_allowed; /* as of set_cpus_allowed_ptr(), or of the thread's first look */
	char comm[TASK_COMM_LEN];
	void *journal_info;    /* the program's own */
	uintptr_t __pcpu_word; /* whose it is: fork() makes another of it */
};

/* Weak: every file defines it, the program has one in each thread. */
extern __thread struct task_struct __percpu_linux_current;
__attribute__((__weak__)) __thread struct task_struct __percpu_linux_current;

/* How many CPUs the calling thread may run on. */
__pcpu_inline int __pcpu_count_allowed(void)
{
	cpumask_t allowed = {{0}};

	return cpumask_from_affinity(&allowed) == 0 ? (int)cpumask_weight(&allowed) : 1;
}

__pcpu_inline void __pcpu_become_current(struct task_struct *task)
{
	task->pid = (pid_t)syscall(SYS_gettid);
	task->tgid = getpid();
	task->nr_cpus_allowed = __pcpu_count_allowed();
	prctl(PR_GET_NAME, task->comm);
}

/* The thread's number may be another's after fork(); the library's word for it is, too. */
__pcpu_inline struct task_struct *get_current(void)
{
	struct task_struct *task = &__percpu_linux_current;
#ifdef PERCPU_UP
	const uintptr_t word = (uintptr_t)getpid();
#else
	const uintptr_t word = (uintptr_t) * (volatile intptr_t *)&__pcpu_self()->word;
#endif

	if (__pcpu_unlikely(!task->pid || task->__pcpu_word != word)) {
		task->__pcpu_word = word;
		__pcpu_become_current(task);
	}
	return task;
}
#define current get_current()

#define task_pid_nr(task) ((task)->pid)
#define task_tgid_nr(task) ((task)->tgid)
#define task_cpu(task) ((void)(task), raw_smp_processor_id())
/** is_percpu_thread() - whether the caller may run on one CPU only. */
#define is_percpu_thread() (current->nr_cpus_allowed == 1)
#define is_migration_disabled(task) ((void)(task), __percpu_migration_disabled() != 0)

/**
 * set_cpus_allowed_ptr() - have the thread @task, which is the caller, run on CPUs of @mask only
 *
 * Returns 0; -EINVAL: none of them is there, or @task is another thread; or a negative errno of
 * sched_setaffinity(). Inside of a section, and behind migrate_disable(), this CPU stays the same.
 */
__pcpu_inline int set_cpus_allowed_ptr(struct task_struct *task, const struct cpumask *mask)
{
	if (task != current)
		return -EINVAL;
	if (syscall(SYS_sched_setaffinity, 0, cpumask_size(), cpumask_bits(mask)) < 0)
		return -errno;
	task->nr_cpus_allowed = __pcpu_count_allowed();
	return 0;
}

/** cond_resched(), need_resched() - the kernel below preempts without being asked. */
#define cond_resched() 0
#define cond_resched_lock(lock) ((void)(lock), 0)
#define need_resched() false
#define set_tsk_need_resched(task) ((void)(task))
#define clear_tsk_need_resched(task) ((void)(task))
#define wake_up_if_idle(cpu) ((void)(cpu))
#define yield() ((void)syscall(SYS_sched_yield))

#include <percpu/impl/end.h>

#endif /* PERCPU_LINUX_SCHED_H */
