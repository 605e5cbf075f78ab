/* SPDX-License-Identifier: MIT */
/*
 * object_cache.c - a server that makes and drops sessions all the time: they come from a cache of
 * objects for each CPU, keep what is dear to build from one use to the next, and are no more than
 * there may be.
 *
 *	$ cc -O2 object_cache.c -lpercpu -o object_cache && ./object_cache
 *	400000 asked: ... served, ... turned away; ... sessions built, at most 256 at once
 *
 * Exits with 1 if a session is missing, was two threads' at once, or was one too many. (pool.c
 * passes objects from one thread to another.)
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include <percpu/percpu.h>
#include <percpu/pool.h>

enum { THREADS = 4, ASKED_EACH = 100000, OPEN_EACH = 100, MOST = 256 };

struct session {
	bool built; /* new objects are zero, and others as they were put back */
	pthread_mutex_t lock;
	int users;
	char answer[4000];
};

static struct percpu_pool *sessions;
static pthread_barrier_t all_open; /* so that there is a moment when it is too many */
static DEFINE_PER_CPU(unsigned long, served);
static DEFINE_PER_CPU(unsigned long, turned_away);
static DEFINE_PER_CPU(unsigned long, built);
static DEFINE_PER_CPU(unsigned long, shared);

/* NULL: there are as many as there may be, and all are in use. */
static struct session *open_session(void)
{
	struct session *session = percpu_pool_get(sessions);

	if (session && !session->built) {
		pthread_mutex_init(&session->lock, NULL);
		session->built = true;
		this_cpu_inc(built);
	}
	if (session && __atomic_fetch_add(&session->users, 1, __ATOMIC_RELAXED))
		this_cpu_inc(shared);
	return session;
}

static void close_session(struct session *session)
{
	__atomic_fetch_sub(&session->users, 1, __ATOMIC_RELAXED);
	percpu_pool_put(sessions, session);
}

/* Has OPEN_EACH sessions open, and closes the oldest one for each that comes. */
static void *serve(void *unused)
{
	struct session *open[OPEN_EACH] = {NULL};

	for (int i = 0; i < ASKED_EACH; i++) {
		struct session **oldest = &open[i % OPEN_EACH];

		if (*oldest)
			close_session(*oldest);
		*oldest = open_session();
		if (*oldest)
			this_cpu_inc(served);
		else
			this_cpu_inc(turned_away);
		if (i == OPEN_EACH)
			pthread_barrier_wait(&all_open);
	}
	for (int i = 0; i < OPEN_EACH; i++)
		if (open[i])
			close_session(open[i]);
	return unused;
}

int main(void)
{
	pthread_t thread[THREADS];
	unsigned long asked;

	sessions = percpu_pool_create("sessions", sizeof(struct session), 0, MOST);
	if (!sessions || pthread_barrier_init(&all_open, NULL, THREADS))
		return 1;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, serve, NULL))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);

	asked = per_cpu_sum(served) + per_cpu_sum(turned_away);
	printf("%lu asked: %lu served, %lu turned away; %lu sessions built, at most %d at once\n",
	       asked, per_cpu_sum(served), per_cpu_sum(turned_away), per_cpu_sum(built), MOST);
	/* an error, with their number in the log, if one had not been put back */
	return percpu_pool_destroy(sessions) || asked != (unsigned long)THREADS * ASKED_EACH ||
	       per_cpu_sum(turned_away) < THREADS * OPEN_EACH - MOST || per_cpu_sum(shared) != 0 ||
	       per_cpu_sum(built) > MOST;
}
