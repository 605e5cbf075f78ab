/* SPDX-License-Identifier: MIT */
/*
 * linux/wait.h - queues of threads that wait for a condition, as kernel files look into them: a
 * list of entries under a lock, each with a function that wakes its thread, or does something else.
 * (The queue of percpu/kernel/wait.h shows nobody what is in it, and costs less memory.)
 *
 *	wait_event(queue, done);		done = true; wake_up(&queue);
 *
 * Who waits is on the list before it looks at the condition, and in a state that wake_up() changes
 * (impl/task.h, (1) to (3)); who wakes has made the condition true before it looks at the list. A
 * queue's lock is taken by both.
 */
#ifndef PERCPU_LINUX_WAIT_H
#define PERCPU_LINUX_WAIT_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>

struct wait_queue_entry;

/**
 * What is to be done of an entry, under the queue's lock. Returns 1: its thread has been woken; 0:
 * it need not be; negative: nobody behind it is to be woken.
 */
typedef int (*wait_queue_func_t)(struct wait_queue_entry *entry, unsigned int mode, int flags,
				 void *key);

#define WQ_FLAG_EXCLUSIVE 0x01u /* who is woken as one of a number */
#define WQ_FLAG_WOKEN 0x02u     /* wait_woken(): it has been woken */
#define WQ_FLAG_CUSTOM 0x04u    /* the user's */
#define WQ_FLAG_DONE 0x08u
#define WQ_FLAG_PRIORITY 0x10u /* before all others, and as one of a number */

struct wait_queue_entry {
	unsigned int flags;
	void *private;
	wait_queue_func_t func;
	struct list_head entry;
};
typedef struct wait_queue_entry wait_queue_entry_t;

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)                                                \
	{                                                                                  \
		.lock = __SPIN_LOCK_UNLOCKED(name.lock), .head = LIST_HEAD_INIT(name.head) \
	}
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
/* On the stack no other is possible. */
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)
#define __WAITQUEUE_INITIALIZER(name, task)                                               \
	{                                                                                 \
		.private = (task), .func = default_wake_function, .entry = { NULL, NULL } \
	}
#define DECLARE_WAITQUEUE(name, task) \
	struct wait_queue_entry name = __WAITQUEUE_INITIALIZER(name, task)
#define DEFINE_WAIT_FUNC(name, function) \
	struct wait_queue_entry name = { \
		.private = current, .func = (function), .entry = LIST_HEAD_INIT((name).entry)}
#define DEFINE_WAIT(name) DEFINE_WAIT_FUNC(name, autoremove_wake_function)

static inline void init_waitqueue_head(struct wait_queue_head *queue)
{
	spin_lock_init(&queue->lock);
	INIT_LIST_HEAD(&queue->head);
}
#define __init_waitqueue_head(queue, name, key) \
	((void)(name), (void)(key), init_waitqueue_head(queue))

/* --- what wakes --- */

/** default_wake_function() - wakes the entry's thread. */
static inline int default_wake_function(struct wait_queue_entry *entry, unsigned int mode,
					int flags, void *key)
{
	(void)flags;
	(void)key;
	return wake_up_state((struct task_struct *)entry->private, mode);
}

/**
 * autoremove_wake_function() - and takes the entry off the list if it has
 *
 * That is the last that is done to it: its thread may find it off the list, and go on.
 */
static inline int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode,
					   int flags, void *key)
{
	const int woken = default_wake_function(entry, mode, flags, key);

	if (woken)
		list_del_init_careful(&entry->entry);
	return woken;
}

static inline void init_wait_entry(struct wait_queue_entry *entry, int flags)
{
	entry->flags = (unsigned int)flags;
	entry->private = current;
	entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&entry->entry);
}
#define init_wait(entry) init_wait_entry(entry, 0)

static inline void init_waitqueue_entry(struct wait_queue_entry *entry, struct task_struct *task)
{
	entry->flags = 0;
	entry->private = task;
	entry->func = default_wake_function;
}

static inline void init_waitqueue_func_entry(struct wait_queue_entry *entry, wait_queue_func_t func)
{
	entry->flags = 0;
	entry->private = NULL;
	entry->func = func;
}

/*
 * Wakes, with the queue's lock held, all that are not exclusive before the @nr-th exclusive one,
 * and that many of these; @nr 0: all. How many exclusive ones have been.
 */
