/* SPDX-License-Identifier: MIT */
/*
 * test_torture.c - nothing is lost: more threads than CPUs, every operation, sections with plain
 * accesses, local locks, visits, threads that are pinned and threads that have no rseq, migrations,
 * signals and forks, all at once.
 *
 * Usage: test_torture [OPERATIONS [CALM]]; also from the environment, PERCPU_TORTURE_OPERATIONS.
 * With CALM there are so many times as many operations between two sections, visits, migrations or
 * forks, and fewer from threads that have no rseq. Every thread keeps private tallies of what it
 * did, in ordinary variables; when all have ended, the sums of the copies must be the sums of the
 * tallies, modulo 2 to the width of the variable.
 *
 * With PERCPU_TORTURE_HOTPLUG in the environment CPUs may come and go meanwhile: no thread is
 * pinned. With PERCPU_TORTURE_SWITCHES, in the fallback tier, CPUs become fenced ones and go back
 * all the time.
 */
#include "support/clock.h"
#include "support/cmocka_all.h"
#include "support/no_rseq.h"
#include "support/random.h"
#include "support/sanitized.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"
#include "support/wait_for.h"

#include "cpu/fenced.h"
#include "cpu/ops/operation.h"
#include "machine/tier.h"
#include "memory/displaced.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_OPERATIONS 100000000.0
#define THREADS_A_CPU 4
#define ROUND 1000 /* operations between two looks at whether there is more to do */
/* Each of these is done in one round of so many, on the average. */
#define ROUNDS_A_VISIT 16
#define ROUNDS_A_JUMP 16
#define ROUNDS_A_SWEEP 32
#define SECTIONS_A_ROUND 20
#define OPERATIONS_INSIDE 8
#define TIMER_INTERVAL 300000 /* ns */
/* Without rseq the handler itself takes longer than that, and a thread would do nothing else. */
#define TIMER_INTERVAL_WITHOUT_RSEQ 30000000

/*
 * The sanitizers' own locks are not taken around a fork: in the child of a program with threads, a
 * new thread may wait for one for ever. And ThreadSanitizer takes jemalloc's mutexes in a child,
 * which are made anew, for locked ones, and reports every use.
 */
#define NO_THREADS_IN_CHILDREN (address_sanitized || thread_sanitized)
#define NO_CHILDREN thread_sanitized

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

/*
 * Changed by plain accesses, in sections and visits, and by operations; in_handler in sections of
 * the signal handler, local under the lock. Not by threads that are pinned, who look at no section.
 */
#define DEFINE_GUARDED(bits, type) type sum##bits;
struct guarded {
	WIDTHS(DEFINE_GUARDED)
	uint64_t twin; /* of sum64 */
	uint64_t in_handler;
	local_lock_t lock;
	uint64_t local;
};

static DEFINE_PER_CPU(struct numbers, statics);
static DEFINE_PER_CPU(struct guarded, guarded);
static struct numbers __percpu *dynamics;
static struct percpu_counter folded;

/* What has been added, by one thread or in all. */
#define DEFINE_TALLIES(bits, type) uint64_t sum##bits, flagged##bits, pot##bits;
struct tallies {
	uint64_t pairs;
	uint64_t signals;
	WIDTHS(DEFINE_TALLIES)
};

struct guarded_tallies {
	WIDTHS(DEFINE_GUARDED)
	uint64_t in_handler, local;
};

enum worker_kind {
	USUAL,
	PINNED,       /* to one CPU, and soon to another */
	WITHOUT_RSEQ, /* where the C library has registered it, and the library cannot anew */
	NR_WORKER_KINDS,
};

struct worker {
	pthread_t thread;
	enum worker_kind kind;
	struct random random;
	uint64_t operations; /* to do */
	uint64_t done;
	uint64_t folded;
	uint64_t sections, visits, sweeps;
	bool wrong;            /* somebody came into a section */
	bool fenced, unfenced; /* it has seen its CPU so */
	struct guarded_tallies guarded;
	struct tallies statics, dynamics;
	struct tallies in_handler; /* of the statics; written by the signal handler alone */
};

static __thread struct worker *self;

/* --- operations: each on the object @object, counted in @tally --- */

