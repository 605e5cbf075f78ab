/* SPDX-License-Identifier: MIT */
/*
 * test_up_down.c - a CPU comes and goes: which events in which order, what the masks are at each,
 * what is returned, and who hears what if one of the steps fails.
 */
#include "support/ears.h"
#include "support/faults.h"
#include "support/records.h"

#include <percpu/watch.h>

#include <errno.h>
#include <sched.h>

static struct ear a = EAR('a', 10), b = EAR('b', 5), c = EAR('c', 0);

static void register_three(void)
{
	plug_in_spares();
	/* their order is that of their priorities */
	child_expect(register_cpu_notifier(&c.nb) == 0);
	child_expect(register_cpu_notifier(&a.nb) == 0);
	child_expect(register_cpu_notifier(&b.nb) == 0);
}

/* --- success --- */

static void expect_masks(unsigned int which, unsigned long event, bool online, bool active)
{
	child_expect(heard[which].event == event && heard[which].cpu == SPARE);
	child_expect(heard[which].present && heard[which].online == online);
	child_expect(heard[which].active == active);
}

static void masks_at_each_step_up(void *arg)
{
	(void)arg;
	plug_in_spares();
	child_expect(register_cpu_notifier(&a.nb) == 0);
	child_expect(!cpu_online(SPARE) && !cpu_active(SPARE));
	child_expect(cpu_up(SPARE) == 0);
	child_expect(nr_heard == 3);
	expect_masks(0, CPU_UP_PREPARE, false, false);
	expect_masks(1, CPU_STARTING, false, false);
	expect_masks(2, CPU_ONLINE, true, true);
	child_expect(cpu_online(SPARE) && cpu_active(SPARE));
}

static void masks_at_each_step_down(void *arg)
{
	(void)arg;
	plug_in_spares();
	child_expect(cpu_up(SPARE) == 0);
	child_expect(register_cpu_notifier(&a.nb) == 0);
	child_expect(cpu_down(SPARE) == 0);
	child_expect(nr_heard == 4);
	expect_masks(0, CPU_DOWN_PREPARE, true, true);
	expect_masks(1, CPU_DYING, false, false);
	expect_masks(2, CPU_DEAD, false, false);
	expect_masks(3, CPU_POST_DEAD, false, false);
	child_expect(!cpu_online(SPARE) && !cpu_active(SPARE));
	child_expect(cpu_present(SPARE) && cpu_possible(SPARE));
}

static void all_hear_of_it_in_the_order_of_priorities(void *arg)
{
	(void)arg;
	register_three();
	child_expect(cpu_up(SPARE) == 0 && heard_of(SPARE));
	child_expect_heard("a:UP_PREPARE b:UP_PREPARE c:UP_PREPARE a:STARTING b:STARTING "
			   "c:STARTING a:ONLINE b:ONLINE c:ONLINE");
	child_expect(cpu_down(SPARE) == 0 && heard_of(SPARE));
	child_expect_heard("a:DOWN_PREPARE b:DOWN_PREPARE c:DOWN_PREPARE a:DYING b:DYING c:DYING "
			   "a:DEAD b:DEAD c:DEAD a:POST_DEAD b:POST_DEAD c:POST_DEAD");
}

/* --- a notifier refuses --- */

static void who_refuses_up_does_not_hear_that_it_is_canceled(void *arg)
{
	(void)arg;
	register_three();
	b.refused = CPU_UP_PREPARE;
	b.answer = notifier_from_errno(-EXDEV);
	records_keep(PERCPU_LOG_WARNING);
	child_expect(cpu_up(SPARE) == -EXDEV);
	child_expect_heard("a:UP_PREPARE b:UP_PREPARE a:UP_CANCELED");
	child_expect(!cpu_online(SPARE) && !cpu_active(SPARE));
	child_expect(nr_records == 1 && records[0].level == PERCPU_LOG_WARNING);
	child_expect(record_says(0, "bring up CPU 198"));
}

static void who_refuses_down_does_not_hear_that_it_failed(void *arg)
{
	(void)arg;
	register_three();
	child_expect(cpu_up(SPARE) == 0);
	hear_nothing_so_far();
	b.refused = CPU_DOWN_PREPARE;
	b.answer = NOTIFY_BAD;
	records_keep(PERCPU_LOG_WARNING);
	child_expect(cpu_down(SPARE) == -EPERM);
	child_expect_heard("a:DOWN_PREPARE b:DOWN_PREPARE a:DOWN_FAILED");
	child_expect(cpu_online(SPARE) && cpu_active(SPARE));
	child_expect(nr_records == 1 && record_says(0, "take down CPU 198"));
	/* and can go later */
	b.refused = 0;
	child_expect(cpu_down(SPARE) == 0);
}

