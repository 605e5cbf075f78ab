/* SPDX-License-Identifier: MIT */
/*
 * notifier.h - notifier chains: callbacks that hear of events, in the order of their priorities.
 *
 *	static int heard(struct notifier_block *nb, unsigned long event, void *data);
 *	static struct notifier_block block = {heard, NULL, 0};
 *	static RAW_NOTIFIER_HEAD(chain);
 *
 *	raw_notifier_chain_register(&chain, &block);
 *	raw_notifier_call_chain(&chain, EVENT, data);
 *
 * A raw chain has no lock: its users see to it that nobody changes it while somebody else changes
 * or calls it. A callback may take its own block off the chain, and nobody else's. The chain of
 * CPU hotplug, which has its lock, is in cpu.h. The kernel's names and values are mirrored.
 */
#ifndef PERCPU_NOTIFIER_H
#define PERCPU_NOTIFIER_H

#include <percpu/impl/compiler.h>

#include <errno.h>

#include <percpu/impl/begin.h>

struct notifier_block;

/**
 * notifier_fn_t - a callback: its block, the event, and what the event is about
 *
 * Returns one of the values below, or notifier_from_errno(). It must not be left by longjmp() or an
 * exception.
 */
typedef int (*notifier_fn_t)(struct notifier_block *nb, unsigned long action, void *data);

/** A callback and its place. It belongs to the chain from register to unregister. */
struct notifier_block {
	notifier_fn_t notifier_call;
	struct notifier_block *next; /* the chain's */
	int priority;                /* higher ones are called first, equal ones as they came */
};

/** A chain. Zero is one that is empty. */
struct raw_notifier_head {
	struct notifier_block *head;
};

/** RAW_NOTIFIER_INIT(), RAW_NOTIFIER_HEAD() - an empty chain: its value, and its definition. */
#define RAW_NOTIFIER_INIT(name) \
	{                       \
		NULL            \
	}
#define RAW_NOTIFIER_HEAD(name) struct raw_notifier_head name = RAW_NOTIFIER_INIT(name)

/** What a callback returns. A value with the stop bit ends the walk along the chain. */
#define NOTIFY_DONE 0x0000                         /* it has no interest */
#define NOTIFY_OK 0x0001                           /* fine */
#define NOTIFY_STOP_MASK 0x8000                    /* the stop bit */
#define NOTIFY_BAD (NOTIFY_STOP_MASK | 0x0002)     /* it refuses: -EPERM */
#define NOTIFY_STOP (NOTIFY_OK | NOTIFY_STOP_MASK) /* fine, and nobody else is to hear of it */

/** notifier_from_errno() - the value that refuses with @err, a negative errno; 0: NOTIFY_OK. */
__pcpu_always_inline int notifier_from_errno(int err)
{
	return err ? NOTIFY_STOP_MASK | (NOTIFY_OK - err) : NOTIFY_OK;
}

/** notifier_to_errno() - 0, or the negative errno that the value @ret carries. */
__pcpu_always_inline int notifier_to_errno(int ret)
{
	ret &= ~NOTIFY_STOP_MASK;
	return ret > NOTIFY_OK ? NOTIFY_OK - ret : 0;
}

/**
 * raw_notifier_chain_register() - put @nb on the chain, behind all of the same priority
 *
 * Returns 0; -EEXIST: it is on the chain already; -EINVAL: there is no callback in it.
 */
__pcpu_inline int raw_notifier_chain_register(struct raw_notifier_head *nh,
					      struct notifier_block *nb)
{
	struct notifier_block **at = &nh->head, **next;

	if (!nb || !nb->notifier_call)
		return -EINVAL;
	for (next = &nh->head; *next; next = &(*next)->next) {
		if (*next == nb)
			return -EEXIST;
		if ((*next)->priority >= nb->priority)
			at = &(*next)->next;
	}
	nb->next = *at;
	/* last: a child of fork() has the chain of before or after */
	__atomic_store_n(at, nb, __ATOMIC_RELEASE);
	return 0;
}

/** raw_notifier_chain_unregister() - take @nb off the chain. 0, or -ENOENT: it is not there. */
__pcpu_inline int raw_notifier_chain_unregister(struct raw_notifier_head *nh,
						struct notifier_block *nb)
{
	struct notifier_block **at;

	for (at = &nh->head; *at; at = &(*at)->next) {
		if (*at != nb)
			continue;
		__atomic_store_n(at, nb->next, __ATOMIC_RELEASE);
		return 0;
	}
	return -ENOENT;
}

/**
 * __raw_notifier_call_chain() - call the blocks of a chain
 * @val: the event
 * @v: what it is about
 * @nr_to_call: how many blocks at most; -1: all
 * @nr_calls: if not NULL, one is added for each block that was called, also for the one that stops
 *
 * Returns what the last block that was called has returned; NOTIFY_DONE: there was none.
 */
__pcpu_inline int __raw_notifier_call_chain(struct raw_notifier_head *nh, unsigned long val,
					    void *v, int nr_to_call, int *nr_calls)
{
	struct notifier_block *nb = nh->head, *next;
	int ret = NOTIFY_DONE;

	for (; nb && nr_to_call; nb = next, nr_to_call--) {
		next = nb->next;
		ret = nb->notifier_call(nb, val, v);
		if (nr_calls)
			++*nr_calls;
		if (ret & NOTIFY_STOP_MASK)
			break;
	}
	return ret;
}

/** raw_notifier_call_chain() - call all blocks of a chain. */
__pcpu_inline int raw_notifier_call_chain(struct raw_notifier_head *nh, unsigned long val, void *v)
{
	return __raw_notifier_call_chain(nh, val, v, -1, NULL);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_NOTIFIER_H */
