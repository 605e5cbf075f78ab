/* SPDX-License-Identifier: MIT */
/*
 * test_section_end.c - sections that something comes into or cuts off: signals, at any instruction
 * and in storms; threads that end, are cancelled, or vanish; fork.
 */
#include "support/clock.h"
#include "support/cpus.h"
#include "support/fact.h"
#include "support/patience.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"
#include "support/wait_for.h"

#include "raw_syscall.h"
#include "cpu/hold.h"
#include "cpu/mark.h"
#include "cpu/self.h"
#include "machine/tier.h"

#include <percpu/percpu.h>

#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static DEFINE_PER_CPU(uint64_t, plain);      /* changed in sections */
static DEFINE_PER_CPU(uint64_t, in_handler); /* changed in sections of signal handlers */
static DEFINE_PER_CPU(uint64_t, counted);    /* by operations */

struct locked {
	local_lock_t lock;
	uint64_t number;
};
static DEFINE_PER_CPU(struct locked, locked);

static void add_in_a_section(uint64_t __percpu *to)
{
	volatile uint64_t *copy = get_cpu_ptr(to);

	*copy = *copy + 1;
	put_cpu_ptr(to);
}

/* --- storms of signals --- */

#define STORMED_THREADS 4
#define CALM_THREADS 2
#define SIGNALS 5000 /* to each thread */

static __thread volatile uint64_t handled, tangled;

/* A section in a section, or between the instructions that begin or end one. */
static void on_signal(int sig)
{
	unsigned int cpu;

	(void)sig;
	handled++;
	this_cpu_inc(counted);
	add_in_a_section(&in_handler);
	cpu = get_cpu();
	if (percpu_remote_begin(cpu) != 0 || smp_processor_id() != cpu ||
	    this_cpu_ptr(&plain) != per_cpu_ptr(&plain, cpu))
		tangled++;
	else
		percpu_remote_end(cpu);
	(void)this_cpu_add_return(counted, 2);
	put_cpu();
	this_cpu_dec(counted);
}

struct stormed {
	uint64_t sections, signals, tangled;
	bool was_a_breeze;
};

static void *weather_a_storm(void *arg)
{
	struct patience patience = be_patient();
	struct contentment contentment = be_content_with(SIGNALS);
	struct stormed *stormed = arg;
	timer_t timer;

	handled = 0;
	timer = start_storm(on_signal);
	while (!are_enough(handled, &contentment) && !is_out_of_patience(&patience))
		for (int i = 0; i < 1000; i++) {
			unsigned int cpu = get_cpu();
			volatile uint64_t *copy = this_cpu_ptr(&plain);

			*copy = *copy + 1;
			add_in_a_section(&plain);
			if (get_cpu() != cpu)
				tangled++;
			put_cpu();
			put_cpu();
			stormed->sections += 2;
		}
	end_storm(timer);
	stormed->was_a_breeze = !are_enough(handled, &contentment);
	stormed->signals = handled;
	stormed->tangled = tangled;
	return NULL;
}

static void *be_calm(void *operations)
{
	uint64_t n;

	for (n = 0; !must_stop(); n++)
		this_cpu_inc(counted);
	*(uint64_t *)operations = n;
	return NULL;
}

static const char *storms_of_signals_lose_nothing_and_tangle_no_section(void)
{
	struct stormed stormed[STORMED_THREADS] = {{0}};
	uint64_t calm[CALM_THREADS], sections = 0, signals = 0, operations = 0;
	pthread_t threads[STORMED_THREADS], calm_threads[CALM_THREADS];

	start_all(calm_threads, CALM_THREADS, be_calm, calm, sizeof(calm[0]));
	start_all(threads, STORMED_THREADS, weather_a_storm, stormed, sizeof(stormed[0]));
	for (int i = 0; i < STORMED_THREADS; i++) {
		pthread_join(threads[i], NULL);
		sections += stormed[i].sections;
		signals += stormed[i].signals;
		if (stormed[i].tangled)
			return "a handler was not in the section that it had begun";
		if (stormed[i].was_a_breeze)
			return "the storm was a breeze";
	}
	set_stop(true);
	for (int i = 0; i < CALM_THREADS; i++) {
		pthread_join(calm_threads[i], NULL);
		operations += calm[i];
	}
	RETURN_IF_WRONG(differ("plain", per_cpu_sum(plain), sections));
	RETURN_IF_WRONG(differ("in_handler", per_cpu_sum(in_handler), signals));
	return differ("counted", per_cpu_sum(counted), operations + 2 * signals);
}