static void first_one_that_refuses_has_nobody_to_be_told(void *arg)
{
	(void)arg;
	register_three();
	a.refused = CPU_UP_PREPARE;
	a.answer = notifier_from_errno(-ENODEV);
	records_keep(PERCPU_LOG_ERR);
	child_expect(cpu_up(SPARE) == -ENODEV);
	child_expect_heard("a:UP_PREPARE");
}

/* A value above NOTIFY_OK without the stop bit: lost if another block follows. */
static void only_the_last_value_counts(void *arg)
{
	(void)arg;
	register_three();
	b.refused = CPU_UP_PREPARE;
	b.answer = NOTIFY_OK + ENODEV;
	child_expect(cpu_up(SPARE) == 0 && cpu_down(SPARE) == 0);
	b.refused = 0;
	c.refused = CPU_UP_PREPARE;
	c.answer = NOTIFY_OK + ENODEV;
	hear_nothing_so_far();
	records_keep(PERCPU_LOG_ERR);
	child_expect(cpu_up(SPARE) == -ENODEV);
	child_expect_heard("a:UP_PREPARE b:UP_PREPARE c:UP_PREPARE a:UP_CANCELED b:UP_CANCELED");
}

static void who_stops_the_chain_keeps_it_from_those_behind(void *arg)
{
	(void)arg;
	register_three();
	b.refused = CPU_ONLINE;
	b.answer = NOTIFY_STOP;
	child_expect(cpu_up(SPARE) == 0);
	child_expect_heard("a:UP_PREPARE b:UP_PREPARE c:UP_PREPARE a:STARTING b:STARTING "
			   "c:STARTING a:ONLINE b:ONLINE");
}

/* --- a hook fails --- */

static int hook_result;
static int answer(unsigned int cpu)
{
	child_expect(cpu == SPARE);
	return hook_result;
}

static void all_hear_that_it_is_canceled_when_the_cpu_does_not_start(void *arg)
{
	const struct percpu_cpu_hooks hooks = {.__cpu_up = answer};

	(void)arg;
	register_three();
	child_expect(percpu_set_cpu_hooks(&hooks) == NULL);
	hook_result = -EIO;
	child_expect(cpu_up(SPARE) == -EIO && !cpu_online(SPARE));
	child_expect_heard("a:UP_PREPARE b:UP_PREPARE c:UP_PREPARE a:UP_CANCELED b:UP_CANCELED "
			   "c:UP_CANCELED");
	/* the one that has stopped the chain, without an error, has heard of it */
	b.refused = CPU_UP_PREPARE;
	b.answer = NOTIFY_STOP;
	child_expect(cpu_up(SPARE) == -EIO);
	child_expect_heard("a:UP_PREPARE b:UP_PREPARE a:UP_CANCELED b:UP_CANCELED");
	hook_result = 0;
	child_expect(cpu_up(SPARE) == 0 && percpu_set_cpu_hooks(NULL) == &hooks);
}

static void cpu_that_cannot_be_disabled_stays_active(void *arg)
{
	const struct percpu_cpu_hooks hooks = {.__cpu_disable = answer};

	(void)arg;
	register_three();
	child_expect(cpu_up(SPARE) == 0);
	hear_nothing_so_far();
	percpu_set_cpu_hooks(&hooks);
	hook_result = -EAGAIN;
	child_expect(cpu_down(SPARE) == -EAGAIN);
	child_expect(nr_heard == 6 && heard[2].active && heard[3].event == CPU_DOWN_FAILED);
	child_expect(heard[3].online && heard[3].active);
	child_expect_heard("a:DOWN_PREPARE b:DOWN_PREPARE c:DOWN_PREPARE a:DOWN_FAILED "
			   "b:DOWN_FAILED c:DOWN_FAILED");
	child_expect(cpu_online(SPARE) && cpu_active(SPARE));
}

static unsigned int nr_heard_at_death;
static void note_death(unsigned int cpu)
{
	child_expect(cpu == SPARE && !cpu_online(SPARE));
	nr_heard_at_death = nr_heard;
}

static void cpu_dies_between_dying_and_dead(void *arg)
{
	const struct percpu_cpu_hooks hooks = {.__cpu_die = note_death};

	(void)arg;
	register_three();
	percpu_set_cpu_hooks(&hooks);
	child_expect(cpu_up(SPARE) == 0);
	hear_nothing_so_far();
	child_expect(cpu_down(SPARE) == 0 && nr_heard_at_death == 6);
	child_expect(heard[5].event == CPU_DYING && heard[6].event == CPU_DEAD);
}

