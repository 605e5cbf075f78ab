/* SPDX-License-Identifier: MIT */
/* test_freelist.c - lists of free nodes: this CPU's, and what is taken of others'. */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/tier.h"

#include <percpu/freelist.h>
#include <percpu/local_lock.h>
#include <percpu/percpu.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct thing {
	long number;
	struct percpu_freelist_node node;
};

static DEFINE_PER_CPU(struct percpu_freelist, list);
static struct thing things[40];

static unsigned int here;

/* All lists are empty, and the thread stays. */
static int stay(void **state)
{
	unsigned int cpu;

	(void)state;
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		percpu_freelist_steal(&list, cpu, PERCPU_FREELIST_ALL);
	for (int i = 0; i < 40; i++)
		things[i].number = i;
	stay_here();
	percpu_freelist_push(&list, &things[0].node);
	percpu_freelist_pop(&list);
	here = raw_smp_processor_id();
	return 0;
}

static int leave(void **state)
{
	(void)state;
	go_anywhere();
	return 0;
}

static struct percpu_freelist_node *node(int i)
{
	return &things[i].node;
}

static unsigned long length(const struct percpu_freelist_node *chain)
{
	unsigned long nr = 0;

	for (; chain; chain = chain->next)
		nr++;
	return nr;
}

static void push_all_of(int from, int nr)
{
	for (int i = from; i < from + nr; i++)
		percpu_freelist_push(&list, node(i));
}

static void what_is_pushed_last_is_popped_first(void **state)
{
	(void)state;
	assert_null(percpu_freelist_pop(&list));
	for (int i = 0; i < 3; i++)
		assert_int_equal(percpu_freelist_push(&list, node(i)), here);
	for (int i = 2; i >= 0; i--)
		assert_ptr_equal(percpu_freelist_pop(&list), node(i));
	assert_null(percpu_freelist_pop(&list));
}

static void pop_all_takes_a_chain_and_refill_puts_it(void **state)
{
	struct percpu_freelist_node *chain;

	(void)state;
	assert_null(percpu_freelist_pop_all(&list));
	push_all_of(0, 3);
	chain = percpu_freelist_pop_all(&list);
	assert_ptr_equal(chain, node(2));
	assert_int_equal(length(chain), 3);
	assert_null(percpu_freelist_pop(&list));
	push_all_of(3, 1);
	assert_int_equal(percpu_freelist_refill(&list, node(2), node(0)), here);
	assert_ptr_equal(percpu_freelist_pop(&list), node(2));
	assert_int_equal(length(percpu_freelist_pop_all(&list)), 3);
}

static void thief_takes_the_last_ones_up_to_a_number(void **state)
{
	struct percpu_freelist_node *chain;

	(void)state;
	push_all_of(0, 10);
	assert_null(percpu_freelist_steal(&list, here, 0));
	chain = percpu_freelist_steal(&list, here, 3);
	assert_ptr_equal(chain, node(9));
	assert_int_equal(length(chain), 3);
	chain = percpu_freelist_steal(&list, here, 100);
	assert_ptr_equal(chain, node(6));
	assert_int_equal(length(chain), 7);
	assert_null(percpu_freelist_steal(&list, here, 100));
	push_all_of(0, 10);
	assert_int_equal(length(percpu_freelist_steal(&list, here, PERCPU_FREELIST_ALL)), 10);
	assert_true(percpu_freelist_is_empty(&list, here));
}

static void numbers_of_no_cpu_have_no_nodes(void **state)
{
	(void)state;
	assert_null(percpu_freelist_steal(&list, nr_cpu_ids, 1));
	assert_null(percpu_freelist_steal(&list, UINT32_MAX, 1));
	assert_true(percpu_freelist_is_empty(&list, nr_cpu_ids));
	assert_int_equal(percpu_freelist_refill_on(&list, nr_cpu_ids, node(0), node(0)), -EINVAL);
}

static void elements_of_an_array_are_spread(void **state)
{
	unsigned long nr = 0;
	unsigned int cpu;

	(void)state;
	assert_int_equal(percpu_freelist_populate(&list, node(0), sizeof(things[0]), 40), 0);
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (!percpu_freelist_is_empty(&list, cpu)) {
			const unsigned long some =
				length(percpu_freelist_steal(&list, cpu, PERCPU_FREELIST_ALL));

			assert_between(some, 40 / num_online_cpus(), 40 / num_online_cpus() + 1);
			nr += some;
		}
	assert_int_equal(nr, 40);
	assert_int_equal(percpu_freelist_populate(&list, node(0), sizeof(things[0]), 1), 0);
	assert_ptr_equal(percpu_freelist_pop_any(&list), node(0));
	assert_int_equal(percpu_freelist_populate(&list, node(0), sizeof(things[0]), 0), 0);
	assert_null(percpu_freelist_pop_any(&list));
}

static bool copies_are_shared(void)
{
	const char *conf = getenv("PERCPU_CONF");

	return conf && strstr(conf, "shared:yes");
}

