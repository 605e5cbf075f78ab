/* SPDX-License-Identifier: MIT */
/*
 * test_online_lock.c - readers keep CPUs from coming and going; who comes while somebody writes
 * waits; and what becomes of that in threads that end, in handlers of signals, and in children.
 */
#include "support/asleep.h"
#include "support/cpus.h"
#include "support/ears.h"
#include "support/records.h"
#include "support/threads.h"

#include "hotplug/lock/online_lock.h"
#include "machine/tier.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>

static pid_t other_thread;
static int result;

static void tell_thread(void)
{
	__atomic_store_n(&other_thread, gettid(), __ATOMIC_SEQ_CST);
}

static pid_t await_thread(void)
{
	while (!__atomic_load_n(&other_thread, __ATOMIC_SEQ_CST))
		usleep(100);
	return other_thread;
}

static void *take_down(void *arg)
{
	tell_thread();
	result = cpu_down(*(unsigned int *)arg);
	reach(9);
	return NULL;
}

static unsigned int spare = SPARE;

static void reader_keeps_a_cpu_from_going(void *arg)
{
	pthread_t thread;

	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	get_online_cpus();
	thread = start(take_down, &spare);
	child_expect(await_sleep_of(await_thread()) && cpu_online(SPARE));
	/* a reader inside of a reader's section does not wait for who waits for it */
	get_online_cpus();
	child_expect(try_get_online_cpus());
	put_online_cpus();
	put_online_cpus();
	usleep(10000);
	child_expect(cpu_online(SPARE) && !is_reached(9));
	put_online_cpus();
	pthread_join(thread, NULL);
	child_expect(result == 0 && !cpu_online(SPARE));
}

/* --- while a CPU goes --- */

static void *read_once(void *arg)
{
	(void)arg;
	tell_thread();
	child_expect(!try_get_online_cpus());
	cpus_read_lock();
	child_expect(is_reached(5));
	cpus_read_unlock();
	reach(9);
	return NULL;
}

static pthread_t reader;
static int go_slowly(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	(void)cpu;
	if (event == CPU_DOWN_PREPARE) {
		reader = start(read_once, NULL);
		child_expect(await_sleep_of(await_thread()) && !is_reached(9));
		/* the writer may */
		get_online_cpus();
		child_expect(try_get_online_cpus());
		put_online_cpus();
		lockdep_assert_cpus_held();
		put_online_cpus();
		reach(5);
	}
	return NOTIFY_OK;
}

static void cpu_that_goes_keeps_readers_waiting(void *arg)
{
	(void)arg;
	plug_in_spares();
	records_keep(PERCPU_LOG_WARNING);
	child_expect(cpu_up(SPARE) == 0);
	hotcpu_notifier(go_slowly, 0);
	child_expect(cpu_down(SPARE) == 0);
	pthread_join(reader, NULL);
	child_expect(is_reached(9) && nr_records == 0);
}

/* CPU_POST_DEAD comes without the lock. */
static bool could_read;
static void *try_to_read(void *arg)
{
	(void)arg;
	could_read = cpus_read_trylock();
	if (could_read)
		cpus_read_unlock();
	return NULL;
}

static int look_at_lock(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	(void)cpu;
	if (event != CPU_DEAD && event != CPU_POST_DEAD)
		return NOTIFY_OK;
	pthread_join(start(try_to_read, NULL), NULL);
	child_expect(could_read == (event == CPU_POST_DEAD));
	return NOTIFY_OK;
}

static void post_dead_comes_when_readers_may_again(void *arg)
{
	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	hotcpu_notifier(look_at_lock, 0);
	child_expect(cpu_down(SPARE) == 0 && could_read);
}

/* --- without a begin --- */

static void put_without_get_is_a_warning(void *arg)
{
	(void)arg;
	plug_in_spares();
	records_keep(PERCPU_LOG_WARNING);
	put_online_cpus();
	child_expect(nr_records == 1 && records[0].level == PERCPU_LOG_WARNING);
	/* the count is what it was */
	get_online_cpus();
	put_online_cpus();
	child_expect(cpu_up(SPARE) == 0 && nr_records == 1);
}

