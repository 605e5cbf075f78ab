/* SPDX-License-Identifier: MIT */
/*
 * test_refcount.c - percpu_ref: when the release function is called, what is counted where, and
 * what threads, handlers of signals and children do to that.
 *
 * The argument says how often the ref that all threads use is killed, and made to live again.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/records.h"
#include "support/storm.h"
#include "support/threads.h"

#include "machine/tier.h"
#include "memory/unit.h"
#include "toolkit/split_count.h"

#include <percpu/percpu.h>
#include <percpu/refcount.h>

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static DEFINE_PER_CPU(int, some_variable);
static struct percpu_ref ref;
static volatile unsigned int nr_released, nr_confirmed;
static unsigned long nr_cycles = 4000;
static bool takes_hours;

static void release(struct percpu_ref *released)
{
	child_expect(percpu_ref_is_zero(released));
	nr_released++;
}

static void confirm(struct percpu_ref *confirmed)
{
	child_expect(!percpu_ref_is_zero(confirmed));
	nr_confirmed++;
}

static void init_ref(struct percpu_ref *of, unsigned int flags)
{
	child_expect(percpu_ref_init(of, release, flags, GFP_KERNEL) == 0);
}

/* What is counted in the word, and what the parts have. */
static int64_t in_word(void)
{
	return (ref.split.count & ~__PCPU_REF_DEAD) / 2;
}

static int64_t references(void)
{
	return (pcpu_split_value(&ref.split) & ~__PCPU_REF_DEAD) / 2;
}

static bool is_split(void)
{
	return ref.split.count >= __PCPU_SPLIT / 2 && !ref.split.joined;
}

/* --- how it begins --- */

static void flags_say_how_it_begins(void *arg)
{
	static const struct {
		unsigned int flags;
		bool splits, dies;
		int64_t references;
	} rows[] = {
		{0, true, false, 1},
		{PERCPU_REF_ALLOW_REINIT, true, false, 1},
		{PERCPU_REF_INIT_ATOMIC, false, false, 1},
		{PERCPU_REF_INIT_DEAD, false, true, 0},
		{PERCPU_REF_INIT_ATOMIC | PERCPU_REF_INIT_DEAD, false, true, 0},
	};

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		init_ref(&ref, rows[i].flags);
		child_expect(is_split() == rows[i].splits);
		child_expect(percpu_ref_is_dying(&ref) == rows[i].dies);
		child_expect(references() == rows[i].references);
		child_expect(percpu_ref_is_zero(&ref) == (rows[i].references == 0));
		percpu_ref_exit(&ref);
	}
	child_expect(nr_released == 0);
}

static void what_cannot_be_begun_is_as_if_ended(void *arg)
{
	static void __percpu *fill[20000];
	unsigned int nr = 0;

	(void)arg;
	memset(&ref, 0xff, sizeof(ref));
	child_expect(percpu_ref_init(&ref, NULL, 0, GFP_KERNEL) == -EINVAL);
	child_expect(percpu_ref_is_dying(&ref) && percpu_ref_is_zero(&ref));
	percpu_ref_exit(&ref);
	memset(&ref, 0xff, sizeof(ref));
	child_expect(percpu_ref_init(&ref, release, 1u << 3, GFP_KERNEL) == -EINVAL);
	percpu_ref_exit(&ref);
	this_cpu_inc(some_variable);
	faults_fail_all(PCPU_FAULT_COMMIT);
	while (nr < ARRAY_SIZE(fill) &&
	       (fill[nr] = __alloc_percpu_gfp(8, 8, GFP_KERNEL | __GFP_NOWARN)) != NULL)
		nr++;
	child_expect(nr < ARRAY_SIZE(fill));
	memset(&ref, 0xff, sizeof(ref));
	child_expect(percpu_ref_init(&ref, release, 0, GFP_KERNEL | __GFP_NOWARN) == -ENOMEM);
	child_expect(!percpu_ref_tryget(&ref) && !percpu_ref_tryget_live(&ref));
	percpu_ref_exit(&ref);
	faults_end();
	init_ref(&ref, 0);
	percpu_ref_kill(&ref);
	child_expect(nr_released == 1);
}