#define DEFINE_CMPXCHG_ADD(family, bits, type)                                   \
	static void family##add_by_cmpxchg##bits(type __percpu *number, type n)  \
	{                                                                        \
		type seen = family##read(*number);                               \
                                                                                 \
		while (!family##try_cmpxchg(*number, &seen, (type)(seen + n))) { \
		}                                                                \
	}
#define DEFINE_PAIR_ADD(family)                                                            \
	static void family##add_to_pair(struct numbers __percpu *object, uint64_t n)       \
	{                                                                                  \
		uint64_t left, right;                                                      \
                                                                                           \
		do {                                                                       \
			left = family##read(object->left);                                 \
			right = family##read(object->right);                               \
		} while (!family##cmpxchg_double(object->left, object->right, left, right, \
						 left + n, right + n));                    \
	}

/* One operation, or one of each kind that @what stands for; @n is a small number. */
#define OPERATE_ON_WIDTH(family, bits, type)                               \
	case 100 + bits:                                                   \
		family##inc(object->sum##bits);                            \
		tally->sum##bits++;                                        \
		break;                                                     \
	case 200 + bits:                                                   \
		family##add(object->sum##bits, n);                         \
		tally->sum##bits += n;                                     \
		break;                                                     \
	case 300 + bits:                                                   \
		family##sub(object->sum##bits, n);                         \
		tally->sum##bits -= n;                                     \
		break;                                                     \
	case 400 + bits:                                                   \
		(void)family##add_return(object->sum##bits, n);            \
		tally->sum##bits += n;                                     \
		break;                                                     \
	case 500 + bits:                                                   \
		family##add_by_cmpxchg##bits(&object->sum##bits, (type)n); \
		tally->sum##bits += n;                                     \
		break;                                                     \
	case 600 + bits:                                                   \
		family## or (object->flagged##bits, 1);                    \
		break;                                                     \
	case 700 + bits:                                                   \
		family## and (object->flagged##bits, ~1);                  \
		break;                                                     \
	case 800 + bits:                                                   \
		family##add(object->flagged##bits, 2 * n);                 \
		tally->flagged##bits += 2 * n;                             \
		break;                                                     \
	case 900 + bits:                                                   \
		family##add(object->pot##bits, n);                         \
		tally->pot##bits += n;                                     \
		break;                                                     \
	case 1000 + bits:                                                  \
		tally->pot##bits -= family##xchg(object->pot##bits, 0);    \
		break;                                                     \
	case 1100 + bits:                                                  \
		family##dec(object->sum##bits);                            \
		tally->sum##bits--;                                        \
		break;
#define DEFINE_OPERATE(family, name, ON_WIDTH)                                      \
	static inline void name(unsigned int what, struct numbers __percpu *object, \
				struct tallies *tally, uint64_t n)                  \
	{                                                                           \
		switch (what) {                                                     \
			WIDTHS(ON_WIDTH)                                            \
		default:                                                            \
			family##add_to_pair(object, n);                             \
			tally->pairs += n;                                          \
			break;                                                      \
		}                                                                   \
	}

#define DEFINE_THIS(bits, type) DEFINE_CMPXCHG_ADD(this_cpu_, bits, type)
#define DEFINE_PINNED(bits, type) DEFINE_CMPXCHG_ADD(pinned_cpu_, bits, type)
#define ON_THIS(bits, type) OPERATE_ON_WIDTH(this_cpu_, bits, type)
#define ON_PINNED(bits, type) OPERATE_ON_WIDTH(pinned_cpu_, bits, type)
WIDTHS(DEFINE_THIS)
WIDTHS(DEFINE_PINNED)
DEFINE_PAIR_ADD(this_cpu_)
DEFINE_PAIR_ADD(pinned_cpu_)
DEFINE_OPERATE(this_cpu_, operate, ON_THIS)
DEFINE_OPERATE(pinned_cpu_, operate_pinned, ON_PINNED)

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
	this_cpu_add_to_pair(&statics, 1);
	tally->pairs++;
	get_cpu_var(guarded).in_handler++;
	put_cpu_var(guarded);
	self->guarded.in_handler++;
}

static cpu_set_t allowed;

/* To one CPU of those that are allowed, or to all; a pinned thread, to be pinned there. */
static void jump(struct worker *worker)
{
	unsigned int cpu = random_next(&worker->random) % nr_cpu_ids;
	cpu_set_t set;

	CPU_ZERO(&set);
	if (cpu < CPU_SETSIZE && CPU_ISSET(cpu, &allowed))
		CPU_SET(cpu, &set);
	else if (worker->kind == PINNED)
		return;
	else
		set = allowed;
	if (worker->kind != PINNED)
		sched_setaffinity(0, sizeof(set), &set);
	else if (percpu_thread_pin(cpu) != 0)
		abort();
}

