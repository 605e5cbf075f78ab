/* SPDX-License-Identifier: MIT */
/*
 * test_upgrade.c - a server as nginx is one is reloaded, replaced by another program while both
 * serve, loses workers in the middle of what they do, crashes, and is started again. Every count is
 * there: of a killed worker, its last one may be.
 *
 *	test_upgrade FIRST SECOND	the two programs
 */
#include "support/cmocka_all.h"
#include "support/patience.h"
#include "support/random.h"
#include "survive/board.h"

#include <percpu/counter_set.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define WORKERS 3
#define SECONDS 120
#define MILLISECOND 1000

static const char *first, *second;
static char file[64];
static struct counts __percpu *counts;
static struct random seeded;

static void wait_a_while(int milliseconds)
{
	usleep((useconds_t)milliseconds * MILLISECOND);
}

/* In a group of its own, with all that come of it: its number stays the test's until it waits. */
static pid_t start(const char *program, const char *next)
{
	const pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		setpgid(0, 0);
		execl(program, program, "3", file, next, (char *)NULL);
		_exit(127);
	}
	return child;
}

static pid_t new_master(pid_t old)
{
	pid_t master;

	for (int i = 0; (master = __atomic_load_n(&board->master, __ATOMIC_SEQ_CST)) == old; i++) {
		assert_true(i < SECONDS * 1000 * patience_factor());
		wait_a_while(1);
	}
	return master;
}

/* All workers of the last @nr slots have counted in each way that is theirs. */
static void wait_until_they_count(int nr)
{
	const int end = __atomic_load_n(&board->nr_slots, __ATOMIC_SEQ_CST);

	for (int i = end - nr; i < end; i++) {
		struct slot *slot = &board->slots[i];

		for (int n = 0; slot->done[IN_SECTIONS] == 0; n++) {
			assert_true(n < SECONDS * 1000 * patience_factor());
			wait_a_while(1);
		}
	}
}

static void wait_for_slots(int nr)
{
	for (int i = 0; __atomic_load_n(&board->nr_slots, __ATOMIC_SEQ_CST) < nr; i++) {
		assert_true(i < SECONDS * 1000 * patience_factor());
		wait_a_while(1);
	}
	wait_until_they_count(WORKERS);
}

/* Everybody who has been started, and whose parents may be gone. */
static void wait_for_all(void)
{
	while (wait(NULL) > 0) {
	}
}

static void check_sums(void)
{
	struct counts tried = {{0}}, done = {{0}};

	for (int i = 0; i < board->nr_slots; i++)
		for (int kind = 0; kind < KINDS; kind++) {
			tried.n[kind] += board->slots[i].tried[kind];
			done.n[kind] += board->slots[i].done[kind];
		}
	for (int kind = 0; kind < KINDS; kind++) {
		const long sum = per_cpu_sum(counts->n[kind]);

		if (sum < done.n[kind] || sum > tried.n[kind])
			fail_msg("%d: %ld, not from %ld to %ld", kind, sum, done.n[kind],
				 tried.n[kind]);
	}
	assert_true(done.n[COUNTED] > 0);
}

static void end_master(pid_t master)
{
	kill(master, SIGQUIT);
}

static void kill_workers(int how_many)
{
	for (int n = 0; n < how_many; n++) {
		const int slots = __atomic_load_n(&board->nr_slots, __ATOMIC_SEQ_CST);
		struct slot *slot = &board->slots[slots - 1 - random_below(&seeded, WORKERS)];

		usleep((useconds_t)random_below(&seeded, 2000));
		if (slot->worker > 0 && slot->is_to_be_killed)
			kill(slot->worker, SIGKILL);
	}
}

/* Workers come and go; nobody is killed: no count is in doubt. */
static void reload_and_upgrade_lose_nothing(void **state)
{
	pid_t master, old;

	(void)state;
	start(first, second);
	master = new_master(0);
	wait_for_slots(WORKERS);
	for (int i = 2; i <= 4; i++) {
		kill(master, SIGHUP);
		wait_for_slots(i * WORKERS);
	}
	kill(master, SIGUSR2);
	old = master;
	master = new_master(old);
	wait_for_slots(5 * WORKERS);
	end_master(old);
	wait_a_while(5);
	end_master(master);
	wait_for_all();
	check_sums();
	for (int i = 0; i < board->nr_slots; i++)
		assert_memory_equal((void *)board->slots[i].tried, (void *)board->slots[i].done,
				    sizeof(board->slots[i].done));
	assert_true(per_cpu_sum(*alloc_percpu_named(long, "second")) == 1);
}

/* Of both programs, while both serve; then the masters as well, and a new one finds the file. */
static void killed_workers_and_masters_lose_one_count_each(void **state)
{
	pid_t master, old, group;
	int slots;

	(void)state;
	board->killing = true;
	seeded = random_from(random_seed());
	for (int round = 0; round < 4; round++) {
		slots = board->nr_slots;
		old = board->master;
		group = start(round % 2 ? second : first, round % 2 ? first : second);
		master = new_master(old);
		wait_for_slots(slots + WORKERS);
		kill(master, SIGUSR2);
		old = master;
		master = new_master(old);
		wait_for_slots(slots + 2 * WORKERS);
		kill_workers(5);
		kill(old, SIGHUP);
		wait_for_slots(slots + 3 * WORKERS);
		kill_workers(5);
		/* the old master crashes, and its workers go on */
		kill(old, SIGKILL);
		kill(master, SIGKILL);
		kill_workers(5);
		kill(-group, SIGKILL);
		wait_for_all();
		check_sums();
	}
}

static int set_up(void **state)
{
	const int fd = memfd_create("board", 0);
	int empty;

	(void)state;
	if (fd < 0 || ftruncate(fd, sizeof(*board)) || dup2(fd, BOARD_FD) != BOARD_FD)
		return 1;
	close(fd);
	map_board();
	/* masters that are gone leave their workers to the test */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	snprintf(file, sizeof(file), "/dev/shm/percpu-upgrade-XXXXXX");
	empty = mkstemp(file);
	if (empty < 0)
		return 1;
	close(empty);
	if (percpu_share_file(file, 0))
		return 1;
	counts = alloc_percpu_named(struct counts, "counts");
	return !counts;
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(file);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reload_and_upgrade_lose_nothing),
		cmocka_unit_test(killed_workers_and_masters_lose_one_count_each),
	};

	if (argc != 3)
		return 2;
	first = argv[1];
	second = argv[2];
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
