/* SPDX-License-Identifier: MIT */
/*
 * test_share_file.c - copies in a file: what processes count that are no relatives is one value,
 * and what they have to themselves they have among all of them.
 */
#include "survive/roles.h"

#include "support/cpus.h"
#include "support/tier.h"

#include "cpu/fenced.h"
#include "cpu/mark.h"

#include <percpu/counter_set.h>

#include <errno.h>
#include <limits.h>

#define ROUNDS 20000L /* a multiple of 16 */
#define WORKERS 2

PERCPU_COUNTER_SET(served, unsigned long, requests, bytes);

struct stats {
	struct served served;
	long in_sections;
	local_lock_t lock;
	long locked;
	long taken; /* what visits have taken from @in_visits */
	long in_visits;
};

static DEFINE_PER_CPU(long, own);
static struct stats __percpu *stats;

static void attach(const char *file)
{
	MUST(percpu_share_file(file, 0) == 0);
	stats = alloc_percpu_named(struct stats, "stats");
	MUST(stats);
}

/* --- counting in all ways --- */

static void visit(long round)
{
	const unsigned int cpu = cpus[round % nr_cpus];

	/* moved from one field to the other, on whichever CPU */
	if (round % 2)
		this_cpu_add(stats->taken, per_cpu_xchg(stats->in_visits, cpu, 0));
	else if (percpu_remote_begin(cpu) == 0) {
		long *in_visits = per_cpu_ptr(&stats->in_visits, cpu);

		per_cpu_ptr(stats, cpu)->taken += *in_visits;
		*in_visits = 0;
		percpu_remote_end(cpu);
	}
}

static void count(long rounds)
{
	for (long i = 0; i < rounds; i++) {
		this_cpu_inc(stats->served.requests);
		this_cpu_add(stats->served.bytes, 512);
		this_cpu_inc(stats->in_visits);
		this_cpu_inc(own);
		get_cpu_ptr(stats)->in_sections++;
		put_cpu_ptr(stats);
		if (i % 16 == 0) {
			local_lock(&stats->lock);
			this_cpu_ptr(stats)->locked++;
			local_unlock(&stats->lock);
		}
		if (i % 256 == 0)
			visit(i / 256);
	}
}

static bool is_counted(long rounds)
{
	const long requests = (long)per_cpu_sum(stats->served.requests);

	if (requests == rounds && (long)per_cpu_sum(stats->served.bytes) == 512 * rounds &&
	    per_cpu_sum(stats->in_sections) == rounds &&
	    per_cpu_sum(stats->locked) == rounds / 16 &&
	    per_cpu_sum(stats->taken) + per_cpu_sum(stats->in_visits) == rounds)
		return true;
	fprintf(stderr, "%ld rounds, not %ld: %ld bytes, %ld sections, %ld locked, %ld visits\n",
		requests, rounds, (long)per_cpu_sum(stats->served.bytes),
		(long)per_cpu_sum(stats->in_sections), (long)per_cpu_sum(stats->locked),
		(long)(per_cpu_sum(stats->taken) + per_cpu_sum(stats->in_visits)));
	return false;
}

static void fork_and_count(void)
{
	pid_t workers[WORKERS];

	for (int i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		MUST(workers[i] >= 0);
		if (workers[i] == 0) {
			count(ROUNDS);
			_exit(0);
		}
	}
	for (int i = 0; i < WORKERS; i++)
		MUST(wait_for(workers[i], SECONDS) == 0);
}

/* A master: what has no name is its own, and its children's. */
static void serve(const char *file)
{
	long __percpu *area;

	this_cpu_inc(own);
	attach(file);
	area = alloc_percpu(long);
	MUST(area && per_cpu_sum(*area) == 0);
	this_cpu_inc(*area);
	say(&board->ready);
	wait_until(&board->stop, 1);
	fork_and_count();
	count(ROUNDS);
	MUST(per_cpu_sum(own) == 1 + (WORKERS + 1) * ROUNDS && per_cpu_sum(*area) == 1);
	free_percpu(area);
}

