/* SPDX-License-Identifier: MIT */
/* test_pool.c - object caches: what is got, put, limited, given back, and found out. */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/tier.h"
#ifndef PERCPU_UP
#include "support/fact.h"
#include "support/faults.h"
#include "support/storm.h"
#include "support/threads.h"
#endif

#include <percpu/cpu.h>
#include <percpu/cpuhotplug.h>
#include <percpu/freelist.h>
#include <percpu/percpu.h>
#include <percpu/pool.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct percpu_pool *pool;
#ifndef PERCPU_UP
static DEFINE_PER_CPU(struct percpu_freelist, list);
static DEFINE_PER_CPU(long, counted);
#endif

/* What the library has said. */
static char said[512];

static void hear(enum percpu_log_level level, const char *message)
{
	(void)level;
	snprintf(said, sizeof(said), "%.511s", message);
}

static int begin_with(size_t size, size_t align, unsigned long limit)
{
	percpu_set_log_handler(hear, PERCPU_LOG_INFO);
	said[0] = '\0';
	pool = percpu_pool_create("things", size, align, limit);
	return pool ? 0 : -1;
}

static int begin(void **state)
{
	(void)state;
	return begin_with(64, 0, 0);
}

static int end(void **state)
{
	const int err = percpu_pool_destroy(pool);

	(void)state;
	pool = NULL;
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
	return err;
}

/* --- one thread --- */

#define MANY 5000

static void *got[MANY];

static void get_all(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		got[i] = percpu_pool_get(pool);
		assert_non_null(got[i]);
		memset(got[i], (int)i, 64);
	}
}

static void put_all(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		percpu_pool_put(pool, got[i]);
}

static int compare_pointers(const void *one, const void *other)
{
	const uintptr_t a = *(const uintptr_t *)one, b = *(const uintptr_t *)other;

	return (a > b) - (a < b);
}

static void objects_do_not_overlap(void **state)
{
	(void)state;
	get_all(MANY);
	for (unsigned int i = 0; i < MANY; i++)
		for (unsigned int j = 0; j < 64; j++)
			assert_int_equal(((unsigned char *)got[i])[j], i & 0xff);
	qsort(got, MANY, sizeof(got[0]), compare_pointers);
	for (unsigned int i = 0; i + 1 < MANY; i++)
		assert_true((char *)got[i] + 64 <= (char *)got[i + 1]);
	put_all(MANY);
}

static void what_is_put_last_is_got_first(void **state)
{
	void *one = percpu_pool_get(pool), *other = percpu_pool_get(pool);

	(void)state;
	stay_here();
	percpu_pool_put(pool, one);
	percpu_pool_put(pool, other);
	assert_ptr_equal(percpu_pool_get(pool), other);
	assert_ptr_equal(percpu_pool_get(pool), one);
	percpu_pool_put(pool, one);
	percpu_pool_put(pool, other);
	go_anywhere();
}

static void objects_come_again(void **state)
{
	unsigned long nr;

	(void)state;
	/* on another CPU there is another magazine to fill */
	stay_here();
	get_all(1000);
	put_all(1000);
	nr = percpu_pool_nr_objects(pool);
	for (int i = 0; i < 20; i++) {
		get_all(1000);
		put_all(1000);
	}
	/* nothing is lost on the way to the depot and back */
	assert_int_equal(percpu_pool_nr_objects(pool), nr);
	go_anywhere();
}

static void objects_have_the_size_and_alignment_asked_for(void **state)
{
	static const size_t sizes[] = {1, 7, 64, 300, 5000, 1 << 20};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (size_t align = 1; align <= 4096; align *= 16) {
			void *objects[20];

			assert_int_equal(begin_with(sizes[i], align, 0), 0);
			for (int j = 0; j < 20; j++) {
				objects[j] = percpu_pool_get(pool);
				assert_non_null(objects[j]);
				assert_int_equal((uintptr_t)objects[j] % align, 0);
				/* new ones are zero */
				assert_int_equal(((char *)objects[j])[sizes[i] - 1], 0);
				memset(objects[j], 0xff, sizes[i]);
			}
			for (int j = 0; j < 20; j++)
				percpu_pool_put(pool, objects[j]);
			assert_int_equal(end(NULL), 0);
		}
}