static inline int __pcpu_wake_locked(struct wait_queue_head *queue, unsigned int mode, int nr,
				     int flags, void *key)
{
	struct wait_queue_entry *entry, *next;
	int left = nr;

	list_for_each_entry_safe(entry, next, &queue->head, entry)
	{
		const unsigned int entry_flags = entry->flags;
		const int woken = entry->func(entry, mode, flags, key);

		if (woken < 0)
			break;
		if (woken && (entry_flags & WQ_FLAG_EXCLUSIVE) && --left == 0)
			break;
	}
	return nr - left;
}

static inline int __wake_up(struct wait_queue_head *queue, unsigned int mode, int nr, void *key)
{
	unsigned long flags;
	int woken;

	spin_lock_irqsave(&queue->lock, flags);
	woken = __pcpu_wake_locked(queue, mode, nr, 0, key);
	spin_unlock_irqrestore(&queue->lock, flags);
	return woken;
}
#define __wake_up_locked(queue, mode, nr) ((void)__pcpu_wake_locked(queue, mode, nr, 0, NULL))
#define __wake_up_locked_key(queue, mode, key) ((void)__pcpu_wake_locked(queue, mode, 1, 0, key))
#define __wake_up_sync(queue, mode) ((void)__wake_up(queue, mode, 1, NULL))

/** wake_up() - all that are not exclusive, and one that is; _nr: that many; _all: all. */
#define wake_up(queue) __wake_up(queue, TASK_NORMAL, 1, NULL)
#define wake_up_nr(queue, nr) __wake_up(queue, TASK_NORMAL, nr, NULL)
#define wake_up_all(queue) __wake_up(queue, TASK_NORMAL, 0, NULL)
#define wake_up_locked(queue) __wake_up_locked(queue, TASK_NORMAL, 1)
#define wake_up_all_locked(queue) __wake_up_locked(queue, TASK_NORMAL, 0)
#define wake_up_sync(queue) __wake_up_sync(queue, TASK_NORMAL)
#define wake_up_interruptible(queue) __wake_up(queue, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(queue, nr) __wake_up(queue, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(queue) __wake_up(queue, TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(queue) __wake_up_sync(queue, TASK_INTERRUPTIBLE)
#define wake_up_poll(queue, m) __wake_up(queue, TASK_NORMAL, 1, (void *)(uintptr_t)(m))
#define wake_up_locked_poll(queue, m) \
	__wake_up_locked_key(queue, TASK_NORMAL, (void *)(uintptr_t)(m))

/* --- being on the list --- */

/**
 * waitqueue_active() - whether somebody is; for who has made the condition true, after smp_mb().
 */
static inline int waitqueue_active(struct wait_queue_head *queue)
{
	return !list_empty(&queue->head);
}

static inline bool wq_has_single_sleeper(struct wait_queue_head *queue)
{
	return list_is_singular(&queue->head);
}

static inline bool wq_has_sleeper(struct wait_queue_head *queue)
{
	smp_mb();
	return waitqueue_active(queue);
}

/* With the queue's lock held. */
static inline void __add_wait_queue(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	struct list_head *place = &queue->head;
	struct wait_queue_entry *other;

	list_for_each_entry(other, &queue->head, entry)
	{
		if (!(other->flags & WQ_FLAG_PRIORITY))
			break;
		place = &other->entry;
	}
	list_add(&entry->entry, place);
}

static inline void __add_wait_queue_entry_tail(struct wait_queue_head *queue,
					       struct wait_queue_entry *entry)
{
	list_add_tail(&entry->entry, &queue->head);
}

static inline void __add_wait_queue_exclusive(struct wait_queue_head *queue,
					      struct wait_queue_entry *entry)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue(queue, entry);
}

static inline void __add_wait_queue_entry_tail_exclusive(struct wait_queue_head *queue,
							 struct wait_queue_entry *entry)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue_entry_tail(queue, entry);
}

static inline void __remove_wait_queue(struct wait_queue_head *queue,
				       struct wait_queue_entry *entry)
{
	(void)queue;
	list_del(&entry->entry);
}

/** add_wait_queue() - to the front; _exclusive: to the end, as one of a number. */
static inline void add_wait_queue(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	guard(spinlock_irqsave)(&queue->lock);
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	__add_wait_queue(queue, entry);
}