/* --- a signal at any one instruction --- */

/* What is done in order, which of these steps it is that signals come into, and how far. */
struct course {
	void (*steps[3])(void);
	int interrupted;
	long instructions;
};

/* A sequence that is stepped through is aborted and begun anew: no end is reached there. */
#define FAR 150
/* In the fallback tier, to where a local lock has been taken. */
#define FARTHER 400

static void count_a_signal(int sig)
{
	(void)sig;
	add_in_a_section(&in_handler);
	this_cpu_inc(counted);
}

static void get(void)
{
	get_cpu_var(plain)++;
}

static void put(void)
{
	put_cpu_var(plain);
}

static void operate(void)
{
	this_cpu_inc(plain);
}

static void lock(void)
{
	local_lock(&locked.lock);
	this_cpu_ptr(&locked)->number++;
}

static void unlock(void)
{
	local_unlock(&locked.lock);
}

static void hold(void)
{
	preempt_disable();
}

/* By few instructions: those behind the call are stepped through too. */
static inline void stop_myself(pid_t self)
{
	pcpu_raw_syscall(SYS_kill, self, SIGSTOP, 0, 0);
}

/* Stops before the step in question, and says whether all went well. */
static void __attribute__((__noreturn__)) be_stepped(const struct course *course)
{
	const pid_t self = getpid();
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	signal(SIGUSR1, count_a_signal);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	for (uint64_t i = 1;; i++) {
		for (int at = 0; at < 3 && course->steps[at]; at++) {
			if (at == course->interrupted)
				stop_myself(self);
			course->steps[at]();
		}
		sigprocmask(SIG_BLOCK, &usr1, NULL);
		if (per_cpu_sum(plain) != i || per_cpu_sum(in_handler) != per_cpu_sum(counted) ||
		    pcpu_held_cpu() >= 0 || __pcpu_self()->nested)
			_exit(1);
		sigprocmask(SIG_UNBLOCK, &usr1, NULL);
	}
}

/* Waits for a stop. Returns its signal, or -1 if the child has ended. */
static int stop_of(pid_t child, int *status)
{
	if (waitpid(child, status, 0) != child || !WIFSTOPPED(*status))
		return -1;
	return WSTOPSIG(*status);
}

/* A signal after @steps instructions, and on to the next stop. */
static bool interrupt_after(pid_t child, long steps, int *status)
{
	int sig = SIGTRAP;

	for (long i = 0; i < steps && sig == SIGTRAP; i++) {
		ptrace(PTRACE_SINGLESTEP, child, NULL, NULL);
		sig = stop_of(child, status);
	}
	if (sig != SIGTRAP)
		return sig == SIGSTOP;
	kill(child, SIGUSR1);
	while (sig == SIGTRAP || sig == SIGUSR1) {
		ptrace(PTRACE_CONT, child, NULL, sig == SIGUSR1 ? (void *)SIGUSR1 : NULL);
		sig = stop_of(child, status);
	}
	return sig == SIGSTOP;
}

static void assert_interruptible(const struct course *course)
{
	cpu_set_t before;
	long steps = 0;
	pid_t child;
	int status;

	/* the two take turns: on one CPU that is fastest */
	sched_getaffinity(0, sizeof(before), &before);
	go_to(cpus[0]);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		be_stepped(course);
	if (stop_of(child, &status) == SIGSTOP)
		while (steps < course->instructions && interrupt_after(child, steps, &status))
			steps++;
	sched_setaffinity(0, sizeof(before), &before);
	if (steps < course->instructions)
		fail_msg("a signal after %ld instructions: the child's status is %#x", steps,
			 (unsigned int)status);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
}

static void signals_may_come_at_any_instruction_that_begins_a_section(void **state)
{
	(void)state;
	assert_interruptible(&(struct course){{get, put}, 0, FAR});
}

