/* SPDX-License-Identifier: MIT */
/*
 * linux/rcuwait.h - one thread that waits for a condition, without a queue or a lock.
 *
 * Steps as in impl/task.h; the task is stored before (1), and read behind (b). Who wakes finds it,
 * or is before the look at the condition. What it finds may have gone meanwhile: it is never memory
 * of another kind.
 */
#ifndef PERCPU_LINUX_RCUWAIT_H
#define PERCPU_LINUX_RCUWAIT_H

#include <linux/sched.h>
#include <linux/types.h>

#define __RCUWAIT_INITIALIZER(name) \
	{                           \
		.task = NULL        \
	}

static inline void rcuwait_init(struct rcuwait *w)
{
	w->task = NULL;
}

static inline int rcuwait_active(struct rcuwait *w)
{
	return READ_ONCE(w->task) != NULL;
}

/** rcuwait_wake_up() - 1: somebody waited, and has been woken. */
static inline int rcuwait_wake_up(struct rcuwait *w)
{
	struct task_struct *task;

	smp_mb();
	task = smp_load_acquire(&w->task);
	return task ? wake_up_process(task) : 0;
}

static inline void prepare_to_rcuwait(struct rcuwait *w)
{
	smp_store_release(&w->task, current);
}

static inline void finish_rcuwait(struct rcuwait *w)
{
	smp_store_release(&w->task, (struct task_struct *)NULL);
	__set_current_state(TASK_RUNNING);
}

#define ___rcuwait_wait_event(w, condition, state, ret, sleep) \
	__extension__({                                        \
		long __ret = (ret);                            \
		prepare_to_rcuwait(w);                         \
		for (;;) {                                     \
			set_current_state(state);              \
			if (condition)                         \
				break;                         \
			sleep;                                 \
		}                                              \
		finish_rcuwait(w);                             \
		__ret;                                         \
	})
/** rcuwait_wait_event() - by the one thread that waits: until @condition holds; 0. */
#define rcuwait_wait_event(w, condition, state) \
	___rcuwait_wait_event(w, condition, state, 0, schedule())

#endif /* PERCPU_LINUX_RCUWAIT_H */
