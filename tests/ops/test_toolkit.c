/* SPDX-License-Identifier: MIT */
/*
 * test_toolkit.c - all of the toolkit at once: sixteen threads, signals, migrations and forks, and
 * every sum, release, node and lock exact.
 *
 * Usage: test_toolkit [OPERATIONS [PART]]; also from the environment, PERCPU_TOOLKIT_OPERATIONS.
 * The parts are in toolkit/; with PART there is that one alone.
 */
#include "toolkit/part.h"

#include "support/clock.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/random.h"
#include "support/sanitized.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"
#include "support/wait_for.h"

#include <percpu/percpu.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_OPERATIONS 1000000.0
#define MOST_PARTS 32
#define OPERATIONS_A_JUMP 256 /* on the average */
#define TIMER_INTERVAL 300000 /* ns */
#define FORK_INTERVAL 10000   /* us */
#define DEADLOCK_SECONDS 240
#define NO_CHILDREN thread_sanitized

static const struct toolkit_part *parts[MOST_PARTS];
static unsigned int nr_parts;
static uint64_t wanted_operations;
static uint64_t seed;

void toolkit_add_part(const struct toolkit_part *part)
{
	if (nr_parts == MOST_PARTS)
		abort();
	parts[nr_parts++] = part;
}

struct worker {
	pthread_t thread;
	unsigned int number;
	struct random random, in_handler;
	uint64_t done, handled;
};

static __thread struct worker *self;

/* Whatever it has interrupted, and whichever part that was. */
static void on_timer(int sig)
{
	const uint64_t random = random_next(&self->in_handler);
	const struct toolkit_part *part = parts[random % nr_parts];

	(void)sig;
	if (part->in_handler) {
		part->in_handler(self->number, (unsigned int)(random >> 32));
		self->handled++;
	}
}

static void jump(struct worker *worker)
{
	const unsigned int to = (unsigned int)random_below(&worker->random, (int)nr_cpus + 1);

	if (to == nr_cpus)
		go_anywhere();
	else
		go_to(cpus[to]);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	timer_t storm;

	self = worker;
	storm = start_storm_of(TIMER_INTERVAL, on_timer);
	for (; worker->done < wanted_operations / TOOLKIT_WORKERS; worker->done++) {
		const uint64_t random = random_next(&worker->random);

		parts[random % nr_parts]->operate(worker->number, (unsigned int)(random >> 32));
		if ((random >> 16) % OPERATIONS_A_JUMP == 0)
			jump(worker);
	}
	end_storm(storm);
	return NULL;
}

static _Noreturn void be_a_child(void)
{
	for (unsigned int i = 0; i < nr_parts; i++)
		if (parts[i]->in_child)
			parts[i]->in_child();
	_exit(0);
}

/* Says in @arg how many children there were; 0 from the first whose end is a bad one. */
static void *fork_now_and_then(void *arg)
{
	unsigned int *children = arg;

	while (!must_stop() || !*children) {
		const pid_t child = fork();
		int status;

		if (child == 0)
			be_a_child();
		status = child < 0 ? -1 : wait_for(child, DEADLOCK_SECONDS);
		if (status) {
			fprintf(stderr, "the child's status is %#x\n", (unsigned int)status);
			*children = 0;
			break;
		}
		++*children;
		usleep(FORK_INTERVAL);
	}
	return NULL;
}

static void run_workers(struct worker *workers)
{
	for (unsigned int i = 0; i < TOOLKIT_WORKERS; i++) {
		workers[i].number = i;
		workers[i].random = random_from(seed + i);
		workers[i].in_handler = random_from(seed - 1 - i);
		workers[i].thread = start(work, &workers[i]);
	}
	for (unsigned int i = 0; i < TOOLKIT_WORKERS; i++)
		pthread_join(workers[i].thread, NULL);
}

static void run_all_at_once(struct worker *workers, unsigned int *children)
{
	pthread_t forking;

	set_stop(false);
	if (!NO_CHILDREN)
		forking = start(fork_now_and_then, children);
	run_workers(workers);
	set_stop(true);
	if (!NO_CHILDREN)
		pthread_join(forking, NULL);
}

static void say_what_was_done(const struct worker *workers, double took, unsigned int children)
{
	uint64_t done = 0, handled = 0;

	for (unsigned int i = 0; i < TOOLKIT_WORKERS; i++) {
		done += workers[i].done;
		handled += workers[i].handled;
	}
	printf("%s: %u parts, %.3g operations in %.1f s, %.3g in handlers; %u children\n",
	       percpu_backend(), nr_parts, (double)done, took, (double)handled, children);
}

static void everything_at_once_is_exact(void **state)
{
	static struct worker workers[TOOLKIT_WORKERS];
	double began = seconds(CLOCK_MONOTONIC);
	unsigned int children = 0;
	bool right = true;

	(void)state;
	for (unsigned int i = 0; i < nr_parts; i++)
		if (parts[i]->begin)
			parts[i]->begin();
	run_all_at_once(workers, &children);
	say_what_was_done(workers, seconds(CLOCK_MONOTONIC) - began, children);
	for (unsigned int i = 0; i < nr_parts; i++)
		if (!parts[i]->end()) {
			fprintf(stderr, "%s is wrong\n", parts[i]->name);
			right = false;
		}
	assert_true(right);
	assert_true(NO_CHILDREN || children);
}

static void take_one_part(const char *name)
{
	for (unsigned int i = 0; i < nr_parts; i++)
		if (!strcmp(parts[i]->name, name)) {
			parts[0] = parts[i];
			nr_parts = 1;
			return;
		}
	fprintf(stderr, "there is no part %s\n", name);
	exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_at_once_is_exact),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};
	const char *wanted = argc > 1 ? argv[1] : getenv("PERCPU_TOOLKIT_OPERATIONS");

	wanted_operations = (uint64_t)(wanted ? strtod(wanted, NULL) : DEFAULT_OPERATIONS);
	if (argc > 2)
		take_one_part(argv[2]);
	seed = random_seed();
	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
