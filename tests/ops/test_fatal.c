/* SPDX-License-Identifier: MIT */
/*
 * test_fatal.c - the handler of a fatal message, wherever that comes from, may do what a crash
 * reporter does: fork, run a program, allocate and count, take every lock. And there is one handler
 * at a time, whoever else has a fatal message meanwhile.
 */
#include "support/closed_cpu.h"
#include "support/fact.h"
#include "support/faults.h"
#include "support/patience.h"

#include <percpu/counter.h>
#include <percpu/cpu.h>
#include <percpu/cpuhotplug.h>
#include <percpu/interrupt.h>
#include <percpu/local_lock.h>
#include <percpu/log.h>
#include <percpu/migrate.h>
#include <percpu/notifier.h>
#include <percpu/percpu.h>
#include <percpu/pool.h>
#include <percpu/rwsem.h>
#include <percpu/stats.h>
#include <percpu/topology.h>

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* How a process ends whose handler could do everything. */
#define REPORTED 4

static DEFINE_PER_CPU(long, counted);
static DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);
static DEFINE_PER_CPU(long[2], pair);

/* --- what the handler does --- */

static void need(bool done, const char *what)
{
	if (done)
		return;
	dprintf(STDERR_FILENO, "the handler could not %s\n", what);
	_exit(5);
}

static bool ends_with_0(pid_t child)
{
	int status;

	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void run_a_program(void)
{
	pid_t child = fork();

	if (child == 0) {
		execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
		_exit(1);
	}
	need(ends_with_0(child), "run a program");
}

static void allocate_and_count(void)
{
	struct percpu_counter counter;
	struct percpu_stats stats;
	long __percpu *area = alloc_percpu(long);
	const long before = per_cpu_sum(counted);

	need(area != NULL, "allocate");
	this_cpu_inc(*area);
	this_cpu_inc(counted);
	need(per_cpu_sum(*area) == 1 && per_cpu_sum(counted) == before + 1, "count");
	free_percpu(area);
	need(percpu_counter_init(&counter, 1, GFP_KERNEL) == 0, "make a counter");
	percpu_counter_add(&counter, 2);
	need(percpu_counter_sum(&counter) == 3, "use a counter");
	percpu_counter_destroy(&counter);
	percpu_get_stats(&stats);
	percpu_trim();
}

static void work_in_a_child(void)
{
	pid_t child = fork();

	if (child == 0) {
		allocate_and_count();
		_exit(0);
	}
	need(ends_with_0(child), "do the same in a child");
}

static void take_locks(void)
{
	static struct percpu_rw_semaphore sem;

	cpus_read_lock();
	cpus_read_unlock();
	cpu_maps_update_begin();
	cpu_maps_update_done();
	get_cpu();
	put_cpu();
	need(percpu_init_rwsem(&sem) == 0, "make a semaphore");
	percpu_down_write(&sem);
	percpu_up_write(&sem);
	percpu_free_rwsem(&sem);
}

static void report(const char *message)
{
	(void)message;
	run_a_program();
	allocate_and_count();
	work_in_a_child();
	take_locks();
	_exit(REPORTED);
}

/* --- where fatal messages come from --- */

static void free_twice(void)
{
	long __percpu *area = alloc_percpu(long);

	free_percpu(area);
	free_percpu(area);
}

static void free_another(void)
{
	free_percpu((const void __percpu *)&lock);
}

static void use_no_cpu(void)
{
	volatile unsigned int none = nr_cpu_ids; /* farther out it faults */

	per_cpu(counted, none) = 1;
}

static void end_no_section(void)
{
	put_cpu();
}

static void end_no_visit(void)
{
	percpu_remote_end(0);
}

static void exchange_in_a_section(void)
{
	const unsigned int cpu = get_cpu();

	per_cpu_xchg(counted, cpu == 0, 1);
}

static void free_twice_in_a_section(void)
{
	get_cpu();
	get_cpu();
	free_twice();
}

static void unlock_what_is_not_locked(void)
{
	local_unlock(&lock);
}

static void lock_in_a_section(void)
{
	get_cpu();
	local_lock(&lock);
}

static void compare_no_pair(void)
{
	long __percpu *at = &pair[0];

	this_cpu_cmpxchg_double(*(at + 1), *at, 0, 0, 1, 1);
}

static void write_lock_twice(void)
{
	cpus_write_lock();
	cpus_write_lock();
}

static void write_unlock(void)
{
	cpus_write_unlock();
}

static void end_no_update(void)
{
	cpu_maps_update_done();
}

static void wait_in_a_section(void)
{
	get_cpu();
	cpu_maps_update_begin();
}

static void register_without_the_lock(void)
{
	static struct notifier_block nb;

	__register_cpu_notifier(&nb);
}

static void remove_no_state(void)
{
	cpuhp_remove_state(CPUHP_AP_ONLINE_DYN + 1000);
}

static int misuse_when_a_cpu_comes(unsigned int cpu)
{
	(void)cpu;
	put_cpu();
	return 0;
}

static void misuse_in_a_callback(void)
{
	cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "test:online", misuse_when_a_cpu_comes, NULL);
}

