/* SPDX-License-Identifier: MIT */
/*
 * pool.h - object caches: objects of one size, got and put back faster than malloc() and free().
 *
 *	struct percpu_pool *pool = percpu_pool_create("requests", sizeof(struct request), 0, 0);
 *
 *	struct request *request = percpu_pool_get(pool);	// NULL: the limit, or no memory
 *	...
 *	percpu_pool_put(pool, request);
 *
 * Every CPU has a magazine of objects that are free: getting and putting is one restartable
 * sequence (sequence.h) there, and what is put last is got first. A full magazine gives a quarter
 * of itself to a depot that all CPUs have in common, an empty one is filled from there; the depot
 * is two stacks of batches, without a lock. Only where that is empty too memory is mapped, a slab
 * of many objects at a time, under a lock.
 *
 * An object's bytes are what they were when it was put, or zero if it is new.
 *
 * What is found of misuse, and when: whenever objects are accounted for (percpu_pool_trim(),
 * percpu_pool_destroy()), an object that was put twice, and a pointer that is none of the pool's,
 * are fatal, with one message; objects that were not put back are an error of
 * percpu_pool_destroy(), with their number. Getting and putting look at nothing.
 *
 * All functions are thread-safe. Get and put are safe in signal handlers, and in forked children
 * whatever the parent's other threads were doing; objects that these had, or were about to give to
 * the depot, are lost in the child. Create, destroy and trim are not for handlers. In a section of
 * a CPU they can be called, but do not get at objects in magazines of others.
 *
 * A CPU that goes offline keeps what is in its magazine, at most 256 objects: percpu_pool_drain(),
 * in a callback of cpuhp_setup_state() say, gives it to the depot, as do trim, destroy, and a get
 * that comes to the limit. With shared copies (shared.h) there are no pools, since objects are the
 * process's: they are refused, and percpu_share() is while there are pools.
 *
 * The kernel has kmem_cache and objpool.
 */
#ifndef PERCPU_POOL_H
#define PERCPU_POOL_H

#include <percpu/sequence.h>

#include <percpu/impl/begin.h>

struct percpu_pool;

#ifdef PERCPU_UP
#include <percpu/impl/up/pool.h>
#include <percpu/impl/begin.h>
#else
/* What is in line needs of one. The library has more behind it. */
struct percpu_pool {
	uintptr_t magazines; /* a per-CPU pointer: how many objects there are, then these */
	uint64_t capacity;   /* of a magazine */
};
#endif

__PCPU_BEGIN_DECLS

/** The largest object, and the largest alignment, in bytes. */
#define PERCPU_POOL_MAX_SIZE (1ul << 20)
#define PERCPU_POOL_MAX_ALIGN 4096ul

/**
 * percpu_pool_create() - make a pool
 * @name: for messages; copied
 * @size: of an object, 1 .. PERCPU_POOL_MAX_SIZE bytes
 * @align: a power of two up to PERCPU_POOL_MAX_ALIGN; 0: that of any type
 * @limit: how many objects there may be; 0: as many as there is memory for
 *
 * No object is made yet. Returns NULL, with a warning in the log, if an argument is not so, if
 * there is no memory, or where copies are shared. Mirrors kmem_cache_create().
 */
PERCPU_API struct percpu_pool *percpu_pool_create(const char *name, size_t size, size_t align,
						  unsigned long limit);

/**
 * percpu_pool_destroy() - give back all memory of @pool
 *
 * Nobody uses it any more. Returns 0, also for NULL; -EBUSY: objects have not been put back. Their
 * number is an error in the log, and the pool is as it was.
 */
PERCPU_API int percpu_pool_destroy(struct percpu_pool *pool);

/* What is rare. */
PERCPU_API void *__percpu_pool_get(struct percpu_pool *pool);
PERCPU_API void __percpu_pool_put(struct percpu_pool *pool, void *object);

/**
 * percpu_pool_get() - an object that is free
 *
 * Returns NULL if there are @limit of them, and none is free that the caller may get at; or if
 * there is no memory.
 */
__pcpu_always_inline void *percpu_pool_get(struct percpu_pool *pool)
{
#ifdef PERCPU_UP
	return __percpu_pool_get(pool);
#else
	uint64_t object;

	if (__builtin_expect(__pcpu_sequence_take(pool->magazines, &object) < 0, 0))
		return __percpu_pool_get(pool);
	return (void *)(uintptr_t)object;
#endif
}

/** percpu_pool_put() - @object, which was got from @pool, is free. Always done. */
__pcpu_always_inline void percpu_pool_put(struct percpu_pool *pool, void *object)
{
#ifdef PERCPU_UP
	__percpu_pool_put(pool, object);
#else
	if (__builtin_expect(
		    __pcpu_sequence_give(pool->magazines, pool->capacity, (uintptr_t)object) < 0,
		    0))
		__percpu_pool_put(pool, object);
#endif
}

/**
 * percpu_pool_reserve() - make @nr objects more, to be got without any memory
 *
 * Returns 0; -ENOSPC: more than the limit; -ENOMEM. After an error as many as were possible have
 * been made.
 */
PERCPU_API int percpu_pool_reserve(struct percpu_pool *pool, unsigned long nr);

/**
 * percpu_pool_trim() - give memory back of which no object is in use
 *
 * Empties all magazines for it. Others may get and put meanwhile. Returns how many bytes.
 */
PERCPU_API size_t percpu_pool_trim(struct percpu_pool *pool);

/**
 * percpu_pool_drain() - give what is in the magazine of CPU @cpu to the depot
 *
 * Interrupts the CPU if there are any. Returns how many; 0 also for a CPU that is not possible or
 * was never used. -EDEADLK: there are some, and the caller holds another CPU, or local locks of
 * one.
 */
PERCPU_API int percpu_pool_drain(struct percpu_pool *pool, unsigned int cpu);

/** percpu_pool_nr_objects() - how many objects there are, in use and free. Signal-safe. */
PERCPU_API unsigned long percpu_pool_nr_objects(const struct percpu_pool *pool);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_POOL_H */
