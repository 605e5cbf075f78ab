// SPDX-License-Identifier: MIT
/* objpool.c - lib/objpool.c: an object is one thread's at a time, and all come back. */
#include <linux/objpool.h>
#include <linux/slab.h>

#include "check.h"

#define OBJECTS 24
#define ROUNDS 100000

struct object {
	unsigned int owner;
	unsigned int uses;
};

static struct objpool_head pool;
static unsigned int made, released, wrong, empty;

static int make(void *of, void *context)
{
	struct object *object = of;

	object->owner = 0;
	object->uses = 0;
	*(unsigned int *)context += 1;
	return 0;
}

static int release(struct objpool_head *head, void *context)
{
	(void)context;
	CHECK_THAT(head == &pool);
	released++;
	return 0;
}

static void use(unsigned int nr)
{
	struct object *held[8] = {NULL};

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct object **place = &held[i % 8];

		if (*place) {
			if (xchg(&(*place)->owner, 0) != nr + 1)
				__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
			objpool_push(*place, &pool);
		}
		*place = objpool_pop(&pool);
		if (!*place)
			__atomic_fetch_add(&empty, 1, __ATOMIC_RELAXED);
		else if (xchg(&(*place)->owner, nr + 1) != 0)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		else
			(*place)->uses++;
	}
	for (unsigned int i = 0; i < 8; i++)
		if (held[i]) {
			held[i]->owner = 0;
			objpool_push(held[i], &pool);
		}
}

int main(void)
{
	struct object *object[OBJECTS + 1], *kept;
	unsigned int uses = 0;

	CHECK_THAT(objpool_init(&pool, 0, 8, GFP_KERNEL, NULL, NULL, NULL) == -EINVAL);
	CHECK_THAT(objpool_init(&pool, OBJECTS, sizeof(struct object), GFP_KERNEL, &made, make,
				release) == 0);
	CHECK_THAT(made == OBJECTS && pool.nr_objs == OBJECTS);
	check_at_once(4, use);
	for (int i = 0; i <= OBJECTS; i++)
		object[i] = objpool_pop(&pool);
	CHECK_THAT(object[OBJECTS - 1] && !object[OBJECTS] && wrong == 0);
	for (int i = 0; i < OBJECTS; i++) {
		uses += object[i] ? object[i]->uses : 0;
		if (object[i] && i > 0)
			objpool_push(object[i], &pool);
	}
	CHECK_THAT(uses == 4 * ROUNDS - empty);
	kept = object[0];
	objpool_fini(&pool);
	CHECK_THAT(released == 0 && objpool_drop(kept, &pool) == 0 && released == 1);
	return check_result();
}
