/* SPDX-License-Identifier: MIT */
/* test_conf.c - PERCPU_CONF: every key, and what happens to what is not one */
#include "support/cmocka_all.h"
#include "support/random.h"
#include "support/records.h"

#include "boot/conf/read_conf.h"
#include "ground/layout.h"

#include <stdlib.h>

static struct pcpu_conf conf;

/* Parses with the records kept, so that nothing goes unnoticed. */
static void parse(const char *text)
{
	uint64_t keys;

	memset(&conf, 0xff, sizeof(conf));
	pcpu_conf_set_defaults(&conf);
	records_keep(PERCPU_LOG_DEBUG);
	pcpu_conf_read(&conf, text, PCPU_CONF_VARIABLE, &keys);
	records_release();
}

static void assert_defaults(void)
{
	assert_int_equal(conf.log_level, PERCPU_LOG_WARNING);
	assert_int_equal(conf.backend, PCPU_BACKEND_AUTO);
	assert_false(conf.strict);
	assert_false(conf.shared);
	assert_int_equal(conf.selftest, PCPU_SELFTEST_AUTO);
	assert_int_equal(conf.index, PCPU_INDEX_CPU_ID);
	assert_int_equal(conf.fc, PCPU_FC_AUTO);
	assert_int_equal(conf.max_size, 32768);
	assert_false(conf.populate_eager);
	assert_false(conf.place_elsewhere);
	assert_true(conf.cache);
	assert_int_equal(conf.debug, 0);
	assert_int_equal(conf.possible, 0);
	assert_string_equal(conf.topology, "");
}

/* A text of @len characters that starts with @start and goes on with @fill. */
static char *text_of_length(const char *start, char fill, size_t len)
{
	char *text = malloc(len + 1);

	assert_non_null(text);
	memset(text, fill, len);
	memcpy(text, start, strlen(start));
	text[len] = '\0';
	return text;
}

static void unset_variable_gives_the_defaults(void **state)
{
	(void)state;
	parse(NULL);
	assert_defaults();
	assert_int_equal(nr_records, 0);
}

static void empty_variable_gives_the_defaults(void **state)
{
	(void)state;
	parse("");
	assert_defaults();
	assert_int_equal(nr_records, 0);
}

/* A text that is understood, and the value that it gives. */
struct setting {
	const char *text;
	size_t value;
};

/* A fact: each of the settings is understood, and gives @field its value. */
#define SETTINGS(fact, field, ...)                                                              \
	static void fact(void **state)                                                          \
	{                                                                                       \
		static const struct setting settings[] = {__VA_ARGS__};                         \
                                                                                                \
		(void)state;                                                                    \
		for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {                             \
			parse(settings[i].text);                                                \
			if ((size_t)conf.field != settings[i].value)                            \
				fail_msg("%s gives %zu", settings[i].text, (size_t)conf.field); \
			assert_int_equal(nr_records, 0);                                        \
		}                                                                               \
	}

SETTINGS(every_log_level_is_known_by_its_name, log_level, {"log:emerg", PERCPU_LOG_EMERG},
	 {"log:err", PERCPU_LOG_ERR}, {"log:warning", PERCPU_LOG_WARNING},
	 {"log:info", PERCPU_LOG_INFO}, {"log:debug", PERCPU_LOG_DEBUG})
SETTINGS(every_backend_is_known_by_its_name, backend, {"backend:rseq", PCPU_BACKEND_RSEQ},
	 {"backend:fallback", PCPU_BACKEND_FALLBACK},
	 {"backend:rseq,backend:auto", PCPU_BACKEND_AUTO})
SETTINGS(index_is_one_of_two_numbers, index, {"index:mm_cid", PCPU_INDEX_MM_CID},
	 {"index:mm_cid,index:cpu_id", PCPU_INDEX_CPU_ID})
SETTINGS(selftest_is_auto_or_yes_or_no, selftest, {"selftest:no", PCPU_SELFTEST_NO},
	 {"selftest:yes", PCPU_SELFTEST_YES}, {"selftest:no,selftest:auto", PCPU_SELFTEST_AUTO})
