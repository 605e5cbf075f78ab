/* SPDX-License-Identifier: MIT */
/*
 * test_mark.c - marks: which thread has which, and who is waited for. How they are used is in
 * ../../ops/test_section_end.c, and that sharing them can fail in ../../ops/test_shared.c.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/slept.h"
#include "support/threads.h"

#include "cpu/mark.h"
#include "cpu/self.h"
#include "ground/signals.h"

#include <percpu/percpu.h>

#include <sys/syscall.h>

static DEFINE_PER_CPU(unsigned long, some_variable);

/* No entry of the library's is there. And an operation there that goes through C. */
#define ENTRY ((intptr_t)0x1230000)
#define NUMBERED (ENTRY | (intptr_t)1 << PCPU_MARK_NUMBER)

/* A program that uses nothing of the library is not given it. */
static int use_the_library(void **state)
{
	(void)state;
	this_cpu_inc(some_variable);
	return 0;
}

static void thread_has_one_mark_for_good(void **state)
{
	struct pcpu_mark *mark = pcpu_mark_of_thread();

	(void)state;
	assert_non_null(mark);
	assert_ptr_equal(pcpu_mark_of_thread(), mark);
	assert_int_equal(mark->owner, pcpu_self.word);
	assert_int_equal(mark->busy, 0);
	assert_int_equal(mark->frozen, 0);
}

#define THREADS 200 /* more than a block of them has marks */

static void *take_a_mark(void *mark)
{
	*(struct pcpu_mark **)mark = pcpu_mark_of_thread();
	reach_next();
	await(THREADS);
	return NULL;
}

static void threads_that_live_together_have_marks_of_their_own(void **state)
{
	struct pcpu_mark *marks[THREADS];
	pthread_t threads[THREADS];

	(void)state;
	reach(0);
	start_all(threads, THREADS, take_a_mark, marks, sizeof(marks[0]));
	join_all(threads, THREADS);
	for (int i = 0; i < THREADS; i++) {
		assert_non_null(marks[i]);
		assert_int_equal((uintptr_t)marks[i] % 64, 0);
		for (int j = 0; j < i; j++)
			assert_ptr_not_equal(marks[i], marks[j]);
	}
}

static void *use_and_end(void *mark)
{
	*(struct pcpu_mark **)mark = pcpu_mark_of_thread();
	(*(struct pcpu_mark **)mark)->busy = ENTRY;
	(*(struct pcpu_mark **)mark)->frozen = 1;
	return NULL;
}

static void mark_of_a_thread_that_has_ended_is_the_next_ones_and_as_new(void **state)
{
	struct pcpu_mark *first, *next;

	(void)state;
	pthread_join(start(use_and_end, &first), NULL);
	assert_int_equal(first->owner, 0);
	assert_int_equal(first->busy, 0);
	assert_int_equal(first->frozen, 0);
	pthread_join(start(use_and_end, &next), NULL);
	assert_ptr_equal(next, first);
}

static pid_t vanishing;

