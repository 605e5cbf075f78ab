/* SPDX-License-Identifier: MIT */
/*
 * test_sequences.c - every kind of sequence of percpu/sequence.h: committed, and kept from it;
 * alone, inside of sections, in pinned threads, in children, and among threads that are moved about
 * and interrupted.
 */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#ifndef PERCPU_UP
#include "support/fact.h"
#include "support/storm.h"
#include "support/threads.h"
#endif
#include "support/tier.h"

#include <percpu/percpu.h>
#include <percpu/sequence.h>

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct node {
	long payload;
	struct node *next;
};

static DEFINE_PER_CPU(long, word);
static DEFINE_PER_CPU(uint64_t, second);
static DEFINE_PER_CPU(struct node *, nodes);
static DEFINE_PER_CPU(char[64], bytes);
static DEFINE_PER_CPU(long **, places);

/* A sequence is done here: the thread stays, and mm_cid's numbers are none of its business. */
static unsigned int here;

static int stay(void **state)
{
	(void)state;
	find_cpus();
	here = stay_here();
#ifdef PERCPU_UP
	here = 0;
#else
	if (!indexed_by_cpu())
		here = raw_smp_processor_id();
#endif
	percpu_seq_store(word, 0);
	percpu_seq_store(second, 0);
	percpu_seq_store(nodes, NULL);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	go_anywhere();
	return 0;
}

static void results_tell_what_became_of_it_and_where(void **state)
{
	(void)state;
	assert_true(percpu_seq_done(0) && percpu_seq_done(5));
	assert_false(percpu_seq_done(~0) || percpu_seq_done(~5));
	assert_int_equal(percpu_seq_cpu(7), 7);
	assert_int_equal(percpu_seq_cpu(~7), 7);
}

/* --- each kind --- */

static void store_and_add_are_always_done(void **state)
{
	(void)state;
	assert_int_equal(percpu_seq_store(word, -5), here);
	assert_int_equal(this_cpu_read(word), -5);
	assert_int_equal(percpu_seq_add(word, 7), here);
	assert_int_equal(percpu_seq_add(word, -0x123456789abL), here);
	assert_int_equal(this_cpu_read(word), 2 - 0x123456789abL);
}

static void cmpeq_store_compares(void **state)
{
	(void)state;
	assert_int_equal(percpu_seq_cmpeq_store(word, 1, 2), ~(int)here);
	assert_int_equal(this_cpu_read(word), 0);
	assert_int_equal(percpu_seq_cmpeq_store(word, 0, 0x123456789abL), here);
	assert_int_equal(this_cpu_read(word), 0x123456789abL);
	/* all of it */
	assert_int_equal(percpu_seq_cmpeq_store(word, 0x456789abL, 1), ~(int)here);
}

static void cmpeq_cmpeq_store_compares_both(void **state)
{
	(void)state;
	percpu_seq_store(second, 9);
	assert_int_equal(percpu_seq_cmpeq_cmpeq_store(word, 1, second, 9u, 3), ~(int)here);
	assert_int_equal(percpu_seq_cmpeq_cmpeq_store(word, 0, second, 8u, 3), ~(int)here);
	assert_int_equal(this_cpu_read(word), 0);
	assert_int_equal(percpu_seq_cmpeq_cmpeq_store(word, 0, second, 9u, 3), here);
	assert_int_equal(this_cpu_read(word), 3);
	assert_int_equal(this_cpu_read(second), 9);
}

static void cmpeq_store_store_stores_both_or_none(void **state)
{
	(void)state;
	assert_int_equal(percpu_seq_cmpeq_store_store(word, 1, second, 9u, 3), ~(int)here);
	assert_int_equal(this_cpu_read(word), 0);
	assert_int_equal(this_cpu_read(second), 0);
	assert_int_equal(percpu_seq_cmpeq_store_store(word, 0, second, 9u, 3), here);
	assert_int_equal(this_cpu_read(word), 3);
	assert_int_equal(this_cpu_read(second), 9);
}

static void fill(char *at, size_t len, unsigned int from)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (char)(from + i);
}

