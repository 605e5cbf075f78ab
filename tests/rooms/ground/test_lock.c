/* SPDX-License-Identifier: MIT */
/* test_lock.c - who has taken a mutex, and what an assertion says that does not hold */
#include "support/child.h"
#include "support/cmocka_all.h"

#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_codes.h"
#include "ground/assert.h"
#include "ground/lock.h"
#include "memory/coord.h"

#include <pthread.h>

static struct pcpu_mutex mutex = PCPU_MUTEX_INITIALIZER(PCPU_RANK_NONE);

static bool is_mine;

static void *look(void *arg)
{
	(void)arg;
	is_mine = pcpu_mutex_is_held(&mutex);
	return NULL;
}

static bool another_thread_holds_it(void)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, look, NULL), 0);
	pthread_join(thread, NULL);
	return is_mine;
}

static void mutex_is_held_by_the_thread_that_took_it(void **state)
{
	(void)state;
	assert_false(pcpu_mutex_is_held(&mutex));
	pcpu_mutex_lock(&mutex);
	assert_true(pcpu_mutex_is_held(&mutex));
	assert_false(another_thread_holds_it());
	pcpu_mutex_unlock(&mutex);
	assert_false(pcpu_mutex_is_held(&mutex));
}

static void mutex_that_is_taken_cannot_be_had_by_trying(void **state)
{
	(void)state;
	assert_true(pcpu_mutex_trylock(&mutex));
	assert_true(pcpu_mutex_is_held(&mutex));
	assert_false(pcpu_mutex_trylock(&mutex));
	pcpu_mutex_unlock(&mutex);
	assert_false(pcpu_mutex_is_held(&mutex));
}

static void mutex_is_held_with_signals_masked(void **state)
{
	sigset_t saved, now;

	(void)state;
	pcpu_lock_sigsave(&mutex, &saved);
	assert_true(pcpu_mutex_is_held(&mutex));
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	assert_true(sigismember(&now, SIGUSR1));
	pcpu_unlock_sigrestore(&mutex, &saved);
	assert_false(pcpu_mutex_is_held(&mutex));
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	assert_false(sigismember(&now, SIGUSR1));
}

static void look_in_a_child(void *arg)
{
	(void)arg;
	child_expect(pcpu_mutex_is_held(&mutex));
	pcpu_mutex_unlock(&mutex);
}

/* As around fork(): what a thread has taken, it can drop in the child. */
static void thread_that_forks_has_its_locks_in_the_child(void **state)
{
	struct child_end end;

	(void)state;
	pcpu_mutex_lock(&mutex);
	end = child_run(look_in_a_child, NULL);
	pcpu_mutex_unlock(&mutex);
	assert_child_was_content(end);
}

/* --- what is said of an assertion that does not hold --- */

static void assert_dies_saying(void (*body)(void *arg), const char *what)
{
	struct child_end end = child_run(body, NULL);

	assert_child_died_of(end, SIGABRT);
	if (!strstr(end.output, what))
		fail_msg("it says \"%s\", not \"%s\"", end.output, what);
}

/* Before the path there may be what ccache (base_dir) has made of the tree's own. */
static void assert_asserts(void (*body)(void *arg), const char *what, const char *where)
{
	assert_dies_saying(body, what);
	assert_dies_saying(body, where);
}

static void assert_one_is_two(void *arg)
{
	const int one = 1;

	(void)arg;
	pcpu_assert(one == 1);
	pcpu_assert(one == 2);
}

static void assertion_says_what_does_not_hold_and_where(void **state)
{
	(void)state;
	assert_asserts(assert_one_is_two, "assertion failed: one == 2 (", "test_lock.c:");
}

static void drop_what_is_not_taken(void *arg)
{
	(void)arg;
	pcpu_mutex_unlock(&mutex);
}

static void mutex_is_dropped_by_who_took_it_and_by_nobody_else(void **state)
{
	(void)state;
	assert_dies_saying(drop_what_is_not_taken, "assertion failed: pcpu_mutex_is_held(mutex)");
}

static void count_claims_without_the_mutex(void *arg)
{
	(void)arg;
	pcpu_alloc_lock();
	pcpu_coord_nr_claims();
	pcpu_alloc_unlock();
	pcpu_coord_nr_claims();
}

static void *count_claims(void *arg)
{
	pcpu_coord_nr_claims();
	return arg;
}

/* That somebody has taken it is not enough. */
static void count_claims_with_another_threads_mutex(void *arg)
{
	pthread_t thread;

	pcpu_alloc_lock();
	pthread_create(&thread, NULL, count_claims, arg);
	pthread_join(thread, NULL);
}

static void what_wants_the_allocators_mutex_says_so(void **state)
{
	static const char said[] = "assertion failed: pcpu_mutex_is_held(&pcpu_alloc_mutex) (";

	(void)state;
	assert_asserts(count_claims_without_the_mutex, said, "memory/coord.c:");
	assert_asserts(count_claims_with_another_threads_mutex, said, "memory/coord.c:");
}

