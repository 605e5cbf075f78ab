/* SPDX-License-Identifier: MIT */
/*
 * test_preempt_check.c - the checks of debug builds: __this_cpu_X(), this_cpu_ptr() and
 * smp_processor_id() where another thread can come in between, and pinned_cpu_X() in threads that
 * are not pinned, or not any more where they were pinned.
 */
#define CONFIG_DEBUG_PREEMPT /* PERCPU_DEBUG_PREEMPT, in the kernel's words */

#include "support/cpus.h"
#include "support/fact.h"
#include "support/tier.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static DEFINE_PER_CPU(uint64_t, number);

static unsigned int reports;
static char report[256];

static void keep_report(enum percpu_log_level level, const char *message)
{
	if (level != PERCPU_LOG_ERR)
		return;
	reports++;
	snprintf(report, sizeof(report), "%.255s", message);
}

static int start_listening(void **state)
{
	(void)state;
	reports = 0;
	report[0] = '\0';
	percpu_set_log_handler(keep_report, PERCPU_LOG_ERR);
	return 0;
}

static int stop_listening(void **state)
{
	(void)state;
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
	go_anywhere();
	return 0;
}

#define EXPECT_REPORT(call, name)                                                          \
	do {                                                                               \
		reports = 0;                                                               \
		call;                                                                      \
		if (reports != 1 || !strstr(report, "BUG: using " name " in preemptible")) \
			fail_msg(#call ": %u reports, the last is: %s", reports, report);  \
	} while (0)

static void all_checked_calls(void)
{
	uint64_t old = 0;

	(void)smp_processor_id();
	(*this_cpu_ptr(&number))++;
	(void)__this_cpu_read(number);
	__this_cpu_write(number, 1);
	__this_cpu_add(number, 1);
	__this_cpu_sub(number, 1);
	__this_cpu_inc(number);
	__this_cpu_dec(number);
	__this_cpu_and(number, 3);
	__this_cpu_or(number, 3);
	(void)__this_cpu_add_return(number, 1);
	(void)__this_cpu_xchg(number, 1);
	(void)__this_cpu_cmpxchg(number, 1, 2);
	(void)__this_cpu_try_cmpxchg(number, &old, 2);
}
#define NR_CHECKED 14

static void use_outside_of_a_section_is_reported_by_name(void **state)
{
	(void)state;
	if (lacks_cpus()) {
		skip();
		return;
	}
	EXPECT_REPORT((void)smp_processor_id(), "smp_processor_id()");
	EXPECT_REPORT((void)this_cpu_ptr(&number), "this_cpu_ptr()");
	EXPECT_REPORT((void)my_cpu_offset, "my_cpu_offset");
	EXPECT_REPORT((void)__get_cpu_var(number), "this_cpu_ptr()");
	EXPECT_REPORT(__this_cpu_preempt_check("add"), "__this_cpu_add()");
	EXPECT_REPORT((void)__this_cpu_read(number), "__this_cpu_read()");
	EXPECT_REPORT(__this_cpu_write(number, 1), "__this_cpu_write()");
	EXPECT_REPORT(__this_cpu_inc(number), "__this_cpu_add()");
	EXPECT_REPORT(__this_cpu_and(number, 1), "__this_cpu_and()");
	EXPECT_REPORT(__this_cpu_or(number, 1), "__this_cpu_or()");
	EXPECT_REPORT((void)__this_cpu_dec_return(number), "__this_cpu_add_return()");
	EXPECT_REPORT((void)__this_cpu_xchg(number, 1), "__this_cpu_xchg()");
	EXPECT_REPORT((void)__this_cpu_cmpxchg(number, 1, 2), "__this_cpu_cmpxchg()");
	reports = 0;
	all_checked_calls();
	assert_int_equal(reports, NR_CHECKED);
}

static void use_inside_of_a_section_is_not_reported(void **state)
{
	(void)state;
	preempt_disable();
	all_checked_calls();
	preempt_enable();
	assert_int_equal(reports, 0);
}

static DEFINE_PER_CPU(local_lock_t, lock);

static void use_inside_of_a_local_lock_is_not_reported(void **state)
{
	(void)state;
	local_lock(&lock);
	all_checked_calls();
	local_unlock(&lock);
	assert_int_equal(reports, 0);
}

static void use_where_the_thread_can_run_on_one_cpu_only_is_not_reported(void **state)
{
	(void)state;
	go_to(cpus[0]);
	all_checked_calls();
	assert_int_equal(reports, 0);
}

static void forms_without_a_check_are_not_reported(void **state)
{
	(void)state;
	(void)raw_smp_processor_id();
	(void)raw_cpu_ptr(&number);
	(void)__this_cpu_ptr(&number);
	(void)__raw_get_cpu_var(number);
	(void)__my_cpu_offset;
	raw_cpu_inc(number);
	this_cpu_inc(number);
	(void)this_cpu_cmpxchg(number, 1, 2);
	assert_int_equal(reports, 0);
}

static void checks_keep_errno(void **state)
{
	(void)state;
	errno = 1234;
	all_checked_calls();
	assert_int_equal(errno, 1234);
}

static void pinned_threads_are_not_reported(void **state)
{
	(void)state;
	if (!can_pin()) {
		skip();
		return;
	}
	assert_int_equal(percpu_thread_pin(cpus[0]), 0);
	all_checked_calls();
	pinned_cpu_inc(number);
	(void)pinned_cpu_xchg(number, 1);
	assert_int_equal(percpu_thread_unpin(), 0);
	assert_int_equal(reports, 0);
}

/* The report comes before the access, which faults. */
static const char *operate_unpinned(void)
{
	percpu_set_log_handler(NULL, PERCPU_LOG_ERR);
	pinned_cpu_inc(number);
	return "it has not faulted";
}

static void pinned_operations_of_a_thread_that_is_not_pinned_are_reported(void **state)
{
	struct fact_end end;

	(void)state;
	if (!can_pin()) {
		skip();
		return;
	}
	end = find_out(operate_unpinned);
	assert_true(WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGSEGV);
	if (!strstr(end.text, "BUG: using pinned_cpu_add() in a thread that is not pinned"))
		fail_msg("the child said: %s", end.text);
}

static void pinned_operations_after_a_change_of_affinity_are_reported(void **state)
{
	(void)state;
	if (!can_pin() || lacks_cpus()) {
		skip();
		return;
	}
	assert_int_equal(percpu_thread_pin(cpus[0]), 0);
	go_to(cpus[1]);
	pinned_cpu_inc(number);
	assert_int_equal(percpu_thread_unpin(), 0);
	assert_int_equal(reports, 1);
	if (!strstr(report, "in a thread that was pinned to CPU "))
		fail_msg("the report is: %s", report);
}

#define check_test(f) cmocka_unit_test_setup_teardown(f, start_listening, stop_listening)

int main(void)
{
	const struct CMUnitTest tests[] = {
		check_test(use_outside_of_a_section_is_reported_by_name),
		check_test(use_inside_of_a_section_is_not_reported),
		check_test(use_inside_of_a_local_lock_is_not_reported),
		check_test(use_where_the_thread_can_run_on_one_cpu_only_is_not_reported),
		check_test(forms_without_a_check_are_not_reported),
		check_test(checks_keep_errno),
		check_test(pinned_threads_are_not_reported),
		check_test(pinned_operations_of_a_thread_that_is_not_pinned_are_reported),
		check_test(pinned_operations_after_a_change_of_affinity_are_reported),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
