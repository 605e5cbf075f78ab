/* SPDX-License-Identifier: MIT */
/*
 * test_share_file_killed.c - processes that have copies in a file, and are killed: while they make
 * or attach to it, in the middle of operations, as holders of a CPU, all of them. Others go on, and
 * those that come later too, and nothing but the last thing that a killed one did is in doubt.
 */
#include "survive/roles.h"

#include "support/cpus.h"
#include "support/random.h"

#include "ground/fault.h"

#include <errno.h>
#include <sys/prctl.h>

#define KILLS 30
#define SLOTS 4
enum { COUNTED, IN_SECTIONS, IN_VISITS, KINDS };

static long __percpu *counts; /* KINDS of them */

static void attach(void)
{
	MUST(percpu_share_file(path, 0) == 0);
	counts = __pcpu_typed_pointer(long __percpu *,
				      __alloc_percpu_named("counts", KINDS * sizeof(long), 8));
	MUST(counts);
}

/* --- while it is made, and attached to --- */

static int steps, last;

static bool kill_at(enum pcpu_fault_site site)
{
	(void)site;
	if (++steps == last)
		kill(getpid(), SIGKILL);
	return false;
}

/* Whether it was killed at step @n of what attach() does. */
static bool kill_attaching_at(int n)
{
	const pid_t child = fork();
	int status;

	if (child == 0) {
		steps = 0;
		last = n;
		pcpu_fault_hook = kill_at;
		attach();
		pcpu_fault_hook = NULL;
		_exit(0);
	}
	status = wait_for(child, SECONDS);
	assert_true(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
	return status != 0;
}

static void who_is_killed_making_the_file_is_in_nobodys_way(void **state)
{
	int n = 1;

	(void)state;
	while (kill_attaching_at(n++)) {
		play("count_one", path, NULL);
		play("expect", path, "1");
		unlink(path);
	}
	assert_true(n > 10);
	unlink(path);
}

static void who_is_killed_attaching_leaves_what_was_counted(void **state)
{
	char ones[16];
	int n = 1;

	(void)state;
	play("count_one", path, NULL);
	while (kill_attaching_at(n)) {
		play("count_one", path, NULL);
		n++;
		snprintf(ones, sizeof(ones), "%d", n);
		play("expect", path, ones);
	}
	assert_true(n > 10);
	unlink(path);
}

static void reset_board(void)
{
	memset(board, 0, sizeof(*board));
}

/* ... and others, who have it, count on. */
static void who_is_killed_attaching_hurts_nobody(void **state)
{
	pid_t holder;

	(void)state;
	reset_board();
	holder = start_role("count_on", path, NULL);
	wait_until(&board->ready, 1);
	for (int n = 1; kill_attaching_at(n); n++)
		play("count_one", path, NULL);
	say(&board->stop);
	end_role(holder);
	unlink(path);
}

/* --- holders --- */

/* Two programs: the one that holds a CPU is killed, the other one has it then. */
static void cpu_of_a_killed_program_is_let_go(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cpus && i < 2; i++) {
		char cpu[16];
		pid_t holder;

		reset_board();
		snprintf(cpu, sizeof(cpu), "%u", cpus[i]);
		holder = start_role("hold", path, cpu);
		wait_until(&board->ready, 1);
		/* the waiter attaches to what the holder has */
		board->stop = 1;
		{
			const pid_t waiter = start_role("count_there", path, cpu);

			wait_until(&board->ready, 2);
			usleep(20000);
			assert_int_equal(waitpid(waiter, NULL, WNOHANG), 0);
			kill(holder, SIGKILL);
			wait_for(holder, SECONDS);
			end_role(waiter);
		}
	}
	unlink(path);
}

/* What was pinned, held and waited for when the last one was killed, the next does not find. */
static void nothing_but_counts_is_left_of_all_that_are_killed(void **state)
{
	char cpu[16];
	pid_t holder;

	(void)state;
	reset_board();
	snprintf(cpu, sizeof(cpu), "%u", cpus[0]);
	holder = start_role("hold_pinned", path, cpu);
	wait_until(&board->ready, 1);
	kill(holder, SIGKILL);
	wait_for(holder, SECONDS);
	/* at once, and not after the tenth of a second in which a holder is missed */
	play("visit_at_once", path, cpu);
	unlink(path);
}

/* --- in the middle of operations --- */

/* Of one process. What it tries and has not done, when it is killed, is in doubt. */
struct slot {
	volatile long tried[KINDS], done[KINDS];
};
static struct slot *slots(void)
{
	return (struct slot *)(board + 1);
}

static void do_one(struct slot *slot, int kind, unsigned int cpu)
{
	slot->tried[kind]++;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (kind == COUNTED)
		this_cpu_inc(counts[COUNTED]);
	else if (kind == IN_SECTIONS) {
		get_cpu_ptr(counts)[IN_SECTIONS]++;
		put_cpu_ptr(counts);
	} else if (percpu_remote_begin(cpu) == 0) {
		per_cpu_ptr(counts, cpu)[IN_VISITS]++;
		percpu_remote_end(cpu);
	} else
		slot->tried[kind]--;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	slot->done[kind] = slot->tried[kind];
}