static void serve_from_fd(const char *number)
{
	MUST(percpu_share_fd(atoi(number)) == 0);
	stats = alloc_percpu_named(struct stats, "stats");
	MUST(stats && per_cpu_sum(stats->served.requests) >= (unsigned long)ROUNDS);
	fork_and_count();
}

static void expect(const char *file, const char *rounds)
{
	attach(file);
	MUST(is_counted(atol(rounds)));
}

static void expect_masters(int n)
{
	char rounds[32];

	snprintf(rounds, sizeof(rounds), "%ld", n * (WORKERS + 1) * ROUNDS);
	play("expect", path, rounds);
}

static void reset_board(void)
{
	memset(board, 0, sizeof(*board));
}

static void masters_count_one_after_the_other(void **state)
{
	(void)state;
	reset_board();
	board->stop = 1;
	for (int i = 1; i <= 2; i++) {
		play("serve", path, NULL);
		expect_masters(i);
	}
	unlink(path);
}

static void masters_count_at_once(void **state)
{
	pid_t masters[3];

	(void)state;
	reset_board();
	for (int i = 0; i < 3; i++)
		masters[i] = start_role("serve", path, NULL);
	wait_until(&board->ready, 3);
	say(&board->stop);
	for (int i = 0; i < 3; i++)
		end_role(masters[i]);
	expect_masters(3);
	unlink(path);
}

/* --- a file without a name --- */

static void share_memory_and_hand_it_on(void)
{
	char number[16];
	pid_t next;

	MUST(percpu_share_fd(-1) == 0);
	stats = alloc_percpu_named(struct stats, "stats");
	MUST(stats);
	count(ROUNDS);
	/* the library's own is closed by exec() */
	snprintf(number, sizeof(number), "%d", dup(percpu_shared_fd()));
	next = fork();
	if (next == 0) {
		execl("/proc/self/exe", "role", "serve_from_fd", number, (char *)NULL);
		_exit(127);
	}
	count(ROUNDS);
	MUST(wait_for(next, SECONDS) == 0);
	MUST(is_counted((WORKERS + 2) * ROUNDS));
}

static void memory_is_handed_on_by_its_descriptor(void **state)
{
	(void)state;
	play("share_memory", NULL, NULL);
}

/* --- names --- */

static void find_names(const char *file)
{
	long __percpu *a, *again;
	char other[PATH_MAX];

	MUST(!alloc_percpu_named(long, "too early") && errno == EINVAL);
	MUST(percpu_shared_fd() == -ENOENT);
	MUST(percpu_share_file(file, PERCPU_SHARE_NEW) == 0);
	MUST(percpu_share_file(file, 0) == 0 && percpu_share() == 0);
	snprintf(other, sizeof(other), "%s.other", file);
	MUST(percpu_share_file(other, 0) == -EBUSY && percpu_share_fd(-1) == -EBUSY);
	a = alloc_percpu_named(long, "a");
	again = alloc_percpu_named(long, "a");
	MUST(a && a == again);
	MUST(!alloc_percpu_named(int, "a") && errno == EEXIST);
	MUST(!__alloc_percpu_named("a", sizeof(long), 4096) || a == again);
	MUST(!alloc_percpu_named(long, "") && errno == EINVAL);
	MUST(!__alloc_percpu_named(NULL, 8, 8) && errno == EINVAL);
	MUST(!__alloc_percpu_named("b", 0, 8) && errno == EINVAL);
	MUST(!__alloc_percpu_named("b", 8, 3) && errno == EINVAL);
	MUST(!__alloc_percpu_named("b", 8, 8192) && errno == EINVAL);
	MUST(!__alloc_percpu_named("a name that is one byte longer than a name may be", 8, 8) &&
	     errno == ENAMETOOLONG);
	MUST(!__alloc_percpu_named("b", 1 << 20, 8) && errno == ENOSPC);
	MUST(!__alloc_percpu_named("b", SIZE_MAX, 8) && errno == ENOSPC);
}