static void no_idle_thread_is_no_event(void *arg)
{
	const struct percpu_cpu_hooks hooks = {.idle_thread_get = answer};

	(void)arg;
	register_three();
	percpu_set_cpu_hooks(&hooks);
	hook_result = -ENOMEM;
	child_expect(cpu_up(SPARE) == -ENOMEM && nr_heard == 0);
}

static void no_memory_is_no_event(void *arg)
{
	(void)arg;
	/* else it may be the watcher, at its first look, for whom there is none */
	percpu_watch_stop();
	register_three();
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	child_expect(cpu_up(SPARE) == -ENOMEM && faults_end() == 1 && nr_heard == 0);
	child_expect(cpu_up(SPARE) == 0);
}

/* --- what cannot be done --- */

static void wrong_cpus_are_refused(void *arg)
{
	const unsigned int up = (unsigned int)sched_getcpu();

	(void)arg;
	register_three();
	records_keep(PERCPU_LOG_ERR);
	child_expect(cpu_up(nr_cpu_ids) == -EINVAL && nr_records == 1);
	child_expect(records[0].level == PERCPU_LOG_ERR && record_says(0, "CPU 200"));
	child_expect(cpu_up(UINT32_MAX) == -EINVAL && nr_records == 2);
	child_expect(cpu_up(up) == -EINVAL);
	set_cpu_present(SPARE, false);
	child_expect(cpu_up(SPARE) == -EINVAL);
	child_expect(cpu_up(OTHER_SPARE) == 0);
	hear_nothing_so_far();
	child_expect(cpu_down(SPARE) == -EINVAL);
	child_expect(cpu_down(UINT32_MAX) == -EINVAL && cpu_down(nr_cpu_ids) == -EINVAL);
	child_expect(nr_heard == 0 && nr_records == 2);
}

static void last_cpu_stays(void *arg)
{
	unsigned int last = 0;

	(void)arg;
	register_three();
	records_keep(PERCPU_LOG_ERR);
	child_expect(cpu_up(SPARE) == 0);
	for (unsigned int cpu = 0; cpu < SPARE; cpu++)
		child_expect(!cpu_online(cpu) || cpu_down(cpu) == 0);
	child_expect(num_online_cpus() == 1);
	hear_nothing_so_far();
	child_expect(cpu_down(SPARE) == -EBUSY);
	/* that is looked at first, whichever CPU is named */
	child_expect(cpu_down(last) == -EBUSY && cpu_down(UINT32_MAX) == -EBUSY);
	child_expect(nr_heard == 0 && cpu_online(SPARE));
}

static void disabled_hotplug_refuses_both(void *arg)
{
	(void)arg;
	register_three();
	child_expect(cpu_up(SPARE) == 0);
	hear_nothing_so_far();
	cpu_hotplug_disable();
	child_expect(cpu_up(OTHER_SPARE) == -EBUSY && cpu_down(SPARE) == -EBUSY);
	child_expect(nr_heard == 0);
	/* a flag, and no count */
	cpu_hotplug_disable();
	cpu_hotplug_enable();
	child_expect(cpu_down(SPARE) == 0 && cpu_up(OTHER_SPARE) == 0);
}

static int errors_in_callback[2];
static int try_in_callback(struct notifier_block *nb, unsigned long event, void *data)
{
	(void)nb;
	if (event == CPU_ONLINE && (unsigned long)data == SPARE) {
		errors_in_callback[0] = cpu_up(OTHER_SPARE);
		errors_in_callback[1] = cpu_down(SPARE);
	}
	return NOTIFY_OK;
}

static void callbacks_and_readers_cannot_change_cpus(void *arg)
{
	(void)arg;
	plug_in_spares();
	records_keep(PERCPU_LOG_ERR);
	hotcpu_notifier(try_in_callback, 0);
	child_expect(cpu_up(SPARE) == 0);
	child_expect(errors_in_callback[0] == -EDEADLK && errors_in_callback[1] == -EDEADLK);
	cpus_read_lock();
	child_expect(cpu_down(SPARE) == -EDEADLK && cpu_up(OTHER_SPARE) == -EDEADLK);
	child_expect(disable_nonboot_cpus() == -EDEADLK);
	cpus_read_unlock();
	child_expect(nr_records == 5 && records_of_level(PERCPU_LOG_ERR) == 5);
	child_expect(cpu_down(SPARE) == 0);
}

/* --- errors that are fatal --- */

