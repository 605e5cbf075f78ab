/* SPDX-License-Identifier: MIT */
/*
 * linux/rwsem.h - many that read, or one that writes, who sleep while they wait; and a writer may
 * become a reader. A thread that lets go need not be the one that took it. Readers that come while
 * a writer waits come after it, so a reader may not take it twice.
 */
#ifndef PERCPU_LINUX_RWSEM_H
#define PERCPU_LINUX_RWSEM_H

#include <linux/cleanup.h>
#include <linux/types.h>

#include <pthread.h>

struct rw_semaphore {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int users; /* how many read, or -1 */
	int writers_waiting;
};

#define __RWSEM_INITIALIZER(name)                                         \
	{                                                                 \
		PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 \
	}
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

static inline void init_rwsem(struct rw_semaphore *sem)
{
	const struct rw_semaphore fresh = __RWSEM_INITIALIZER();

	*sem = fresh;
}

/* Takes it; 0: it would have to wait, and may not. */
static inline int __pcpu_rwsem_take(struct rw_semaphore *sem, bool write, bool may_wait)
{
	int taken = 0;

	pthread_mutex_lock(&sem->lock);
	sem->writers_waiting += write;
	for (;;) {
		taken = write ? sem->users == 0 : sem->users >= 0 && !sem->writers_waiting;
		if (taken || !may_wait)
			break;
		pthread_cond_wait(&sem->changed, &sem->lock);
	}
	sem->writers_waiting -= write;
	if (taken)
		sem->users = write ? -1 : sem->users + 1;
	if (write && !taken)
		pthread_cond_broadcast(&sem->changed);
	pthread_mutex_unlock(&sem->lock);
	return taken;
}

/* One less, of those who read or write; or a writer who reads from now on. */
static inline void __pcpu_rwsem_give(struct rw_semaphore *sem, int left)
{
	pthread_mutex_lock(&sem->lock);
	sem->users = sem->users < 0 ? left : sem->users - 1;
	pthread_cond_broadcast(&sem->changed);
	pthread_mutex_unlock(&sem->lock);
}

static inline void down_read(struct rw_semaphore *sem)
{
	(void)__pcpu_rwsem_take(sem, false, true);
}

static inline int down_read_trylock(struct rw_semaphore *sem)
{
	return __pcpu_rwsem_take(sem, false, false);
}

static inline void up_read(struct rw_semaphore *sem)
{
	__pcpu_rwsem_give(sem, 0);
}

static inline void down_write(struct rw_semaphore *sem)
{
	(void)__pcpu_rwsem_take(sem, true, true);
}

static inline int down_write_trylock(struct rw_semaphore *sem)
{
	return __pcpu_rwsem_take(sem, true, false);
}

static inline void up_write(struct rw_semaphore *sem)
{
	__pcpu_rwsem_give(sem, 0);
}

/** downgrade_write() - who writes reads from now on, and nobody has written in between. */
static inline void downgrade_write(struct rw_semaphore *sem)
{
	__pcpu_rwsem_give(sem, 1);
}

static inline int rwsem_is_locked(struct rw_semaphore *sem)
{
	return __atomic_load_n(&sem->users, __ATOMIC_RELAXED) != 0;
}

#define down_read_nested(sem, subclass) down_read(sem)
#define down_write_nested(sem, subclass) down_write(sem)
#define down_read_interruptible(sem) (down_read(sem), 0)
#define down_read_killable(sem) (down_read(sem), 0)
#define down_write_killable(sem) (down_write(sem), 0)

DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD_COND(rwsem_read, _try, down_read_trylock(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD_COND(rwsem_write, _try, down_write_trylock(_T))

#endif /* PERCPU_LINUX_RWSEM_H */
