/* SPDX-License-Identifier: MIT */
/* conf.c - see conf.h. */
#include "boot/conf.h"
#include "boot/alloc_info.h"
#include "ground/layout.h"
#include "ground/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIZE_MAX (256UL << 20)

const char *const pcpu_fc_names[PCPU_FC_NR] = {
	[PCPU_FC_AUTO] = "auto",
	[PCPU_FC_EMBED] = "embed",
	[PCPU_FC_PAGE] = "page",
};

/* --- kinds of values --- */

/* The index of @value among @nr @names, or -1. */
static int index_of(const char *value, const char *const *names, int nr)
{
	for (int i = 0; i < nr; i++)
		if (strcmp(value, names[i]) == 0)
			return i;
	return -1;
}

static bool parse_one_of_two(const char *value, const char *no, const char *yes, bool *result)
{
	const char *const names[] = {no, yes};
	int index = index_of(value, names, 2);

	if (index < 0)
		return false;
	*result = index == 1;
	return true;
}

/* A decimal number from @min to @max, and what follows it. */
static bool parse_number(const char *value, unsigned long min, unsigned long max,
			 unsigned long *number, const char **rest)
{
	char *end;

	if (*value < '0' || *value > '9')
		return false;
	errno = 0;
	*number = strtoul(value, &end, 10);
	*rest = end;
	return !errno && *number >= min && *number <= max;
}

/* --- keys: each returns false if the value is none that the key can have --- */

static bool set_log(struct pcpu_conf *conf, const char *value)
{
	static const char *const names[] = {
		[PERCPU_LOG_EMERG] = "emerg",	  [PERCPU_LOG_ERR] = "err",
		[PERCPU_LOG_WARNING] = "warning", [PERCPU_LOG_INFO] = "info",
		[PERCPU_LOG_DEBUG] = "debug",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i] && strcmp(value, names[i]) == 0) {
			conf->log_level = (enum percpu_log_level)i;
			return true;
		}
	}
	return false;
}

static bool set_backend(struct pcpu_conf *conf, const char *value)
{
	static const char *const names[] = {
		[PCPU_BACKEND_AUTO] = "auto",
		[PCPU_BACKEND_RSEQ] = "rseq",
		[PCPU_BACKEND_FALLBACK] = "fallback",
	};
	int index = index_of(value, names, sizeof(names) / sizeof(names[0]));

	if (index < 0)
		return false;
	conf->backend = (enum pcpu_backend_choice)index;
	return true;
}

static bool set_index(struct pcpu_conf *conf, const char *value)
{
	bool mm_cid = false;

	if (!parse_one_of_two(value, "cpu_id", "mm_cid", &mm_cid))
		return false;
	conf->index = mm_cid ? PCPU_INDEX_MM_CID : PCPU_INDEX_CPU_ID;
	return true;
}

static bool set_strict(struct pcpu_conf *conf, const char *value)
{
	return parse_one_of_two(value, "no", "yes", &conf->strict);
}

static bool set_selftest(struct pcpu_conf *conf, const char *value)
{
	return parse_one_of_two(value, "no", "yes", &conf->selftest);
}

static bool set_alloc(struct pcpu_conf *conf, const char *value)
{
	int index = index_of(value, pcpu_fc_names, PCPU_FC_NR);

	if (index < 0)
		return false;
	conf->fc = (enum pcpu_fc)index;
	return true;
}

static bool set_max_size(struct pcpu_conf *conf, const char *value)
{
	unsigned long number, unit = 1;
	const char *rest;

	if (!parse_number(value, 1, MAX_SIZE_MAX, &number, &rest))
		return false;
	if (*rest == 'K')
		unit = 1UL << 10;
	else if (*rest == 'M')
		unit = 1UL << 20;
	if (unit > 1)
		rest++;
	if (*rest || number * unit < PCPU_MIN_UNIT_SIZE || number * unit > MAX_SIZE_MAX)
		return false;
	conf->max_size = number * unit;
	return true;
}

static bool set_populate(struct pcpu_conf *conf, const char *value)
{
	return parse_one_of_two(value, "lazy", "eager", &conf->populate_eager);
}

static bool set_cache(struct pcpu_conf *conf, const char *value)
{
	return parse_one_of_two(value, "off", "on", &conf->cache);
}

static bool set_shared(struct pcpu_conf *conf, const char *value)
{
	return parse_one_of_two(value, "no", "yes", &conf->shared);
}

static bool set_debug(struct pcpu_conf *conf, const char *value)
{
	unsigned long number;
	const char *rest;

	if (!parse_number(value, 0, 3, &number, &rest) || *rest)
		return false;
	conf->debug = (int)number;
	return true;
}

static bool set_possible(struct pcpu_conf *conf, const char *value)
{
	unsigned long number;
	const char *rest;

	if (!parse_number(value, 1, PCPU_NR_CPUS - 1, &number, &rest) || *rest)
		return false;
	conf->possible = (unsigned int)number;
	return true;
}

static bool set_topology(struct pcpu_conf *conf, const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || len >= sizeof(conf->topology))
		return false;
	memcpy(conf->topology, value, len + 1);
	return true;
}

static const struct {
	const char *key;
	bool (*set)(struct pcpu_conf *conf, const char *value);
} keys[] = {
	{"log", set_log},	    {"backend", set_backend},	{"strict", set_strict},
	{"alloc", set_alloc},	    {"max_size", set_max_size}, {"populate", set_populate},
	{"cache", set_cache},	    {"debug", set_debug},	{"possible", set_possible},
	{"topology", set_topology}, {"index", set_index},	{"shared", set_shared},
	{"selftest", set_selftest},
};

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

/* One key:value, which it cuts in two. */
static void parse_setting(struct pcpu_conf *conf, char *setting)
{
	char none[] = "", *value = strchr(setting, ':');

	if (value)
		*value++ = '\0';
	else
		value = none;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(setting, keys[i].key) != 0)
			continue;
		if (!unquote(&value) || !keys[i].set(conf, value))
			pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE ": %s cannot be \"%s\"",
				 setting, value);
		return;
	}
	pcpu_log(PERCPU_LOG_WARNING, PCPU_CONF_VARIABLE ": there is no key \"%s\"", setting);
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

void pcpu_conf_parse(struct pcpu_conf *conf, const char *text)
{
	char copy[1024], *setting, *rest = copy;

	*conf = (struct pcpu_conf){
		.log_level = PERCPU_LOG_WARNING,
		.max_size = PCPU_MIN_UNIT_SIZE,
		.cache = true,
		.selftest = true,
	};
	if (!text)
		return;
	if (strlen(text) >= sizeof(copy)) {
		pcpu_log(PERCPU_LOG_WARNING,
			 PCPU_CONF_VARIABLE ": ignored, it is longer than %zu characters",
			 sizeof(copy) - 1);
		return;
	}
	memcpy(copy, text, strlen(text) + 1);
	while (rest) {
		setting = next_setting(&rest);
		if (*setting)
			parse_setting(conf, setting);
	}
}