static void signals_may_come_at_any_instruction_that_ends_a_section(void **state)
{
	(void)state;
	assert_interruptible(&(struct course){{get, put}, 1, FAR});
}

static void signals_may_come_at_any_instruction_of_an_operation(void **state)
{
	(void)state;
	assert_interruptible(&(struct course){{operate}, 0, FAR});
}

static void signals_may_come_at_any_instruction_of_a_holders_operation(void **state)
{
	(void)state;
	assert_interruptible(&(struct course){{hold, operate, put}, 1, FAR});
}

static void signals_may_come_at_any_instruction_that_takes_a_local_lock(void **state)
{
	(void)state;
	assert_interruptible(&(struct course){{lock, operate, unlock}, 0, FARTHER});
}

static void signals_may_come_at_any_instruction_that_gives_a_local_lock_back(void **state)
{
	(void)state;
	assert_interruptible(&(struct course){{operate, lock, unlock}, 2, FAR});
}

/* --- threads that end in a section --- */

static unsigned int reports;
static char report[256];

static DEFINE_PER_CPU(uint64_t, reported);

static void keep_report(enum percpu_log_level level, const char *message)
{
	if (level != PERCPU_LOG_ERR)
		return;
	reports++;
	this_cpu_inc(reported); /* on the CPU that is let go, perhaps */
	snprintf(report, sizeof(report), "%.255s", message);
}

static unsigned int left_cpu;

static void *return_in_a_section(void *arg)
{
	left_cpu = get_cpu();
	(void)get_cpu();
	return arg;
}

static void *exit_in_a_section(void *arg)
{
	left_cpu = get_cpu();
	pthread_exit(arg);
}

static void *be_cancelled_in_a_section(void *arg)
{
	left_cpu = get_cpu();
	reach(1);
	for (;;)
		pause();
	return arg;
}

static pid_t vanishing;

static void *vanish_in_a_section(void *arg)
{
	vanishing = (pid_t)syscall(SYS_gettid);
	left_cpu = get_cpu();
	(void)get_cpu();
	reach(1);
	syscall(SYS_exit, 0);
	return arg;
}

/* Not every C library's pthread_join() returns for such a thread. */
static void await_its_end(void)
{
	await(1);
	while (syscall(SYS_tgkill, getpid(), vanishing, 0) == 0)
		nap(0.001);
}

/* The CPU can be had again, by operations, sections, and visits; and its holder was reported. */
static const char *leave_by(void *(*body)(void *arg), const char *message)
{
	pthread_t thread;

	percpu_set_log_handler(keep_report, PERCPU_LOG_ERR);
	thread = start(body, NULL);
	if (body == be_cancelled_in_a_section) {
		await(1);
		pthread_cancel(thread);
	}
	if (body == vanish_in_a_section)
		await_its_end();
	else
		pthread_join(thread, NULL);
	/* there, so that the handler of the report counts on that CPU, which is the next one's */
	go_to(left_cpu);
	RETURN_UNLESS(percpu_remote_begin(left_cpu) == 0);
	percpu_remote_end(left_cpu);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		go_to(cpus[i]);
		this_cpu_inc(counted);
		add_in_a_section(&plain);
	}
	RETURN_IF_WRONG(differ("counted", per_cpu_sum(counted), nr_cpus));
	RETURN_IF_WRONG(differ("reports", reports, 1));
	RETURN_IF_WRONG(differ("reported", per_cpu_sum(reported), 1));
	if (strstr(report, message))
		return NULL;
	snprintf(trouble, sizeof(trouble), "the report is: %.200s", report);
	return trouble;
}

static const char *leave_by_return(void)
{
	return leave_by(return_in_a_section, "a thread ends inside of a section: CPU ");
}

static const char *leave_by_exit(void)
{
	return leave_by(exit_in_a_section, "a thread ends inside of a section: CPU ");
}

static const char *cpus_of_threads_that_are_cancelled_are_let_go_with_a_report(void)
{
	return leave_by(be_cancelled_in_a_section, "a thread ends inside of a section: CPU ");
}

