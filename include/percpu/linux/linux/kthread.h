/* SPDX-License-Identifier: MIT */
/*
 * linux/kthread.h - threads of a program's own that are asked to stop. All signals are blocked in
 * them. A thread begins with the first wake_up_process(); who stops it waits for its end.
 */
#ifndef PERCPU_LINUX_KTHREAD_H
#define PERCPU_LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#define __PCPU_KTHREAD_READY 1u /* it is there, and waits for the first wake */
#define __PCPU_KTHREAD_BEGUN 2u /* it has been woken */
#define __PCPU_KTHREAD_STOP 4u  /* it is to stop */
#define __PCPU_KTHREAD_ENDED 8u /* its function has returned */

static inline void __pcpu_kthread_note(struct task_struct *task, unsigned int bit)
{
	__atomic_fetch_or(&task->kthread_bits, bit, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &task->kthread_bits, 1 | 128, INT_MAX, NULL, NULL, 0);
}

static inline void __pcpu_kthread_wait_for(struct task_struct *task, unsigned int bit)
{
	unsigned int bits;

	while (!((bits = smp_load_acquire(&task->kthread_bits)) & bit))
		syscall(SYS_futex, &task->kthread_bits, 0 | 128, bits, NULL, NULL, 0);
}

static inline void *__pcpu_kthread(void *of)
{
	struct task_struct *task = (struct task_struct *)of;

	__pcpu_task_is_mine(task);
	(void)prctl(PR_SET_NAME, task->comm);
	set_current_state(TASK_UNINTERRUPTIBLE);
	__pcpu_kthread_note(task, __PCPU_KTHREAD_READY);
	schedule();
	__pcpu_kthread_note(task, __PCPU_KTHREAD_BEGUN);
	/* who stops it before it begins has it end without a beginning */
	task->exit_code = READ_ONCE(task->kthread_bits) & __PCPU_KTHREAD_STOP
				  ? -EINTR
				  : task->kthread_fn(task->kthread_data);
	__pcpu_kthread_note(task, __PCPU_KTHREAD_ENDED);
	return NULL;
}

/**
 * kthread_create() - a thread that will call @fn(@data), with a name as for printf(); or an error.
 */
static inline struct task_struct *__printf(3, 4)
	kthread_create(int (*fn)(void *data), void *data, const char *name, ...)
{
	struct task_struct *task = __pcpu_task_new();
	sigset_t all, before;
	pthread_t thread;
	va_list args;
	int error;

	task->flags = PF_KTHREAD;
	task->kthread_fn = fn;
	task->kthread_data = data;
	va_start(args, name);
	(void)vsnprintf(task->comm, sizeof(task->comm), name, args);
	va_end(args);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, __pcpu_kthread, task);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0) {
		put_task_struct(task);
		return (struct task_struct *)ERR_PTR(-error);
	}
	pthread_detach(thread);
	__pcpu_kthread_wait_for(task, __PCPU_KTHREAD_READY);
	return task;
}
#define kthread_create_on_node(fn, data, node, ...) \
	((void)(node), kthread_create(fn, data, __VA_ARGS__))

/** kthread_bind() - it runs on @cpu alone, if the process may; before its first wake. */
static inline void kthread_bind(struct task_struct *task, unsigned int cpu)
{
	(void)set_cpus_allowed_ptr(task, cpumask_of(cpu));
}
#define kthread_create_on_cpu(fn, data, cpu, name)                                       \
	__extension__({                                                                  \
		struct task_struct *__pcpu_task = kthread_create(fn, data, name, (cpu)); \
		if (!IS_ERR(__pcpu_task))                                                \
			kthread_bind(__pcpu_task, (cpu));                                \
		__pcpu_task;                                                             \
	})

/** kthread_run() - kthread_create(), and begins. */
#define kthread_run(fn, data, ...)                                                       \
	__extension__({                                                                  \
		struct task_struct *__pcpu_task = kthread_create(fn, data, __VA_ARGS__); \
		if (!IS_ERR(__pcpu_task))                                                \
			wake_up_process(__pcpu_task);                                    \
		__pcpu_task;                                                             \
	})

/** kthread_should_stop() - whether somebody waits for the calling thread in kthread_stop(). */
static inline bool kthread_should_stop(void)
{
	return READ_ONCE(current->kthread_bits) & __PCPU_KTHREAD_STOP;
}

/**
 * kthread_stop() - wakes it, has kthread_should_stop() be true, and waits for its end
 *
 * Returns what its function did; -EINTR: it had not begun. Once a thread; one that may have ended
 * by itself is kept for this by get_task_struct().
 */
static inline int kthread_stop(struct task_struct *task)
{
	int code;

	get_task_struct(task);
	__pcpu_kthread_note(task, __PCPU_KTHREAD_STOP);
	wake_up_process(task);
	__pcpu_kthread_wait_for(task, __PCPU_KTHREAD_ENDED);
	code = task->exit_code;
	put_task_struct(task);
	return code;
}

static inline int kthread_stop_put(struct task_struct *task)
{
	const int code = kthread_stop(task);

	put_task_struct(task);
	return code;
}
#define kthread_freezable_should_stop(frozen) kthread_should_stop()

#endif /* PERCPU_LINUX_KTHREAD_H */