static int remove_in_a_callback_of(unsigned int cpu)
{
	(void)cpu;
	cpuhp_remove_state(CPUHP_AP_ONLINE_DYN);
	return 0;
}

static void remove_in_a_callback(void)
{
	cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "test:online", remove_in_a_callback_of, NULL);
}

static int refuse_what_is_over(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	(void)cpu;
	return event == CPU_DEAD ? NOTIFY_BAD : NOTIFY_OK;
}

/* With all locks of hotplug held. */
static void refuse_an_event(void)
{
	static struct notifier_block nb = {.notifier_call = refuse_what_is_over};
	const unsigned int last = nr_cpu_ids - 1;

	register_cpu_notifier(&nb);
	set_cpu_present(last, true);
	set_cpu_online(last, true);
	cpu_down(last);
}

static void enable_migration(void)
{
	migrate_enable();
}

static void enable_bottom_halves(void)
{
	local_bh_enable();
}

static void raise_no_softirq(void)
{
	raise_softirq(1000);
}

static void write_unlock_a_semaphore(void)
{
	static struct percpu_rw_semaphore sem;

	if (percpu_init_rwsem(&sem) == 0)
		percpu_up_write(&sem);
}

static void put_twice(void)
{
	struct percpu_pool *pool = percpu_pool_create("things", 64, 0, 0);
	void *object = percpu_pool_get(pool);

	percpu_pool_put(pool, object);
	percpu_pool_put(pool, object);
	percpu_pool_trim(pool);
}

static void ask_for_no_cpu(void)
{
	(void)topology_physical_package_id(60000);
}

static void say_it_oneself(void)
{
	percpu_fatal("%s", "enough");
}

static void find_no_memory_for_a_unit(void)
{
	const unsigned int cpu = find_closed_cpu_but(nr_cpu_ids);

	faults_fail_nth(PCPU_FAULT_COMMIT, 1);
	per_cpu(counted, cpu) = 1;
}

static const struct path {
	const char *message;
	void (*misuse)(void);
} paths[] = {
	{"free_percpu(", free_twice},
	{"free_percpu(", free_another},
	{"is not possible", use_no_cpu},
	{"outside of a section", end_no_section},
	{"does not hold that CPU", end_no_visit},
	{"inside of a section of CPU", exchange_in_a_section},
	{"free_percpu(", free_twice_in_a_section},
	{"local_unlock() of a lock", unlock_what_is_not_locked},
	{"local_lock() inside of a section", lock_in_a_section},
	{"the second must follow the first", compare_no_pair},
	{"cpus_write_lock() by who is", write_lock_twice},
	{"cpus_write_unlock() without", write_unlock},
	{"cpu_maps_update_done() without", end_no_update},
	{"who holds a CPU does not wait", wait_in_a_section},
	{"__register_cpu_notifier() without", register_without_the_lock},
	{"no such state of a program", remove_no_state},
	{"outside of a section", misuse_in_a_callback},
	{"in a callback of hotplug", remove_in_a_callback},
	{"a notifier returns an error", refuse_an_event},
	{"migrate_enable() without", enable_migration},
	{"local_bh_enable() where", enable_bottom_halves},
	{"softirqs", raise_no_softirq},
	{"percpu_up_write() of a lock", write_unlock_a_semaphore},
	{"was put twice", put_twice},
	{"which is not possible", ask_for_no_cpu},
	{"enough", say_it_oneself},
	{"no memory for the unit", find_no_memory_for_a_unit},
};
static const struct path *path;

