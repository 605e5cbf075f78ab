/* SPDX-License-Identifier: MIT */
/* test_metrics.c - series are registered once, counted exactly, and written as they should be. */
#include "ground/mem.h"

#include "support/child.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/threads.h"

#include <percpu/metrics.h>
#include <percpu/percpu.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct percpu_metrics *registry;

static int begin(void **state)
{
	(void)state;
	registry = percpu_metrics_create();
	return registry ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	return percpu_metrics_destroy(registry);
}

static const struct percpu_metric_desc desc = {.name = "things", .help = "What there is."};

/* The page, which is freed by the next one. */
static const char *page(enum percpu_metrics_format format)
{
	static char *text;
	size_t length = 0;

	free(text);
	text = percpu_metrics_text(registry, format, &length);
	assert_non_null(text);
	assert_int_equal(strlen(text), length);
	return text;
}

static void assert_page(const char *expected)
{
	assert_string_equal(page(PERCPU_METRICS_OPENMETRICS), expected);
}

/* --- pages --- */

static void each_type_is_written_as_the_format_has_it(void **state)
{
	const struct percpu_metric_desc bytes = {
		.name = "sent_bytes_total", .unit = "bytes", .help = "a \\ \"b\"\nc"};
	const struct percpu_metric_desc level = {.name = "level", .decimals = 3};
	const struct percpu_metric_desc size = {
		.name = "size", .per_octave = 1, .lowest = 8, .highest = 31, .exact_sum = true};
	const struct percpu_metric_desc build = {.name = "build_info"};
	struct percpu_metric_counter sent[2];
	struct percpu_metric_updown open;
	struct percpu_metric_gauge gauge;
	struct percpu_metric_histogram sizes;

	(void)state;
	assert_int_equal(percpu_metrics_counter(registry, &sent[0], &bytes, "to", "x\\y"), 0);
	assert_int_equal(percpu_metrics_updown(registry, &open, &desc), 0);
	assert_int_equal(percpu_metrics_counter(registry, &sent[1], &bytes, "to", "\"\n\xc3\xa9"),
			 0);
	assert_int_equal(percpu_metrics_gauge(registry, &gauge, &level, "a", "1", "b", ""), 0);
	assert_int_equal(percpu_metrics_histogram(registry, &sizes, &size, "a", "1"), 0);
	assert_int_equal(percpu_metrics_info(registry, &build, "version", "1"), 0);
	percpu_metric_inc(&sent[0]);
	percpu_metric_add(&sent[1], UINT64_MAX);
	percpu_metric_updown_add(&open, 3);
	percpu_metric_updown_add(&open, -5);
	percpu_metric_gauge_set(&gauge, -1500);
	percpu_metric_gauge_add(&gauge, 10);
	percpu_metric_observe(&sizes, 7);
	percpu_metric_observe(&sizes, 8);
	percpu_metric_observe(&sizes, 1000);
	assert_page("# TYPE sent_bytes counter\n"
		    "# UNIT sent_bytes bytes\n"
		    "# HELP sent_bytes a \\\\ \\\"b\\\"\\nc\n"
		    "sent_bytes_total{to=\"x\\\\y\"} 1\n"
		    "sent_bytes_total{to=\"\\\"\\n\xc3\xa9\"} 18446744073709551615\n"
		    "# TYPE things gauge\n"
		    "# HELP things What there is.\n"
		    "things -2\n"
		    "# TYPE level gauge\n"
		    "level{a=\"1\",b=\"\"} -1.49\n"
		    "# TYPE size histogram\n"
		    "size_bucket{a=\"1\",le=\"7.0\"} 1\n"
		    "size_bucket{a=\"1\",le=\"15.0\"} 2\n"
		    "size_bucket{a=\"1\",le=\"31.0\"} 2\n"
		    "size_bucket{a=\"1\",le=\"+Inf\"} 3\n"
		    "size_count{a=\"1\"} 3\n"
		    "size_sum{a=\"1\"} 1015\n"
		    "# TYPE build info\n"
		    "build_info{version=\"1\"} 1\n"
		    "# EOF\n");
}