static void copies_have_any_length_and_alignment(void **state)
{
	char ours[80], expected[64];

	(void)state;
	for (size_t len = 0; len <= 40; len++) {
		char *copy = *per_cpu_ptr(&bytes, here);
		const size_t off = len % 7, to = len % 5;

		memset(copy, 1, 64);
		memset(expected, 1, 64);
		fill(ours + off, len, (unsigned int)len);
		fill(expected + to, len, (unsigned int)len);
		assert_int_equal(
			percpu_seq_cmpeq_copy_in_store(word, 1, &bytes[to], ours + off, len, 2),
			~(int)here);
		assert_int_equal(copy[to], 1);
		assert_int_equal(
			percpu_seq_cmpeq_copy_in_store(word, 0, &bytes[to], ours + off, len, 1),
			here);
		assert_memory_equal(copy, expected, 64);
		memset(ours, 3, sizeof(ours));
		assert_int_equal(
			percpu_seq_cmpeq_copy_out_store(word, 0, ours + off, &bytes[to], len, 2),
			~(int)here);
		assert_int_equal(ours[off], 3);
		assert_int_equal(
			percpu_seq_cmpeq_copy_out_store(word, 1, ours + off, &bytes[to], len, 0),
			here);
		assert_memory_equal(ours + off, expected + to, len);
		assert_int_equal(ours[off + len], 3);
		assert_int_equal(this_cpu_read(word), 0);
	}
}

static void nodes_are_linked_and_taken_last_in_first_out(void **state)
{
	struct node some[3] = {{0, NULL}, {1, NULL}, {2, NULL}}, *old;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(percpu_seq_link_store(nodes, &some[i], &some[i].next), here);
	for (int i = 2; i >= 0; i--) {
		assert_int_equal(
			percpu_seq_cmpne_load_store(nodes, NULL, offsetof(struct node, next), &old),
			here);
		assert_ptr_equal(old, &some[i]);
		assert_ptr_equal(old->next, i ? &some[i - 1] : NULL);
	}
	assert_int_equal(
		percpu_seq_cmpne_load_store(nodes, NULL, offsetof(struct node, next), &old),
		~(int)here);
	assert_null(old);
}

static void chain_is_put_at_once(void **state)
{
	struct node some[3] = {{0, NULL}, {1, NULL}, {2, NULL}}, *old = NULL;

	(void)state;
	percpu_seq_link_store(nodes, &some[2], &some[2].next);
	some[0].next = &some[1];
	assert_int_equal(percpu_seq_link_store(nodes, &some[0], &some[1].next), here);
	for (int i = 0; i < 3; i++) {
		percpu_seq_cmpne_load_store(nodes, NULL, offsetof(struct node, next), &old);
		assert_ptr_equal(old, &some[i]);
	}
}

/* It is kept from a value that is not NULL, too. */
static void cmpne_takes_any_value_to_stop_at(void **state)
{
	struct node end = {0, NULL}, one = {1, &end}, *old = NULL;

	(void)state;
	percpu_seq_store(nodes, &one);
	assert_true(percpu_seq_done(
		percpu_seq_cmpne_load_store(nodes, &end, offsetof(struct node, next), &old)));
	assert_ptr_equal(old, &one);
	assert_false(percpu_seq_done(
		percpu_seq_cmpne_load_store(nodes, &end, offsetof(struct node, next), &old)));
	assert_ptr_equal(old, &end);
	assert_ptr_equal(this_cpu_read(nodes), &end);
}

static void deref_add_adds_where_the_pointers_lead(void **state)
{
	long sums[2] = {10, 20}, *table[2] = {&sums[0], &sums[1]};

	(void)state;
	percpu_seq_store(places, table);
	assert_int_equal(percpu_seq_deref_add(places, sizeof(long *), 5), here);
	assert_int_equal(percpu_seq_deref_add(places, 0, -1), here);
	assert_int_equal(sums[0], 9);
	assert_int_equal(sums[1], 25);
}

/* The operands of one are evaluated once, in any order; another one may be among them. */
static void operands_are_evaluated_once(void **state)
{
	const uint64_t seconds[1] = {0};
	int evaluated = 0;

	(void)state;
	percpu_seq_cmpeq_store(word, (evaluated++, 0), (evaluated++, 4));
	assert_int_equal(evaluated, 2);
	percpu_seq_cmpeq_cmpeq_store(word, (evaluated++, 4), second, seconds[evaluated++ - 3],
				     (evaluated++, 4));
	assert_int_equal(evaluated, 5);
	assert_true(percpu_seq_cmpeq_store(word, percpu_seq_done(percpu_seq_add(word, 1)) ? 5L : 0L,
					   6L) >= 0);
	assert_int_equal(this_cpu_read(word), 6);
}

