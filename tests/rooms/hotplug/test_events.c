/* SPDX-License-Identifier: MIT */
/*
 * test_events.c - chains of notifiers: their order, their values, and who may be taken off when;
 * and the chain of CPUs.
 */
#include "support/ears.h"
#include "support/records.h"

#include <errno.h>

/* --- values --- */

static void values_carry_errors(void **state)
{
	(void)state;
	assert_int_equal(notifier_to_errno(NOTIFY_DONE), 0);
	assert_int_equal(notifier_to_errno(NOTIFY_OK), 0);
	assert_int_equal(notifier_to_errno(NOTIFY_STOP), 0);
	assert_int_equal(notifier_to_errno(NOTIFY_BAD), -EPERM);
	assert_int_equal(notifier_from_errno(0), NOTIFY_OK);
	for (int err = 1; err < 4096; err++) {
		assert_true(notifier_from_errno(-err) & NOTIFY_STOP_MASK);
		assert_int_equal(notifier_to_errno(notifier_from_errno(-err)), -err);
	}
}

/* --- a raw chain --- */

static struct ear a = EAR('a', 1), b = EAR('b', 5), c = EAR('c', 1), d = EAR('d', -7);
static struct raw_notifier_head chain;

static int tidy(void **state)
{
	(void)state;
	raw_notifier_chain_unregister(&chain, &a.nb);
	raw_notifier_chain_unregister(&chain, &b.nb);
	raw_notifier_chain_unregister(&chain, &c.nb);
	raw_notifier_chain_unregister(&chain, &d.nb);
	b.refused = 0;
	hear_nothing_so_far();
	return 0;
}

static int register_all(void **state)
{
	(void)state;
	return raw_notifier_chain_register(&chain, &d.nb) ||
	       raw_notifier_chain_register(&chain, &a.nb) ||
	       raw_notifier_chain_register(&chain, &b.nb) ||
	       raw_notifier_chain_register(&chain, &c.nb);
}

#define assert_heard(expected) assert_string_equal(all_heard(), expected)

static void higher_priorities_come_first_and_equal_ones_as_registered(void **state)
{
	(void)state;
	assert_int_equal(raw_notifier_call_chain(&chain, CPU_DEAD, NULL), NOTIFY_OK);
	assert_heard("b:DEAD a:DEAD c:DEAD d:DEAD");
}

static void no_more_are_called_than_asked_for(void **state)
{
	int nr_calls = 10;

	(void)state;
	assert_int_equal(__raw_notifier_call_chain(&chain, CPU_DEAD, NULL, 2, &nr_calls),
			 NOTIFY_OK);
	assert_heard("b:DEAD a:DEAD");
	assert_int_equal(nr_calls, 12);
	hear_nothing_so_far();
	assert_int_equal(__raw_notifier_call_chain(&chain, CPU_DEAD, NULL, 0, &nr_calls),
			 NOTIFY_DONE);
	assert_int_equal(nr_calls, 12);
	assert_int_equal(nr_heard, 0);
}

static void who_stops_is_counted(void **state)
{
	int nr_calls = 0;

	(void)state;
	a.refused = CPU_DEAD;
	a.answer = NOTIFY_STOP;
	assert_int_equal(__raw_notifier_call_chain(&chain, CPU_DEAD, NULL, -1, &nr_calls),
			 NOTIFY_STOP);
	assert_heard("b:DEAD a:DEAD");
	assert_int_equal(nr_calls, 2);
	a.refused = 0;
}

static void empty_chain_has_no_interest(void **state)
{
	static RAW_NOTIFIER_HEAD(empty);
	int nr_calls = 0;

	(void)state;
	assert_int_equal(__raw_notifier_call_chain(&empty, 1, NULL, -1, &nr_calls), NOTIFY_DONE);
	assert_int_equal(nr_calls, 0);
	assert_int_equal(raw_notifier_chain_unregister(&empty, &a.nb), -ENOENT);
}

