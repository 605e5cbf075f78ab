/* SPDX-License-Identifier: MIT */
/*
 * notifier.h - notifier chains: percpu/notifier.h, and those with a lock of their own.
 *
 * A blocking chain's callbacks may wait; they are called and changed under a pthread_rwlock_t. An
 * atomic one's are called inside of a section, in handlers of interrupts too, and who unregisters
 * waits for all that are being called. An SRCU chain is a blocking one.
 */
#ifndef PERCPU_LINUX_NOTIFIER_H
#define PERCPU_LINUX_NOTIFIER_H

#include <linux/types.h>

#include <percpu/cpu.h>
#include <percpu/notifier.h>
#include <percpu/section.h>

#include <pthread.h>
#include <sched.h>

#include <percpu/impl/begin.h>

#define RAW_INIT_NOTIFIER_HEAD(name) ((void)((name)->head = NULL))

/** raw_notifier_call_chain_robust() - @val_up; if one refuses it, @val_down to those before. */
__pcpu_inline int raw_notifier_call_chain_robust(struct raw_notifier_head *nh, unsigned long val_up,
						 unsigned long val_down, void *v)
{
	int nr = 0, ret = __raw_notifier_call_chain(nh, val_up, v, -1, &nr);

	if (ret & NOTIFY_STOP_MASK && ret != NOTIFY_STOP)
		__raw_notifier_call_chain(nh, val_down, v, nr - 1, NULL);
	return ret;
}

/* --- blocking --- */

struct blocking_notifier_head {
	struct raw_notifier_head chain;
	pthread_rwlock_t lock;
};
#define BLOCKING_NOTIFIER_INIT(name)               \
	{                                          \
		{NULL}, PTHREAD_RWLOCK_INITIALIZER \
	}
#define BLOCKING_NOTIFIER_HEAD(name) \
	struct blocking_notifier_head name = BLOCKING_NOTIFIER_INIT(name)
#define BLOCKING_INIT_NOTIFIER_HEAD(name)                 \
	do {                                              \
		(name)->chain.head = NULL;                \
		pthread_rwlock_init(&(name)->lock, NULL); \
	} while (0)

__pcpu_inline int blocking_notifier_chain_register(struct blocking_notifier_head *nh,
						   struct notifier_block *nb)
{
	int err;

	pthread_rwlock_wrlock(&nh->lock);
	err = raw_notifier_chain_register(&nh->chain, nb);
	pthread_rwlock_unlock(&nh->lock);
	return err;
}

__pcpu_inline int blocking_notifier_chain_unregister(struct blocking_notifier_head *nh,
						     struct notifier_block *nb)
{
	int err;

	pthread_rwlock_wrlock(&nh->lock);
	err = raw_notifier_chain_unregister(&nh->chain, nb);
	pthread_rwlock_unlock(&nh->lock);
	return err;
}

__pcpu_inline int blocking_notifier_call_chain(struct blocking_notifier_head *nh, unsigned long val,
					       void *v)
{
	int ret;

	pthread_rwlock_rdlock(&nh->lock);
	ret = raw_notifier_call_chain(&nh->chain, val, v);
	pthread_rwlock_unlock(&nh->lock);
	return ret;
}

__pcpu_inline int blocking_notifier_call_chain_robust(struct blocking_notifier_head *nh,
						      unsigned long val_up, unsigned long val_down,
						      void *v)
{
	int ret;

	pthread_rwlock_rdlock(&nh->lock);
	ret = raw_notifier_call_chain_robust(&nh->chain, val_up, val_down, v);
	pthread_rwlock_unlock(&nh->lock);
	return ret;
}

/* Whether a block of @nb's priority is on the chain. */
__pcpu_inline bool __pcpu_priority_is_used(const struct raw_notifier_head *nh,
					   const struct notifier_block *nb)
{
	const struct notifier_block *at = nh->head;

	while (at && at->priority != nb->priority)
		at = at->next;
	return at != NULL;
}

/** blocking_notifier_chain_register_unique_prio() - -EBUSY: another one has that priority. */
__pcpu_inline int blocking_notifier_chain_register_unique_prio(struct blocking_notifier_head *nh,
							       struct notifier_block *nb)
{
	int err = -EBUSY;