/* Plain accesses to a copy that is the caller's alone. */
static void change_plainly(struct worker *worker, volatile struct guarded *copy, uint64_t n)
{
#define CHANGE(bits, type)                             \
	copy->sum##bits = (type)(copy->sum##bits + n); \
	worker->guarded.sum##bits += (type)n;
	if (copy->twin != copy->sum64)
		worker->wrong = true;
	WIDTHS(CHANGE)
	copy->twin = copy->twin + n;
}

/* Inside of a section: operations of its holder, and another section. */
static void do_inside(struct worker *worker, uint64_t random)
{
	for (int i = 0; i < OPERATIONS_INSIDE; i++)
		operate(kind(random >> i), &statics, &worker->statics, random >> (16 + i) & 7);
	preempt_disable();
	change_plainly(worker, this_cpu_ptr(&guarded), random >> 3 & 7);
	preempt_enable();
}

/* A section inside of it as well. */
static void do_local_lock(struct worker *worker)
{
	local_lock(&guarded.lock);
	this_cpu_ptr(&guarded)->local++;
	change_plainly(worker, get_cpu_ptr(&guarded), 1);
	put_cpu_ptr(&guarded);
	local_unlock(&guarded.lock);
	worker->guarded.local++;
}

/* Sections, with operations of their holder and more in some of them; and a local lock. */
static void do_sections(struct worker *worker)
{
	for (int i = 0; i < SECTIONS_A_ROUND; i++) {
		uint64_t random = random_next(&worker->random);
		struct guarded *copy = get_cpu_ptr(&guarded);

		change_plainly(worker, copy, random & 7);
		if (random >> 61 == 0)
			do_inside(worker, random);
		if (random >> 58 == 0)
			sched_yield();
		put_cpu_ptr(&guarded);
		(void)this_cpu_inc_return(guarded.sum16);
		this_cpu_add(guarded.sum32, 3);
		worker->guarded.sum16++;
		worker->guarded.sum32 += 3;
		worker->sections++;
	}
	do_local_lock(worker);
}

/* Of any CPU, whether there is one of that number or not. */
static unsigned int possible_cpu(struct worker *worker)
{
	unsigned int cpu;

	do
		cpu = (unsigned int)(random_next(&worker->random) % nr_cpu_ids);
	while (!cpu_possible(cpu));
	return cpu;
}

static void visit(struct worker *worker)
{
	unsigned int cpu = possible_cpu(worker);
	int err = percpu_remote_begin(cpu);

	if (err == 0) {
		change_plainly(worker, this_cpu_ptr(&guarded), 5);
		percpu_remote_end(cpu);
		worker->visits++;
	} else if (err != -EBUSY) {
		abort();
	}
	worker->guarded.sum8 -= per_cpu_xchg(guarded.sum8, cpu, 0);
}

/* Empties the pots of some CPU, and now and then the whole counter. */
static void sweep(struct worker *worker)
{
	unsigned int cpu = possible_cpu(worker);

#define EMPTY(bits, type)                                                     \
	worker->statics.pot##bits -= per_cpu_xchg(statics.pot##bits, cpu, 0); \
	worker->dynamics.pot##bits -= per_cpu_xchg(dynamics->pot##bits, cpu, 0);
	WIDTHS(EMPTY)
	worker->folded -= (uint64_t)percpu_counter_sum_and_reset(&folded);
	worker->sweeps++;
}

/* It has just operated, and nothing else. Or it has just had a section. */
static void look_at_the_cpu(struct worker *worker)
{
	if (pcpu_unit_entry(pcpu_running_cpu())->rest & PCPU_FENCED)
		worker->fenced = true;
	else
		worker->unfenced = true;
}