static void coarsen_under_everybodys_eyes(void *arg)
{
	(void)arg;
	pcpu_alloc_lock();
	pcpu_chunk_coarsen(pcpu_first_chunk);
}

static void what_wants_the_cpus_locks_stopped_says_so(void **state)
{
	(void)state;
	assert_asserts(coarsen_under_everybodys_eyes,
		       "assertion failed: pcpu_cpu_locks_are_stopped() (",
		       "alloc/chunk/chunk_codes.c:");
}

/* --- the order --- */

static struct pcpu_mutex outer = PCPU_MUTEX_INITIALIZER(PCPU_RANK_ALLOC);
static struct pcpu_mutex inner = PCPU_MUTEX_INITIALIZER(PCPU_RANK_UNIT);

static void take_in_order(void *arg)
{
	(void)arg;
	pcpu_mutex_lock(&outer);
	pcpu_mutex_lock(&inner);
	pcpu_mutex_unlock(&inner);
	pcpu_mutex_unlock(&outer);
	/* to try is not to wait */
	pcpu_mutex_lock(&inner);
	child_expect(pcpu_mutex_trylock(&outer));
}

static void take_out_of_order(void *arg)
{
	(void)arg;
	pcpu_mutex_lock(&inner);
	pcpu_mutex_lock(&outer);
}

static void take_the_outer_one(int sig)
{
	(void)sig;
	pcpu_mutex_lock(&outer);
}

/* It interrupts its own thread, which has the other one. */
static void take_out_of_order_in_a_handler(void *arg)
{
	(void)arg;
	signal(SIGUSR1, take_the_outer_one);
	pcpu_mutex_lock(&inner);
	raise(SIGUSR1);
}

static void mutexes_that_are_taken_out_of_order_say_so(void **state)
{
	static const char said[] = "assertion failed: !mutex->rank || ";

	(void)state;
	assert_content(take_in_order, NULL);
	assert_dies_saying(take_out_of_order, said);
	assert_dies_saying(take_out_of_order_in_a_handler, said);
}

static void fork_keeps_what_its_thread_has(void **state)
{
	(void)state;
	pcpu_mutex_lock(&mutex);
	assert_int_equal(pcpu_mutex_lock_for_fork(&mutex, true), PCPU_MINE);
	pcpu_mutex_unlock(&mutex);
	assert_int_equal(pcpu_mutex_lock_for_fork(&mutex, false), PCPU_TAKEN);
	pcpu_mutex_unlock(&mutex);
	assert_int_equal(pcpu_mutex_lock_for_fork(&mutex, true), PCPU_TAKEN);
	pcpu_mutex_unlock(&mutex);
}

static void *lock_for_fork_without_waiting(void *at_fork)
{
	*(enum pcpu_at_fork *)at_fork = pcpu_mutex_lock_for_fork(&mutex, false);
	return NULL;
}

static void fork_leaves_what_it_must_not_wait_for(void **state)
{
	enum pcpu_at_fork at_fork = PCPU_TAKEN;
	pthread_t thread;

	(void)state;
	pcpu_mutex_lock(&mutex);
	assert_int_equal(pthread_create(&thread, NULL, lock_for_fork_without_waiting, &at_fork), 0);
	pthread_join(thread, NULL);
	pcpu_mutex_unlock(&mutex);
	assert_int_equal(at_fork, PCPU_LEFT);
}

static void *take_and_keep(void *arg)
{
	pcpu_mutex_lock(&mutex);
	return arg;
}

static void renew_in_a_child(void *arg)
{
	(void)arg;
	child_expect(!pcpu_mutex_trylock(&mutex));
	pcpu_mutex_renew(&mutex);
	child_expect(pcpu_mutex_trylock(&mutex));
}

static void mutex_of_a_thread_that_is_not_there_can_be_renewed(void **state)
{
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, take_and_keep, NULL), 0);
	pthread_join(thread, NULL);
	assert_content(renew_in_a_child, NULL);
	pcpu_mutex_renew(&mutex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutex_is_held_by_the_thread_that_took_it),
		cmocka_unit_test(mutex_that_is_taken_cannot_be_had_by_trying),
		cmocka_unit_test(mutex_is_held_with_signals_masked),
		cmocka_unit_test(thread_that_forks_has_its_locks_in_the_child),
		cmocka_unit_test(assertion_says_what_does_not_hold_and_where),
		cmocka_unit_test(what_wants_the_allocators_mutex_says_so),
		cmocka_unit_test(what_wants_the_cpus_locks_stopped_says_so),
		cmocka_unit_test(mutex_is_dropped_by_who_took_it_and_by_nobody_else),
		cmocka_unit_test(mutexes_that_are_taken_out_of_order_say_so),
		cmocka_unit_test(fork_keeps_what_its_thread_has),
		cmocka_unit_test(fork_leaves_what_it_must_not_wait_for),
		cmocka_unit_test(mutex_of_a_thread_that_is_not_there_can_be_renewed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
