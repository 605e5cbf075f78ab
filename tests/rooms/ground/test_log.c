/* SPDX-License-Identifier: MIT */
/* test_log.c - records for the log handler, and the end of the road. */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/records.h"

#include "ground/log.h"
#include "ground/signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static int release(void **state)
{
	(void)state;
	records_release();
	return 0;
}

static void handler_gets_what_is_as_urgent_as_its_level(void **state)
{
	(void)state;
	records_keep(PERCPU_LOG_WARNING);
	pcpu_log(PERCPU_LOG_INFO, "not %s", "this");
	pcpu_log(PERCPU_LOG_WARNING, "number %d", 7);
	pcpu_log(PERCPU_LOG_ERR, "this too");
	assert_int_equal(nr_records, 2);
	assert_string_equal(records[0].text, "number 7");
	assert_int_equal(records[0].level, PERCPU_LOG_WARNING);
	assert_int_equal(records[1].level, PERCPU_LOG_ERR);
}

static void record_is_wanted_if_it_would_be_heard(void **state)
{
	(void)state;
	records_keep(PERCPU_LOG_WARNING);
	assert_true(pcpu_log_wanted(PERCPU_LOG_ERR) && pcpu_log_wanted(PERCPU_LOG_WARNING));
	assert_false(pcpu_log_wanted(PERCPU_LOG_INFO));
}

static void level_alone_can_be_changed(void **state)
{
	(void)state;
	records_keep(PERCPU_LOG_WARNING);
	pcpu_log_set_level(PERCPU_LOG_INFO);
	pcpu_log(PERCPU_LOG_INFO, "heard");
	pcpu_log_set_level(PERCPU_LOG_ERR);
	pcpu_log(PERCPU_LOG_WARNING, "not heard");
	assert_int_equal(nr_records, 1);
	assert_true(record_says(0, "heard"));
}

static void message_that_is_too_long_is_cut(void **state)
{
	char text[PCPU_LOG_MAX + 100];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	records_keep(PERCPU_LOG_WARNING);
	pcpu_log(PERCPU_LOG_ERR, "%s", text);
	assert_int_equal(nr_records, 1);
	assert_int_equal(strlen(records[0].text), PCPU_LOG_MAX - 1);
}

static void log_without_a_handler(void *arg)
{
	(void)arg;
	pcpu_log(PERCPU_LOG_WARNING, "one warning");
	pcpu_log(PERCPU_LOG_INFO, "one hint");
}

static void warnings_go_to_standard_error_where_nobody_asked_for_them(void **state)
{
	struct child_end end = child_run(log_without_a_handler, NULL);

	(void)state;
	assert_child_was_content(end);
	assert_non_null(strstr(end.output, "one warning"));
	assert_null(strstr(end.output, "one hint"));
}

static void be_fatal(void *arg)
{
	pcpu_fatal("%s goes on", (const char *)arg);
}

static void fatal_message_is_the_end(void **state)
{
	struct child_end end = child_run(be_fatal, "nothing");

	(void)state;
	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "nothing goes on"));
}

static void exit_with_four(int signal)
{
	(void)signal;
	_exit(4);
}

static void be_fatal_with_signals_masked(void *arg)
{
	sigset_t saved;

	signal(SIGABRT, exit_with_four);
	pcpu_mask_signals(&saved);
	be_fatal(arg);
}

static void fatal_message_reaches_a_handler_of_the_signal_while_signals_are_masked(void **state)
{
	struct child_end end = child_run(be_fatal_with_signals_masked, "nothing");

	(void)state;
	assert_true(child_exited_with(&end, 4));
}

#define log_test(f) cmocka_unit_test_teardown(f, release)

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* first: no handler was set */
		cmocka_unit_test(warnings_go_to_standard_error_where_nobody_asked_for_them),
		log_test(handler_gets_what_is_as_urgent_as_its_level),
		log_test(record_is_wanted_if_it_would_be_heard),
		log_test(level_alone_can_be_changed),
		log_test(message_that_is_too_long_is_cut),
		log_test(fatal_message_is_the_end),
		log_test(fatal_message_reaches_a_handler_of_the_signal_while_signals_are_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