/* --- counting --- */

/* Whether the word stayed as it was: if this thread was not preempted in a sequence. */
static bool parts_are_counted_in(void)
{
	const int64_t word = ref.split.count;

	percpu_ref_get(&ref);
	percpu_ref_get_many(&ref, 10);
	child_expect(percpu_ref_tryget(&ref) && percpu_ref_tryget_many(&ref, 5));
	child_expect(percpu_ref_tryget_live(&ref) && percpu_ref_tryget_live_rcu(&ref));
	child_expect(references() == 20);
	percpu_ref_put_many(&ref, 18);
	percpu_ref_put(&ref);
	child_expect(references() == 1 && nr_released == 0);
	return ref.split.count == word;
}

static void live_ref_is_counted_in_parts(void *arg)
{
	struct patience patience = be_patient();

	(void)arg;
	init_ref(&ref, 0);
	while (!parts_are_counted_in())
		child_expect(!is_out_of_patience(&patience));
}

static void what_is_got_on_one_cpu_may_be_put_on_another(void *arg)
{
	(void)arg;
	if (lacks_cpus())
		return;
	init_ref(&ref, PERCPU_REF_ALLOW_REINIT);
	for (int i = 0; i < 3; i++) {
		go_to(cpus[0]);
		percpu_ref_get_many(&ref, 7);
		go_to(cpus[1]);
		percpu_ref_put_many(&ref, 6);
		child_expect(references() == 2);
		percpu_ref_kill(&ref);
		child_expect(in_word() == 1 && nr_released == (unsigned int)i);
		percpu_ref_put(&ref);
		child_expect(nr_released == (unsigned int)i + 1);
		percpu_ref_reinit(&ref);
	}
}

static void pinned_threads_count_in_parts(void *arg)
{
	(void)arg;
	init_ref(&ref, 0);
	if (percpu_thread_pin(stay_here()) != 0)
		return;
	percpu_ref_get(&ref);
	child_expect(references() == 2);
	percpu_ref_kill(&ref);
	percpu_ref_put(&ref);
	child_expect(nr_released == 1);
}

/* Who holds the CPU is aborted by nobody: its references are in the word. */
static void sections_count_exactly(void *arg)
{
	(void)arg;
	init_ref(&ref, PERCPU_REF_ALLOW_REINIT);
	percpu_ref_get(&ref);
	get_cpu();
	percpu_ref_get(&ref);
	child_expect(references() == 3);
	percpu_ref_put(&ref);
	child_expect(percpu_ref_tryget_live(&ref) && references() == 3);
	percpu_ref_kill(&ref);
	put_cpu();
	percpu_ref_put(&ref);
	child_expect(nr_released == 0);
	get_cpu();
	percpu_ref_put(&ref);
	child_expect(nr_released == 1);
	percpu_ref_reinit(&ref);
	put_cpu();
	percpu_ref_get(&ref);
	child_expect(references() == 2);
}

static void *get_one(void *arg)
{
	go_to(*(unsigned int *)arg);
	percpu_ref_get(&ref);
	return NULL;
}

/* A CPU that nobody has been on yet: its part comes with the first reference, or not at all. */
static void cpu_without_memory_counts_in_the_word(void *arg)
{
	int64_t word;

	(void)arg;
	if (lacks_cpus())
		return;
	go_to(cpus[0]);
	init_ref(&ref, 0);
	percpu_ref_get(&ref);
	if (pcpu_unit_is_open(cpus[1]))
		return;
	word = ref.split.count;
	faults_fail_all(PCPU_FAULT_COMMIT);
	pthread_join(start(get_one, &cpus[1]), NULL);
	child_expect(faults_end() > 0 && ref.split.count == word + 2 && references() == 3);
	pthread_join(start(get_one, &cpus[1]), NULL);
	child_expect(references() == 4);
	percpu_ref_kill(&ref);
	percpu_ref_put_many(&ref, 2);
	child_expect(nr_released == 0);
	percpu_ref_put(&ref);
	child_expect(nr_released == 1);
}