static void refuse_dead(void *arg)
{
	register_three();
	child_expect(cpu_up(SPARE) == 0);
	b.refused = *(unsigned long *)arg;
	b.answer = NOTIFY_BAD;
	cpu_down(SPARE);
}

static void refuse_down_failed(void *arg)
{
	const struct percpu_cpu_hooks hooks = {.__cpu_disable = answer};

	percpu_set_cpu_hooks(&hooks);
	hook_result = -EIO;
	refuse_dead(arg);
}

static void what_cannot_be_refused_is_fatal(void **state)
{
	unsigned long events[] = {CPU_DEAD, CPU_POST_DEAD, CPU_DOWN_FAILED};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(events); i++) {
		struct child_end end =
			child_run(i == 2 ? refuse_down_failed : refuse_dead, &events[i]);

		assert_child_died_of(end, SIGABRT);
		assert_non_null(strstr(end.output, "not to be refused"));
	}
}

/* --- as on the CPU, which is held --- */

static unsigned int here[2];
static long other_before;
static DEFINE_PER_CPU(long, counted);

static int look_where(struct notifier_block *nb, unsigned long event, void *data)
{
	(void)nb;
	if ((unsigned long)data == SPARE && event == CPU_STARTING)
		here[0] = smp_processor_id();
	if ((unsigned long)data == SPARE && event == CPU_DYING) {
		here[1] = smp_processor_id();
		/* what the kernel's notifiers do: nobody else is at these copies */
		other_before = __this_cpu_xchg(counted, 0);
		*per_cpu_ptr(&counted, 0) += other_before;
	}
	return NOTIFY_OK;
}

static void starting_and_dying_are_as_on_the_cpu(void *arg)
{
	(void)arg;
	plug_in_spares();
	hotcpu_notifier(look_where, 0);
	child_expect(cpu_up(SPARE) == 0 && here[0] == SPARE);
	*per_cpu_ptr(&counted, SPARE) = 5;
	child_expect(cpu_down(SPARE) == 0 && here[1] == SPARE);
	child_expect(other_before == 5 && per_cpu_sum(counted) == 5);
	child_expect(*per_cpu_ptr(&counted, SPARE) == 0);
}

/* --- what is in copies --- */

static void copies_keep_their_values(void *arg)
{
	struct percpu_counter counter;

	(void)arg;
	plug_in_spares();
	child_expect(percpu_counter_init(&counter, 7, GFP_KERNEL) == 0);
	child_expect(cpu_up(SPARE) == 0);
	*per_cpu_ptr(&counted, SPARE) = 41;
	child_expect(percpu_remote_begin(SPARE) == 0);
	percpu_counter_add(&counter, 3);
	percpu_remote_end(SPARE);
	child_expect(cpu_down(SPARE) == 0);
	child_expect(*per_cpu_ptr(&counted, SPARE) == 41 && per_cpu_sum(counted) == 41);
	child_expect(percpu_counter_sum(&counter) == 10);
	/* a thread may still be there, and counts */
	child_expect(percpu_remote_begin(SPARE) == 0);
	__this_cpu_inc(counted);
	percpu_counter_add(&counter, 1);
	percpu_remote_end(SPARE);
	child_expect(per_cpu_sum(counted) == 42 && percpu_counter_sum(&counter) == 11);
	child_expect(cpu_up(SPARE) == 0);
	child_expect(*per_cpu_ptr(&counted, SPARE) == 42 && percpu_counter_sum(&counter) == 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(masks_at_each_step_up),
		child_test(masks_at_each_step_down),
		child_test(all_hear_of_it_in_the_order_of_priorities),
		child_test(who_refuses_up_does_not_hear_that_it_is_canceled),
		child_test(who_refuses_down_does_not_hear_that_it_failed),
		child_test(first_one_that_refuses_has_nobody_to_be_told),
		child_test(only_the_last_value_counts),
		child_test(who_stops_the_chain_keeps_it_from_those_behind),
		child_test(all_hear_that_it_is_canceled_when_the_cpu_does_not_start),
		child_test(cpu_that_cannot_be_disabled_stays_active),
		child_test(cpu_dies_between_dying_and_dead),
		child_test(no_idle_thread_is_no_event),
		child_test(no_memory_is_no_event),
		child_test(wrong_cpus_are_refused),
		child_test(last_cpu_stays),
		child_test(disabled_hotplug_refuses_both),
		child_test(callbacks_and_readers_cannot_change_cpus),
		cmocka_unit_test(what_cannot_be_refused_is_fatal),
		child_test(starting_and_dying_are_as_on_the_cpu),
		child_test(copies_keep_their_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
