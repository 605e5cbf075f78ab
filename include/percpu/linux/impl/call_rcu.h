/* SPDX-License-Identifier: MIT */
/*
 * call_rcu.h - grace periods, and the thread that calls what waits for one, for linux/rcupdate.h.
 *
 *	who calls call_rcu()			the thread
 *	(1) the callback, on the list		(a) the number of calls
 *	(2) one more call, and a futex wake	(b) all of the list; a grace period; the callbacks
 *						(c) nothing there: sleep while the number is (a)'s
 *
 * A callback that (b) does not find is put there after (b), and (2) after that: (c) does not sleep,
 * or is woken. Callbacks come off in the order of their calls, and batch after batch, so
 * rcu_barrier() is a callback of its own and waits for that. A child of fork() has the callbacks
 * and not the thread, which begins anew with its next call: (1) finds another process' number.
 */
#ifndef PERCPU_LINUX_CALL_RCU_H
#define PERCPU_LINUX_CALL_RCU_H

#include <linux/llist.h>
#include <linux/types.h>

#include <percpu/cpu.h>
#include <percpu/linux/impl/task.h>
#include <percpu/log.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef PERCPU_LINUX_URCU
void urcu_bp_synchronize_rcu(void);
#endif

struct __pcpu_rcu {
	struct llist_head callbacks; /* struct callback_head, whose first member is the link */
	unsigned int calls;          /* the futex */
	pid_t process;               /* whose thread it is */
	bool fork_is_told;           /* to liburcu */
};
extern struct __pcpu_rcu __pcpu_rcu;
__PCPU_ONCE_A_PROGRAM struct __pcpu_rcu __pcpu_rcu;

#ifdef PERCPU_LINUX_URCU
/*
 * In a child of fork() the readers of other threads are over: liburcu forgets them, if it is told
 * before and after. Who tells it himself, as its manual has it, defines PERCPU_URCU_FORK_IS_TOLD.
 */
#ifndef PERCPU_URCU_FORK_IS_TOLD
void urcu_bp_before_fork(void);
void urcu_bp_after_fork_parent(void);
void urcu_bp_after_fork_child(void);
static void __attribute__((__constructor__(102), __used__)) __pcpu_rcu_fork(void)
{
	if (!xchg(&__pcpu_rcu.fork_is_told, true))
		(void)pthread_atfork(urcu_bp_before_fork, urcu_bp_after_fork_parent,
				     urcu_bp_after_fork_child);
}
#endif
#endif

static inline void __pcpu_grace_period(void)
{
#ifdef PERCPU_LINUX_URCU
	urcu_bp_synchronize_rcu();
#endif
	synchronize_sched();
}

/* A callback that is a number below 4096 is how far the link is from what is to be freed. */
static inline void __pcpu_rcu_call(struct callback_head *head)
{
	const uintptr_t offset = (uintptr_t)head->func;

	if (offset < 4096)
		free((void *)((uintptr_t)head - offset));
	else
		head->func(head);
}

static inline void *__pcpu_rcu_thread(void *unused)
{
	(void)unused;
	for (;;) {
		const unsigned int calls = smp_load_acquire(&__pcpu_rcu.calls);
		struct llist_node *node = llist_del_all(&__pcpu_rcu.callbacks);

		if (!node) {
			syscall(SYS_futex, &__pcpu_rcu.calls, 0 | 128, calls, NULL, NULL, 0);
			continue;
		}
		__pcpu_grace_period();
		node = llist_reverse_order(node);
		while (node) {
			struct callback_head *head = (struct callback_head *)(void *)node;

			node = node->next;
			__pcpu_rcu_call(head);
		}
	}
	return NULL;
}

/* Once a process; who comes second need not wait for the first. */
static inline void __pcpu_rcu_begin(void)
{
	const pid_t self = getpid();
	pid_t process = READ_ONCE(__pcpu_rcu.process);
	sigset_t all, before;
	pthread_t thread;

	if (process == self || !try_cmpxchg(&__pcpu_rcu.process, &process, self))
		return;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&thread, NULL, __pcpu_rcu_thread, NULL) != 0)
		percpu_fatal("there is no thread for callbacks of call_rcu()");
	pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static inline void __pcpu_call_rcu(struct callback_head *head, rcu_callback_t func)
{
	head->func = func;
	llist_add((struct llist_node *)(void *)head, &__pcpu_rcu.callbacks);
	__pcpu_rcu_begin();
	__atomic_fetch_add(&__pcpu_rcu.calls, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &__pcpu_rcu.calls, 1 | 128, 1, NULL, NULL, 0);
}

struct __pcpu_rcu_waiter {
	struct callback_head head;
	unsigned int done;
};

static inline void __pcpu_rcu_passed(struct callback_head *head)
{
	struct __pcpu_rcu_waiter *waiter = (struct __pcpu_rcu_waiter *)(void *)head;

	/*
	 * whoever waits may be gone once it is 1; a wake at an address that is not there is nothing
	 */
	smp_store_release(&waiter->done, 1u);
	syscall(SYS_futex, &waiter->done, 1 | 128, 1, NULL, NULL, 0);
}

static inline void __pcpu_rcu_barrier(void)
{
	struct __pcpu_rcu_waiter waiter = {.done = 0};

	__pcpu_call_rcu(&waiter.head, __pcpu_rcu_passed);
	while (!smp_load_acquire(&waiter.done))
		syscall(SYS_futex, &waiter.done, 0 | 128, 0, NULL, NULL, 0);
}

#endif /* PERCPU_LINUX_CALL_RCU_H */