static const char *cpus_of_threads_that_vanish_are_let_go_with_a_report(void)
{
	return leave_by(vanish_in_a_section, "ended inside of a section: CPU ");
}

static void cpus_of_threads_that_return_are_let_go_with_a_report(void **state)
{
	(void)state;
	assert_fact(leave_by_return);
	assert_fact(leave_by_exit);
}

static void *take_over(void *arg)
{
	await(1);
	go_to(*(unsigned int *)arg);
	this_cpu_inc(counted);
	add_in_a_section(&plain);
	/* by mm_cid, what was counted may be another number's, which nobody held */
	if (percpu_remote_begin(*(unsigned int *)arg))
		_exit(2);
	percpu_remote_end(*(unsigned int *)arg);
	_exit(reports == 1 && per_cpu_sum(counted) == 1 ? 0 : 1);
}

/* The first thread of a process stays there for signals until all have ended. */
static const char *cpu_of_a_first_thread_that_vanishes_is_let_go_with_a_report(void)
{
	percpu_set_log_handler(keep_report, PERCPU_LOG_ERR);
	if (percpu_remote_begin(cpus[0]))
		return "the CPU could not be had";
	start(take_over, &cpus[0]);
	reach(1);
	syscall(SYS_exit, 0);
	return NULL;
}

static void *end_in_order(void *arg)
{
	for (int i = 0; i < 100; i++)
		add_in_a_section(&plain);
	return arg;
}

static const char *threads_that_have_left_their_sections_end_without_a_report(void)
{
	percpu_set_log_handler(keep_report, PERCPU_LOG_ERR);
	for (int i = 0; i < 500; i++)
		pthread_join(start(end_in_order, NULL), NULL);
	RETURN_IF_WRONG(differ("reports", reports, 0));
	return differ("plain", per_cpu_sum(plain), 50000);
}

/* --- fork --- */

static void *hold_until_told(void *arg)
{
	unsigned int cpu = *(unsigned int *)arg;

	if (percpu_remote_begin(cpu))
		abort();
	reach_next();
	while (!must_stop())
		usleep(1000);
	(*per_cpu_ptr(&plain, cpu))++;
	percpu_remote_end(cpu);
	return NULL;
}

/* In the fallback tier: a handler that has interrupted an operation, and holds a CPU. */
static void *end_with_a_frozen_mark(void *arg)
{
	(void)arg;
	this_cpu_inc(counted);
	pcpu_self.mark->frozen = 1;
	return NULL;
}

static void *look_at_the_mark(void *frozen)
{
	this_cpu_inc(counted);
	*(unsigned int *)frozen = pcpu_self.mark->frozen;
	return NULL;
}

static const char *marks_of_ended_threads_are_as_new(void)
{
	unsigned int frozen = 2;

	SKIP_IF(pcpu_tier_has_sequences());
	pthread_join(start(end_with_a_frozen_mark, NULL), NULL);
	pthread_join(start(look_at_the_mark, &frozen), NULL);
	return differ("frozen", frozen, 0);
}

/* In the child, where the threads that hold the CPUs are not. */
static const char *use_all_cpus(void)
{
	for (unsigned int i = 0; i < nr_cpus; i++) {
		go_to(cpus[i]);
		this_cpu_inc(counted);
		add_in_a_section(&plain);
		RETURN_UNLESS(percpu_remote_begin(cpus[nr_cpus - 1 - i]) == 0);
		percpu_remote_end(cpus[nr_cpus - 1 - i]);
	}
	RETURN_IF_WRONG(differ("plain", per_cpu_sum(plain), nr_cpus));
	return differ("counted", per_cpu_sum(counted), nr_cpus);
}

static const char *children_find_the_cpus_free_that_the_parents_other_threads_hold(void)
{
	pthread_t threads[CPU_SETSIZE];
	int status;

	start_all(threads, nr_cpus, hold_until_told, cpus, sizeof(cpus[0]));
	await(nr_cpus);
	status = status_of_fork(use_all_cpus);
	set_stop(true);
	join_all(threads, nr_cpus);
	RETURN_IF_WRONG(differ("the child's status", (uint64_t)status, 0));
	return differ("plain", per_cpu_sum(plain), nr_cpus);
}

