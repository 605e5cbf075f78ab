/* SPDX-License-Identifier: MIT */
/*
 * test_states.c - states of hotplug: which callbacks are called for which CPU, where and in which
 * order, and what is undone if one of them fails.
 */
#include "support/cpus.h"
#include "support/ears.h"
#include "support/faults.h"
#include "support/records.h"

#include <percpu/cpuhotplug.h>

#include <errno.h>
#include <sched.h>

/* --- callbacks that write down what is done --- */

static char done[4096];
static size_t nr_done;
static char failing; /* the letter of the callback that fails: */
static int failure;
static unsigned int failing_cpu = SPARE;

static int note(char letter, unsigned int cpu)
{
	if (cpu == SPARE || cpu == OTHER_SPARE)
		nr_done += (size_t)snprintf(done + nr_done, sizeof(done) - nr_done, "%c%s ", letter,
					    cpu == SPARE ? "" : "'");
	return letter == failing && cpu == failing_cpu ? failure : 0;
}

#define CALLBACKS(up, down)                     \
	static int start_##up(unsigned int cpu) \
	{                                       \
		return note(#up[0], cpu);       \
	}                                       \
	static int stop_##up(unsigned int cpu)  \
	{                                       \
		return note(#down[0], cpu);     \
	}
CALLBACKS(a, A)
CALLBACKS(b, B)
CALLBACKS(c, C)
CALLBACKS(d, D)
CALLBACKS(e, E)

#define child_expect_done(expected)                                                       \
	do {                                                                              \
		if (strcmp(done, expected) != 0) {                                        \
			dprintf(STDERR_FILENO, "%s:%d: done %s\nexpected %s\n", __FILE__, \
				__LINE__, done, expected);                                \
			_exit(1);                                                         \
		}                                                                         \
		nr_done = 0;                                                              \
		done[0] = '\0';                                                           \
	} while (0)

static void have_fail(char letter, int err)
{
	failing = letter;
	failure = err;
}

static int prepare_b, online_d, online_e;

/* One of each kind, not in their order. */
static void set_up_five(void)
{
	plug_in_spares();
	online_d = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "d", start_d, stop_d);
	child_expect(cpuhp_setup_state(CPUHP_AP_STARTING_FIXED, "c", start_c, stop_c) == 0);
	child_expect(cpuhp_setup_state(CPUHP_BP_PREPARE_FIXED, "a", start_a, stop_a) == 0);
	prepare_b = cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "b", start_b, stop_b);
	online_e = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "e", start_e, stop_e);
	child_expect(prepare_b == CPUHP_BP_PREPARE_DYN && online_d == CPUHP_AP_ONLINE_DYN);
	child_expect(online_e == CPUHP_AP_ONLINE_DYN + 1);
	child_expect_done("");
}

/* --- a CPU comes and goes --- */

static void cpu_goes_through_all_states_and_back(void *arg)
{
	(void)arg;
	set_up_five();
	child_expect(cpu_up(SPARE) == 0);
	child_expect_done("a b c d e ");
	child_expect(cpu_down(SPARE) == 0);
	child_expect_done("E D C B A ");
}

static int note_event(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	return notifier_from_errno(note((char)('0' + event), (unsigned int)(unsigned long)cpu));
}

static void events_stand_among_the_states(void *arg)
{
	(void)arg;
	set_up_five();
	hotcpu_notifier(note_event, 0);
	child_expect(cpu_up(SPARE) == 0);
	child_expect_done("3 a b c : 2 d e ");
	child_expect(cpu_down(SPARE) == 0);
	child_expect_done("E D 5 8 C B A 7 9 ");
}

static void state_that_fails_to_prepare_has_those_before_it_undone(void *arg)
{
	(void)arg;
	set_up_five();
	hotcpu_notifier(note_event, 0);
	have_fail('b', -ENOSPC);
	child_expect(cpu_up(SPARE) == -ENOSPC && !cpu_online(SPARE));
	child_expect_done("3 a b A 4 ");
	have_fail(0, 0);
	child_expect(cpu_up(SPARE) == 0);
	child_expect_done("3 a b c : 2 d e ");
}

static void state_that_fails_online_has_the_cpu_go(void *arg)
{
	(void)arg;
	set_up_five();
	hotcpu_notifier(note_event, 0);
	have_fail('e', -EXDEV);
	records_keep(PERCPU_LOG_WARNING);
	child_expect(cpu_up(SPARE) == -EXDEV && !cpu_online(SPARE) && !cpu_active(SPARE));
	child_expect_done("3 a b c : 2 d e D 5 8 C B A 7 9 ");
	child_expect(nr_records == 1 && record_says(0, "bring up CPU 198"));
}