/* On this machine. With possible:64, all can. */
static bool can_be(const struct path *that)
{
	if (that->misuse == refuse_an_event)
		return num_possible_cpus() > 1;
	return that->misuse != find_no_memory_for_a_unit ||
	       find_closed_cpu_but(nr_cpu_ids) < nr_cpu_ids;
}

static const char *misuse_with_a_handler(void)
{
	alarm(DEADLOCK_SECONDS / 4);
	percpu_set_fatal_handler(report);
	path->misuse();
	return "it was not fatal";
}

static void report_of_a_signal(int signo)
{
	(void)signo;
	report("");
}

static const char *misuse_with_a_handler_of_sigabrt(void)
{
	alarm(DEADLOCK_SECONDS / 4);
	signal(SIGABRT, report_of_a_signal);
	path->misuse();
	return "it was not fatal";
}

static const char *misuse_with_neither(void)
{
	path->misuse();
	return "it was not fatal";
}

static void expect_report(const struct fact_end *end)
{
	if (!WIFEXITED(end->status) || WEXITSTATUS(end->status) != REPORTED)
		fail_msg("of \"%s\" the status is %#x, it said: %s", path->message,
			 (unsigned int)end->status, end->text);
	if (!strstr(end->text, path->message))
		fail_msg("instead of \"%s\" it said: %s", path->message, end->text);
}

static void for_each_path(fact_t fact, void (*expect)(const struct fact_end *end))
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct fact_end end;

		path = &paths[i];
		if (!can_be(path))
			continue;
		end = find_out(fact);
		expect(&end);
	}
}

static void handler_may_do_anything(void **state)
{
	(void)state;
	for_each_path(misuse_with_a_handler, expect_report);
}

static void so_may_one_of_sigabrt(void **state)
{
	(void)state;
	for_each_path(misuse_with_a_handler_of_sigabrt, expect_report);
}

static void expect_abort(const struct fact_end *end)
{
	if (!WIFSIGNALED(end->status) || WTERMSIG(end->status) != SIGABRT)
		fail_msg("of \"%s\" the status is %#x, it said: %s", path->message,
			 (unsigned int)end->status, end->text);
}

static void without_a_handler_it_is_abort(void **state)
{
	(void)state;
	for_each_path(misuse_with_neither, expect_abort);
}

/* --- in a handler of a signal --- */

static void misuse_of_a_signal(int signo)
{
	(void)signo;
	put_cpu();
}

static const char *misuse_in_a_signal(void)
{
	alarm(DEADLOCK_SECONDS / 4);
	percpu_set_fatal_handler(report);
	signal(SIGUSR1, misuse_of_a_signal);
	raise(SIGUSR1);
	return "it was not fatal";
}

static void message_may_come_from_a_handler_of_a_signal(void **state)
{
	struct fact_end end = find_out(misuse_in_a_signal);

	(void)state;
	assert_true(WIFEXITED(end.status));
	assert_int_equal(WEXITSTATUS(end.status), REPORTED);
}

/* --- more than one --- */

static int nr_calls;

static void misuse_again(const char *message)
{
	(void)message;
	if (++nr_calls > 1)
		_exit(7);
	put_cpu();
}

static const char *misuse_in_the_handler(void)
{
	percpu_set_fatal_handler(misuse_again);
	put_cpu();
	return "it was not fatal";
}

static void misuse_of_sigabrt(int signo)
{
	(void)signo;
	if (++nr_calls > 1)
		_exit(7);
	put_cpu();
}

