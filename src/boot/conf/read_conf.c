/* SPDX-License-Identifier: MIT */
/*
 * read_conf.c - see read_conf.h.
 *
 * A key is a row of the table below, and a field of struct pcpu_conf, where it says what the key
 * means. Every value but a text is a number in the end: a word's is its place among the words.
 */
#include "boot/conf/read_conf.h"
#include "ground/layout.h"
#include "ground/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- the keys --- */

enum kind {
	WORD,   /* one of a few */
	NUMBER, /* decimal, from min to max */
	SIZE,   /* bytes, from min to max; K and M stand for powers of 1024 */
	TEXT,   /* from min to max characters */
};

struct key {
	const char *name;
	/* Where the value goes. */
	size_t offset, size;
	unsigned long preset;
	enum kind kind;
	unsigned long min, max;
	/* Of a WORD: from 0 to max. NULL: a number that has none. */
	const char *const *words;
};

#define SIZE_OF(field) sizeof(((struct pcpu_conf *)NULL)->field)
#define FIELD(field) .offset = offsetof(struct pcpu_conf, field), .size = SIZE_OF(field)
#define ONE_OF(...)                                                \
	.kind = WORD, .words = (const char *const[]){__VA_ARGS__}, \
	.max = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *) - 1

/* a table, a key a row */
/* clang-format off */
static const struct key keys[] = {
	/* name, where it goes, the default, what it can be */
	{"log", FIELD(log_level), .preset = PERCPU_LOG_WARNING,
	 ONE_OF([PERCPU_LOG_EMERG] = "emerg", [PERCPU_LOG_ERR] = "err",
		[PERCPU_LOG_WARNING] = "warning", [PERCPU_LOG_INFO] = "info",
		[PERCPU_LOG_DEBUG] = "debug")},
	{"backend", FIELD(backend), .preset = PCPU_BACKEND_AUTO,
	 ONE_OF([PCPU_BACKEND_AUTO] = "auto", [PCPU_BACKEND_RSEQ] = "rseq",
		[PCPU_BACKEND_FALLBACK] = "fallback")},
	{"index", FIELD(index), .preset = PCPU_INDEX_CPU_ID,
	 ONE_OF([PCPU_INDEX_CPU_ID] = "cpu_id", [PCPU_INDEX_MM_CID] = "mm_cid")},
	{"strict", FIELD(strict), .preset = false, ONE_OF("no", "yes")},
	{"selftest", FIELD(selftest), .preset = PCPU_SELFTEST_AUTO,
	 ONE_OF([PCPU_SELFTEST_NO] = "no", [PCPU_SELFTEST_YES] = "yes",
		[PCPU_SELFTEST_AUTO] = "auto")},
	{"alloc", FIELD(fc), .preset = PCPU_FC_AUTO,
	 .kind = WORD, .words = pcpu_fc_names, .max = PCPU_FC_NR - 1},
	{"max_size", FIELD(max_size), .preset = PCPU_MIN_UNIT_SIZE,
	 .kind = SIZE, .min = PCPU_MIN_UNIT_SIZE, .max = 256UL << 20},
	{"populate", FIELD(populate_eager), .preset = false, ONE_OF("lazy", "eager")},
	{"place", FIELD(place_elsewhere), .preset = false, ONE_OF("loader", "elsewhere")},
	{"cache", FIELD(cache), .preset = true, ONE_OF("off", "on")},
	{"shared", FIELD(shared), .preset = false, ONE_OF("no", "yes")},
	{"publish", FIELD(publish), .preset = true, ONE_OF("no", "yes")},
	{"tools", FIELD(tools), .preset = true, ONE_OF("no", "yes")},
	{"debug", FIELD(debug), .preset = 0, .kind = NUMBER, .min = 0, .max = 3},
	{"possible", FIELD(possible), .preset = 0,
	 .kind = NUMBER, .min = 1, .max = PCPU_NR_CPUS - 1},
	{"topology", FIELD(topology), .kind = TEXT, .min = 1, .max = SIZE_OF(topology) - 1},
};
/* clang-format on */

#define NR_KEYS (sizeof(keys) / sizeof(keys[0]))
_Static_assert(NR_KEYS <= 64, "a bit each");

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < NR_KEYS; i++)
		if (strcmp(name, keys[i].name) == 0)
			return &keys[i];
	return NULL;
}

const char *pcpu_conf_key(size_t n)
{
	return n < NR_KEYS ? keys[n].name : NULL;
}

const char *pcpu_conf_word(const char *key, unsigned long value)
{
	return find_key(key)->words[value];
}

/* --- kinds of values: each returns false if the value is none that the key can have --- */

static bool read_word(const struct key *key, const char *value, unsigned long *number)
{
	for (*number = 0; *number <= key->max; ++*number)
		if (key->words[*number] && strcmp(value, key->words[*number]) == 0)
			return true;
	return false;
}

/* A decimal number, and what follows it. */
static bool read_digits(const char *value, unsigned long *number, const char **rest)
{
	char *end;

	if (*value < '0' || *value > '9')
		return false;
	errno = 0;
	*number = strtoul(value, &end, 10);
	*rest = end;
	return !errno;
}

static bool is_in_range(const struct key *key, unsigned long number)
{
	return number >= key->min && number <= key->max;
}

static bool read_number(const struct key *key, const char *value, unsigned long *number)
{
	const char *rest;

	return read_digits(value, number, &rest) && !*rest && is_in_range(key, *number);
}