static void bad_arguments_are_refused_with_a_message(void **state)
{
	(void)state;
	assert_int_equal(begin_with(0, 0, 0), -1);
	assert_true(said[0] != 0);
	assert_int_equal(begin_with((1 << 20) + 1, 0, 0), -1);
	assert_true(said[0] != 0);
	assert_int_equal(begin_with(8, 3, 0), -1);
	assert_true(said[0] != 0);
	assert_int_equal(begin_with(8, 8192, 0), -1);
	assert_true(said[0] != 0);
	assert_int_equal(percpu_pool_destroy(NULL), 0);
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
}

static void limit_is_kept_and_can_be_reached_again(void **state)
{
	(void)state;
	assert_int_equal(begin_with(64, 0, 100), 0);
	for (int i = 0; i < 3; i++) {
		get_all(100);
		assert_null(percpu_pool_get(pool));
		percpu_pool_put(pool, got[99]);
		got[99] = percpu_pool_get(pool);
		assert_non_null(got[99]);
		assert_null(percpu_pool_get(pool));
		put_all(100);
	}
	assert_int_equal(percpu_pool_nr_objects(pool), 100);
	assert_int_equal(percpu_pool_reserve(pool, 1), -ENOSPC);
	assert_int_equal(end(NULL), 0);
}

static void reserved_objects_are_there(void **state)
{
	(void)state;
	assert_int_equal(percpu_pool_reserve(pool, 3000), 0);
	assert_true(percpu_pool_nr_objects(pool) >= 3000);
	get_all(3000);
	put_all(3000);
	assert_int_equal(percpu_pool_reserve(pool, 0), 0);
}

static void trim_gives_back_what_nobody_uses(void **state)
{
	unsigned long before;

	(void)state;
	assert_int_equal(percpu_pool_trim(pool), 0);
	get_all(MANY);
	before = percpu_pool_nr_objects(pool);
	put_all(MANY - 1);
	assert_true(percpu_pool_trim(pool) > 0);
	assert_true(percpu_pool_nr_objects(pool) < before);
	assert_true(percpu_pool_nr_objects(pool) >= 1);
	/* the one that is in use is whole, and what is left serves */
	assert_int_equal(*(unsigned char *)got[MANY - 1], (MANY - 1) & 0xff);
	percpu_pool_put(pool, got[MANY - 1]);
	get_all(MANY);
	put_all(MANY);
	percpu_pool_trim(pool);
	assert_int_equal(percpu_pool_nr_objects(pool), 0);
	get_all(10);
	put_all(10);
}

static void objects_that_are_not_put_back_are_found(void **state)
{
	(void)state;
	get_all(100);
	put_all(97);
	assert_int_equal(percpu_pool_destroy(pool), -EBUSY);
	assert_non_null(strstr(said, "3 "));
	assert_non_null(strstr(said, "things have not been put back"));
	/* all is as it was */
	for (int i = 97; i < 100; i++)
		percpu_pool_put(pool, got[i]);
	get_all(100);
	put_all(100);
}