static void work(struct slot *slot)
{
	struct random random = random_from((uint64_t)getpid());

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	attach();
	for (long i = 0; !__atomic_load_n(&board->stop, __ATOMIC_SEQ_CST); i++) {
		const uint64_t r = random_next(&random);

		do_one(slot,
		       r % 50 == 0  ? IN_VISITS
		       : r % 4 == 0 ? IN_SECTIONS
				    : COUNTED,
		       cpus[r / 64 % nr_cpus]);
		if (i == 100)
			say(&board->ready);
	}
}

static pid_t start_worker(int n)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", n);
	return start_role("work", path, number);
}

static void counts_of_killed_programs_stay(void **state)
{
	struct random random = random_from(random_seed());
	pid_t workers[SLOTS];
	long tried[KINDS] = {0}, done[KINDS] = {0};

	(void)state;
	reset_board();
	memset(slots(), 0, (KILLS + SLOTS) * sizeof(struct slot));
	for (int i = 0; i < SLOTS; i++)
		workers[i] = start_worker(i);
	wait_until(&board->ready, SLOTS);
	for (int i = 0; i < KILLS; i++) {
		const int which = random_below(&random, SLOTS);

		usleep((useconds_t)random_below(&random, 3000));
		kill(workers[which], SIGKILL);
		wait_for(workers[which], SECONDS);
		workers[which] = start_worker(SLOTS + i);
	}
	say(&board->stop);
	for (int i = 0; i < SLOTS; i++)
		end_role(workers[i]);
	for (int i = 0; i < SLOTS + KILLS; i++)
		for (int kind = 0; kind < KINDS; kind++) {
			tried[kind] += slots()[i].tried[kind];
			done[kind] += slots()[i].done[kind];
		}
	for (int kind = 0; kind < KINDS; kind++) {
		char range[64];

		assert_true(done[kind] > 0 && tried[kind] - done[kind] <= KILLS);
		snprintf(range, sizeof(range), "%d %ld %ld", kind, done[kind], tried[kind]);
		play("expect_between", path, range);
	}
	unlink(path);
}

/* --- roles --- */

static void hold(unsigned int cpu)
{
	attach();
	MUST(percpu_remote_begin(cpu) == 0);
	say(&board->ready);
	for (;;)
		pause();
}

static void hold_pinned(unsigned int cpu)
{
	attach();
	if (percpu_thread_pin(cpu) != 0)
		MUST(!strstr(percpu_backend(), "rseq"));
	(void)get_cpu_ptr(counts);
	say(&board->ready);
	for (;;)
		pause();
}

static void visit_at_once(unsigned int cpu)
{
	attach();
	MUST(percpu_remote_begin(cpu) == 0);
	percpu_remote_end(cpu);
}

static void count_there(unsigned int cpu)
{
	attach();
	go_to(cpu);
	say(&board->ready);
	this_cpu_inc(counts[COUNTED]);
	MUST(per_cpu_sum(counts[COUNTED]) > 0);
}

static void count_on(void)
{
	long counted = 0;

	attach();
	say(&board->ready);
	for (; !__atomic_load_n(&board->stop, __ATOMIC_SEQ_CST); counted++) {
		this_cpu_inc(counts[IN_VISITS]);
		get_cpu_ptr(counts)[IN_SECTIONS]++;
		put_cpu_ptr(counts);
	}
	MUST(per_cpu_sum(counts[IN_VISITS]) == counted);
	MUST(per_cpu_sum(counts[IN_SECTIONS]) == counted);
}

static void expect_between(const char *words)
{
	long least, most;
	int kind;

	attach();
	MUST(sscanf(words, "%d %ld %ld", &kind, &least, &most) == 3);
	MUST(per_cpu_sum(counts[kind]) >= least && per_cpu_sum(counts[kind]) <= most);
}

static int role(char **argv)
{
	const char *name = argv[1];
	const unsigned int cpu = argv[3] ? (unsigned int)atoi(argv[3]) : 0;

	map_board();
	snprintf(path, sizeof(path), "%s", argv[2]);
	if (!strcmp(name, "count_one")) {
		attach();
		this_cpu_inc(counts[COUNTED]);
	} else if (!strcmp(name, "expect")) {
		attach();
		MUST(per_cpu_sum(counts[COUNTED]) == atol(argv[3]));
	} else if (!strcmp(name, "expect_between"))
		expect_between(argv[3]);
	else if (!strcmp(name, "count_on"))
		count_on();
	else if (!strcmp(name, "hold"))
		hold(cpu);
	else if (!strcmp(name, "hold_pinned"))
		hold_pinned(cpu);
	else if (!strcmp(name, "visit_at_once"))
		visit_at_once(cpu);
	else if (!strcmp(name, "count_there"))
		count_there(cpu);
	else if (!strcmp(name, "work"))
		work(&slots()[cpu]);
	else
		return 2;
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_killed_making_the_file_is_in_nobodys_way),
		cmocka_unit_test(who_is_killed_attaching_leaves_what_was_counted),
		cmocka_unit_test(who_is_killed_attaching_hurts_nobody),
		cmocka_unit_test(cpu_of_a_killed_program_is_let_go),
		cmocka_unit_test(nothing_but_counts_is_left_of_all_that_are_killed),
		cmocka_unit_test(counts_of_killed_programs_stay),
	};

	find_cpus();
	if (argc > 1)
		return role(argv);
	return cmocka_run_group_tests(tests, begin, end);
}