static void state_that_refuses_to_go_has_the_others_back(void *arg)
{
	(void)arg;
	set_up_five();
	hotcpu_notifier(note_event, 0);
	child_expect(cpu_up(SPARE) == 0);
	child_expect_done("3 a b c : 2 d e ");
	have_fail('D', -EBUSY);
	child_expect(cpu_down(SPARE) == -EBUSY && cpu_online(SPARE) && cpu_active(SPARE));
	child_expect_done("E D e ");
	/* and so has a notifier */
	have_fail('5', -EPERM);
	records_keep(PERCPU_LOG_ERR);
	child_expect(cpu_down(SPARE) == -EPERM && cpu_online(SPARE));
	child_expect_done("E D 5 d e ");
	have_fail(0, 0);
	child_expect(cpu_down(SPARE) == 0);
	child_expect_done("E D 5 8 C B A 7 9 ");
}

static void what_must_not_fail_is_only_reported(void *arg)
{
	(void)arg;
	set_up_five();
	records_keep(PERCPU_LOG_WARNING);
	have_fail('c', -EIO);
	child_expect(cpu_up(SPARE) == 0);
	child_expect_done("a b c d e ");
	child_expect(nr_records == 1 && record_says(0, "startup of \"c\""));
	have_fail('A', -EIO);
	child_expect(cpu_down(SPARE) == 0);
	child_expect_done("E D C B A ");
	child_expect(nr_records == 2 && record_says(1, "teardown of \"a\""));
}

/* --- setting up and removing --- */

static void cpus_that_are_up_are_started(void *arg)
{
	int state;

	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0 && cpu_up(OTHER_SPARE) == 0);
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", start_a, stop_a);
	child_expect(state == CPUHP_AP_ONLINE_DYN);
	child_expect_done("a a' ");
	child_expect(cpu_down(SPARE) == 0);
	child_expect_done("A ");
	cpuhp_remove_state(state);
	child_expect_done("A' ");
	child_expect(cpu_up(SPARE) == 0);
	child_expect_done("");
	state = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "b", start_b, stop_b);
	child_expect(state == CPUHP_BP_PREPARE_DYN);
	child_expect(cpu_down(SPARE) == 0);
	child_expect_done("B ");
	cpuhp_remove_state_nocalls(state);
	child_expect(cpu_down(OTHER_SPARE) == 0);
	child_expect_done("");
}

static void state_that_fails_for_one_cpu_is_not_set_up(void *arg)
{
	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0 && cpu_up(OTHER_SPARE) == 0);
	have_fail('a', -ENOMEM);
	failing_cpu = OTHER_SPARE;
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", start_a, stop_a) == -ENOMEM);
	child_expect_done("a a' A ");
	have_fail(0, 0);
	/* its place is free again */
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", start_a, stop_a) ==
		     CPUHP_AP_ONLINE_DYN);
}

static void wrong_states_are_refused(void *arg)
{
	(void)arg;
	child_expect(cpuhp_setup_state(CPUHP_OFFLINE, "a", start_a, NULL) == -EINVAL);
	child_expect(cpuhp_setup_state(CPUHP_ONLINE, "a", start_a, NULL) == -EINVAL);
	child_expect(cpuhp_setup_state(CPUHP_INVALID, "a", start_a, NULL) == -EINVAL);
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, NULL, start_a, NULL) == -EINVAL);
	/* the library's own */
	child_expect(cpuhp_setup_state(CPUHP_BRINGUP_CPU, "a", start_a, NULL) == -EBUSY);
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_FIXED, "a", NULL, stop_a) == 0);
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_FIXED, "b", NULL, stop_b) == -EBUSY);
	cpuhp_remove_state(CPUHP_AP_ONLINE_FIXED);
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_FIXED, "b", NULL, stop_b) == 0);
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", NULL, NULL) >= 0);
	faults_end();
}

static void dynamic_states_come_to_an_end(void *arg)
{
	const int nr = CPUHP_AP_ONLINE_DYN_END - CPUHP_AP_ONLINE_DYN + 1;

	(void)arg;
	records_keep(PERCPU_LOG_WARNING);
	for (int i = 0; i < nr; i++)
		child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", NULL, NULL) ==
			     CPUHP_AP_ONLINE_DYN + i);
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", NULL, NULL) == -ENOSPC);
	child_expect(nr_records == 1 && record_says(0, "all 41 are in use"));
	cpuhp_remove_state(CPUHP_AP_ONLINE_DYN + 7);
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", NULL, NULL) ==
		     CPUHP_AP_ONLINE_DYN + 7);
}

