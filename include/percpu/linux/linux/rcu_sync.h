/* SPDX-License-Identifier: MIT */
/*
 * linux/rcu_sync.h - readers that are fast as long as there is no writer.
 *
 *	reader, in rcu_read_lock() or a section	writer
 *	(a) rcu_sync_is_idle()? the fast way	(1) rcu_sync_enter(): no more; a grace period
 *	    else the slow one			(2) ... readers are all on the slow way
 *						(3) rcu_sync_exit()
 *						(4) a grace period later, if no writer has
 *						    come: the fast way
 *
 * Between (1) and (2) lies a grace period: who has found it idle at (a) has ended. Between (3) and
 * (4) lies one too: whoever finds it idle again has all that writers did on the slow way before
 * it. Writers may be many at once. For threads; enter and dtor wait.
 */
#ifndef PERCPU_LINUX_RCU_SYNC_H
#define PERCPU_LINUX_RCU_SYNC_H

#include <linux/bug.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

struct rcu_sync {
	bool busy; /* not idle; the rest is under the lock */
	bool pending, again;
	unsigned int writers;
	struct mutex lock;
	struct rcu_head head;
};

#define __RCU_SYNC_INITIALIZER(name)                     \
	{                                                \
		.lock = __MUTEX_INITIALIZER((name).lock) \
	}
#define DEFINE_RCU_SYNC(name) struct rcu_sync name = __RCU_SYNC_INITIALIZER(name)

/** rcu_sync_is_idle() - (a). */
static inline bool rcu_sync_is_idle(struct rcu_sync *rsp)
{
	return !READ_ONCE(rsp->busy);
}

static inline void rcu_sync_init(struct rcu_sync *rsp)
{
	const struct rcu_sync fresh = __RCU_SYNC_INITIALIZER(fresh);

	*rsp = fresh;
}

/** rcu_sync_enter() - (1) and (2). The lock is kept meanwhile: other writers need the same. */
static inline void rcu_sync_enter(struct rcu_sync *rsp)
{
	guard(mutex)(&rsp->lock);
	rsp->writers++;
	if (rsp->busy)
		return;
	WRITE_ONCE(rsp->busy, true);
	synchronize_rcu();
}

/* (4): a grace period after the exit that asked for it. */
static inline void __pcpu_rcu_sync_passed(struct rcu_head *head)
{
	struct rcu_sync *rsp = container_of(head, struct rcu_sync, head);

	guard(mutex)(&rsp->lock);
	rsp->pending = false;
	if (rsp->writers != 0)
		return;
	/* one that came meanwhile has left meanwhile: another one */
	rsp->pending = rsp->again;
	if (rsp->again)
		call_rcu(&rsp->head, __pcpu_rcu_sync_passed);
	else
		WRITE_ONCE(rsp->busy, false);
	rsp->again = false;
}

/** rcu_sync_exit() - (3), of one rcu_sync_enter(). */
static inline void rcu_sync_exit(struct rcu_sync *rsp)
{
	guard(mutex)(&rsp->lock);
	if (WARN_ON_ONCE(rsp->writers == 0) || --rsp->writers != 0)
		return;
	rsp->again = rsp->pending;
	if (!rsp->pending)
		call_rcu(&rsp->head, __pcpu_rcu_sync_passed);
	rsp->pending = true;
}

/** rcu_sync_dtor() - waits until it is idle; there is no writer any more. */
static inline void rcu_sync_dtor(struct rcu_sync *rsp)
{
	WARN_ON_ONCE(READ_ONCE(rsp->writers) != 0);
	while (READ_ONCE(rsp->busy))
		rcu_barrier();
}

#endif /* PERCPU_LINUX_RCU_SYNC_H */