static void what_is_no_block_is_refused(void **state)
{
	struct notifier_block none = {NULL, NULL, 0};

	(void)state;
	assert_int_equal(raw_notifier_chain_register(&chain, NULL), -EINVAL);
	assert_int_equal(raw_notifier_chain_register(&chain, &none), -EINVAL);
	assert_int_equal(raw_notifier_chain_register(&chain, &c.nb), -EEXIST);
	assert_int_equal(raw_notifier_chain_register(&chain, &b.nb), -EEXIST);
	raw_notifier_call_chain(&chain, CPU_DEAD, NULL);
	assert_heard("b:DEAD a:DEAD c:DEAD d:DEAD");
}

/* --- the chain of CPUs --- */

static int nr_left;
static int leave(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)event;
	(void)cpu;
	nr_left++;
	unregister_cpu_notifier(nb);
	return NOTIFY_OK;
}

static void callback_may_take_itself_off(void *arg)
{
	static struct notifier_block once = {leave, NULL, 3};

	(void)arg;
	plug_in_spares();
	child_expect(register_cpu_notifier(&once) == 0 && register_cpu_notifier(&a.nb) == 0);
	child_expect(cpu_up(SPARE) == 0 && nr_left == 1);
	child_expect_heard("a:UP_PREPARE a:STARTING a:ONLINE");
	child_expect(register_cpu_notifier(&once) == 0);
}

static int bring_in(struct notifier_block *nb, unsigned long event, void *cpu)
{
	(void)nb;
	(void)cpu;
	/* the thread that does something for another one, too */
	if (event == CPU_UP_PREPARE) {
		child_expect(register_cpu_notifier(&a.nb) == 0);
		child_expect(__register_cpu_notifier(&b.nb) == 0);
	}
	if (event == CPU_STARTING)
		__unregister_cpu_notifier(&b.nb);
	return NOTIFY_OK;
}

static void callback_may_bring_in_others(void *arg)
{
	(void)arg;
	plug_in_spares();
	/* a stands behind it, b before */
	cpu_notifier(bring_in, 2);
	child_expect(cpu_up(SPARE) == 0);
	child_expect_heard("b:STARTING a:STARTING a:ONLINE");
}

static void state_at_registration_is_not_told_again(void *arg)
{
	unsigned int nr = 0, cpu;

	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	cpu_notifier_register_begin();
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		nr += cpu_online(cpu);
	child_expect(__register_cpu_notifier(&a.nb) == 0 && nr == num_online_cpus());
	cpu_notifier_register_done();
	child_expect(nr_heard == 0);
	unregister_cpu_notifier(&b.nb);
	unregister_cpu_notifier(&a.nb);
	child_expect(cpu_down(SPARE) == 0 && nr_heard == 0);
}

static void register_without_begin(void *arg)
{
	(void)arg;
	__register_cpu_notifier(&a.nb);
}

static void unregister_without_begin(void *arg)
{
	(void)arg;
	__unregister_cpu_notifier(&a.nb);
}

static void done_without_begin(void *arg)
{
	(void)arg;
	cpu_maps_update_done();
}

static void registering_without_the_lock_is_fatal(void **state)
{
	struct child_end end = child_run(register_without_begin, NULL);

	(void)state;
	assert_child_died_of(end, SIGABRT);
	end = child_run(unregister_without_begin, NULL);
	assert_child_died_of(end, SIGABRT);
	end = child_run(done_without_begin, NULL);
	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "without cpu_maps_update_begin()"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_carry_errors),
		cmocka_unit_test_setup_teardown(
			higher_priorities_come_first_and_equal_ones_as_registered, register_all,
			tidy),
		cmocka_unit_test_setup_teardown(no_more_are_called_than_asked_for, register_all,
						tidy),
		cmocka_unit_test_setup_teardown(who_stops_is_counted, register_all, tidy),
		cmocka_unit_test(empty_chain_has_no_interest),
		cmocka_unit_test_setup_teardown(what_is_no_block_is_refused, register_all, tidy),
		child_test(callback_may_take_itself_off),
		child_test(callback_may_bring_in_others),
		child_test(state_at_registration_is_not_told_again),
		cmocka_unit_test(registering_without_the_lock_is_fatal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