static void json_has_the_shape_that_is_documented(void **state)
{
	const struct percpu_metric_desc time = {.name = "t_seconds",
						.unit = "seconds",
						.help = "\x01\"",
						.decimals = 9,
						.per_octave = 1,
						.lowest = 1024,
						.highest = 4095};
	const struct percpu_metric_desc build = {.name = "build"};
	struct percpu_metric_counter counter;
	struct percpu_metric_histogram times;

	(void)state;
	assert_string_equal(page(PERCPU_METRICS_JSON), "{\"families\":[]}\n");
	assert_int_equal(percpu_metrics_counter(registry, &counter, &desc, "a", "1", "b", "\t"), 0);
	assert_int_equal(percpu_metrics_counter(registry, &counter, &desc, "a", "2", "b", ""), 0);
	assert_int_equal(percpu_metrics_histogram(registry, &times, &time), 0);
	assert_int_equal(percpu_metrics_info(registry, &build), 0);
	percpu_metric_add(&counter, 7);
	percpu_metric_observe(&times, 1500);
	percpu_metric_observe(&times, 1500);
	percpu_metric_observe(&times, 5000);
	assert_string_equal(
		page(PERCPU_METRICS_JSON),
		"{\"families\":[\n"
		" {\"name\":\"things\",\"type\":\"counter\",\"unit\":\"\","
		"\"help\":\"What there is.\",\"series\":[\n"
		"  {\"labels\":{\"a\":\"1\",\"b\":\"\\u0009\"},\"value\":0},\n"
		"  {\"labels\":{\"a\":\"2\",\"b\":\"\"},\"value\":7}]},\n"
		" {\"name\":\"t_seconds\",\"type\":\"histogram\",\"unit\":\"seconds\","
		"\"help\":\"\\u0001\\\"\",\"series\":[\n"
		"  {\"labels\":{},\"buckets\":[{\"le\":0.000002047,\"count\":2},"
		"{\"le\":null,\"count\":1}],\"count\":3,\"sum\":0.000007166}]},\n"
		" {\"name\":\"build\",\"type\":\"info\",\"unit\":\"\",\"help\":\"\",\"series\":[\n"
		"  {\"labels\":{}}]}]}\n");
}

static int take_apart(void *arg, const char *text, size_t length)
{
	/* not under the lock: this would be refused there */
	assert_int_equal(percpu_metrics_unregister(registry, "none", NULL), -ENOENT);
	*(size_t *)arg = length;
	return strcmp(text, "# EOF\n") ? 1 : 17;
}

static void a_page_goes_to_a_function_or_a_file(void **state)
{
	FILE *full = fopen("/dev/full", "w"), *file = tmpfile();
	char text[100] = "";
	size_t length = 0;

	(void)state;
	assert_int_equal(
		percpu_metrics_write(registry, PERCPU_METRICS_OPENMETRICS, take_apart, &length),
		17);
	assert_int_equal(length, strlen("# EOF\n"));
	assert_non_null(file);
	assert_int_equal(percpu_metrics_print(registry, PERCPU_METRICS_JSON, file), 0);
	rewind(file);
	assert_non_null(fgets(text, sizeof(text), file));
	assert_string_equal(text, "{\"families\":[]}\n");
	fclose(file);
	assert_non_null(full);
	assert_int_equal(percpu_metrics_print(registry, PERCPU_METRICS_JSON, full), -EIO);
	fclose(full);
}

/* --- registering --- */

static void what_is_registered_twice_is_one_series_until_both_unregister(void **state)
{
	const char *const labels[] = {"a", "1", NULL};
	struct percpu_metric_counter one, two;

	(void)state;
	assert_int_equal(percpu_metrics_counter(registry, &one, &desc, "a", "1"), 0);
	assert_int_equal(
		percpu_metrics_register(registry, PERCPU_METRIC_COUNTER, &desc, labels, &two), 0);
	assert_true(one.value == two.value);
	percpu_metric_inc(&one);
	percpu_metric_inc(&two);
	assert_int_equal(percpu_metrics_unregister(registry, "things", NULL), -ENOENT);
	assert_int_equal(percpu_metrics_unregister(registry, "things", labels), 0);
	assert_int_equal(percpu_metric_counter_read(&one), 2);
	assert_int_equal(percpu_metrics_unregister(registry, "things_total", labels), 0);
	assert_page("# EOF\n");
	assert_int_equal(percpu_metrics_unregister(registry, "things", labels), -ENOENT);
	/* the name is free again, for anything */
	assert_int_equal(percpu_metrics_info(registry, &desc), 0);
}

