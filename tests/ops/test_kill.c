/* SPDX-License-Identifier: MIT */
/*
 * test_kill.c - processes that share their copies, and are killed: while they hold a CPU, while
 * they wait for one, in the middle of an operation. The others go on, and nothing but the last
 * thing that the killed one did is in doubt.
 *
 * PERCPU_CONF has shared:yes. The argument says how many are killed at random moments.
 */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/random.h"
#include "support/wait_for.h"

#include "memory/entry.h"

#include <percpu/percpu.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Far longer than a second, which is what it may take. */
#define HANG_SECONDS 240

static DEFINE_PER_CPU(long, counted);
static DEFINE_PER_CPU(long, in_sections);
static DEFINE_PER_CPU(long, in_visits);
static DEFINE_PER_CPU(long, swapped);

static unsigned long kills = 150;

/* --- what the processes tell each other --- */

#define SLOTS 6
#define KINDS 3
enum { COUNTED, IN_SECTIONS, IN_VISITS };

/* Of one thread. What it tries and has not done, when it is killed, is in doubt. */
struct slot {
	volatile long tried[KINDS], done[KINDS];
} __attribute__((__aligned__(64)));

static struct {
	volatile int holding, let_go;
	struct slot slots[SLOTS];
	long doubtful[KINDS];
} * board;

static pid_t start_process(void (*work)(unsigned int number), unsigned int number)
{
	pid_t child = fork();

	if (child == 0) {
		/* where a test fails, none is left behind */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work(number);
		exit(0);
	}
	assert_true(child > 0);
	return child;
}

static void kill_process(pid_t child)
{
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* --- one CPU, held and waited for --- */

static unsigned int cpu_in_question;

static void hold_until_told(unsigned int number)
{
	(void)number;
	if (percpu_remote_begin(cpu_in_question))
		_exit(1);
	board->holding = 1;
	while (!board->let_go)
		usleep(1000);
	percpu_remote_end(cpu_in_question);
}

static void visit(unsigned int number)
{
	(void)number;
	if (percpu_remote_begin(cpu_in_question))
		_exit(1);
	percpu_remote_end(cpu_in_question);
}

static void count_there(unsigned int number)
{
	(void)number;
	go_to(cpu_in_question);
	this_cpu_inc(counted);
}

static pid_t start_holder(void)
{
	pid_t holder;

	board->holding = board->let_go = 0;
	holder = start_process(hold_until_told, 0);
	while (!board->holding)
		usleep(1000);
	return holder;
}

static bool has_successor(void)
{
	return __atomic_load_n(&pcpu_unit_entry(cpu_in_question)->successor, __ATOMIC_SEQ_CST) != 0;
}

static pid_t start_successor(void)
{
	pid_t successor = start_process(visit, 0);

	while (!has_successor())
		usleep(1000);
	return successor;
}

/* None of those who want the CPU is to be the next successor: they only count there. */
static void assert_others_count(void)
{
	pid_t counting[3];

	for (unsigned int i = 0; i < 3; i++)
		counting[i] = start_process(count_there, i);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(wait_for(counting[i], HANG_SECONDS), 0);
	assert_int_equal(wait_for(start_process(visit, 0), HANG_SECONDS), 0);
}

static void cpu_goes_on_when_its_successor_is_killed(void **state)
{
	pid_t holder = start_holder(), successor = start_successor();

	(void)state;
	kill_process(successor);
	board->let_go = 1;
	assert_int_equal(wait_for(holder, HANG_SECONDS), 0);
	assert_others_count();
	assert_false(has_successor());
}

static void cpu_goes_on_when_holder_and_successor_are_killed(void **state)
{
	pid_t holder = start_holder(), successor = start_successor();

	(void)state;
	kill_process(successor);
	kill_process(holder);
	assert_others_count();
	assert_false(has_successor());
}

/* Which has not been waited for: its number is still taken. */
static void cpu_goes_on_when_its_successor_is_a_zombie(void **state)
{
	pid_t holder = start_holder(), successor = start_successor();
	siginfo_t info;

	(void)state;
	kill(successor, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)successor, &info, WEXITED | WNOWAIT), 0);
	board->let_go = 1;
	assert_int_equal(wait_for(holder, HANG_SECONDS), 0);
	assert_others_count();
	waitpid(successor, NULL, 0);
}

