/* SPDX-License-Identifier: MIT */
/*
 * pool.c - object caches; percpu/pool.h.
 *
 * Where an object is that is free: in the magazine of a CPU, which sequences change and nobody
 * else; in a batch of the depot (depot.h); or for a moment in the hands of a thread that carries it
 * from one to the other. A thread carries batches that it has popped, and what it has copied out of
 * a magazine by one sequence: so an object is in one place at any moment, and a thread that is
 * stopped in between hinders nobody.
 *
 * The lock of a pool is for its slabs and for more batches. It is taken with signals masked, and
 * under it nobody waits for a CPU: who holds one may come for the lock.
 */
#include "toolkit/depot.h"
#include "toolkit/sequence.h"
#include "toolkit/slab.h"
#include "boot/share.h"
#include "ground/fault.h"
#include "ground/lock.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "machine/tier.h"

#include <percpu/alloc.h>
#include <percpu/cpumask.h>
#include <percpu/pool.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define NAME_SIZE 32
/* Of a magazine: as many as batches of a quarter of that. */
#define BATCHES 4
#define MOST_OBJECTS (BATCHES * PCPU_BATCH_OBJECTS)
#define LEAST_OBJECTS 8
/* A magazine of large objects has not more than that. */
#define MAGAZINE_BYTES (128ul << 10)
/* How often a sequence is tried whose thread finds something else each time. */
#define TRIES 8

/* A magazine, as user_sequences.h has it. */
struct magazine {
	uint64_t nr;
	void *objects[];
};

struct pool {
	struct percpu_pool inlined;
	struct pool *next; /* under pools.lock */
	unsigned long limit;
	struct pcpu_mutex lock; /* for objects, slabs, and more batches */
	unsigned long objects;  /* that there are */
	struct pcpu_slabs slabs;
	unsigned int batch; /* objects that come and go together */
	char name[NAME_SIZE];
	struct pcpu_depot depot;
};

static struct {
	struct pcpu_mutex lock;
	struct pool *first;
	bool forks;     /* the handlers of fork() are known to the C library */
	sigset_t saved; /* between them */
} pools;

static struct pool *pool_of(const struct percpu_pool *pool)
{
	return (struct pool *)(uintptr_t)pool;
}

static struct magazine __percpu *magazines_of(const struct pool *pool)
{
	return (struct magazine __percpu *)pool->inlined.magazines;
}

/* --- fork: nobody has a lock then, nor does a handler want one in between --- */

static void before_fork(void)
{
	sigset_t saved;

	pcpu_lock_sigsave(&pools.lock, &saved);
	pools.saved = saved;
	for (struct pool *pool = pools.first; pool; pool = pool->next)
		pcpu_mutex_lock(&pool->lock);
}

static void after_fork(void)
{
	const sigset_t saved = pools.saved;

	for (struct pool *pool = pools.first; pool; pool = pool->next)
		pcpu_mutex_unlock(&pool->lock);
	pcpu_unlock_sigrestore(&pools.lock, &saved);
}

/* --- batches --- */

/* One that is empty; NULL: there is no memory for more. Under the pool's lock. */
static struct pcpu_batch *empty_batch_locked(struct pool *pool)
{
	struct pcpu_batch *batch;

	pcpu_assert_held(&pool->lock);
	do
		batch = pcpu_depot_pop(&pool->depot, &pool->depot.empty);
	while (!batch && pcpu_depot_grow(&pool->depot) == 0);
	return batch;
}

static void push_full(struct pool *pool, struct pcpu_batch *batch)
{
	pcpu_depot_push(&pool->depot, &pool->depot.full, batch);
}

static struct pcpu_batch *pop_full(struct pool *pool)
{
	return pcpu_depot_pop(&pool->depot, &pool->depot.full);
}

static void push_empty(struct pool *pool, struct pcpu_batch *batch)
{
	pcpu_depot_push(&pool->depot, &pool->depot.empty, batch);
}

/* The same; not under the lock. */
static struct pcpu_batch *empty_batch(struct pool *pool)
{
	struct pcpu_batch *batch = pcpu_depot_pop(&pool->depot, &pool->depot.empty);
	sigset_t saved;

	if (!batch) {
		pcpu_lock_sigsave(&pool->lock, &saved);
		batch = empty_batch_locked(pool);
		pcpu_unlock_sigrestore(&pool->lock, &saved);
	}
	if (batch)
		batch->nr = 0;
	return batch;
}

static struct pcpu_batch *batch_of(const struct pool *pool, uint32_t id)
{
	return id ? pcpu_depot_batch(&pool->depot, id) : NULL;
}