static void the_program_has_a_registry_that_is_no_other(void **state)
{
	struct percpu_metric_counter own, mine;

	(void)state;
	assert_int_equal(percpu_metrics_counter(NULL, &own, &desc), 0);
	assert_int_equal(percpu_metrics_counter(registry, &mine, &desc), 0);
	assert_true(own.value != mine.value);
	assert_int_equal(percpu_metrics_destroy(NULL), 0);
	assert_int_equal(percpu_metrics_counter(NULL, &own, &desc), 0);
	assert_int_equal(percpu_metric_counter_read(&own), 0);
	assert_int_equal(percpu_metrics_destroy(NULL), 0);
}

static struct {
	char message[300];
	int nr;
} logged;

static void listen(enum percpu_log_level level, const char *message)
{
	(void)level;
	snprintf(logged.message, sizeof(logged.message), "%s", message);
	logged.nr++;
}

/* Refused with @err, and a message that has @why in it. */
static void assert_refused(enum percpu_metric_type type, const struct percpu_metric_desc *wrong,
			   const char *const *labels, int err, const char *why)
{
	struct percpu_metric_histogram handle = {.buckets = NULL};
	const int before = logged.nr;

	assert_int_equal(percpu_metrics_register(registry, type, wrong, labels, &handle), err);
	assert_null(handle.buckets);
	assert_int_equal(logged.nr, before + 1);
	if (!strstr(logged.message, why))
		fail_msg("'%s', and nothing of '%s'", logged.message, why);
}

static const char *const none[] = {NULL};

static void names_and_texts_that_are_none_are_refused(void **state)
{
	static const struct {
		enum percpu_metric_type type;
		struct percpu_metric_desc desc;
		const char *why;
	} wrong[] = {
		{PERCPU_METRIC_COUNTER, {.name = NULL}, "no name"},
		{PERCPU_METRIC_COUNTER, {.name = ""}, "a name"},
		{PERCPU_METRIC_COUNTER, {.name = "1a"}, "a name"},
		{PERCPU_METRIC_COUNTER, {.name = "a-b"}, "a name"},
		{PERCPU_METRIC_COUNTER, {.name = "\xc3\xa9"}, "a name"},
		{PERCPU_METRIC_GAUGE, {.name = "a", .help = "\xff"}, "UTF-8"},
		{PERCPU_METRIC_GAUGE, {.name = "a", .help = "\xc0\x80"}, "UTF-8"},
		{PERCPU_METRIC_GAUGE, {.name = "a", .help = "\xe0\x9f\xbf"}, "UTF-8"},
		{PERCPU_METRIC_GAUGE, {.name = "a", .help = "\xed\xa0\x80"}, "UTF-8"},
		{PERCPU_METRIC_GAUGE, {.name = "a", .help = "\xf4\x90\x80\x80"}, "UTF-8"},
		{PERCPU_METRIC_GAUGE, {.name = "a", .help = "\xe2\x82"}, "UTF-8"},
		{PERCPU_METRIC_GAUGE, {.name = "a", .unit = "bytes"}, "unit"},
		{PERCPU_METRIC_GAUGE, {.name = "bytes", .unit = "bytes"}, "unit"},
		{PERCPU_METRIC_GAUGE, {.name = "_bytes", .unit = "bytes"}, "unit"},
		{PERCPU_METRIC_GAUGE, {.name = "kilobytes", .unit = "bytes"}, "unit"},
		{PERCPU_METRIC_INFO, {.name = "a_bytes", .unit = "bytes"}, "unit"},
		{PERCPU_METRIC_GAUGE, {.name = "a", .decimals = 10}, "decimals"},
		{PERCPU_METRIC_HISTOGRAM, {.name = "a", .per_octave = 5}, "octave"},
		{(enum percpu_metric_type)5, {.name = "a"}, "type"},
	};

	(void)state;
	percpu_set_log_handler(listen, PERCPU_LOG_WARNING);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_refused(wrong[i].type, &wrong[i].desc, none, -EINVAL, wrong[i].why);
	assert_refused(PERCPU_METRIC_COUNTER, NULL, none, -EINVAL, "no name");
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
	assert_page("# EOF\n");
}