static void no_memory_sets_nothing_up(void *arg)
{
	(void)arg;
	/* the masks are there, the records of CPUs are not */
	plug_in_spares();
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", NULL, NULL) == -ENOMEM);
	child_expect(faults_end() == 1);
}

static void remove_no_state(void *arg)
{
	(void)arg;
	cpuhp_remove_state(CPUHP_BRINGUP_CPU);
}

static void removing_what_is_no_state_is_fatal(void **state)
{
	struct child_end end = child_run(remove_no_state, NULL);

	(void)state;
	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "no such state"));
}

static int nested_error, nested_up;
static int set_up_inside(unsigned int cpu)
{
	(void)cpu;
	nested_error = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "b", start_b, stop_b);
	nested_up = cpu_up(OTHER_SPARE);
	/* a reader inside of it waits for nobody */
	cpus_read_lock();
	lockdep_assert_cpus_held();
	cpus_read_unlock();
	return 0;
}

static void callbacks_set_up_nothing(void *arg)
{
	int state;

	(void)arg;
	plug_in_spares();
	records_keep(PERCPU_LOG_WARNING);
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", set_up_inside, NULL);
	child_expect(state == CPUHP_AP_ONLINE_DYN);
	child_expect(nested_error == -EDEADLK && nested_up == -EDEADLK);
	nested_error = nested_up = 0;
	child_expect(cpu_up(SPARE) == 0);
	child_expect(nested_error == -EDEADLK && nested_up == -EDEADLK);
	/* what is said is that, and nothing about readers */
	child_expect(nr_records == records_of_level(PERCPU_LOG_ERR) && nr_records >= 2);
}

/* --- instances --- */

struct instance {
	struct hlist_node node;
	char letter;
};

static int start_instance(unsigned int cpu, struct hlist_node *node)
{
	return note(hlist_entry_safe(node, struct instance, node)->letter, cpu);
}

static int stop_instance(unsigned int cpu, struct hlist_node *node)
{
	return note((char)(hlist_entry(node, struct instance, node)->letter - 'a' + 'A'), cpu);
}

static void instances_are_called_one_by_one(void *arg)
{
	struct instance x = {.letter = 'x'}, y = {.letter = 'y'}, z = {.letter = 'z'};
	int state;

	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	state = cpuhp_setup_state_multi(CPUHP_AP_ONLINE_DYN, "many", start_instance, stop_instance);
	child_expect(state == CPUHP_AP_ONLINE_DYN);
	child_expect(cpuhp_state_add_instance(state, &x.node) == 0);
	child_expect_done("x ");
	child_expect(cpuhp_state_add_instance_nocalls(state, &y.node) == 0);
	child_expect(cpuhp_state_add_instance(state, &z.node) == 0);
	child_expect_done("z ");
	child_expect(cpu_down(SPARE) == 0);
	child_expect_done("Z Y X ");
	child_expect(cpu_up(SPARE) == 0);
	child_expect_done("z y x ");
	child_expect(cpuhp_state_remove_instance(state, &y.node) == 0);
	child_expect_done("Y ");
	child_expect(cpuhp_state_remove_instance(state, &y.node) == -EINVAL);
	child_expect(cpuhp_state_remove_instance_nocalls(state, &z.node) == 0);
	child_expect_done("");
	child_expect(cpu_down(SPARE) == 0);
	child_expect_done("X ");
}

static void instance_that_fails_has_those_before_it_undone(void *arg)
{
	struct instance x = {.letter = 'x'}, y = {.letter = 'y'}, z = {.letter = 'z'};
	int state;

	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0 && cpu_up(OTHER_SPARE) == 0);
	state = cpuhp_setup_state_multi(CPUHP_AP_ONLINE_DYN, "many", start_instance, stop_instance);
	child_expect(cpuhp_state_add_instance_nocalls(state, &x.node) == 0);
	child_expect(cpuhp_state_add_instance_nocalls(state, &y.node) == 0);
	have_fail('z', -ENODEV);
	failing_cpu = OTHER_SPARE;
	child_expect(cpuhp_state_add_instance(state, &z.node) == -ENODEV);
	child_expect_done("z z' Z ");
	failing_cpu = SPARE;
	have_fail('X', -EBUSY);
	child_expect(cpu_down(SPARE) == -EBUSY);
	child_expect_done("Y X y ");
	have_fail(0, 0);
	child_expect(cpu_down(SPARE) == 0);
	child_expect_done("Y X ");
	have_fail('x', -ENOMEM);
	child_expect(cpu_up(SPARE) == -ENOMEM);
	child_expect_done("y x Y ");
	records_keep(PERCPU_LOG_WARNING);
	cpuhp_remove_multi_state(state);
	child_expect(nr_records == 1 && record_says(0, "instances left"));
	child_expect(cpuhp_state_add_instance(state, &z.node) == -EINVAL);
	child_expect(cpuhp_state_add_instance(-7, &z.node) == -EINVAL);
}