static bool read_size(const struct key *key, const char *value, unsigned long *number)
{
	unsigned long unit = 1;
	const char *rest;

	/* before it is multiplied too: what is in range does not overflow */
	if (!read_digits(value, number, &rest) || *number > key->max)
		return false;
	if (*rest == 'K')
		unit = 1UL << 10;
	else if (*rest == 'M')
		unit = 1UL << 20;
	if (unit > 1)
		rest++;
	*number *= unit;
	return !*rest && is_in_range(key, *number);
}

static bool read_value(const struct key *key, const char *value, unsigned long *number)
{
	if (key->kind == WORD)
		return read_word(key, value, number);
	if (key->kind == SIZE)
		return read_size(key, value, number);
	return read_number(key, value, number);
}

/* --- fields --- */

static void set_number(struct pcpu_conf *conf, const struct key *key, unsigned long number)
{
	void *field = (char *)conf + key->offset;

	if (key->size == sizeof(bool))
		*(bool *)field = number;
	else if (key->size == sizeof(unsigned int))
		memcpy(field, &(unsigned int){(unsigned int)number}, sizeof(unsigned int));
	else
		memcpy(field, &number, sizeof(number));
}

static bool set_text(struct pcpu_conf *conf, const struct key *key, const char *value)
{
	size_t len = strlen(value);

	if (!is_in_range(key, len))
		return false;
	memcpy((char *)conf + key->offset, value, len + 1);
	return true;
}

static bool set(struct pcpu_conf *conf, const struct key *key, const char *value)
{
	unsigned long number;

	if (key->kind == TEXT)
		return set_text(conf, key, value);
	if (!read_value(key, value, &number))
		return false;
	set_number(conf, key, number);
	return true;
}

void pcpu_conf_set_defaults(struct pcpu_conf *conf)
{
	*conf = (struct pcpu_conf){0};
	for (size_t i = 0; i < NR_KEYS; i++)
		if (keys[i].kind != TEXT)
			set_number(conf, &keys[i], keys[i].preset);
}

/* --- the variable --- */

/* Takes the quotes off a value that is between two. False: they are not where they should be. */
static bool unquote(char **value)
{
	char *quote = strchr(*value, '"');

	if (!quote)
		return true;
	if (quote != *value)
		return false;
	quote = strchr(quote + 1, '"');
	if (!quote || quote[1])
		return false;
	*quote = '\0';
	++*value;
	return true;
}

/* Who is read, to be named in messages; and what has been read. */
struct reading {
	struct pcpu_conf *conf;
	const char *source;
	uint64_t keys;
	bool wrong;
};

static void read_key(struct reading *reading, const struct key *key, char *value)
{
	if (unquote(&value) && set(reading->conf, key, value)) {
		reading->keys |= UINT64_C(1) << (key - keys);
		return;
	}
	reading->wrong = true;
	pcpu_log(PERCPU_LOG_WARNING, "%s: %s cannot be \"%s\"", reading->source, key->name, value);
}

/* One key:value, which it cuts in two. */
static void parse_setting(struct reading *reading, char *setting)
{
	char none[] = "", *value = strchr(setting, ':');
	const struct key *key;

	if (value)
		*value++ = '\0';
	else
		value = none;
	key = find_key(setting);
	if (key) {
		read_key(reading, key, value);
		return;
	}
	reading->wrong = true;
	pcpu_log(PERCPU_LOG_WARNING, "%s: there is no key \"%s\"", reading->source, setting);
}

/* Cuts the first setting off @rest, which becomes NULL at the end. Quoted commas do not count. */
static char *next_setting(char **rest)
{
	char *setting = *rest, *end = setting;
	bool quoted = false;

	for (; *end && (quoted || *end != ','); end++)
		quoted ^= *end == '"';
	*rest = *end ? end + 1 : NULL;
	*end = '\0';
	return setting;
}

static void parse(struct reading *reading, const char *text)
{
	char copy[1024], *setting, *rest = copy;

	if (strlen(text) >= sizeof(copy)) {
		reading->wrong = true;
		pcpu_log(PERCPU_LOG_WARNING, "%s: ignored, it is longer than %zu characters",
			 reading->source, sizeof(copy) - 1);
		return;
	}
	memcpy(copy, text, strlen(text) + 1);
	while (rest) {
		setting = next_setting(&rest);
		if (*setting)
			parse_setting(reading, setting);
	}
}

bool pcpu_conf_read(struct pcpu_conf *conf, const char *text, const char *source,
		    uint64_t *keys_read)
{
	struct reading reading = {.conf = conf, .source = source};

	if (text)
		parse(&reading, text);
	*keys_read = reading.keys;
	return !reading.wrong;
}

uint64_t pcpu_conf_differences(const struct pcpu_conf *a, const struct pcpu_conf *b)
{
	uint64_t different = 0;

	for (size_t i = 0; i < NR_KEYS; i++) {
		const char *of_a = (const char *)a + keys[i].offset;
		const char *of_b = (const char *)b + keys[i].offset;

		if (keys[i].kind == TEXT ? strcmp(of_a, of_b) != 0
					 : memcmp(of_a, of_b, keys[i].size) != 0)
			different |= UINT64_C(1) << i;
	}
	return different;
}

void pcpu_conf_copy(struct pcpu_conf *to, const struct pcpu_conf *from, uint64_t of_keys)
{
	for (size_t i = 0; i < NR_KEYS; i++)
		if (of_keys >> i & 1)
			memcpy((char *)to + keys[i].offset, (const char *)from + keys[i].offset,
			       keys[i].size);
}