static void labels_that_are_none_are_refused(void **state)
{
	const char *many[67];
	struct {
		const char *list[5];
		const char *why;
	} wrong[] = {
		{{"a", NULL}, "without a value"},
		{{"", "1"}, "name"},
		{{"a:b", "1"}, "name"},
		{{"__a", "1"}, "name"},
		{{"a", "\x80"}, "UTF-8"},
		{{"a", "1", "a", "2"}, "twice"},
		{{"le", "1"}, "le"},
	};
	struct percpu_metric_counter counter;

	(void)state;
	percpu_set_log_handler(listen, PERCPU_LOG_WARNING);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_refused(PERCPU_METRIC_HISTOGRAM, &desc, wrong[i].list, -EINVAL,
			       wrong[i].why);
	for (int i = 0; i < 66; i++)
		many[i] = "a";
	many[66] = NULL;
	assert_refused(PERCPU_METRIC_COUNTER, &desc, many, -EINVAL, "32 labels");
	assert_int_equal(percpu_metrics_counter(registry, &counter, &desc, "a"), -EINVAL);
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
	assert_int_equal(percpu_metrics_counter(registry, &counter, &desc, "le", "1"), 0);
}

static void what_goes_with_no_family_that_is_there_is_refused(void **state)
{
	const char *const other[] = {"b", "1", NULL};
	struct percpu_metric_desc differs = {.name = "things"};
	struct percpu_metric_counter counter;

	(void)state;
	assert_int_equal(percpu_metrics_counter(registry, &counter, &desc, "a", "1"), 0);
	percpu_set_log_handler(listen, PERCPU_LOG_WARNING);
	assert_refused(PERCPU_METRIC_GAUGE, &desc, none, -EEXIST, "another type");
	assert_refused(PERCPU_METRIC_COUNTER, &desc, other, -EEXIST, "other labels");
	assert_refused(PERCPU_METRIC_COUNTER, &desc, none, -EEXIST, "other labels");
	assert_refused(PERCPU_METRIC_COUNTER, &differs, other, -EEXIST, "another help");
	differs.name = "things_total";
	assert_refused(PERCPU_METRIC_GAUGE, &differs, none, -EEXIST, "lines of that name");
	differs.name = "things_created";
	assert_refused(PERCPU_METRIC_GAUGE, &differs, none, -EEXIST, "lines of that name");
	differs.name = "things_sum";
	assert_int_equal(percpu_metrics_info(registry, &differs), 0);
	differs = desc;
	differs.decimals = 1;
	assert_refused(PERCPU_METRIC_COUNTER, &differs, other, -EEXIST, "decimals");
	/* the other way round: things_sum is there */
	assert_int_equal(percpu_metrics_unregister(registry, "things",
						   (const char *const[]){"a", "1", NULL}),
			 0);
	assert_refused(PERCPU_METRIC_HISTOGRAM, &desc, none, -EEXIST, "lines of that name");
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
}

/* --- functions --- */

static bool is_there;

static bool read_buckets(void *arg, uint64_t *words)
{
	struct percpu_metric_counter counter;

	words[0] = 3;
	words[1] = 4;
	words[3] = *(uint64_t *)arg;
	assert_int_equal(percpu_metrics_counter(registry, &counter, &desc), -EDEADLK);
	assert_int_equal(percpu_metrics_unregister(registry, "f", NULL), -EDEADLK);
	assert_int_equal(percpu_metrics_destroy(registry), -EDEADLK);
	assert_null(percpu_metrics_text(registry, PERCPU_METRICS_JSON, NULL));
	assert_int_equal(errno, EDEADLK);
	return is_there;
}

static void a_function_says_the_value_or_that_there_is_none(void **state)
{
	const struct percpu_metric_desc f = {.name = "f", .per_octave = 1, .highest = 1};
	struct percpu_metric_histogram counted;
	uint64_t sum = 99;

	(void)state;
	percpu_set_log_handler(listen, PERCPU_LOG_WARNING);
	assert_int_equal(percpu_metrics_function(registry, PERCPU_METRIC_HISTOGRAM, NULL, NULL, &f),
			 -EINVAL);
	assert_int_equal(percpu_metrics_function(registry, PERCPU_METRIC_HISTOGRAM, read_buckets,
						 &sum, &f, "l", "1"),
			 0);
	assert_int_equal(percpu_metrics_function(registry, PERCPU_METRIC_HISTOGRAM, read_buckets,
						 &sum, &f, "l", "1"),
			 -EEXIST);
	assert_int_equal(percpu_metrics_histogram(registry, &counted, &f, "l", "1"), -EEXIST);
	is_there = false;
	assert_page("# TYPE f histogram\n# EOF\n");
	is_there = true;
	assert_page("# TYPE f histogram\n"
		    "f_bucket{l=\"1\",le=\"0.0\"} 3\n"
		    "f_bucket{l=\"1\",le=\"1.0\"} 7\n"
		    "f_bucket{l=\"1\",le=\"+Inf\"} 7\n"
		    "f_count{l=\"1\"} 7\n"
		    "f_sum{l=\"1\"} 99\n"
		    "# EOF\n");
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
}