SETTINGS(shared_is_yes_or_no, shared, {"shared:yes", true}, {"shared:yes,shared:no", false})
SETTINGS(strict_is_yes_or_no, strict, {"strict:yes", true}, {"strict:yes,strict:no", false})

static void every_form_of_the_first_chunk_is_known_by_its_name(void **state)
{
	char text[32];

	(void)state;
	for (int fc = PCPU_FC_NR - 1; fc >= 0; fc--) {
		/* after another one, so that the first is more than the default */
		snprintf(text, sizeof(text), "alloc:page,alloc:%s",
			 pcpu_conf_word("alloc", (unsigned long)fc));
		parse(text);
		assert_int_equal(conf.fc, fc);
		assert_int_equal(nr_records, 0);
	}
	assert_string_equal(pcpu_conf_word("alloc", PCPU_FC_AUTO), "auto");
	assert_string_equal(pcpu_conf_word("alloc", PCPU_FC_EMBED), "embed");
	assert_string_equal(pcpu_conf_word("alloc", PCPU_FC_PAGE), "page");
}

SETTINGS(max_size_is_bytes_or_powers_of_1024, max_size, {"max_size:32768", 32768},
	 {"max_size:32769", 32769}, {"max_size:32K", 32768}, {"max_size:100K", 102400},
	 {"max_size:1M", 1 << 20}, {"max_size:256M", 256 << 20}, {"max_size:262144K", 256 << 20},
	 {"max_size:268435456", 256 << 20})
SETTINGS(populate_is_lazy_or_eager, populate_eager, {"populate:eager", true},
	 {"populate:eager,populate:lazy", false})
SETTINGS(place_is_the_loaders_or_elsewhere, place_elsewhere, {"place:elsewhere", true},
	 {"place:elsewhere,place:loader", false})
SETTINGS(cache_is_on_or_off, cache, {"cache:off", false}, {"cache:off,cache:on", true})
SETTINGS(debug_is_a_level_from_0_to_3, debug, {"debug:0", 0}, {"debug:1", 1}, {"debug:2", 2},
	 {"debug:3", 3})
SETTINGS(possible_is_a_number_of_cpus, possible, {"possible:1", 1}, {"possible:4096", 4096})

static void topology_keeps_the_colons_of_its_description(void **state)
{
	(void)state;
	parse("topology:numa:2 pu:4");
	assert_string_equal(conf.topology, "numa:2 pu:4");
	assert_int_equal(nr_records, 0);
}

static void commas_between_quotes_belong_to_the_value(void **state)
{
	(void)state;
	parse("possible:4,topology:\"numa:2 pu:2(indexes=1,4,6,9)\",log:info");
	assert_string_equal(conf.topology, "numa:2 pu:2(indexes=1,4,6,9)");
	assert_int_equal(conf.possible, 4);
	assert_int_equal(conf.log_level, PERCPU_LOG_INFO);
	assert_int_equal(nr_records, 0);
}

static void any_value_may_be_quoted(void **state)
{
	(void)state;
	parse("possible:\"8\",alloc:\"page\",topology:\"a,b\"");
	assert_int_equal(conf.possible, 8);
	assert_int_equal(conf.fc, PCPU_FC_PAGE);
	assert_string_equal(conf.topology, "a,b");
	assert_int_equal(nr_records, 0);
}

static void quotes_anywhere_else_are_reported(void **state)
{
	static const char *const texts[] = {
		"topology:\"pu:2",         "topology:pu:2\"",     "topology:pu\":2\"",
		"topology:\"pu:2\"x",      "topology:\"\"pu:2\"", "topology:\"",
		"topology:\"a,possible:4", "topology:\"\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		parse(texts[i]);
		if (nr_records != 1 || !record_says(0, "topology"))
			fail_msg("%s: %u records", texts[i], nr_records);
		assert_defaults();
	}
}

static void settings_are_taken_side_by_side(void **state)
{
	(void)state;
	parse("log:info,backend:fallback,strict:yes,possible:8,topology:pu:2");
	assert_int_equal(conf.log_level, PERCPU_LOG_INFO);
	assert_int_equal(conf.backend, PCPU_BACKEND_FALLBACK);
	assert_true(conf.strict);
	assert_int_equal(conf.possible, 8);
	assert_string_equal(conf.topology, "pu:2");
	assert_int_equal(nr_records, 0);
}