/* --- the end --- */

static void kill_of_an_unused_ref_releases_it(void *arg)
{
	(void)arg;
	init_ref(&ref, 0);
	percpu_ref_kill_and_confirm(&ref, confirm);
	child_expect(nr_confirmed == 1 && nr_released == 1);
	child_expect(percpu_ref_is_zero(&ref) && percpu_ref_is_dying(&ref));
	child_expect(!percpu_ref_tryget(&ref) && !percpu_ref_tryget_live(&ref));
	percpu_ref_exit(&ref);
	child_expect(percpu_ref_is_zero(&ref) && percpu_ref_is_dying(&ref));
	percpu_ref_exit(&ref);
}

static void look_for_life(struct percpu_ref *confirmed)
{
	confirm(confirmed);
	child_expect(!percpu_ref_tryget_live(confirmed) && percpu_ref_tryget(confirmed));
	percpu_ref_put(confirmed);
}

static void last_put_releases_and_no_other(void *arg)
{
	(void)arg;
	init_ref(&ref, 0);
	percpu_ref_get_many(&ref, 3);
	percpu_ref_kill_and_confirm(&ref, look_for_life);
	child_expect(nr_confirmed == 1 && nr_released == 0 && in_word() == 3);
	child_expect(percpu_ref_is_dying(&ref) && !percpu_ref_is_zero(&ref));
	percpu_ref_get(&ref);
	percpu_ref_put_many(&ref, 2);
	percpu_ref_put(&ref);
	child_expect(nr_released == 0);
	percpu_ref_put(&ref);
	child_expect(nr_released == 1 && percpu_ref_is_zero(&ref));
}

struct thing {
	long before;
	struct percpu_ref ref;
};

static void free_thing(struct percpu_ref *released)
{
	struct thing *thing = (struct thing *)((char *)released - offsetof(struct thing, ref));

	percpu_ref_exit(released);
	memset(thing, 0x5a, sizeof(*thing));
	free(thing);
	nr_released++;
}

static void release_function_may_free_what_the_ref_is_in(void *arg)
{
	struct thing *thing;

	(void)arg;
	for (unsigned int i = 0; i < 100; i++) {
		thing = malloc(sizeof(*thing));
		child_expect(thing && percpu_ref_init(&thing->ref, free_thing, 0, GFP_KERNEL) == 0);
		percpu_ref_get(&thing->ref);
		if (i % 2) {
			percpu_ref_put(&thing->ref);
			percpu_ref_kill(&thing->ref);
		} else {
			percpu_ref_kill(&thing->ref);
			percpu_ref_put(&thing->ref);
		}
		child_expect(nr_released == i + 1);
	}
}

/* --- life again --- */

static void reinit_is_a_new_beginning(void *arg)
{
	(void)arg;
	init_ref(&ref, PERCPU_REF_ALLOW_REINIT);
	percpu_ref_get(&ref);
	percpu_ref_kill(&ref);
	percpu_ref_put(&ref);
	percpu_ref_reinit(&ref);
	child_expect(is_split() && references() == 1 && !percpu_ref_is_dying(&ref));
	percpu_ref_get_many(&ref, 4);
	child_expect(references() == 5);
	percpu_ref_put_many(&ref, 4);
	percpu_ref_kill(&ref);
	child_expect(nr_released == 2);
}

static void resurrect_takes_a_kill_back(void *arg)
{
	(void)arg;
	init_ref(&ref, PERCPU_REF_ALLOW_REINIT);
	percpu_ref_get(&ref);
	percpu_ref_kill(&ref);
	child_expect(!percpu_ref_tryget_live(&ref));
	percpu_ref_resurrect(&ref);
	child_expect(is_split() && references() == 2 && percpu_ref_tryget_live(&ref));
	percpu_ref_put_many(&ref, 2);
	child_expect(nr_released == 0);
	percpu_ref_kill(&ref);
	child_expect(nr_released == 1);
}

