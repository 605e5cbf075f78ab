/* SPDX-License-Identifier: MIT */
/*
 * linux/seqlock.h - data that a writer changes while readers look, and read again if it did.
 *
 *	writer (one at a time)			reader
 *	(1) the count becomes odd		(a) the count, even; or wait
 *	(2) the data				(b) the data
 *	(3) the count becomes even		(c) the count again: not (a)'s, so from (a)
 *
 * A barrier stands behind (1) and one before (c), and (3) releases what (a) acquires: a reader that
 * has seen something of (2) finds another count at (c). What is read meanwhile is to be copied by
 * READ_ONCE() and used only when (c) is content.
 */
#ifndef PERCPU_LINUX_SEQLOCK_H
#define PERCPU_LINUX_SEQLOCK_H

#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>

typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;

#define SEQCNT_ZERO(name)     \
	{                     \
		.sequence = 0 \
	}

static inline void seqcount_init(seqcount_t *s)
{
	s->sequence = 0;
}

/** __read_seqcount_begin() - (a), without its order; raw_read_seqcount(): of an odd one too. */
static inline unsigned int __read_seqcount_begin(const seqcount_t *s)
{
	unsigned int sequence;

	while ((sequence = __atomic_load_n(&s->sequence, __ATOMIC_ACQUIRE)) & 1)
		sched_yield();
	return sequence;
}
#define read_seqcount_begin(s) __read_seqcount_begin(s)
#define raw_read_seqcount_begin(s) __read_seqcount_begin(s)
#define raw_read_seqcount(s) __atomic_load_n(&(s)->sequence, __ATOMIC_ACQUIRE)
#define raw_seqcount_begin(s) (raw_read_seqcount(s) & ~1u)

/** read_seqcount_retry() - (c): whether all has to be read again. */
static inline int __read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	return READ_ONCE(s->sequence) != start;
}

static inline int read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();
	return __read_seqcount_retry(s, start);
}

/* The writer, who is the only one, and is not to be preempted: (1) and (3). */
static inline void raw_write_seqcount_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}

static inline void raw_write_seqcount_end(seqcount_t *s)
{
	__atomic_store_n(&s->sequence, s->sequence + 1, __ATOMIC_RELEASE);
}
#define write_seqcount_begin(s) raw_write_seqcount_begin(s)
#define write_seqcount_begin_nested(s, subclass) raw_write_seqcount_begin(s)
#define write_seqcount_end(s) raw_write_seqcount_end(s)

/** write_seqcount_invalidate() - whoever is reading reads again. */
static inline void write_seqcount_invalidate(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 2);
}

/* --- a count with the writers' lock --- */

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(name)                                                  \
	{                                                                         \
		.seqcount = SEQCNT_ZERO(name), .lock = __SPIN_LOCK_UNLOCKED(name) \
	}
#define DEFINE_SEQLOCK(name) seqlock_t name = __SEQLOCK_UNLOCKED(name)

static inline void seqlock_init(seqlock_t *sl)
{
	seqcount_init(&sl->seqcount);
	spin_lock_init(&sl->lock);
}

static inline unsigned int read_seqbegin(const seqlock_t *sl)
{
	return read_seqcount_begin(&sl->seqcount);
}

static inline unsigned int read_seqretry(const seqlock_t *sl, unsigned int start)
{
	return (unsigned int)read_seqcount_retry(&sl->seqcount, start);
}

static inline void write_seqlock(seqlock_t *sl)
{
	spin_lock(&sl->lock);
	write_seqcount_begin(&sl->seqcount);
}

static inline void write_sequnlock(seqlock_t *sl)
{
	write_seqcount_end(&sl->seqcount);
	spin_unlock(&sl->lock);
}

#define write_seqlock_irq(sl) __pcpu_with(local_irq_disable(), write_seqlock(sl))
#define write_sequnlock_irq(sl) __pcpu_with(write_sequnlock(sl), local_irq_enable())
#define write_seqlock_bh(sl) __pcpu_with(local_bh_disable(), write_seqlock(sl))
#define write_sequnlock_bh(sl) __pcpu_with(write_sequnlock(sl), local_bh_enable())
#define write_seqlock_irqsave(sl, flags) __pcpu_with(local_irq_save(flags), write_seqlock(sl))
#define write_sequnlock_irqrestore(sl, flags) \
	__pcpu_with(write_sequnlock(sl), local_irq_restore(flags))
#define read_seqlock_excl(sl) spin_lock(&(sl)->lock)
#define read_sequnlock_excl(sl) spin_unlock(&(sl)->lock)

#endif /* PERCPU_LINUX_SEQLOCK_H */