/* One of the full ones that is not. */
static struct pcpu_batch *partial_batch(struct pool *pool)
{
	struct pcpu_batch *batch, *passed = NULL, *next;

	while ((batch = pop_full(pool)) != NULL && batch->nr == pool->batch) {
		__atomic_store_n(&batch->next, passed ? passed->id : 0, __ATOMIC_RELAXED);
		passed = batch;
	}
	for (; passed; passed = next) {
		next = batch_of(pool, passed->next);
		push_full(pool, passed);
	}
	return batch;
}

/*
 * Always one: there are more batches than all objects fill. So if none is empty, and there is no
 * memory for more, some are not full, or are being carried, and come back.
 */
static struct pcpu_batch *batch_with_room(struct pool *pool)
{
	struct pcpu_batch *batch;

	while ((batch = empty_batch(pool)) == NULL && (batch = partial_batch(pool)) == NULL)
		sched_yield();
	return batch;
}

/* Gives @nr objects to the depot. */
static void give_to_depot(struct pool *pool, void **objects, unsigned int nr)
{
	while (nr) {
		struct pcpu_batch *batch = batch_with_room(pool);
		const unsigned int room = pool->batch - batch->nr, some = nr < room ? nr : room;

		memcpy(batch->objects + batch->nr, objects, some * sizeof(*objects));
		batch->nr += some;
		push_full(pool, batch);
		objects += some;
		nr -= some;
	}
}

/* --- memory --- */

/* Enough batches for @objects, and for those that threads carry. */
static int make_batches(struct pool *pool, unsigned long objects)
{
	const unsigned long wanted = objects / pool->batch + 2ul * nr_cpu_ids + 16;
	int err = 0;

	while (!err && pcpu_depot_batches(&pool->depot) < wanted)
		err = pcpu_depot_grow(&pool->depot);
	return err;
}

/*
 * The objects of a new slab from the @from-th on go to the depot: as many as there are batches for,
 * should others have taken those that were made for them.
 */
static void stock(struct pool *pool, struct pcpu_slab *slab, unsigned int from)
{
	while (from < slab->nr) {
		struct pcpu_batch *batch = empty_batch_locked(pool);

		if (!batch) {
			slab->nr = from;
			return;
		}
		for (batch->nr = 0; batch->nr < pool->batch && from < slab->nr; from++)
			batch->objects[batch->nr++] = pcpu_slab_object(&pool->slabs, slab, from);
		push_full(pool, batch);
	}
}

/*
 * Makes a slab. If @object is not NULL, the first object goes there. 0; -ENOSPC: the limit;
 * -ENOMEM.
 */
static int grow_locked(struct pool *pool, void **object)
{
	const unsigned long left = pool->limit - pool->objects;
	const unsigned int nr =
		left < pool->slabs.per_slab ? (unsigned int)left : pool->slabs.per_slab;
	struct pcpu_slab *slab;

	pcpu_assert_held(&pool->lock);
	if (nr == 0)
		return -ENOSPC;
	if (make_batches(pool, pool->objects + nr))
		return -ENOMEM;
	slab = pcpu_slabs_add(&pool->slabs, nr);
	if (!slab)
		return -ENOMEM;
	if (object)
		*object = pcpu_slab_object(&pool->slabs, slab, 0);
	stock(pool, slab, object != NULL);
	__atomic_store_n(&pool->objects, pool->objects + slab->nr, __ATOMIC_RELAXED);
	return slab->nr ? 0 : -ENOMEM;
}

/* --- getting --- */

/*
 * Puts the objects of @batch in this CPU's magazine, if there is room for all of them; else, or if
 * others are too quick, they go back to the depot.
 */
static void fill_magazine(struct pool *pool, struct pcpu_batch *batch)
{
	struct magazine __percpu *magazine = magazines_of(pool);

	for (unsigned int i = 0; batch->nr && i < TRIES; i++) {
		const uint64_t nr = this_cpu_read(magazine->nr);

		if (nr + batch->nr > pool->inlined.capacity)
			break;
		if (percpu_seq_done(percpu_seq_cmpeq_copy_in_store(
			    magazine->nr, nr, &magazine->objects[nr], batch->objects,
			    batch->nr * sizeof(void *), nr + batch->nr)))
			batch->nr = 0;
	}
	if (batch->nr)
		push_full(pool, batch);
	else
		push_empty(pool, batch);
}

/* An object of @batch, the rest of which goes to this CPU. */
static void *get_from_batch(struct pool *pool, struct pcpu_batch *batch)
{
	void *object = batch->objects[--batch->nr];

	fill_magazine(pool, batch);
	return object;
}