static void parent_and_child_go_on(void **state)
{
	void *object = percpu_pool_get(pool);
	int status = -1;
	pid_t child;

	(void)state;
	memset(object, 5, 64);
	child = fork();
	if (child == 0) {
		bool fine = *(char *)object == 5;

		percpu_pool_put(pool, object);
		get_all(3000);
		put_all(3000);
		percpu_pool_trim(pool);
		_exit(!fine || percpu_pool_destroy(pool) != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(*(char *)object, 5);
	percpu_pool_put(pool, object);
}

#ifndef PERCPU_UP
static const char *put_twice(void)
{
	RETURN_UNLESS(begin_with(64, 0, 0) == 0);
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
	got[0] = percpu_pool_get(pool);
	percpu_pool_put(pool, got[0]);
	percpu_pool_put(pool, got[0]);
	percpu_pool_destroy(pool);
	return "percpu_pool_destroy() has returned";
}

static const char *put_another(void)
{
	static char other[64];

	RETURN_UNLESS(begin_with(64, 0, 0) == 0);
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
	percpu_pool_put(pool, other);
	percpu_pool_trim(pool);
	return "percpu_pool_trim() has returned";
}

static void misuse_is_found_when_objects_are_accounted_for(void **state)
{
	(void)state;
	assert_fatal(put_twice, "of the pool things was put twice");
	assert_fatal(put_another, "was put to the pool things, and is no object of it");
}

static bool copies_are_shared(void)
{
	const char *conf = getenv("PERCPU_CONF");

	return conf && strstr(conf, "shared:yes");
}

static void pools_and_shared_copies_exclude_each_other(void **state)
{
	(void)state;
	if (copies_are_shared()) {
		assert_int_equal(begin_with(64, 0, 0), -1);
		assert_non_null(strstr(said, "shared copies"));
		return;
	}
	assert_int_equal(begin_with(64, 0, 0), 0);
	if (indexed_by_cpu()) {
		assert_int_equal(percpu_share(), -EBUSY);
		assert_non_null(strstr(said, "object pools"));
	}
	assert_int_equal(end(NULL), 0);
}

/* --- CPUs --- */

static void magazine_of_a_cpu_is_drained_from_elsewhere(void **state)
{
	unsigned int cpu;
	int refused;

	(void)state;
	if (nr_cpus < 2 || !indexed_by_cpu()) {
		skip();
		return;
	}
	go_to(cpus[0]);
	get_all(20);
	percpu_pool_trim(pool);
	put_all(20);
	go_to(cpus[1]);
	assert_int_equal(percpu_pool_drain(pool, cpus[0]), 20);
	assert_int_equal(percpu_pool_drain(pool, cpus[0]), 0);
	assert_int_equal(percpu_pool_drain(pool, nr_cpu_ids), 0);
	go_to(cpus[0]);
	get_all(1);
	put_all(1);
	go_to(cpus[1]);
	get_cpu();
	refused = percpu_pool_drain(pool, cpus[0]);
	put_cpu();
	assert_int_equal(refused, -EDEADLK);
	for_each_possible_cpu(cpu)
		if (!percpu_unit_is_open(cpu)) {
			assert_int_equal(percpu_pool_drain(pool, cpu), 0);
			assert_false(percpu_unit_is_open(cpu));
		}
	go_anywhere();
}

/* A CPU that nobody runs on any more does not keep them. */
static void objects_of_a_cpu_that_is_left_are_got_at_the_limit(void **state)
{
	(void)state;
	if (nr_cpus < 2) {
		skip();
		return;
	}
	assert_int_equal(begin_with(64, 0, 50), 0);
	go_to(cpus[0]);
	get_all(50);
	put_all(50);
	go_to(cpus[1]);
	get_all(50);
	assert_null(percpu_pool_get(pool));
	put_all(50);
	go_anywhere();
	assert_int_equal(end(NULL), 0);
}

/* By a callback, as those who use CPU hotplug will have it. */
static int drained = -1;
static unsigned long nr_stolen;

static int take_from_the_dead(unsigned int cpu)
{
	struct percpu_freelist_node *node;

	drained = percpu_pool_drain(pool, cpu);
	node = percpu_freelist_steal(&list, cpu, PERCPU_FREELIST_ALL);
	for (; node; node = node->next)
		nr_stolen++;
	return 0;
}

static const char *nothing_stays_with_a_cpu_that_goes(void)
{
	static struct percpu_freelist_node nodes[7];
	int state;

	SKIP_IF(nr_cpus < 2 || !indexed_by_cpu());
	RETURN_UNLESS(begin_with(64, 0, 0) == 0);
	state = cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "test:pool", NULL, take_from_the_dead);
	RETURN_UNLESS(state > 0);
	go_to(cpus[1]);
	get_all(20);
	percpu_pool_trim(pool);
	put_all(20);
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
		percpu_freelist_push(&list, &nodes[i]);
	go_to(cpus[0]);
	RETURN_UNLESS(cpu_down(cpus[1]) == 0);
	RETURN_IF_WRONG(differ("drained", (uint64_t)drained, 20));
	RETURN_IF_WRONG(differ("stolen", nr_stolen, 7));
	/* without a callback they are got at as well */
	RETURN_UNLESS(cpu_up(cpus[1]) == 0);
	cpuhp_remove_state_nocalls(state);
	return percpu_pool_destroy(pool) == 0 ? NULL : "objects are missing";
}

static void objects_are_got_and_put_inside_of_sections(void **state)
{
	(void)state;
	get_cpu();
	get_all(1000);
	put_all(1000);
	put_cpu();
	percpu_pool_trim(pool);
	assert_int_equal(percpu_pool_nr_objects(pool), 0);
}

/* --- without memory --- */

/* The first pool of the process: it makes itself known to fork(), too. */
static void without_memory_there_is_no_pool(void **state)
{
	static void __percpu *fill[3000];
	unsigned int failed = 0, nr = 0;

	(void)state;
	for (int nth = 1; nth < 20; nth++) {
		faults_fail_nth(PCPU_FAULT_MEM, nth);
		if (begin_with(64, 0, 0) == 0)
			break;
		assert_non_null(strstr(said, "no memory"));
		failed += (unsigned int)faults_end();
	}
	faults_end();
	assert_int_equal(end(NULL), 0);
	assert_true(failed >= 2);
	/* nor without areas for its magazines */
	this_cpu_inc(counted);
	faults_fail_all(PCPU_FAULT_COMMIT);
	while (nr < ARRAY_SIZE(fill) &&
	       (fill[nr] = __alloc_percpu_gfp(2056, 64, GFP_KERNEL | __GFP_NOWARN)) != NULL)
		nr++;
	assert_true(nr < ARRAY_SIZE(fill));
	assert_int_equal(begin_with(64, 0, 0), -1);
	assert_non_null(strstr(said, "no pool things: no memory"));
	assert_true(faults_end() > 0);
	while (nr)
		free_percpu(fill[--nr]);
	assert_int_equal(begin_with(64, 0, 0), 0);
	assert_int_equal(end(NULL), 0);
}

/* Each of the mappings that the first object takes. */
static void get_without_memory_gives_nothing_and_leaves_no_trace(void **state)
{
	int nth = 1;

	(void)state;
	for (;; nth++) {
		void *object;

		faults_fail_nth(PCPU_FAULT_MEM, nth);
		object = percpu_pool_get(pool);
		if (faults_end() == 0) {
			percpu_pool_put(pool, object);
			break;
		}
		assert_null(object);
		assert_int_equal(percpu_pool_nr_objects(pool), 0);
	}
	assert_true(nth > 2);
	faults_fail_all(PCPU_FAULT_MEM);
	assert_int_equal(percpu_pool_reserve(pool, 100000), -ENOMEM);
	/* what there is is got and put all the same */
	get_all(500);
	put_all(500);
	assert_true(faults_end() > 0);
}

/*
 * Each object in a batch of its own, until there are no batches, nor memory for any: then they come
 * to lie with others. And a full magazine, which no batch relieves.
 */
static void put_needs_no_memory(void **state)
{
	const unsigned int cpu = stay_here();

	(void)state;
	get_all(2000);
	faults_fail_all(PCPU_FAULT_MEM);
	for (unsigned int i = 0; i < 1000; i++) {
		percpu_pool_put(pool, got[i]);
		if (indexed_by_cpu())
			percpu_pool_drain(pool, cpu);
	}
	for (unsigned int i = 1000; i < 2000; i++)
		percpu_pool_put(pool, got[i]);
	assert_true(!indexed_by_cpu() || fault_plan.failed > 0);
	get_all(2000);
	faults_end();
	put_all(2000);
	go_anywhere();
}

/* --- many threads --- */

#define THREADS 6
#define SLOTS 40
#define ROUNDS (indexed_by_cpu() && !can_pin() ? 5000 : 40000)

struct worker {
	unsigned long number;
	struct random random;
	unsigned long *mine[SLOTS]; /* of the thread, and of its handler */
	unsigned long *theirs[SLOTS];
};

/* Who has an object writes its number in it: another owner would write over it. */
static void get_or_put(unsigned long **slot, unsigned long mark)
{
	if (*slot) {
		if (**slot != mark)
			abort();
		**slot = 0;
		percpu_pool_put(pool, *slot);
		*slot = NULL;
		return;
	}
	*slot = (unsigned long *)percpu_pool_get(pool);
	if (*slot && **slot != 0)
		abort();
	if (*slot)
		**slot = mark;
}

static __thread struct worker *me;

static void interrupt(int sig)
{
	(void)sig;
	get_or_put(&me->theirs[random_below(&me->random, SLOTS)], me->number + THREADS);
}

static pid_t tids[THREADS + 1];

static void *get_and_put(void *arg)
{
	struct worker *worker = (struct worker *)arg;
	struct random random = random_from(worker->number);
	timer_t storm;

	me = worker;
	__atomic_store_n(&tids[worker->number - 1], (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	storm = start_storm_of(5 * STORM_INTERVAL, interrupt);
	for (int i = 0; i < ROUNDS; i++)
		get_or_put(&worker->mine[random_below(&random, SLOTS)], worker->number);
	end_storm(storm);
	for (int i = 0; i < SLOTS; i++) {
		if (worker->mine[i])
			get_or_put(&worker->mine[i], worker->number);
		if (worker->theirs[i])
			get_or_put(&worker->theirs[i], worker->number + THREADS);
	}
	return NULL;
}

static void *trim_and_drain(void *arg)
{
	unsigned int cpu;

	while (!must_stop()) {
		percpu_pool_trim(pool);
		for_each_possible_cpu(cpu)
			if (percpu_pool_drain(pool, cpu) < 0)
				abort();
		usleep(200);
	}
	return arg;
}

static const char *objects_are_had_by_one_thread_at_a_time(unsigned long limit)
{
	static struct worker workers[THREADS];
	pthread_t threads[THREADS], driver, trimmer;

	RETURN_UNLESS(begin_with(sizeof(unsigned long), 0, limit) == 0);
	for (unsigned long i = 0; i < THREADS; i++)
		workers[i] = (struct worker){.number = i + 1, .random = random_from(i + 100)};
	start_all(threads, THREADS, get_and_put, workers, sizeof(workers[0]));
	for (int i = 0; i < THREADS; i++)
		await_tid(&tids[i]);
	driver = start(drive_threads, tids);
	trimmer = start(trim_and_drain, NULL);
	join_all(threads, THREADS);
	set_stop(true);
	pthread_join(driver, NULL);
	pthread_join(trimmer, NULL);
	/* all of them, and none twice */
	RETURN_UNLESS(percpu_pool_destroy(pool) == 0);
	return NULL;
}

static const char *nothing_is_lost_among_threads(void)
{
	return objects_are_had_by_one_thread_at_a_time(0);
}

static const char *nothing_is_lost_at_the_limit(void)
{
	return objects_are_had_by_one_thread_at_a_time(100);
}

/* Children of a process of threads that get and put: each finds the pool usable. */
static void *get_and_put_until_told(void *arg)
{
	void *objects[200];

	while (!must_stop()) {
		for (int i = 0; i < 200; i++)
			objects[i] = percpu_pool_get(pool);
		for (int i = 0; i < 200; i++)
			if (objects[i])
				percpu_pool_put(pool, objects[i]);
		percpu_pool_trim(pool);
	}
	return arg;
}

static const char *use_in_a_child(void)
{
	for (int i = 0; i < 1000; i++)
		RETURN_UNLESS((got[i] = percpu_pool_get(pool)) != NULL);
	put_all(1000);
	percpu_pool_trim(pool);
	return NULL;
}

static const char *children_find_no_lock_taken(void)
{
	pthread_t threads[3];

	RETURN_UNLESS(begin_with(64, 0, 0) == 0);
	for (int i = 0; i < 3; i++)
		threads[i] = start(get_and_put_until_told, NULL);
	for (int i = 0; i < 30; i++)
		RETURN_IF_WRONG(
			differ("a child's status", (uint64_t)status_of_fork(use_in_a_child), 0));
	set_stop(true);
	join_all(threads, 3);
	RETURN_UNLESS(percpu_pool_destroy(pool) == 0);
	return NULL;
}
#endif

int main(void)
{
#define WITH_POOL(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
#ifndef PERCPU_UP
		cmocka_unit_test(without_memory_there_is_no_pool),
#endif
		WITH_POOL(objects_do_not_overlap),
		WITH_POOL(what_is_put_last_is_got_first),
		WITH_POOL(objects_come_again),
		cmocka_unit_test(objects_have_the_size_and_alignment_asked_for),
		cmocka_unit_test(bad_arguments_are_refused_with_a_message),
		cmocka_unit_test(limit_is_kept_and_can_be_reached_again),
		WITH_POOL(reserved_objects_are_there),
		WITH_POOL(trim_gives_back_what_nobody_uses),
		WITH_POOL(objects_that_are_not_put_back_are_found),
		WITH_POOL(parent_and_child_go_on),
#ifndef PERCPU_UP
		cmocka_unit_test(misuse_is_found_when_objects_are_accounted_for),
		cmocka_unit_test(pools_and_shared_copies_exclude_each_other),
		WITH_POOL(magazine_of_a_cpu_is_drained_from_elsewhere),
		cmocka_unit_test(objects_of_a_cpu_that_is_left_are_got_at_the_limit),
		fact_test(nothing_stays_with_a_cpu_that_goes),
		WITH_POOL(objects_are_got_and_put_inside_of_sections),
		WITH_POOL(get_without_memory_gives_nothing_and_leaves_no_trace),
		WITH_POOL(put_needs_no_memory),
		fact_test(nothing_is_lost_among_threads),
		fact_test(nothing_is_lost_at_the_limit),
		fact_test(children_find_no_lock_taken),
#endif
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
#ifndef PERCPU_UP
	if (copies_are_shared()) {
		const struct CMUnitTest refused[] = {
			cmocka_unit_test(pools_and_shared_copies_exclude_each_other)};

		return cmocka_run_group_tests(refused, NULL, NULL);
	}
#endif
	return cmocka_run_group_tests(tests, NULL, NULL);
}
