/* SPDX-License-Identifier: MIT */
/*
 * test_configure.c - what a program says of the configuration, in time and later: each key as the
 * variable says it.
 *
 * Usage: test_configure [state]: prints what the configuration is. Then percpu_before_start() has
 * said what PERCPU_TEST_EARLY says, and main() what PERCPU_TEST_LATE says.
 */
#include "support/cmocka_all.h"
#include "support/wait_for.h"

#include "boot/conf/read_conf.h"
#include "machine/tier.h"

#include <percpu/configure.h>
#include <percpu/percpu.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECONDS 240

const char *percpu_conf = "debug:1";

/* --- the program that is configured --- */

static int early_result;

void percpu_before_start(void)
{
	early_result = percpu_configure(getenv("PERCPU_TEST_EARLY"));
}

static int print_state(void)
{
	const struct pcpu_conf *conf = &pcpu_conf;
	const int late_result = percpu_configure(getenv("PERCPU_TEST_LATE"));

	printf("results %d %d\n", early_result, late_result);
	printf("log %d backend %d index %d strict %d selftest %d fc %d max_size %zu\n",
	       conf->log_level, conf->backend, conf->index, conf->strict, conf->selftest, conf->fc,
	       conf->max_size);
	printf("populate %d place %d cache %d shared %d debug %d possible %u topology %s\n",
	       conf->populate_eager, conf->place_elsewhere, conf->cache, conf->shared, conf->debug,
	       conf->possible, conf->topology);
	printf("publish %d tools %d\n", conf->publish, conf->tools);
	printf("sequences %d; %d %d; %u CPUs\n", (int)pcpu_tier.sequences, (int)pcpu_tier.index,
	       (int)pcpu_tier.shared, num_possible_cpus());
	fflush(stdout);
	percpu_log(PERCPU_LOG_INFO, "infos are heard");
	return 0;
}

/* --- running it --- */

struct run {
	const char *variable, *early, *late;
};

static char state[4096], other_state[4096];

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void be_the_program(const struct run *run, int to)
{
	dup2(to, STDOUT_FILENO);
	dup2(to, STDERR_FILENO);
	set("PERCPU_CONF", run->variable);
	set("PERCPU_TEST_EARLY", run->early);
	set("PERCPU_TEST_LATE", run->late);
	execl("/proc/self/exe", "test_configure", "state", (char *)NULL);
	_exit(99);
}

/* What it prints and logs, to @into; 0, or how it ends. */
static int run_into(char *into, const struct run *run)
{
	FILE *file = tmpfile();
	size_t len;
	pid_t child;
	int status;

	assert_non_null(file);
	child = fork();
	if (child == 0)
		be_the_program(run, fileno(file));
	assert_true(child > 0);
	status = wait_for(child, SECONDS);
	rewind(file);
	len = fread(into, 1, sizeof(state) - 1, file);
	into[len] = '\0';
	fclose(file);
	return status;
}

#define RUN(...) run_into(state, &(const struct run){__VA_ARGS__})

static void assert_says(const char *text)
{
	if (!strstr(state, text))
		fail_msg("no \"%s\" in\n%s", text, state);
}

static void assert_says_not(const char *text)
{
	if (strstr(state, text))
		fail_msg("\"%s\" in\n%s", text, state);
}

/* --- in time --- */

static const char *const settings[] = {
	"log:info",
	"log:emerg",
	"backend:fallback",
	"backend:rseq",
	"index:mm_cid",
	"strict:yes",
	"selftest:yes",
	"selftest:no",
	"alloc:page",
	"max_size:1M",
	"populate:eager",
	"place:elsewhere",
	"cache:off",
	"publish:no",
	"tools:no",
	"shared:yes",
	"debug:2",
	"possible:77",
	"topology:\"numa:2 pu:2\"",
	"log:info,possible:9,backend:fallback",
};

static void each_key_is_among_them(void **unused)
{
	const char *key;

	(void)unused;
	for (size_t n = 0; (key = pcpu_conf_key(n)); n++) {
		bool is_there = false;

		for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
			is_there |= strncmp(settings[i], key, strlen(key)) == 0;
		if (!is_there)
			fail_msg("%s is not tested", key);
	}
}

/* Not what the boot has to say: that a self-test did not get its time, for instance. */
static const char *after_the_boot(const char *of)
{
	const char *results = strstr(of, "results ");

	assert_non_null(results);
	return results;
}

static void each_key_does_the_same_as_the_variable(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const struct run by_variable = {.variable = settings[i]};

		assert_int_equal(RUN(.early = settings[i]), 0);
		assert_int_equal(run_into(other_state, &by_variable), 0);
		assert_string_equal(after_the_boot(state), after_the_boot(other_state));
		assert_says("results 0 0\n");
	}
}

static void what_a_program_defines_is_read(void **unused)
{
	(void)unused;
	assert_int_equal(RUN(.early = NULL), 0);
	assert_says(" debug 1 ");
	assert_says_not("infos are heard");
}