static void do_operations(struct worker *worker)
{
	for (int i = 0; i < ROUND; i++) {
		uint64_t random = random_next(&worker->random), n = random >> 16 & 7;

		if (worker->kind == PINNED && random >> 62 != 0)
			operate_pinned(kind(random), random >> 61 & 1 ? &statics : dynamics,
				       random >> 61 & 1 ? &worker->statics : &worker->dynamics, n);
		else if (random >> 63)
			operate(kind(random), &statics, &worker->statics, n);
		else
			operate(kind(random), dynamics, &worker->dynamics, n);
	}
	look_at_the_cpu(worker);
	for (int i = 0; i < ROUND / 50; i++) {
		percpu_counter_add(&folded, i);
		worker->folded += (uint64_t)i;
	}
}

static uint64_t calm = 1;

static void do_round(struct worker *worker)
{
	uint64_t random = random_next(&worker->random);

	for (uint64_t i = 0; i < calm; i++)
		do_operations(worker);
	do_sections(worker);
	look_at_the_cpu(worker);
	worker->done += calm * (ROUND + ROUND / 50) + 3 * SECTIONS_A_ROUND;
	if (random % ROUNDS_A_VISIT == 0)
		visit(worker);
	if ((random >> 16) % ROUNDS_A_JUMP == 0)
		jump(worker);
	if ((random >> 32) % ROUNDS_A_SWEEP == 0)
		sweep(worker);
}

/*
 * Where others are pinned, each operation without rseq makes the thread go to its CPU, and those
 * who are there wait until the scheduler has it run.
 */
#define SLOWNESS_WITHOUT_RSEQ 200

static void begin_work(struct worker *worker)
{
	/* where they are numbered otherwise, all need to have rseq */
	if (!has_sequences() || !indexed_by_cpu() || (worker->kind == PINNED && !can_pin()))
		worker->kind = USUAL;
	if (worker->kind == WITHOUT_RSEQ) {
		if (!give_rseq_up())
			abort();
		worker->operations /= SLOWNESS_WITHOUT_RSEQ * calm;
	}
	while (worker->kind == PINNED && !__pcpu_self()->pinned)
		jump(worker);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	timer_t timer;

	self = worker;
	begin_work(worker);
	timer = start_storm_of(worker->kind == WITHOUT_RSEQ ? TIMER_INTERVAL_WITHOUT_RSEQ
							    : TIMER_INTERVAL,
			       on_timer);
	while (worker->done < worker->operations)
		do_round(worker);
	end_storm(timer);
	if (worker->kind == PINNED && percpu_thread_unpin() != 0)
		abort();
	return NULL;
}

/* --- the sums --- */

static uint64_t wanted_operations;
static bool hotplug, switches;

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

/* --- fork --- */

#define FORKS 200
#define STORMING_THREADS 3
#define STORM_FORKS 60
#define DEADLOCK_SECONDS 240

static DEFINE_PER_CPU(uint64_t, forked);
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
	struct pcpu_op add = {.op = __PCPU_OP_add, .size = 8, .a = 7};
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
		pcpu_operate_holding(&add, pcpu_coordinate((uintptr_t)&forked));
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

/* --- all at once --- */

struct totals {
	struct tallies statics, dynamics;
	struct guarded_tallies guarded;
	uint64_t folded, done, sections, visits, sweeps;
	bool fenced, unfenced;
};

static void add_worker(struct totals *totals, const struct worker *worker)
{
#define ADD_GUARDED(bits, type) totals->guarded.sum##bits += worker->guarded.sum##bits;
	WIDTHS(ADD_GUARDED)
	totals->guarded.in_handler += worker->guarded.in_handler;
	totals->guarded.local += worker->guarded.local;
	add_tallies(&totals->statics, &worker->statics);
	add_tallies(&totals->statics, &worker->in_handler);
	add_tallies(&totals->dynamics, &worker->dynamics);
	totals->folded += worker->folded;
	totals->done += worker->done;
	totals->sections += worker->sections;
	totals->visits += worker->visits;
	totals->sweeps += worker->sweeps;
	totals->fenced |= worker->fenced;
	totals->unfenced |= worker->unfenced;
	if (worker->wrong)
		fail_msg("somebody came into a section");
}