static void assertion_says_where_once(void *arg)
{
	(void)arg;
	records_keep(PERCPU_LOG_WARNING);
	for (int i = 0; i < 3; i++)
		lockdep_assert_cpus_held();
	child_expect(nr_records == 1 && record_says(0, "test_online_lock.c:"));
	cpus_read_lock();
	lockdep_assert_cpus_held();
	cpus_read_unlock();
	cpu_hotplug_begin();
	lockdep_assert_cpus_held();
	cpu_hotplug_done();
	child_expect(nr_records == 1);
}

static void reader_who_registers_is_warned_once(void *arg)
{
	static struct ear first = EAR('a', 0), second = EAR('b', 0);

	(void)arg;
	records_keep(PERCPU_LOG_WARNING);
	cpu_notifier_register_begin();
	cpus_read_lock();
	child_expect(__register_cpu_notifier(&first.nb) == 0 && nr_records == 0);
	child_expect(register_cpu_notifier(&first.nb) == -EEXIST && nr_records == 0);
	cpus_read_unlock();
	cpu_notifier_register_done();
	cpus_read_lock();
	child_expect(register_cpu_notifier(&second.nb) == 0);
	unregister_cpu_notifier(&second.nb);
	cpus_read_unlock();
	child_expect(nr_records == 1 && record_says(0, "inside of cpus_read_lock()"));
}

/* Whoever changes the masks by himself. */
static void writer_keeps_readers_out(void *arg)
{
	(void)arg;
	plug_in_spares();
	cpu_maps_update_begin();
	cpus_write_lock();
	pthread_join(start(try_to_read, NULL), NULL);
	child_expect(!could_read);
	set_cpu_online(SPARE, true);
	cpus_write_unlock();
	cpu_maps_update_done();
	pthread_join(start(try_to_read, NULL), NULL);
	child_expect(could_read && cpu_down(SPARE) == 0);
}

static void write_inside(void *arg)
{
	(void)arg;
	cpus_read_lock();
	cpus_write_lock();
}

static void unlock_without_lock(void *arg)
{
	(void)arg;
	cpus_write_unlock();
}

static void writing_inside_of_a_readers_section_is_fatal(void **state)
{
	struct child_end end = child_run(write_inside, NULL);

	(void)state;
	assert_child_died_of(end, SIGABRT);
	end = child_run(unlock_without_lock, NULL);
	assert_child_died_of(end, SIGABRT);
}

static void *end_inside(void *arg)
{
	(void)arg;
	cpus_read_lock();
	cpus_read_lock();
	return NULL;
}

static void thread_that_ends_inside_is_inside_no_more(void *arg)
{
	(void)arg;
	plug_in_spares();
	records_keep(PERCPU_LOG_WARNING);
	pthread_join(start(end_inside, NULL), NULL);
	child_expect(nr_records == 1 && records[0].level == PERCPU_LOG_ERR);
	child_expect(record_says(0, "a thread ends between cpus_read_lock()"));
	child_expect(cpu_up(SPARE) == 0);
}

/* --- in a section --- */

static void read_in_a_section(void *arg)
{
	(void)arg;
	get_cpu();
	child_expect(cpus_read_trylock());
	cpus_read_unlock();
	cpus_read_lock();
}

static void register_in_a_section(void *arg)
{
	static struct ear ear = EAR('a', 0);

	(void)arg;
	get_cpu();
	register_cpu_notifier(&ear.nb);
}

static void waiting_in_a_section_is_fatal(void **state)
{
	struct child_end end = child_run(read_in_a_section, NULL);

	(void)state;
	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "cpus_read_lock() inside of a section"));
	end = child_run(register_in_a_section, NULL);
	assert_child_died_of(end, SIGABRT);
}

/* --- many --- */

static uint64_t nr_read[3];
static bool is_changing;

static void *read_often(void *arg)
{
	uint64_t *count = arg;

	while (!must_stop()) {
		cpus_read_lock();
		child_expect(!__atomic_load_n(&is_changing, __ATOMIC_RELAXED));
		tell(count, told(count) + 1);
		cpus_read_unlock();
		if (told(count) % 64 == 0)
			sched_yield();
	}
	return NULL;
}

static int change(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	(void)cpu;
	if (event == CPU_POST_DEAD)
		return NOTIFY_OK;
	__atomic_store_n(&is_changing, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 100; i++)
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(&is_changing, false, __ATOMIC_RELAXED);
	return NOTIFY_OK;
}