static void later_setting_of_a_key_wins(void **state)
{
	(void)state;
	parse("possible:4,possible:8");
	assert_int_equal(conf.possible, 8);
}

static void empty_settings_are_passed_over(void **state)
{
	(void)state;
	parse(",,possible:4,,");
	assert_int_equal(conf.possible, 4);
	assert_int_equal(nr_records, 0);
}

static void bad_value_is_reported_with_key_and_value(void **state)
{
	static const struct {
		const char *text, *key, *value;
	} rows[] = {
		{"log:loud", "log", "\"loud\""},
		{"log:", "log", "\"\""},
		{"log", "log", "\"\""},
		{"log:INFO", "log", "\"INFO\""},
		{"backend:magic", "backend", "\"magic\""},
		{"strict:maybe", "strict", "\"maybe\""},
		{"index:cpu", "index", "\"cpu\""},
		{"shared:", "shared", "\"\""},
		{"alloc:", "alloc", "\"\""},
		{"alloc:embedded", "alloc", "\"embedded\""},
		{"alloc:Page", "alloc", "\"Page\""},
		{"max_size:", "max_size", "\"\""},
		{"max_size:32767", "max_size", "\"32767\""},
		{"max_size:31K", "max_size", "\"31K\""},
		{"max_size:257M", "max_size", "\"257M\""},
		{"max_size:268435457", "max_size", "\"268435457\""},
		{"max_size:18014398509481984K", "max_size", "\"18014398509481984K\""},
		{"max_size:18446744073709584384", "max_size", "\"18446744073709584384\""},
		{"max_size:1G", "max_size", "\"1G\""},
		{"max_size:64k", "max_size", "\"64k\""},
		{"max_size:64KB", "max_size", "\"64KB\""},
		{"max_size:-32768", "max_size", "\"-32768\""},
		{"max_size:K", "max_size", "\"K\""},
		{"populate:", "populate", "\"\""},
		{"populate:later", "populate", "\"later\""},
		{"place:here", "place", "\"here\""},
		{"cache:yes", "cache", "\"yes\""},
		{"debug:4", "debug", "\"4\""},
		{"debug:-1", "debug", "\"-1\""},
		{"debug:1x", "debug", "\"1x\""},
		{"debug:", "debug", "\"\""},
		{"possible: 4", "possible", "\" 4\""},
		{"possible:0", "possible", "\"0\""},
		{"possible:-1", "possible", "\"-1\""},
		{"possible:", "possible", "\"\""},
		{"possible:4x", "possible", "\"4x\""},
		{"possible:many", "possible", "\"many\""},
		{"possible:65537", "possible", "\"65537\""},
		{"possible:4294967298", "possible", "\"4294967298\""},
		{"possible:99999999999999999999999", "possible", "\"99999999999999999999999\""},
		{"topology:", "topology", "\"\""},
		{"topology", "topology", "\"\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		parse(rows[i].text);
		if (nr_records != 1 || records[0].level != PERCPU_LOG_WARNING ||
		    !record_says(0, "PERCPU_CONF") || !record_says(0, rows[i].key) ||
		    !record_says(0, rows[i].value))
			fail_msg("%s: %u records, the first is \"%s\"", rows[i].text, nr_records,
				 nr_records ? records[0].text : "");
		assert_defaults();
	}
}

static void bad_value_leaves_what_was_set_before(void **state)
{
	(void)state;
	parse("log:debug,backend:rseq,strict:yes,alloc:page,max_size:1M,populate:eager,cache:off,"
	      "debug:2,possible:4,topology:pu:2,"
	      "log:x,backend:x,strict:x,alloc:x,max_size:x,populate:x,cache:x,debug:x,possible:x,"
	      "topology:");
	assert_int_equal(nr_records, 10);
	assert_int_equal(conf.fc, PCPU_FC_PAGE);
	assert_int_equal(conf.max_size, 1 << 20);
	assert_true(conf.populate_eager);
	assert_false(conf.cache);
	assert_int_equal(conf.debug, 2);
	assert_int_equal(conf.log_level, PERCPU_LOG_DEBUG);
	assert_int_equal(conf.backend, PCPU_BACKEND_RSEQ);
	assert_true(conf.strict);
	assert_int_equal(conf.possible, 4);
	assert_string_equal(conf.topology, "pu:2");
}

/* A warning for each of the keys, and no more. */
#define assert_unknown(...)                                                     \
	do {                                                                    \
		static const char *const keys[] = {__VA_ARGS__};                \
                                                                                \
		assert_int_equal(nr_records, ARRAY_SIZE(keys));                 \
		for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++) {           \
			assert_int_equal(records[i].level, PERCPU_LOG_WARNING); \
			assert_true(record_says(i, keys[i]));                   \
		}                                                               \
		assert_defaults();                                              \
	} while (0)

