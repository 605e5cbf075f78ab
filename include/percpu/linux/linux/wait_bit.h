/* SPDX-License-Identifier: MIT */
/*
 * linux/wait_bit.h - waiting for a bit, or for any variable: the queue is one of a few that all
 * share, chosen by the address, so everybody on it is woken and looks.
 */
#ifndef PERCPU_LINUX_WAIT_BIT_H
#define PERCPU_LINUX_WAIT_BIT_H

#include <linux/bitops.h>
#include <linux/wait.h>

#define __PCPU_BIT_QUEUES 64
struct __pcpu_bit_queues {
	struct wait_queue_head queue[__PCPU_BIT_QUEUES]; /* zero until it is first used */
};
extern struct __pcpu_bit_queues __pcpu_bit_queues;
__PCPU_ONCE_A_PROGRAM struct __pcpu_bit_queues __pcpu_bit_queues;

static inline struct wait_queue_head *__var_waitqueue(void *p)
{
	const unsigned long hash = (uintptr_t)p * 0x9e3779b97f4a7c15UL;
	struct wait_queue_head *queue = &__pcpu_bit_queues.queue[hash >> 58];

	if (unlikely(!smp_load_acquire(&queue->head.next))) {
		guard(spinlock_irqsave)(&queue->lock);
		if (!queue->head.next) {
			queue->head.prev = &queue->head;
			smp_store_release(&queue->head.next, &queue->head);
		}
	}
	return queue;
}
#define bit_waitqueue(word, bit) __var_waitqueue((void *)((uintptr_t)(word) + (unsigned int)(bit)))

/** wait_var_event() - until @condition, of what is at @var, holds; wake_up_var() after a change. */
#define wait_var_event(var, condition) wait_event(*__var_waitqueue((void *)(var)), condition)
#define wait_var_event_killable(var, condition) \
	wait_event_killable(*__var_waitqueue((void *)(var)), condition)
#define wait_var_event_timeout(var, condition, timeout) \
	wait_event_timeout(*__var_waitqueue((void *)(var)), condition, timeout)
static inline void wake_up_var(void *var)
{
	struct wait_queue_head *queue = __var_waitqueue(var);

	if (wq_has_sleeper(queue))
		wake_up_all(queue);
}

/** wait_on_bit() - until it is clear; 0. wait_on_bit_lock(): and has set it. */
static inline int wait_on_bit(unsigned long *word, int bit, unsigned int mode)
{
	___wait_event_in(*bit_waitqueue(word, bit), !test_bit_acquire((unsigned long)bit, word),
			 mode, 0, schedule());
	return 0;
}

static inline int wait_on_bit_lock(unsigned long *word, int bit, unsigned int mode)
{
	___wait_event_in(*bit_waitqueue(word, bit),
			 !test_and_set_bit_lock((unsigned long)bit, word), mode, 0, schedule());
	return 0;
}
#define wait_on_bit_io(word, bit, mode) wait_on_bit(word, bit, mode)
#define wait_on_bit_lock_io(word, bit, mode) wait_on_bit_lock(word, bit, mode)

static inline void wake_up_bit(void *word, int bit)
{
	wake_up_var((void *)((uintptr_t)word + (unsigned int)bit));
}

static inline void clear_and_wake_up_bit(int bit, void *word)
{
	clear_bit_unlock((unsigned long)bit, (unsigned long *)word);
	wake_up_bit(word, bit);
}

#endif /* PERCPU_LINUX_WAIT_BIT_H */