/* An object of the depot's; NULL: it has none. */
static void *get_from_depot(struct pool *pool)
{
	struct pcpu_batch *batch = pop_full(pool);

	return batch ? get_from_batch(pool, batch) : NULL;
}

/* An object of a new slab; NULL: the limit, or no memory. */
static void *get_from_slab(struct pool *pool)
{
	struct pcpu_batch *batch;
	void *object = NULL;
	sigset_t saved;

	pcpu_lock_sigsave(&pool->lock, &saved);
	/* others may have made one meanwhile */
	batch = pop_full(pool);
	if (!batch)
		(void)grow_locked(pool, &object);
	pcpu_unlock_sigrestore(&pool->lock, &saved);
	return batch ? get_from_batch(pool, batch) : object;
}

static void drain_all(struct percpu_pool *pool)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		(void)percpu_pool_drain(pool, cpu);
}

PERCPU_API void *__percpu_pool_get(struct percpu_pool *inlined)
{
	struct pool *pool = pool_of(inlined);
	void *object = get_from_depot(pool);
	uint64_t found;

	if (!object)
		object = get_from_slab(pool);
	if (object)
		return object;
	/* what there is lies in magazines */
	drain_all(inlined);
	object = get_from_depot(pool);
	if (!object && __pcpu_sequence_take(inlined->magazines, &found) >= 0)
		object = (void *)(uintptr_t)found;
	return object;
}

/* --- putting --- */

/* A batch of this CPU's magazine goes to the depot, if it is full, and there is one to carry it. */
static void relieve_magazine(struct pool *pool)
{
	struct magazine __percpu *magazine = magazines_of(pool);
	const uint64_t nr = this_cpu_read(magazine->nr);
	struct pcpu_batch *batch;

	if (nr < pool->inlined.capacity)
		return;
	batch = empty_batch(pool);
	if (!batch)
		return;
	if (percpu_seq_done(percpu_seq_cmpeq_copy_out_store(
		    magazine->nr, nr, batch->objects, &magazine->objects[nr - pool->batch],
		    pool->batch * sizeof(void *), nr - pool->batch)))
		batch->nr = pool->batch;
	if (batch->nr)
		push_full(pool, batch);
	else
		push_empty(pool, batch);
}

PERCPU_API void __percpu_pool_put(struct percpu_pool *inlined, void *object)
{
	struct pool *pool = pool_of(inlined);

	for (unsigned int i = 0; i < TRIES; i++) {
		relieve_magazine(pool);
		if (__pcpu_sequence_give(inlined->magazines, inlined->capacity,
					 (uintptr_t)object) >= 0)
			return;
	}
	give_to_depot(pool, &object, 1);
}

/* Of the magazine of @cpu. Returns how many objects; or a negative errno. */
static int drain_batch(struct pool *pool, unsigned int cpu)
{
	void *objects[PCPU_BATCH_OBJECTS];
	struct pcpu_sequence drain = {.kind = __PCPU_SEQUENCE_drain,
				      .ptr = pool->inlined.magazines,
				      .ptr2 = pool->inlined.magazines,
				      .other = pool->batch,
				      .plain = objects};
	const int done = pcpu_sequence_on(cpu, &drain);

	if (done <= 0)
		return done;
	give_to_depot(pool, objects, (unsigned int)drain.found);
	return (int)drain.found;
}

/* A look from elsewhere, so as not to interrupt a CPU for nothing. */
static bool has_objects(const struct pool *pool, unsigned int cpu)
{
	return percpu_unit_is_open(cpu) &&
	       __atomic_load_n(&per_cpu_ptr(magazines_of(pool), cpu)->nr, __ATOMIC_RELAXED);
}

PERCPU_API int percpu_pool_drain(struct percpu_pool *inlined, unsigned int cpu)
{
	struct pool *pool = pool_of(inlined);
	int done = 1, nr = 0;

	/* as many as there can be when it begins: somebody may be putting meanwhile */
	for (int i = 0; done > 0 && i < BATCHES && has_objects(pool, cpu); i++) {
		done = drain_batch(pool, cpu);
		nr += done > 0 ? done : 0;
	}
	return done < 0 ? done : nr;
}

PERCPU_API int percpu_pool_reserve(struct percpu_pool *inlined, unsigned long nr)
{
	struct pool *pool = pool_of(inlined);
	sigset_t saved;
	int err = 0;

	pcpu_lock_sigsave(&pool->lock, &saved);
	if (nr > pool->limit - pool->objects)
		err = -ENOSPC;
	for (const unsigned long wanted = pool->objects + nr; !err && pool->objects < wanted;)
		err = grow_locked(pool, NULL);
	pcpu_unlock_sigrestore(&pool->lock, &saved);
	return err;
}