static void unknown_key_is_reported_by_name(void **state)
{
	(void)state;
	parse("colour:green");
	assert_unknown("\"colour\"");
}

static void beginning_of_a_key_is_no_key(void **state)
{
	(void)state;
	parse("poss:4,possiblex:4,:4");
	assert_unknown("\"poss\"", "\"possiblex\"", "\"\"");
}

static void settings_beside_an_unknown_key_are_taken(void **state)
{
	(void)state;
	parse("possible:4,colour:green,log:info");
	assert_int_equal(nr_records, 1);
	assert_int_equal(conf.possible, 4);
	assert_int_equal(conf.log_level, PERCPU_LOG_INFO);
}

static void text_of_1023_characters_is_read(void **state)
{
	char *text = text_of_length("possible:4", ',', 1023);

	(void)state;
	parse(text);
	free(text);
	assert_int_equal(conf.possible, 4);
	assert_int_equal(nr_records, 0);
}

static void longer_text_is_reported_and_ignored_as_a_whole(void **state)
{
	char *text = text_of_length("possible:4", ',', 1024);

	(void)state;
	parse(text);
	free(text);
	assert_int_equal(nr_records, 1);
	assert_int_equal(records[0].level, PERCPU_LOG_WARNING);
	assert_true(record_says(0, "PERCPU_CONF"));
	assert_true(record_says(0, "1023"));
	assert_defaults();
}

static void topology_of_255_characters_is_kept_whole(void **state)
{
	char *text = text_of_length("topology:", 'a', strlen("topology:") + 255);

	(void)state;
	parse(text);
	free(text);
	assert_int_equal(strlen(conf.topology), 255);
	assert_int_equal(nr_records, 0);
}

static void longer_topology_is_reported_not_cut(void **state)
{
	char *text = text_of_length("topology:", 'a', strlen("topology:") + 256);

	(void)state;
	parse(text);
	free(text);
	assert_int_equal(nr_records, 1);
	assert_string_equal(conf.topology, "");
}

/* --- anything --- */

static void append_anything(struct random *random, char *text, size_t room)
{
	static const char *const words[] = {
		"topology", "possible", "max_size", "debug",       "log",
		"populate", "alloc",    "shared",   "eager",       "yes",
		"page",     "65536",    "256M",     "numa:2 pu:4", "18446744073709551616",
		":",        ":",        ":",        ",",           ",",
		"\"",       "K",        "-1",
	};
	const char *word = words[random_next(random) % ARRAY_SIZE(words)];
	char letter[2] = {(char)(1 + random_next(random) % 255), '\0'};

	if (random_next(random) % 8 == 0)
		word = letter;
	if (strlen(text) + strlen(word) < room)
		strcat(text, word);
}

/* Whatever a variable of the environment says, no field has a value that its key cannot have. */
static void every_field_is_in_its_range_after_any_text(void **state)
{
	struct random random = random_from(1130);
	char text[1200];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		text[0] = '\0';
		for (uint64_t n = random_next(&random) % (i % 100 ? 24 : 400); n > 0; n--)
			append_anything(&random, text, sizeof(text));
		parse(text);
		if (conf.log_level > PERCPU_LOG_DEBUG || conf.backend > PCPU_BACKEND_FALLBACK ||
		    conf.index > PCPU_INDEX_MM_CID || conf.fc >= PCPU_FC_NR || conf.debug < 0 ||
		    conf.debug > 3 || conf.possible >= PCPU_NR_CPUS ||
		    conf.max_size < PCPU_MIN_UNIT_SIZE || conf.max_size > 256UL << 20 ||
		    strnlen(conf.topology, sizeof(conf.topology)) == sizeof(conf.topology))
			fail_msg("after \"%s\"", text);
	}
}

