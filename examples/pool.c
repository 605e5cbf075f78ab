/* SPDX-License-Identifier: MIT */
/*
 * pool.c - messages that threads make and others take: objects of one size, got on one CPU and put
 * back on another, of which there are never more than a certain number.
 *
 *	$ cc -O2 pool.c -lpercpu -o pool && ./pool
 *	sum 400020000, with ... messages in memory
 *
 * Exits with 1 if a message is missing or was not put back. (object_cache.c is a server whose
 * objects keep what is in them.)
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>

#include <percpu/percpu.h>
#include <percpu/pool.h>

enum { PAIRS = 2, MESSAGES_EACH = 20000, MOST = 2000 };

struct message {
	struct message *next;
	long number;
};

/* From one thread to one other. */
struct channel {
	struct message *last; /* the latest one: pushed by one thread, all taken by the other */
	long sum;
};

static struct percpu_pool *pool;

static void *send_all(void *arg)
{
	struct channel *channel = arg;

	for (long i = 1; i <= MESSAGES_EACH; i++) {
		struct message *message;

		/* the limit: the other side is behind */
		while ((message = percpu_pool_get(pool)) == NULL)
			sched_yield();
		message->number = i;
		message->next = __atomic_load_n(&channel->last, __ATOMIC_RELAXED);
		while (!__atomic_compare_exchange_n(&channel->last, &message->next, message, 0,
						    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			;
	}
	return NULL;
}

static void *receive_all(void *arg)
{
	struct channel *channel = arg;

	for (long nr = 0; nr < MESSAGES_EACH;) {
		struct message *message =
			__atomic_exchange_n(&channel->last, NULL, __ATOMIC_ACQUIRE);

		if (!message)
			sched_yield();
		while (message) {
			struct message *next = message->next;

			channel->sum += message->number;
			percpu_pool_put(pool, message);
			message = next;
			nr++;
		}
	}
	return NULL;
}

int main(void)
{
	struct channel channels[PAIRS] = {{0}};
	pthread_t senders[PAIRS], receivers[PAIRS];
	unsigned long objects;
	long sum = 0;

	pool = percpu_pool_create("messages", sizeof(struct message), 0, MOST);
	if (!pool)
		return 1;
	for (int i = 0; i < PAIRS; i++)
		if (pthread_create(&senders[i], NULL, send_all, &channels[i]) ||
		    pthread_create(&receivers[i], NULL, receive_all, &channels[i]))
			return 1;
	for (int i = 0; i < PAIRS; i++) {
		pthread_join(senders[i], NULL);
		pthread_join(receivers[i], NULL);
		sum += channels[i].sum;
	}
	objects = percpu_pool_nr_objects(pool);
	printf("sum %ld, with %lu messages in memory\n", sum, objects);
	/* an error, if a message were missing */
	return percpu_pool_destroy(pool) || objects > MOST ||
	       sum != PAIRS * (MESSAGES_EACH * (MESSAGES_EACH + 1L) / 2);
}