/* Without its destructors, and in the middle of an operation. */
static void *use_and_vanish(void *mark)
{
	*(struct pcpu_mark **)mark = pcpu_mark_of_thread();
	(*(struct pcpu_mark **)mark)->busy = ENTRY;
	__atomic_store_n(&vanishing, (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	syscall(SYS_exit, 0);
	return NULL;
}

/*
 * False: with musl no thread may end so, because the kernel then gives back, in its name, a lock
 * that another thread may have.
 */
static bool have_one_vanish(struct pcpu_mark **mark)
{
	pid_t thread;

#ifndef __GLIBC__
	return false;
#endif
	__atomic_store_n(&vanishing, 0, __ATOMIC_SEQ_CST);
	pthread_detach(start(use_and_vanish, mark));
	while (!(thread = __atomic_load_n(&vanishing, __ATOMIC_SEQ_CST)))
		usleep(100);
	while (syscall(SYS_tgkill, getpid(), thread, 0) == 0)
		usleep(100);
	return true;
}

/* More than two arrays of marks have. */
#define VANISHING 200

static unsigned int count_distinct(struct pcpu_mark *const *marks, unsigned int nr)
{
	unsigned int distinct = 0;

	for (unsigned int i = 0, j; i < nr; i++) {
		for (j = 0; j < i && marks[j] != marks[i]; j++) {
		}
		distinct += j == i;
	}
	return distinct;
}

static void marks_of_threads_that_vanish_are_used_again(void **state)
{
	struct pcpu_mark *marks[VANISHING];

	(void)state;
	for (int i = 0; i < VANISHING; i++)
		if (!have_one_vanish(&marks[i])) {
			skip();
			return;
		}
	/* the last ones may not have been gone when it was looked */
	assert_true(count_distinct(marks, VANISHING) <= VANISHING * 3 / 4);
}

static void thread_without_memory_for_a_mark_has_none(void *arg)
{
	struct pcpu_mark *mark;

	(void)arg;
	faults_fail_all(PCPU_FAULT_RESERVE);
	/* as a thread that has none yet, again and again */
	do {
		pcpu_self.mark = NULL;
		mark = pcpu_mark_of_thread();
	} while (mark);
	child_expect(faults_end() > 0);
	child_expect(pcpu_mark_of_thread() != NULL);
}

/* --- waiting --- */

/* As who takes a CPU does. */
static void wait_for_marks(void)
{
	sigset_t saved;

	pcpu_mask_signals(&saved);
	pcpu_marks_wait((struct percpu_entry *)ENTRY);
	pcpu_restore_signals(&saved);
}

/* A thread whose mark says something, for as long as it is told. */
struct marked {
	intptr_t busy;
	unsigned int frozen;
};

static void *show_a_mark(void *arg)
{
	const struct marked *marked = arg;
	struct pcpu_mark *mark = pcpu_mark_of_thread();

	__atomic_store_n(&mark->frozen, marked->frozen, __ATOMIC_SEQ_CST);
	__atomic_store_n(&mark->busy, marked->busy, __ATOMIC_SEQ_CST);
	reach(1);
	/* not asleep, or it would be in the middle of nothing */
	while (!is_reached(WAIT_MAY_END)) {
	}
	__atomic_store_n(&mark->busy, 0, __ATOMIC_SEQ_CST);
	return NULL;
}

static void mark_that_says_so_is_waited_for(void **state)
{
	struct marked marked = {ENTRY, 0};
	struct watched_wait wait;
	pthread_t thread;

	(void)state;
	reach(0);
	thread = start(show_a_mark, &marked);
	while (!is_reached(1)) {
	}
	watch_wait(&wait);
	wait_for_marks();
	assert_true(is_reached(WAIT_MAY_END));
	pthread_join(thread, NULL);
	assert_true(has_slept(&wait));
}

static void mark_of_a_thread_that_vanished_is_not_waited_for_for_ever(void **state)
{
	struct pcpu_mark *mark;

	(void)state;
	if (!have_one_vanish(&mark)) {
		skip();
		return;
	}
	wait_for_marks();
	assert_int_equal(mark->busy, 0);
	assert_int_equal(mark->owner, 0);
}

/* As whose handler was left by siglongjmp(). */
static void *leave_a_mark(void *mark)
{
	*(struct pcpu_mark **)mark = pcpu_mark_of_thread();
	__atomic_store_n(&(*(struct pcpu_mark **)mark)->busy, NUMBERED, __ATOMIC_SEQ_CST);
	reach(1);
	await(2);
	return NULL;
}

static void mark_of_a_thread_that_sleeps_is_not_waited_for_for_ever(void **state)
{
	struct pcpu_mark *mark = NULL;
	pthread_t thread;

	(void)state;
	reach(0);
	thread = start(leave_a_mark, &mark);
	await(1);
	wait_for_marks();
	assert_false(is_reached(2));
	assert_int_equal(mark->left, NUMBERED);
	/* another one of the thread's is waited for again, and this one is forgotten */
	pcpu_mark_free_if_left(mark);
	assert_int_equal(mark->busy, 0);
	assert_int_equal(mark->left, 0);
	reach(2);
	pthread_join(thread, NULL);
}

static void assert_not_waited_for(struct marked marked)
{
	pthread_t thread;

	reach(0);
	thread = start(show_a_mark, &marked);
	await(1);
	wait_for_marks();
	assert_false(is_reached(2));
	reach(2);
	pthread_join(thread, NULL);
}

static void mark_that_says_something_else_is_not_waited_for(void **state)
{
	(void)state;
	assert_not_waited_for((struct marked){ENTRY + (intptr_t)sizeof(struct percpu_entry), 0});
	assert_not_waited_for((struct marked){0, 0});
}

static void mark_that_is_frozen_is_not_waited_for(void **state)
{
	(void)state;
	assert_not_waited_for((struct marked){ENTRY, 1});
}

static void own_mark_is_not_waited_for(void **state)
{
	struct pcpu_mark *mark = pcpu_mark_of_thread();

	(void)state;
	mark->busy = ENTRY;
	wait_for_marks();
	mark->busy = 0;
}

/* --- fork --- */

static void look_at_the_marks(void *arg)
{
	struct pcpu_mark **others = arg;

	wait_for_marks();
	child_expect((*others)->owner == 0 && (*others)->busy == 0);
	child_expect(pcpu_mark_of_thread()->owner == pcpu_self.word);
}

static void *show_a_mark_to_a_child(void *mark)
{
	*(struct pcpu_mark **)mark = pcpu_mark_of_thread();
	return show_a_mark(&(struct marked){ENTRY, 0});
}

static void child_has_no_marks_of_its_parents_other_threads(void **state)
{
	struct pcpu_mark *mark = NULL;
	struct child_end end;
	pthread_t thread;

	(void)state;
	reach(0);
	thread = start(show_a_mark_to_a_child, &mark);
	await(1);
	end = child_run(look_at_the_marks, &mark);
	reach(2);
	pthread_join(thread, NULL);
	assert_child_was_content(end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thread_has_one_mark_for_good),
		cmocka_unit_test(threads_that_live_together_have_marks_of_their_own),
		cmocka_unit_test(mark_of_a_thread_that_has_ended_is_the_next_ones_and_as_new),
		cmocka_unit_test(marks_of_threads_that_vanish_are_used_again),
		child_test(thread_without_memory_for_a_mark_has_none),
		cmocka_unit_test(mark_that_says_so_is_waited_for),
		cmocka_unit_test(mark_of_a_thread_that_vanished_is_not_waited_for_for_ever),
		cmocka_unit_test(mark_of_a_thread_that_sleeps_is_not_waited_for_for_ever),
		cmocka_unit_test(mark_that_says_something_else_is_not_waited_for),
		cmocka_unit_test(mark_that_is_frozen_is_not_waited_for),
		cmocka_unit_test(own_mark_is_not_waited_for),
		cmocka_unit_test(child_has_no_marks_of_its_parents_other_threads),
	};

	return cmocka_run_group_tests(tests, use_the_library, NULL);
}