static void later_ones_win(void **unused)
{
	(void)unused;
	assert_int_equal(RUN(.early = "debug:2,possible:5"), 0);
	assert_says(" debug 2 possible 5 ");
	assert_int_equal(RUN(.early = "debug:2,possible:5", .variable = "possible:6"), 0);
	assert_says(" debug 2 possible 6 ");
	assert_int_equal(RUN(.variable = "debug:0"), 0);
	assert_says(" debug 0 ");
}

static void what_is_wrong_changes_nothing_and_is_said(void **unused)
{
	(void)unused;
	assert_int_equal(RUN(.early = "possible:5,max_size:1G"), 0);
	assert_says("percpu_configure(): max_size cannot be \"1G\"");
	assert_says("results -22 0\n");
	assert_says(" possible 0 ");
	assert_int_equal(RUN(.early = "colour:red,possible:5"), 0);
	assert_says("percpu_configure(): there is no key \"colour\"");
	assert_says("results -22 0\n");
	assert_int_equal(RUN(.late = "log:loud"), 0);
	assert_says("percpu_configure(): log cannot be \"loud\"");
	assert_says("results 0 -22\n");
}

static void strict_is_as_strict(void **unused)
{
	(void)unused;
	assert_int_not_equal(RUN(.early = "index:mm_cid,strict:yes,backend:fallback"), 0);
	assert_says("index:mm_cid,strict:yes, but it is not to be had");
}

/* --- later --- */

static void the_level_of_the_log_changes_at_any_time(void **unused)
{
	(void)unused;
	assert_int_equal(RUN(.late = "log:info"), 0);
	assert_says("results 0 0\n");
	assert_says("infos are heard");
}

static void copies_can_be_shared_later(void **unused)
{
	(void)unused;
	assert_int_equal(RUN(.late = "shared:yes"), 0);
	assert_says("results 0 0\n");
	assert_says(" shared 1 ");
	assert_says("; 0 1; ");
	assert_int_equal(RUN(.early = "index:mm_cid", .late = "shared:yes"), 0);
	if (!strstr(state, "index:mm_cid is not to be had"))
		assert_says("results 0 -95\n");
	assert_int_equal(RUN(.variable = "shared:yes", .late = "shared:yes"), 0);
	assert_says("results 0 0\n");
}

static void what_is_so_already_may_be_asked_for(void **unused)
{
	(void)unused;
	assert_int_equal(RUN(.early = "backend:fallback", .late = "backend:fallback,strict:yes"),
			 0);
	assert_says("results 0 0\n");
	assert_says(" strict 1 ");
	assert_int_equal(RUN(.late = "max_size:32K,cache:on,debug:1,backend:auto,index:cpu_id"), 0);
	assert_says("results 0 0\n");
}

static void the_rest_is_refused_as_a_whole(void **unused)
{
	static const char *const late[] = {
		"alloc:page",   "max_size:1M",  "populate:eager", "place:elsewhere",
		"cache:off",    "debug:2",      "possible:77",    "topology:\"numa:2 pu:2\"",
		"selftest:yes", "index:mm_cid", "backend:rseq",   "publish:no",
		"tools:no",
	};
	char text[100], said[100];

	(void)unused;
	for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
		snprintf(text, sizeof(text), "log:info,%s", late[i]);
		snprintf(said, sizeof(said), "percpu_configure(): %.*s cannot be changed after",
			 (int)strcspn(late[i], ":"), late[i]);
		assert_int_equal(RUN(.early = "backend:fallback", .late = text), 0);
		assert_says("results 0 -16\n");
		assert_says(said);
		assert_says_not("infos are heard");
	}
}

static void what_the_variable_says_stays(void **unused)
{
	(void)unused;
	assert_int_equal(RUN(.variable = "log:warning,possible:4", .late = "log:info,possible:5"),
			 0);
	assert_says("results 0 0\n");
	assert_says(" possible 4 ");
	assert_says_not("infos are heard");
	assert_int_equal(RUN(.variable = "possible:4,log:info", .late = "possible:5"), 0);
	assert_says("percpu_configure(): possible stays as PERCPU_CONF says");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_is_among_them),
		cmocka_unit_test(each_key_does_the_same_as_the_variable),
		cmocka_unit_test(what_a_program_defines_is_read),
		cmocka_unit_test(later_ones_win),
		cmocka_unit_test(what_is_wrong_changes_nothing_and_is_said),
		cmocka_unit_test(strict_is_as_strict),
		cmocka_unit_test(the_level_of_the_log_changes_at_any_time),
		cmocka_unit_test(copies_can_be_shared_later),
		cmocka_unit_test(what_is_so_already_may_be_asked_for),
		cmocka_unit_test(the_rest_is_refused_as_a_whole),
		cmocka_unit_test(what_the_variable_says_stays),
	};

	if (argc == 2 && !strcmp(argv[1], "state"))
		return print_state();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