static const char *misuse_in_a_handler_of_sigabrt(void)
{
	signal(SIGABRT, misuse_of_sigabrt);
	put_cpu();
	return "it was not fatal";
}

static void second_message_of_a_thread_ends_the_process_at_once(void **state)
{
	(void)state;
	assert_fatal(misuse_in_the_handler, "outside of a section");
	assert_fatal(misuse_in_a_handler_of_sigabrt, "outside of a section");
}

static int nr_inside, both_said;

static void count_messages(enum percpu_log_level level, const char *message)
{
	(void)level;
	if (strstr(message, "outside of a section"))
		__atomic_fetch_add(&both_said, 1, __ATOMIC_SEQ_CST);
}

/* Ends when the others have said theirs too, and counts what the CPU of one of them has. */
static void wait_for_all(const char *message)
{
	if (__atomic_fetch_add(&nr_inside, 1, __ATOMIC_SEQ_CST))
		_exit(8);
	while (__atomic_load_n(&both_said, __ATOMIC_SEQ_CST) < 3)
		sched_yield();
	report(message);
}

static void *misuse_in_a_thread(void *arg)
{
	(void)arg;
	put_cpu();
	return NULL;
}

static const char *misuse_in_three_threads(void)
{
	pthread_t threads[2];

	alarm(DEADLOCK_SECONDS / 4);
	percpu_set_log_handler(count_messages, PERCPU_LOG_WARNING);
	percpu_set_fatal_handler(wait_for_all);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, misuse_in_a_thread, NULL);
	put_cpu();
	return "it was not fatal";
}

static void one_handler_runs_and_the_other_threads_wait(void **state)
{
	struct fact_end end = find_out(misuse_in_three_threads);

	(void)state;
	if (!WIFEXITED(end.status) || WEXITSTATUS(end.status) != REPORTED)
		fail_msg("the status is %#x, it said: %s", (unsigned int)end.status, end.text);
}

static void fork_and_misuse(const char *message)
{
	pid_t child = fork();
	int status;

	(void)message;
	if (child == 0)
		put_cpu(); /* its second one: what it has of the first, the parent's */
	waitpid(child, &status, 0);
	_exit(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? REPORTED : 9);
}

static const char *misuse_in_the_handlers_child(void)
{
	alarm(DEADLOCK_SECONDS / 4);
	percpu_set_fatal_handler(fork_and_misuse);
	put_cpu();
	return "it was not fatal";
}

static void child_of_a_handler_ends_at_once(void **state)
{
	struct fact_end end = find_out(misuse_in_the_handlers_child);

	(void)state;
	assert_true(WIFEXITED(end.status));
	assert_int_equal(WEXITSTATUS(end.status), REPORTED);
}

static jmp_buf left;

static void leave(const char *message)
{
	(void)message;
	longjmp(left, 1);
}

static const char *leave_three_times(void)
{
	volatile int nr = 0;

	alarm(DEADLOCK_SECONDS / 4);
	while (nr < 3) {
		nr++;
		percpu_set_fatal_handler(leave);
		if (setjmp(left) == 0)
			put_cpu();
		allocate_and_count();
	}
	percpu_set_fatal_handler(report);
	put_cpu();
	return "it was not fatal";
}

static void handler_may_be_left_and_set_again(void **state)
{
	struct fact_end end = find_out(leave_three_times);

	(void)state;
	assert_true(WIFEXITED(end.status));
	assert_int_equal(WEXITSTATUS(end.status), REPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handler_may_do_anything),
		cmocka_unit_test(so_may_one_of_sigabrt),
		cmocka_unit_test(without_a_handler_it_is_abort),
		cmocka_unit_test(message_may_come_from_a_handler_of_a_signal),
		cmocka_unit_test(second_message_of_a_thread_ends_the_process_at_once),
		cmocka_unit_test(one_handler_runs_and_the_other_threads_wait),
		cmocka_unit_test(child_of_a_handler_ends_at_once),
		cmocka_unit_test(handler_may_be_left_and_set_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