PERCPU_API unsigned long percpu_pool_nr_objects(const struct percpu_pool *pool)
{
	return __atomic_load_n(&pool_of(pool)->objects, __ATOMIC_RELAXED);
}

/* --- accounting --- */

/* All batches that the depot has, as a chain by their next. */
static uint32_t pop_all(struct pool *pool)
{
	struct pcpu_batch *batch;
	uint32_t chain = 0;

	while ((batch = pop_full(pool)) != NULL) {
		__atomic_store_n(&batch->next, chain, __ATOMIC_RELAXED);
		chain = batch->id;
	}
	return chain;
}

static bool is_in_whole_slab(const struct pool *pool, const void *object)
{
	unsigned int index;
	const struct pcpu_slab *slab = pcpu_slabs_find(&pool->slabs, object, &index);

	return slab->found == slab->nr;
}

/*
 * Takes the objects of whole slabs out of the chain, and closes the gaps: what is kept goes to the
 * first batches, none of which is filled beyond what has been read already.
 */
static void keep_others(const struct pool *pool, uint32_t chain)
{
	struct pcpu_batch *to = batch_of(pool, chain), *next;
	unsigned int kept = 0;

	for (struct pcpu_batch *batch = to; batch; batch = next) {
		const unsigned int nr = batch->nr;

		next = batch_of(pool, batch->next);
		batch->nr = 0;
		for (unsigned int i = 0; i < nr; i++) {
			if (is_in_whole_slab(pool, batch->objects[i]))
				continue;
			if (kept == pool->batch) {
				to = batch_of(pool, to->next);
				kept = 0;
			}
			to->objects[kept++] = batch->objects[i];
			to->nr = kept;
		}
	}
}

static void push_chain(struct pool *pool, uint32_t chain)
{
	struct pcpu_batch *next;

	for (struct pcpu_batch *batch = batch_of(pool, chain); batch; batch = next) {
		next = batch_of(pool, batch->next);
		if (batch->nr)
			push_full(pool, batch);
		else
			push_empty(pool, batch);
	}
}

/* Its lock is dropped, and @chain is where it was: the handler of the message may use the pool. */
static void __attribute__((__noreturn__, __cold__))
refuse(struct pool *pool, uint32_t chain, const void *object, bool is_twice)
{
	pcpu_slabs_clear(&pool->slabs);
	push_chain(pool, chain);
	pcpu_mutex_unlock(&pool->lock);
	pcpu_fatal(is_twice ? "the object %p of the pool %s was put twice"
			    : "%p was put to the pool %s, and is no object of it",
		   object, pool->name);
}

static void account_for(struct pool *pool, uint32_t chain, const void *object)
{
	unsigned int index;
	struct pcpu_slab *slab = pcpu_slabs_find(&pool->slabs, object, &index);

	if (!slab)
		refuse(pool, chain, object, false);
	if (!pcpu_slab_mark(slab, index))
		refuse(pool, chain, object, true);
}

/* Returns how many objects the chain has. */
static unsigned long account(struct pool *pool, uint32_t chain)
{
	unsigned long found = 0;

	pcpu_assert_held(&pool->lock);
	for (struct pcpu_batch *batch = batch_of(pool, chain); batch;
	     batch = batch_of(pool, batch->next)) {
		for (unsigned int i = 0; i < batch->nr; i++)
			account_for(pool, chain, batch->objects[i]);
		found += batch->nr;
	}
	return found;
}

PERCPU_API size_t percpu_pool_trim(struct percpu_pool *inlined)
{
	struct pool *pool = pool_of(inlined);
	unsigned long objects;
	size_t before, bytes;
	sigset_t saved;
	uint32_t chain;

	/* before the lock is taken: it waits for CPUs */
	drain_all(inlined);
	pcpu_lock_sigsave(&pool->lock, &saved);
	chain = pop_all(pool);
	account(pool, chain);
	keep_others(pool, chain);
	before = pool->slabs.nr;
	objects = pcpu_slabs_free_whole(&pool->slabs);
	__atomic_store_n(&pool->objects, pool->objects - objects, __ATOMIC_RELAXED);
	bytes = (before - pool->slabs.nr) * pool->slabs.size;
	pcpu_slabs_clear(&pool->slabs);
	push_chain(pool, chain);
	pcpu_unlock_sigrestore(&pool->lock, &saved);
	return bytes;
}