/* --- the page that people read --- */

/* The keys of the README's table, in @keys; returns how many. */
static size_t keys_of_the_readme(char keys[][32], size_t room)
{
	FILE *readme = fopen(README, "r");
	bool in_section = false;
	char line[1024];
	size_t nr = 0;

	assert_non_null(readme);
	while (fgets(line, sizeof(line), readme)) {
		if (strstr(line, PCPU_CONF_VARIABLE "=key:value"))
			in_section = true;
		else if (in_section && nr && line[0] != '|')
			break;
		if (!in_section || strncmp(line, "| `", 3) != 0)
			continue;
		assert_true(nr < room);
		assert_int_equal(sscanf(line, "| `%31[^`]`", keys[nr]), 1);
		nr++;
	}
	fclose(readme);
	assert_true(nr > 0);
	return nr;
}

static void readme_has_every_key_and_no_other(void **state)
{
	char keys[64][32];
	size_t in_readme = keys_of_the_readme(keys, ARRAY_SIZE(keys)), nr = 0;
	const char *key;

	(void)state;
	for (; (key = pcpu_conf_key(nr)) != NULL; nr++) {
		size_t i = 0;

		while (i < in_readme && strcmp(keys[i], key) != 0)
			i++;
		if (i == in_readme)
			fail_msg("the README does not have the key %s", key);
	}
	/* none is there twice, so as many are the same ones */
	for (size_t i = 0; i < in_readme; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(keys[i], keys[j]);
	if (in_readme != nr)
		fail_msg("the README has %zu keys, there are %zu", in_readme, nr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unset_variable_gives_the_defaults),
		cmocka_unit_test(empty_variable_gives_the_defaults),
		cmocka_unit_test(every_log_level_is_known_by_its_name),
		cmocka_unit_test(every_backend_is_known_by_its_name),
		cmocka_unit_test(index_is_one_of_two_numbers),
		cmocka_unit_test(selftest_is_auto_or_yes_or_no),
		cmocka_unit_test(shared_is_yes_or_no),
		cmocka_unit_test(strict_is_yes_or_no),
		cmocka_unit_test(every_form_of_the_first_chunk_is_known_by_its_name),
		cmocka_unit_test(max_size_is_bytes_or_powers_of_1024),
		cmocka_unit_test(populate_is_lazy_or_eager),
		cmocka_unit_test(place_is_the_loaders_or_elsewhere),
		cmocka_unit_test(cache_is_on_or_off),
		cmocka_unit_test(debug_is_a_level_from_0_to_3),
		cmocka_unit_test(possible_is_a_number_of_cpus),
		cmocka_unit_test(topology_keeps_the_colons_of_its_description),
		cmocka_unit_test(commas_between_quotes_belong_to_the_value),
		cmocka_unit_test(any_value_may_be_quoted),
		cmocka_unit_test(quotes_anywhere_else_are_reported),
		cmocka_unit_test(settings_are_taken_side_by_side),
		cmocka_unit_test(later_setting_of_a_key_wins),
		cmocka_unit_test(empty_settings_are_passed_over),
		cmocka_unit_test(bad_value_is_reported_with_key_and_value),
		cmocka_unit_test(bad_value_leaves_what_was_set_before),
		cmocka_unit_test(unknown_key_is_reported_by_name),
		cmocka_unit_test(beginning_of_a_key_is_no_key),
		cmocka_unit_test(settings_beside_an_unknown_key_are_taken),
		cmocka_unit_test(text_of_1023_characters_is_read),
		cmocka_unit_test(longer_text_is_reported_and_ignored_as_a_whole),
		cmocka_unit_test(topology_of_255_characters_is_kept_whole),
		cmocka_unit_test(longer_topology_is_reported_not_cut),
		cmocka_unit_test(every_field_is_in_its_range_after_any_text),
		cmocka_unit_test(readme_has_every_key_and_no_other),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
