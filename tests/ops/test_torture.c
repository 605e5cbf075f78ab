/* SPDX-License-Identifier: MIT */
/*
 * test_torture.c - nothing is lost: more threads than CPUs, every operation, migrations, signals,
 * visits and forks.
 *
 * Usage: test_torture [OPERATIONS]; also from the environment, PERCPU_TORTURE_OPERATIONS. Every
 * thread keeps private tallies of what it did, in ordinary variables; when all have ended, the sums
 * of the copies must be the sums of the tallies, modulo 2 to the width of the variable.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "operation.h"
#include "tier.h"
#include "wait_for.h"

#include <percpu/percpu.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

#define DEFAULT_OPERATIONS 300000000.0
#define THREADS_A_CPU 4
#define ROUND 1000 /* operations between two looks at whether there is more to do */
#define ROUNDS_A_VISIT 20
#define ROUNDS_A_JUMP 10
#define TIMER_INTERVAL 300000 /* ns */

/*
 * The sanitizers' own locks are not taken around a fork: in the child of a program with threads, a
 * new thread may wait for one for ever. And ThreadSanitizer takes jemalloc's mutexes in a child,
 * which are made anew, for locked ones, and reports every use.
 */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define NO_THREADS_IN_CHILDREN 1
#define NO_CHILDREN 1
#elif defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define NO_THREADS_IN_CHILDREN 1
#define NO_CHILDREN 0
#else
#define NO_THREADS_IN_CHILDREN 0
#define NO_CHILDREN 0
#endif

/* --- what is counted --- */

/*
 * Of each width: sum is changed by everything that adds. flagged adds even numbers, and has bit 0
 * set and cleared by and and or, which must not touch the rest. pot is added to, and emptied by
 * xchg into the tally of who did it.
 */
#define WIDTHS(X) X(8, uint8_t) X(16, uint16_t) X(32, uint32_t) X(64, uint64_t)

#define DEFINE_MEMBERS(bits, type) type sum##bits, flagged##bits, pot##bits;
struct numbers {
	uint64_t left __attribute__((__aligned__(16))); /* changed together, by cmpxchg_double */
	uint64_t right;
	WIDTHS(DEFINE_MEMBERS)
};

static DEFINE_PER_CPU(struct numbers, statics);
static struct numbers __percpu *dynamics;
static struct percpu_counter folded;

/* What has been added, by one thread or in all. */
#define DEFINE_TALLIES(bits, type) uint64_t sum##bits, flagged##bits, pot##bits;
struct tallies {
	uint64_t pairs;
	uint64_t signals;
	WIDTHS(DEFINE_TALLIES)
};

struct worker {
	pthread_t thread;
	uint64_t random;
	uint64_t operations; /* to do */
	uint64_t done;
	uint64_t folded;
	struct tallies statics, dynamics;
	struct tallies in_handler; /* of the statics; written by the signal handler alone */
};

static __thread struct worker *self;

static uint64_t random_bits(struct worker *worker)
{
	worker->random ^= worker->random << 13;
	worker->random ^= worker->random >> 7;
	worker->random ^= worker->random << 17;
	return worker->random;
}

/* --- operations: each on the object @object, counted in @tally --- */

#define DEFINE_CMPXCHG_ADD(bits, type)                                                    \
	static void add_by_cmpxchg##bits(type __percpu *number, type n)                   \
	{                                                                                 \
		type seen = this_cpu_read(*number), old;                                  \
                                                                                          \
		while ((old = this_cpu_cmpxchg(*number, seen, (type)(seen + n))) != seen) \
			seen = old;                                                       \
	}
WIDTHS(DEFINE_CMPXCHG_ADD)

static void add_to_pair(struct numbers __percpu *object, uint64_t n)
{
	uint64_t left, right;

	do {
		left = this_cpu_read(object->left);
		right = this_cpu_read(object->right);
	} while (!this_cpu_cmpxchg_double(object->left, object->right, left, right, left + n,
					  right + n));
}

