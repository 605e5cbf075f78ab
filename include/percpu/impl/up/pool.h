/* SPDX-License-Identifier: MIT */
/*
 * up/pool.h - pool.h with PERCPU_UP: a list of free objects, each of which comes from the C
 * library.
 */
#ifndef PERCPU_UP_POOL_H
#define PERCPU_UP_POOL_H

#include <percpu/impl/sequence.h>
#include <percpu/impl/up/log.h>

#include <errno.h>
#include <stdlib.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

struct percpu_pool {
	uintptr_t first; /* the free ones, linked by their first word */
	size_t size, align;
	unsigned long limit, objects;
	char name[32];
};

/* Linked in a word of its own: what an object's bytes were, they are. */
struct percpu_up_object {
	uintptr_t next;
	uintptr_t object;
};

static inline struct percpu_up_object *__percpu_up_head(const struct percpu_pool *pool,
							void *object)
{
	return (struct percpu_up_object *)(void *)((char *)object + pool->size);
}

/* A new one; NULL: the limit, or no memory. */
static inline void *__percpu_up_object(struct percpu_pool *pool)
{
	void *object = NULL;

	if (pool->objects == pool->limit ||
	    posix_memalign(&object, pool->align, pool->size + sizeof(struct percpu_up_object)))
		return NULL;
	__builtin_memset(object, 0, pool->size);
	__percpu_up_head(pool, object)->object = (uintptr_t)object;
	pool->objects++;
	return object;
}

/* One that is free, or NULL. */
static inline void *__percpu_up_free_object(struct percpu_pool *pool)
{
	struct percpu_sequence_end end =
		__percpu_sequence(__PCPU_SEQUENCE_pop, (uintptr_t)&pool->first, 0, 0, 0, 0);

	return end.result < 0 ? NULL : (void *)((struct percpu_up_object *)end.found)->object;
}

PERCPU_API void *__percpu_pool_get(struct percpu_pool *pool)
{
	void *object = __percpu_up_free_object(pool);

	return object ? object : __percpu_up_object(pool);
}

PERCPU_API void __percpu_pool_put(struct percpu_pool *pool, void *object)
{
	struct percpu_up_object *head = __percpu_up_head(pool, object);

	__percpu_sequence(__PCPU_SEQUENCE_link, (uintptr_t)&pool->first, 0, (uintptr_t)head, 0,
			  (uintptr_t)&head->next);
}

PERCPU_API struct percpu_pool *percpu_pool_create(const char *name, size_t size, size_t align,
						  unsigned long limit)
{
	struct percpu_pool *pool;

	if (size == 0 || size > 1ul << 20 || (align & (align - 1)) || align > 4096) {
		__percpu_up_say(PERCPU_LOG_WARNING, "no pool of such a size or alignment");
		return NULL;
	}
	pool = (struct percpu_pool *)calloc(1, sizeof(*pool));
	if (!pool)
		return NULL;
	pool->size = (size + 15) / 16 * 16;
	pool->align = align > 16 ? align : 16;
	pool->limit = limit ? limit : ~0ul;
	snprintf(pool->name, sizeof(pool->name), "%s", name);
	return pool;
}

PERCPU_API int percpu_pool_reserve(struct percpu_pool *pool, unsigned long nr)
{
	if (nr > pool->limit - pool->objects)
		return -ENOSPC;
	for (; nr; nr--) {
		void *object = __percpu_up_object(pool);

		if (!object)
			return -ENOMEM;
		__percpu_pool_put(pool, object);
	}
	return 0;
}

PERCPU_API size_t percpu_pool_trim(struct percpu_pool *pool)
{
	size_t bytes = 0;
	void *object;

	while ((object = __percpu_up_free_object(pool)) != NULL) {
		free(object);
		pool->objects--;
		bytes += pool->size;
	}
	return bytes;
}

PERCPU_API int percpu_pool_destroy(struct percpu_pool *pool)
{
	if (!pool)
		return 0;
	percpu_pool_trim(pool);
	if (pool->objects) {
		percpu_log(PERCPU_LOG_ERR, "%lu objects of the pool %s have not been put back",
			   pool->objects, pool->name);
		return -EBUSY;
	}
	free(pool);
	return 0;
}

PERCPU_API int percpu_pool_drain(struct percpu_pool *pool, unsigned int cpu)
{
	(void)pool;
	(void)cpu;
	return 0;
}

PERCPU_API unsigned long percpu_pool_nr_objects(const struct percpu_pool *pool)
{
	return pool->objects;
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_POOL_H */