/* As if the number of the one that was killed had become another's, who lives. */
static void cpu_goes_on_when_the_killed_ones_number_is_used_again(void **state)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpu_in_question);
	pid_t holder = start_holder();
	intptr_t word = entry->window;

	(void)state;
	assert_true(pcpu_word_birth(word) != 0);
	kill_process(holder);
	word = (word & ~(intptr_t)UINT32_MAX) | (intptr_t)getpid() << 1 | PCPU_WORD_HELD;
	/* not this process's own: it began at another moment */
	word ^= (intptr_t)1 << PCPU_WORD_BIRTH;
	__atomic_store_n(&entry->window, word, __ATOMIC_SEQ_CST);
	assert_others_count();
}

static void ignore_signal(int sig)
{
	(void)sig;
}

/* Of a profiler, say. */
static void count_there_under_signals(unsigned int number)
{
	const struct sigaction action = {.sa_handler = ignore_signal, .sa_flags = SA_RESTART};
	const struct itimerval often = {{0, 20000}, {0, 20000}};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	count_there(number);
}

static void waiter_with_many_signals_goes_on_when_the_holder_is_killed(void **state)
{
	pid_t holder = start_holder(), waiter = start_process(count_there_under_signals, 0);

	(void)state;
	usleep(50000);
	kill_process(holder);
	assert_int_equal(wait_for(waiter, HANG_SECONDS), 0);
}

/* --- at random moments --- */

static void try_one(struct slot *slot, int kind)
{
	slot->tried[kind]++;
}

static void have_done(struct slot *slot, int kind)
{
	slot->done[kind]++;
}

/* Longer than one instruction, and in the middle of it others get their turn. */
static void add_slowly(long *copy, bool yield)
{
	long before = *(volatile long *)copy;

	if (yield)
		sched_yield();
	*(volatile long *)copy = before + 1;
}

static void visit_and_count(struct slot *slot, unsigned int cpu)
{
	if (percpu_remote_begin(cpu))
		_exit(1);
	try_one(slot, IN_VISITS);
	add_slowly(per_cpu_ptr(&in_visits, cpu), cpu % 2);
	have_done(slot, IN_VISITS);
	percpu_remote_end(cpu);
}

static void count_in_section(struct slot *slot, bool yield)
{
	long *copy = &get_cpu_var(in_sections);

	try_one(slot, IN_SECTIONS);
	add_slowly(copy, yield);
	have_done(slot, IN_SECTIONS);
	put_cpu_var(in_sections);
}

static void *count_for_ever(void *arg)
{
	struct slot *slot = arg;
	struct random random =
		random_from((unsigned int)(slot - board->slots) + 100u * (unsigned int)getpid());

	for (unsigned int i = 0;; i++) {
		unsigned int cpu = cpus[(unsigned int)random_below(&random, (int)nr_cpus)];

		try_one(slot, COUNTED);
		this_cpu_inc(counted);
		have_done(slot, COUNTED);
		count_in_section(slot, i % 16 == 0);
		if (i % 8 == 0)
			visit_and_count(slot, cpu);
		if (i % 32 == 0)
			(void)per_cpu_xchg(swapped, cpu, 1);
	}
	return NULL;
}

/* A process has two threads, with a slot each. */
static void work_until_killed(unsigned int number)
{
	pthread_t second;

	if (pthread_create(&second, NULL, count_for_ever, &board->slots[number + 1]))
		_exit(1);
	count_for_ever(&board->slots[number]);
}