/* One operation, or one of each kind that @what stands for; @n is a small number. */
#define OPERATE_ON_WIDTH(bits, type)                                     \
	case 100 + bits:                                                 \
		this_cpu_inc(object->sum##bits);                         \
		tally->sum##bits++;                                      \
		break;                                                   \
	case 200 + bits:                                                 \
		this_cpu_add(object->sum##bits, n);                      \
		tally->sum##bits += n;                                   \
		break;                                                   \
	case 300 + bits:                                                 \
		this_cpu_sub(object->sum##bits, n);                      \
		tally->sum##bits -= n;                                   \
		break;                                                   \
	case 400 + bits:                                                 \
		(void)this_cpu_add_return(object->sum##bits, n);         \
		tally->sum##bits += n;                                   \
		break;                                                   \
	case 500 + bits:                                                 \
		add_by_cmpxchg##bits(&object->sum##bits, (type)n);       \
		tally->sum##bits += n;                                   \
		break;                                                   \
	case 600 + bits:                                                 \
		this_cpu_or(object->flagged##bits, 1);                   \
		break;                                                   \
	case 700 + bits:                                                 \
		this_cpu_and(object->flagged##bits, ~1);                 \
		break;                                                   \
	case 800 + bits:                                                 \
		this_cpu_add(object->flagged##bits, 2 * n);              \
		tally->flagged##bits += 2 * n;                           \
		break;                                                   \
	case 900 + bits:                                                 \
		this_cpu_add(object->pot##bits, n);                      \
		tally->pot##bits += n;                                   \
		break;                                                   \
	case 1000 + bits:                                                \
		tally->pot##bits -= this_cpu_xchg(object->pot##bits, 0); \
		break;                                                   \
	case 1100 + bits:                                                \
		this_cpu_dec(object->sum##bits);                         \
		tally->sum##bits--;                                      \
		break;

static inline void operate(unsigned int what, struct numbers __percpu *object,
			   struct tallies *tally, uint64_t n)
{
	switch (what) {
		WIDTHS(OPERATE_ON_WIDTH)
	default:
		add_to_pair(object, n);
		tally->pairs += n;
		break;
	}
}

#define NR_KINDS 12

/* The kinds in a table: 11 of each width, and the pair. */
static unsigned int kind(uint64_t random)
{
	return (unsigned int)(100 * (1 + random % NR_KINDS) + (8u << (random >> 8 & 3)));
}

/* --- disturbances --- */

/* Interrupts the operations of its thread, and does the same ones. */
static void on_timer(int sig)
{
	struct tallies *tally = &self->in_handler;

	(void)sig;
	tally->signals++;
	this_cpu_inc(statics.sum8);
	tally->sum8++;
	(void)this_cpu_add_return(statics.sum16, 3);
	tally->sum16 += 3;
	this_cpu_add(statics.flagged32, 2);
	tally->flagged32 += 2;
	this_cpu_inc(statics.sum64);
	tally->sum64++;
	add_to_pair(&statics, 1);
	tally->pairs++;
}

static timer_t start_timer(void)
{
	const struct itimerspec often = {{0, TIMER_INTERVAL}, {0, TIMER_INTERVAL}};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
	timer_t timer;

	event.sigev_notify_thread_id = gettid();
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &often, NULL))
		abort();
	return timer;
}

static cpu_set_t allowed;

/* To one CPU of those that are allowed, or to all. */
static void jump(struct worker *worker)
{
	unsigned int cpu = random_bits(worker) % nr_cpu_ids;
	cpu_set_t set;

	CPU_ZERO(&set);
	if (cpu < CPU_SETSIZE && CPU_ISSET(cpu, &allowed))
		CPU_SET(cpu, &set);
	else
		set = allowed;
	sched_setaffinity(0, sizeof(set), &set);
}

/* In the fallback tier a visit is not the way to add. */
static void visit(struct worker *worker)
{
	struct pcpu_op add = {.op = __PERCPU_OP_ADD, .size = 4, .a = 5};

	if (!pcpu_tier_has_sequences())
		return;
	pcpu_operate_holding(&add, (uint32_t)(uintptr_t)&dynamics->sum32);
	worker->dynamics.sum32 += 5;
}

static void do_round(struct worker *worker)
{
	for (int i = 0; i < ROUND; i++) {
		uint64_t random = random_bits(worker);

		if (random >> 63)
			operate(kind(random), &statics, &worker->statics, random >> 16 & 7);
		else
			operate(kind(random), dynamics, &worker->dynamics, random >> 16 & 7);
	}
	for (int i = 0; i < ROUND / 50; i++) {
		percpu_counter_add(&folded, i);
		worker->folded += (uint64_t)i;
	}
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	timer_t timer;

	self = worker;
	timer = start_timer();
	for (uint64_t round = 0; worker->done < worker->operations; round++) {
		do_round(worker);
		worker->done += ROUND + ROUND / 50;
		if (round % ROUNDS_A_VISIT == 0)
			visit(worker);
		if (round % ROUNDS_A_JUMP == 0)
			jump(worker);
	}
	timer_delete(timer);
	return NULL;
}

/* --- the sums --- */

static uint64_t wanted_operations;

static void add_tallies(struct tallies *all, const struct tallies *some)
{
#define ADD_TALLIES(bits, type)                    \
	all->sum##bits += some->sum##bits;         \
	all->flagged##bits += some->flagged##bits; \
	all->pot##bits += some->pot##bits;
	WIDTHS(ADD_TALLIES)
	all->pairs += some->pairs;
	all->signals += some->signals;
}

static void check_number(const char *name, uint64_t sum, uint64_t tally)
{
	if (sum != tally)
		fail_msg("%s: the copies make %llu, the tallies %llu", name,
			 (unsigned long long)sum, (unsigned long long)tally);
}

static void check_object(struct numbers __percpu *object, const struct tallies *all)
{
#define CHECK_WIDTH(bits, type)                                                                \
	check_number("sum" #bits, (type)per_cpu_sum(object->sum##bits), (type)all->sum##bits); \
	check_number("pot" #bits, (type)per_cpu_sum(object->pot##bits), (type)all->pot##bits); \
	{                                                                                      \
		unsigned int cpu;                                                              \
		type even = 0;                                                                 \
                                                                                               \
		for_each_possible_cpu(cpu)                                                     \
			even += (type)(*per_cpu_ptr(&object->flagged##bits, cpu) & ~1);        \
		check_number("flagged" #bits, even, (type)all->flagged##bits);                 \
	}
	WIDTHS(CHECK_WIDTH)
	check_number("left", per_cpu_sum(object->left), all->pairs);
	check_number("right", per_cpu_sum(object->right), all->pairs);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static void mixed_operations_lose_nothing(void **state)
{
	const struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_RESTART};
	const unsigned int nr = (unsigned int)(THREADS_A_CPU * CPU_COUNT(&allowed));
	struct tallies in_statics = {0}, in_dynamics = {0};
	struct worker *workers = calloc(nr, sizeof(*workers));
	uint64_t in_folded = 0, done = 0;
	double start = now(), took;

	(void)state;
	assert_non_null(workers);
	assert_int_equal(percpu_counter_init(&folded, 0, GFP_KERNEL), 0);
	dynamics = alloc_percpu(struct numbers);
	assert_non_null(dynamics);
	sigaction(SIGUSR1, &action, NULL);
	for (unsigned int i = 0; i < nr; i++) {
		workers[i].random = 0x9e3779b97f4a7c15 * (i + 1);
		workers[i].operations = wanted_operations / nr;
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (unsigned int i = 0; i < nr; i++) {
		pthread_join(workers[i].thread, NULL);
		add_tallies(&in_statics, &workers[i].statics);
		add_tallies(&in_statics, &workers[i].in_handler);
		add_tallies(&in_dynamics, &workers[i].dynamics);
		in_folded += workers[i].folded;
		done += workers[i].done;
	}
	took = now() - start;
	printf("%s: %.3g operations by %u threads in %.1f s: %.1f million a second; "
	       "%.3g signals\n",
	       percpu_backend(), (double)done, nr, took, (double)done / took / 1e6,
	       (double)in_statics.signals);
	check_object(&statics, &in_statics);
	check_object(dynamics, &in_dynamics);
	check_number("percpu_counter", (uint64_t)percpu_counter_sum(&folded), in_folded);
	/* a very short run may end before the first */
	assert_true(in_statics.signals > 0 || wanted_operations < 1000000);
	percpu_counter_destroy(&folded);
	free_percpu(dynamics);
	free(workers);
}

/* --- fork --- */

#define FORKS 200
#define STORMING_THREADS 3
#define STORM_FORKS 60
#define DEADLOCK_SECONDS 100

static DEFINE_PER_CPU(uint64_t, forked);
static bool stop;

static bool must_stop(void)
{
	return __atomic_load_n(&stop, __ATOMIC_RELAXED);
}

static void set_stop(bool to)
{
	__atomic_store_n(&stop, to, __ATOMIC_RELAXED);
}

/* Allocates, counts and frees; returns false if a sum is wrong. */
static bool use_an_area(void)
{
	uint32_t __percpu *area = alloc_percpu(uint32_t);
	bool right;

	if (!area)
		return false;
	for (int i = 0; i < 10; i++)
		this_cpu_add(*area, 3);
	right = per_cpu_sum(*area) == 30;
	free_percpu(area);
	return right;
}

static void *count_forked(void *counted)
{
	uint64_t n;

	for (n = 0; !must_stop(); n += 2) {
		this_cpu_inc(forked);
		(void)this_cpu_add_return(forked, 1);
		if (n % 1024 == 0 && !use_an_area())
			abort();
	}
	*(uint64_t *)counted = n;
	return NULL;
}

/* Opens units, of CPUs that do not exist too if there are possible ones. */
static void *open_units(void *arg)
{
	for (unsigned int cpu = 0; !must_stop(); cpu = (cpu + 1) % nr_cpu_ids) {
		if (cpu_possible(cpu))
			(void)per_cpu_ptr(&forked, cpu);
		sched_yield();
	}
	return arg;
}

static void *count_a_thousand(void *arg)
{
	for (int i = 0; i < 1000; i++)
		this_cpu_inc(forked);
	return arg;
}

/* In the child, where all other threads are gone: its exit status. */
static int live_on(void)
{
	struct pcpu_op add = {.op = __PERCPU_OP_ADD, .size = 8, .a = 7};
	uint64_t before = per_cpu_sum(forked), expected = before + 1000;
	unsigned int cpu;

	count_a_thousand(NULL);
	if (!NO_THREADS_IN_CHILDREN) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, count_a_thousand, NULL) ||
		    pthread_join(thread, NULL))
			return 1;
		expected += 1000;
	}
	if (pcpu_tier_has_sequences()) {
		pcpu_operate_holding(&add, (uint32_t)(uintptr_t)&forked);
		expected += 7;
	}
	for_each_possible_cpu(cpu)
		(void)per_cpu_ptr(&forked, cpu);
	if (per_cpu_sum(forked) != expected)
		return 2;
	return use_an_area() ? 0 : 3;
}

static bool child_lives_on(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(live_on());
	if (child < 0)
		return false;
	status = wait_for(child, DEADLOCK_SECONDS);
	if (status)
		fprintf(stderr, "the child's status is %#x\n", status);
	return status == 0;
}

static void forked_children_live_on_and_leave_the_parent_alone(void **state)
{
	uint64_t counted[2], before = per_cpu_sum(forked);
	pthread_t threads[2];
	bool good = true;

	(void)state;
	if (NO_CHILDREN) {
		skip();
		return;
	}
	set_stop(false);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, count_forked, &counted[i]);
	for (int i = 0; i < FORKS && good; i++)
		good = child_lives_on();
	set_stop(true);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_true(good);
	check_number("forked", per_cpu_sum(forked), before + counted[0] + counted[1]);
}

static void *fork_often(void *good)
{
	for (int i = 0; i < STORM_FORKS && *(bool *)good; i++)
		*(bool *)good = child_lives_on();
	return NULL;
}

/* In a child of its own, where units are closed still: threads that fork, count and open them. */
static int storm(void)
{
	uint64_t counted, before = per_cpu_sum(forked);
	pthread_t forking[STORMING_THREADS], counting, opening;
	bool good[STORMING_THREADS];

	set_stop(false);
	pthread_create(&counting, NULL, count_forked, &counted);
	pthread_create(&opening, NULL, open_units, NULL);
	for (int i = 0; i < STORMING_THREADS; i++) {
		good[i] = true;
		pthread_create(&forking[i], NULL, fork_often, &good[i]);
	}
	for (int i = 0; i < STORMING_THREADS; i++)
		pthread_join(forking[i], NULL);
	set_stop(true);
	pthread_join(counting, NULL);
	pthread_join(opening, NULL);
	for (int i = 0; i < STORMING_THREADS; i++)
		if (!good[i])
			return 1;
	return per_cpu_sum(forked) == before + counted ? 0 : 2;
}

static void fork_storms_deadlock_nobody(void **state)
{
	pid_t child;

	(void)state;
	if (NO_CHILDREN) {
		skip();
		return;
	}
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(storm());
	assert_int_equal(wait_for(child, 2 * DEADLOCK_SECONDS), 0);
}

static void tier_is_the_one_that_was_asked_for(void **state)
{
	const char *tier = getenv("PERCPU_TEST_TIER");

	(void)state;
	if (!tier)
		skip();
	else if (strncmp(percpu_backend(), tier, strlen(tier)) != 0)
		fail_msg("asked for %s, got %s", tier, percpu_backend());
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		/* first: units are closed still */
		cmocka_unit_test(fork_storms_deadlock_nobody),
		cmocka_unit_test(mixed_operations_lose_nothing),
		cmocka_unit_test(forked_children_live_on_and_leave_the_parent_alone),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};
	const char *wanted = argc > 1 ? argv[1] : getenv("PERCPU_TORTURE_OPERATIONS");

	wanted_operations = (uint64_t)(wanted ? strtod(wanted, NULL) : DEFAULT_OPERATIONS);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