static void dead_one_begins_with_reinit(void *arg)
{
	(void)arg;
	init_ref(&ref, PERCPU_REF_INIT_DEAD);
	child_expect(!percpu_ref_tryget(&ref));
	percpu_ref_reinit(&ref);
	child_expect(is_split() && references() == 1 && percpu_ref_tryget_live(&ref));
}

static void without_the_flag_the_count_stays_one_word(void *arg)
{
	(void)arg;
	init_ref(&ref, 0);
	percpu_ref_kill(&ref);
	records_keep(PERCPU_LOG_WARNING);
	percpu_ref_reinit(&ref);
	child_expect(nr_records == 1 && records[0].level == PERCPU_LOG_WARNING &&
		     record_says(0, "PERCPU_REF_ALLOW_REINIT"));
	child_expect(!is_split() && in_word() == 1 && percpu_ref_tryget_live(&ref));
	percpu_ref_switch_to_percpu(&ref);
	child_expect(nr_records == 2 && !is_split() && in_word() == 2);
	percpu_ref_put(&ref);
	percpu_ref_kill(&ref);
	child_expect(nr_released == 2 && nr_records == 2);
}

static void mistakes_are_errors_and_change_nothing(void *arg)
{
	struct percpu_ref before;

	(void)arg;
	init_ref(&ref, PERCPU_REF_ALLOW_REINIT);
	records_keep(PERCPU_LOG_WARNING);
	before = ref;
	percpu_ref_reinit(&ref);
	percpu_ref_resurrect(&ref);
	child_expect(nr_records == 2 && !memcmp(&ref, &before, sizeof(ref)));
	percpu_ref_get(&ref);
	percpu_ref_kill(&ref);
	before = ref;
	percpu_ref_kill(&ref);
	percpu_ref_kill_and_confirm(&ref, confirm);
	percpu_ref_reinit(&ref);
	child_expect(nr_records == 5 && !memcmp(&ref, &before, sizeof(ref)));
	child_expect(records_of_level(PERCPU_LOG_ERR) == 5 && nr_confirmed == 0);
	percpu_ref_put(&ref);
	child_expect(nr_released == 1 && nr_records == 5);
	percpu_ref_put(&ref);
	child_expect(nr_records == 6 && record_says(5, "more puts than gets"));
}

/* --- modes --- */

static void atomic_mode_stays_until_it_is_taken_back(void *arg)
{
	(void)arg;
	init_ref(&ref, PERCPU_REF_ALLOW_REINIT);
	percpu_ref_get_many(&ref, 2);
	percpu_ref_switch_to_atomic(&ref, confirm);
	child_expect(nr_confirmed == 1 && !is_split() && in_word() == 3);
	percpu_ref_switch_to_atomic_sync(&ref);
	child_expect(percpu_ref_tryget_live(&ref) && in_word() == 4);
	percpu_ref_kill(&ref);
	percpu_ref_put_many(&ref, 3);
	child_expect(nr_released == 1);
	percpu_ref_reinit(&ref);
	child_expect(!is_split() && in_word() == 1);
	percpu_ref_switch_to_percpu(&ref);
	child_expect(is_split() && references() == 1);
	percpu_ref_switch_to_percpu(&ref);
	percpu_ref_get(&ref);
	child_expect(is_split() && references() == 2);
}

static void dying_ref_is_split_when_it_lives_again(void *arg)
{
	(void)arg;
	init_ref(&ref, PERCPU_REF_INIT_ATOMIC);
	child_expect(!is_split() && percpu_ref_tryget(&ref) && in_word() == 2);
	percpu_ref_put(&ref);
	percpu_ref_kill(&ref);
	percpu_ref_switch_to_percpu(&ref);
	child_expect(!is_split() && percpu_ref_is_zero(&ref) && nr_released == 1);
	percpu_ref_reinit(&ref);
	child_expect(is_split() && references() == 1);
}