/* --- handles --- */

static void histograms_are_read_by_their_handles(void **state)
{
	const struct percpu_metric_desc size = {.name = "size", .per_octave = 1, .highest = 255};
	struct percpu_metric_histogram sizes;
	uint64_t words[11];

	(void)state;
	assert_int_equal(percpu_metrics_histogram(registry, &sizes, &size), 0);
	assert_int_equal(percpu_metric_buckets(&sizes), 10);
	assert_int_equal(percpu_metric_histogram_read(&sizes, words), 0);
	assert_int_equal(percpu_metric_quantile(&sizes, words, 0.5), 0);
	for (uint64_t value = 0; value < 100; value++)
		percpu_metric_observe(&sizes, value);
	assert_int_equal(percpu_metric_histogram_read(&sizes, words), 100);
	assert_int_equal(words[percpu_metric_bucket_of(&sizes, 40)], 32);
	assert_int_equal(percpu_metric_bucket_bound(&sizes, 6), 63);
	assert_int_equal(percpu_metric_quantile(&sizes, words, 0), 0);
	assert_int_equal(percpu_metric_quantile(&sizes, words, 0.5), 63);
	assert_int_equal(percpu_metric_quantile(&sizes, words, 1), 127);
	percpu_metric_observe(&sizes, 1000);
	assert_int_equal(percpu_metric_histogram_read(&sizes, words), 101);
	assert_true(percpu_metric_quantile(&sizes, words, 1) == UINT64_MAX);
	assert_true(percpu_metric_bucket_bound(&sizes, 9) == UINT64_MAX);
}

/* --- threads --- */

#define COUNTERS 4
#define TIMES 200000
static struct percpu_metric_counter counted;
static struct percpu_metric_histogram observed;
static struct percpu_metric_gauge level;

static void *count_often(void *arg)
{
	for (uint64_t n = 0; n < TIMES; n++) {
		percpu_metric_inc(&counted);
		percpu_metric_observe(&observed, n);
		percpu_metric_gauge_add(&level, 1);
		if (n % 5000 == 0)
			go_to(cpus[n / 5000 % (unsigned int)nr_cpus]);
	}
	return arg;
}

/* Comes and goes meanwhile. */
static void *register_often(void *arg)
{
	const struct percpu_metric_desc passing = {.name = "passing"};
	struct percpu_metric_counter counter;

	while (!must_stop()) {
		if (percpu_metrics_counter(registry, &counter, &passing))
			abort();
		percpu_metric_inc(&counter);
		percpu_metrics_unregister(registry, "passing", NULL);
	}
	return arg;
}

static uint64_t line_of(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	assert_non_null(line);
	return strtoull(line + strlen(name), NULL, 10);
}

static void pages_that_are_made_meanwhile_never_go_back_and_the_last_is_exact(void **state)
{
	const struct percpu_metric_desc size = {.name = "size", .exact_sum = true};
	const struct percpu_metric_desc height = {.name = "height"};
	pthread_t counters[COUNTERS], registrar;
	uint64_t before = 0, now = 0;

	(void)state;
	assert_int_equal(percpu_metrics_counter(registry, &counted, &desc), 0);
	assert_int_equal(percpu_metrics_histogram(registry, &observed, &size), 0);
	assert_int_equal(percpu_metrics_gauge(registry, &level, &height), 0);
	set_stop(false);
	registrar = start(register_often, NULL);
	for (int i = 0; i < COUNTERS; i++)
		counters[i] = start(count_often, NULL);
	while (now < COUNTERS * TIMES) {
		now = line_of(page(PERCPU_METRICS_OPENMETRICS), "\nthings_total ");
		assert_true(now >= before);
		before = now;
	}
	join_all(counters, COUNTERS);
	set_stop(true);
	pthread_join(registrar, NULL);
	assert_int_equal(now, COUNTERS * TIMES);
	assert_int_equal(line_of(page(PERCPU_METRICS_OPENMETRICS), "\nsize_count "),
			 COUNTERS * TIMES);
	assert_int_equal(line_of(page(PERCPU_METRICS_OPENMETRICS), "\nsize_sum "),
			 COUNTERS * (uint64_t)TIMES * (TIMES - 1) / 2);
	assert_int_equal(percpu_metric_gauge_read(&level), COUNTERS * TIMES);
}