static inline void add_wait_queue_exclusive(struct wait_queue_head *queue,
					    struct wait_queue_entry *entry)
{
	guard(spinlock_irqsave)(&queue->lock);
	__add_wait_queue_entry_tail_exclusive(queue, entry);
}

static inline void remove_wait_queue(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	guard(spinlock_irqsave)(&queue->lock);
	__remove_wait_queue(queue, entry);
}

/** prepare_to_wait() - on the list, if it is not, and in @state. May be called again. */
static inline void prepare_to_wait(struct wait_queue_head *queue, struct wait_queue_entry *entry,
				   int state)
{
	guard(spinlock_irqsave)(&queue->lock);
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	if (list_empty(&entry->entry))
		__add_wait_queue(queue, entry);
	set_current_state((unsigned int)state);
}

/** prepare_to_wait_exclusive() - at the end, as one of a number; whether the list was empty. */
static inline bool prepare_to_wait_exclusive(struct wait_queue_head *queue,
					     struct wait_queue_entry *entry, int state)
{
	bool was_empty = false;
	guard(spinlock_irqsave)(&queue->lock);

	entry->flags |= WQ_FLAG_EXCLUSIVE;
	if (list_empty(&entry->entry)) {
		was_empty = list_empty(&queue->head);
		__add_wait_queue_entry_tail(queue, entry);
	}
	set_current_state((unsigned int)state);
	return was_empty;
}

/** prepare_to_wait_event() - of an entry that says itself whether it is exclusive; 0. */
static inline long prepare_to_wait_event(struct wait_queue_head *queue,
					 struct wait_queue_entry *entry, int state)
{
	if (entry->flags & WQ_FLAG_EXCLUSIVE)
		(void)prepare_to_wait_exclusive(queue, entry, state);
	else
		prepare_to_wait(queue, entry, state);
	return 0;
}

/** finish_wait() - runs again, and is off the list. */
static inline void finish_wait(struct wait_queue_head *queue, struct wait_queue_entry *entry)
{
	__set_current_state(TASK_RUNNING);
	if (list_empty_careful(&entry->entry))
		return;
	guard(spinlock_irqsave)(&queue->lock);
	list_del_init(&entry->entry);
}

/* --- wait_woken(): a wait whose condition is looked at in any state --- */

/** woken_wake_function() - notes it in the entry, for wait_woken(), before the thread is woken. */
static inline int woken_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags,
				      void *key)
{
	smp_mb();
	__atomic_fetch_or(&entry->flags, WQ_FLAG_WOKEN, __ATOMIC_RELEASE);
	return default_wake_function(entry, mode, flags, key);
}

/** wait_woken() - sleeps until it is woken, or has been since the last time; jiffies left. */
static inline long wait_woken(struct wait_queue_entry *entry, unsigned int mode, long timeout)
{
	set_current_state(mode);
	if (!(READ_ONCE(entry->flags) & WQ_FLAG_WOKEN))
		timeout = schedule_timeout(timeout);
	__set_current_state(TASK_RUNNING);
	__atomic_fetch_and(&entry->flags, ~WQ_FLAG_WOKEN, __ATOMIC_RELAXED);
	smp_mb();
	return timeout;
}

/* --- wait_event() --- */

/*
 * Waits until @condition holds; @sleep is how it sleeps. The condition is evaluated at least once,
 * and once more after each sleep.
 */
#define __pcpu_wait_until(queue, condition, state, exclusive, sleep)                        \
	do {                                                                                \
		struct wait_queue_entry __pcpu_entry;                                       \
		init_wait_entry(&__pcpu_entry, (exclusive) ? (int)WQ_FLAG_EXCLUSIVE : 0);   \
		for (;;) {                                                                  \
			(void)prepare_to_wait_event(&(queue), &__pcpu_entry, (int)(state)); \
			if (condition)                                                      \
				break;                                                      \
			sleep;                                                              \
		}                                                                           \
		finish_wait(&(queue), &__pcpu_entry);                                       \
	} while (0)
/** ___wait_event() - the same, with a value, which condition and sleep know as __ret. */
#define ___wait_event(queue, condition, state, exclusive, ret, sleep)         \
	__extension__({                                                       \
		long __ret = (ret);                                           \
		__pcpu_wait_until(queue, condition, state, exclusive, sleep); \
		__ret;                                                        \
	})