/* --- all at once --- */

#define WORKERS 16
#define HANDLER_INTERVAL 200000 /* ns */

/* What a worker has, and what its handler has, whoever looks: never at a release. */
static struct holder {
	volatile unsigned int thread, handler;
	uint64_t taken;
	pid_t tid;
} __attribute__((__aligned__(64))) holders[WORKERS];
static __thread struct holder *me;
static volatile unsigned int nr_of_all;

static void release_of_all(struct percpu_ref *released)
{
	(void)released;
	for (int i = 0; i < WORKERS; i++)
		child_expect(!holders[i].thread && !holders[i].handler);
	__atomic_fetch_add(&nr_of_all, 1, __ATOMIC_SEQ_CST);
}

static void use_once(volatile unsigned int *held, unsigned int kind)
{
	unsigned int before;

	if (!percpu_ref_tryget_live(&ref))
		return;
	before = nr_of_all;
	*held = 1;
	if (kind % 4 == 1)
		percpu_ref_get_many(&ref, 3);
	if (kind % 8 == 2)
		sched_yield();
	if (kind % 4 == 1)
		percpu_ref_put_many(&ref, 3);
	child_expect(nr_of_all == before);
	*held = 0;
	percpu_ref_put(&ref);
	me->taken++;
}

static void use_in_handler(int sig)
{
	const int saved = errno;

	(void)sig;
	if (!me->handler)
		use_once(&me->handler, 0);
	errno = saved;
}

static void *use_often(void *arg)
{
	timer_t storm;

	me = arg;
	storm = start_storm_of(HANDLER_INTERVAL, use_in_handler);
	__atomic_store_n(&me->tid, gettid(), __ATOMIC_SEQ_CST);
	for (unsigned int n = 0; !must_stop(); n++) {
		const uint64_t before = me->taken;

		use_once(&me->thread, n);
		if (me->taken == before)
			sched_yield();
	}
	end_storm(storm);
	return NULL;
}

/* How often somebody had a reference when the last of the killer's was put. */
static unsigned long nr_waits;

/* One of a few ways from a life to the next, after which everybody has let go once more, or not. */
static unsigned int live_on(unsigned long cycle)
{
	const unsigned int before = nr_of_all;

	if (cycle % 8 == 5) {
		percpu_ref_switch_to_atomic_sync(&ref);
		percpu_ref_switch_to_percpu(&ref);
		return nr_of_all - before;
	}
	percpu_ref_get(&ref);
	percpu_ref_kill(&ref);
	child_expect(!percpu_ref_tryget_live(&ref) && nr_of_all == before);
	if (cycle % 8 == 3) {
		percpu_ref_resurrect(&ref);
		percpu_ref_put(&ref);
		return nr_of_all - before;
	}
	percpu_ref_put(&ref);
	nr_waits += nr_of_all == before;
	while (nr_of_all == before)
		sched_yield();
	child_expect(percpu_ref_is_zero(&ref) && !percpu_ref_tryget(&ref));
	percpu_ref_reinit(&ref);
	return nr_of_all - before - 1;
}

static void nobody_is_released_early_or_twice(void *arg)
{
	static pid_t tids[WORKERS + 1];
	struct patience patience = takes_hours ? (struct patience){HUGE_VAL} : be_patient();
	pthread_t threads[WORKERS], driver;
	uint64_t taken = 0;

	(void)arg;
	if (takes_hours)
		alarm(0);
	child_expect(percpu_ref_init(&ref, release_of_all, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL) ==
		     0);
	start_all(threads, WORKERS, use_often, holders, sizeof(holders[0]));
	for (int i = 0; i < WORKERS; i++) {
		await_tid(&holders[i].tid);
		tids[i] = holders[i].tid;
	}
	driver = start(drive_threads, tids);
	for (unsigned long cycle = 0; cycle < nr_cycles || nr_waits < 10; cycle++) {
		child_expect(live_on(cycle) == 0 && !is_out_of_patience(&patience));
		if (cycle % 16 == 0)
			sched_yield();
	}
	set_stop(true);
	pthread_join(driver, NULL);
	join_all(threads, WORKERS);
	for (int i = 0; i < WORKERS; i++)
		taken += holders[i].taken;
	child_expect(taken > 0 && references() == 1);
}