static void dynamic_areas_have_sequences_too(void **state)
{
	long __percpu *area = alloc_percpu(long);

	(void)state;
	assert_non_null(area);
	assert_int_equal(percpu_seq_cmpeq_store(*area, 0, 8), here);
	assert_int_equal(*per_cpu_ptr(area, here), 8);
	free_percpu(area);
}

/* --- where the thread holds the CPU --- */

static void all_kinds_are_done_inside_of_a_section(void **state)
{
	unsigned int cpu = get_cpu();

	here = cpu;
	store_and_add_are_always_done(state);
	percpu_seq_store(word, 0);
	cmpeq_store_compares(state);
	percpu_seq_store(word, 0);
	cmpeq_cmpeq_store_compares_both(state);
	percpu_seq_store(word, 0);
	percpu_seq_store(second, 0);
	cmpeq_store_store_stores_both_or_none(state);
	percpu_seq_store(word, 0);
	copies_have_any_length_and_alignment(state);
	nodes_are_linked_and_taken_last_in_first_out(state);
	chain_is_put_at_once(state);
	cmpne_takes_any_value_to_stop_at(state);
	deref_add_adds_where_the_pointers_lead(state);
	put_cpu();
}

static void pinned_threads_have_the_same(void **state)
{
	if (!can_pin() || percpu_thread_pin(here)) {
		skip();
		return;
	}
	store_and_add_are_always_done(state);
	percpu_seq_store(nodes, NULL);
	nodes_are_linked_and_taken_last_in_first_out(state);
	get_cpu();
	percpu_seq_store(word, 0);
	percpu_seq_store(second, 0);
	cmpeq_store_store_stores_both_or_none(state);
	put_cpu();
	assert_int_equal(percpu_thread_unpin(), 0);
}

static bool copies_are_shared(void)
{
	const char *conf = getenv("PERCPU_CONF");

	return conf && strstr(conf, "shared:yes");
}