static unsigned int own_cpu;

static void *wait_for_the_end_of_the_section(void *arg)
{
	if (percpu_remote_begin(own_cpu))
		abort();
	*(bool *)arg = is_reached(2);
	percpu_remote_end(own_cpu);
	return NULL;
}

/* In the child: the section goes on, keeps out a new thread, and ends here as it does there. */
static const char *go_on_in_the_child(void)
{
	bool waited = false;
	pthread_t other;

	RETURN_UNLESS(pcpu_held_cpu() == (int)own_cpu && smp_processor_id() == own_cpu);
	(*this_cpu_ptr(&plain))++;
	other = start(wait_for_the_end_of_the_section, &waited);
	nap(0.02);
	put_cpu();
	RETURN_UNLESS(pcpu_held_cpu() == (int)own_cpu);
	reach(2);
	put_cpu();
	pthread_join(other, NULL);
	RETURN_UNLESS(waited && pcpu_held_cpu() < 0);
	add_in_a_section(&plain);
	return differ("plain", per_cpu_sum(plain), 2);
}

static const char *sections_that_fork_go_on_in_both_processes(void)
{
	int status;

	own_cpu = get_cpu();
	(void)get_cpu();
	status = status_of_fork(go_on_in_the_child);
	RETURN_IF_WRONG(differ("the child's status", (uint64_t)status, 0));
	RETURN_UNLESS(pcpu_held_cpu() == (int)own_cpu);
	put_cpu();
	put_cpu();
	RETURN_UNLESS(pcpu_held_cpu() < 0);
	return differ("plain", per_cpu_sum(plain), 0);
}

static void *fork_in_sections(void *arg)
{
	bool *good = arg;

	for (int i = 0; i < 30 && *good; i++) {
		pid_t child;

		preempt_disable();
		child = fork();
		(*this_cpu_ptr(&plain))++;
		preempt_enable();
		if (child == 0) {
			add_in_a_section(&plain);
			this_cpu_inc(counted);
			_exit(0);
		}
		*good = child > 0 && wait_for(child, DEADLOCK_SECONDS / 2) == 0;
	}
	return NULL;
}

static const char *forks_in_sections_while_others_count_deadlock_nobody(void)
{
	pthread_t threads[3], calm_thread;
	bool good[3] = {true, true, true};
	uint64_t calm;

	calm_thread = start(be_calm, &calm);
	start_all(threads, 3, fork_in_sections, good, sizeof(good[0]));
	join_all(threads, 3);
	set_stop(true);
	pthread_join(calm_thread, NULL);
	RETURN_UNLESS(good[0] && good[1] && good[2]);
	RETURN_IF_WRONG(differ("plain", per_cpu_sum(plain), 90));
	return differ("counted", per_cpu_sum(counted), calm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(storms_of_signals_lose_nothing_and_tangle_no_section),
		cmocka_unit_test(signals_may_come_at_any_instruction_that_begins_a_section),
		cmocka_unit_test(signals_may_come_at_any_instruction_that_ends_a_section),
		cmocka_unit_test(signals_may_come_at_any_instruction_of_an_operation),
		cmocka_unit_test(signals_may_come_at_any_instruction_of_a_holders_operation),
		cmocka_unit_test(signals_may_come_at_any_instruction_that_takes_a_local_lock),
		cmocka_unit_test(signals_may_come_at_any_instruction_that_gives_a_local_lock_back),
		cmocka_unit_test(cpus_of_threads_that_return_are_let_go_with_a_report),
		fact_test(cpus_of_threads_that_are_cancelled_are_let_go_with_a_report),
		fact_test(cpus_of_threads_that_vanish_are_let_go_with_a_report),
		fact_test(cpu_of_a_first_thread_that_vanishes_is_let_go_with_a_report),
		fact_test(threads_that_have_left_their_sections_end_without_a_report),
		fact_test(marks_of_ended_threads_are_as_new),
		fact_test(children_find_the_cpus_free_that_the_parents_other_threads_hold),
		fact_test(sections_that_fork_go_on_in_both_processes),
		fact_test(forks_in_sections_while_others_count_deadlock_nobody),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