/* --- handlers --- */

static struct percpu_ref of_handler;
static volatile unsigned int nr_handled;

static void kill_in_handler(int sig)
{
	const int saved = errno;

	(void)sig;
	percpu_ref_get(&of_handler);
	percpu_ref_kill(&of_handler);
	percpu_ref_put(&of_handler);
	percpu_ref_reinit(&of_handler);
	nr_handled++;
	errno = saved;
}

static void handlers_may_kill_between_any_two_steps(void *arg)
{
	struct patience patience = be_patient();
	unsigned int cycles = 0;
	timer_t storm;

	(void)arg;
	init_ref(&ref, PERCPU_REF_ALLOW_REINIT);
	init_ref(&of_handler, PERCPU_REF_ALLOW_REINIT);
	storm = start_storm_of(HANDLER_INTERVAL, kill_in_handler);
	for (; nr_handled < 300 || cycles < 1000; cycles++) {
		percpu_ref_get(&ref);
		percpu_ref_kill(&ref);
		percpu_ref_put(&ref);
		percpu_ref_reinit(&ref);
		child_expect(!is_out_of_patience(&patience));
	}
	end_storm(storm);
	child_expect(nr_released == cycles + nr_handled);
}

/* --- children --- */

static void kill_here_too(void *arg)
{
	(void)arg;
	percpu_ref_kill(&ref);
	child_expect(nr_released == 0 && in_word() == 1);
	/* of the thread that is not here */
	percpu_ref_put(&ref);
	child_expect(nr_released == 1);
}

static void *keep_one(void *arg)
{
	(void)arg;
	percpu_ref_get(&ref);
	reach(1);
	await(2);
	percpu_ref_put(&ref);
	return NULL;
}

static void child_has_the_references_of_the_moment(void *arg)
{
	struct child_end end;
	pthread_t thread;

	(void)arg;
	init_ref(&ref, 0);
	thread = start(keep_one, NULL);
	await(1);
	end = child_run(kill_here_too, NULL);
	child_expect(child_exited_with(&end, 0));
	reach(2);
	pthread_join(thread, NULL);
	percpu_ref_kill(&ref);
	child_expect(nr_released == 1);
}

static uint64_t nr_switches;
static void *switch_often(void *arg)
{
	while (!must_stop()) {
		percpu_ref_switch_to_atomic_sync(&ref);
		percpu_ref_switch_to_percpu(&ref);
		tell(&nr_switches, told(&nr_switches) + 1);
	}
	return arg;
}

static void *get_and_put_often(void *arg)
{
	while (!must_stop()) {
		percpu_ref_get(&ref);
		percpu_ref_put(&ref);
	}
	return arg;
}

/* The other threads may have had one reference of their own, and be anywhere in a switch. */
static int count_in_child(void)
{
	const int64_t before = references();

	if (before < 1 || before > 2)
		return 1;
	percpu_ref_get_many(&ref, 5);
	if (references() != before + 5)
		return 2;
	percpu_ref_switch_to_percpu(&ref);
	percpu_ref_put_many(&ref, 4);
	percpu_ref_kill(&ref);
	if (nr_released != 0 || in_word() != before)
		return 3;
	percpu_ref_put_many(&ref, (unsigned long)before);
	return nr_released == 1 ? 0 : 4;
}

