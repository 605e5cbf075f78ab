/* SPDX-License-Identifier: MIT */
/*
 * test_scenarios.c - free lists and rings under threads, 144 ways: what is put and taken, and how
 * many at once; where the threads run; what disturbs them; and whether a thief takes from all CPUs.
 * In each, every item is had by one thread at a time, and in the end there is every item, once.
 *
 * Usage: scenarios [THREADS [ROUNDS]]: of each scenario
 */
#include "support/cpus.h"
#include "support/fact.h"
#include "support/random.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"

#include <percpu/freelist.h>
#include <percpu/percpu.h>
#include <percpu/sequence.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS 96
#define ROOM 128 /* of a ring: all items */
#define MOST_THREADS 200

struct item {
	struct percpu_freelist_node node;
	unsigned long owner; /* who has taken it; 0: nobody */
	bool seen;           /* at the end */
};
static struct item items[ITEMS];

static struct item *item_of(struct percpu_freelist_node *node)
{
	return (struct item *)node;
}

enum structure { LIST, RING, STRUCTURES };
enum amount { ONE, MANY, EITHER, AMOUNTS };
enum place { ANYWHERE, ONE_CPU, MOVED, PLACES };
enum trouble { NO_TROUBLE, YIELDS, SIGNALS, SLEEPS, TROUBLES };
enum { THIEVES = 2 };

struct scenario {
	enum structure structure;
	enum amount amount;
	enum place place;
	enum trouble trouble;
	bool thief;
};
static struct scenario now;

static unsigned int nr_threads = 24, rounds = 400;

/* --- lists --- */

static DEFINE_PER_CPU(struct percpu_freelist, list);

static size_t unchain(struct percpu_freelist_node *node, struct item **taken)
{
	size_t nr = 0;

	for (; node; node = node->next)
		taken[nr++] = item_of(node);
	return nr;
}

static size_t take_from_list(struct item **taken, bool all)
{
	if (all)
		return unchain(percpu_freelist_pop_all(&list), taken);
	taken[0] = item_of(percpu_freelist_pop(&list));
	return taken[0] != NULL;
}

static void put_on_list(struct item **given, size_t nr)
{
	if (nr == 1) {
		percpu_freelist_push(&list, &given[0]->node);
		return;
	}
	for (size_t i = 0; i + 1 < nr; i++)
		given[i]->node.next = &given[i + 1]->node;
	percpu_freelist_refill(&list, &given[0]->node, &given[nr - 1]->node);
}

static size_t steal_from_list(unsigned int cpu, struct item **taken)
{
	return unchain(percpu_freelist_steal(&list, cpu, 3), taken);
}

/* --- rings: first in, first out --- */

/*
 * Both ends in one word, which is compared and committed: so whoever has read it on another CPU
 * finds that it is another one, or that it is as good.
 */
struct ring {
	uint64_t ends; /* how many have been taken, and above that, put */
	struct item *slots[ROOM];
};
static DEFINE_PER_CPU(struct ring, rings);

#define ONE_PUT ((uint64_t)1 << 32)

static size_t nr_in(uint64_t ends)
{
	return (uint32_t)((uint32_t)(ends >> 32) - (uint32_t)ends);
}

static size_t first_in(uint64_t ends)
{
	return (uint32_t)ends % ROOM;
}

static size_t first_free_in(uint64_t ends)
{
	return (uint32_t)(ends >> 32) % ROOM;
}

/* With @nr taken: the lower half wraps into itself. */
static uint64_t without(uint64_t ends, size_t nr)
{
	return (ends & ~(uint64_t)UINT32_MAX) | (uint32_t)((uint32_t)ends + nr);
}

static size_t at_most(size_t nr, size_t most)
{
	return nr < most ? nr : most;
}