/* The slots of a process that has been killed. */
static void write_off(unsigned int number)
{
	for (struct slot *slot = &board->slots[number]; slot < &board->slots[number + 2]; slot++)
		for (int kind = 0; kind < KINDS; kind++) {
			board->doubtful[kind] += slot->tried[kind] - slot->done[kind];
			slot->tried[kind] = slot->done[kind];
		}
}

static long done_by(unsigned int number)
{
	return board->slots[number].done[COUNTED];
}

/* Every thread does one thing more. */
static void assert_all_go_on(void)
{
	double longest = 0;

	for (unsigned int number = 0; number < SLOTS; number++) {
		const long before = done_by(number);
		const double began = seconds(CLOCK_MONOTONIC);
		struct patience patience = be_patient();

		while (done_by(number) == before) {
			if (is_out_of_patience(&patience))
				fail_msg("thread %u does nothing any more", number);
			usleep(500);
		}
		if (seconds(CLOCK_MONOTONIC) - began > longest)
			longest = seconds(CLOCK_MONOTONIC) - began;
	}
	if (longest > 1)
		printf("somebody stood still for %.1f s\n", longest);
}

static void assert_is_among(long sum, int kind)
{
	long done = 0;

	for (unsigned int i = 0; i < SLOTS; i++)
		done += board->slots[i].done[kind];
	if (sum < done || sum > done + board->doubtful[kind])
		fail_msg("kind %d: %ld were counted, %ld done and %ld in doubt", kind, sum, done,
			 board->doubtful[kind]);
}

static void assert_nothing_is_lost(void)
{
	assert_is_among(per_cpu_sum(counted), COUNTED);
	assert_is_among(per_cpu_sum(in_sections), IN_SECTIONS);
	assert_is_among(per_cpu_sum(in_visits), IN_VISITS);
}

static void clear_counts(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		(void)per_cpu_xchg(counted, cpu, 0);
		(void)per_cpu_xchg(in_sections, cpu, 0);
		(void)per_cpu_xchg(in_visits, cpu, 0);
	}
}

static void processes_killed_at_any_moment_stop_nobody(void **state)
{
	struct random random = random_from(1);
	pid_t workers[SLOTS / 2];

	(void)state;
	clear_counts();
	for (unsigned int i = 0; i < SLOTS / 2; i++)
		workers[i] = start_process(work_until_killed, 2 * i);
	for (unsigned long n = 0; n < kills; n++) {
		unsigned int i = (unsigned int)random_below(&random, SLOTS / 2);

		usleep((useconds_t)random_below(&random, n % 8 ? 2000 : 20000));
		kill_process(workers[i]);
		write_off(2 * i);
		workers[i] = start_process(work_until_killed, 2 * i);
		if (n % 50 == 0)
			assert_all_go_on();
	}
	assert_all_go_on();
	for (unsigned int i = 0; i < SLOTS / 2; i++) {
		kill_process(workers[i]);
		write_off(2 * i);
	}
	assert_nothing_is_lost();
}

static void ignore_log(enum percpu_log_level level, const char *message)
{
	(void)level;
	(void)message;
}

static int set_up(void **state)
{
	(void)state;
	find_cpus();
	cpu_in_question = cpus[0];
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	/* each of those who were killed is reported */
	percpu_set_log_handler(ignore_log, PERCPU_LOG_EMERG);
	return board == MAP_FAILED;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_goes_on_when_its_successor_is_killed),
		cmocka_unit_test(cpu_goes_on_when_holder_and_successor_are_killed),
		cmocka_unit_test(cpu_goes_on_when_its_successor_is_a_zombie),
		cmocka_unit_test(cpu_goes_on_when_the_killed_ones_number_is_used_again),
		cmocka_unit_test(waiter_with_many_signals_goes_on_when_the_holder_is_killed),
		cmocka_unit_test(processes_killed_at_any_moment_stop_nobody),
	};

	if (argc > 1)
		kills = strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, set_up, NULL);
}