/* --- life --- */

static unsigned int capacity_for(size_t size)
{
	unsigned int capacity = MOST_OBJECTS;

	while (capacity > LEAST_OBJECTS && capacity * size > MAGAZINE_BYTES)
		capacity /= 2;
	return capacity;
}

static const char *what_is_wrong_with(size_t size, size_t align)
{
	if (size == 0 || size > PERCPU_POOL_MAX_SIZE)
		return "a size of 0, or above 1 MiB";
	if ((align & (align - 1)) || align > PERCPU_POOL_MAX_ALIGN)
		return "an alignment that is no power of two, or above 4096";
	return NULL;
}

static struct pool *make_pool(const char *name, size_t size, size_t align, unsigned long limit)
{
	struct pool *pool = pcpu_mem_zalloc(sizeof(*pool));
	const unsigned int capacity = capacity_for(size);

	if (!pool)
		return NULL;
	pool->inlined.magazines =
		(uintptr_t)__alloc_percpu(sizeof(struct magazine) + capacity * sizeof(void *), 64);
	if (!pool->inlined.magazines) {
		pcpu_mem_free(pool, sizeof(*pool));
		return NULL;
	}
	pool->inlined.capacity = capacity;
	pool->batch = capacity / BATCHES;
	pool->limit = limit ? limit : ~0ul;
	snprintf(pool->name, sizeof(pool->name), "%s", name);
	pcpu_slabs_init(&pool->slabs, size, align ? align : __alignof__(max_align_t));
	return pool;
}

/* Among those that fork() knows of. False: the C library has no memory. */
static bool enter(struct pool *pool)
{
	sigset_t saved;

	pcpu_lock_sigsave(&pools.lock, &saved);
	if (!pools.forks)
		pools.forks = !pcpu_fault(PCPU_FAULT_MEM) &&
			      pthread_atfork(before_fork, after_fork, after_fork) == 0;
	if (pools.forks) {
		pool->next = pools.first;
		pools.first = pool;
	}
	pcpu_unlock_sigrestore(&pools.lock, &saved);
	return pools.forks;
}

static void leave(struct pool *pool)
{
	struct pool **link = &pools.first;
	sigset_t saved;

	pcpu_lock_sigsave(&pools.lock, &saved);
	while (*link != pool)
		link = &(*link)->next;
	*link = pool->next;
	pcpu_unlock_sigrestore(&pools.lock, &saved);
}

static void free_pool(struct pool *pool)
{
	free_percpu(magazines_of(pool));
	pcpu_slabs_free(&pool->slabs);
	pcpu_depot_free(&pool->depot);
	pcpu_mem_free(pool, sizeof(*pool));
}

PERCPU_API struct percpu_pool *percpu_pool_create(const char *name, size_t size, size_t align,
						  unsigned long limit)
{
	const char *wrong = what_is_wrong_with(size, align);
	struct pool *pool;

	if (!wrong && !pcpu_share_begin_apart())
		wrong = "shared copies: its objects are the process's own";
	if (wrong) {
		pcpu_log(PERCPU_LOG_WARNING, "no pool %s with %s", name, wrong);
		return NULL;
	}
	pool = make_pool(name, size, align, limit);
	if (pool && enter(pool))
		return &pool->inlined;
	if (pool)
		free_pool(pool);
	pcpu_share_end_apart();
	pcpu_log(PERCPU_LOG_WARNING, "no pool %s: no memory", name);
	return NULL;
}

/* Whether every object has been put back; if not, everything is as it was. */
static bool is_complete(struct pool *pool)
{
	unsigned long found;
	sigset_t saved;
	uint32_t chain;

	drain_all(&pool->inlined);
	pcpu_lock_sigsave(&pool->lock, &saved);
	chain = pop_all(pool);
	found = account(pool, chain);
	pcpu_slabs_clear(&pool->slabs);
	push_chain(pool, chain);
	pcpu_unlock_sigrestore(&pool->lock, &saved);
	if (found != pool->objects)
		pcpu_log(PERCPU_LOG_ERR, "%lu of %lu objects of the pool %s have not been put back",
			 pool->objects - found, pool->objects, pool->name);
	return found == pool->objects;
}

PERCPU_API int percpu_pool_destroy(struct percpu_pool *inlined)
{
	if (!inlined)
		return 0;
	if (!is_complete(pool_of(inlined)))
		return -EBUSY;
	leave(pool_of(inlined));
	free_pool(pool_of(inlined));
	pcpu_share_end_apart();
	return 0;
}