/* --- processes --- */

static void count_and_print(void *arg)
{
	(void)arg;
	percpu_metric_inc(&counted);
	child_expect(strstr(page(PERCPU_METRICS_OPENMETRICS), "things_total 2\n"));
	child_expect(percpu_metrics_unregister(registry, "things", NULL) == 0);
}

static void a_child_has_a_registry_of_its_own(void **state)
{
	struct child_end of_child;
	pthread_t registrar;

	(void)state;
	assert_int_equal(percpu_metrics_counter(registry, &counted, &desc), 0);
	percpu_metric_inc(&counted);
	set_stop(false);
	registrar = start(register_often, NULL);
	for (int n = 0; n < 30; n++) {
		of_child = child_run(count_and_print, NULL);
		assert_child_was_content(of_child);
	}
	set_stop(true);
	pthread_join(registrar, NULL);
	assert_int_equal(percpu_metric_counter_read(&counted), 1);
}

static void share_and_count(void *arg)
{
	const struct percpu_metric_desc size = {.name = "size"};
	const struct percpu_metric_desc height = {.name = "height"};
	const struct percpu_metric_desc early = {.name = "early"};
	struct percpu_metric_counter first;
	pid_t pid;
	int status;

	(void)arg;
	child_expect(percpu_metrics_counter(registry, &first, &early) == 0);
	child_expect(percpu_metrics_gauge(registry, &level, &height) == 0);
	percpu_metric_gauge_set(&level, 3);
	child_expect(percpu_share() == 0);
	child_expect(percpu_metrics_counter(registry, &counted, &desc) == 0);
	child_expect(percpu_metrics_histogram(registry, &observed, &size) == 0);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 1000; i++)
			percpu_metric_inc(&counted);
		percpu_metric_inc(&first);
		percpu_metric_observe(&observed, 5);
		percpu_metric_gauge_add(&level, 39);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	child_expect(status == 0);
	child_expect(strstr(page(PERCPU_METRICS_OPENMETRICS), "things_total 1000\n"));
	child_expect(strstr(page(PERCPU_METRICS_OPENMETRICS), "early_total 1\n"));
	child_expect(strstr(page(PERCPU_METRICS_OPENMETRICS), "height 42\n"));
	child_expect(strstr(page(PERCPU_METRICS_OPENMETRICS), "size_count 1\n"));
}

static void with_shared_copies_children_are_on_the_page_of_their_parent(void **state)
{
	(void)state;
	assert_content(share_and_count, NULL);
}

static bool fork_in_between(void *arg, uint64_t *words)
{
	int status;
	const pid_t pid = fork();

	*words = 1;
	if (pid == 0)
		return true;
	waitpid(pid, &status, 0);
	*(int *)arg = status;
	return true;
}

static void a_function_may_fork_and_both_go_on(void **state)
{
	const pid_t me = getpid();
	int status = -1;

	(void)state;
	assert_int_equal(percpu_metrics_function(registry, PERCPU_METRIC_GAUGE, fork_in_between,
						 &status, &desc),
			 0);
	page(PERCPU_METRICS_OPENMETRICS);
	if (getpid() != me)
		/* which has no lock any more */
		_exit(percpu_metrics_unregister(registry, "things", NULL) ? 1 : 0);
	assert_int_equal(status, 0);
}

/* --- memory --- */

static int register_everything(void)
{
	const struct percpu_metric_desc size = {.name = "size"};
	struct percpu_metric_counter counter;
	struct percpu_metric_histogram histogram;
	int err = percpu_metrics_histogram(registry, &histogram, &size);

	for (int i = 0; i < 40 && !err; i++) {
		char label[10];

		snprintf(label, sizeof(label), "%d", i);
		err = percpu_metrics_counter(registry, &counter, &desc, "n", label);
	}
	return err;
}

