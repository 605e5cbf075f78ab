/* SPDX-License-Identifier: MIT */
/*
 * task.h - a thread as kernel code sees it, for linux/sched.h: something that sleeps and is woken.
 *
 *	who sleeps				who wakes
 *	(1) state = TASK_..., and a barrier	(a) the condition becomes true
 *	(2) is the condition true?		(b) a barrier
 *	(3) schedule(): sleep while the		(c) state: if it is one that is to be woken,
 *	    state is what (1) stored		    TASK_RUNNING, by a compare and swap
 *						(d) futex wake
 *
 * Either (2) sees (a), or (c) sees (1). The state is the word that the futex waits on: the kernel
 * compares it once more before (3) sleeps, so a wake between (2) and (3) is not lost.
 *
 * A thread gets its structure when it first asks for it. Structures are never given back to the C
 * library: who wakes a thread that has ended writes to nothing that is of another kind, and at
 * worst wakes another thread too early, which all that sleep expect. What ended threads leave, new
 * ones take. The names are weak, so that a program has one of each, wherever it includes this.
 */
#ifndef PERCPU_LINUX_TASK_H
#define PERCPU_LINUX_TASK_H

#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include <percpu/cpumask.h>
#include <percpu/impl/runtime.h>
#include <percpu/log.h>
#include <percpu/section.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TASK_COMM_LEN 16

struct task_struct {
	unsigned int __state; /* the futex */
	int exit_code;
	refcount_t usage;
	pid_t pid, tgid;
	uintptr_t word; /* the library's, of the thread: fork() makes another of it */
	unsigned long thread_flags;
	unsigned int flags;        /* of the PF_ kind; the program's own */
	int nr_cpus_allowed;       /* as of set_cpus_allowed_ptr(), or of the thread's first look */
	void *journal_info;        /* the program's own */
	unsigned int kthread_bits; /* linux/kthread.h */
	int (*kthread_fn)(void *data);
	void *kthread_data;
	struct task_struct *next_free;
	char comm[TASK_COMM_LEN];
};

#define __PCPU_ONCE_A_PROGRAM __attribute__((__weak__, __visibility__("default")))

struct __pcpu_tasks {
	pthread_mutex_t lock;
	pthread_once_t key_made;
	pthread_key_t key;
	struct task_struct *free;
};
extern struct __pcpu_tasks __pcpu_tasks;
__PCPU_ONCE_A_PROGRAM struct __pcpu_tasks __pcpu_tasks = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.key_made = PTHREAD_ONCE_INIT,
};
extern __thread struct task_struct *__pcpu_current;
__PCPU_ONCE_A_PROGRAM __thread struct task_struct *__pcpu_current;

/** put_task_struct() - lets go of it; the last one leaves it to another thread. */
static inline void put_task_struct(struct task_struct *task)
{
	if (!refcount_dec_and_test(&task->usage))
		return;
	pthread_mutex_lock(&__pcpu_tasks.lock);
	task->next_free = __pcpu_tasks.free;
	__pcpu_tasks.free = task;
	pthread_mutex_unlock(&__pcpu_tasks.lock);
}

static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	refcount_inc(&task->usage);
	return task;
}

static inline void __pcpu_task_ends(void *task)
{
	__pcpu_current = NULL;
	put_task_struct((struct task_struct *)task);
}

static inline void __pcpu_task_key(void)
{
	if (pthread_key_create(&__pcpu_tasks.key, __pcpu_task_ends) != 0)
		percpu_fatal("no key is left for the threads' task_struct");
}

/* One that is nobody's, with one reference. */
static inline struct task_struct *__pcpu_task_new(void)
{
	struct task_struct *task;

	pthread_mutex_lock(&__pcpu_tasks.lock);
	task = __pcpu_tasks.free;
	if (task)
		__pcpu_tasks.free = task->next_free;
	pthread_mutex_unlock(&__pcpu_tasks.lock);
	if (!task)
		task = (struct task_struct *)calloc(1, sizeof(*task));
	if (!task)
		percpu_fatal("no memory for a thread's task_struct");
	task->kthread_fn = NULL;
	task->kthread_bits = 0;
	task->flags = 0;
	task->journal_info = NULL;
	task->thread_flags = 0;
	task->exit_code = 0;
	__atomic_store_n(&task->__state, 0, __ATOMIC_RELAXED);
	refcount_set(&task->usage, 1);
	return task;
}

/* How many CPUs the calling thread may run on. */
static inline int __pcpu_count_allowed(void)
{
	cpumask_t allowed = {{0}};

	return cpumask_from_affinity(&allowed) == 0 ? (int)cpumask_weight(&allowed) : 1;
}

/*
 * What is the same as long as the thread is: the library's word for it, which fork() makes another
 * one of. A thread has it from its first section on.
 */
static inline uintptr_t __pcpu_thread_word(void)
{
#ifdef PERCPU_UP
	return (uintptr_t)getpid();
#else
	const volatile struct percpu_self *self = __pcpu_self();

	if (unlikely(!self->word)) {
		preempt_disable();
		preempt_enable();
	}
	return (uintptr_t)self->word;
#endif
}

static inline void __pcpu_task_number(struct task_struct *task)
{
	task->word = __pcpu_thread_word();
	task->pid = (pid_t)syscall(SYS_gettid);
	task->tgid = getpid();
}

/* Makes @task the calling thread's. */
static inline void __pcpu_task_is_mine(struct task_struct *task)
{
	pthread_once(&__pcpu_tasks.key_made, __pcpu_task_key);
	__pcpu_task_number(task);
	task->nr_cpus_allowed = __pcpu_count_allowed();
	if (!task->kthread_fn)
		(void)prctl(PR_GET_NAME, task->comm);
	if (pthread_setspecific(__pcpu_tasks.key, task) != 0)
		percpu_fatal("no memory for a thread's task_struct");
	__pcpu_current = task;
}

/* For threads; the first call of one allocates, so not in a handler of a signal. */
static inline struct task_struct *__pcpu_get_current(void)
{
	if (unlikely(!__pcpu_current))
		__pcpu_task_is_mine(__pcpu_task_new());
	else if (unlikely(__pcpu_current->word != __pcpu_thread_word()))
		__pcpu_task_number(__pcpu_current);
	return __pcpu_current;
}

/* (3): until @until, of CLOCK_MONOTONIC; NULL: as long as it takes. Whether it was woken. */
static inline bool __pcpu_task_sleep(struct task_struct *task, unsigned int state,
				     const struct timespec *until)
{
	while (smp_load_acquire(&task->__state) == state) {
		/* FUTEX_WAIT_BITSET_PRIVATE, whose time is a point in time */
		if (syscall(SYS_futex, &task->__state, 9 | 128, state, until, NULL, ~0u) < 0 &&
		    errno == ETIMEDOUT)
			return false;
	}
	return true;
}

/* (b), (c), (d): 1: it was in one of the states @mask, and is not any more. */
static inline int __pcpu_task_wake(struct task_struct *task, unsigned int mask)
{
	unsigned int state;

	smp_mb();
	state = READ_ONCE(task->__state);
	do {
		if (!(state & mask))
			return 0;
	} while (!try_cmpxchg(&task->__state, &state, 0));
	syscall(SYS_futex, &task->__state, 1 | 128, 1, NULL, NULL, 0); /* FUTEX_WAKE_PRIVATE */
	return 1;
}

#endif /* PERCPU_LINUX_TASK_H */