static size_t take_from_ring(struct item **taken, bool all)
{
	for (;;) {
		const uint64_t ends = this_cpu_read(rings.ends);
		const size_t first = first_in(ends);
		const size_t nr = at_most(nr_in(ends), all ? ROOM - first : 1);
		int result;

		if (nr == 0)
			return 0;
		if (all) {
			result = percpu_seq_cmpeq_copy_out_store(
				rings.ends, ends, taken, &rings.slots[first], nr * sizeof(taken[0]),
				without(ends, nr));
		} else {
			taken[0] = this_cpu_read(rings.slots[first]);
			result = percpu_seq_cmpeq_cmpeq_store(rings.ends, ends, rings.slots[first],
							      taken[0], without(ends, 1));
		}
		if (percpu_seq_done(result))
			return nr;
	}
}

static void put_in_ring(struct item **given, size_t nr)
{
	while (nr) {
		const uint64_t ends = this_cpu_read(rings.ends);
		const size_t at = first_free_in(ends), some = at_most(nr, ROOM - at);
		int result;

		if (some == 1)
			result = percpu_seq_cmpeq_store_store(rings.ends, ends, rings.slots[at],
							      given[0], ends + ONE_PUT);
		else
			result = percpu_seq_cmpeq_copy_in_store(rings.ends, ends, &rings.slots[at],
								given, some * sizeof(given[0]),
								ends + some * ONE_PUT);
		if (percpu_seq_done(result)) {
			given += some;
			nr -= some;
		}
	}
}

/* By a visit: the CPU's copies are the thief's. */
static size_t steal_from_ring(unsigned int cpu, struct item **taken)
{
	struct ring *ring = per_cpu_ptr(&rings, cpu);
	size_t nr;

	if (percpu_remote_begin(cpu))
		abort();
	nr = at_most(nr_in(ring->ends), 3);
	for (size_t i = 0; i < nr; i++) {
		taken[i] = ring->slots[first_in(ring->ends)];
		ring->ends = without(ring->ends, 1);
	}
	percpu_remote_end(cpu);
	return nr;
}

/* --- threads --- */

static size_t take(struct item **taken, bool all)
{
	return now.structure == LIST ? take_from_list(taken, all) : take_from_ring(taken, all);
}

static void put(struct item **given, size_t nr)
{
	if (now.structure == LIST)
		put_on_list(given, nr);
	else
		put_in_ring(given, nr);
}

static size_t steal(unsigned int cpu, struct item **taken)
{
	return now.structure == LIST ? steal_from_list(cpu, taken) : steal_from_ring(cpu, taken);
}

static void own(struct item **taken, size_t nr, unsigned long from, unsigned long to)
{
	for (size_t i = 0; i < nr; i++)
		if (__atomic_exchange_n(&taken[i]->owner, to, __ATOMIC_RELAXED) != from) {
			fprintf(stderr, "two threads have an item\n");
			abort();
		}
}

static void disturb(struct random *random)
{
	if (now.trouble == YIELDS && random_below(random, 4) == 0)
		sched_yield();
	else if (now.trouble == SLEEPS && random_below(random, 16) == 0)
		usleep(1);
}

static void have_some(unsigned long me, struct random *random, size_t nr, struct item **taken)
{
	if (nr == 0)
		return;
	own(taken, nr, 0, me);
	disturb(random);
	own(taken, nr, me, 0);
	put(taken, nr);
}

static __thread struct random *my_random;
static __thread unsigned long my_number;

static void interrupt(int sig)
{
	struct item *taken[ITEMS];

	(void)sig;
	have_some(my_number + MOST_THREADS, my_random, take(taken, false), taken);
}

static pid_t tids[MOST_THREADS + 1];

