/* SPDX-License-Identifier: MIT */
/*
 * wait.h - threads that sleep until they are woken, by the kernel's names. Include it where you
 * want them.
 *
 *	DEFINE_WAIT(wait);				others, when it has become true:
 *
 *	for (;;) {					done = true;
 *		prepare_to_wait(&queue, &wait,		wake_up(&queue);
 *				TASK_UNINTERRUPTIBLE);
 *		if (done)
 *			break;
 *		schedule();
 *	}
 *	finish_wait(&queue, &wait);
 *
 * A queue has the number of calls of wake_up(). A thread takes it down before it looks at its
 * condition (1), and sleeps only while it is the same (2): who makes the condition true and then
 * calls wake_up() (3) is seen by the look, or has changed the number, whichever comes first. All of
 * it is under the queue's mutex, so that (2) and the start of the sleep are one step to (3).
 *
 * For threads; not for handlers of signals. schedule() may return early, as in the kernel.
 */
#ifndef PERCPU_KERNEL_WAIT_H
#define PERCPU_KERNEL_WAIT_H

#include <percpu/impl/compiler.h>

#include <pthread.h>
#include <sched.h>

#include <percpu/impl/begin.h>

typedef struct {
	pthread_mutex_t lock;
	pthread_cond_t woken;
	unsigned int nr_wakes;
	unsigned int nr_waiting;
} wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)                               \
	{                                                                 \
		PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 \
	}
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)

/* A thread that waits, or is about to. */
struct wait_queue_entry {
	wait_queue_head_t *queue; /* NULL: it is on none */
	unsigned int nr_wakes;    /* of the queue, when it was last prepared */
};
#define DEFINE_WAIT(name) struct wait_queue_entry name = {NULL, 0}

/* How a thread is said to sleep; here there is one way. */
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2

/* The entry that the thread has prepared, for schedule(). Every file has its own. */
static __thread struct wait_queue_entry *__pcpu_prepared __attribute__((__unused__));

/** prepare_to_wait() - from now on wake_up() of @queue is noticed: (1). May be called again. */
__pcpu_inline void prepare_to_wait(wait_queue_head_t *queue, struct wait_queue_entry *entry,
				   int state)
{
	(void)state;
	pthread_mutex_lock(&queue->lock);
	if (!entry->queue)
		queue->nr_waiting++;
	entry->queue = queue;
	entry->nr_wakes = queue->nr_wakes;
	pthread_mutex_unlock(&queue->lock);
	__pcpu_prepared = entry;
}

/** schedule() - sleeps until the queue is woken that was prepared last: (2); else gives way. */
__pcpu_inline void schedule(void)
{
	struct wait_queue_entry *entry = __pcpu_prepared;

	if (!entry || !entry->queue) {
		sched_yield();
		return;
	}
	pthread_mutex_lock(&entry->queue->lock);
	while (entry->queue->nr_wakes == entry->nr_wakes)
		pthread_cond_wait(&entry->queue->woken, &entry->queue->lock);
	pthread_mutex_unlock(&entry->queue->lock);
}

/** finish_wait() - the thread waits no more. */
__pcpu_inline void finish_wait(wait_queue_head_t *queue, struct wait_queue_entry *entry)
{
	pthread_mutex_lock(&queue->lock);
	if (entry->queue)
		queue->nr_waiting--;
	entry->queue = NULL;
	pthread_mutex_unlock(&queue->lock);
	__pcpu_prepared = NULL;
}

/** waitqueue_active() - whether a thread waits, or is about to, as of some moment. */
__pcpu_inline int waitqueue_active(wait_queue_head_t *queue)
{
	return __atomic_load_n(&queue->nr_waiting, __ATOMIC_SEQ_CST) != 0;
}

/** wake_up() - all that wait on @queue go on: (3). */
__pcpu_inline void wake_up(wait_queue_head_t *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->nr_wakes++;
	pthread_cond_broadcast(&queue->woken);
	pthread_mutex_unlock(&queue->lock);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_KERNEL_WAIT_H */