static void check_guarded(const struct guarded_tallies *all)
{
#define CHECK_GUARDED(bits, type) \
	check_number("guarded.sum" #bits, (type)per_cpu_sum(guarded.sum##bits), all->sum##bits);
	WIDTHS(CHECK_GUARDED)
	check_number("guarded.twin", per_cpu_sum(guarded.twin), all->sum64);
	check_number("guarded.in_handler", per_cpu_sum(guarded.in_handler), all->in_handler);
	check_number("guarded.local", per_cpu_sum(guarded.local), all->local);
}

/* Children come and go while the workers work. */
static void *fork_now_and_then(void *good)
{
	while (!must_stop() && *(bool *)good) {
		*(bool *)good = child_lives_on();
		usleep((useconds_t)calm * 20000);
	}
	return NULL;
}

static struct worker *run_workers(unsigned int nr)
{
	struct worker *workers = calloc(nr, sizeof(*workers));

	assert_non_null(workers);
	for (unsigned int i = 0; i < nr; i++) {
		workers[i].random = random_from(i);
		workers[i].operations = wanted_operations / nr;
		/* half of them are usual ones */
		if (i % 4 < NR_WORKER_KINDS)
			workers[i].kind = (enum worker_kind)(i % 4);
		/* whose CPU goes offline is pinned no more, and does not know */
		if (hotplug && workers[i].kind == PINNED)
			workers[i].kind = USUAL;
		workers[i].thread = start(work, &workers[i]);
	}
	for (unsigned int i = 0; i < nr; i++)
		pthread_join(workers[i].thread, NULL);
	return workers;
}

static void run_all_at_once(unsigned int nr, struct totals *totals)
{
	struct worker *workers;
	pthread_t forking;
	bool good = true;

	set_stop(NO_CHILDREN);
	forking = start(fork_now_and_then, &good);
	workers = run_workers(nr);
	set_stop(true);
	pthread_join(forking, NULL);
	for (unsigned int i = 0; i < nr; i++)
		add_worker(totals, &workers[i]);
	free(workers);
	assert_true(good);
}

static void mixed_operations_lose_nothing(void **state)
{
	const unsigned int nr = (unsigned int)(THREADS_A_CPU * CPU_COUNT(&allowed));
	struct totals totals = {0};
	double began = seconds(CLOCK_MONOTONIC), took;

	(void)state;
	assert_int_equal(percpu_counter_init(&folded, 0, GFP_KERNEL), 0);
	dynamics = alloc_percpu(struct numbers);
	assert_non_null(dynamics);
	run_all_at_once(nr, &totals);
	took = seconds(CLOCK_MONOTONIC) - began;
	printf("%s: %.3g operations by %u threads in %.1f s: %.1f million a second; "
	       "%.3g signals, %.3g sections, %.3g visits, %.3g sweeps\n",
	       percpu_backend(), (double)totals.done, nr, took, (double)totals.done / took / 1e6,
	       (double)totals.statics.signals, (double)totals.sections, (double)totals.visits,
	       (double)totals.sweeps);
	check_object(&statics, &totals.statics);
	check_object(dynamics, &totals.dynamics);
	check_guarded(&totals.guarded);
	check_number("percpu_counter", (uint64_t)percpu_counter_sum(&folded), totals.folded);
	/* all but what threads without rseq leave out */
	assert_true(totals.done >= wanted_operations / 10 * 7);
	/* a very short run may end before the first */
	if (wanted_operations >= 1000000) {
		assert_true(totals.statics.signals > 0 && totals.visits > 0);
		assert_true(totals.sections > 0 && totals.sweeps > 0);
	}
	assert_true(!switches || (totals.fenced && totals.unfenced));
	percpu_counter_destroy(&folded);
	free_percpu(dynamics);
}

/* --- many forks --- */

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
	start_all(threads, 2, count_forked, counted, sizeof(counted[0]));
	for (int i = 0; i < FORKS && good; i++)
		good = child_lives_on();
	set_stop(true);
	join_all(threads, 2);
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
	counting = start(count_forked, &counted);
	opening = start(open_units, NULL);
	memset(good, true, sizeof(good));
	start_all(forking, STORMING_THREADS, fork_often, good, sizeof(good[0]));
	join_all(forking, STORMING_THREADS);
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
	if (argc > 2 && strtoul(argv[2], NULL, 10) > 0)
		calm = strtoul(argv[2], NULL, 10);
	hotplug = getenv("PERCPU_TORTURE_HOTPLUG") != NULL;
	switches = getenv("PERCPU_TORTURE_SWITCHES") != NULL;
	if (switches)
		pcpu_fenced_limits = (struct pcpu_fenced_limits){.takes = 3, .operations = 20};
	sched_getaffinity(0, sizeof(allowed), &allowed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