static void forks_while_another_thread_switches(void *arg)
{
	/* fork(), and what no handler of fork() knows of */
	const bool untold = arg != NULL;
	pthread_t switcher, user;
	int status = 0;

	init_ref(&ref, PERCPU_REF_ALLOW_REINIT);
	switcher = start(switch_often, NULL);
	user = start(get_and_put_often, NULL);
	child_expect(await_told(&nr_switches, 1, 10));
	for (int i = 0; i < 40 && status == 0; i++) {
		pid_t child = untold ? (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) : fork();

		if (child == 0) {
			alarm(CHILD_SECONDS);
			_exit(count_in_child());
		}
		child_expect(child > 0 && waitpid(child, &status, 0) == child);
	}
	set_stop(true);
	pthread_join(switcher, NULL);
	pthread_join(user, NULL);
	child_expect(status == 0 || (dprintf(2, "status %#x", (unsigned int)status), false));
	child_expect(references() == 1);
}

static void child_counts_exactly_whoever_was_switching(void **state)
{
	(void)state;
	assert_content(forks_while_another_thread_switches, NULL);
	assert_content(forks_while_another_thread_switches, &ref);
}

/* --- shared copies --- */

static void put_all_in_child(void *arg)
{
	(void)arg;
	percpu_ref_get(&ref);
	child_expect(references() == 4);
	percpu_ref_kill(&ref);
	child_expect(nr_released == 0 && in_word() == 3);
	percpu_ref_put_many(&ref, 3);
	child_expect(nr_released == 1);
}

static void sharing_processes_have_refs_of_their_own(void *arg)
{
	static struct percpu_ref later;
	struct child_end end;

	(void)arg;
	init_ref(&ref, PERCPU_REF_ALLOW_REINIT);
	percpu_ref_get_many(&ref, 2);
	if (percpu_share() != 0)
		return;
	end = child_run(put_all_in_child, NULL);
	child_expect(child_exited_with(&end, 0) || (dprintf(2, "%s", end.output), false));
	percpu_ref_get(&ref);
	child_expect(references() == 4);
	percpu_ref_kill(&ref);
	percpu_ref_put_many(&ref, 3);
	child_expect(nr_released == 1);
	percpu_ref_reinit(&ref);
	child_expect(!is_split() && in_word() == 1 && percpu_ref_tryget_live(&ref));
	init_ref(&later, 0);
	percpu_ref_get(&later);
	percpu_ref_kill(&later);
	percpu_ref_put(&later);
	child_expect(nr_released == 2);
	percpu_ref_exit(&later);
}

static int find_them(void **state)
{
	(void)state;
	find_cpus();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		child_test(flags_say_how_it_begins),
		child_test(what_cannot_be_begun_is_as_if_ended),
		child_test(live_ref_is_counted_in_parts),
		child_test(what_is_got_on_one_cpu_may_be_put_on_another),
		child_test(pinned_threads_count_in_parts),
		child_test(sections_count_exactly),
		child_test(cpu_without_memory_counts_in_the_word),
		child_test(kill_of_an_unused_ref_releases_it),
		child_test(last_put_releases_and_no_other),
		child_test(release_function_may_free_what_the_ref_is_in),
		child_test(reinit_is_a_new_beginning),
		child_test(resurrect_takes_a_kill_back),
		child_test(dead_one_begins_with_reinit),
		child_test(without_the_flag_the_count_stays_one_word),
		child_test(mistakes_are_errors_and_change_nothing),
		child_test(atomic_mode_stays_until_it_is_taken_back),
		child_test(dying_ref_is_split_when_it_lives_again),
		child_test(nobody_is_released_early_or_twice),
		child_test(handlers_may_kill_between_any_two_steps),
		child_test(child_has_the_references_of_the_moment),
		cmocka_unit_test(child_counts_exactly_whoever_was_switching),
		child_test(sharing_processes_have_refs_of_their_own),
	};

	if (argc > 1) {
		nr_cycles = (unsigned long)strtod(argv[1], NULL);
		takes_hours = true;
	}
	return cmocka_run_group_tests(tests, find_them, NULL);
}