static void *work(void *arg)
{
	const unsigned long me = (unsigned long)((pid_t *)arg - tids) + 1;
	struct random random = random_from(me);
	struct item *taken[ITEMS];
	timer_t storm = NULL;

	my_random = &random;
	my_number = me;
	if (now.place == ONE_CPU)
		go_to(cpus[0]);
	__atomic_store_n((pid_t *)arg, (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	if (now.trouble == SIGNALS)
		storm = start_storm_of(10 * STORM_INTERVAL, interrupt);
	for (unsigned int i = 0; i < rounds; i++) {
		const bool all = now.amount == MANY ||
				 (now.amount == EITHER && random_below(&random, 4) == 0);

		have_some(me, &random, take(taken, all), taken);
		disturb(&random);
	}
	if (now.trouble == SIGNALS)
		end_storm(storm);
	return NULL;
}

static void *go_round_and_steal(void *arg)
{
	struct random random = random_from(99);
	struct item *taken[ITEMS];
	unsigned int cpu;

	while (!must_stop())
		for_each_possible_cpu(cpu)
			if (percpu_unit_is_open(cpu))
				have_some(2 * MOST_THREADS + 1, &random, steal(cpu, taken), taken);
	return arg;
}

/* --- the beginning and the end --- */

static void hand_out(void)
{
	for (size_t i = 0; i < ITEMS; i++) {
		struct item *item = &items[i];

		*item = (struct item){.owner = 0};
		go_to(cpus[i % nr_cpus]);
		put(&item, 1);
	}
	go_anywhere();
}

static bool see(struct item *item)
{
	const bool before = item->seen;

	item->seen = true;
	return !before && item->owner == 0;
}

/* Empties everything. Whether every item was there, once. */
static bool take_in(void)
{
	size_t nr = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct ring *ring;

		if (!percpu_unit_is_open(cpu))
			continue;
		ring = per_cpu_ptr(&rings, cpu);
		for (struct percpu_freelist_node *node = per_cpu(list, cpu).first; node;
		     node = node->next)
			nr += see(item_of(node));
		for (; nr_in(ring->ends); ring->ends = without(ring->ends, 1))
			nr += see(ring->slots[first_in(ring->ends)]);
		per_cpu(list, cpu).first = NULL;
	}
	for (size_t i = 0; i < ITEMS; i++)
		nr -= !items[i].seen;
	return nr == ITEMS;
}

static const char *name_of(void)
{
	static const char *const structures[] = {"list", "ring"}, *const amounts[] = {"one", "many",
										      "either"};
	static const char *const places[] = {"anywhere", "one CPU", "moved"};
	static const char *const troubles[] = {"nothing", "yields", "signals", "sleeps"};
	static char name[128];

	snprintf(name, sizeof(name), "%s, %s at a time, %s, with %s%s", structures[now.structure],
		 amounts[now.amount], places[now.place], troubles[now.trouble],
		 now.thief ? " and a thief" : "");
	return name;
}

static const char *play(void)
{
	pthread_t threads[MOST_THREADS], driver = 0, thief = 0;

	memset(tids, 0, sizeof(tids));
	set_stop(false);
	hand_out();
	start_all(threads, nr_threads, work, tids, sizeof(tids[0]));
	for (unsigned int i = 0; i < nr_threads; i++)
		await_tid(&tids[i]);
	if (now.place == MOVED)
		driver = start(drive_threads, tids);
	if (now.thief)
		thief = start(go_round_and_steal, NULL);
	join_all(threads, nr_threads);
	set_stop(true);
	if (now.place == MOVED)
		pthread_join(driver, NULL);
	if (now.thief)
		pthread_join(thief, NULL);
	return take_in() ? NULL : name_of();
}

static const char *every_item_is_there_once_in_each_scenario(void)
{
	unsigned int played = 0;

	for (int i = 0; i < STRUCTURES * AMOUNTS * PLACES * TROUBLES * THIEVES; i++) {
		now = (struct scenario){
			.structure = (enum structure)(i % STRUCTURES),
			.amount = (enum amount)(i / STRUCTURES % AMOUNTS),
			.place = (enum place)(i / (STRUCTURES * AMOUNTS) % PLACES),
			.trouble = (enum trouble)(i / (STRUCTURES * AMOUNTS * PLACES) % TROUBLES),
			.thief = i / (STRUCTURES * AMOUNTS * PLACES * TROUBLES)};
		RETURN_IF_WRONG(play());
		played++;
	}
	return differ("scenarios", played, 144);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		fact_test(every_item_is_there_once_in_each_scenario),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	/* where each operation is some system calls */
	if (!has_sequences())
		rounds = 40;
	if (argc > 1)
		nr_threads = (unsigned int)at_most(strtoul(argv[1], NULL, 0), MOST_THREADS);
	if (argc > 2)
		rounds = (unsigned int)strtod(argv[2], NULL);
	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