#define ___wait_event_in(queue, condition, state, exclusive, sleep)                   \
	do {                                                                          \
		might_sleep();                                                        \
		if (!(condition))                                                     \
			__pcpu_wait_until(queue, condition, state, exclusive, sleep); \
	} while (0)

/** wait_event() - until @condition, which is evaluated again and again, holds. */
#define wait_event(queue, condition) \
	___wait_event_in(queue, condition, TASK_UNINTERRUPTIBLE, 0, schedule())
#define io_wait_event(queue, condition) wait_event(queue, condition)
#define wait_event_exclusive(queue, condition) \
	___wait_event_in(queue, condition, TASK_UNINTERRUPTIBLE, 1, schedule())
#define wait_event_cmd(queue, condition, before, after) \
	___wait_event_in(queue, condition, TASK_UNINTERRUPTIBLE, 0, before; schedule(); after)
/** wait_event_interruptible() - no signal ends it: 0. */
#define __pcpu_wait_event_0(queue, condition, state, exclusive)                   \
	__extension__({                                                           \
		___wait_event_in(queue, condition, state, exclusive, schedule()); \
		0;                                                                \
	})
#define wait_event_interruptible(queue, condition) \
	__pcpu_wait_event_0(queue, condition, TASK_INTERRUPTIBLE, 0)
#define wait_event_interruptible_exclusive(queue, condition) \
	__pcpu_wait_event_0(queue, condition, TASK_INTERRUPTIBLE, 1)
#define wait_event_killable(queue, condition) \
	__pcpu_wait_event_0(queue, condition, TASK_KILLABLE, 0)
#define wait_event_freezable(queue, condition) wait_event_interruptible(queue, condition)
#define wait_event_idle(queue, condition) \
	___wait_event_in(queue, condition, TASK_IDLE, 0, schedule())

/* Whether @condition holds, or the time is over; if it holds, at least one jiffy is left. */
#define ___wait_cond_timeout(condition)                \
	__extension__({                                \
		const bool __pcpu_holds = (condition); \
		if (__pcpu_holds && __ret <= 0)        \
			__ret = 1;                     \
		__pcpu_holds || __ret <= 0;            \
	})
/** wait_event_timeout() - 0: not within @timeout jiffies; else how many are left, at least 1. */
#define __pcpu_wait_event_timeout(queue, condition, state, timeout)                         \
	__extension__({                                                                     \
		long __ret = (timeout);                                                     \
		might_sleep();                                                              \
		if (!___wait_cond_timeout(condition))                                       \
			__pcpu_wait_until(queue, ___wait_cond_timeout(condition), state, 0, \
					  __ret = schedule_timeout(__ret));                 \
		__ret;                                                                      \
	})
#define wait_event_timeout(queue, condition, timeout) \
	__pcpu_wait_event_timeout(queue, condition, TASK_UNINTERRUPTIBLE, timeout)
#define wait_event_interruptible_timeout(queue, condition, timeout) \
	__pcpu_wait_event_timeout(queue, condition, TASK_INTERRUPTIBLE, timeout)
#define wait_event_killable_timeout(queue, condition, timeout) \
	__pcpu_wait_event_timeout(queue, condition, TASK_KILLABLE, timeout)
#define wait_event_idle_timeout(queue, condition, timeout) \
	__pcpu_wait_event_timeout(queue, condition, TASK_IDLE, timeout)

/**
 * wait_event_lock_irq() - @condition is looked at with @lock, a spinlock_t, which is let go to
 * sleep.
 */
#define wait_event_lock_irq(queue, condition, lock) \
	wait_event_lock_irq_cmd(queue, condition, lock, )
#define wait_event_lock_irq_cmd(queue, condition, lock, cmd)                         \
	do {                                                                         \
		if (!(condition))                                                    \
			__pcpu_wait_until(queue, condition, TASK_UNINTERRUPTIBLE, 0, \
					  spin_unlock_irq(&(lock));                  \
					  cmd; schedule(); spin_lock_irq(&(lock)));  \
	} while (0)
#define wait_event_interruptible_lock_irq(queue, condition, lock) \
	__extension__({                                           \
		wait_event_lock_irq(queue, condition, lock);      \
		0;                                                \
	})

#endif /* PERCPU_LINUX_WAIT_H */