	pthread_rwlock_wrlock(&nh->lock);
	if (!__pcpu_priority_is_used(&nh->chain, nb))
		err = raw_notifier_chain_register(&nh->chain, nb);
	pthread_rwlock_unlock(&nh->lock);
	return err;
}

/* --- SRCU --- */

#define srcu_notifier_head blocking_notifier_head
#define SRCU_NOTIFIER_INIT(name, counters) BLOCKING_NOTIFIER_INIT(name)
#define SRCU_NOTIFIER_HEAD(name) BLOCKING_NOTIFIER_HEAD(name)
#define SRCU_NOTIFIER_HEAD_STATIC(name) static BLOCKING_NOTIFIER_HEAD(name)
#define srcu_init_notifier_head(nh) BLOCKING_INIT_NOTIFIER_HEAD(nh)
#define srcu_cleanup_notifier_head(nh) ((void)pthread_rwlock_destroy(&(nh)->lock))
#define srcu_notifier_chain_register(nh, nb) blocking_notifier_chain_register((nh), (nb))
#define srcu_notifier_chain_unregister(nh, nb) blocking_notifier_chain_unregister((nh), (nb))
#define srcu_notifier_call_chain(nh, val, v) blocking_notifier_call_chain((nh), (val), (v))

/* --- atomic --- */

struct atomic_notifier_head {
	struct raw_notifier_head chain;
	int changing;
};
#define ATOMIC_NOTIFIER_INIT(name) \
	{                          \
		{NULL}, 0          \
	}
#define ATOMIC_NOTIFIER_HEAD(name) struct atomic_notifier_head name = ATOMIC_NOTIFIER_INIT(name)
#define ATOMIC_INIT_NOTIFIER_HEAD(name)    \
	do {                               \
		(name)->chain.head = NULL; \
		(name)->changing = 0;      \
	} while (0)

/* A short lock, by a thread that is not moved on: readers do not take it. */
__pcpu_inline void __pcpu_begin_to_change(struct atomic_notifier_head *nh)
{
	preempt_disable();
	while (__atomic_exchange_n(&nh->changing, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

__pcpu_inline void __pcpu_end_change(struct atomic_notifier_head *nh)
{
	__atomic_store_n(&nh->changing, 0, __ATOMIC_RELEASE);
	preempt_enable();
}

__pcpu_inline int atomic_notifier_chain_register(struct atomic_notifier_head *nh,
						 struct notifier_block *nb)
{
	int err;

	__pcpu_begin_to_change(nh);
	err = raw_notifier_chain_register(&nh->chain, nb);
	__pcpu_end_change(nh);
	return err;
}

__pcpu_inline int atomic_notifier_chain_register_unique_prio(struct atomic_notifier_head *nh,
							     struct notifier_block *nb)
{
	int err = -EBUSY;

	__pcpu_begin_to_change(nh);
	if (!__pcpu_priority_is_used(&nh->chain, nb))
		err = raw_notifier_chain_register(&nh->chain, nb);
	__pcpu_end_change(nh);
	return err;
}

/** atomic_notifier_chain_unregister() - waits; not inside of a section. */
__pcpu_inline int atomic_notifier_chain_unregister(struct atomic_notifier_head *nh,
						   struct notifier_block *nb)
{
	int err;

	__pcpu_begin_to_change(nh);
	err = raw_notifier_chain_unregister(&nh->chain, nb);
	__pcpu_end_change(nh);
	synchronize_sched();
	return err;
}

__pcpu_inline int atomic_notifier_call_chain(struct atomic_notifier_head *nh, unsigned long val,
					     void *v)
{
	int ret;

	preempt_disable();
	ret = raw_notifier_call_chain(&nh->chain, val, v);
	preempt_enable();
	return ret;
}

__pcpu_inline bool atomic_notifier_call_chain_is_empty(struct atomic_notifier_head *nh)
{
	return !__atomic_load_n(&nh->chain.head, __ATOMIC_ACQUIRE);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_LINUX_NOTIFIER_H */