/* However many readers come, the writer gets its turn; and neither sees the other. */
static void readers_and_the_writer_exclude_each_other(void *arg)
{
	pthread_t threads[ARRAY_SIZE(nr_read)];

	(void)arg;
	plug_in_spares();
	hotcpu_notifier(change, 0);
	start_all(threads, ARRAY_SIZE(nr_read), read_often, nr_read, sizeof(nr_read[0]));
	child_expect(await_told(nr_read, ARRAY_SIZE(nr_read), 10));
	for (int i = 0; i < 200; i++) {
		child_expect(cpu_up(SPARE) == 0);
		child_expect(cpu_down(SPARE) == 0);
	}
	set_stop(true);
	join_all(threads, ARRAY_SIZE(nr_read));
}

/* Where there is no membarrier, readers have barriers of their own. */
static void so_they_do_without_membarrier(void *arg)
{
	if (pcpu_tier.sequences)
		return;
	pcpu_tier.threads_fence = false;
	readers_and_the_writer_exclude_each_other(arg);
}

/* --- sections --- */

static void *stay_in_a_section(void *arg)
{
	(void)arg;
	get_cpu();
	reach(1);
	await(2);
	usleep(10000);
	reach(3);
	put_cpu();
	return NULL;
}

static void sections_are_waited_for(void *arg)
{
	pthread_t thread = start(stay_in_a_section, NULL);

	(void)arg;
	await(1);
	reach(2);
	synchronize_sched();
	child_expect(is_reached(3));
	pthread_join(thread, NULL);
}

static void cpu_that_goes_waits_for_sections_on_it(void *arg)
{
	const unsigned int cpu = stay_here();
	pthread_t thread = start(stay_in_a_section, NULL);

	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	await(1);
	reach(2);
	child_expect(cpu_down(cpu) == 0 && is_reached(3));
	pthread_join(thread, NULL);
}

static void who_waits_in_a_section_is_named(void *arg)
{
	(void)arg;
	records_keep(PERCPU_LOG_WARNING);
	for (int i = 0; i < 3; i++)
		might_sleep();
	child_expect(nr_records == 0);
	get_cpu();
	for (int i = 0; i < 3; i++)
		might_sleep();
	put_cpu();
	child_expect(nr_records == 1 && record_says(0, "test_online_lock.c:"));
}

/* --- in a handler --- */

static volatile unsigned int nr_handled;
static void read_in_handler(int signo)
{
	(void)signo;
	if (cpus_read_trylock()) {
		nr_handled++;
		cpus_read_unlock();
	}
}

static uint64_t nr_interrupted;
static void *be_interrupted(void *arg)
{
	(void)arg;
	tell_thread();
	while (!must_stop()) {
		cpus_read_lock();
		cpus_read_unlock();
		tell(&nr_interrupted, told(&nr_interrupted) + 1);
	}
	return NULL;
}

static void handlers_read_between_any_two_steps(void *arg)
{
	struct patience patience = be_patient();
	pthread_t thread;

	(void)arg;
	plug_in_spares();
	signal(SIGUSR1, read_in_handler);
	thread = start(be_interrupted, NULL);
	child_expect(await_told(&nr_interrupted, 1, 1));
	for (int i = 0; i < 1000 || nr_handled < 10; i++) {
		pthread_kill(thread, SIGUSR1);
		child_expect(!is_out_of_patience(&patience));
	}
	set_stop(true);
	pthread_join(thread, NULL);
	/* everybody who went in has come out */
	child_expect(cpu_up(SPARE) == 0);
}

/* --- in a child --- */

static void *read_until_stopped(void *arg)
{
	(void)arg;
	cpus_read_lock();
	reach(1);
	while (!must_stop())
		usleep(1000);
	cpus_read_unlock();
	return NULL;
}

static void expect_child(void (*body)(void *), void *arg)
{
	struct child_end end = child_run(body, arg);

	child_expect(child_exited_with(&end, 0) || (dprintf(2, "%s", end.output), false));
}

static void change_in_child(void *arg)
{
	(void)arg;
	child_expect(cpu_down(SPARE) == 0 && cpu_up(SPARE) == 0);
}

static void put_and_change_in_child(void *arg)
{
	child_expect(cpu_down(SPARE) == -EDEADLK);
	cpus_read_unlock();
	records_keep(PERCPU_LOG_WARNING);
	change_in_child(arg);
	child_expect(nr_records == 0);
}