/* --- where callbacks run --- */

static bool was_here, was_masked, was_alone;
static pid_t was_thread;
static unsigned int expected_cpu;
static int look_around(unsigned int cpu)
{
	sigset_t mask;
	cpu_set_t set;

	if (cpu != expected_cpu)
		return 0;
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	was_masked = sigismember(&mask, SIGUSR1) && sigismember(&mask, SIGTERM);
	was_here = (unsigned int)sched_getcpu() == cpu;
	was_alone = sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) == 1;
	was_thread = gettid();
	return 0;
}

static void online_callbacks_run_on_the_cpu(void *arg)
{
	(void)arg;
	find_cpus();
	expected_cpu = cpus[nr_cpus - 1];
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", look_around, look_around) ==
		     CPUHP_AP_ONLINE_DYN);
	child_expect(was_here && was_masked && was_alone && was_thread != gettid());
	if (num_online_cpus() == 1)
		return;
	was_here = false;
	child_expect(cpu_down(expected_cpu) == 0 && was_here);
	was_here = false;
	child_expect(cpu_up(expected_cpu) == 0 && was_here && was_alone);
}

static void callbacks_of_prepare_run_in_the_caller(void *arg)
{
	(void)arg;
	find_cpus();
	plug_in_spares();
	expected_cpu = SPARE;
	child_expect(cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "a", look_around, NULL) >= 0);
	child_expect(cpu_up(SPARE) == 0 && was_thread == gettid() && !was_masked);
}

/* A CPU that is not there: the callback is called, by a thread that is elsewhere. */
static void callbacks_of_a_cpu_that_is_not_there_run_elsewhere(void *arg)
{
	(void)arg;
	plug_in_spares();
	expected_cpu = SPARE;
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", look_around, NULL) >= 0);
	child_expect(cpu_up(SPARE) == 0 && was_thread && was_thread != gettid() && !was_here);
}

static void caller_does_what_no_thread_can_be_had_for(void *arg)
{
	(void)arg;
	plug_in_spares();
	expected_cpu = SPARE;
	child_expect(cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "a", look_around, NULL) >= 0);
	records_keep(PERCPU_LOG_WARNING);
	faults_fail_all(PCPU_FAULT_THREAD);
	child_expect(cpu_up(SPARE) == 0 && faults_end() == 1 && was_thread == gettid());
	child_expect(nr_records == 1 && record_says(0, "no thread for CPU 198"));
}

static unsigned int this_cpu;
static int look_which(unsigned int cpu)
{
	if (cpu == SPARE)
		this_cpu = smp_processor_id();
	return 0;
}

static void starting_callbacks_run_holding_the_cpu(void *arg)
{
	(void)arg;
	plug_in_spares();
	child_expect(cpuhp_setup_state(CPUHP_AP_STARTING_FIXED, "a", look_which, look_which) == 0);
	child_expect(cpu_up(SPARE) == 0 && this_cpu == SPARE);
	this_cpu = 0;
	child_expect(cpu_down(SPARE) == 0 && this_cpu == SPARE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(cpu_goes_through_all_states_and_back),
		child_test(events_stand_among_the_states),
		child_test(state_that_fails_to_prepare_has_those_before_it_undone),
		child_test(state_that_fails_online_has_the_cpu_go),
		child_test(state_that_refuses_to_go_has_the_others_back),
		child_test(what_must_not_fail_is_only_reported),
		child_test(cpus_that_are_up_are_started),
		child_test(state_that_fails_for_one_cpu_is_not_set_up),
		child_test(wrong_states_are_refused),
		child_test(dynamic_states_come_to_an_end),
		child_test(no_memory_sets_nothing_up),
		cmocka_unit_test(removing_what_is_no_state_is_fatal),
		child_test(callbacks_set_up_nothing),
		child_test(instances_are_called_one_by_one),
		child_test(instance_that_fails_has_those_before_it_undone),
		child_test(online_callbacks_run_on_the_cpu),
		child_test(callbacks_of_prepare_run_in_the_caller),
		child_test(callbacks_of_a_cpu_that_is_not_there_run_elsewhere),
		child_test(caller_does_what_no_thread_can_be_had_for),
		child_test(starting_callbacks_run_holding_the_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