/* With mm_cid a child may have another number than its parent had, whose list it is. */
static struct percpu_freelist_node *pop_in_child(void)
{
	return raw_smp_processor_id() == here ? percpu_freelist_pop(&list)
					      : percpu_freelist_steal(&list, here, 1);
}

static void children_have_lists_of_their_own(void **state)
{
	int status = -1;
	pid_t child;

	(void)state;
	push_all_of(0, 2);
	child = fork();
	if (child == 0)
		_exit(pop_in_child() != node(1) ||
		      percpu_freelist_steal(&list, here, 5) != node(0));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(length(percpu_freelist_pop_all(&list)), copies_are_shared() ? 0 : 2);
}

#ifndef PERCPU_UP
static unsigned int other;

/* Other CPUs' lists are reached from wherever one is; with mm_cid numbers are no places. */
static bool has_another_cpu(void)
{
	other = here ? here - 1 : here + 1;
	return indexed_by_cpu() && cpu_possible(other);
}

static void other_cpus_lists_are_reached_too(void **state)
{
	(void)state;
	if (!has_another_cpu()) {
		skip();
		return;
	}
	things[0].node.next = node(1);
	assert_int_equal(percpu_freelist_refill_on(&list, other, node(0), node(1)), 0);
	assert_false(percpu_freelist_is_empty(&list, other));
	assert_null(percpu_freelist_pop(&list));
	assert_ptr_equal(percpu_freelist_pop_any(&list), node(0));
	assert_ptr_equal(percpu_freelist_pop_any(&list), node(1));
	assert_null(percpu_freelist_pop_any(&list));
}

static DEFINE_PER_CPU(local_lock_t, lock);

static void nobody_waits_for_a_cpu_who_has_another(void **state)
{
	struct percpu_freelist_node *stolen[4], *own;
	int err[2];

	(void)state;
	if (!has_another_cpu()) {
		skip();
		return;
	}
	assert_int_equal(percpu_freelist_refill_on(&list, other, node(0), node(0)), 0);
	push_all_of(1, 1);
	get_cpu();
	stolen[0] = percpu_freelist_steal(&list, other, 1);
	err[0] = percpu_freelist_refill_on(&list, other, node(2), node(2));
	err[1] = percpu_freelist_populate(&list, node(2), sizeof(things[0]), 9);
	/* one's own is had already */
	own = percpu_freelist_steal(&list, here, 1);
	stolen[1] = percpu_freelist_pop_any(&list);
	put_cpu();
	local_lock(&lock);
	stolen[2] = percpu_freelist_steal(&list, other, 1);
	stolen[3] = percpu_freelist_pop_any(&list);
	local_unlock(&lock);
	for (int i = 0; i < 4; i++)
		assert_null(stolen[i]);
	assert_ptr_equal(own, node(1));
	assert_int_equal(err[0], -EDEADLK);
	assert_int_equal(err[1], -EDEADLK);
	assert_ptr_equal(percpu_freelist_pop_any(&list), node(0));
}

static void thief_opens_no_unit(void **state)
{
	unsigned int cpu;

	(void)state;
	for_each_possible_cpu(cpu)
		if (!percpu_unit_is_open(cpu)) {
			assert_null(percpu_freelist_steal(&list, cpu, 1));
			assert_false(percpu_unit_is_open(cpu));
		}
}

/* The lists are all processes', and so is the memory that the nodes are in. */
static void processes_that_share_copies_share_nodes(void **state)
{
	struct percpu_freelist_node *shared;
	int status = -1;
	pid_t child;

	(void)state;
	if (!copies_are_shared()) {
		skip();
		return;
	}
	shared = (struct percpu_freelist_node *)mmap(NULL, 4096, PROT_READ | PROT_WRITE,
						     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	child = fork();
	if (child == 0) {
		percpu_freelist_push(&list, &shared[0]);
		percpu_freelist_push(&list, &shared[1]);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_ptr_equal(percpu_freelist_pop(&list), &shared[1]);
	assert_ptr_equal(percpu_freelist_pop(&list), &shared[0]);
	assert_null(percpu_freelist_pop(&list));
	munmap(shared, 4096);
}
#endif

int main(void)
{
#define ALONE(test) cmocka_unit_test_setup_teardown(test, stay, leave)
	const struct CMUnitTest tests[] = {
		ALONE(what_is_pushed_last_is_popped_first),
		ALONE(pop_all_takes_a_chain_and_refill_puts_it),
		ALONE(thief_takes_the_last_ones_up_to_a_number),
		ALONE(numbers_of_no_cpu_have_no_nodes),
		ALONE(elements_of_an_array_are_spread),
#ifndef PERCPU_UP
		ALONE(thief_opens_no_unit),
		ALONE(other_cpus_lists_are_reached_too),
		ALONE(nobody_waits_for_a_cpu_who_has_another),
		ALONE(processes_that_share_copies_share_nodes),
#endif
		ALONE(children_have_lists_of_their_own),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