/* Of all copies: with mm_cid, a child's number need not be its parent's. */
static void children_go_on_with_what_there_was(void **state)
{
	const long before = 3 * (long)num_possible_cpus();
	unsigned int cpu;
	int status = -1;
	pid_t child;

	(void)state;
	for_each_possible_cpu(cpu)
		per_cpu(word, cpu) = 3;
	child = fork();
	if (child == 0)
		_exit(percpu_seq_cmpeq_store(word, 3, 4) < 0 || per_cpu_sum(word) != before + 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(per_cpu_sum(word), before + copies_are_shared());
}

#ifndef PERCPU_UP
/* --- among threads --- */

#define THREADS 6
#define NODES 24
/* Some tiers, and some places, have a system call or two in each. */
#define PAIRS (indexed_by_cpu() && !can_pin() ? 20000 : 1000000)

static struct node all[NODES];
static long puts_on[THREADS];

/*
 * Takes one, says so in it, and puts it back: two that have the same node at once would see each
 * other's marks. A handler does the same in between.
 */
static void take_and_put(long mark)
{
	struct node *node;

	if (!percpu_seq_done(
		    percpu_seq_cmpne_load_store(nodes, NULL, offsetof(struct node, next), &node)))
		return;
	if (__atomic_exchange_n(&node->payload, mark, __ATOMIC_RELAXED) != 0)
		abort();
	percpu_seq_add(word, 1);
	if (__atomic_exchange_n(&node->payload, 0, __ATOMIC_RELAXED) != mark)
		abort();
	percpu_seq_link_store(nodes, node, &node->next);
	__atomic_fetch_add(&puts_on[mark % THREADS], 1, __ATOMIC_RELAXED);
}

static __thread long my_mark;

static void interrupt(int sig)
{
	(void)sig;
	take_and_put(my_mark + THREADS);
}

static pid_t tids[THREADS + 1];

static void *take_and_put_often(void *arg)
{
	const long me = (long *)arg - puts_on;
	timer_t timer;

	my_mark = me + THREADS;
	__atomic_store_n(&tids[me], (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	timer = start_storm_of(10 * STORM_INTERVAL, interrupt);
	for (int i = 0; i < PAIRS; i++) {
		take_and_put(my_mark);
		if (i % 512 == 0) {
			get_cpu();
			take_and_put(my_mark);
			put_cpu();
		}
	}
	end_storm(timer);
	return NULL;
}

static unsigned long count_nodes(void)
{
	unsigned long nr = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (percpu_unit_is_open(cpu))
			for (struct node *n = per_cpu(nodes, cpu); n; n = n->next)
				nr++;
	return nr;
}

/* Pushes two and a half for each CPU, and sums up what was done. */
static const char *nodes_are_had_by_one_thread_at_a_time(void)
{
	const long before = per_cpu_sum(word);
	pthread_t threads[THREADS], driver;
	long sum = 0;

	for (int i = 0; i < NODES; i++) {
		go_to(cpus[(unsigned int)i % nr_cpus]);
		percpu_seq_link_store(nodes, &all[i], &all[i].next);
	}
	go_anywhere();
	start_all(threads, THREADS, take_and_put_often, puts_on, sizeof(puts_on[0]));
	for (int i = 0; i < THREADS; i++)
		await_tid(&tids[i]);
	driver = start(drive_threads, tids);
	join_all(threads, THREADS);
	set_stop(true);
	pthread_join(driver, NULL);
	for (int i = 0; i < THREADS; i++)
		sum += puts_on[i];
	RETURN_UNLESS(sum > PAIRS);
	RETURN_IF_WRONG(
		differ("what was added", (uint64_t)(per_cpu_sum(word) - before), (uint64_t)sum));
	return differ("nodes", count_nodes(), NODES);
}

/* An array: how many there are, and these. Both are looked at, and changed, together. */
struct pile {
	long nr;
	long values[8];
};
static DEFINE_PER_CPU(struct pile, piles);

static bool pile_up(long value)
{
	const long nr = this_cpu_read(piles.nr);

	return nr < 8 && percpu_seq_done(percpu_seq_cmpeq_store_store(
				 piles.nr, nr, piles.values[nr], value, nr + 1));
}

static long take_down(void)
{
	const long nr = this_cpu_read(piles.nr);
	long value;

	if (nr == 0)
		return 0;
	value = this_cpu_read(piles.values[nr - 1]);
	return percpu_seq_done(percpu_seq_cmpeq_cmpeq_store(piles.nr, nr, piles.values[nr - 1],
							    value, nr - 1))
		       ? value
		       : 0;
}

static long taken[THREADS], piled[THREADS];

/* All at once, by bytes. */
static long take_all_down(void)
{
	const long nr = this_cpu_read(piles.nr);
	long values[8], sum = 0;

	if (nr == 0 || !percpu_seq_done(percpu_seq_cmpeq_copy_out_store(
			       piles.nr, nr, values, &piles.values, (size_t)nr * sizeof(long), 0)))
		return 0;
	for (long i = 0; i < nr; i++)
		sum += values[i];
	return sum;
}

static void *pile_up_and_take_down(void *arg)
{
	const long me = (long *)arg - piled;
	struct random random = random_from((uint64_t)me);

	__atomic_store_n(&tids[me], (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	for (int i = 0; i < PAIRS; i++) {
		const long value = 1 + random_below(&random, 1 << 20);

		if (pile_up(value))
			piled[me] += value;
		taken[me] += i % 16 ? take_down() : take_all_down();
	}
	return NULL;
}

static const char *values_are_taken_as_often_as_they_are_put(void)
{
	pthread_t threads[THREADS], driver;
	long in = 0, out = 0;
	unsigned int cpu;

	memset(tids, 0, sizeof(tids));
	start_all(threads, THREADS, pile_up_and_take_down, piled, sizeof(piled[0]));
	for (int i = 0; i < THREADS; i++)
		await_tid(&tids[i]);
	driver = start(drive_threads, tids);
	join_all(threads, THREADS);
	set_stop(true);
	pthread_join(driver, NULL);
	for (int i = 0; i < THREADS; i++) {
		in += piled[i];
		out += taken[i];
	}
	for_each_possible_cpu(cpu)
		if (percpu_unit_is_open(cpu))
			for (long i = 0; i < per_cpu(piles, cpu).nr; i++)
				out += per_cpu(piles, cpu).values[i];
	RETURN_UNLESS(in > 0);
	return differ("what was taken", (uint64_t)out, (uint64_t)in);
}

/* A visitor has the CPU to itself: a sequence there, however long it is, comes before, or after. */
static DEFINE_PER_CPU(char[16384], long_bytes);

static void *copy_until_told(void *arg)
{
	static char ours[2][sizeof(long_bytes)];
	uint64_t n = 0;

	memset(ours[1], 1, sizeof(ours[1]));
	go_to(cpus[0]);
	while (!must_stop()) {
		percpu_seq_cmpeq_copy_in_store(word, this_cpu_read(word), &long_bytes, ours[n % 2],
					       sizeof(long_bytes), (long)n);
		tell((uint64_t *)arg, ++n);
	}
	return NULL;
}

static const char *nothing_changes_meanwhile(void)
{
	static char before[sizeof(long_bytes)];
	const char *copy = *per_cpu_ptr(&long_bytes, cpus[0]);
	const long nr = per_cpu(word, cpus[0]);

	memcpy(before, copy, sizeof(before));
	for (int i = 0; i < 10; i++) {
		/* or a compiler would look once */
		__asm__ volatile("" : : : "memory");
		RETURN_UNLESS(memcmp(before, copy, sizeof(before)) == 0);
		RETURN_UNLESS(*(volatile long *)per_cpu_ptr(&word, cpus[0]) == nr);
	}
	return NULL;
}

static const char *visitors_keep_sequences_out(void)
{
	const char *wrong = NULL;
	uint64_t done = 0;
	pthread_t thread;

	SKIP_IF(nr_cpus < 2 || !indexed_by_cpu());
	go_to(cpus[1]);
	thread = start(copy_until_told, &done);
	for (int i = 0; i < 200 && !wrong; i++) {
		/* in the midst of one, and not where it waits for the last visit's end */
		RETURN_UNLESS(await_told(&done, 1, told(&done) + 10));
		RETURN_UNLESS(percpu_remote_begin(cpus[0]) == 0);
		wrong = nothing_changes_meanwhile();
		percpu_remote_end(cpus[0]);
	}
	set_stop(true);
	pthread_join(thread, NULL);
	return wrong;
}

/* Words that pinned threads count in, by one instruction, lose nothing to sequences. */
static void *count_pinned(void *arg)
{
	if (percpu_thread_pin(cpus[0]))
		abort();
	for (int i = 0; i < PAIRS; i++)
		pinned_cpu_inc(word);
	tell((uint64_t *)arg, (uint64_t)PAIRS);
	return NULL;
}

static const char *pinned_threads_lose_nothing_to_sequences(void)
{
	const long before = per_cpu_sum(word);
	uint64_t counted = 0, added = 0;
	pthread_t thread;

	SKIP_IF(!can_pin());
	thread = start(count_pinned, &counted);
	/* some in a section, where another thread is pinned: on that CPU, by one instruction */
	while (told(&counted) < (uint64_t)PAIRS || added < 1000) {
		if (added % 64 == 0) {
			go_to(cpus[0]);
			get_cpu();
			go_anywhere();
			percpu_seq_add(word, 1);
			put_cpu();
		} else {
			percpu_seq_add(word, 1);
		}
		added++;
	}
	pthread_join(thread, NULL);
	return differ("the sum", (uint64_t)(per_cpu_sum(word) - before), (uint64_t)PAIRS + added);
}
#endif

int main(void)
{
#define ALONE(test) cmocka_unit_test_setup_teardown(test, stay, leave)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_tell_what_became_of_it_and_where),
		ALONE(store_and_add_are_always_done),
		ALONE(cmpeq_store_compares),
		ALONE(cmpeq_cmpeq_store_compares_both),
		ALONE(cmpeq_store_store_stores_both_or_none),
		ALONE(copies_have_any_length_and_alignment),
		ALONE(nodes_are_linked_and_taken_last_in_first_out),
		ALONE(chain_is_put_at_once),
		ALONE(cmpne_takes_any_value_to_stop_at),
		ALONE(deref_add_adds_where_the_pointers_lead),
		ALONE(operands_are_evaluated_once),
		ALONE(dynamic_areas_have_sequences_too),
		ALONE(all_kinds_are_done_inside_of_a_section),
		ALONE(pinned_threads_have_the_same),
		ALONE(children_go_on_with_what_there_was),
#ifndef PERCPU_UP
		fact_test(nodes_are_had_by_one_thread_at_a_time),
		fact_test(values_are_taken_as_often_as_they_are_put),
		fact_test(visitors_keep_sequences_out),
		fact_test(pinned_threads_lose_nothing_to_sequences),
#endif
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