static void without_memory_nothing_is_registered_and_nothing_is_left(void **state)
{
	int err = -ENOMEM, nr = 0;

	(void)state;
	assert_int_equal(register_everything(), 0);
	assert_int_equal(percpu_metrics_destroy(registry), 0);
	percpu_set_log_handler(listen, PERCPU_LOG_WARNING);
	for (; err; nr++) {
		registry = percpu_metrics_create();
		faults_fail_nth(PCPU_FAULT_MEM, nr + 1);
		err = register_everything();
		faults_end();
		assert_true(err == 0 || err == -ENOMEM);
		if (!err)
			break;
		/* what failed is there afterwards */
		assert_int_equal(register_everything(), 0);
		assert_int_equal(percpu_metrics_destroy(registry), 0);
	}
	assert_between(nr, 45, 200);
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
}

static void without_memory_there_is_no_page(void **state)
{
	char *text = NULL;
	int nr = 0;

	(void)state;
	assert_int_equal(register_everything(), 0);
	for (; !text; nr++) {
		faults_fail_nth(PCPU_FAULT_MEM, nr + 1);
		text = percpu_metrics_text(registry, PERCPU_METRICS_JSON, NULL);
		if (faults_end() == 0)
			break;
		assert_null(text);
		assert_int_equal(errno, ENOMEM);
		faults_fail_nth(PCPU_FAULT_MEM, nr + 1);
		assert_int_equal(percpu_metrics_print(registry, PERCPU_METRICS_JSON, stdout),
				 -ENOMEM);
		faults_end();
	}
	assert_non_null(text);
	free(text);
	assert_true(nr >= 3);
}

static void what_is_unregistered_is_freed(void **state)
{
	struct percpu_stats before, after;
	size_t allocated = 0;

	(void)state;
	for (int n = 0; n < 3; n++) {
		struct percpu_metrics *own = registry;

		registry = percpu_metrics_create();
		assert_int_equal(register_everything(), 0);
		assert_int_equal(percpu_metrics_destroy(registry), 0);
		registry = own;
		if (n)
			assert_int_equal(pcpu_mem_allocated(), allocated);
		allocated = pcpu_mem_allocated();
	}
	percpu_get_stats(&before);
	assert_int_equal(register_everything(), 0);
	assert_int_equal(percpu_metrics_destroy(registry), 0);
	percpu_get_stats(&after);
	assert_int_equal(after.nr_alloc - before.nr_alloc, after.nr_dealloc - before.nr_dealloc);
	assert_int_equal(begin(NULL), 0);
}

static void ten_thousand_series_are_all_found_again(void **state)
{
	static struct percpu_metric_counter counters[10000];
	struct percpu_metric_counter again;
	char label[10];

	(void)state;
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
			snprintf(label, sizeof(label), "%zu", i);
			assert_int_equal(percpu_metrics_counter(registry,
								round ? &again : &counters[i],
								&desc, "n", label),
					 0);
			if (round)
				assert_true(again.value == counters[i].value);
			percpu_metric_add(&counters[i], i);
		}
	assert_non_null(strstr(page(PERCPU_METRICS_OPENMETRICS), "{n=\"9999\"} 19998\n"));
}

int main(void)
{
#define each(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		each(each_type_is_written_as_the_format_has_it),
		each(json_has_the_shape_that_is_documented),
		each(a_page_goes_to_a_function_or_a_file),
		each(what_is_registered_twice_is_one_series_until_both_unregister),
		each(the_program_has_a_registry_that_is_no_other),
		each(names_and_texts_that_are_none_are_refused),
		each(labels_that_are_none_are_refused),
		each(what_goes_with_no_family_that_is_there_is_refused),
		each(a_function_says_the_value_or_that_there_is_none),
		each(histograms_are_read_by_their_handles),
		each(pages_that_are_made_meanwhile_never_go_back_and_the_last_is_exact),
		each(a_child_has_a_registry_of_its_own),
		each(with_shared_copies_children_are_on_the_page_of_their_parent),
		each(a_function_may_fork_and_both_go_on),
		each(without_memory_nothing_is_registered_and_nothing_is_left),
		each(without_memory_there_is_no_page),
		each(what_is_unregistered_is_freed),
		each(ten_thousand_series_are_all_found_again),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
