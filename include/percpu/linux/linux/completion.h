/* SPDX-License-Identifier: MIT */
/*
 * linux/completion.h - waiting for what somebody completes; each completion lets one pass, or all.
 */
#ifndef PERCPU_LINUX_COMPLETION_H
#define PERCPU_LINUX_COMPLETION_H

#include <linux/wait.h>

#include <limits.h>

struct completion {
	unsigned int done; /* how many may pass, UINT_MAX: all, for ever; under wait.lock */
	wait_queue_head_t wait;
};

#define COMPLETION_INITIALIZER(name)                                          \
	{                                                                     \
		.done = 0, .wait = __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) \
	}
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name) DECLARE_COMPLETION(name)

static inline void init_completion(struct completion *x)
{
	x->done = 0;
	init_waitqueue_head(&x->wait);
}

static inline void reinit_completion(struct completion *x)
{
	x->done = 0;
}

/** try_wait_for_completion() - passes if it may; whether it has. */
static inline bool try_wait_for_completion(struct completion *x)
{
	guard(spinlock_irqsave)(&x->wait.lock);
	if (x->done == 0)
		return false;
	if (x->done != UINT_MAX)
		x->done--;
	return true;
}

static inline bool completion_done(struct completion *x)
{
	guard(spinlock_irqsave)(&x->wait.lock);
	return x->done != 0;
}

/** complete() - one passes; complete_all(): all, until reinit_completion(). */
static inline void complete(struct completion *x)
{
	guard(spinlock_irqsave)(&x->wait.lock);
	if (x->done != UINT_MAX)
		x->done++;
	wake_up_locked(&x->wait);
}

static inline void complete_all(struct completion *x)
{
	guard(spinlock_irqsave)(&x->wait.lock);
	x->done = UINT_MAX;
	wake_up_all_locked(&x->wait);
}

/*
 * The condition takes the queue's lock, so who passes finds that complete() has let go of it: the
 * completion may be on a stack that is left then.
 */
#define wait_for_completion(x) wait_event_exclusive((x)->wait, try_wait_for_completion(x))
#define wait_for_completion_io(x) wait_for_completion(x)
#define wait_for_completion_interruptible(x) \
	wait_event_interruptible_exclusive((x)->wait, try_wait_for_completion(x))
#define wait_for_completion_killable(x) wait_for_completion_interruptible(x)
/** wait_for_completion_timeout() - 0: not within @timeout jiffies; else what is left. */
#define wait_for_completion_timeout(x, timeout) \
	((unsigned long)wait_event_timeout((x)->wait, try_wait_for_completion(x), (long)(timeout)))
#define wait_for_completion_interruptible_timeout(x, timeout) \
	((long)wait_for_completion_timeout(x, timeout))

#endif /* PERCPU_LINUX_COMPLETION_H */