static void child_has_the_readers_section_of_its_thread_alone(void *arg)
{
	pthread_t thread;

	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	thread = start(read_until_stopped, NULL);
	await(1);
	expect_child(change_in_child, arg);
	cpus_read_lock();
	expect_child(put_and_change_in_child, arg);
	cpus_read_unlock();
	set_stop(true);
	pthread_join(thread, NULL);
	child_expect(cpu_down(SPARE) == 0);
}

/* It is forked while another thread takes a CPU down, which stays where it is in the child. */
static int stay_in_callback(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	(void)cpu;
	if (event == CPU_DOWN_PREPARE && !is_reached(3)) {
		reach(2);
		while (!is_reached(3))
			usleep(1000);
	}
	return NOTIFY_OK;
}

static void go_on_in_child(void *arg)
{
	(void)arg;
	reach(3);
	cpus_read_lock();
	cpus_read_unlock();
	child_expect(cpu_online(SPARE) && cpu_active(SPARE));
	child_expect(cpu_down(SPARE) == 0 && cpu_up(SPARE) == 0);
}

static void child_of_a_process_that_takes_a_cpu_down_goes_on(void *arg)
{
	pthread_t thread;

	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	hotcpu_notifier(stay_in_callback, 0);
	thread = start(take_down, &spare);
	await(2);
	expect_child(go_on_in_child, arg);
	reach(3);
	pthread_join(thread, NULL);
	child_expect(result == 0);
}

/* The same without the handlers of fork(). */
static void child_that_nobody_was_told_of_goes_on(void *arg)
{
	pthread_t thread;
	int status;
	pid_t child;

	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	hotcpu_notifier(stay_in_callback, 0);
	thread = start(take_down, &spare);
	await(2);
	child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0) {
		alarm(CHILD_SECONDS);
		go_on_in_child(arg);
		_exit(0);
	}
	child_expect(waitpid(child, &status, 0) == child && status == 0);
	reach(3);
	pthread_join(thread, NULL);
}

/* Who forks in a callback goes on with it in both processes. */
static pid_t forked;
static int fork_in_callback(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	(void)cpu;
	if (event == CPU_DEAD)
		forked = fork();
	return NOTIFY_OK;
}

static void callback_that_forks_is_in_both_processes(void *arg)
{
	int status = 0;

	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	hotcpu_notifier(fork_in_callback, 0);
	child_expect(cpu_down(SPARE) == 0 && !cpu_online(SPARE));
	cpus_read_lock();
	cpus_read_unlock();
	child_expect(cpu_up(SPARE) == 0);
	if (forked == 0)
		_exit(0);
	child_expect(waitpid(forked, &status, 0) == forked && status == 0);
}

/* With shared copies the counts are each process's own. */
static void sharing_processes_do_not_wait_for_each_other(void *arg)
{
	plug_in_spares();
	cpus_read_lock();
	if (percpu_share() != 0)
		return;
	cpus_read_unlock();
	child_expect(cpu_up(SPARE) == 0);
	cpus_read_lock();
	expect_child(put_and_change_in_child, arg);
	cpus_read_unlock();
	child_expect(cpu_down(SPARE) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(reader_keeps_a_cpu_from_going),
		child_test(cpu_that_goes_keeps_readers_waiting),
		child_test(post_dead_comes_when_readers_may_again),
		child_test(put_without_get_is_a_warning),
		child_test(assertion_says_where_once),
		child_test(writer_keeps_readers_out),
		cmocka_unit_test(writing_inside_of_a_readers_section_is_fatal),
		child_test(reader_who_registers_is_warned_once),
		child_test(thread_that_ends_inside_is_inside_no_more),
		cmocka_unit_test(waiting_in_a_section_is_fatal),
		child_test(readers_and_the_writer_exclude_each_other),
		child_test(so_they_do_without_membarrier),
		child_test(sections_are_waited_for),
		child_test(cpu_that_goes_waits_for_sections_on_it),
		child_test(who_waits_in_a_section_is_named),
		child_test(handlers_read_between_any_two_steps),
		child_test(child_has_the_readers_section_of_its_thread_alone),
		child_test(child_of_a_process_that_takes_a_cpu_down_goes_on),
		child_test(child_that_nobody_was_told_of_goes_on),
		child_test(callback_that_forks_is_in_both_processes),
		child_test(sharing_processes_do_not_wait_for_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