static void names_are_found_or_refused(void **state)
{
	(void)state;
	play("find_names", path, NULL);
	unlink(path);
}

static void make_many_names(const char *file)
{
	char name[16];
	int n = 0;

	MUST(percpu_share_file(file, 0) == 0);
	do
		snprintf(name, sizeof(name), "%d", n);
	while (__alloc_percpu_named(name, 24, 8) && ++n);
	MUST(n == 1024 && errno == ENOSPC);
	for (n = 0; n < 1024; n++) {
		long __percpu *area;

		snprintf(name, sizeof(name), "%d", n);
		area = __pcpu_typed_pointer(long __percpu *, __alloc_percpu_named(name, 24, 8));
		MUST(area && per_cpu_sum(area[2]) == 0);
		this_cpu_add(area[2], n);
		MUST(per_cpu_sum(area[2]) == n && per_cpu_sum(area[0]) == 0);
	}
}

static void there_are_so_many_names(void **state)
{
	(void)state;
	play("make_many_names", path, NULL);
	unlink(path);
}

/* --- operations of another program, in the fallback tier --- */

/*
 * In the middle of one, for as long as it is told: the mark says so. It does not sleep, or the mark
 * would be taken for one that was left.
 */
static void operate_for_long(const char *file)
{
	struct percpu_entry *entry = pcpu_unit_entry(cpus[0]);
	struct pcpu_mark *mark;

	attach(file);
	this_cpu_inc(own);
	mark = pcpu_mark_of_thread();
	MUST(mark && pcpu_operation_begin(mark, entry));
	say(&board->ready);
	while (!__atomic_load_n(&board->stop, __ATOMIC_SEQ_CST))
		continue;
	__atomic_store_n(&mark->busy, 0, __ATOMIC_SEQ_CST);
}

static void hold_there(const char *file)
{
	attach(file);
	go_to(cpus[0]);
	say(&board->ready);
	(void)get_cpu_ptr(stats);
	MUST(__atomic_load_n(&board->stop, __ATOMIC_SEQ_CST) != 0);
	put_cpu_ptr(stats);
}

static void section_waits_for_operation_of_another_program(void **state)
{
	pid_t operating, holding;

	(void)state;
	if (has_sequences())
		skip();
	reset_board();
	operating = start_role("operate_for_long", path, NULL);
	wait_until(&board->ready, 1);
	holding = start_role("hold_there", path, NULL);
	wait_until(&board->ready, 2);
	usleep(50000);
	say(&board->stop);
	end_role(operating);
	end_role(holding);
	unlink(path);
}

/* --- addresses --- */

static void ask_what_addresses_are(const char *file)
{
	const unsigned int cpu = cpus[0];
	unsigned int of;
	size_t offset;

	attach(file);
	MUST(percpu_address_of(&per_cpu_ptr(stats, cpu)->served.bytes, &of, &offset) == stats);
	MUST(of == cpu && offset == offsetof(struct stats, served.bytes));
	MUST(percpu_address_of(&stats->locked, &of, &offset) == stats);
	MUST(of == nr_cpu_ids && offset == offsetof(struct stats, locked));
	MUST(percpu_address_of(per_cpu_ptr(&own, cpu), &of, &offset) && of == cpu);
	MUST(!percpu_address_of((char *)per_cpu_ptr(stats, cpu) + 5000, &of, &offset));
}

static void address_of_a_named_area_is_known(void **state)
{
	(void)state;
	play("addresses", path, NULL);
	unlink(path);
}

/* --- children --- */

/* As daemon() does it: the parent ends, and the child is the master. */
static void become_daemon_and_count(const char *file)
{
	long __percpu *late, *area;
	pid_t worker;

	attach(file);
	count(ROUNDS);
	if (fork() > 0)
		_exit(0);
	count(ROUNDS);
	late = alloc_percpu_named(long, "late");
	area = alloc_percpu(long);
	MUST(late && area);
	this_cpu_inc(*late);
	this_cpu_inc(*area);
	worker = fork();
	MUST(worker >= 0);
	if (worker == 0) {
		count(ROUNDS);
		this_cpu_inc(*late);
		this_cpu_inc(*area);
		_exit(0);
	}
	MUST(wait_for(worker, SECONDS) == 0);
	MUST(per_cpu_sum(*late) == 2 && per_cpu_sum(*area) == 2 && is_counted(3 * ROUNDS));
	free_percpu(area);
	say(&board->ready);
}

static void child_that_becomes_the_master_counts_on(void **state)
{
	char rounds[32];

	(void)state;
	reset_board();
	play("daemon", path, NULL);
	wait_until(&board->ready, 1);
	snprintf(rounds, sizeof(rounds), "%ld", 3 * ROUNDS);
	play("expect", path, rounds);
	unlink(path);
}

/* --- sets --- */

static void take_while_others_count(const char *file)
{
	struct served now, rest;
	unsigned long requests = 0, bytes = 0;

	attach(file);
	say(&board->ready);
	while (!__atomic_load_n(&board->stop, __ATOMIC_SEQ_CST)) {
		MUST(percpu_take(&stats->served, sizeof(now), &now) == 0);
		requests += now.requests;
		bytes += now.bytes;
	}
	percpu_sum_struct(&stats->served, &rest);
	MUST(requests + rest.requests == ROUNDS && bytes + rest.bytes == 512 * ROUNDS);
}

static void count_only(const char *file)
{
	attach(file);
	for (long i = 0; i < ROUNDS; i++) {
		this_cpu_inc(stats->served.requests);
		this_cpu_add(stats->served.bytes, 512);
	}
}

static void set_is_taken_exactly_by_another_program(void **state)
{
	pid_t taker;

	(void)state;
	reset_board();
	taker = start_role("take", path, NULL);
	wait_until(&board->ready, 1);
	play("count_only", path, NULL);
	say(&board->stop);
	end_role(taker);
	unlink(path);
}

/* --- roles --- */

static int role(char **argv)
{
	map_board();
	if (!strcmp(argv[1], "serve"))
		serve(argv[2]);
	else if (!strcmp(argv[1], "expect"))
		expect(argv[2], argv[3]);
	else if (!strcmp(argv[1], "share_memory"))
		share_memory_and_hand_it_on();
	else if (!strcmp(argv[1], "serve_from_fd"))
		serve_from_fd(argv[2]);
	else if (!strcmp(argv[1], "find_names"))
		find_names(argv[2]);
	else if (!strcmp(argv[1], "make_many_names"))
		make_many_names(argv[2]);
	else if (!strcmp(argv[1], "addresses"))
		ask_what_addresses_are(argv[2]);
	else if (!strcmp(argv[1], "daemon"))
		become_daemon_and_count(argv[2]);
	else if (!strcmp(argv[1], "take"))
		take_while_others_count(argv[2]);
	else if (!strcmp(argv[1], "operate_for_long"))
		operate_for_long(argv[2]);
	else if (!strcmp(argv[1], "hold_there"))
		hold_there(argv[2]);
	else if (!strcmp(argv[1], "count_only"))
		count_only(argv[2]);
	else
		return 2;
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masters_count_one_after_the_other),
		cmocka_unit_test(masters_count_at_once),
		cmocka_unit_test(memory_is_handed_on_by_its_descriptor),
		cmocka_unit_test(names_are_found_or_refused),
		cmocka_unit_test(there_are_so_many_names),
		cmocka_unit_test(section_waits_for_operation_of_another_program),
		cmocka_unit_test(address_of_a_named_area_is_known),
		cmocka_unit_test(child_that_becomes_the_master_counts_on),
		cmocka_unit_test(set_is_taken_exactly_by_another_program),
	};

	find_cpus();
	if (argc > 1)
		return role(argv);
	return cmocka_run_group_tests(tests, begin, end);
}
